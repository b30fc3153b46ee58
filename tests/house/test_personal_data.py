"""Lesson I1: marked people go through every call and every fault, and no trace of them stays where it must not.

Looked at: every log record with the root logger at DEBUG, every error with its whole chain, audit events, ledger entries,
stored rows, and the evidence bundle.
"""

from __future__ import annotations

import io
import json
import logging
import re
import zipfile
from base64 import b64encode
from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any

import pytest

from tests.house.canary import CANARIES, Search, chain, marks
from tests.negative.catalogue import CATALOGUE
from tests.negative.stage import COLOURS, PROVIDERS, Stage
from tests.negative.test_catalogue import play
from xbridge.core.errors import XBridgeError
from xbridge.core.flow import DataFlow
from xbridge.crypto.key import KeySet, SigningKey
from xbridge.crypto.sm2 import has_sm2
from xbridge.drivers.audit_log import log_event
from xbridge.protocols import enveloped_call
from xbridge.protocols.client_assertion import build_client_assertion
from xbridge.protocols.content_envelope import open_content

ONE, TWO = (person.key for person in CANARIES)
HIDDEN = ("accessToken", "openID", "cAccessToken", "cOpenID")
SESSION = "canary-session-0a1b2c"
FLOW = DataFlow(source="440000", target="HK", purpose="xb:social-benefit", categories=("name", "social_security"))
AUDIENCE = "gd:hrss"


