"""Reading what the Guangdong platform says: its tokens, accounts and error shapes (guangdong.md 2.2 to 2.4)."""

from __future__ import annotations

import json
from typing import Any

import pytest

from tests.transcripts.script import play
from tests.unit.providers.online_service import (
    ACCOUNT,
    NOON,
    RETURN_TO,
    entropy,
    guangdong_settings,
    reply,
)
from xbridge.core.effects import ReadClock
from xbridge.core.errors import ConfigError, ProtocolError, ProviderRejected, VerificationError
from xbridge.core.identity import LEVELS, Authentication
from xbridge.protocols.redirect import parse_callback
from xbridge.providers.guangdong import PROVIDER
from xbridge.providers.guangdong.account_reply import parse_account_reply
from xbridge.providers.guangdong.token import parse_token_reply


def log_in(user: dict[str, Any], **settings: Any) -> Authentication:
    """A login that ends at this account."""
    finishing = PROVIDER.finish(
        guangdong_settings(**settings), parse_callback("/cb?code=c"), return_to=RETURN_TO, state="s", now=NOON,
        entropy=entropy,
    )  # fmt: skip
    return play(finishing, [
        (lambda _: None, reply({"access_token": "t"})), (ReadClock(), NOON),
        (lambda _: None, reply({"userobj": user})), (ReadClock(), NOON),
    ])  # fmt: skip


@pytest.mark.parametrize("document", [
    {"access_token": "t"}, {"access_token": "t", "expires_in": 59}, {"access_token": "t", "expires_in": "179"},
    {"access_token": "t", "token_type": "bearer"}, {"access_token": "t", "errcode": 0, "errmsg": "ok"},
    {"access_token": "t", "errcode": "0"}, {"access_token": "t", "error": ""}, {"access_token": "t", "refresh_token": "r"},
])  # fmt: skip
def test_token(document):
    """Each shape of success that a client has seen gives the token."""
    assert parse_token_reply(reply(document)).secret.get_secret_value() == "t"


@pytest.mark.parametrize(("document", "reason"), [
    ({}, "shape"), ({"access_token": ""}, "shape"), ({"access_token": " "}, "shape"), ({"access_token": 5}, "shape"),
    ({"access_token": None}, "shape"), ({"access_token": ["t"]}, "shape"), ({"access_token": "t" * 1025}, "shape"),
    ({"access_token": "t", "token_type": "MAC"}, "token_type"), ({"access_token": "t", "token_type": 1}, "token_type"),
    ({"access_token": "t", "expires_in": 0}, "expires_in"), ({"access_token": "t", "expires_in": -1}, "expires_in"),
    ({"access_token": "t", "expires_in": "soon"}, "expires_in"), ({"access_token": "t", "expires_in": True}, "expires_in"),
    ({"access_token": "t", "expires_in": None}, "expires_in"), ({"access_token": "t", "expires_in": "٥٩"}, "expires_in"),
    ({"access_token": "t", "expires_in": "0"}, "expires_in"),
])  # fmt: skip
def test_no_token(document, reason):
    """Anything else is not a token."""
    with pytest.raises(ProtocolError) as caught:
        parse_token_reply(reply(document))
    assert (caught.value.step, caught.value.reason) == ("access_token", reason)


@pytest.mark.parametrize(("document", "status", "code"), [
    ({"errcode": 40029, "errmsg": "x"}, 400, "40029"), ({"errcode": "40029"}, 200, "40029"),
    ({"error_code": -1, "error_msg": "x"}, 200, "-1"), ({"error": "invalid_grant"}, 400, "invalid_grant"),
    ({"errcode": 400000400}, 200, "400000400"), ({"message": "no"}, 401, "http_401"), ({}, 404, "http_404"),
    ({"access_token": "t"}, 401, "http_401"), ({"access_token": "t", "errcode": 1}, 200, "1"),
    # Not in the form of a code: it might be anything, so it goes no further.
    ({"errcode": "陳大文"}, 200, "unprintable"), ({"errcode": "A1234563"}, 200, "unprintable"),
    ({"errcode": "13800000000"}, 200, "unprintable"), ({"errcode": {"a": 1}}, 200, "unprintable"),
    ({"error": "H00000101"}, 200, "unprintable"), ({"errcode": True}, 200, "unprintable"),
])  # fmt: skip
def test_refusals(document, status, code):
    """Each error shape, with whatever status, is a refusal with its code, and a text that is no code stays out of it."""
    for parse in (parse_token_reply, parse_account_reply):
        with pytest.raises(ProviderRejected) as caught:
            parse(reply(document, status=status))
        assert caught.value.provider_code == code


@pytest.mark.parametrize("shape", [
    lambda user: {"userobj": user}, lambda user: {"userobj": json.dumps(user)},
    lambda user: {"biz_content": {"userobj": user}}, lambda user: {"biz_content": json.dumps({"userobj": user})},
    lambda user: {"userobj": {name.title(): value for name, value in user.items()}},
    lambda user: {"userobj": user, "user_creditable_level": {"creditable_level_of_account": "L2"}},
    lambda user: {"userobj": user, "user_creditable_level": json.dumps({"creditable_level_of_account": "L2"})},
    lambda user: {"userobj": user, "user_creditable_level": "null"},
    lambda user: {"userobj": user, "user_creditable_level": None}, lambda user: {"userobj": user, "user_creditable_level": {}},
])  # fmt: skip
def test_account(shape):
    """Each shape of an account that a client has seen gives the same account."""
    account = parse_account_reply(reply(shape(ACCOUNT)))
    assert (account.useridcode, account.level, account.usertype) == (ACCOUNT["useridcode"], "L2", "1")


