"""Linking, step by step: everything is checked before anything is spent, and spent before anything is written."""

from __future__ import annotations

from os import urandom
from typing import Any

import pytest

from tests.journey.traveller import SESSION, Traveller
from tests.transcripts.expectation import Recorded, Spent
from tests.transcripts.script import Step, play
from xbridge.core.effects import Appended, Effect, Read, Row
from xbridge.core.errors import LinkRefused, StoreConflict, StoreUnavailable
from xbridge.flows.link import link
from xbridge.linking.proof import LoginProof

APPENDED = Appended(first_index=0, size=1)


class Scene:
    """Two proofs and an offer, and the effects that linking them asks for."""

    def __init__(self) -> None:
        """Stop just before the link."""
        self.traveller = Traveller()
        self.subjects: list[str] = []
        self.proofs = [self.traveller.proof(side, change=self._note) for side in ("HK", "CN-GD")]
        self.offer = self.traveller.bridge.offer_link(session=SESSION, lang="en")

    def _note(self, proof: LoginProof) -> LoginProof:
        self.subjects.append(f"subject/{proof.subject_ref}")
        return proof

    def link(self) -> Any:
        """Return the flow, not yet started."""
        return link(
            self.traveller.deps,
            *self.proofs,
            agreed_to=self.offer,
            session=SESSION,
            now=self.traveller.clock.now(),
            entropy=urandom,
        )

    def looks(self) -> list[Step]:
        """Return the two look-ups of the accounts: neither is linked."""
        return [(Read(key), None) for key in self.subjects]

    def spends(self) -> list[Step]:
        """Return the two markers, each spent for the first time."""
        return [(Spent("link-proof/"), True), (Spent("link-proof/"), True)]


@pytest.fixture
def scene() -> Scene:
    """A fresh scene."""
    return Scene()


def opening(scene: Scene) -> tuple[Any, Effect]:
    """Step a link by hand up to its decision; return the flow and that append."""
    flow = scene.link()
    answer: object = None
    for expected, following in [*scene.looks(), *scene.spends()]:
        effect = flow.send(answer)
        if callable(expected):
            expected(effect)
        else:
            assert effect == expected
        answer = following
    assert flow.send(answer).key.startswith("notice/")
    granting = flow.send(None)
    Recorded("consent.granted", ("consent/", "notice/"))(granting)
    write = granting.writes[0]
    row = Row(key=write.key, value=write.value, version=1)
    assert flow.send(APPENDED) == Read(row.key)
    return flow, flow.send(row)


def test_nothing_is_spent_before_everything_is_checked(scene: Scene) -> None:
    """An account that is linked elsewhere refuses before a proof or the offer is used up."""
    elsewhere = Row(key=scene.subjects[0], value=b"another-link", version=1)
    with pytest.raises(LinkRefused) as caught:
        play(scene.link(), [(Read(scene.subjects[0]), elsewhere), (Read(scene.subjects[1]), None)])
    assert caught.value.reason == "conflict"


@pytest.mark.parametrize("position", [0, 1])
def test_a_used_login_makes_no_second_link(scene: Scene, position: int) -> None:
    """If either marker was spent before, the flow refuses before it writes anything (lessons.md A4, A11)."""
    spends: list[Step] = [(Spent("link-proof/"), number < position) for number in range(position + 1)]
    with pytest.raises(LinkRefused) as caught:
        play(scene.link(), [*scene.looks(), *spends])
    assert caught.value.reason == "used"


def test_the_link_is_written_last_and_whole(scene: Scene) -> None:
    """Authorisation, decision, then link and both account rows in one append."""
    flow, decision = opening(scene)
    Recorded("decision", ("consent/", "decision/", "facts/"))(decision)
    created = flow.send(APPENDED)
    Recorded("link.created", ("link/", *scene.subjects))(created)
    assert all(write.expected == 0 for write in created.writes)
    with pytest.raises(StopIteration) as done:
        flow.send(APPENDED)
    assert done.value.value.hk_level == "L2"


def test_an_account_that_was_linked_meanwhile_wins(scene: Scene) -> None:
    """When the last append meets a row that is there by now, the person hears of a conflict and of nobody else."""
    flow, _ = opening(scene)
    flow.send(APPENDED)
    with pytest.raises(LinkRefused) as caught:
        flow.throw(StoreConflict("moved"))
    assert caught.value.reason == "conflict"


def test_an_unrecorded_decision_makes_no_link(scene: Scene) -> None:
    """When the decision cannot be recorded, the link row is never asked for."""
    flow, _ = opening(scene)
    with pytest.raises(StoreUnavailable):
        flow.throw(StoreUnavailable("down"))
