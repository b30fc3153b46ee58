"""Lessons of group B: logins, redirects, mix-up, forwarded codes, and what people are shown.

One pair of tests for each lesson: ``library`` is ours before the mocks, ``http`` is a service of our own before them.
"""

from __future__ import annotations

import asyncio
import copy
import hashlib
import hmac
import json
import re
from base64 import urlsafe_b64encode
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from html import unescape
from html.parser import HTMLParser
from http.client import HTTPConnection
from typing import Any
from urllib.parse import parse_qs, quote, urlencode, urlsplit

import httpx
import pytest
from werkzeug.test import Client

from tests.mocks.guangdong.relying_service import BASE as GD_BASE
from tests.mocks.guangdong.relying_service import LOGIN as GD_LOGIN
from tests.mocks.guangdong.relying_service import REDIRECT, RelyingService
from tests.mocks.iamsmart.online_service import BASE, CALLBACK, OnlineService
from tests.negative.refusal import refused
from tests.negative.stage import PROVIDERS, Stage
from tests.unit.flows.request_stage import DIRECT, DIRECT_APP, STATE_URL, RequestStage
from xbridge import DataFlow, FormTitle
from xbridge.core.config import parse_config
from xbridge.core.errors import (
    CallbackInvalid,
    ConfigError,
    LinkRefused,
    ProviderRejected,
    TamperDetected,
    UserDeclined,
    VerificationError,
)
from xbridge.core.identity import LEVELS
from xbridge.core.language import LANGUAGES
from xbridge.demo.portal import Portal
from xbridge.demo.wording import word
from xbridge.stores.memory import MemoryStore
from xbridge.testing import AsyncWorld, World
from xbridge_mocks import MockWorld
from xbridge_mocks.iamsmart import login_page
from xbridge_mocks.iamsmart.route import ROUTES
from xbridge_mocks.iamsmart.text import TEXTS
from xbridge_mocks.persona import POPULATION, persona
from xbridge_mocks.server import serve

SCRIPT = "\"'><script>alert(1)</script><img src=x onerror=alert(2)>{{7*7}}"
FLOW = DataFlow(source="440000", target="HK", purpose="xb:social-benefit", categories=("name", "social_security"))
AUDIENCE = "gd:hrss"
BOTH = ("iamsmart", "guangdong")
"""The two sides of a link; ``PROVIDERS`` are all that log people in."""
LANGS = {"en": "en-US", "zh-Hant": "zh-HK", "zh-Hans": "zh-CN"}


def begun(stage: Stage, provider: str, **options: Any) -> tuple[str, str]:
    """A login that waits to be finished, and its callback."""
    hop = stage.begin(provider, **options)
    return hop.pending, stage.visit(provider, hop.url)


def parameter(url: str, name: str) -> str:
    """The one value of a parameter."""
    (value,) = parse_qs(urlsplit(url).query)[name]
    return value


def bent(url: str, **parameters: str | None) -> str:
    """The address with parameters replaced, or left out where None."""
    address, _, query = url.partition("?")
    pairs = {**{name: values[0] for name, values in parse_qs(query).items()}, **parameters}
    return f"{address}?{urlencode({name: value for name, value in pairs.items() if value is not None})}"


def other(provider: str) -> str:
    """The other platform."""
    return next(name for name in PROVIDERS if name != provider)


# --- B1: mix-up of two identity providers ----------------------------------------------------------------------------


@pytest.mark.parametrize("provider", PROVIDERS)
def test_b1_library_a_callback_belongs_to_one_platform(stage: Stage, provider: str) -> None:
    """B1: neither platform sends ``iss``, so each has an address of its own: what comes to another's ends no login.

    A code that was carried to the right address all the same goes to the platform where the login began, and no other.
    """
    pending, callback = begun(stage, provider)
    _, foreign = begun(stage, other(provider))
    for wire in stage.wires.values():
        wire.paths.clear()
    with refused(stage, "callback_invalid", claim="redirect_uri", reason="mismatch"):
        stage.finish(pending, f"{stage.world.return_to[other(provider)]}?{urlsplit(callback).query}")
    assert not any(wire.paths for wire in stage.wires.values())
    mixed = bent(callback, code=parameter(foreign, "code"))
    with refused(stage, "provider_rejected"):
        stage.finish(pending, mixed)
    assert stage.wires[other(provider)].paths == []


def test_b1_library_platforms_do_not_share_an_address() -> None:
    """B1: a configuration in which two platforms come back to one path is refused: nobody could tell who answered."""
    documents: list[dict[str, Any]] = []
    World(overrides=documents.append)
    parse_config(documents[0])
    for shared in ("https://svc.test/cb/hk", "https://other.test/cb/hk?tenant=1"):
        document = copy.deepcopy(documents[0])
        document["providers"]["guangdong"]["redirect_uris"].append(shared)
        with pytest.raises(ConfigError, match="redirect_uris"):
            parse_config(document)


@pytest.mark.parametrize("value", ["https://iamsmart.test", "https://evil.test", ""])
def test_b1_library_an_issuer_that_nobody_announced_decides_nothing(stage: Stage, value: str) -> None:
    """B1: ``iss`` in a callback neither helps nor hurts a login whose platform does not send one."""
    pending, callback = begun(stage, "iamsmart")
    assert stage.finish(pending, f"{callback}&iss={quote(value, safe='')}").provider == "iamsmart"


def test_b1_http_codes_do_not_cross(service: OnlineService, neighbour: RelyingService) -> None:
    """B1, over HTTP: neither platform takes the other's code, nor sends anybody to the other's address."""
    ours, theirs = service.code(), neighbour.code()
    assert service.get_token(theirs)["code"] == "D40004"
    assert neighbour.access_token(ours).get_json()["errcode"] == 40029
    page = service.browser.get(service.login_url(redirectURI=REDIRECT).removeprefix(BASE))
    assert (page.status_code, page.headers["X-Xbridge-Mock-Code"]) == (400, "D20008")
    assert "Location" not in page.headers
    page = Client(neighbour.mock).get(
        urlsplit(neighbour.authorize_url(redirect_uri=CALLBACK)).path,
        query_string=urlsplit(neighbour.authorize_url(redirect_uri=CALLBACK)).query,
    )
    assert page.status_code != 302 or not page.headers["Location"].startswith(CALLBACK)
    assert service.get_token(ours)["code"] == "D00000"
    assert neighbour.access_token(theirs).status_code == 200


