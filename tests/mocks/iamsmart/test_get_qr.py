"""getQR: every parameter checked, an error page for every fault, a redirect for none (dossier 6.1, 6.2)."""

from __future__ import annotations

import pytest

from tests.mocks.iamsmart.online_service import BASE, CALLBACK
from xbridge_mocks.iamsmart import LoginRefused

HOSTILE = [
    "https://evil.example/cb",
    "https://svc.example/cb/hk/",
    "https://svc.example/cb/HK",
    "https://SVC.example/cb/hk",
    "http://svc.example/cb/hk",
    "https://svc.example:443/cb/hk",
    "https://svc.example:80@evil.example/cb/hk",
    "https://svc.example@evil.example/cb/hk",
    "https://svc.example.evil.example/cb/hk",
    "https://svc.example/cb/hk?x=1",
    "https://svc.example/cb/hk#x",
    "https://svc.example/cb/hk%00",
    "https://svc.example/cb/../cb/hk",
    "https://svc.example//cb/hk",
    "https://svc.example/cb/hk https://evil.example",
    "//svc.example/cb/hk",
    "/cb/hk",
    "javascript:alert(1)",
    "data:text/html,hello",
    "https:svc.example/cb/hk",
    "https://svc.example\\@evil.example/cb/hk",
    "https://svc.example/cb",
]


def refusal(service, **bent):
    """The page for a bent request: always 400, never a redirect."""
    address = service.login_url(**bent).removeprefix(BASE)
    page = service.browser.get(address)
    assert page.status_code == 400
    assert "Location" not in page.headers
    return page.headers["X-Xbridge-Mock-Code"]


@pytest.mark.parametrize("name", ["clientID", "responseType", "source", "redirectURI", "scope"])
def test_required_parameters(service, name):
    """A missing parameter is D20001, an empty one D20002."""
    assert refusal(service, **{name: None}) == "D20001"
    assert refusal(service, **{name: ""}) == "D20002"


@pytest.mark.parametrize(
    ("name", "value", "code"),
    [
        ("clientID", "0" * 32, "D20012"),
        ("responseType", "token", "D20003"),
        ("responseType", "CODE", "D20003"),
        ("source", "App_Link", "D20007"),
        ("source", "App_Scheme", "D20007"),
        ("source", "pc_browser", "D20007"),
        ("scope", "eidapi_sign", "D20012"),
        ("scope", "eidapi_auth eidapi_sign", "D20012"),
        ("scope", "EIDAPI_AUTH", "D20012"),
        ("scope", "eidapi_auth  eidapi_profiles", "D20012"),
        ("scope", "eidapi_auth eidapi_auth", "D20012"),
        ("scope", "eidapi_auth,eidapi_profiles", "D20012"),
        ("state", "", "D20003"),
        ("state", "x" * 37, "D20003"),
        ("state", "a b", "D20003"),
        ("state", "a.b", "D20003"),
        ("state", "<script>", "D20003"),
        ("lang", "fr", "D20003"),
        ("brokerPage", "yes", "D20003"),
        ("ticketID", "0" * 32, "D20003"),
    ],
)
def test_wrong_values(service, name, value, code):
    """Each wrong value has its code."""
    assert refusal(service, **{name: value}) == code


@pytest.mark.parametrize("uri", HOSTILE)
def test_redirect_uri_is_compared_as_text(service, uri):
    """No address but a registered one is ever returned to, however alike it looks (B4)."""
    assert refusal(service, redirectURI=uri) == "D20008"


@pytest.mark.parametrize("bent", [{"responseType": "token"}, {"scope": "nonsense"}, {"state": "a b"}, {"source": "?"}])
def test_no_redirect_on_any_error_path(service, bent):
    """A bad request never redirects, with an evil address or with the registered one (B3)."""
    refusal(service, redirectURI="https://evil.example/", **bent)
    refusal(service, **bent)


@pytest.mark.parametrize("name", ["clientID", "redirectURI", "scope", "state", "responseType", "source"])
def test_duplicated_parameters(service, name):
    """A parameter given twice is refused, even with the same value."""
    address = service.login_url().removeprefix(BASE)
    pair = next(part for part in address.split("?")[1].split("&") if part.startswith(name + "="))
    page = service.browser.get(f"{address}&{pair}")
    assert (page.status_code, page.headers["X-Xbridge-Mock-Code"]) == (400, "D20003")


@pytest.mark.parametrize("spelling", ["true", "True", "TRUE", "false", "False"])
def test_broker_page_is_read_in_any_case(service, spelling):
    """Real clients send the boolean in any case."""
    assert service.browser.get(service.login_url(brokerPage=spelling).removeprefix(BASE)).status_code == 200


@pytest.mark.parametrize("source", ["PC_Browser", "Android_Chrome", "iOS_Safari", "iOS_IMS_InAppBrowser"])
def test_sources(service, source):
    """Every browser source of the list is served."""
    assert service.browser.get(service.login_url(source=source).removeprefix(BASE)).status_code == 200


def test_unknown_client_wins_over_everything_after_it(service):
    """The client is known before its scopes and addresses are looked at."""
    assert refusal(service, clientID="nobody", scope="x", redirectURI="https://evil.example/") == "D20012"


def test_a_scripted_login_says_why_it_was_refused(world, service):
    """``log_in`` raises with the code of the error page, and for people it does not know."""
    with pytest.raises(LoginRefused) as caught:
        world.iamsmart.log_in(service.login_url(redirectURI="https://evil.example/"), "chan-tai-man")
    assert (caught.value.code, caught.value.status) == ("D20008", 400)
    for key in ("nobody", "yip-suk-fan"):
        with pytest.raises(ValueError, match="iAM Smart account"):
            world.iamsmart.log_in(service.login_url(), key)
    with pytest.raises(ValueError, match="decision"):
        world.iamsmart.log_in(service.login_url(), "chan-tai-man", decision="maybe")


@pytest.mark.parametrize(
    "bent",
    [
        {"redirect_uris": []},
        {"redirect_uris": ["/relative"]},
        {"redirect_uris": ["ftp://svc.example/"]},
        {"redirect_uris": ["https://user@svc.example/"]},
        {"redirect_uris": ["https://svc.example/#x"]},
        {"redirect_uris": ["https://svc.example/a b"]},
        {"redirect_uris": ["https://svc.example\\evil/"]},
        {"redirect_uris": ["https://svc.example:0/"]},
        {"redirect_uris": ["https://svc.example:99999/"]},
        {"redirect_uris": ["https://例子.example/"]},
        {"scopes": []},
        {"scopes": ["openid"]},
        {"name": " "},
        {"name_texts": {"fr": "Service"}},
    ],
)
def test_registration_is_strict(world, make_service, bent):
    """What the portal would not take is refused when a client is registered."""
    with pytest.raises(ValueError):  # noqa: PT011 - each has a message of its own
        make_service(world, **bent)


def test_the_journal_hides_state_and_redirect(world, service):
    """The journal shows harmless parameters and masks the others, and the tokens in paths."""
    world.iamsmart.log_in(service.login_url(state="very-private"), "chan-tai-man")
    entries = world.iamsmart.journal.entries()
    assert [entry.operation for entry in entries] == ["getQR", "scan", "desk", "decision", "callback"]
    assert "source=PC_Browser" in entries[0].path
    assert [entry.path for entry in entries[1:]] == [
        "/mock/phone/***/scan", "/mock/qr/***", "/mock/phone/***/decision", "/mock/qr/***/continue",
    ]  # fmt: skip
    assert "very-private" not in repr(entries)
    assert CALLBACK not in repr(entries)
    assert entries[-1].code == "D00000"
