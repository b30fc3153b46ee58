"""Three generations, one contract, served at once: what they share, and the rules each keeps to itself."""

from __future__ import annotations

from urllib.parse import parse_qs, parse_qsl, urlencode, urlsplit

import pytest
from werkzeug.test import Client

from tests.mocks.guangdong.relying_service import BASES, account_of, callback_values
from xbridge_mocks.guangdong.wording import WORDING

GENERATIONS = sorted(BASES)
LOGIN_PAGES = {"am": "/am/login/initAuth.do", "tif": "/tif/sso/static/", "pscp": "/pscp/sso/static/"}
TWO = "https://service.example/cb?door=2&floor=3"


def authorize(service, /, **changes):
    """A right authorize request, changed, from a browser that nobody has signed in with."""
    return Client(service.mock).get(f"{service.base}/authorize", query_string=service.authorize_params(**changes))


@pytest.mark.parametrize("generation", GENERATIONS)
def test_the_whole_login(make, generation):
    """Every generation leads from authorize to the account, and the account is the same everywhere."""
    user = make(generation=generation).log_in("lee-siu-ming")["userobj"]
    assert user["useridcode"] == account_of("lee-siu-ming").useridcode


@pytest.mark.parametrize("generation", GENERATIONS)
def test_each_has_its_own_login_page(make, generation):
    """Whoever is not signed in is sent to the login page of the generation, which names the service."""
    service = make(generation=generation)
    where = authorize(service).headers["Location"]
    assert urlsplit(where).path == LOGIN_PAGES[generation]
    page = Client(service.mock).get(where + "&lang=en").text
    assert WORDING.say("sign_in", "en") in page
    assert "Social insurance enquiry" in page


def test_the_second_generation_repeats_the_fixed_words(make):
    """The address of its login page carries what authorize was given."""
    service = make(generation="tif")
    query = parse_qs(urlsplit(authorize(service).headers["Location"]).query)
    assert query == {name: [value] for name, value in service.authorize_params().items()}


def test_the_first_generation_carries_the_authorize_address(make):
    """Its login page gets the whole authorize address in gotoUrl, and that address works."""
    service = make(generation="am")
    (pair,) = parse_qsl(urlsplit(authorize(service).headers["Location"]).query)
    name, goto = pair
    assert name == "gotoUrl"
    assert goto.startswith("/am/oauth2/authorize?")
    assert Client(service.mock).get(goto).status_code == 302


@pytest.mark.parametrize(
    "goto",
    [None, "", "/am/oauth2/authorize", "https://evil.example/", "/pscp/sso/connect/page/oauth2/authorize?{query}",
     "/am/oauth2/access_token?{query}", "/am/oauth2/authorize?{query}&scope=all", "/am/oauth2/authorize?client_id=x"],
)  # fmt: skip
def test_a_wrong_goto_address_gets_a_page(make, goto):
    """GotoUrl is an authorize address of this generation, complete, or nobody signs in."""
    service = make(generation="am")
    query = urlsplit(service.authorize_url()).query
    values = {} if goto is None else {"gotoUrl": goto.format(query=query)}
    reply = Client(service.mock).get(LOGIN_PAGES["am"], query_string=values)
    assert (reply.status_code, reply.mimetype) == (400, "text/html")


def test_the_host_of_a_goto_address_is_not_followed(make):
    """Whatever host stands before the authorize path, the login ends at the registered address."""
    service = make(generation="am")
    goto = "https://evil.example/am/oauth2/authorize?" + urlsplit(service.authorize_url()).query
    browser = service.mock.browser()

    back = browser.log_in(f"{LOGIN_PAGES['am']}?{urlencode({'gotoUrl': goto})}", "chan-tai-man")
    assert back.startswith(f"{service.redirect_uri}?code=")


@pytest.mark.parametrize(("generation", "status"), [("am", 400), ("tif", 400), ("pscp", 302)])
def test_service_is_a_duty_in_the_first_two(make, generation, status):
    """service=initService is required by the older generations and optional in the third."""
    assert authorize(make(generation=generation), service=None).status_code == status


@pytest.mark.parametrize("generation", GENERATIONS)
@pytest.mark.parametrize(("rule", "status"), [(True, 400), (False, 302)])
def test_a_setting_overrides_that_duty(make, generation, rule, status):
    """Which generation insists is partly inference, so it can be set for all."""
    assert authorize(make(generation=generation, require_service=rule), service=None).status_code == status


@pytest.mark.parametrize(
    ("generation", "members"),
    [("am", {"error_code", "error_msg"}), ("tif", {"errcode", "errmsg"}), ("pscp", {"errcode", "errmsg"})],
)
def test_each_refuses_in_its_own_shape(make, generation, members):
    """The first generation says error_code, the others errcode, at both endpoints."""
    service = make(generation=generation)
    for reply in (service.access_token("never-issued"), service.tokeninfo("never-issued")):
        assert (reply.status_code, set(reply.get_json())) == (400, members)


@pytest.mark.parametrize("generation", GENERATIONS)
def test_one_shape_can_be_set_for_all(make, generation):
    """The setting prevails over the generation."""
    reply = make(generation=generation, error_shape="oauth").access_token("never-issued")
    assert set(reply.get_json()) == {"error", "error_description"}