# --- B2: state belongs to the session --------------------------------------------------------------------------------


@pytest.mark.parametrize("provider", PROVIDERS)
@pytest.mark.parametrize("shared", [True, False], ids=["shared-store", "own-store"])
def test_b2_library_an_attackers_login_ends_in_no_other_browser(stage: Stage, provider: str, shared: bool) -> None:
    """B2: code and state of an attacker's login, in the victim's browser, are refused by every worker, whatever it shares."""
    pending, callback = begun(stage, provider, session="attacker")
    victims, _ = begun(stage, provider, session="victim")
    bridge = stage.bridge
    if not shared:
        world, kept = stage.world, stage.world.store
        world.store = MemoryStore()
        bridge = stage.another_bridge(world.config)
        world.store = kept
    for owner in (stage.bridge, bridge):
        with refused(stage, "callback_invalid", claim="session", reason="mismatch"):
            stage.finish(pending, callback, session="victim", bridge=owner)
        with refused(stage, "callback_invalid", claim="state", reason="mismatch"):
            stage.finish(victims, callback, session="victim", bridge=owner)
        with refused(stage, "callback_invalid", claim="login", reason="malformed"):
            stage.finish("", callback, session="victim", bridge=owner)
    assert stage.finish(pending, callback, session="attacker").provider == provider


def test_b2_http_the_outcome_goes_to_the_browser_that_began(service: OnlineService) -> None:
    """B2, over HTTP: the platform's own page hands code and state to the browser that opened it, and to no other."""
    page = service.browser.get(service.login_url().removeprefix(BASE))
    token = found(r'data-qr-token="([^"]+)"', page.text)
    approve(service.browser, token, "chan-tai-man")
    stranger, guessing = Client(service.world.iamsmart), Client(service.world.iamsmart)
    guessing.set_cookie("xbridge_mock_iamsmart", "0" * 32)
    for browser in (stranger, guessing):
        for path in ("", "/status", "/continue"):
            reply = browser.get(f"/mock/qr/{token}{path}")
            assert (reply.status_code, reply.headers.get("Location")) == (400, None)
    back = service.browser.get(f"/mock/qr/{token}/continue").headers["Location"]
    assert parameter(back, "state") == "state-1"
    assert service.get_token(parameter(back, "code"))["code"] == "D00000"


def found(pattern: str, text: str) -> str:
    """The first group of the first match."""
    match = re.search(pattern, text)
    assert match
    return unescape(match.group(1))


def approve(browser: Client, token: str, person: str, decision: str = "approve") -> None:
    """Scan and decide on the page of this browser."""
    for step, pressed in (("scan", {"persona": person}), ("decision", {"decision": decision})):
        page = browser.get(f"/mock/qr/{token}").text
        word_of = found(r'name="csrf" value="([^"]+)"', page)
        done = browser.post(f"/mock/phone/{token}/{step}", data={"csrf": word_of, "at": "desk", **pressed})
        assert done.status_code == 303


# --- B3: nothing redirects before the address is known ----------------------------------------------------------------

EVIL = "https://evil.test/cb"


@pytest.mark.parametrize("provider", PROVIDERS)
@pytest.mark.parametrize("options", [{}, {"lang": "fr"}, {"user_agent": SCRIPT}, {"session": " "}])
def test_b3_library_sends_nobody_to_an_address_it_does_not_know(
    stage: Stage, provider: str, options: dict[str, str]
) -> None:
    """B3: whatever else is wrong with a request, an address that is not registered makes no URL at all."""
    given: Any = {"session": "s", **options}
    told = len(stage.world.events)
    with pytest.raises(ConfigError):
        stage.run(stage.bridge.begin_login(provider, return_to=EVIL, **given))
    assert len(stage.world.events) <= told + 1
    assert stage.wires[provider].paths == []


@pytest.mark.parametrize(
    "query",
    [
        "redirectURI={evil}&ClientID={id}", "redirectURI={evil}&ClientID=other", "redirectURI={evil}",
        "redirectURI={evil}&ClientID={id}&scope=x&scope=y", "redirectURI={evil}&redirectURI={good}&ClientID={id}",
        "redirectURI={good}../{evil}&ClientID={id}", "redirectURI={good}&ClientID={id}&scope={long}",
        "error_code=D20001&redirectURI={evil}", "redirectURI=http://iamsmart.mock.evil.test/mock/direct/x&ClientID={id}",
        "redirectURI=http://iamsmart.mock/mock/elsewhere/x&ClientID={id}",
    ],
)  # fmt: skip
def test_b3_library_hands_a_state_to_the_platform_only(query: str) -> None:
    """B3: getState redirects to the platform's own address; every other query, right or wrong, redirects nowhere."""
    good = "http://iamsmart.mock/mock/direct/"
    stage = RequestStage(direct_login="v1", direct_login_uris=[good])
    client_id = str(stage.config.providers["iamsmart"]["client_id"])
    filled = query.format(evil=quote(EVIL, safe=""), good=quote(good, safe=""), id=client_id, long="x" * 300)
    with pytest.raises(CallbackInvalid):
        stage.bridge.begin_direct_login("iamsmart", url=f"{STATE_URL}?{filled}", session="s")


