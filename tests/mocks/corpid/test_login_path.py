"""The login as a service meets it: two codes, two platforms, one company (specs/providers/corpid.md)."""

from __future__ import annotations

import base64

import pytest

from tests.mocks.corpid.corporate_service import CODE_NAME, COMPANY_TOKEN, PERSON_TOKEN, SHAPES
from xbridge_mocks.iamsmart import LoginRefused


@pytest.mark.parametrize("shape", SHAPES)
def test_a_company_logs_in(service, shape):
    """One callback brings both codes and the state; the token names the company, and says how the person came."""
    back = service.back(shape)
    assert set(back) == {"code", "state", CODE_NAME[shape]}
    reply = service.company_token(shape, back)
    assert (reply["code"], reply["msg"], "message" in reply) == ("M00000", "SUCCESS", False)
    token = service.company.open(reply["content"])
    assert (token["userType"], token["tokenType"]) == ("iam", "Bearer")
    assert "corpidapi_auth" in token["cScope"].split()
    assert token["cOpenID"] == service.mock.subjects(service.credentials.corp_client_id)["sample-trading"]


def test_the_account_is_the_company_s(service):
    """Two people of one company are one account; the other company of one of them is another."""
    one = service.log_in(persona="lee-siu-ming", company="sample-noodles")["cOpenID"]
    assert one == service.log_in(persona="yeung-man-yee")["cOpenID"]
    assert one != service.log_in(persona="lee-siu-ming", company="sample-trading")["cOpenID"]


def test_another_service_sees_another_account(service, make_service):
    """A tokenised ID means something at one service only."""
    other = make_service(service.world)
    assert service.log_in()["cOpenID"] != other.log_in()["cOpenID"]


def test_the_granted_scopes_are_those_asked_for(service):
    """In production shape cScope says what is granted; the sandbox grants what the service has."""
    assert service.log_in("v1_0_4")["cScope"] == "corpidapi_auth"
    assert service.log_in("sandbox")["cScope"] == "corpidapi_auth corpidapi_corplist"


@pytest.mark.parametrize(("choice", "code"), [({"decision": "refuse"}, "D40001"), ({"decision": "cancel"}, "D40000"),
                                              ({"company": ""}, "M40000")])  # fmt: skip
def test_who_says_no_comes_back_without_a_code(service, choice, code):
    """A refusal on the phone is iAM Smart's, choosing no company is CorpID's; neither brings a code of any kind."""
    assert service.back(**choice) == {"error_code": code, "state": "state-1"}


def test_a_company_of_somebody_else(service):
    """Nobody acts for a company that is not theirs."""
    with pytest.raises(LoginRefused) as caught:
        service.back(company="sample-noodles")
    assert caught.value.code == "D20003"


@pytest.mark.parametrize(("chosen", "length"), [(True, 44), (False, 32)])
def test_the_content_key_as_text_or_raw(make_service, chosen, length):
    """CorpID wraps the base64 text of its key unless told otherwise; iAM Smart the key itself."""
    service = make_service(content_key_text=chosen)
    assert len(service.person.get_key()) == 32
    assert len(service.company.get_key()) == length
    assert len(service.company.cek) == 32
    assert service.log_in()["cOpenID"]


def test_the_two_sides_are_apart(service):
    """Neither side's credentials nor its content key are worth anything at the other."""
    back = service.back()
    question = service.question("sandbox", back)
    assert service.person.post("/corpid/api/v1/security/getKey").get_json()["code"] == "M20012"
    assert service.company.post("/api/v1/security/getKey").get_json()["code"] == "D20012"
    own, service.company.cek = service.company.get_key(), service.person.cek
    assert service.company.call(COMPANY_TOKEN["sandbox"], question)["code"] == "M30004"
    service.company.cek = base64.b64decode(own)
    assert service.company.call(COMPANY_TOKEN["sandbox"], question)["code"] == "M00000"


def test_a_revoked_key_ends_one_side_only(service):
    """Each platform has its own content key to revoke."""
    service.log_in()
    assert service.company.post("/corpid/api/v1/security/revokeKey").get_json()["code"] == "M00000"
    back = service.back()
    question = service.question("sandbox", back)
    assert service.company.call(COMPANY_TOKEN["sandbox"], question)["code"] == "M30002"
    assert service.person.call(PERSON_TOKEN, {"code": "0" * 32, "grantType": "authorization_code"})["code"] == "D40004"


def test_plain_iam_smart_is_not_served(service):
    """The plain login has its own mock; here only CorpID's variants begin one."""
    assert service.browser.get("/api/v1/auth/getQR").status_code == 404
    assert service.browser.post("/api/v1/profiles").get_json()["code"] == "D20000"
    assert service.browser.post("/corpid/api/v1/profiles").get_json()["code"] == "M20000"
