"""The login path when everything is right: what a service gets for each kind of account."""

from __future__ import annotations

import base64
import re

import pytest

from tests.mocks.guangdong.relying_service import account_of, callback_values
from xbridge_mocks.persona import POPULATION

HOLDERS = [person.key for person in POPULATION if person.guangdong]
USER_FIELDS = {
    "uid", "cn", "usertype", "isreal", "useridcode", "idcardtype", "idcardnumber", "telephonenumber", "mail", "sex",
    "createtime", "realtype", "authloc", "link_person_name", "anon_flag", "tokenid", "creditable_level_of_account",
    "creditable_level_of_account_way", "extproperties",
}  # fmt: skip


def test_callback_carries_exactly_one_code(service):
    """The callback is the registered address with a code and nothing else."""
    callback = service.mock.log_in(service.authorize_url(), "chan-tai-man")
    assert re.fullmatch(r"https://service\.example/cb\?code=[A-Za-z0-9_-]{43}", callback)


def test_code_is_appended_to_the_state_the_service_added(service):
    """A query the service added to its address survives untouched, and the code follows it."""
    service.redirect_uri = "https://service.example/cb?state=a%2Fb~c"
    callback = service.mock.log_in(service.authorize_url(), "chan-tai-man")
    assert re.fullmatch(r"https://service\.example/cb\?state=a%2Fb~c&code=[A-Za-z0-9_-]+", callback)


def test_token_document(service):
    """The token is a UUID, lives 59 seconds by its own account, and is a Bearer token for all."""
    reply = service.access_token(service.code())
    document = reply.get_json()
    assert reply.status_code == 200
    assert re.fullmatch(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", document.pop("access_token"))
    assert document == {"expires_in": 59, "token_type": "Bearer", "scope": "all"}
    assert reply.headers["Cache-Control"] == "no-store"


@pytest.mark.parametrize("key", HOLDERS)
def test_tokeninfo_describes_the_person_who_logged_in(service, key):
    """Every account holder gets their own account, with every field of the documented shape."""
    account = account_of(key)
    document = service.log_in(key)
    user = document["userobj"]
    assert set(document) == {"signdata", "userobj", "pareobj", "user_creditable_level"}
    assert set(user) == USER_FIELDS
    assert user["useridcode"] == account.useridcode
    assert re.fullmatch(r"[0-9a-f]{32}", user["useridcode"])
    assert (user["idcardtype"], user["idcardnumber"]) == (account.idcardtype, account.idcardnumber)
    assert user["creditable_level_of_account"] == account.level
    assert document["user_creditable_level"]["creditable_level_of_account"] == account.level
    assert user["isreal"] == ("false" if account.level == "L0" else "true")
    assert all(isinstance(value, str) for name, value in user.items() if name not in {"anon_flag", "extproperties"})
    assert all(re.fullmatch(r"[a-z_]+=.*", pair) for pair in user["extproperties"])
    assert len(base64.b64decode(document["signdata"], validate=True)) == 128


def test_signdata_differs_every_time(service):
    """Nobody can take signdata for a fixed value."""
    assert service.log_in()["signdata"] != service.log_in()["signdata"]


def test_parent_is_the_text_null_without_a_parent(service):
    """An ordinary account has the four letters null in pareobj, not JSON null."""
    assert service.log_in()["pareobj"] == "null"


def test_sub_account_carries_its_company(service):
    """A person working for a company comes with the company's account beside their own."""
    document = service.log_in("tsang-ho-yin")
    parent = document["pareobj"]
    assert set(parent) == USER_FIELDS
    assert (parent["usertype"], document["userobj"]["usertype"]) == ("2", "1")
    assert parent["useridcode"] == account_of("yeung-man-yee").useridcode
    assert f"parent_uidcode={parent['useridcode']}" in document["userobj"]["extproperties"]
    assert parent["link_person_name"] == document["userobj"]["cn"]


def test_company_account(service):
    """A company's account bears the company's name and number and no sex."""
    user = service.log_in("yeung-man-yee")["userobj"]
    assert (user["usertype"], user["idcardtype"], user["sex"]) == ("2", "49", "")
    assert user["cn"] == account_of("yeung-man-yee").cn


@pytest.mark.parametrize(("key", "way"), [("cheung-ka-yan", ""), ("ho-chi-keung", "IDV"), ("lee-siu-ming", "GW")])
def test_way_of_the_level(service, key, way):
    """The level document says how the level was reached, and a self-declared account was not checked in any way."""
    document = service.log_in(key)
    steps = document["user_creditable_level"]["creditable_level_of_account_way_list"]
    assert [step["way_code"] for step in steps] == ([way] if way else [])
    text = document["userobj"]["creditable_level_of_account_way"]
    assert text == (f"{account_of(key).level}@{way}@{account_of(key).uid}||" if way else "")


def test_sex_follows_the_persona(service):
    """1 is male and 2 is female."""
    assert service.log_in("chan-tai-man")["userobj"]["sex"] == "1"
    assert service.log_in("wong-mei-ling")["userobj"]["sex"] == "2"


@pytest.mark.parametrize(("script", "name"), [("zh_hant", "陳大文"), ("zh_hans", "陈大文")])
def test_script_of_the_name_is_a_setting(make, script, name):
    """Which script the platform keeps a Hong Kong name in is UNKNOWN, so both can be had."""
    assert make(name_script=script).log_in()["userobj"]["cn"] == name


def test_person_without_account_cannot_log_in(service):
    """The page does not offer people who have no account on the platform."""
    with pytest.raises(ValueError, match="does not offer"):
        service.code("ng-wing-sze")


def test_secret_shows_in_no_representation(service):
    """The secret of a service is left out of the representation of its credentials."""
    assert service.credentials.client_id.startswith("tyrz_")
    assert service.credentials.client_secret not in repr(service.credentials)


def test_two_services_do_not_share_codes_or_sessions(service):
    """Two logins give two codes, each with the service it was for."""
    first = callback_values(service.mock.log_in(service.authorize_url(), "chan-tai-man"))
    second = callback_values(service.mock.log_in(service.authorize_url(), "chan-tai-man"))
    assert first["code"] != second["code"]