def test_b3_http_error_paths_lead_nowhere(service: OnlineService, neighbour: RelyingService) -> None:
    """B3, over HTTP: a bad request beside an evil address, or the right one, is a page and never a redirect."""
    wrong: list[dict[str, str | None]] = [
        {"responseType": "token"}, {"responseType": None}, {"scope": "nonsense"}, {"scope": ""}, {"source": "?"},
        {"state": "a b"}, {"lang": "fr"},
        {"brokerPage": "maybe"}, {"clientID": "0" * 32}, {"clientID": None}, {"ticketID": "0" * 32},
    ]  # fmt: skip
    for bad in [{}, *wrong]:
        for address in (EVIL, CALLBACK) if bad else (EVIL,):
            page = service.browser.get(service.login_url(redirectURI=address, **bad).removeprefix(BASE))
            assert (page.status_code, "Location" in page.headers) == (400, False), (bad, address)
    for change in (
        {"response_type": "token"},
        {"service": "other"},
        {"scope": "x"},
        {"client_id": "tyrz_unknown"},
        {"client_id": None},
    ):
        for uri in (EVIL, REDIRECT):
            way_in = urlsplit(neighbour.authorize_url(redirect_uri=uri, **change))
            reply = Client(neighbour.mock).get(way_in.path, query_string=way_in.query)
            where = reply.headers.get("Location", "")
            assert not where.startswith((EVIL, REDIRECT)), (change, uri)


# --- B4: hostile addresses -------------------------------------------------------------------------------------------


def hostile(uri: str) -> list[str]:
    """Addresses that look like ``uri``, or mean it to somebody, and are not it."""
    parts = urlsplit(uri)
    host, path = parts.netloc, parts.path
    return [
        f"http://localhost:80@evil.test{path}", f"https://{host}@evil.test{path}", f"https://{host}:80@evil.test{path}",
        f"https://user:pass@{host}{path}", f"https://{host}.evil.test{path}", f"https://evil.test/{host}{path}",
        f"https://evil.test?{uri}", f"https://evil.test#{uri}", f"https://evil.test\\@{host}{path}", f"https://{host}\\.evil.test{path}",
        f"https:{host}{path}", f"https:/{host}{path}", f"https:///{host}{path}", f"//{host}{path}", path, "", " ", "null",
        f"http://{host}{path}", f"HTTPS://{host}{path}", f"https://{host.upper()}{path}", f"https://{host}.{path}",
        f"https://{host}:443{path}", f"https://{host}:{path}", f"https://{host}{path}/", f"https://{host}/{path}",
        f"{uri}/..{path}",
        f"{uri}?", f"{uri}#", f"{uri}?x=1", f"{uri}#x", f"{uri}%00", f"{uri}%2e", f"{uri};x", f"{uri} ", f" {uri}", f"{uri}\n",
        f"{uri}\t", f"{uri}\u200b", uri.replace("s", "ｓ", 1), uri.replace("c", "с", 1), uri.replace("cb", "CB"),
        uri.replace("cb", "c%62"),
        uri[:-1], uri + uri, f"{uri},{uri}", f"javascript:alert(1)//{uri}", "data:text/html,x", f"https://[::1]{path}",
        f"https://2130706433{path}", f"https://127.0.0.1{path}",
    ]  # fmt: skip


@pytest.mark.parametrize("provider", PROVIDERS)
@pytest.mark.parametrize("number", range(51))
def test_b4_library_returns_to_registered_addresses_only(stage: Stage, provider: str, number: int) -> None:
    """B4: of fifty-one addresses that resemble a registered one, none begins a login."""
    table = hostile(stage.world.return_to[provider])
    assert len(set(table)) == 51
    told = stage.state()
    with pytest.raises(ConfigError):
        stage.run(stage.bridge.begin_login(provider, return_to=table[number], session="s"))
    assert stage.state() == told


@pytest.mark.parametrize("number", range(51))
def test_b4_http_get_qr_and_authorize(service: OnlineService, neighbour: RelyingService, number: int) -> None:
    """B4, over HTTP: neither mock shows a login page for any of them, and none is ever redirected to."""
    page = service.browser.get(service.login_url(redirectURI=hostile(CALLBACK)[number]).removeprefix(BASE))
    assert (page.status_code, "Location" in page.headers) == (400, False)
    assert "data-qr-token" not in page.text
    address = urlsplit(neighbour.authorize_url(redirect_uri=hostile(REDIRECT)[number]))
    browser = Client(neighbour.mock)
    reply = browser.get(address.path, query_string=address.query)
    if reply.status_code == 302:
        on = urlsplit(reply.headers["Location"])
        assert on.path == GD_LOGIN
        reply = browser.get(on.path, query_string=on.query)
    assert reply.status_code >= 400
    assert "form_mark" not in reply.text


# --- B5: PKCE cannot be talked away ----------------------------------------------------------------------------------


def direct(stage: RequestStage, *, into_app: bool) -> str:
    """What iAM Smart opens when a person starts in its catalogue."""
    client_id = str(stage.config.providers["iamsmart"]["client_id"])
    return stage.mocks.iamsmart.direct_login(client_id, "chan-tai-man", into_app=into_app)


@pytest.mark.parametrize(
    ("into_app", "verifier", "reason"),
    [(True, None, "missing"), (True, "", "missing"), (True, "plain", "malformed"), (False, "A" * 43, "mismatch")],
)
def test_b5_library_takes_verifier_and_challenge_together(into_app: bool, verifier: str | None, reason: str) -> None:
    """B5: an address for apps wants a verifier, one for browsers refuses it, and ours never begins a plain challenge.

    The browser flow of both platforms has no PKCE (VERIFIED that none appears): there is nothing to downgrade there.
    """
    stage = RequestStage(direct_login="v2", direct_login_uris=[DIRECT], direct_login_app_uris=[DIRECT_APP])
    with pytest.raises(CallbackInvalid) as caught:
        stage.bridge.finish_direct_login(
            "iamsmart", callback_url=bent(direct(stage, into_app=into_app), code_verifier=verifier), session="s"
        )
    assert (caught.value.claim, caught.value.reason) == ("code_verifier", reason)
    for provider in BOTH:
        url = stage.bridge.begin_login(provider, return_to=stage.return_to[provider], session="s").url
        assert "challenge" not in url


