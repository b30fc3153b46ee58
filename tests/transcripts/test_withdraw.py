"""Withdrawing, step by step: it takes effect with one durable append, and it wins every race in the end."""

from __future__ import annotations

from os import urandom
from typing import Any

import pytest

from tests.journey.traveller import SESSION, Traveller
from tests.transcripts.expectation import Recorded
from tests.transcripts.script import Step, play
from xbridge.core.effects import Appended, Read
from xbridge.core.errors import StoreConflict, StoreUnavailable
from xbridge.flows.consent import Consent
from xbridge.flows.link import Link
from xbridge.flows.withdraw import withdraw

APPENDED = Appended(first_index=9, size=10)


@pytest.fixture
def scene() -> tuple[Traveller, Link, Consent]:
    """Somebody with a consent."""
    traveller = Traveller()
    return (traveller, *traveller.agreed())


def withdrawing(traveller: Traveller, consent: Consent) -> Any:
    """Return the flow, not yet started."""
    return withdraw(
        traveller.deps,
        consent.id,
        requested_by=traveller.proof(),
        session=SESSION,
        now=traveller.clock.now(),
        entropy=urandom,
    )


def reads(traveller: Traveller, link: Link, consent: Consent) -> list[Step]:
    """Return the reads with which a withdrawal begins."""
    keys = (f"consent/{consent.id}", f"link/{link.id}")
    return [(Read(key), traveller.store.read(key)) for key in keys]


def withdrawn(consent: Consent) -> Recorded:
    """Return the one append that ends a consent."""
    return Recorded("consent.withdrawn", (f"consent/{consent.id}",), (("by", "subject"),))


def test_a_withdrawal_is_one_append(scene: tuple[Traveller, Link, Consent]) -> None:
    """State and signed revision change together with the ledger, or not at all."""
    traveller, _, consent = scene
    ended = play(withdrawing(traveller, consent), [*reads(*scene), (withdrawn(consent), APPENDED)])
    assert ended.state == "withdrawn"


def test_a_use_at_the_same_moment_is_simply_earlier(scene: tuple[Traveller, Link, Consent]) -> None:
    """If the consent was used between read and append, the withdrawal reads again and goes through."""
    traveller, link, consent = scene
    before = reads(*scene)
    traveller.release(link, consent)
    moved = (withdrawn(consent), StoreConflict("moved"))
    ended = play(withdrawing(traveller, consent), [*before, moved, *reads(*scene), (withdrawn(consent), APPENDED)])
    assert ended.state == "withdrawn"


def test_a_withdrawal_that_cannot_be_recorded_says_so(scene: tuple[Traveller, Link, Consent]) -> None:
    """The person is never told that it is withdrawn when it is not."""
    traveller, _, consent = scene
    with pytest.raises(StoreUnavailable):
        play(withdrawing(traveller, consent), [*reads(*scene), (withdrawn(consent), StoreUnavailable("down"))])


def test_endless_conflict_ends_in_a_retryable_error(scene: tuple[Traveller, Link, Consent]) -> None:
    """After eight tries the caller is told to try again, and nothing was written."""
    traveller, _, consent = scene
    with pytest.raises(StoreConflict):
        play(withdrawing(traveller, consent), [*reads(*scene), (withdrawn(consent), StoreConflict("moved"))] * 8)
