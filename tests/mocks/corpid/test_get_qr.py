"""What the two variants of the QR page take, and what they refuse before anybody is asked anything."""

from __future__ import annotations

import pytest

from tests.mocks.corpid.corporate_service import QR
from xbridge_mocks.iamsmart import LoginRefused


@pytest.mark.parametrize(
    ("shape", "bent", "code"),
    [
        ("sandbox", {"corpMock": None}, "D20001"), ("sandbox", {"corpMock": ""}, "D20002"),
        ("sandbox", {"corpMock": "false"}, "D20003"), ("sandbox", {"corpMock": "1"}, "D20003"),
        ("sandbox", {"cScope": "corpidapi_auth"}, "D20003"),
        ("v1_0_4", {"cScope": None}, "D20001"), ("v1_0_4", {"cScope": ""}, "D20002"),
        ("v1_0_4", {"cScope": "corpidapi_sign"}, "D20012"), ("v1_0_4", {"cScope": "eidapi_auth"}, "D20012"),
        ("v1_0_4", {"cScope": "corpidapi_auth corpidapi_auth"}, "D20012"),
        ("v1_0_4", {"cScope": "corpidapi_auth  corpidapi_corplist"}, "D20012"),
        ("v1_0_4", {"corpMock": "true"}, "D20003"),
        # What iAM Smart checks is checked here too.
        *((shape, bent, code) for shape in QR for bent, code in (
            ({"clientID": "0" * 32}, "D20012"), ({"clientID": None}, "D20001"), ({"scope": "eidapi_sign"}, "D20012"),
            ({"redirectURI": "https://svc.example/cb/corp/"}, "D20008"), ({"source": "App_Link"}, "D20007"),
            ({"state": "a b"}, "D20003"), ({"responseType": "token"}, "D20003"),
        )),
    ],
)  # fmt: skip
def test_a_page_that_is_not_shown(service, shape, bent, code):
    """A request that is not exactly right ends in an error page with its code, and redirects nowhere."""
    with pytest.raises(LoginRefused) as caught:
        service.mock.log_in(service.login_url(shape, **bent), "chan-tai-man")
    assert (caught.value.code, caught.value.status) == (code, 400)


def test_a_client_of_corpid_is_none_of_iam_smart(service):
    """The page wants the client id at iAM Smart."""
    with pytest.raises(LoginRefused) as caught:
        service.mock.log_in(service.login_url(clientID=service.credentials.corp_client_id), "chan-tai-man")
    assert caught.value.code == "D20012"


@pytest.mark.parametrize(("shape", "name"), [("sandbox", "corpMock"), ("v1_0_4", "cScope")])
def test_nothing_is_given_twice(service, shape, name):
    """The same parameter twice is refused, even with the same value."""
    value = {"corpMock": "true", "cScope": "corpidapi_auth"}[name]
    page = service.browser.get(f"{service.login_url(shape)}&{name}={value}")
    assert (page.status_code, page.headers["X-Xbridge-Mock-Code"]) == (400, "D20003")