def test_b5_http_a_code_and_its_verifier(world: MockWorld, make_service: Any) -> None:
    """B5, over HTTP: the code without its verifier, with its challenge in clear ("plain"), or a verifier for nothing."""
    service = make_service(world, direct_login_app_uri="https://svc.example/app")
    opened = world.iamsmart.direct_login(service.credentials.client_id, "chan-tai-man", into_app=True)
    code, verifier = parameter(opened, "code"), parameter(opened, "code_verifier")
    token = "/api/v1/auth/getToken"
    base = {"code": code, "grantType": "authorization_code", "isDirectLoginV2": "true"}
    challenge = urlsafe_b64encode(hashlib.sha256(verifier.encode()).digest()).rstrip(b"=").decode()
    for wrong in (
        {},
        {"code_verifier": challenge},
        {"code_verifier": verifier[:-1] + "A"},
        {"code_verifier": "A" * 43},
    ):
        assert service.call(token, {**base, **wrong})["code"] == "D40004"
    ordinary = service.code()
    assert (
        service.call(token, {"code": ordinary, "grantType": "authorization_code", "code_verifier": verifier})["code"]
        == "D40004"
    )
    assert service.call(token, {**base, "code_verifier": verifier})["code"] == "D00000"


# --- B6: a code is used once, by whom it was given to -----------------------------------------------------------------


@pytest.mark.parametrize(("provider", "code"), [("iamsmart", "D40004"), ("guangdong", "40029")])
def test_b6_library_a_code_works_once(stage: Stage, provider: str, code: str) -> None:
    """B6: a code that was used, brought into a second login of the same person, is refused there."""
    pending, callback = begun(stage, provider)
    again, second = begun(stage, provider)
    stage.finish(pending, callback)
    with refused(stage, "provider_rejected", provider_code=code):
        stage.finish(again, bent(second, code=parameter(callback, "code")))


def test_b6_library_the_token_of_a_stolen_code_is_dead() -> None:
    """B6: the second use of a code kills the token that the first use gave, and the next call about the person says so."""
    stage = RequestStage()
    hop = stage.bridge.begin_login("iamsmart", return_to=stage.return_to["iamsmart"], session="s")
    back = stage.visit(hop.url, "chan-tai-man")
    person = stage.bridge.finish_login(hop.pending, callback_url=back, session="s")
    thief = stage.bridge.begin_login("iamsmart", return_to=stage.return_to["iamsmart"], session="thief")
    stolen = bent(back, state=parameter(thief.url, "state"))
    with pytest.raises(ProviderRejected):
        stage.bridge.finish_login(thief.pending, callback_url=stolen, session="thief")
    with pytest.raises(ProviderRejected) as caught:
        stage.bridge.request_form(person, fields=("idNo",), title=FormTitle(name="F"), session="s")
    assert caught.value.provider_code == "D20009"


def test_b6_library_a_code_of_another_client(stage: Stage) -> None:
    """B6: a code that the platform gave to another service is refused here, and stays good for its owner."""
    client = stage.world.mocks.iamsmart.register_client(name="Other", redirect_uris=["https://other.test/cb"])
    url = f"{BASE}/api/v1/auth/getQR?" + urlencode(
        {"clientID": client.client_id, "responseType": "code", "source": "PC_Browser", "redirectURI": "https://other.test/cb",
         "scope": "eidapi_auth"}
    )  # fmt: skip
    foreign = parameter(stage.mock("iamsmart").log_in(url, "chan-tai-man"), "code")
    pending, callback = begun(stage, "iamsmart")
    with refused(stage, "provider_rejected", provider_code="D40004", step="getToken"):
        stage.finish(pending, bent(callback, code=foreign))
    grants = stage.mock("iamsmart")._parts.grants
    assert not isinstance(grants.redeem(foreign, client.client_id), str)


def test_b6_http_reuse_and_another_client(world: MockWorld, make_service: Any, neighbour: RelyingService) -> None:
    """B6, over HTTP, on both platforms: not twice, not by another, and twice kills what once gave."""
    service, stranger = make_service(world), make_service(world)
    code = service.code()
    assert stranger.get_token(code)["code"] == "D40004"
    token = service.open(service.get_token(code)["content"])
    assert service.profiles(token)["code"] == "D00000"
    assert stranger.profiles(token)["code"] == "D20009"
    assert service.get_token(code)["code"] == "D40004"
    assert service.profiles(token)["code"] == "D20009"
    rival = RelyingService(world.guangdong, world.guangdong.register_client(name="Rival", redirect_uris=[REDIRECT]))
    code = neighbour.code()
    assert rival.access_token(code).get_json()["errcode"] == 40029
    code = neighbour.code()
    access = neighbour.access_token(code).get_json()["access_token"]
    assert neighbour.tokeninfo(access).status_code == 200
    assert neighbour.access_token(code).get_json()["errcode"] == 40029
    assert neighbour.tokeninfo(access).get_json()["errcode"] == 40014


# --- B7: a QR code that somebody forwarded ---------------------------------------------------------------------------


@pytest.mark.parametrize("provider", PROVIDERS)
def test_b7_library_a_forwarded_login_ends_nowhere_else(stage: Stage, provider: str) -> None:
    """B7: who approves on a phone approves for the browser that shows the code; another session cannot finish it."""
    hop = stage.begin(provider, session="shows the code")
    callback = stage.visit(provider, hop.url)
    with refused(stage, "callback_invalid", claim="session", reason="mismatch"):
        stage.finish(hop.pending, callback, session="forwarded it")
    assert (hop.expires_at - stage.world.clock.now()).total_seconds() <= 18 * 60
    assert stage.finish(hop.pending, callback, session="shows the code").provider == provider