@pytest.mark.parametrize(("generation", "served"), [("am", True), ("tif", True), ("pscp", False)])
@pytest.mark.parametrize("name", ["access_token", "tokeninfo"])
def test_trailing_slash(make, generation, served, name):
    """authorize/ works everywhere; the other two with a slash are unknown to the third generation, unless set."""
    service = make(generation=generation)
    assert (
        authorize(service).status_code
        == Client(service.mock).get(f"{service.base}/authorize/", query_string=service.authorize_params()).status_code
        == 302
    )
    assert (Client(service.mock).get(f"{service.base}/{name}/").status_code == 404) is not served
    loose = make(generation=generation, strict_slash=False)
    assert Client(loose.mock).get(f"{loose.base}/{name}/").status_code == 400


@pytest.mark.parametrize("generation", GENERATIONS)
def test_post_is_served_everywhere(make, generation):
    """A client that repeats as POST is served in every generation."""
    service = make(generation=generation)
    code = service.code()
    assert Client(service.mock).post(f"{service.base}/access_token", data=service.token_params(code)).status_code == 200


@pytest.mark.parametrize("loose", [False, True])
def test_generations_do_not_share_codes_or_tokens(make, loose):
    """A code or token is good where it was issued; elsewhere it is refused, is not spent, and that can be set."""
    service = make(generation="tif", mixed_generations=loose)
    code = service.code()
    service.base = BASES["pscp"]
    assert (service.access_token(code).status_code == 200) is loose
    service.base = BASES["tif"]
    token = service.access_token(service.code() if loose else code).get_json()["access_token"]
    service.base = BASES["am"]
    assert (service.tokeninfo(token).status_code == 200) is loose
    service.base = BASES["tif"]
    assert service.tokeninfo(token).status_code == 200


@pytest.mark.parametrize(
    ("sent", "good"),
    [
        ("?door=2,floor=3", True),
        ("?door=2,floor=3,state=abc", True),
        ("?door=2&floor=3", False),
        ("?door=2&floor=3&state=abc", False),
        ("?door=2,floor=3&state=abc", False),
        ("?door=2,floor=3,other=1", False),
        ("?door=2,floor=3,state=a,state=b", False),
    ],
)
def test_the_first_generation_joins_with_commas(make, sent, good):
    """Several parameters of a redirect address are joined by commas there, and by nothing else."""
    service = make(generation="am", redirect_uri=TWO)
    assert (authorize(service, redirect_uri=f"https://service.example/cb{sent}").status_code == 302) is good


@pytest.mark.parametrize("generation", ["tif", "pscp"])
def test_the_others_know_no_commas(make, generation):
    """A comma is a character like any other in the later generations."""
    service = make(generation=generation, redirect_uri=TWO)
    assert authorize(service, redirect_uri="https://service.example/cb?door=2,floor=3").status_code == 400
    assert authorize(service).status_code == 302


@pytest.mark.parametrize(
    ("rule", "back"),
    [("ampersand", {"door": ["2"], "floor": ["3"], "state": ["abc"]}), ("kept", {"door": ["2,floor=3,state=abc"]})],
)
def test_commas_on_the_way_back(make, rule, back):
    """The callback has ampersands again, or the commas as sent; which of the two is UNKNOWN."""
    service = make(generation="am", redirect_uri=TWO, am_commas=rule)
    service.redirect_uri = "https://service.example/cb?door=2,floor=3,state=abc"
    callback = service.mock.log_in(service.authorize_url(), "chan-tai-man")
    values = callback_values(callback)
    (code,) = values.pop("code")
    assert values == back
    assert service.access_token(code).status_code == 200


def test_commas_stay_where_they_join_nothing(make):
    """A comma inside the path of a registered address is left alone."""
    service = make(generation="am", redirect_uri="https://service.example/a,b?door=2")
    callback = service.mock.log_in(service.authorize_url(), "chan-tai-man")
    assert callback.startswith("https://service.example/a,b?door=2&code=")


def test_either_joiner_can_be_allowed(make):
    """Whether the first generation refuses the ampersand is UNKNOWN, so it may be let in."""
    service = make(generation="am", redirect_uri=TWO, am_separator="either")
    assert authorize(service).status_code == 302
    assert authorize(service, redirect_uri="https://service.example/cb?door=2,floor=3").status_code == 302


def test_a_session_serves_all_generations(make):
    """Signed in at one generation, the browser gets a code at another without a page."""
    service = make(generation="am")
    browser = service.mock.browser("https://tyrz.example")
    browser.log_in(service.authorize_url(), "chan-tai-man")
    service.base = BASES["pscp"]
    code = callback_values(browser.log_in(service.authorize_url(), "-"))["code"][0]
    assert service.access_token(code).status_code == 200


@pytest.mark.parametrize("generation", GENERATIONS)
def test_the_journal_shows_no_address(make, generation):
    """The way through a login page leaves no redirect address and no state behind, in any generation."""
    service = make(generation=generation)
    service.redirect_uri += "?state=CANARY"
    service.log_in()
    assert "CANARY" not in "\n".join(map(repr, service.mock.journal.entries()))
