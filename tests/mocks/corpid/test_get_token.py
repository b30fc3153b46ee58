"""CorpID's getToken: what each shape must bring, and what a code is good for."""

from __future__ import annotations

import pytest

from tests.mocks.corpid.corporate_service import CODE_NAME, COMPANY_TOKEN, SHAPES
from xbridge_mocks.iamsmart import IamSmartMockSettings

SANDBOX = ("ticketID", "grantType", "iAMSmart_AccessToken", "iAMSmart_TokenizedID")


@pytest.mark.parametrize(
    ("shape", "name"), [*(("sandbox", name) for name in SANDBOX), ("v1_0_4", "cAuthCode"), ("v1_0_4", "grantType")]
)
@pytest.mark.parametrize(("value", "code"), [(..., "M20001"), ("", "M20002"), (5, "M20003"), (None, "M20003")])
def test_every_member_is_needed(service, shape, name, value, code):
    """A member that is missing, empty or no text is named in an M-code, and the code is not used up."""
    back = service.back(shape)
    question = service.question(shape, back)
    reply = service.company.call(COMPANY_TOKEN[shape], {**question, name: value})
    assert reply["code"] == code
    assert name in reply["msg"]
    assert service.company.call(COMPANY_TOKEN[shape], question)["code"] == "M00000"


@pytest.mark.parametrize(
    ("shape", "bent", "code"),
    [
        ("sandbox", {"grantType": "password"}, "M20003"), ("v1_0_4", {"grantType": "password"}, "M20003"),
        ("sandbox", {"ticketID": "0" * 32}, "M40004"), ("v1_0_4", {"cAuthCode": "0" * 32}, "M40004"),
        ("sandbox", {"iAMSmart_AccessToken": "0" * 32}, "M20009"), ("sandbox", {"iAMSmart_TokenizedID": "x"}, "M20010"),
        ("v1_0_4", {"isDirectLogin": True}, "M20003"), ("v1_0_4", {"isDirectLogin": "true"}, "M20003"),
        ("v1_0_4", {"isDirectLogin": 0}, "M20003"), ("v1_0_4", {"code_verifier": "v" * 43}, "M20003"),
        ("v1_0_4", {"isDirectLogin": False}, "M00000"), ("v1_0_4", {"isDirectLogin": "false"}, "M00000"),
    ],
)  # fmt: skip
def test_what_is_brought_must_fit(service, shape, bent, code):
    """A wrong value is refused for what it is."""
    assert service.company_token(shape, service.back(shape), **bent)["code"] == code


@pytest.mark.parametrize("shape", SHAPES)
def test_a_code_works_once(service, shape):
    """A second exchange is refused."""
    back = service.back(shape)
    question = service.question(shape, back)
    replies = [service.company.call(COMPANY_TOKEN[shape], question)["code"] for _ in range(2)]
    assert replies == ["M00000", "M40004"]


@pytest.mark.parametrize("shape", SHAPES)
@pytest.mark.parametrize(("passed_s", "code"), [(29.999, "M00000"), (30, "M40004")])
def test_a_code_lives_thirty_seconds(service, shape, passed_s, code):
    """CorpID's code ends to the millisecond, on the world's clock."""
    back = service.back(shape)
    question = service.question(shape, back)
    service.world.clock.advance(passed_s)
    assert service.company.call(COMPANY_TOKEN[shape], question)["code"] == code


@pytest.mark.parametrize("ttl_s", [30, 60])
def test_how_long_is_a_setting(make_service, ttl_s):
    """Both codes may live as long as either source says."""
    service = make_service(company_code_ttl_s=ttl_s, iamsmart=IamSmartMockSettings(auth_code_ttl_s=ttl_s))
    back = service.back()
    service.world.clock.advance(ttl_s - 0.001)
    assert service.company_token("sandbox", back)["code"] == "M00000"


def test_a_code_of_one_shape_is_none_of_the_other(service):
    """The page that issued a code decides where it is exchanged."""
    sandbox, production = service.back("sandbox"), service.back("v1_0_4")
    question = {"cAuthCode": sandbox["corpMockCode"], "grantType": "authorization_code"}
    assert service.company.call(COMPANY_TOKEN["v1_0_4"], question)["code"] == "M40004"
    bent = service.question("sandbox", sandbox, ticketID=production["cCode"])
    assert service.company.call(COMPANY_TOKEN["sandbox"], bent)["code"] == "M40004"


def test_a_code_of_another_service(service, make_service):
    """A stranger cannot exchange it, and his trying does not use it up."""
    other = make_service(service.world)
    back = service.back("v1_0_4")
    stolen = {"cAuthCode": back["cCode"], "grantType": "authorization_code"}
    assert other.company.call(COMPANY_TOKEN["v1_0_4"], stolen)["code"] == "M40004"
    assert service.company_token("v1_0_4", back)["code"] == "M00000"


def test_a_code_of_another_person(service):
    """In the sandbox the token shown must be that of the person who chose the company."""
    one, two = service.back(), service.back(persona="lee-siu-ming")
    mixed = {**two, CODE_NAME["sandbox"]: one[CODE_NAME["sandbox"]]}
    assert service.company_token("sandbox", mixed)["code"] == "M40004"


def test_a_token_of_another_service(service, make_service):
    """In the sandbox the token shown must be this service's own."""
    other = make_service(service.world)
    stolen = other.person_token(other.back()["code"])["accessToken"]
    assert service.company_token("sandbox", service.back(), iAMSmart_AccessToken=stolen)["code"] == "M20009"


def test_a_token_that_has_expired(make_service):
    """In the sandbox the token shown must still be alive."""
    service = make_service(company_code_ttl_s=60, iamsmart=IamSmartMockSettings(access_token_ttl_ms=10_000))
    question = service.question("sandbox", service.back())
    service.world.clock.advance(10)
    assert service.company.call(COMPANY_TOKEN["sandbox"], question)["code"] == "M20009"


def test_user_type_is_a_setting(make_service):
    """A person may have come with a certificate."""
    assert make_service(user_type="p12").log_in()["userType"] == "p12"
