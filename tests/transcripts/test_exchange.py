"""The exchange, step by step: nothing leaves before it is recorded, and a record that fails stops everything."""

from __future__ import annotations

from os import urandom
from typing import Any

import pytest

from tests.journey.traveller import AUDIENCE, ENQUIRY, HOLDER, Traveller
from tests.transcripts.expectation import Recorded
from tests.transcripts.script import Step, play
from xbridge.core.effects import Appended, Read, Row
from xbridge.core.errors import ConsentMissing, StoreConflict, StoreUnavailable
from xbridge.flows.exchange import exchange
from xbridge.flows.introspection import introspect

APPENDED = Appended(first_index=5, size=6)


class Scene:
    """A link and a consent, and the rows that a flow will read of them."""

    def __init__(self) -> None:
        """Stop just before the exchange."""
        self.traveller = Traveller()
        self.link, self.consent = self.traveller.agreed()
        self.link_key, self.consent_key = f"link/{self.link.id}", f"consent/{self.consent.id}"

    def row(self, key: str) -> Row:
        """Return what the store holds under ``key`` now."""
        row = self.traveller.store.read(key)
        assert row is not None
        return row

    def reads(self) -> list[Step]:
        """Return the two reads with which an exchange begins, with today's answers."""
        return [(Read(key), self.row(key)) for key in (self.link_key, self.consent_key)]

    def exchange(self) -> Any:
        """Return the flow, not yet started."""
        return exchange(
            self.traveller.deps,
            self.link.id,
            self.consent.id,
            ENQUIRY,
            audience=AUDIENCE,
            now=self.traveller.clock.now(),
            entropy=urandom,
        )

    def decision(self) -> Recorded:
        """Return the record of the decision: guarded by the consent, with the decision and the facts beside it."""
        return Recorded("decision", (self.consent_key, "decision/", "facts/"))

    def issue(self) -> Recorded:
        """Return the record of the issue, guarded by the consent again."""
        return Recorded("token.issued", (self.consent_key, "token/"))


@pytest.fixture
def scene() -> Scene:
    """A fresh scene."""
    return Scene()


def test_a_release_is_two_records_and_then_a_token(scene: Scene) -> None:
    """Decision, then issue, each durable; only after both does the caller hold a token."""
    release = play(scene.exchange(), [*scene.reads(), (scene.decision(), APPENDED), (scene.issue(), APPENDED)])
    assert release.token.count(".") == 2


def test_without_a_recorded_decision_there_is_no_token(scene: Scene) -> None:
    """When the ledger cannot take the decision nothing is minted: no further effect, a retryable error."""
    down = StoreUnavailable("down")
    with pytest.raises(StoreUnavailable) as caught:
        play(scene.exchange(), [*scene.reads(), (scene.decision(), down)])
    assert caught.value is down


def test_a_token_whose_issue_cannot_be_recorded_is_not_returned(scene: Scene) -> None:
    """When the ledger fails between decision and issue the token stays inside."""
    down = StoreUnavailable("down")
    with pytest.raises(StoreUnavailable) as caught:
        play(scene.exchange(), [*scene.reads(), (scene.decision(), APPENDED), (scene.issue(), down)])
    assert caught.value is down


def test_a_consent_that_moved_before_the_decision_is_read_again(scene: Scene) -> None:
    """A conflict at the decision means that nothing was recorded; the flow starts over with what stands now."""
    before = scene.reads()
    scene.traveller.release(scene.link, scene.consent)
    moved = (scene.decision(), StoreConflict("moved"))
    play(scene.exchange(), [*before, moved, *scene.reads(), (scene.decision(), APPENDED), (scene.issue(), APPENDED)])


def test_a_consent_withdrawn_before_the_decision_refuses(scene: Scene) -> None:
    """The exchange that lost the race reads the withdrawal, records its refusal, and releases nothing."""
    before = scene.reads()
    scene.traveller.withdraw(scene.consent)
    script: list[Step] = [
        *before,
        (scene.decision(), StoreConflict("moved")),
        *scene.reads(),
        (scene.decision(), APPENDED),
    ]
    with pytest.raises(ConsentMissing) as caught:
        play(scene.exchange(), script)
    assert caught.value.status == "withdrawn"


def test_a_consent_withdrawn_before_the_issue_refuses(scene: Scene) -> None:
    """A withdrawal between decision and issue wins: the refusal is recorded and the minted token never leaves."""
    before = scene.reads()
    scene.traveller.withdraw(scene.consent)
    script: list[Step] = [
        *before,
        (scene.decision(), APPENDED),
        (scene.issue(), StoreConflict("moved")),
        (Read(scene.consent_key), scene.row(scene.consent_key)),
        (Recorded("exchange.refused", (), (("state", "withdrawn"),)), APPENDED),
    ]
    with pytest.raises(ConsentMissing) as caught:
        play(scene.exchange(), script)
    assert caught.value.status == "withdrawn"


def test_another_use_before_the_issue_only_repeats_the_record(scene: Scene) -> None:
    """If the consent was merely used by somebody else meanwhile, the issue is recorded on the row as it is now."""
    before = scene.reads()
    scene.traveller.release(scene.link, scene.consent)
    again = (Read(scene.consent_key), scene.row(scene.consent_key))
    script: list[Step] = [*before, (scene.decision(), APPENDED), (scene.issue(), StoreConflict("moved")), again]
    assert play(scene.exchange(), [*script, (scene.issue(), APPENDED)]).token


def test_endless_conflict_ends_in_a_retryable_error(scene: Scene) -> None:
    """A store that never agrees is reported after four tries, not turned for ever."""
    script: list[Step] = [*scene.reads(), (scene.decision(), StoreConflict("moved"))] * 4
    with pytest.raises(StoreConflict) as caught:
        play(scene.exchange(), script)
    assert caught.value.retryable


def test_the_answer_to_a_service_waits_for_its_record(scene: Scene) -> None:
    """A release that cannot be recorded is not answered: the service gets an error instead of the account."""
    traveller = scene.traveller
    release = traveller.release(scene.link, scene.consent)
    token_row = traveller.store.scan("token/")[0]
    flow = introspect(traveller.deps, release.token, party=HOLDER, now=traveller.clock.now(), entropy=urandom)
    released = Recorded("release", (scene.consent_key,))
    with pytest.raises(StoreUnavailable):
        play(flow, [(Read(token_row.key), token_row), *scene.reads(), (released, StoreUnavailable("down"))])


def test_a_withdrawal_during_an_enquiry_wins(scene: Scene) -> None:
    """If the person withdraws between reading and recording, the service learns nothing and the refusal is recorded."""
    traveller = scene.traveller
    release = traveller.release(scene.link, scene.consent)
    token_row = traveller.store.scan("token/")[0]
    before = scene.reads()
    traveller.withdraw(scene.consent)
    flow = introspect(traveller.deps, release.token, party=HOLDER, now=traveller.clock.now(), entropy=urandom)
    script: list[Step] = [
        (Read(token_row.key), token_row),
        *before,
        (Recorded("release", (scene.consent_key,)), StoreConflict("moved")),
        *scene.reads(),
        (Recorded("release.refused", (scene.consent_key,), (("state", "withdrawn"),)), APPENDED),
    ]
    assert play(flow, script).active is False
