"""Leaving for the provider and coming back: logged in, refused, too late, in another's browser, from the app."""

from __future__ import annotations

import re
from datetime import timedelta
from html import escape
from urllib.parse import parse_qsl, urlsplit

import pytest

from tests.unit.web.desk_stage import (
    IPHONE,
    OWN_URL,
    PERSON,
    TITLE,
    AsyncDeskStage,
    Browser,
    DeskStage,
    header,
    location,
    text,
)
from tests.unit.web.test_address import HOSTILE
from xbridge.core.errors import (
    CallbackInvalid,
    LinkRefused,
    ProviderRejected,
    ProviderUnavailable,
    StoreUnavailable,
    TamperDetected,
    Unsupported,
    UserDeclined,
    VerificationError,
)
from xbridge.core.language import LANGUAGES, Language
from xbridge.core.signing import DocumentSignature, SignedBy, SigningHop
from xbridge.web import FrontDesk, Hooks, Paths, Shown, WebReply
from xbridge.web.wording import word
from xbridge_mocks import GuangdongMockSettings


@pytest.fixture
def stage() -> DeskStage:
    """A blocking service."""
    return DeskStage()


@pytest.fixture(scope="module")
def shared() -> DeskStage:
    """One for tests that change nothing."""
    return DeskStage()


@pytest.fixture
def browser(stage: DeskStage) -> Browser:
    """A new browser."""
    return Browser(stage)


def state_of(url: str) -> str:
    """The state in an address."""
    return dict(parse_qsl(urlsplit(url).query))["state"]


# --- logging in ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("colour", [DeskStage, AsyncDeskStage])
def test_a_person_logs_in(colour: type[DeskStage] | type[AsyncDeskStage]) -> None:
    """Both colours: the button leads to the platform, and back to where the person wanted to go."""
    stage = colour()
    browser = Browser(stage)
    done = browser.log_in(next="/after?x=1")
    assert (done.status, location(done)) == (303, "https://svc.test/after?x=1")
    assert stage.hooks.last("identity").profile.name_en == "CHAN, Tai Man"
    assert stage.desk.visit(browser.session).proof()


def test_the_hop_says_who_asks_and_in_which_language(stage: DeskStage) -> None:
    """Scope, device and language of the browser reach the platform; the address is not leaked in a referrer."""
    browser = Browser(stage, user_agent=IPHONE)
    browser.get("/iamsmart/callback?lang=zh-Hans")
    hop = browser.press_login()
    asked = dict(parse_qsl(urlsplit(location(hop)).query))
    assert (asked["source"], asked["lang"], asked["redirectURI"]) == ("iOS_Safari", "zh-CN", f"{OWN_URL}/callback")
    assert header(hop, "Referrer-Policy") == "no-referrer"
    assert header(hop, "Cache-Control") == "no-store"


def test_the_button_carries_guard_and_way(stage: DeskStage, browser: Browser) -> None:
    """What the desk gives the application to put on its page works when it is pressed."""
    visit = stage.desk.visit(browser.session)
    html = stage.desk.button(visit, next="/form?a=1&b=2")
    assert 'action="/iamsmart/login"' in html
    assert f'name="guard" value="{visit.guard}"' in html
    assert 'name="next" value="/form?a=1&amp;b=2"' in html
    assert 'action="/iamsmart/ask/card"' in stage.desk.button(visit, "form", ask="card")


@pytest.mark.parametrize(
    ("fields", "headers"),
    [
        ({}, {}),
        ({"guard": ""}, {}),
        ({"guard": "guessed"}, {}),
        ({"guard": "right"}, {"sec_fetch_site": "cross-site"}),
        ({"guard": "right"}, {"sec_fetch_site": "same-site"}),
        ({"guard": "right"}, {"content-type": "application/json"}),
        ({"guard": "right"}, {"content-type": "text/plain"}),
        ({"guard": "right"}, {"content-type": "multipart/form-data; boundary=x"}),
    ],
    ids=range(8),
)
def test_only_our_own_form_starts_a_login(browser: Browser, fields: dict[str, str], headers: dict[str, str]) -> None:
    """No guard, another's guard, another site's form, another kind of body: nothing is begun (login CSRF)."""
    guard = browser.guard
    reply = browser.post(
        "/iamsmart/login", {name: guard if value == "right" else value for name, value in fields.items()}, **headers
    )
    assert reply.status in (400, 403)
    assert not location(reply)
    assert "hops" not in browser.session["xbridge"]