@pytest.mark.parametrize("language", LANGUAGES)
def test_b7_http_code_phone_and_page(world: MockWorld, make_service: Any, language: Any) -> None:
    """B7, over HTTP: at most two minutes, one phone, no fast polling, and the person sees who asks, whence and when."""
    names = {"en": "Sample Service", "zh-Hant": "樣本服務", "zh-Hans": "样本服务"}
    service = make_service(world, name=names["en"], name_texts=names)
    page = service.browser.get(service.login_url(lang=LANGS[language]).removeprefix(BASE))
    token = found(r'data-qr-token="([^"]+)"', page.text)
    phone, second = Client(world.iamsmart), Client(world.iamsmart)
    shown = phone.get(f"/mock/phone/{token}?lang={LANGS[language]}").text
    late = second.get(f"/mock/phone/{token}").text
    scan = {"csrf": found(r'name="csrf" value="([^"]+)"', shown), "at": "phone", "persona": "chan-tai-man"}
    assert phone.post(f"/mock/phone/{token}/scan", data=scan).status_code == 303
    asked = unescape(phone.get(f"/mock/phone/{token}").text)
    for said in (names[language], "svc.example", "2026-06-01 04:00:00 UTC"):
        assert said in asked
    scan["csrf"] = found(r'name="csrf" value="([^"]+)"', late)
    assert second.post(f"/mock/phone/{token}/scan", data=scan).status_code == 400
    assert service.browser.get(f"/mock/qr/{token}/status").status_code == 200
    assert service.browser.get(f"/mock/qr/{token}/status").status_code == 429
    page = service.browser.get(service.login_url().removeprefix(BASE))
    token = found(r'data-qr-token="([^"]+)"', page.text)
    world.clock.advance(120)
    shown = phone.get(f"/mock/phone/{token}").text
    assert 'name="persona"' not in shown


# --- B8: the person knows who asks -----------------------------------------------------------------------------------


@pytest.mark.parametrize("language", LANGUAGES)
def test_b8_library_a_notice_names_who_asks_and_no_is_an_answer(language: Any) -> None:
    """B8: what the person agrees to names both parties and is bound to its text; refusing is recorded and normal.

    The portal's own forms carry a guard of the session, compared in constant time.
    """
    world = World()
    bridge = world.bridge
    hk, gd = (world.log_in(provider, "chan-tai-man", session="s") for provider in BOTH)
    link = bridge.link(hk, gd, agreed_to=bridge.offer_link(session="s"), session="s")
    offer = bridge.offer_consent(link, FLOW, audience=AUDIENCE, session="s", lang=language)
    parties = {party.id: party for party in world.config.parties}
    service = world.config.service(AUDIENCE, FLOW)
    for end in (service.exporter, service.recipient):
        assert parties[end].names.model_dump()[language.replace("-", "_")] in offer.text
    with pytest.raises((TamperDetected, VerificationError)):
        bridge.grant_consent(replace(offer, text=offer.text + "."), approved_by=hk, session="s")
    refusal = bridge.refuse_consent(offer, refused_by=hk, session="s")
    assert refusal.state == "refused"
    portal = Client(Portal(bridge, own_url="http://portal.test", services={}, http=httpx.Client()))
    for guard in ("", "guessed", "é"):
        assert portal.post("/login/iamsmart", data={"guard": guard}).status_code == 403


def test_b8_library_a_refusal_on_the_phone_is_the_persons(stage: Stage) -> None:
    """B8: who presses "refuse" is heard: a normal outcome, and nobody is logged in."""
    hop = stage.begin("iamsmart")
    callback = stage.world.mocks.iamsmart.log_in(hop.url, "chan-tai-man", decision="refuse")
    with refused(stage, "user_declined"):
        stage.finish(hop.pending, callback)
    assert issubclass(UserDeclined, Exception)


@pytest.mark.parametrize("language", LANGUAGES)
def test_b8_http_the_consent_page(world: MockWorld, make_service: Any, language: Any, monkeypatch: Any) -> None:
    """B8, over HTTP: before agreeing the person reads the service's own name and host; "no" works; forms cannot be forged."""
    names = {"en": "Sample Service", "zh-Hant": "樣本服務", "zh-Hans": "样本服务"}
    service = make_service(world, name=names["en"], name_texts=names)
    page = service.browser.get(service.login_url(lang=LANGS[language]).removeprefix(BASE))
    token = found(r'data-qr-token="([^"]+)"', page.text)
    scan = {"csrf": found(r'name="csrf" value="([^"]+)"', page.text), "at": "desk", "persona": "chan-tai-man"}
    service.browser.post(f"/mock/phone/{token}/scan", data=scan)
    asked = unescape(service.browser.get(f"/mock/qr/{token}").text)
    for said in (
        names[language],
        "svc.example",
        "eidapi_profiles",
        TEXTS.say("approve", language),
        TEXTS.say("refuse", language),
    ):
        assert said in asked
    compared: list[object] = []

    class Watched:
        """The module ``hmac``, with an ear on its comparison."""

        digest = staticmethod(hmac.digest)

        @staticmethod
        def compare_digest(given: Any, expected: Any) -> bool:
            """Compare as ever, and remember what was given."""
            compared.append(given)
            return hmac.compare_digest(given, expected)

    monkeypatch.setattr(login_page, "hmac", Watched)
    for word_given in ("", "0" * 64, "é", found(r'name="csrf" value="([^"]+)"', page.text)[:-1]):
        form = {"csrf": word_given, "at": "desk", "decision": "approve"}
        assert service.browser.post(f"/mock/phone/{token}/decision", data=form).status_code == 400
        assert word_given.encode() in compared
    form = {"csrf": found(r'name="csrf" value="([^"]+)"', asked), "at": "desk", "decision": "refuse"}
    assert service.browser.post(f"/mock/phone/{token}/decision", data=form).status_code == 303
    back = service.browser.get(f"/mock/qr/{token}/continue").headers["Location"]
    assert parse_qs(urlsplit(back).query) == {"error_code": ["D40001"], "state": ["state-1"]}


# --- B9: levels ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("asked", LEVELS)
@pytest.mark.parametrize("given", [*LEVELS, "L9", "l2", "2", "", None])
def test_b9_library_every_pair_of_levels(stage: Stage, asked: str, given: str | None) -> None:
    """B9: at least what was asked for passes, less is refused, and a level that nobody knows is refused for everything.

    There is one comparison, "at least"; nobody here asks for an exact level.
    """
    sections = {name: dict(section) for name, section in stage.world.config.providers.items()}
    sections["guangdong"]["min_level"] = asked
    bridge = stage.another_bridge(stage.world.config.model_copy(update={"providers": sections}))
    pending, callback = begun(stage, "guangdong")
    true = stage.wires["guangdong"]._application

    def with_level(environ: dict[str, Any], start_response: Any) -> list[bytes]:
        raw = b"".join(true(environ, lambda status, headers, exc_info=None: None))
        if environ["PATH_INFO"].endswith("tokeninfo"):
            document = json.loads(raw)
            for part in (document["userobj"], document["user_creditable_level"]):
                part.pop("creditable_level_of_account")
                if given is not None:
                    part["creditable_level_of_account"] = given
            raw = json.dumps(document).encode()
        start_response("200 OK", [("Content-Type", "application/json")])
        return [raw]

    stage.wires["guangdong"].instead = with_level
    if given not in LEVELS:
        with refused(stage, "protocol_error", reason="level"):
            stage.finish(pending, callback, bridge=bridge)
    elif LEVELS.index(given) < LEVELS.index(asked):
        with refused(stage, "verification_failed", claim="assurance", reason="too_low"):
            stage.finish(pending, callback, bridge=bridge)
    else:
        assert stage.finish(pending, callback, bridge=bridge).assurance.level == given