@pytest.mark.parametrize(("change", "reason"), [
    ({"useridcode": None}, "useridcode"), ({"useridcode": ""}, "useridcode"), ({"useridcode": "A" * 32}, "useridcode"),
    ({"useridcode": "a" * 31}, "useridcode"), ({"useridcode": "a" * 32 + "\n"}, "useridcode"),
    ({"useridcode": 5}, "useridcode"), ({"useridcode": "٣" * 32}, "useridcode"),
    ({"userIdCode": "f" * 32}, "duplicated"), ({"USERIDCODE": ACCOUNT["useridcode"]}, "duplicated"),
    ({"creditable_level_of_account": None}, "level"), ({"creditable_level_of_account": "L4"}, "level"),
    ({"creditable_level_of_account": "l2"}, "level"), ({"creditable_level_of_account": 2}, "level"),
    ({"creditable_level_of_account": ["L2"]}, "level"),
])  # fmt: skip
def test_who_it_is_is_strict(change, reason):
    """Whatever decides who the person is, and how well they are known, is there once and in its exact form."""
    with pytest.raises(ProtocolError) as caught:
        parse_account_reply(reply({"userobj": {**ACCOUNT, **change}}))
    assert (caught.value.step, caught.value.reason) == ("tokeninfo", reason)


@pytest.mark.parametrize(
    "again", [{"creditable_level_of_account": "L3"}, {"creditable_level_of_account": 2}, "L2", ["L2"], 5]
)
def test_two_truths(again):
    """Where the reply states the level twice and differently, neither is believed."""
    with pytest.raises(ProtocolError):
        parse_account_reply(reply({"userobj": ACCOUNT, "user_creditable_level": again}))


@pytest.mark.parametrize("document", [{}, {"userobj": None}, {"userobj": []}, {"userobj": "null"}, {"userobj": "x"},
                                      {"biz_content": []}, {"userobj": '{"a":1,"a":2}'}])  # fmt: skip
def test_no_account(document):
    """A reply without a readable account is refused."""
    with pytest.raises(ProtocolError) as caught:
        parse_account_reply(reply(document))
    assert caught.value.step == "tokeninfo"


@pytest.mark.parametrize("asked", LEVELS)
@pytest.mark.parametrize("achieved", LEVELS)
def test_every_pair_of_levels(asked, achieved):
    """Lesson B9: a level below the one asked for is refused, the same or a higher one is kept as it is."""
    user = {**ACCOUNT, "creditable_level_of_account": achieved}
    if LEVELS.index(achieved) >= LEVELS.index(asked):
        assert log_in(user, min_level=asked).assurance.level == achieved
        return
    with pytest.raises(VerificationError) as caught:
        log_in(user, min_level=asked)
    assert (caught.value.claim, caught.value.reason) == ("assurance", "too_low")


@pytest.mark.parametrize(("wanted", "found", "fits"), [
    ("1", "1", True), ("1", "2", False), ("2", "2", True), ("2", "1", False), ("any", "1", True), ("any", "2", True),
    ("any", "", True), ("any", "3", True),
    ("1", "", False), ("1", "3", False),
])  # fmt: skip
def test_kind_of_account(wanted, found, fits):
    """A service for people takes no company account, and the other way round; one that takes both is told which it is."""
    user = {**ACCOUNT, "usertype": found, "idcardtype": ""}
    if fits:
        found_out = log_in(user, require_usertype=wanted)
        assert found_out.subject == ACCOUNT["useridcode"]
        assert found_out.holder == ("person" if found == "1" else "organisation")
        return
    with pytest.raises(VerificationError) as caught:
        log_in(user, require_usertype=wanted)
    assert (caught.value.claim, caught.value.reason) == ("usertype", "mismatch")


@pytest.mark.parametrize(("mode", "in_redirect", "in_query"), [
    ("redirect_query", True, False), ("param", False, True), ("both", True, True),
])  # fmt: skip
def test_where_the_state_travels(mode, in_redirect, in_query):
    """The state travels where the setting says, because nobody knows whether the platform echoes it (UNKNOWN)."""
    url = PROVIDER.begin(guangdong_settings(state_mode=mode), return_to=RETURN_TO, state="sTaTe", language="en")
    assert ("redirect_uri=https%3A%2F%2Fsvc.test%2Fcb%3Fstate%3DsTaTe" in url) == in_redirect
    assert ("&state=sTaTe" in url) == in_query


@pytest.mark.parametrize(("section", "where"), [
    ({}, "client_id"), ({"client_id": "a b"}, "client_id"), ({"client_id": "x" * 65}, "client_id"),
    ({"state_mode": "cookie"}, "state_mode"), ({"min_level": "L9"}, "min_level"), ({"redirect_uris": []}, "redirect_uris"),
    ({"generation": "gen4"}, "generation"), ({"timeout_s": 0}, "timeout_s"), ({"client_secert": "s3cret"}, "client_secert"),
    ({"client_secret": 424242}, "client_secret"), ({"client_secret": None}, "client_secret"),
    ({"idcardtype_map": {"40": "dog licence"}}, "idcardtype_map"),
])  # fmt: skip
def test_settings(section, where):
    """A wrong setting is named and its value is not, not even in the chain of causes that a traceback prints."""
    complete = {"client_id": "c", "client_secret": "s3cret", "redirect_uris": [RETURN_TO]}
    with pytest.raises(ConfigError) as caught:
        PROVIDER.read_settings({**complete, **section} if section else {})
    assert where in str(caught.value)
    assert str(caught.value).startswith("config_invalid: [providers.guangdong]")
    for text in (caught.value, caught.value.__cause__):
        assert "s3cret" not in f"{text} {text!r}"
        assert "424242" not in f"{text} {text!r}"