@pytest.mark.parametrize("site", ["same-origin", "none"])
def test_our_own_page_may_post(browser: Browser, site: str) -> None:
    """A browser that says the form is ours is believed, together with the guard."""
    assert browser.post("/iamsmart/login", {"guard": browser.guard}, sec_fetch_site=site).status == 303


BODIES: dict[str, bytes | None] = {
    "bad encoding": b"&x=%FF%FE",
    "no value": b"&x",
    "doubled": b"&next=/a&next=/b",
    "doubled guard": b"&guard=x",
    "many": b"&" + b"&".join(b"a%d=1" % number for number in range(100)),
    "long": b"&x=" + b"y" * 20_000,
    "no text": b"&x=\xff\xfe\x00",
    "too much to read": None,
}


@pytest.mark.parametrize("body", BODIES.values(), ids=BODIES)
def test_a_form_that_cannot_be_read_is_refused(stage: DeskStage, browser: Browser, body: bytes | None) -> None:
    """Bad encodings, doubled fields, too many, too long: a page, never an exception, even with the right guard."""
    sent = {"content-type": "application/x-www-form-urlencoded"}
    raw = None if body is None else f"guard={browser.guard}".encode() + body
    reply = browser._ask("POST", "/iamsmart/login", raw, sent)
    assert reply.status in (400, 403)
    assert isinstance(stage.hooks.last("refusal"), CallbackInvalid)


@pytest.mark.parametrize("wish", HOSTILE, ids=range(len(HOSTILE)))
def test_a_login_never_ends_elsewhere(shared: DeskStage, wish: str) -> None:
    """Whatever ``next`` was, the browser is sent home, on this very site."""
    browser = Browser(shared)
    hop = browser.press_login(next=wish)
    kept = shared.desk.visit(browser.session).returning(
        f"/iamsmart/callback?state={state_of(location(hop))}", now=shared.clock.now()
    )
    assert kept
    assert kept.next == "/home"
    assert location(shared.desk.send_to(wish)) == "https://svc.test/home"


@pytest.mark.parametrize(
    ("answer", "status", "where"),
    [
        (None, 303, "https://svc.test/after"),
        ("/welcome", 303, "https://svc.test/welcome"),
        ("//evil.example", 303, "https://svc.test/home"),
        (WebReply(status=403, body=b"not you"), 403, ""),
    ],
    ids=["nothing", "a path", "an evil path", "a reply"],
)
def test_the_application_decides_where_to_go(
    stage: DeskStage, browser: Browser, answer: object, status: int, where: str
) -> None:
    """A hook may say nothing, a path of this site, or answer by itself."""
    stage.hooks.answers["identity"] = answer
    done = browser.log_in()
    assert (done.status, location(done)) == (status, where)


def test_the_application_may_turn_somebody_away(stage: DeskStage, browser: Browser) -> None:
    """An error of the library that a hook raises becomes a page; any other reaches the framework."""
    stage.hooks.answers["identity"] = LinkRefused("conflict", "this account is closed")
    refused = browser.log_in()
    assert refused.status == 400
    assert b"this account is closed" not in refused.body
    stage.hooks.answers["identity"] = RuntimeError("a bug of the application")
    with pytest.raises(RuntimeError, match="a bug"):
        browser.log_in()


def test_without_hooks_the_proof_is_kept(stage: DeskStage, browser: Browser) -> None:
    """The default is enough for a service that only wants to know that somebody logged in."""
    stage.desk.hooks = Hooks()
    assert browser.log_in().status == 303
    assert stage.desk.visit(browser.session).proof()


# --- refusals ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("decision", ["refuse", "cancel"])
def test_who_says_no_is_told_so(stage: DeskStage, browser: Browser, decision: str, language: Language) -> None:
    """A refusal is a normal page in the person's language with the way back, and no error code."""
    browser.get(f"/iamsmart/callback?lang={language}")
    page = browser.log_in(decision=decision)
    assert page.status == 403
    assert word("declined", language) in text(page)
    assert f'<html lang="{language}">'.encode() in page.body
    assert b'href="/home"' in page.body
    assert word("error_code", language) not in text(page)
    assert isinstance(stage.hooks.last("refusal"), UserDeclined)