@pytest.mark.slow
@pytest.mark.parametrize("asked", LEVELS)
@pytest.mark.parametrize("given", LEVELS)
def test_b9_library_a_service_asks_for_a_level_of_the_pair(asked: Any, given: Any) -> None:
    """B9: at release the lower of both sides counts against what the service asks for, and L0 links nobody."""

    def change(document: dict[str, Any]) -> None:
        document["providers"]["iamsmart"]["level_map"] = {"default": given}
        document["providers"]["guangdong"]["min_level"] = "L0"
        for service in document["services"]:
            service["min_level"] = asked

    world = World(overrides=change)
    bridge = world.bridge
    hk, gd = (world.log_in(provider, "chan-tai-man", session="s") for provider in BOTH)
    assert world.log_in("iamsmart", "lee-siu-ming").assurance.level == "L0", "a word without an entry is worth nothing"
    offer = bridge.offer_link(session="s")
    if given == "L0":
        with pytest.raises(LinkRefused) as refused_link:
            bridge.link(hk, gd, agreed_to=offer, session="s")
        assert refused_link.value.reason == "level"
        return
    link = bridge.link(hk, gd, agreed_to=offer, session="s")
    consent = bridge.grant_consent(
        bridge.offer_consent(link, FLOW, audience=AUDIENCE, session="s"), approved_by=hk, session="s"
    )
    # The Guangdong side of this person is L2.
    pair = min(given, "L2", key=LEVELS.index)
    if LEVELS.index(pair) >= LEVELS.index(asked):
        assert bridge.exchange(link, consent, FLOW, audience=AUDIENCE).token
        return
    with pytest.raises(VerificationError) as caught:
        bridge.exchange(link, consent, FLOW, audience=AUDIENCE)
    assert (caught.value.claim, caught.value.reason) == ("assurance", "too_low")


def test_b9_http_each_platform_says_its_own_word(service: OnlineService, neighbour: RelyingService) -> None:
    """B9, over HTTP: the mocks report each person's own level, in every place where it stands."""
    for person in POPULATION:
        if person.iamsmart:
            assert service.token(person.key)["userType"] == person.iamsmart.user_type
        if person.guangdong:
            document = neighbour.log_in(person.key)
            places = (document["userobj"], document["user_creditable_level"])
            assert {place["creditable_level_of_account"] for place in places} == {person.guangdong.level}
    assert {person.iamsmart.user_type for person in POPULATION if person.iamsmart} == {"default", "sign"}
    assert {person.guangdong.level for person in POPULATION if person.guangdong} == set(LEVELS)


# --- B10: nothing that arrives is markup -----------------------------------------------------------------------------


class Harmful(HTMLParser):
    """What a browser would run or load because of a page that it should not."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.found: list[str] = []
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Note images, event handlers and addresses that are scripts; the platform's own script has no attribute."""
        if tag in ("img", "iframe", "object", "embed", "base") or (tag == "script" and attrs):
            self.found.append(tag)
        for name, value in attrs:
            if name.startswith("on") or (value or "").strip().lower().startswith("javascript:"):
                self.found.append(name)


def check_harmless(page: Any) -> None:
    """The page shows the script as text or not at all, and nothing of it was evaluated."""
    text = page.get_data(as_text=True)
    assert "<script>alert" not in text
    assert "onerror=alert(2)>" not in text.replace("onerror=alert(2)&gt;", "")
    assert Harmful(text).found == []
    assert not re.search(
        r"(?<![\w%-])49(?![\w-])", unescape(re.sub(r"<svg.*?</svg>|<style.*?</style>", "", text, flags=re.DOTALL))
    )


NAMES = [
    *"clientID responseType source redirectURI scope state lang brokerPage ticketID persona code error_code".split(),
    *"csrf decision service at".split(), SCRIPT,
]  # fmt: skip


@pytest.mark.slow
@pytest.mark.parametrize("lang", sorted(LANGS.values()))
def test_b10_http_every_parameter_of_every_page_of_iam_smart(world: MockWorld, make_service: Any, lang: str) -> None:
    """B10, over HTTP: a script in every parameter, by value and by name, on every page that the mock serves.

    The pages come from its own table of addresses, so a page that is added joins by itself.
    """
    service = make_service(
        world, name=SCRIPT, name_texts={"en": SCRIPT, "zh-Hant": SCRIPT, "zh-Hans": SCRIPT},
        direct_login_uri="https://svc.example/v2", get_state_uri="https://svc.example/v1",
    )  # fmt: skip
    right = parse_qs(urlsplit(service.login_url(lang=lang)).query)
    page = service.browser.get(service.login_url(lang=lang).removeprefix(BASE))
    token = found(r'data-qr-token="([^"]+)"', page.text)
    seen = set()
    for rule in ROUTES.iter_rules():
        for path in {str(rule).replace("<token>", part) for part in (token, quote(SCRIPT, safe=""), "0" * 32)}:
            for name in NAMES:
                query = {**{key: values[0] for key, values in right.items()}, "lang": lang, name: SCRIPT}
                for method in sorted((rule.methods or set()) - {"HEAD", "OPTIONS"}):
                    sent = (
                        {"query_string": query} if method == "GET" else {"data": query, "query_string": {"lang": lang}}
                    )
                    reply = service.browser.open(path, method=method, **sent)
                    if reply.mimetype == "text/html":
                        seen.add(rule.endpoint)
                        check_harmless(reply)
                    assert "alert(1)" not in str(reply.headers.get("Location", "")).replace("%", " ")
    expected = "index getQR desk inbox app catalogue directLogin phone scan decision request"
    assert seen >= set(expected.split())


