"""Each fault does what the catalogue says, once, and nothing else does it."""

from __future__ import annotations

import json
import re

import pytest
from werkzeug.test import Client

from tests.mocks.guangdong.relying_service import BASE, account_of, callback_values
from xbridge_mocks.guangdong import LoginUnfinished
from xbridge_mocks.guangdong.misbehaviour import KNOWN_FAULTS, TOLERATED

STATEFUL = "https://service.example/cb?state=right"
PLAYED_BELOW = {
    "user_leaves", "state_missing", "state_wrong", "state_duplicated", "code_missing", "code_duplicated", "code_wrong",
    "code_expired", "code_spent", "error_in_callback", "extra_callback_fields", "http_500", "http_503", "errcode_shape",
    "error_code_shape", "oauth_error_shape", "error_http_200", "html_instead_of_json", "json_duplicate_members",
    "json_truncated", "json_not_object", "body_over_limit", "redirect_instead_of_json", "get_405", "expires_in_text",
    "expires_in_negative", "node_suffix", "access_token_missing", "camel_case_keys", "missing_useridcode",
    "malformed_useridcode", "userobj_as_text", "wrapper_document", "pareobj_null", "pareobj_missing", "pareobj_empty",
    "swapped_user", "level_missing", "level_unknown", "level_conflict",
    "errcode_zero", "errcode_beside_token", "pareobj_malformed", "extproperties_missing", "extproperties_malformed",
    "extproperties_repeated", "way_list_missing", "way_list_malformed", "way_text_malformed", "legal_person",
}  # fmt: skip


def test_catalogue_and_tests_name_the_same_faults():
    """No fault is listed without being tested here."""
    assert {fault.name for fault in KNOWN_FAULTS} == PLAYED_BELOW
    assert PLAYED_BELOW >= TOLERATED


def test_every_fault_explains_itself():
    """Each says what happens, why, where, and what a correct service does."""
    for fault in KNOWN_FAULTS:
        assert all((fault.what_happens, fault.why, fault.correct_service_does, fault.operations))


def test_unknown_fault_is_a_mistake(mock):
    """A misspelt fault is refused when armed, with the list of those that exist."""
    with pytest.raises(ValueError, match="user_leaves"):
        mock.faults.add("user_leafs")


def callback(service, fault, redirect_uri=STATEFUL):
    """The callback of a login under one fault."""
    service.mock.faults.add(fault)
    return service.mock.log_in(service.authorize_url(redirect_uri=redirect_uri), "chan-tai-man")


def token_reply(service, fault):
    """The reply to a right token request under one fault."""
    code = service.code()
    service.mock.faults.add(fault, operation="access_token")
    return service.access_token(code)


def account_reply(service, fault, persona_key="chan-tai-man"):
    """The reply to a right tokeninfo request under one fault."""
    token = service.access_token(service.code(persona_key)).get_json()["access_token"]
    service.mock.faults.add(fault, operation="tokeninfo")
    return service.tokeninfo(token)


def test_user_leaves(service):
    """The page stays, and the next try works."""
    service.mock.faults.add("user_leaves")
    with pytest.raises(LoginUnfinished):
        service.code()
    assert service.code()


def test_state_missing(service):
    """The registered address comes back without the query the service added."""
    assert set(callback_values(callback(service, "state_missing"))) == {"code"}


@pytest.mark.parametrize("address", [STATEFUL, "https://service.example/cb"])
def test_state_wrong(service, address):
    """A state comes back that is not the one sent."""
    states = callback_values(callback(service, "state_wrong", address))["state"]
    assert len(states) == 1
    assert states != ["right"]


def test_state_wrong_when_echoed(make):
    """An echoed state is wrong, too."""
    service = make(echo_state=True)
    service.mock.faults.add("state_wrong")
    back = service.mock.log_in(service.authorize_url(state="right"), "chan-tai-man")
    assert len(callback_values(back)["state"]) == 1
    assert callback_values(back)["state"] != ["right"]


def test_state_duplicated(service):
    """Two different states come back."""
    states = callback_values(callback(service, "state_duplicated"))["state"]
    assert len(set(states)) == 2
    assert states[0] == "right"


def test_code_missing(service):
    """The callback carries the state alone."""
    assert set(callback_values(callback(service, "code_missing"))) == {"state"}


def test_code_duplicated(service):
    """Two different codes come back."""
    assert len(set(callback_values(callback(service, "code_duplicated"))["code"])) == 2


@pytest.mark.parametrize("fault", ["code_wrong", "code_expired", "code_spent"])
def test_worthless_codes(service, fault):
    """The code looks right and is refused at the token step."""
    (code,) = callback_values(callback(service, fault))["code"]
    assert re.fullmatch(r"[A-Za-z0-9_-]{43}", code)
    assert service.access_token(code, redirect_uri=STATEFUL).get_json()["errcode"] == 40029


def test_error_in_callback(service):
    """The callback carries an error and no code."""
    assert set(callback_values(callback(service, "error_in_callback"))) == {"state", "error", "error_description"}


