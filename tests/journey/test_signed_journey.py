"""The resident signs, against the mock: the same story in both colours on both stores, and every no of the platform."""

from __future__ import annotations

import re
from collections.abc import Awaitable
from functools import partial
from inspect import isawaitable
from pathlib import Path
from typing import Any, TypeVar

import anyio
import httpx
import pytest

from tests.journey.traveller import AUDIENCE, ENQUIRY
from xbridge.core.errors import CallbackInvalid, VerificationError
from xbridge.core.ports import Store
from xbridge.evidence.trust import parse_trust
from xbridge.flows.verification import verify_bundle
from xbridge.stores.memory import MemoryStore
from xbridge.stores.sqlite import SQLiteStore
from xbridge.testing import AsyncWorld, World
from xbridge_mocks.iamsmart.setting import IamSmartMockSettings
from xbridge_mocks.persona import persona

T = TypeVar("T")
PLUS, ORDINARY, SESSION = "lee-siu-ming", "chan-tai-man", "session-1"


async def settled(value: Awaitable[T] | T) -> T:
    """Await what an asynchronous Bridge gives, and return what a blocking one gives."""
    return await value if isawaitable(value) else value


async def offered(world: Any, who: str = PLUS) -> tuple[Any, Any, Any]:
    """Log in on both sides, link, and offer a consent; return login, link and offer."""
    bridge = world.bridge
    hk = await settled(world.log_in("iamsmart", who, session=SESSION))
    gd = await settled(world.log_in("guangdong", who, session=SESSION))
    agreed_to = await settled(bridge.offer_link(session=SESSION, lang="en"))
    link = await settled(bridge.link(hk, gd, agreed_to=agreed_to, session=SESSION))
    offer = await settled(bridge.offer_consent(link, ENQUIRY, audience=AUDIENCE, session=SESSION, lang="en"))
    return hk, link, offer


async def story(world: Any) -> None:
    """Ask, compare the digits, sign, look, grant, use, withdraw, prove."""
    bridge = world.bridge
    hk, link, offer = await offered(world)
    number = hk.profile.document("hkid")
    request = await settled(bridge.request_consent_signature(offer, approved_by=hk, hkid=number, session=SESSION))
    assert (await settled(bridge.collect(request, session=SESSION))).status == "waiting"
    assert digits_on_the_phone(world, PLUS) == request.identification_code
    world.clock.advance(300)
    await settled(bridge.receive_callback("iamsmart", world.respond(request.business_id)))
    collected = await settled(bridge.collect(request, session=SESSION))
    assert collected.status == "done"
    consent = await settled(bridge.grant_consent(offer, approved_by=hk, session=SESSION, signed_by=request))
    assert await settled(bridge.acknowledge_signature(request, session=SESSION)) == "accepted"
    await settled(bridge.exchange(link, consent, ENQUIRY, audience=AUDIENCE))
    await settled(bridge.withdraw(consent, requested_by=hk, session=SESSION))
    found = verify_bundle(await settled(bridge.evidence(consent)), parse_trust(bridge.trust))
    assert found.everybody_known
    assert found.resident is not None
    assert found.resident.fingerprint == collected.data.signer.fingerprint
    assert [each.record.signer_role for each in found.revisions] == ["collector-and-subject", "collector"]


def digits_on_the_phone(world: Any, who: str) -> str:
    """Return the four digits that the person reads on the mock phone."""
    transport = httpx.WSGITransport(app=world.mocks.iamsmart)
    with httpx.Client(transport=transport, base_url="http://iamsmart.test") as phone:
        (path,) = re.findall(r'href="(/mock/request/[^"]+)"', phone.get("/mock/phone", params={"persona": who}).text)
        (code,) = re.findall(r'data-identification-code="(\d{4})"', phone.get(path).text)
    return str(code)


@pytest.mark.parametrize("kind", ["memory", "sqlite"])
@pytest.mark.parametrize("colour", ["blocking", "awaiting"])
def test_the_resident_signs(colour: str, kind: str, tmp_path: Path) -> None:
    """One story, told once, in both colours and on both stores."""
    store: Store = MemoryStore() if kind == "memory" else SQLiteStore(tmp_path / "ledger.db")
    world = (World if colour == "blocking" else AsyncWorld)(asking=True, store=store)
    anyio.run(partial(story, world))
    store.close()
    if kind == "sqlite":
        raw = b"".join(part.read_bytes() for part in tmp_path.iterdir())
        person = persona(PLUS)
        assert [text for text in (person.name_zh_hant, person.name_en, person.hkid) if text.encode() in raw] == []