def test_who_was_too_slow_is_told_so(stage: DeskStage, browser: Browser) -> None:
    """The platform's own time-out, and ours."""
    hop = browser.press_login()
    late = browser.get(f"{OWN_URL}/callback?error_code=D40003&state={state_of(location(hop))}")
    assert late.status == 403
    assert word("timed_out", "zh-Hant") in text(late)
    assert isinstance(stage.hooks.last("refusal"), ProviderRejected)
    hop = browser.press_login()
    callback = stage.visit(location(hop), PERSON)
    stage.clock.advance(18 * 60)
    assert word("stale", "zh-Hant") in text(browser.get(callback))


@pytest.mark.parametrize(
    ("error", "status", "key"),
    [
        (ProviderUnavailable("iamsmart", "down"), 503, "busy"),
        (StoreUnavailable("locked"), 503, "busy"),
        (Unsupported("no"), 404, "missing"),
        (ProviderRejected("iamsmart", "no", provider_code="D20006", step="getToken"), 502, "failed"),
        (LinkRefused("stale", "old"), 400, "stale"),
        (VerificationError("assurance", reason="cannot_sign"), 400, "failed"),
        (TamperDetected("proof", reason="mismatch"), 500, "failed"),
    ],
    ids=["provider", "store", "unsupported", "rejected", "stale", "assurance", "tampered"],
)
def test_what_is_out_of_order_is_said_plainly(
    stage: DeskStage, browser: Browser, error: Exception, status: int, key: str
) -> None:
    """Whatever goes wrong has a page and a status; what may pass says when to come again."""
    stage.hooks.answers["identity"] = error
    page = browser.log_in()
    assert page.status == status
    assert word(key, "zh-Hant") in text(page)
    assert bool(header(page, "Retry-After")) == (status == 503)


def test_the_application_may_answer_a_refusal_itself(stage: DeskStage, browser: Browser) -> None:
    """A path or a reply of the application takes the place of our page."""
    stage.hooks.answers["refusal"] = "/sorry"
    assert location(browser.log_in(decision="refuse")) == "https://svc.test/sorry"


@pytest.mark.parametrize(
    "query",
    [
        "", "code=x", "state=x", "code=x&state=y", "code=x&code=y&state=z", "code=x&state=y&state=y", "code=%FF&state=x",
        "code=%zz&state=x", "=&=&=", "code=" + "x" * 9000, "error_code=D40001", "code[]=x&state=y", "%00=x",
    ],
    ids=range(13),
)  # fmt: skip
def test_a_callback_that_nobody_began_is_refused(stage: DeskStage, browser: Browser, query: str) -> None:
    """Forged callbacks meet a page that repeats nothing, and the person's own login stays good (lessons.md B2, H9)."""
    hop = browser.press_login()
    page = browser.get(f"/iamsmart/callback?{query}")
    assert page.status == 400
    assert word("stale", "zh-Hant") in text(page)
    assert b"code=x" not in page.body
    assert browser.get(stage.visit(location(hop), PERSON)).status == 303


def test_anothers_callback_is_refused(stage: DeskStage) -> None:
    """An attacker's code and state in the victim's browser log nobody in (lessons.md B2)."""
    attacker, victim = Browser(stage), Browser(stage)
    callback = stage.visit(location(attacker.press_login()), PERSON)
    assert victim.get(callback).status == 400
    victim.press_login()
    assert victim.get(callback).status == 400
    assert not stage.desk.visit(victim.session).proof()
    assert attacker.get(callback).status == 303


def test_a_platform_without_state_is_served_too() -> None:
    """Guangdong's addresses may show no state: a forged callback still ends nothing, and the real one logs in."""
    stage = DeskStage()
    stage.desk = FrontDesk(
        stage.bridge, own_url="https://svc.test", provider="guangdong", hooks=stage.hooks,
        paths=Paths(callback="/cb/gd"),
    )  # fmt: skip
    browser = Browser(stage)
    hop = browser.post("/login", {"guard": browser.guard, "next": "/after"})
    assert browser.get("/cb/gd?code=forged").status == 400
    done = browser.get(stage.visit(location(hop), PERSON))
    assert location(done) == "https://svc.test/after"
    assert stage.desk.visit(browser.session).proof("guangdong")


