"""What authorize and the login page refuse: always with a page, never with a redirect."""

from __future__ import annotations

import pytest
from werkzeug.test import Client

from tests.mocks.guangdong.relying_service import BASE, LOGIN, callback_values
from xbridge_mocks.guangdong import LoginUnfinished

# Lesson B4: addresses that have passed somebody's check. None may be followed, whatever else the request says.
HOSTILE = [
    "https://service.example/cb/",
    "https://service.example/cb/../evil",
    "https://service.example/cb%2e",
    "https://service.example/CB",
    "https://SERVICE.example/cb",
    "HTTPS://service.example/cb",
    "https://service.example:443/cb",
    "https://service.example./cb",
    "http://service.example/cb",
    "https://service.example/cb#",
    "https://service.example/cb#/route",
    "https://service.example/cb?",
    "https://service.example/cb?state=",
    "https://service.example/cb?other=1",
    "https://service.example/cb?state=a&other=1",
    "https://service.example/cb?state=a&state=b",
    "https://service.example/cb?state=a#frag",
    "https://service.example/cb?state=a b",
    "https://service.example/cb?state=a&code=stolen",
    "https://service.example/cb&state=a",
    "https://service.example/cb?State=a",
    "https://service.example/cb?state=é",
    " https://service.example/cb",
    "https://service.example/cb ",
    "https://service.example/cb\r\nSet-Cookie: a=b",
    "https://service.example/cb\t",
    "https://service.example/cb\x00",
    "https://service.example@evil.example/cb",
    "https://service.example:pw@evil.example/cb",
    "https://service.example\\@evil.example/cb",
    "https://evil.example/https://service.example/cb",
    "https://service.example.evil.example/cb",
    "https://evilservice.example/cb",
    "//service.example/cb",
    "/cb",
    "cb",
    "http://localhost:80@evil.example/cb",
    "http://127.0.0.1/cb",
    "javascript:alert(1)",
    "data:text/html,x",
]


def get(service, path=f"{BASE}/authorize", /, **changes):
    """Send a right request, changed, with a browser that has no cookies."""
    return Client(service.mock).get(path, query_string=service.authorize_params(**changes))


def assert_refused(reply, status=400):
    """A refusal is an HTML page without a way out."""
    assert reply.status_code == status
    assert reply.mimetype == "text/html"
    assert "Location" not in reply.headers


def test_without_a_session_the_login_page_follows(service):
    """A browser that is not signed in is sent to the login page with the two parameters of the third generation."""
    reply = get(service)
    assert reply.status_code == 302
    where, _, query = reply.headers["Location"].partition("?")
    assert where == LOGIN
    assert [pair.split("=")[0] for pair in query.split("&")] == ["redirect_uri", "client_id"]


def test_trailing_slash_is_accepted_on_authorize_only(service):
    """authorize/ is served; access_token/ and tokeninfo/ are not."""
    assert get(service, f"{BASE}/authorize/").status_code == 302
    assert get(service, f"{BASE}/access_token/").status_code == 404
    assert get(service, f"{BASE}/tokeninfo/").status_code == 404


@pytest.mark.parametrize("address", HOSTILE)
def test_unregistered_address_is_never_followed(service, address):
    """An address that is not the registered one, character by character, gets a page: at authorize and at login."""
    assert_refused(get(service, redirect_uri=address))
    assert_refused(get(service, LOGIN, redirect_uri=address))


@pytest.mark.parametrize("client_id", ["tyrz_unknown", "TYRZ_0", " ", "<script>"])
def test_unknown_client(service, client_id):
    """A service nobody registered gets a page, also with an address somebody else registered."""
    assert_refused(get(service, client_id=client_id))
    assert_refused(get(service, LOGIN, client_id=client_id))


@pytest.mark.parametrize("name", ["response_type", "client_id", "scope", "redirect_uri"])
@pytest.mark.parametrize("value", ["absent", "", "twice"])
def test_required_parameters(service, name, value):
    """A required parameter that is missing, empty or repeated gets a page, even though the address is registered."""
    right = service.authorize_params()[name]
    given = {"absent": None, "": "", "twice": [right, right]}[value]
    assert_refused(get(service, **{name: given}))


@pytest.mark.parametrize(
    ("name", "value"),
    [("response_type", "token"), ("response_type", "CODE"), ("scope", "openid"), ("service", "other"), ("service", "")],
)
def test_fixed_words(service, name, value):
    """Anything but the fixed words of the protocol gets a page and not an error redirect."""
    assert_refused(get(service, **{name: value}))


def test_service_word_is_optional_unless_required(service, make):
    """The third generation works without service=initService; a setting makes it a duty."""
    assert get(service, service=None).status_code == 302
    assert_refused(get(make(require_service=True), service=None))


def test_post_to_authorize_is_refused(service):
    """Authorize is a link, not a form."""
    reply = Client(service.mock).post(f"{BASE}/authorize", query_string=service.authorize_params())
    assert_refused(reply, 405)
    assert reply.headers["Allow"] == "GET"


def test_exact_matching_refuses_the_added_state(make):
    """Under redirect_match=exact the query the service added makes it another address."""
    service = make(redirect_match="exact")
    assert_refused(get(service, redirect_uri="https://service.example/cb?state=abc"))
    assert get(service).status_code == 302


def test_registered_query_is_kept_apart_from_state(make):
    """A registered address that has a query takes the state after an ampersand, and only there."""
    service = make(redirect_uri="https://service.example/cb?door=2")
    assert get(service, redirect_uri="https://service.example/cb?door=2&state=abc").status_code == 302
    assert_refused(get(service, redirect_uri="https://service.example/cb?door=2?state=abc"))


def test_state_is_not_echoed_by_default(service):
    """No client of the platform was seen to use state, so the mock keeps it to itself."""
    callback = service.mock.log_in(service.authorize_url(state="abc"), "chan-tai-man")
    assert "state" not in callback_values(callback)


def test_state_is_echoed_when_set(make):
    """With echo_state the state of the authorize request comes back once."""
    service = make(echo_state=True)
    callback = service.mock.log_in(service.authorize_url(state="a&b=c"), "chan-tai-man")
    assert callback_values(callback)["state"] == ["a&b=c"]


def test_repeated_state_is_refused(service):
    """Two states are one too many, echoed or not."""
    assert_refused(get(service, state=["a", "b"]))


def test_secret_in_the_browser_is_ignored(service):
    """Some old clients send client_secret here; a wrong one changes nothing, because nobody looks."""
    assert get(service, client_secret="anything").status_code == 302


def test_scripted_person_reports_a_refusal(service):
    """log_in says that the platform refused instead of returning an address."""
    with pytest.raises(LoginUnfinished) as caught:
        service.mock.log_in(service.authorize_url(scope="x"), "chan-tai-man")
    assert caught.value.status == 400


def test_leaving_sends_nobody_back(service):
    """A person who leaves the page is not sent back: the service simply never hears of it."""
    with pytest.raises(LoginUnfinished, match="left"):
        service.mock.log_in(service.authorize_url(), "chan-tai-man", decision="leave")


def test_unknown_decision_is_a_mistake(service):
    """Only what a person can do on this platform is a decision."""
    with pytest.raises(ValueError, match="approve, scan, refuse or leave"):
        service.mock.log_in(service.authorize_url(), "chan-tai-man", decision="cancel")