@pytest.mark.slow
@pytest.mark.parametrize("lang", sorted(LANGS.values()))
def test_b10_http_every_parameter_of_every_page_of_guangdong(neighbour: RelyingService, lang: str) -> None:
    """B10, over HTTP: the same on the other mock."""
    names = [
        *"service response_type client_id scope redirect_uri state persona username password form_mark".split(),
        SCRIPT,
    ]
    for path in ("/", f"{GD_BASE}/authorize", GD_LOGIN, "/_tif_sso_logout_/", f"/{quote(SCRIPT, safe='')}"):
        for name in names:
            query = {**neighbour.authorize_params(), "lang": lang, name: SCRIPT}
            ways: tuple[Any, ...] = (
                {"method": "GET", "query_string": query},
                {"method": "POST", "query_string": query, "data": query},
            )
            for sent in ways:
                reply = Client(neighbour.mock).open(path, follow_redirects=False, **sent)
                if reply.mimetype == "text/html" and reply.status_code != 302:
                    check_harmless(reply)


@pytest.mark.slow
@pytest.mark.parametrize("language", LANGUAGES)
def test_b10_library_every_parameter_of_every_page_of_the_portal(language: Any) -> None:
    """B10: the same on the sample portal, before and after a login, with the platforms' own error texts as well."""
    world = World()
    application = Portal(world.bridge, own_url="http://portal.test", services={}, http=httpx.Client())
    pages = [
        "/", "/login/iamsmart", "/login/x", "/cb/hk", "/cb/gd", "/link", "/consent/address-proof", "/consent/x",
        "/use/address-proof", "/again/address-proof", "/withdraw/address-proof", "/evidence/address-proof",
        f"/{quote(SCRIPT, safe='')}",
    ]  # fmt: skip
    names = [*"lang code state error_code error error_description answer guard service provider".split(), SCRIPT]
    browser = Client(application)
    home = browser.get("/", query_string={"lang": language}, headers={"Accept": "application/json"}).get_json()
    assert word("title", language) in unescape(browser.get("/").get_data(as_text=True))
    for page in pages:
        for name in names:
            ways: tuple[Any, ...] = (
                {"method": "GET", "query_string": {name: SCRIPT}},
                {"method": "POST", "data": {"guard": home["guard"], name: SCRIPT}},
            )
            for sent in ways:
                reply = browser.open(page, **sent)
                if reply.mimetype == "text/html" and reply.status_code not in (302, 303, 404, 405):
                    check_harmless(reply)


@pytest.mark.slow
@pytest.mark.parametrize("language", LANGUAGES)
def test_b10_library_what_others_write_is_text_on_the_portal(language: Any) -> None:
    """B10: names of parties in a notice, and what a service answers, are text on the portal's pages in every language."""

    def rename(document: dict[str, Any]) -> None:
        for party in document["parties"]:
            party["names"] = dict.fromkeys(party["names"], SCRIPT)

    def answer(request: httpx.Request) -> httpx.Response:
        record = {"name": SCRIPT, "social_security": {SCRIPT: SCRIPT}}
        return httpx.Response(200, json={"record": record, "received": ["name"], "error": SCRIPT})

    world = World(overrides=rename)
    services = dict.fromkeys(("gd:hrss", "hk:address"), "http://service.test")
    application = Portal(
        world.bridge,
        own_url="https://svc.test",
        services=services,
        http=httpx.Client(transport=httpx.MockTransport(answer)),
    )
    browser = Client(application)
    base = {"base_url": "https://svc.test"}
    home = browser.get("/", query_string={"lang": language}, headers={"Accept": "application/json"}, **base).get_json()
    press = {"data": {"guard": home["guard"], "answer": "given"}, **base}
    for provider in BOTH:
        hop = browser.post(f"/login/{provider}", **press).headers["Location"]
        back = urlsplit(world.visit(hop, "chan-tai-man"))
        assert browser.get(back.path, query_string=back.query, **base).status_code == 303
    shown = [browser.get("/link", **base)]
    browser.post("/link", **press)
    for service in ("social-insurance-enquiry", "address-proof"):
        shown.append(browser.get(f"/consent/{service}", **base))
        browser.post(f"/consent/{service}", **press)
        browser.post(f"/use/{service}", **press)
        shown.append(browser.get("/", **base))
    assert [page.status_code for page in shown] == [200] * 5
    for page in shown:
        check_harmless(page)
    assert sum("alert(1)" in page.get_data(as_text=True) for page in shown) >= 4, "nothing of it was shown"


# --- B11: under load -------------------------------------------------------------------------------------------------

CROWD = 200


def crowd() -> list[tuple[str, str]]:
    """A session and a person for each of two hundred logins."""
    people = [person.key for person in POPULATION if person.iamsmart and person.name_zh_hant]
    return [(f"session-{number}", people[number % len(people)]) for number in range(CROWD)]


def check_crowd(found_people: list[tuple[str, Any]]) -> None:
    """Everybody is who they are, and nobody is two."""
    names = {person.key: person.name_zh_hant for person in POPULATION}
    subjects: dict[str, set[str]] = {}
    for key, identity in found_people:
        subjects.setdefault(key, set()).add(identity.subject)
        assert identity.profile.name == names[key]
    assert len(found_people) == CROWD
    assert all(len(each) == 1 for each in subjects.values())
    assert len(set.union(*subjects.values())) == len(subjects)