def test_a_state_in_the_path_is_served_too() -> None:
    """Where the state is the last segment the desk takes the browser back, once; another's callback ends nothing."""
    stage = DeskStage(world={
        "guangdong": GuangdongMockSettings(redirect_match="prefix"),
        "overrides": lambda document: document["providers"]["guangdong"].update(state_mode="redirect_path"),
    })  # fmt: skip
    stage.desk = FrontDesk(
        stage.bridge, own_url="https://svc.test", provider="guangdong", hooks=stage.hooks,
        paths=Paths(callback="/cb/gd"),
    )  # fmt: skip
    attacker, victim = Browser(stage), Browser(stage)
    theirs, own = (
        stage.visit(location(each.post("/login", {"guard": each.guard, "next": "/after"})), PERSON)
        for each in (attacker, victim)
    )
    assert urlsplit(own).path.rpartition("/")[0] == "/cb/gd"
    for wrong in (theirs, "https://svc.test/cb/gd?code=forged", f"https://svc.test/cb/gd/{'A' * 22}?code=forged"):
        assert victim.get(wrong).status == 400
    for elsewhere in (own.replace("?", "/?"), own.replace("?", "A?"), own.replace("/cb/gd/", "/cb/gd/x/")):
        assert victim.get(elsewhere).status == 404
    assert not stage.desk.visit(victim.session).proof("guangdong")
    assert location(victim.get(own)) == "https://svc.test/after"
    assert stage.desk.visit(victim.session).proof("guangdong")
    assert victim.get(own).status == 400


def test_a_segment_below_the_callback_is_no_callback_elsewhere(stage: DeskStage, browser: Browser) -> None:
    """Where the state is a parameter the same callback one segment lower is refused, and the real one still logs in."""
    callback = stage.visit(location(browser.press_login()), PERSON)
    assert browser.get(callback.replace("?", f"/{'A' * 22}?")).status == 400
    assert not stage.desk.visit(browser.session).proof()
    assert browser.get(callback).status == 303


def test_a_callback_works_once(stage: DeskStage, browser: Browser) -> None:
    """The same address a second time, as after Back or Reload, says that this step is over."""
    callback = stage.visit(location(browser.press_login()), PERSON)
    assert browser.get(callback).status == 303
    again = browser.get(callback)
    assert again.status == 400
    assert word("stale", "zh-Hant") in text(again)
    assert len([name for name, _ in stage.hooks.heard if name == "identity"]) == 1


def test_a_replayed_session_logs_nobody_in_twice(stage: DeskStage, browser: Browser) -> None:
    """A signed cookie can be put back; the marker in the store cannot."""
    callback = stage.visit(location(browser.press_login()), PERSON)
    before = dict(browser.session)
    assert browser.get(callback).status == 303
    browser.session = before
    assert browser.get(callback).status == 400


def test_two_tabs_both_log_in(stage: DeskStage, browser: Browser) -> None:
    """A second login does not spoil the first."""
    hops = [browser.press_login(next=f"/{name}") for name in ("one", "two")]
    backs = [stage.visit(location(hop), PERSON) for hop in hops]
    assert [location(browser.get(back)) for back in backs] == ["https://svc.test/one", "https://svc.test/two"]


@pytest.mark.parametrize(
    ("path", "allowed"),
    [("login", "POST"), ("callback", "GET"), ("direct", "GET"), ("direct-state", "GET"), ("confirm", "POST"), ("ask/x", "POST"),
     ("result", "POST"), (f"wait/{'0' * 32}", "GET"), (f"status/{'0' * 32}", "GET"), ("static/wait.js", "GET")],
)  # fmt: skip
def test_every_address_takes_one_method(shared: DeskStage, path: str, allowed: str) -> None:
    """Also HEAD: a mail scanner that looks at a link must not finish a login."""
    browser = Browser(shared)
    for method in {"GET", "POST", "HEAD", "PUT", "DELETE", "OPTIONS", "TRACE", "get", "X"} - {allowed}:
        reply = browser._ask(method, f"/iamsmart/{path}", b"", {})
        assert (reply.status, header(reply, "Allow")) == (405, allowed), method


@pytest.mark.parametrize(
    "path", ["/iamsmart", "/iamsmart/", "/", "/other", "/iamsmart/login/", "/iamsmart//login", "/iamsmart/static/../wait.js",
             "/iamsmart/static/desk.py", "/iamsmart/wait/", "/iamsmart/wait/x", "/iamsmart/wait/" + "G" * 32, "/IAMSMART/login",
             "/iamsmart/static/", "/iamsmart/<script>alert(1)</script>", "/iamsmart/static/%2e%2e/page.py"],
)  # fmt: skip
def test_there_is_nothing_else(shared: DeskStage, path: str) -> None:
    """Every other address is a page that says so and repeats nothing."""
    browser = Browser(shared)
    page = browser.get(path)
    assert page.status == 404
    assert b"alert" not in page.body
    assert browser.session == {}


