"""The whole journey, told once and played in both colours on both stores: same story, same ledger, same proof."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from functools import partial
from inspect import isawaitable
from pathlib import Path
from typing import Any, TypeVar

import anyio
import pytest

from tests.journey.traveller import ADDRESS, AUDIENCE, ENQUIRY, HOLDER, SESSION, service_keys
from xbridge.core.errors import ConsentMissing, UserDeclined
from xbridge.core.ports import Store
from xbridge.evidence.trust import parse_trust
from xbridge.flows.verification import verify_bundle
from xbridge.ledger.entry import parse_entry
from xbridge.ledger.note import note_verifier
from xbridge.protocols.client_assertion import build_client_assertion
from xbridge.stores.memory import MemoryStore
from xbridge.stores.sqlite import SQLiteStore
from xbridge.testing import AsyncWorld, World
from xbridge_mocks.persona import persona

T = TypeVar("T")
Play = Callable[[Any], None]
STORY = [
    "consent.granted", "decision", "link.created",
    "consent.offered", "consent.granted", "decision", "token.issued", "release",
    "consent.offered", "consent.granted", "decision", "token.issued", "release",
    "consent.withdrawn", "decision", "release.refused",
    "consent.offered", "consent.refused",
]  # fmt: skip


async def settle(answer: Awaitable[T] | T) -> T:
    """Return an answer of either colour."""
    return await answer if isawaitable(answer) else answer


async def journey(world: Any, *, events: list[tuple[str, str]]) -> None:
    """A resident logs in twice, links, agrees, is served on both sides, withdraws, and is refused from then on."""
    bridge = world.bridge
    hk = await settle(world.log_in("iamsmart", "chan-tai-man", session=SESSION))
    gd = await settle(world.log_in("guangdong", "chan-tai-man", session=SESSION))
    notice = await settle(bridge.offer_link(session=SESSION, lang="zh-Hant"))
    link = await settle(bridge.link(hk, gd, agreed_to=notice, session=SESSION))
    assert (link.hk_level, link.cn_gd_level) == ("L1", "L2")

    async def ask(token: str, party: str) -> Any:
        assertion = build_client_assertion(
            service_keys()[party],
            client_id=party,
            issuer=world.config.issuer,
            assertion_id=f"{party}-{len(world.events)}",
            now=world.clock.now(),
        )
        return await settle(bridge.introspect(token, party=party, assertion=assertion))

    served = []
    for flow, audience, party, lang in (
        (ENQUIRY, AUDIENCE, HOLDER, "zh-Hant"),
        (ADDRESS, "hk:address", "hk-address", "zh-Hans"),
    ):
        offer = await settle(bridge.offer_consent(link, flow, audience=audience, session=SESSION, lang=lang))
        consent = await settle(bridge.grant_consent(offer, approved_by=hk, session=SESSION))
        release = await settle(bridge.exchange(link, consent, flow, audience=audience))
        told = await ask(release.token, party)
        assert told.active
        assert told.categories == flow.categories
        served.append((consent, release, told))
    (enquiry, release, there), (_, _, here) = served
    assert (there.account, here.account) == (gd.subject, hk.subject)

    world.clock.advance(60)
    withdrawn = await settle(bridge.withdraw(enquiry, requested_by=gd, session=SESSION))
    assert withdrawn.state == "withdrawn"
    with pytest.raises(ConsentMissing) as caught:
        await settle(bridge.exchange(link, enquiry, ENQUIRY, audience=AUDIENCE))
    assert caught.value.status == "withdrawn"
    assert not (await ask(release.token, HOLDER)).active

    again = await settle(bridge.offer_consent(link, ENQUIRY, audience=AUDIENCE, session=SESSION, lang="en"))
    refused = await settle(bridge.refuse_consent(again, refused_by=hk, session=SESSION))
    assert refused.state == "refused"

    trust = parse_trust(bridge.trust)
    for consent, states in ((enquiry, ["given", "withdrawn"]), (served[1][0], ["given"]), (refused, ["refused"])):
        verified = verify_bundle(await settle(bridge.evidence(consent)), trust)
        assert verified.signer_known
        assert [revision.record.event_state for revision in verified.revisions] == states
    assert [parse_entry(raw).kind for raw in world.store.entries(0, 999)] == STORY
    verifiers = [note_verifier(bridge._deps.log_key)]
    assert world.store.audit(origin=world.config.log_origin, verifiers=verifiers).size == len(STORY)
    events += [(event.operation, event.code) for event in world.events]
    await settle(bridge.close())


@pytest.fixture(params=["memory", "sqlite"])
def store(request: pytest.FixtureRequest, tmp_path: Path) -> Any:
    """A fresh store of each kind."""
    opened: Store = MemoryStore() if request.param == "memory" else SQLiteStore(tmp_path / "ledger.db")
    yield opened
    opened.close()


def jwks() -> dict[str, dict[str, Any]]:
    """The services' public keys."""
    return {party: {"keys": [key.public().to_jwk()]} for party, key in service_keys().items()}


