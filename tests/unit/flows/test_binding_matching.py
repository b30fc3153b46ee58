"""The matching of a binding: agreed and recorded before anything is sent, and the only one that binds."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import httpx
import pytest

from tests.journey.traveller import SESSION, bent
from tests.unit.flows.binder import PEER, Binder, offer_id
from xbridge import AsyncBridge, Bridge
from xbridge.consent.notice import text_digest
from xbridge.core.errors import ConsentMissing, LinkRefused, StoreUnavailable, TamperDetected, XBridgeError
from xbridge.core.matching import MatchSubject
from xbridge.flows.link import open_fresh
from xbridge.ledger.entry import parse_entry
from xbridge.linking.document_ref import document_ref
from xbridge.stores.memory import MemoryStore
from xbridge.testing import World

HELD = MatchSubject(document=("home_return_permit", "H12345678"), birth_date="19800101", name_han="陈大文")
REFUSING = ["matching.agreed", "matching.begun", "matching.failed"]


class Matcher(Binder):
    """A binder whose wire counts what is sent; the other side refuses everything."""

    def __init__(self) -> None:
        """Nothing was sent yet."""
        super().__init__()
        self.before_sending: list[list[str]] = []
        self.bridge = self.remade(Bridge)

    def remade(self, colour: Any) -> Any:
        """Return a Bridge of this colour on the same store, with a wire."""
        made = colour(self.config, store=self.store, clock=self.clock.now, transport=httpx.MockTransport(self._refuse))
        # The same keys: what was sealed for one opens for the other.
        made._deps = self.deps
        return made

    def match(self, proved: str = "", offer: Any = None, *, session: str = SESSION) -> Any:
        """Match a proved binding under ``offer``."""
        proved = proved or self.proved()
        return self.bridge.match_binding(proved, HELD, agreed_to=offer or self.notice(), session=session)

    def _refuse(self, request: httpx.Request) -> httpx.Response:
        self.before_sending.append(self.kinds())
        return httpx.Response(429)


@pytest.fixture
def matcher() -> Matcher:
    """Somebody with both logins, who has matched nothing yet."""
    return Matcher()


@pytest.mark.parametrize("colour", ["blocking", "awaiting"])
def test_what_was_agreed_is_recorded_before_anything_is_sent(matcher: Matcher, colour: str) -> None:
    """When the first message leaves, the ledger holds the agreement: offer, notice, binding, and no value."""
    offer, proved = matcher.notice(), matcher.proved()
    bridge = matcher.bridge if colour == "blocking" else matcher.remade(AsyncBridge)

    def run() -> None:
        matching: Any = bridge.match_binding(proved, HELD, agreed_to=offer, session=SESSION)
        asyncio.run(matching)

    with pytest.raises(XBridgeError):
        run()
    assert matcher.before_sending == [REFUSING[:2]]
    assert matcher.kinds() == REFUSING
    agreed, begun = (parse_entry(raw) for raw in matcher.store.entries(0, 2))
    assert (agreed.consent, agreed.body_digest, agreed.link) == (
        offer_id(matcher.deps, offer), text_digest(offer.text), "",
    )  # fmt: skip
    assert dict(agreed.detail) == {"language": "en", "reference": matcher.id, "service": "guangdong-binding"}
    assert (dict(begun.detail)["reference"], dict(begun.detail)["peer"]) == (matcher.id, PEER)
    assert [row.value.decode() for row in matcher.store.scan("notice/")] == [offer.text]


def test_without_a_record_nothing_is_sent(matcher: Matcher, monkeypatch: pytest.MonkeyPatch) -> None:
    """A store that does not take the entry lets nothing cross."""

    def down(*_arguments: Any, **_options: Any) -> Any:
        raise StoreUnavailable("down")

    offer, proved = matcher.notice(), matcher.proved()
    monkeypatch.setattr(MemoryStore, "append", down)
    with pytest.raises(StoreUnavailable):
        matcher.match(proved, offer)
    assert matcher.before_sending == []


def test_the_offer_is_not_spent(matcher: Matcher) -> None:
    """Whoever agreed and met an outage agrees to nothing new: the same offer serves the next attempt, and the binding."""
    offer = matcher.notice()
    for _ in range(2):
        with pytest.raises(XBridgeError):
            matcher.match(offer=offer)
    link = matcher.bind(offer=offer)
    assert link.origin == "binding"
    with pytest.raises(TamperDetected) as caught:
        matcher.match(offer=offer)
    assert (caught.value.claim, caught.value.reason) == ("offer", "replayed")
    assert len(matcher.before_sending) == 2


WRONG_OFFERS: dict[str, tuple[Callable[[Matcher], Any], type[XBridgeError], str]] = {
    "for two logins": (lambda m: m.bridge.offer_link(session=SESSION), LinkRefused, "authorisation"),
    "of another session": (lambda m: m.notice(session="another"), LinkRefused, "session"),
    "another text": (lambda m: replace(m.notice(), text=m.notice().text + " "), TamperDetected, "mismatch"),
    "not ours": (lambda m: replace(m.notice(), sealed="xb1.a.b"), TamperDetected, ""),
}


@pytest.mark.parametrize("case", WRONG_OFFERS)
def test_an_offer_that_is_none(matcher: Matcher, case: str) -> None:
    """Another notice, another session's, another text: nothing is recorded and nothing is sent."""
    made, kind, reason = WRONG_OFFERS[case]
    with pytest.raises(kind) as caught:
        matcher.match(offer=made(matcher))
    assert not reason or getattr(caught.value, "reason", "") == reason
    assert (matcher.kinds(), matcher.before_sending) == ([], [])


