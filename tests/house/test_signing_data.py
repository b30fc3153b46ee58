"""Lesson I1 for signing: a marked person signs, refuses and is impersonated, and no trace of them stays where it must not.

Beside names and numbers the hash of the identity card number is looked for: it has no salt, so it is as personal.
"""

from __future__ import annotations

import hashlib
import json
import logging
from base64 import b64encode
from collections.abc import Callable
from typing import Any

import pytest

from tests.house.canary import CANARIES, Search, marks
from tests.journey.traveller import AUDIENCE, ENQUIRY
from tests.negative.signing import RESULTS, SPOILED
from xbridge import Consent, PendingRequest, SigningTitle
from xbridge.core.errors import XBridgeError
from xbridge.crypto import base64url
from xbridge.drivers.audit_log import log_event
from xbridge.evidence.bundle import read_bundle
from xbridge.protocols import enveloped_call
from xbridge.protocols.content_envelope import open_content
from xbridge.testing import World

pytestmark = pytest.mark.slow
ONE, TWO = CANARIES
HKID, OTHER_HKID = (f"{person.hkid}({person.hkid_check})" for person in CANARIES)
DIGEST = hashlib.sha256(b"canary will").digest()
TITLE = SigningTitle(document_name="Canary last will", service_name="Canary notary", department="Canary office")


def hashes() -> set[str]:
    """The hash of each marked person's number, as it travels and as somebody might print it."""
    raw = [hashlib.sha256(person.hkid.encode()).digest() for person in CANARIES]
    return {b64encode(each).decode() for each in raw} | {each.hex() for each in raw}