EXPECTED_EVENTS = [
    ("begin_login", ""), ("finish_login", ""), ("begin_login", ""), ("finish_login", ""), ("offer_link", ""),
    ("link", ""),
    *[(operation, "") for operation in ("offer_consent", "grant_consent", "exchange", "introspect")] * 2,
    ("withdraw", ""), ("exchange", "consent_missing"), ("introspect", ""), ("offer_consent", ""),
    ("refuse_consent", ""), ("evidence", ""), ("evidence", ""), ("evidence", ""),
]  # fmt: skip


@pytest.mark.slow
@pytest.mark.parametrize("colour", [World, AsyncWorld], ids=["blocking", "awaiting"])
def test_the_journey(colour: type[World] | type[AsyncWorld], store: Store) -> None:
    """From the first login to the last proof, in either colour on either store, with one audit event for each call."""
    events: list[tuple[str, str]] = []
    anyio.run(partial(journey, colour(store=store, jwks=jwks()), events=events))
    assert events == EXPECTED_EVENTS


@pytest.mark.slow
@pytest.mark.parametrize("colour", [World, AsyncWorld], ids=["blocking", "awaiting"])
def test_a_person_who_says_no_at_the_login_is_taken_at_their_word(colour: type[World] | type[AsyncWorld]) -> None:
    """Declining is a normal outcome in both colours: a typed refusal, one audit event, and nothing in the ledger."""
    world: Any = colour()

    async def decline() -> None:
        hop = await settle(world.bridge.begin_login("iamsmart", return_to=world.return_to["iamsmart"], session=SESSION))
        callback = world.visit(hop.url, "chan-tai-man", decision="refuse")
        with pytest.raises(UserDeclined):
            await settle(world.bridge.finish_login(hop.pending, callback_url=callback, session=SESSION))
        await settle(world.bridge.close())

    anyio.run(decline)
    assert [event.code for event in world.events] == ["", "user_declined"]
    assert world.store.entries(0, 9) == ()


@pytest.mark.slow
def test_no_personal_data_is_left_behind(tmp_path: Path) -> None:
    """After the whole journey the database holds no name, number, account or token in clear (lessons.md I1)."""
    path = tmp_path / "ledger.db"
    kept = SQLiteStore(path)
    world = World(store=kept, jwks=jwks())
    person = persona("chan-tai-man")
    assert person.guangdong is not None
    hk = world.log_in("iamsmart", person.key)
    anyio.run(partial(journey, world_after(world), events=[]))
    kept.close()
    raw = b"".join(part.read_bytes() for part in tmp_path.iterdir())
    assert b"consent.withdrawn" in raw
    secrets = [
        person.name_zh_hant, person.name_zh_hans, person.name_en, person.hkid, person.home_return_permit or "-",
        person.birth_date, person.guangdong.useridcode, person.guangdong.uid, person.guangdong.idcardnumber,
        person.guangdong.telephonenumber, hk.subject, SESSION,
    ]  # fmt: skip
    assert [text for text in secrets if text.encode() in raw] == []


def world_after(world: World) -> World:
    """Return ``world`` with its audit events forgotten, so that the journey starts from nothing."""
    world.events.clear()
    return world
