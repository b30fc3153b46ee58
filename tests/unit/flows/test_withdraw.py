"""Withdrawing the authorisation of the link ends the link, and with it everything that stands on it."""

from __future__ import annotations

import pytest

from xbridge import DataFlow, errors, verify_bundle
from xbridge.evidence.trust import parse_trust
from xbridge.flows.link import Link
from xbridge.testing import World

FLOW = DataFlow(source="440000", target="HK", purpose="xb:social-benefit", categories=("name", "social_security"))
SESSION = "session-1"


def linked(world: World) -> Link:
    """Link the first resident's accounts, on fresh logins."""
    hk, gd = (world.log_in(provider, "chan-tai-man") for provider in ("iamsmart", "guangdong"))
    return world.bridge.link(hk, gd, agreed_to=world.bridge.offer_link(session=SESSION), session=SESSION)


def test_the_end_of_the_authorisation_is_the_end_of_the_link() -> None:
    """After it, no exchange, no offer and no live token; the ledger says that the link ended."""
    world = World()
    bridge = world.bridge
    link = linked(world)
    hk = world.log_in("iamsmart", "chan-tai-man")
    offer = bridge.offer_consent(link, FLOW, audience="gd:hrss", session=SESSION)
    consent = bridge.grant_consent(offer, approved_by=hk, session=SESSION)
    bridge.exchange(link, consent, FLOW, audience="gd:hrss")
    assert link.consent is not None
    ended = bridge.withdraw(link.consent, requested_by=hk, session=SESSION)
    assert ended.state == "withdrawn"
    for attempt in (
        lambda: bridge.exchange(link, consent, FLOW, audience="gd:hrss"),
        lambda: bridge.offer_consent(link, FLOW, audience="gd:hrss", session=SESSION),
    ):
        with pytest.raises(errors.LinkRefused) as refused:
            attempt()
        assert refused.value.reason == "unknown"
    found = verify_bundle(bridge.evidence(link.consent), parse_trust(bridge.trust))
    assert [entry.kind for _, entry in found.story][-2:] == ["consent.withdrawn", "link.ended"]


def test_what_was_agreed_under_an_ended_link_can_still_be_withdrawn() -> None:
    """Ending the link first does not take the other withdrawal away from the person."""
    world = World()
    bridge = world.bridge
    link = linked(world)
    hk = world.log_in("iamsmart", "chan-tai-man")
    offer = bridge.offer_consent(link, FLOW, audience="gd:hrss", session=SESSION)
    consent = bridge.grant_consent(offer, approved_by=hk, session=SESSION)
    assert link.consent is not None
    bridge.withdraw(link.consent, requested_by=hk, session=SESSION)
    assert bridge.withdraw(consent, requested_by=hk, session=SESSION).state == "withdrawn"


def test_the_accounts_can_be_linked_again_and_nothing_old_comes_back() -> None:
    """A new link is another link: another id, and the old consent does not serve it (lessons.md A8, E1)."""
    world = World()
    bridge = world.bridge
    old = linked(world)
    hk = world.log_in("iamsmart", "chan-tai-man")
    offer = bridge.offer_consent(old, FLOW, audience="gd:hrss", session=SESSION)
    consent = bridge.grant_consent(offer, approved_by=hk, session=SESSION)
    assert old.consent is not None
    bridge.withdraw(old.consent, requested_by=hk, session=SESSION)
    new = linked(world)
    assert new.id != old.id
    with pytest.raises(errors.ConsentMissing) as refused:
        bridge.exchange(new, consent, FLOW, audience="gd:hrss")
    assert refused.value.status == "none"


def test_a_stranger_cannot_end_a_link() -> None:
    """Only one of the two people of the link may withdraw its authorisation."""
    world = World()
    link = linked(world)
    stranger = world.log_in("iamsmart", "lee-siu-ming")
    assert link.consent is not None
    with pytest.raises(errors.LinkRefused):
        world.bridge.withdraw(link.consent, requested_by=stranger, session=SESSION)
    assert world.bridge.offer_consent(link, FLOW, audience="gd:hrss", session=SESSION).text