class Aviary:
    """A stage whose people are marked, and the list of what may be found nowhere."""

    def __init__(self, colour: str, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr("xbridge_mocks.world.POPULATION", CANARIES)
        self.service = SigningKey.generate("ES256", lambda size: bytes(range(1, size + 1)))
        jwks = json.loads(KeySet([self.service.public()]).to_jwks())
        self.documents: list[dict[str, Any]] = []
        self.stage = Stage(colour, persona=ONE, jwks={"gd-hrss": jwks}, sm2=has_sm2(), overrides=self.documents.append)
        self.secrets: set[str] = {SESSION, *self._configured()}
        self.errors: list[tuple[str, BaseException]] = []
        self._watch_plaintext(monkeypatch)

    def log_in(self, provider: str, persona: str = ONE) -> Any:
        """Log a marked person in and remember every secret of the login."""
        hop = self.stage.begin(provider, session=SESSION)
        callback = self.stage.visit(provider, hop.url, persona=persona)
        identity = self.stage.finish(hop.pending, callback, session=SESSION)
        self.secrets |= {hop.pending, identity.proof, identity.subject, *callback.partition("?")[2].split("&")}
        return identity

    def attempt(self, where: str, action: Callable[[], Any]) -> Any:
        """Do something that may fail, and keep the error."""
        try:
            return self.stage.run(action())
        except XBridgeError as error:
            self.errors.append((where, error))
            return None

    def must_fail(self, where: str, action: Callable[[], Any]) -> None:
        """Do something that has to fail, so that its error is looked at."""
        before = len(self.errors)
        self.attempt(where, action)
        assert len(self.errors) == before + 1, f"{where} did not fail"

    def search(self, caplog: pytest.LogCaptureFixture, *bundles: bytes) -> Search:
        """Look everywhere."""
        world = self.stage.world
        self._note_content_keys()
        self._note_tokens()
        search = Search(marks() | self.secrets)
        for event in world.events:
            search.look("audit event", repr(event))
            log_event(event)
        for record in caplog.records:
            search.look(f"log {record.name}", record.getMessage(), repr(record.args), record.exc_text or "")
        for where, error in self.errors:
            search.look_at_error(f"error in {where}", error)
        search.look("ledger", *world.store.entries(0, 1 << 30))
        search.look("stored row", *(row.key for row in world.store.scan("")))
        search.look("stored row", *(row.value for row in world.store.scan("")))
        for bundle in bundles:
            search.look("bundle", bundle)
            with zipfile.ZipFile(io.BytesIO(bundle)) as archive:
                search.look("bundle", *archive.namelist(), *(archive.read(name) for name in archive.namelist()))
        return search

    def _configured(self) -> Iterator[str]:
        document = self.documents[0]
        for provider in PROVIDERS:
            section = document["providers"][provider]
            yield section["client_secret"]
            yield section.get("corporate", section)["client_secret"]
        keys = document["keys"]
        own = [keys[name] for name in ("record", "record_sm2", "log", "token") if name in keys]
        for pem in (*own, *document["providers"]["iamsmart"]["kek_private_keys"]):
            yield pem.splitlines()[1]
        yield keys["pseudonym"]
        yield from keys["sealing"]

    def _watch_plaintext(self, monkeypatch: pytest.MonkeyPatch) -> None:
        """Note the tokens and accounts inside the envelopes of iAM Smart and CorpID, which the wire never shows."""
        opened = open_content

        def noting(key: bytes, content: str) -> bytes:
            plaintext = opened(key, content)
            document = json.loads(plaintext)
            self.secrets |= {document[name] for name in HIDDEN if name in document}
            return plaintext

        monkeypatch.setattr(enveloped_call, "open_content", noting)

    def _note_content_keys(self) -> None:
        driver: Any = self.stage.bridge._driver
        for value, _ in driver._memory._items.values():
            self.secrets |= {value.hex(), b64encode(value).decode(), repr(value)}

    def _note_tokens(self) -> None:
        for raw in self.stage.wires["guangdong"].replies:
            self.secrets |= {token.decode() for token in re.findall(rb'"access_token":"([^"]+)"', raw)}


@pytest.fixture(params=COLOURS)
def aviary(
    request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> Iterator[Aviary]:
    """An aviary of each colour, every logger wide open."""
    caplog.set_level(logging.DEBUG)
    made = Aviary(request.param, monkeypatch)
    yield made
    made.stage.close()


@pytest.mark.slow
def test_the_whole_journey(aviary: Aviary, caplog: pytest.LogCaptureFixture) -> None:
    """From login to evidence, with every call also made to fail, nothing of the person stays behind."""
    stage, bridge = aviary.stage, aviary.stage.bridge
    run = stage.run
    hk, gd = aviary.log_in("iamsmart"), aviary.log_in("guangdong")
    other = aviary.log_in("iamsmart", TWO)
    offered = run(bridge.offer_link(session=SESSION))
    aviary.must_fail("link", lambda: bridge.link(hk, hk, agreed_to=offered, session=SESSION))
    aviary.must_fail("link", lambda: bridge.link(hk.proof[:-1], gd, agreed_to=offered, session=SESSION))
    aviary.must_fail("link", lambda: bridge.link(hk, gd, agreed_to=offered, session=f"{SESSION}2"))
    link = run(bridge.link(hk, gd, agreed_to=offered, session=SESSION))
    # A proof makes one link only, so the person logs in again for what follows.
    hk = aviary.log_in("iamsmart")
    aviary.must_fail(
        "offer_consent",
        lambda: bridge.offer_consent(CANARIES[0].name_en, FLOW, audience=AUDIENCE, session=SESSION),
    )
    offer = run(bridge.offer_consent(link, FLOW, audience=AUDIENCE, session=SESSION))
    altered = replace(offer, text=offer.text + CANARIES[0].name_zh_hant)
    aviary.must_fail("grant", lambda: bridge.grant_consent(altered, approved_by=hk, session=SESSION))
    aviary.must_fail("grant", lambda: bridge.grant_consent(offer, approved_by=other, session=SESSION))
    aviary.must_fail("refuse", lambda: bridge.refuse_consent(offer, refused_by=other, session=SESSION))
    consent = run(bridge.grant_consent(offer, approved_by=hk, session=SESSION))
    another = run(bridge.offer_consent(link, FLOW, audience=AUDIENCE, session=SESSION, lang="zh-Hans"))
    refused = run(bridge.refuse_consent(another, refused_by=gd, session=SESSION))
    aviary.must_fail("exchange", lambda: bridge.exchange(link, refused, FLOW, audience=AUDIENCE))
    aviary.must_fail("exchange", lambda: bridge.exchange(link, consent, FLOW, audience="hk:address"))
    aviary.must_fail("exchange", lambda: bridge.exchange(CANARIES[0].hkid, consent, FLOW, audience=AUDIENCE))
    release = run(bridge.exchange(link, consent, FLOW, audience=AUDIENCE))
    aviary.secrets.add(release.token)

    def ask(token: str, number: int, issuer: str = "https://svc.test") -> Callable[[], Any]:
        assertion = build_client_assertion(
            aviary.service, client_id="gd-hrss", issuer=issuer, assertion_id=f"a{number}", now=stage.world.clock.now()
        )
        aviary.secrets.add(assertion)
        return lambda: bridge.introspect(token, party="gd-hrss", assertion=assertion)

    assert aviary.attempt("introspect", ask(release.token, 1)).active
    assert not aviary.attempt("introspect", ask(CANARIES[0].name_zh_hant, 2)).active
    aviary.must_fail("introspect", ask(release.token, 3, issuer="https://elsewhere.test"))
    aviary.must_fail("withdraw", lambda: bridge.withdraw(consent, requested_by=other, session=SESSION))
    aviary.must_fail("withdraw", lambda: bridge.withdraw(CANARIES[0].hkid, requested_by=hk, session=SESSION))
    run(bridge.withdraw(consent, requested_by=hk, session=SESSION))
    aviary.must_fail("exchange", lambda: bridge.exchange(link, consent, FLOW, audience=AUDIENCE))
    aviary.must_fail("evidence", lambda: bridge.evidence(CANARIES[0].hkid))
    search = aviary.search(caplog, run(bridge.evidence(consent)), run(bridge.evidence(refused)))
    assert search.found() == set()
    places = {where.partition(" ")[0] for where, _ in search.texts}
    assert places == {"audit", "log", "error", "ledger", "stored", "bundle"}, "a place was not looked at"


@pytest.mark.slow
def test_every_fault(aviary: Aviary, caplog: pytest.LogCaptureFixture) -> None:
    """Every row of the negative catalogue, played by marked people, leaves nothing of them behind."""
    stage = aviary.stage
    for row in CATALOGUE:
        stage.calm()
        pending, callback = play(stage, row)
        aviary.secrets |= {pending, *(pair for pair in callback.partition("?")[2].split("&") if len(pair) > 20)}
        aviary.attempt(str(row), lambda: stage.bridge.finish_login(pending, callback_url=callback, session="session-1"))  # noqa: B023 - called at once
        aviary._note_tokens()
    assert len(aviary.errors) == sum(bool(row.code) for row in CATALOGUE)
    assert aviary.search(caplog).found() == set()


HOSTILE = (CANARIES[0].hkid, CANARIES[0].name_zh_hant, CANARIES[0].name_en, str(CANARIES[0].home_return_permit))


@pytest.mark.slow
@pytest.mark.parametrize("text", HOSTILE)
def test_what_platforms_and_browsers_put_in_the_wrong_place(
    aviary: Aviary, caplog: pytest.LogCaptureFixture, text: str
) -> None:
    """A name or number in a place where a code belongs (a callback, an error code, a message) goes no further."""
    stage = aviary.stage
    replies: dict[str, list[dict[str, Any]]] = {
        "corpid": [
            {"txID": text, "code": text, "msg": text}, {"txID": text, "code": "M20003", "msg": text},
            {"txID": text, "code": "M00000", "msg": text, "content": text}, {text: text},
        ],
        "iamsmart": [
            {"txID": text, "code": text, "message": text}, {"txID": text, "code": "D20003", "message": text},
            {"txID": text, "code": "D00000", "message": text, "content": text}, {text: text},
        ],
        "guangdong": [
            {"errcode": text, "errmsg": text}, {"error": text, "error_description": text}, {"errcode": 1, "errmsg": text},
            {"access_token": {"a": text}}, {"access_token": "t", "token_type": text}, {text: text},
        ],
        "zwrz": [
            {"message": text, "status": text, "data": text}, {"message": text, "status": 4001, "data": {text: text}},
            {"message": text, "status": 0, "data": {"access_token": {"a": text}}}, {text: text},
        ],
    }  # fmt: skip
    for provider, documents in replies.items():
        for document in documents:
            stage.calm()
            hop = stage.begin(provider)
            callback = stage.visit(provider, hop.url)
            raw = json.dumps(document, ensure_ascii=False).encode()

            def answer(environ: dict[str, Any], start_response: Any, raw: bytes = raw) -> Any:
                # The person's half of a login at CorpID passes; the rows of iAM Smart are about it.
                if provider == "corpid" and not environ["PATH_INFO"].startswith("/corpid"):  # noqa: B023 - called at once
                    return stage.mock("corpid")(environ, start_response)
                start_response(
                    "200 OK", [("Content-Type", "application/json"), ("X-Who", text.encode().decode("latin-1"))]
                )
                return [raw]

            stage.wires[provider].instead = answer
            aviary.must_fail(f"{provider} reply", _finishing(stage, hop.pending, callback))
        stage.calm()
        for name in ("code", "state", "error_code", "error", "errcode", "error_description", text):
            hop = stage.begin(provider)
            back = stage.world.return_to[provider]
            state = hop.url.rpartition("state")[2].lstrip("=").removeprefix("%3D")
            for url in (
                f"{back}?{name}={text}",
                f"{back}?state={state}&code={text}&{name}={text}",
                f"{back}/{text}?{text}",
            ):
                aviary.must_fail(f"{provider} callback", _finishing(stage, hop.pending, url))
        aviary.must_fail(f"{provider} pending", _finishing(stage, text, f"https://svc.test/cb/hk?{text}"))
        aviary.must_fail(f"{provider} return", lambda: stage.bridge.begin_login(provider, return_to=text, session=text))  # noqa: B023 - called at once
    assert aviary.search(caplog).found() == set()


def _finishing(stage: Stage, pending: str, url: str) -> Callable[[], Any]:
    return lambda: stage.bridge.finish_login(pending, callback_url=url, session="session-1")


def test_values_do_not_show_the_person(aviary: Aviary) -> None:
    """Printing what a login returns, or what it keeps, shows neither the person nor a secret."""
    hop = aviary.stage.begin("iamsmart", session=SESSION)
    identities = [aviary.log_in(provider) for provider in PROVIDERS]
    search = Search(marks() | aviary.secrets | {hop.pending})
    search.look(
        "value", repr(hop), str(hop), repr(aviary.stage.world.config), *map(repr, identities), *map(str, identities)
    )
    search.look("value", *(repr(identity.profile) for identity in identities))
    assert search.found() == set()


@pytest.mark.parametrize(
    "hidden", ["金絲雀甲", "\\u91d1\\u7d72\\u96c0\\u7532", "qx777771", "%E9%87%91%E7%B5%B2%E9%9B%80%E7%94%B2"]
)
def test_the_search_sees(hidden: str) -> None:
    """The search finds each spelling, in a message as in what stands behind it, so that an empty result means something."""
    search = Search(marks())
    search.look("text", f"so {hidden} it is")
    assert search.found()
    harmless = XBridgeError("harmless")
    harmless.__context__ = ValueError(hidden)
    assert len(list(chain(harmless))) == 2
    search = Search(marks())
    search.look_at_error("error", harmless)
    assert search.found()