# --- from the provider's app -----------------------------------------------------------------------------------------


def test_a_login_from_the_app_is_refused_unless_the_application_wants_it() -> None:
    """Version 2, default: a page, and nobody is logged in."""
    stage = DeskStage(direct_login="v2", direct_login_uris=[f"{OWN_URL}/direct"])
    browser = Browser(stage)
    page = browser.get(stage.mocks.iamsmart.direct_login(stage.client_id, PERSON, version=2))
    assert page.status == 403
    assert word("elsewhere", "zh-Hant") in text(page)
    assert not stage.desk.visit(browser.session).proof()


def confirmed(browser: Browser, page: WebReply) -> WebReply:
    """Press "Yes" on ``page``."""
    fields = dict(re.findall(r'name="(guard|handle)" value="([^"]*)"', page.body.decode()))
    return browser.post("/iamsmart/confirm", {**fields, "guard": browser.guard})


def test_only_who_is_shown_is_confirmed() -> None:
    """A second login behind the page that asks "Is this you?" is not the one that its button confirms."""
    stage = DeskStage(direct_login="v2", direct_login_uris=[f"{OWN_URL}/direct"])
    stage.hooks.answers["direct"] = "me"
    browser = Browser(stage)
    first, second = (
        browser.get(stage.mocks.iamsmart.direct_login(stage.client_id, persona, version=2))
        for persona in (PERSON, "lee-siu-ming")
    )
    assert confirmed(browser, first).status == 400
    assert browser.post("/iamsmart/confirm", {"guard": browser.guard}).status == 400, "no handle"
    assert not stage.desk.visit(browser.session).proof()
    assert confirmed(browser, second).status == 303
    assert stage.desk.visit(browser.session).proof() == stage.hooks.last("direct").proof


def test_a_login_from_the_app_must_be_confirmed() -> None:
    """Version 2: the person is asked, with their name, and logged in only by their own press of a button."""
    stage = DeskStage(direct_login="v2", direct_login_uris=[f"{OWN_URL}/direct"])
    stage.hooks.answers["direct"] = "CHAN, <b>Tai Man"
    browser = Browser(stage)
    page = browser.get(stage.mocks.iamsmart.direct_login(stage.client_id, PERSON, version=2))
    assert page.status == 200
    assert b"CHAN, &lt;b&gt;Tai Man" in page.body
    assert stage.hooks.last("direct").started_by == "direct_login"
    assert not stage.desk.visit(browser.session).proof()
    assert browser.post("/iamsmart/confirm", {"guard": "x"}).status == 403
    assert not stage.desk.visit(browser.session).proof()
    done = confirmed(browser, page)
    assert (done.status, location(done)) == (303, "https://svc.test/home")
    assert stage.hooks.last("confirmed") == "iamsmart"
    assert stage.desk.visit(browser.session).proof()
    assert confirmed(browser, page).status == 400, "once"


def test_a_confirmation_comes_in_time() -> None:
    """After ten minutes the page is out of date."""
    stage = DeskStage(direct_login="v2", direct_login_uris=[f"{OWN_URL}/direct"])
    stage.hooks.answers["direct"] = "me"
    browser = Browser(stage)
    page = browser.get(stage.mocks.iamsmart.direct_login(stage.client_id, PERSON, version=2))
    stage.clock.advance(600)
    assert confirmed(browser, page).status == 400
    assert not stage.desk.visit(browser.session).proof()


def test_the_app_fetches_a_state_first() -> None:
    """Version 1: our state goes to the platform's own address only, comes back within half a minute, and is confirmed."""
    stage = DeskStage(direct_login="v1", direct_login_uris=["http://iamsmart.mock/mock/direct/"])
    stage.hooks.answers["direct"] = "me"
    browser = Browser(stage)
    opened = stage.mocks.iamsmart.direct_login(stage.client_id, PERSON, version=1)
    assert opened.startswith(f"{OWN_URL}/direct-state?")
    hop = browser.get(opened)
    assert hop.status == 303
    assert location(hop).startswith("http://iamsmart.mock/mock/direct/")
    back = stage.mocks.iamsmart.finish_direct_login(location(hop))
    assert back.startswith(f"{OWN_URL}/callback?")
    page = browser.get(back)
    assert page.status == 200
    assert confirmed(browser, page).status == 303
    assert stage.desk.visit(browser.session).proof()