def test_extra_callback_fields(service):
    """The six fields seen on the platform stand beside a code that works."""
    values = callback_values(callback(service, "extra_callback_fields"))
    assert {"gdbsTokenId", "tokenId", "random", "ticket", "sp", "gdbstoken"} < set(values)
    assert service.access_token(values["code"][0], redirect_uri=STATEFUL).status_code == 200


def test_callback_fault_strikes_a_live_session_too(service):
    """With a session alive the callback leaves from authorize, and a fault armed for login strikes there."""
    browser = service.mock.browser()
    browser.log_in(service.authorize_url(), "chan-tai-man")
    service.mock.faults.add("code_missing", operation="login")
    assert "code" not in callback_values(browser.log_in(service.authorize_url(), "chan-tai-man"))


@pytest.mark.parametrize("reply", [token_reply, account_reply])
class TestBothEndpoints:
    """Faults that either server-to-server endpoint can play."""

    @pytest.mark.parametrize(("fault", "status"), [("http_500", 500), ("http_503", 503)])
    def test_outage(self, service, reply, fault, status):
        """The status says outage and the body is not JSON."""
        answer = reply(service, fault)
        assert (answer.status_code, answer.mimetype) == (status, "text/plain")

    @pytest.mark.parametrize(
        ("fault", "members", "status"),
        [
            ("errcode_shape", {"errcode", "errmsg"}, 400),
            ("error_code_shape", {"error_code", "error_msg"}, 400),
            ("oauth_error_shape", {"error", "error_description"}, 400),
            ("error_http_200", {"errcode", "errmsg"}, 200),
        ],
    )
    def test_refusal(self, service, reply, fault, members, status):
        """A right request is refused in the shape and with the status of the fault."""
        answer = reply(service, fault)
        assert (answer.status_code, set(answer.get_json())) == (status, members)

    def test_html(self, service, reply):
        """HTTP 200 and a page."""
        answer = reply(service, "html_instead_of_json")
        assert (answer.status_code, answer.mimetype) == (200, "text/html")

    def test_duplicate_members(self, service, reply):
        """The text is JSON in which the member that matters stands twice with different values."""
        twice: list[list[tuple[str, object]]] = []
        json.loads(reply(service, "json_duplicate_members").get_data(), object_pairs_hook=twice.append)
        names = [[name for name, _ in pairs] for pairs in twice]
        assert any(len(set(each)) < len(each) for each in names)

    def test_truncated(self, service, reply):
        """The text stops in the middle."""
        answer = reply(service, "json_truncated")
        assert answer.get_data().startswith(b"{")
        with pytest.raises(json.JSONDecodeError):
            json.loads(answer.get_data())

    def test_not_an_object(self, service, reply):
        """The object stands in an array."""
        assert isinstance(reply(service, "json_not_object").get_json(), list)

    def test_over_limit(self, service, reply):
        """The body is longer than 2 MiB and still good JSON, so that only the limit can refuse it."""
        answer = reply(service, "body_over_limit")
        assert len(answer.get_data()) > 2 * 1024 * 1024
        assert isinstance(answer.get_json(), dict)

    def test_redirect(self, service, reply):
        """The answer points to another host."""
        answer = reply(service, "redirect_instead_of_json")
        assert (answer.status_code, answer.headers["Location"]) == (302, "https://elsewhere.invalid/")


def test_outage_does_not_spend_the_code(service):
    """A fault that answers instead of working leaves the code good."""
    code = service.code()
    service.mock.faults.add("http_503")
    assert service.access_token(code).headers["Retry-After"] == "30"
    assert service.access_token(code).status_code == 200


def test_garbled_reply_has_spent_the_code(service):
    """A fault that garbles the reply comes after the work: the code is gone."""
    code = service.code()
    service.mock.faults.add("html_instead_of_json")
    service.access_token(code)
    assert service.access_token(code).get_json()["errcode"] == 40029


def test_real_refusal_keeps_its_number_under_a_shape(service):
    """A shape fault does not hide which check failed."""
    service.mock.faults.add("error_code_shape")
    reply = service.access_token(service.code(), client_secret="wrong")
    assert reply.get_json()["error_code"] == 40125


def test_two_faults_together(service):
    """Faults combine: another shape, with HTTP 200."""
    code = service.code()
    service.mock.faults.add("error_code_shape")
    service.mock.faults.add("error_http_200")
    reply = service.access_token(code)
    assert (reply.status_code, set(reply.get_json())) == (200, {"error_code", "error_msg"})


def test_get_405(service):
    """GET is refused with 405, POST with the same code works."""
    code = service.code()
    service.mock.faults.add("get_405", times=None)
    reply = service.access_token(code)
    assert (reply.status_code, reply.headers["Allow"]) == (405, "POST")
    assert Client(service.mock).post(f"{BASE}/access_token", data=service.token_params(code)).status_code == 200


@pytest.mark.parametrize(("fault", "value"), [("expires_in_text", "59"), ("expires_in_negative", -1)])
def test_expires_in(service, fault, value):
    """The lifetime is a text, or unusable."""
    assert token_reply(service, fault).get_json()["expires_in"] == value


