"""Two operators who match without disclosure: two Bridges with stores and keys of their own, and the wire between them.

Everything that travels is kept, and can be changed on its way.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable
from datetime import UTC, datetime
from os import urandom
from typing import Any

import httpx

from xbridge import AsyncBridge, Bridge, parse_config
from xbridge.core.audit import AuditEvent
from xbridge.core.matching import Matching, MatchSubject
from xbridge.core.ports import Entropy, Store
from xbridge.crypto.key import SigningKey
from xbridge.crypto.signing import SignedRecord, add_signature, from_envelope, to_envelope
from xbridge.ledger.entry import LedgerEntry, parse_entry
from xbridge.stores.memory import MemoryStore
from xbridge.testing import catalogue
from xbridge.testing.world import new_keys
from xbridge.web.matching import answer_matching_request
from xbridge.web.message import WebRequest
from xbridge_mocks import MockClock

NOON = datetime(2026, 6, 1, 4, 0, tzinfo=UTC)
INITIATOR, RESPONDER, STRANGER = "gd-identity", "hk-portal", "gd-hrss"
REFERENCE, WHOM = "binding:0a1b", "openid~AbC%2B+/="
PERSON = MatchSubject(
    document=("home_return_permit", "H12345678"), birth_date="19800101", name_han="陈大文", name_roman="CHAN TAI MAN"
)
SAME = MatchSubject(
    document=("home_return_permit", "H1234567802"), birth_date="19800101", name_han="陳大文", name_roman="CHAN, Tai Man"
)
Change = Callable[[bytes], bytes]


def jwks_of(key: SigningKey) -> dict[str, Any]:
    """Return the public key set of a party that has this one key."""
    return {"keys": [key.public().to_jwk()]}


class MatchingStage:
    """The initiator (Guangdong's side) and the responder (Hong Kong's side)."""

    def __init__(
        self,
        *,
        colour: str = "blocking",
        holds: MatchSubject | None = SAME,
        alter: Callable[[dict[str, Any]], None] = lambda document: None,
        stores: dict[str, Store] | None = None,
        entropy: Entropy = urandom,
    ) -> None:
        """``holds`` is what the responder knows about :data:`WHOM`; ``alter`` may change both configurations."""
        self.colour = colour
        self.clock = MockClock(NOON)
        self.keys = {name: SigningKey.generate("EdDSA", urandom) for name in (INITIATOR, RESPONDER, STRANGER)}
        self.stores: dict[str, Store] = stores or {INITIATOR: MemoryStore(), RESPONDER: MemoryStore()}
        self.events: list[AuditEvent] = []
        self.holds = {WHOM: holds}
        self.asked: list[tuple[str, str]] = []
        self.sent: list[bytes] = []
        self.answers: list[bytes] = []
        self.statuses: list[int] = []
        self.on_the_way: Change = lambda raw: raw
        self.on_the_way_back: Change = lambda raw: raw
        self.alter = alter
        made: dict[str, Any] = {"clock": self.clock.now, "entropy": entropy, "audit": self.events.append}
        self.responder = Bridge(self.config(RESPONDER), store=self.stores[RESPONDER], **made)
        transport = httpx.MockTransport(self._carry)
        if colour == "blocking":
            self.initiator: Any = Bridge(
                self.config(INITIATOR), store=self.stores[INITIATOR], transport=transport, **made
            )
        else:
            self.initiator = AsyncBridge(
                self.config(INITIATOR), store=self.stores[INITIATOR], transport=transport, **made
            )

    def config(self, operator: str) -> Any:
        """Return an operator's configuration: three parties match with each other."""
        parties = catalogue.parties({name: jwks_of(key) for name, key in self.keys.items()})
        for party in parties:
            if party["id"] in self.keys:
                party["matching_url"] = f"https://{party['id']}.test/matching"
        document = {
            "profile": "development",
            "issuer": f"https://{operator}.test",
            "log_origin": f"{operator}.test/ledger",
            "operator": operator,
            "keys": {**new_keys(), "record": self.keys[operator].to_pem().decode()},
            "parties": parties,
            "services": catalogue.services(),
        }
        self.alter(document)
        return parse_config(document)

    def match(
        self, subject: MatchSubject = PERSON, *, reference: str = REFERENCE, whom: str = WHOM, peer: str = RESPONDER
    ) -> Matching:
        """Run once, from the initiator's side."""
        running = self.initiator.match(subject, reference=reference, whom=whom, peer=peer)
        result: Matching = running if self.colour == "blocking" else asyncio.run(running)
        return result

    def look_up(self, peer: str, whom: str) -> MatchSubject | None:
        """What the responder's application knows."""
        self.asked.append((peer, whom))
        return self.holds.get(whom)

    def answer(self, raw: bytes) -> bytes:
        """Hand a message to the responder's Bridge, and raise what it raises."""
        return self.responder.answer_matching(raw, look_up=self.look_up)

    def entries(self, party: str) -> list[LedgerEntry]:
        """Return a party's ledger."""
        return [parse_entry(raw) for raw in self.stores[party].entries(0, 1 << 30)]

    def story(self, party: str) -> list[tuple[str, str, str]]:
        """Return what a party's ledger says: kind, document, names."""
        told = [(entry.kind, dict(entry.detail)) for entry in self.entries(party)]
        return [(kind, detail.get("document", ""), detail.get("names", "")) for kind, detail in told]

    def _carry(self, request: httpx.Request) -> httpx.Response:
        raw = self.on_the_way(request.content)
        self.sent.append(raw)
        reply = answer_matching_request(
            self.responder, WebRequest(method="POST", path="/matching", body=raw), self.look_up
        )
        self.statuses.append(reply.status)
        body = self.on_the_way_back(reply.body)
        self.answers.append(body)
        return httpx.Response(reply.status, content=body)


def rewritten(envelope: bytes, change: Callable[[str], str], signer: SigningKey, *, role: str = "matching") -> bytes:
    """Return a message with its text changed, signed again: what a dishonest party, and not a stranger, can send."""
    record = from_envelope(envelope)
    raw = change(record.raw.decode()).encode()
    return to_envelope(add_signature(SignedRecord(raw=raw, signatures=()), signer, role))


def edited(envelope: bytes, change: Callable[[dict[str, Any]], None], signer: SigningKey, **more: str) -> bytes:
    """Return a message with its members changed and signed again by ``signer``; ``head`` and ``role`` may be others."""
    head, _, text = from_envelope(envelope).raw.decode().partition("\n")
    members = json.loads(text)
    change(members)
    dumped = json.dumps(members, separators=(",", ":"), sort_keys=True, ensure_ascii=False)
    return rewritten(
        envelope, lambda _: f"{more.get('head', head)}\n{dumped}", signer, role=more.get("role", "matching")
    )