def test_an_offer_about_a_link(matcher: Matcher) -> None:
    """A consent to a data flow is no consent to be matched."""
    link = matcher.link(account="two")
    kinds, offer = matcher.kinds(), matcher.offer(link)
    with pytest.raises(LinkRefused) as caught:
        matcher.match(offer=offer)
    assert caught.value.reason == "authorisation"
    assert (matcher.kinds(), matcher.before_sending) == ([*kinds, "consent.offered"], [])


def test_an_offer_that_has_expired(matcher: Matcher) -> None:
    """Who agreed an hour ago is shown the notice again."""
    offer = matcher.notice()
    matcher.clock.advance(matcher.config.limits.offer_s)
    with pytest.raises(ConsentMissing):
        matcher.match(offer=offer)
    assert (matcher.kinds(), matcher.before_sending) == ([], [])


WRONG_INTENTS: dict[str, tuple[Callable[[Matcher], str], str]] = {
    "old": (lambda m: m.proved(expires_at=0), "stale"),
    "of another session": (lambda m: m.proved(session_ref="x" * 43), "session"),
    "an old login there": (
        lambda m: m.proved(m.proof(change=lambda p: p.model_copy(update={"authenticated_at": p.authenticated_at - 601}))),
        "stale",
    ),
    "a login without state here": (
        lambda m: m.proved(cn_gd=m.proof("CN-GD", change=bent(started_by="relying_party_stateless"))), "stateless",
    ),
    "no permit": (lambda m: m.proved(cn_gd=m.proof("CN-GD", change=bent(document_kinds=("passport",)))), "permit"),
}  # fmt: skip


@pytest.mark.parametrize("case", WRONG_INTENTS)
def test_a_binding_that_is_none(matcher: Matcher, case: str) -> None:
    """What could not be bound is not matched: nothing is recorded and nothing is sent."""
    made, reason = WRONG_INTENTS[case]
    with pytest.raises(LinkRefused) as caught:
        matcher.match(made(matcher))
    assert caught.value.reason == reason
    assert (matcher.kinds(), matcher.before_sending) == ([], [])


@pytest.mark.parametrize(
    ("brought", "reason"),
    [
        (("home_return_permit", "H12345678"), ""),
        (("home_return_permit", "H1234567802"), ""),
        (("home_return_permit", "H87654321"), "document"),
        (("hkid", "A123456(3)"), "document"),
        (("home_return_permit", "12"), "document"),
        (None, "document"),
    ],
    ids=["its own", "reissued", "another's", "another kind", "no form", "none"],
)
def test_what_is_brought_is_of_the_account_logged_in(
    matcher: Matcher, brought: tuple[str, str] | None, reason: str
) -> None:
    """Another document than the login's own is refused before anything is recorded or sent; names may still be told."""
    permit_ref = document_ref(matcher.deps.pseudonym_key, kind="home_return_permit", number="H12345678")
    proved = matcher.proved(cn_gd=matcher.proof("CN-GD", change=bent(permit_ref=permit_ref)))
    with pytest.raises(XBridgeError) as caught:
        matcher.bridge.match_binding(
            proved, replace(HELD, document=brought), agreed_to=matcher.notice(), session=SESSION
        )
    assert getattr(caught.value, "reason", "") == reason
    assert (len(matcher.before_sending), len(matcher.kinds())) == ((0, 0) if reason else (1, 3))


def test_a_login_seals_the_reference_of_its_permit() -> None:
    """What a platform told of the permit is in the proof as a reference; a number that is masked, or none, as nothing."""
    world = World()
    identity = world.log_in("guangdong", "chan-tai-man", session=SESSION)
    number = identity.profile.document("home_return_permit") or ""
    deps = world.bridge._deps
    proof = open_fresh(deps, identity.proof, session=SESSION, now=world.clock.now())
    assert proof.permit_ref == document_ref(deps.pseudonym_key, kind="home_return_permit", number=number) != ""
    assert number not in repr(proof)
    assert proof.permit_ref not in repr(proof)
    assert [document_ref(deps.pseudonym_key, kind="home_return_permit", number=each) for each in ("H12****78", "")] == [
        "",
        "",
    ]


def test_an_account_that_is_linked_elsewhere_is_not_matched(matcher: Matcher) -> None:
    """Nothing crosses for two accounts that cannot be linked."""
    matcher.link(account="one")
    proved = matcher.proved(matcher.proof(account="one"), matcher.proof("CN-GD", account="two"))
    with pytest.raises(LinkRefused) as caught:
        matcher.match(proved)
    assert caught.value.reason == "conflict"
    assert matcher.before_sending == []


@pytest.mark.parametrize("offer", ["", "019e8156-a600-7026-835e-7a95cdb94a62"], ids=["of match", "of another notice"])
def test_only_what_was_agreed_to_binds(offer: str) -> None:
    """A matching of plain ``match``, and one under another notice than it is bound with, bind nobody."""
    binder = Binder()
    proved = binder.proved()
    with pytest.raises(LinkRefused) as caught:
        binder.bind(proved, binder.matched(offer=offer))
    assert caught.value.reason == "authorisation"
    assert binder.kinds() == []
    assert binder.bind(proved, binder.matched()).origin == "binding"