@pytest.mark.slow
def test_b11_library_two_hundred_threads() -> None:
    """B11: two hundred logins in threads all end well, each with its own person; a callback fits no other's login."""
    world = World()
    hops = {
        session: world.bridge.begin_login("iamsmart", return_to=world.return_to["iamsmart"], session=session)
        for session, _ in crowd()
    }

    def log_in(case: tuple[str, str]) -> tuple[str, Any]:
        session, key = case
        back = world.visit(hops[session].url, key)
        return key, world.bridge.finish_login(hops[session].pending, callback_url=back, session=session)

    with ThreadPoolExecutor(50) as pool:
        check_crowd(list(pool.map(log_in, crowd())))
    assert len({parameter(hop.url, "state") for hop in hops.values()}) == CROWD
    assert [event.outcome for event in world.events] == ["ok"] * 2 * CROWD


@pytest.mark.slow
def test_b11_library_two_hundred_tasks() -> None:
    """B11: the same with tasks in one event loop."""
    world = AsyncWorld()

    async def log_in(case: tuple[str, str]) -> tuple[str, Any]:
        session, key = case
        hop = await world.bridge.begin_login("iamsmart", return_to=world.return_to["iamsmart"], session=session)
        back = world.visit(hop.url, key)
        return key, await world.bridge.finish_login(hop.pending, callback_url=back, session=session)

    async def main() -> list[tuple[str, Any]]:
        return await asyncio.gather(*(log_in(case) for case in crowd()))

    check_crowd(asyncio.run(main()))
    assert [event.outcome for event in world.events] == ["ok"] * 2 * CROWD


@pytest.mark.slow
def test_b11_http_two_hundred_logins_over_sockets(world: MockWorld, service: OnlineService) -> None:
    """B11, over loopback sockets: two hundred raw exchanges side by side, each answered with its own person and state."""
    service.get_key()
    cases = []
    for number, (_, key) in enumerate(crowd()):
        back = world.iamsmart.log_in(service.login_url(state=f"state-{number}"), key)
        assert parameter(back, "state") == f"state-{number}"
        body = service.seal({"code": parameter(back, "code"), "grantType": "authorization_code"})
        cases.append((key, body, service.headers(body)))
    subjects = world.iamsmart.subjects(service.credentials.client_id)
    with serve(world) as running:
        host = urlsplit(running.iamsmart_url).netloc

        def exchange(case: tuple[str, bytes, dict[str, str]]) -> tuple[str, str]:
            key, body, head = case
            connection = HTTPConnection(host, timeout=60)
            try:
                connection.request("POST", "/api/v1/auth/getToken", body, {**head, "Content-Type": "application/json"})
                reply = json.loads(connection.getresponse().read())
            finally:
                connection.close()
            assert reply["code"] == "D00000", reply
            return key, str(service.open(reply["content"])["openID"])

        with ThreadPoolExecutor(32) as pool:
            answers = list(pool.map(exchange, cases))
    assert [(key, subjects[key]) for key, _ in answers] == answers


# --- B12: a token that was made for somebody else ---------------------------------------------------------------------


def test_b12_library_a_token_of_another_client_is_never_taken(stage: Stage) -> None:
    """B12: neither platform has ID tokens, and ours takes no token from a browser: only what it fetched with its own secret.

    So the nearest thing is a callback that brings one along: it changes nothing, and a foreign code beside it is refused.
    """
    rival = RelyingService(
        stage.mock("guangdong"),
        stage.mock("guangdong").register_client(name="Rival", redirect_uris=[REDIRECT]),
    )
    code = rival.code("lee-siu-ming")
    theirs = rival.access_token(rival.code("lee-siu-ming")).get_json()["access_token"]
    pending, callback = begun(stage, "guangdong")
    identity = stage.finish(
        pending, f"{callback}&access_token={theirs}&id_token=e30.e30.&openID=x&useridcode={'0' * 32}"
    )
    assert identity.profile.name
    account = persona("chan-tai-man").guangdong
    assert account is not None
    assert identity.subject == account.useridcode
    pending, callback = begun(stage, "guangdong")
    with refused(stage, "provider_rejected", provider_code="40029", step="access_token"):
        stage.finish(pending, f"{bent(callback, code=code)}&access_token={theirs}")


def test_b12_http_a_token_serves_its_client_only(world: MockWorld, make_service: Any) -> None:
    """B12, over HTTP: another client's access token, and the openID that another client knows the person by, are refused.

    For Guangdong ``tokeninfo`` names no client (VERIFIED), so there the law is B6's: no other client gets the token.
    """
    service, stranger = make_service(world), make_service(world)
    mine, theirs = service.token(), stranger.token()
    assert mine["openID"] != theirs["openID"]
    assert service.profiles(theirs)["code"] == "D20009"
    assert service.profiles(mine, openID=theirs["openID"])["code"] == "D20010"
    assert service.profiles(mine, accessToken=theirs["accessToken"])["code"] == "D20009"
    assert service.profiles(mine)["code"] == "D00000"


# --- B13: two answers about two people -------------------------------------------------------------------------------


def test_b13_library_answers_about_two_people_make_no_login(stage: Stage) -> None:
    """B13: there is no UserInfo; the nearest pair is getToken and profiles. Where they mean two people, nobody is logged in.

    Within Guangdong's one reply the nearest pair is the level, which stands in two places: they must agree.
    """
    pending, callback = begun(stage, "iamsmart")
    stage.mock("iamsmart").faults.add("swapped_user", operation="getToken")
    with refused(stage, "provider_rejected", provider_code="D20010", step="profiles"):
        stage.finish(pending, callback)
    pending, callback = begun(stage, "guangdong")
    stage.mock("guangdong").faults.add("level_conflict", operation="tokeninfo")
    with refused(stage, "protocol_error", reason="level", step="tokeninfo"):
        stage.finish(pending, callback)


def test_b13_http_a_token_beside_another_persons_subject(service: OnlineService) -> None:
    """B13, over HTTP: the mock gives no profile for one person's token beside another's openID, or for a changed openID."""
    one, two = service.token("chan-tai-man"), service.token("lee-siu-ming")
    for subject in (two["openID"], one["openID"].lower(), one["openID"].replace("%", "%25"), one["openID"] + " ", ""):
        if subject != one["openID"]:
            reply = service.profiles(one, openID=subject)
            assert reply["code"] == ("D20002" if not subject else "D20010")
            assert "content" not in reply
    assert service.profiles(one)["code"] == "D00000"