@pytest.mark.parametrize("target", ["https://evil.example/", "//evil.example", "http://iamsmart.mock/mock/direct/../x"])
def test_a_state_is_handed_to_nobody_else(target: str) -> None:
    """An address that is not registered gets an error page, never a redirect (lessons.md B3)."""
    stage = DeskStage(direct_login="v1", direct_login_uris=["http://iamsmart.mock/mock/direct/"])
    reply = Browser(stage).get(f"/iamsmart/direct-state?ClientID={stage.client_id}&redirectURI={target}&scope=x")
    assert reply.status == 400
    assert not location(reply)
    assert b"evil" not in reply.body


@pytest.mark.parametrize("path", ["direct?code=x&RefID=y", "direct-state?redirectURI=x&ClientID=y"])
def test_logins_from_the_app_are_off(stage: DeskStage, browser: Browser, path: str) -> None:
    """Who did not switch them on has them not."""
    assert browser.get(f"/iamsmart/{path}").status == 404
    assert isinstance(stage.hooks.last("refusal"), Unsupported)


# --- anonymous forms -------------------------------------------------------------------------------------------------


def begun(stage: DeskStage, browser: Browser) -> WebReply:
    """Begin an anonymous form, as a handler of the application would."""
    visit = stage.desk.visit(browser.session)
    hop = stage.bridge.begin_anonymous_form(
        "iamsmart", fields=["enName"], title=TITLE, return_to=f"{OWN_URL}/callback", session=visit.id
    )
    return stage.desk.send_away(visit, hop, next="/form/done", label="card")


def test_a_form_without_a_login_comes_back_the_same_way(stage: DeskStage, browser: Browser) -> None:
    """Its result reaches the application like any other, and the person goes on."""
    away = begun(stage, browser)
    back = stage.visit(location(away), PERSON)
    done = browser.get(back)
    assert (done.status, location(done)) == (303, "https://svc.test/form/done")
    waiting, collected = stage.hooks.last("result")
    assert (waiting.label, collected.status, collected.kind) == ("card", "done", "form")
    assert collected.data.en_name.unstructured_name == "CHAN, Tai Man"
    assert not stage.desk.visit(browser.session).proof(), "nobody logged in"
    assert browser.get(back).status == 400


def test_a_refused_form_is_a_refusal(stage: DeskStage, browser: Browser) -> None:
    """Saying no to an anonymous form shows the page of a refusal."""
    page = browser.get(stage.visit(location(begun(stage, browser)), PERSON, decision="refuse"))
    assert page.status == 403
    assert word("declined", "zh-Hant") in text(page)


def test_the_application_says_where_a_form_leads(stage: DeskStage, browser: Browser) -> None:
    """What may be shown has nowhere to go here; the path counts."""
    stage.hooks.answers["result"] = Shown(data={"x": 1}, next="/thanks")
    done = browser.get(stage.visit(location(begun(stage, browser)), PERSON))
    assert location(done) == "https://svc.test/thanks"


# --- anonymous signing -----------------------------------------------------------------------------------------------


def test_who_signs_without_a_login_sees_the_code_first(
    stage: DeskStage, browser: Browser, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The four digits are shown before the browser leaves; the signature reaches the application with its id."""
    url = "https://iamsmart.test/qr?state=a-state&x=1"
    hop = SigningHop(
        url=url, pending="sealed", business_id="b" * 32, identification_code="2417",
        expires_at=stage.clock.now() + timedelta(minutes=12),
    )  # fmt: skip
    page = stage.desk.send_away(stage.desk.visit(browser.session), hop, next="/signed", label="tenancy")
    assert "2 4 1 7" in text(page)
    assert f'href="{escape(url)}"'.encode() in page.body
    signer = SignedBy(certificate=b"c", fingerprint="f", anchor="a", checked_at=stage.clock.now())
    signature = DocumentSignature(digest=b"d", pkcs7=b"p", signed_at=None, signer=signer)
    seen: list[object] = []

    def finish(pending: str, *, callback_url: str, session: str) -> DocumentSignature:
        seen.append((pending, callback_url, session))
        return signature

    monkeypatch.setattr(stage.bridge, "finish_anonymous_signature", finish)
    done = browser.get("/iamsmart/callback?code=x&state=a-state")
    assert location(done) == "https://svc.test/signed"
    assert seen == [("sealed", "/iamsmart/callback?code=x&state=a-state", stage.desk.visit(browser.session).id)]
    waiting, collected = stage.hooks.last("result")
    assert (waiting.business_id, waiting.label, collected.kind) == ("b" * 32, "tenancy", "document_signing")
    assert collected.data is signature