def test_node_suffix(service):
    """The token ends in a node name and works when percent-encoded."""
    token = token_reply(service, "node_suffix").get_json()["access_token"]
    assert token.endswith("@node5")
    assert service.tokeninfo(token).status_code == 200
    assert service.tokeninfo(token.removesuffix("@node5")).status_code == 400


def test_access_token_missing(service):
    """Neither a token nor an error."""
    assert set(token_reply(service, "access_token_missing").get_json()) == {"expires_in", "token_type", "scope"}


def test_camel_case_keys(service):
    """The old spellings replace the new ones."""
    user = account_reply(service, "camel_case_keys").get_json()["userobj"]
    assert {"userIdCode", "idCardNumber", "telephoneNumber", "orgInfo"} < set(user)
    assert not {"useridcode", "idcardnumber", "telephonenumber"} & set(user)


def test_useridcode(service):
    """The key is gone, or is no key."""
    assert "useridcode" not in account_reply(service, "missing_useridcode").get_json()["userobj"]
    user = account_reply(service, "malformed_useridcode").get_json()["userobj"]
    assert not re.fullmatch(r"[0-9a-f]{32}", user["useridcode"])


def test_userobj_as_text(service):
    """The account is JSON inside a string and says the same."""
    user = account_reply(service, "userobj_as_text").get_json()["userobj"]
    assert json.loads(user)["useridcode"] == account_of("chan-tai-man").useridcode


def test_wrapper_document(service):
    """The account stands inside biz_content, with the three companions."""
    document = account_reply(service, "wrapper_document").get_json()
    assert set(document) == {"biz_content", "time_stamp", "version", "sign"}
    assert document["biz_content"]["userobj"]["useridcode"] == account_of("chan-tai-man").useridcode
    assert document["time_stamp"] == "20300102110405"


def test_pareobj(service):
    """No parent is said in three other ways."""
    assert account_reply(service, "pareobj_null").get_json()["pareobj"] is None
    assert account_reply(service, "pareobj_empty").get_json()["pareobj"] == ""
    assert "pareobj" not in account_reply(service, "pareobj_missing").get_json()


def test_swapped_user(service):
    """Another person's account comes back, complete."""
    user = account_reply(service, "swapped_user").get_json()["userobj"]
    assert re.fullmatch(r"[0-9a-f]{32}", user["useridcode"])
    assert user["useridcode"] != account_of("chan-tai-man").useridcode


def levels(document):
    """The level as each half of the reply states it."""
    return tuple(
        document[part].get("creditable_level_of_account", "absent") for part in ("userobj", "user_creditable_level")
    )


def test_levels(service):
    """The level is gone, unknown, or two different ones."""
    assert levels(account_reply(service, "level_missing").get_json()) == ("absent", "absent")
    assert levels(account_reply(service, "level_unknown").get_json()) == ("L9", "L9")
    assert levels(account_reply(service, "level_conflict").get_json()) == ("L2", "L1")
    assert levels(account_reply(service, "level_conflict", "ho-chi-keung").get_json()) == ("L1", "L3")


def test_fault_wears_off(service):
    """A fault armed once strikes once."""
    assert token_reply(service, "http_500").status_code == 500
    assert service.access_token(service.code()).status_code == 200
    assert service.mock.faults.armed() == ()


@pytest.mark.parametrize(("fault", "number"), [("errcode_zero", 0), ("errcode_beside_token", 40029)])
def test_errcode_beside_a_token(service, fault, number):
    """A token comes with a number beside it, which says that all is well, or that nothing is."""
    document = token_reply(service, fault).get_json()
    assert (document["errcode"], "access_token" in document) == (number, True)


def test_pareobj_malformed(service):
    """The parent is a text that means nothing."""
    assert account_reply(service, "pareobj_malformed").get_json()["pareobj"] == "company"


def test_extproperties(service):
    """The list is gone, has an item that cannot be split, or one key twice."""
    assert "extproperties" not in account_reply(service, "extproperties_missing").get_json()["userobj"]
    assert account_reply(service, "extproperties_malformed").get_json()["userobj"]["extproperties"] == ["origin"]
    items = account_reply(service, "extproperties_repeated").get_json()["userobj"]["extproperties"]
    assert len({item.partition("=")[0] for item in items}) < len(items)


def test_ways(service):
    """The history is gone, holds what no history holds, or names nothing; the level itself stays."""
    gone = account_reply(service, "way_list_missing").get_json()
    assert "user_creditable_level" not in gone
    listed = account_reply(service, "way_list_malformed").get_json()
    rows = listed["user_creditable_level"]["creditable_level_of_account_way_list"]
    assert isinstance(rows[0], str)
    assert rows[1]["auth_time"] == "yesterday"
    told = account_reply(service, "way_text_malformed").get_json()
    assert not re.search(r"L[0-3]@[A-Z]", told["userobj"]["creditable_level_of_account_way"])
    for document in (gone, listed, told):
        assert document["userobj"]["creditable_level_of_account"] == "L2"


def test_legal_person(service):
    """The account says that it is an enterprise's."""
    assert account_reply(service, "legal_person").get_json()["userobj"]["usertype"] == "2"