class Notary:
    """A service where marked people sign, and the list of what may be found nowhere."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.world = World(asking=True, personas=CANARIES)
        self.secrets: set[str] = {*marks(), *hashes(), *vars_of(TITLE), b64encode(DIGEST).decode(), DIGEST.hex()}
        self.errors: list[tuple[str, BaseException]] = []
        self.values: list[object] = []
        opened = open_content

        def noting(key: bytes, content: str) -> bytes:
            plaintext = opened(key, content)
            document = json.loads(plaintext)
            self.secrets |= {document[name] for name in ("accessToken", "openID", "ticketID") if document.get(name)}
            self.secrets |= {key.hex(), b64encode(key).decode()}
            return plaintext

        monkeypatch.setattr(enveloped_call, "open_content", noting)

    def attempt(self, action: Callable[..., Any], *given: Any, **named: Any) -> Any:
        """Do something that may fail; keep the error or the value."""
        where = action.__name__
        try:
            value = action(*given, **named)
        except XBridgeError as error:
            self.errors.append((where, error))
            return None
        self.values.append(value)
        return value

    def ask(self, person: Any, kind: str, **changes: Any) -> PendingRequest | None:
        """Ask for a signature."""
        wanted = {"hkid": HKID, "title": TITLE, "session": "s", **changes}
        bridge = self.world.bridge
        asked = bridge.request_hash_signature if kind == "hash" else bridge.request_document_signature
        request: PendingRequest | None = self.attempt(asked, person, DIGEST, **wanted)
        return request

    def search(self, caplog: pytest.LogCaptureFixture) -> Search:
        """Look everywhere."""
        search = Search(self.secrets)
        for event in self.world.events:
            search.look("event", repr(event))
            log_event(event)
        for record in caplog.records:
            search.look(f"log {record.name}", record.getMessage(), repr(record.args), record.exc_text or "")
        for where, error in self.errors:
            search.look_at_error(f"error in {where}", error)
        search.look("value", *map(repr, self.values), *map(str, self.values))
        for key, (value, _) in self.world.store._pending.items():  # type: ignore[attr-defined]
            search.look("waiting row", key, value)
        return search


def vars_of(title: SigningTitle) -> set[str]:
    """The three texts of a title."""
    return {title.document_name, title.service_name, title.department}


def test_signing_leaves_nothing_of_the_person(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """Every call, every end and every forgery, by a marked person: neither logs nor errors, values or rows show them."""
    caplog.set_level(logging.DEBUG)
    notary = Notary(monkeypatch)
    world, bridge, mock = notary.world, notary.world.bridge, notary.world.mocks.iamsmart
    person = world.log_in("iamsmart", ONE.key, session="s")
    notary.secrets |= {person.proof, person.subject}

    for changes in (
        {"hkid": HKID[:-2] + "Z)"}, {"hkid": ONE.hkid + ("(1)" if ONE.hkid_check == "0" else "(0)")},
        {"hkid": f"{HKID} {ONE.name_en}"}, {"session": "other"}, {"algorithm": ONE.hkid}, {"lang": ONE.name_en},
        {"title": SigningTitle(document_name=ONE.name_zh_hant * 99, service_name=ONE.hkid)},
    ):  # fmt: skip
        assert notary.ask(person, "hash", **changes) is None
    cases = [(fault, kind) for fault, kinds in SPOILED.items() for kind in kinds]
    for fault, kind in [*cases, ("request_not_plus", "hash"), ("request_other_card", "hash")]:
        request = notary.ask(person, kind)
        assert request is not None
        mock.faults.add(fault, operation="delivery")
        body = world.respond(request.business_id)
        mock.faults.clear()
        notary.attempt(bridge.receive_callback, "iamsmart", body)
    for decision in ("approve", "refuse", "cancel", "fail"):
        request = notary.ask(person, "hash")
        assert request is not None
        body = world.respond(request.business_id, decision)
        for _ in range(2):
            notary.attempt(bridge.receive_callback, "iamsmart", body)
        for step in (bridge.collect, bridge.acknowledge_signature):
            for session in ("other", "s", "s"):
                notary.attempt(step, request, session=session)
    other = notary.ask(person, "hash", hkid=OTHER_HKID)
    assert other is not None
    notary.attempt(bridge.receive_callback, "iamsmart", world.respond(other.business_id))

    for fault, kind in [("", "hash"), *cases]:
        hop = notary.attempt(
            bridge.begin_anonymous_signature, "iamsmart", DIGEST, kind=f"{kind}_signing", hkid=HKID, title=TITLE,
            return_to=world.return_to["iamsmart"], session="s",
        )  # fmt: skip
        notary.secrets |= {hop.pending, hop.url}
        back = world.visit(hop.url, ONE.key)
        if fault:
            mock.faults.add(fault, operation=RESULTS[kind])
        for session in ("other", "s"):
            notary.attempt(bridge.finish_anonymous_signature, hop.pending, callback_url=back, session=session)
        mock.faults.clear()
        notary.attempt(bridge.acknowledge_signature, hop, session="s")

    assert len(notary.errors) > 40
    search = notary.search(caplog)
    assert search.found() == set()
    places = {where.partition(" ")[0] for where, _ in search.texts}
    assert places == {"event", "log", "error", "value", "waiting"}, "a place was not looked at"


def test_a_signed_consent_names_the_person_in_one_place_only(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """The certificate names who signed, so it is in the evidence and sealed in the store; ledger, logs and errors know nobody."""
    caplog.set_level(logging.DEBUG)
    notary = Notary(monkeypatch)
    world, bridge = notary.world, notary.world.bridge
    hk, gd = world.log_in("iamsmart", ONE.key, session="s"), world.log_in("guangdong", ONE.key, session="s")
    other = world.log_in("iamsmart", TWO.key, session="s")
    notary.secrets |= {each for person in (hk, gd, other) for each in (person.proof, person.subject)}
    link = bridge.link(hk, gd, agreed_to=bridge.offer_link(session="s"), session="s")
    hk = world.log_in("iamsmart", ONE.key, session="s")
    notary.secrets.add(hk.proof)
    offer = bridge.offer_consent(link, ENQUIRY, audience=AUDIENCE, session="s")

    for changes in ({"approved_by": other}, {"hkid": ONE.hkid}, {"session": "t"}, {"hkid": OTHER_HKID}):
        notary.attempt(
            bridge.request_consent_signature, offer, **{"approved_by": hk, "hkid": HKID, "session": "s", **changes}
        )
    request = notary.attempt(bridge.request_consent_signature, offer, approved_by=hk, hkid=HKID, session="s")
    body = world.respond(request.business_id)
    for raw in (body[:-1], body, body):
        notary.attempt(bridge.receive_callback, "iamsmart", raw)
    for changes in ({"approved_by": other}, {"session": "t"}, {"signed_by": ONE.hkid}, {}, {}):
        notary.attempt(
            bridge.grant_consent, offer, **{"approved_by": hk, "session": "s", "signed_by": request, **changes}
        )
    consent = next(value for value in notary.values if isinstance(value, Consent))
    bundle = bridge.evidence(consent)

    assert len(notary.errors) >= 6
    search = notary.search(caplog)
    search.look("ledger", *world.store.entries(0, 1 << 30))
    for key, row in world.store._rows.items():  # type: ignore[attr-defined]
        search.look("row", key, row.value)
    members = read_bundle(bundle)
    search.look("evidence", *(raw for name, raw in members.items() if not name.startswith("subject/")))
    assert search.found() == set()
    named = Search(notary.secrets)
    named.look("evidence", base64url.decode(json.loads(members["subject/0001.json"])["certificate"]))
    assert named.found(), "the certificate names nobody, so finding nothing above proves nothing"


def test_the_search_knows_the_hash() -> None:
    """A hash of a marked number is found where it stands, so that finding none means something."""
    search = Search(hashes())
    search.look("text", f"HKICHash={b64encode(hashlib.sha256(TWO.hkid.encode()).digest()).decode()}")
    assert search.found()
