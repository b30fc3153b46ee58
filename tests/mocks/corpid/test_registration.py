"""Registering a service at both platforms, in code and over the control API."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from werkzeug.test import Client

from tests.mocks.corpid.corporate_service import CALLBACK, CorporateService
from xbridge_mocks import MockClock, MockWorld
from xbridge_mocks.persona import POPULATION


def test_over_the_control_api(service):
    """The control API gives credentials for both platforms, and walks through a login for a company."""
    head = {"X-Mock-Secret": service.world.control_secret}
    browser = Client(service.world.corpid)
    made = browser.post("/__mock__/clients", json={"name": "S", "redirect_uris": [CALLBACK]}, headers=head).get_json()
    assert set(made) == {"client_id", "client_secret", "corp_client_id", "corp_client_secret"}
    assert len(set(made.values())) == 4
    url = service.login_url(clientID=made["client_id"])
    walked = browser.post("/__mock__/logins", json={"login_url": url, "persona": "chan-tai-man"}, headers=head)
    assert "corpMockCode=" in walked.get_json()["callback_url"]
    asked = {"client_id": made["corp_client_id"]}
    known = browser.post("/__mock__/subjects", json=asked, headers=head).get_json()["subjects"]
    assert set(known) == {"sample-trading", "sample-noodles"}


@pytest.mark.parametrize(
    "bent",
    [
        {"corp_scopes": ["eidapi_auth"]}, {"corp_scopes": []}, {"corp_scopes": "corpidapi_auth"}, {"redirect_uris": []},
        {"redirect_uris": ["ftp://x"]}, {"kek_public_keys": ["no key"]}, {"corp_kek_public_keys": ["no key"]},
        {"name": ""}, {"name": 5}, {"surprise": 1}, {"name_texts": {"en": {}}},
    ],
)  # fmt: skip
def test_what_the_portal_would_not_take(service, bent):
    """A description that is not complete and exact is refused."""
    with pytest.raises(ValueError, match=r".+"):
        service.mock.register_from({"name": "S", "redirect_uris": [CALLBACK], **bent})


def test_corpid_may_have_a_key_of_its_own(service, private_key):
    """A service without a key for CorpID is told so there, and there only."""
    made = service.mock.register_client(
        name="S", redirect_uris=[CALLBACK], corp_kek_public_keys=[],
        kek_public_keys=[_public(private_key)],
    )  # fmt: skip
    service.person.client_id, service.person._secret = made.client_id, made.client_secret
    service.company.client_id, service.company._secret = made.corp_client_id, made.corp_client_secret
    assert service.person.post("/api/v1/security/getKey").get_json()["code"] == "D00000"
    assert service.company.post("/corpid/api/v1/security/getKey").get_json()["code"] == "M30001"


def test_a_service_that_may_not_log_in(service, private_key):
    """Without the scope of authentication CorpID gives no token."""
    made = service.mock.register_client(
        name="S", redirect_uris=[CALLBACK], kek_public_keys=[_public(private_key)], corp_scopes=["corpidapi_corplist"]
    )
    service.company.client_id, service.company._secret = made.corp_client_id, made.corp_client_secret
    assert service.company.call("/corpid/api/v1/auth/getToken", {})["code"] == "M20012"


def test_somebody_must_act_for_a_company():
    """A population without companies makes no mock."""
    people = [person for person in POPULATION if not person.companies]
    with pytest.raises(ValueError, match="company"):
        _ = MockWorld(personas=people).corpid


def test_secrets_do_not_show(service):
    """Printed credentials show neither secret."""
    shown = repr(service.credentials)
    assert service.credentials.client_secret not in shown
    assert service.credentials.corp_client_secret not in shown


def test_a_world_forgets_and_repeats(private_key):
    """After a reset codes are gone and clients stay; the same seed gives the same world again."""
    at = datetime(2025, 6, 2, 4, tzinfo=UTC)
    one, two = (CorporateService(MockWorld(MockClock(at), seed=7), private_key) for _ in range(2))
    assert one.credentials == two.credentials
    assert one.back() == two.back()
    back = one.back("v1_0_4")
    one.mock.reset()
    assert one.company_token("v1_0_4", back)["code"] == "M40004"
    assert one.log_in()["cOpenID"]


def _public(private_key):
    from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

    return private_key.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