@pytest.mark.parametrize("when", ["answer", "request"])
@pytest.mark.parametrize(("decision", "status"), [("refuse", "declined"), ("cancel", "declined"), ("fail", "failed")])
def test_a_no_on_the_phone_leaves_the_offer(decision: str, status: str, when: Any) -> None:
    """Nothing is recorded; the person may agree without signing, and the record says who signed."""
    world = World(asking=True, iamsmart=IamSmartMockSettings(signing_refusal_at=when))
    hk, _, offer = anyio.run(partial(offered, world))
    number = hk.profile.document("hkid")
    request = world.bridge.request_consent_signature(offer, approved_by=hk, hkid=number, session=SESSION)
    world.bridge.receive_callback("iamsmart", world.respond(request.business_id, decision))
    assert world.bridge.collect(request, session=SESSION).status == status
    with pytest.raises(CallbackInvalid):
        world.bridge.grant_consent(offer, approved_by=hk, session=SESSION, signed_by=request)
    consent = world.bridge.grant_consent(offer, approved_by=hk, session=SESSION)
    found = verify_bundle(world.bridge.evidence(consent), parse_trust(world.bridge.trust))
    assert (found.resident, found.everybody_known) == (None, True)


def test_without_iam_smart_plus_the_collector_signs_alone() -> None:
    """Who cannot sign is not asked, and gives an ordinary consent."""
    world = World(asking=True)
    hk, _, offer = anyio.run(partial(offered, world, ORDINARY))
    with pytest.raises(VerificationError) as caught:
        world.bridge.request_consent_signature(offer, approved_by=hk, hkid=hk.profile.document("hkid"), session=SESSION)
    assert (caught.value.claim, caught.value.reason) == ("assurance", "cannot_sign")
    assert world.bridge.grant_consent(offer, approved_by=hk, session=SESSION).signature == b""


def test_another_person_s_number_is_refused_by_the_platform() -> None:
    """The number that the person types must be that of the account (D70005); nothing is recorded."""
    world = World(asking=True)
    hk, _, offer = anyio.run(partial(offered, world))
    number = world.log_in("iamsmart", ORDINARY, session="another").profile.document("hkid")
    request = world.bridge.request_consent_signature(offer, approved_by=hk, hkid=number, session=SESSION)
    before = [row.key for row in world.store.scan("consent/")]
    world.bridge.receive_callback("iamsmart", world.respond(request.business_id))
    collected = world.bridge.collect(request, session=SESSION)
    assert (collected.status, collected.provider_code) == ("failed", "D70005")
    assert [row.key for row in world.store.scan("consent/")] == before


def test_evidence_is_checked_years_later() -> None:
    """When the person's certificate is long over, the signature of its time still verifies."""
    world = World(asking=True)
    hk, _, offer = anyio.run(partial(offered, world))
    request = world.bridge.request_consent_signature(
        offer, approved_by=hk, hkid=hk.profile.document("hkid"), session=SESSION
    )
    world.bridge.receive_callback("iamsmart", world.respond(request.business_id))
    consent = world.bridge.grant_consent(offer, approved_by=hk, session=SESSION, signed_by=request)
    trust = parse_trust(world.bridge.trust)
    world.clock.advance(20 * 365 * 24 * 3600)
    assert verify_bundle(world.bridge.evidence(consent), trust).everybody_known


FAULTS = ("signature_foreign_key", "certificate_foreign", "certificate_unknown_authority", "certificate_expired",
          "other_document", "algorithm_other")  # fmt: skip


@pytest.mark.parametrize("fault", FAULTS)
def test_the_platform_s_misbehaviour_signs_nothing(fault: str) -> None:
    """A signature that is not this one is not kept, whatever the platform says about it; the offer stays open."""
    world = World(asking=True)
    hk, _, offer = anyio.run(partial(offered, world))
    request = world.bridge.request_consent_signature(
        offer, approved_by=hk, hkid=hk.profile.document("hkid"), session=SESSION
    )
    world.mocks.iamsmart.faults.add(fault)
    with pytest.raises(VerificationError):
        world.bridge.receive_callback("iamsmart", world.respond(request.business_id))
    assert world.bridge.collect(request, session=SESSION).status == "waiting"
    assert world.bridge.grant_consent(offer, approved_by=hk, session=SESSION).signature == b""
