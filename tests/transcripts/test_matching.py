"""Matching, step by step: counted and recorded before anything is sent or evaluated, and the end before anybody is told."""

from __future__ import annotations

from collections.abc import Callable, Coroutine
from os import urandom
from typing import Any

import pytest

from tests.transcripts.expectation import Spent
from tests.transcripts.script import play
from tests.unit.flows.matching_stage import INITIATOR, PERSON, REFERENCE, RESPONDER, WHOM, MatchingStage
from xbridge.core.effects import Append, Appended, Effect, PutPending, Send, TakePending
from xbridge.core.errors import LinkRefused, ProtocolError, ProviderUnavailable, StoreUnavailable, TamperDetected
from xbridge.core.http import HTTPReply
from xbridge.flows.matching import match
from xbridge.flows.matching_answer import answer_matching
from xbridge.ledger.entry import parse_entry

APPENDED = Appended(first_index=0, size=1)
DOWN = StoreUnavailable("down")


class Scene(MatchingStage):
    """A stage whose flows are stepped by hand, and the messages of one honest run."""

    def matching(self) -> Coroutine[Effect, Any, Any]:
        """The initiator's flow, not yet started."""
        return match(
            self.initiator._deps,
            PERSON,
            reference=REFERENCE,
            whom=WHOM,
            peer=RESPONDER,
            now=self.clock.now(),
            entropy=urandom,
        )

    def answering(self, raw: bytes) -> Coroutine[Effect, Any, bytes]:
        """The responder's flow, not yet started."""
        return answer_matching(self.responder._deps, raw, self.look_up, now=self.clock.now(), entropy=urandom)


@pytest.fixture
def scene() -> Scene:
    """Just after one honest run, of which every message was kept; nobody has been asked about since."""
    made = Scene()
    made.match()
    made.asked.clear()
    return made


def recorded(kind: str) -> Callable[[Effect], None]:
    """Return the check of an append of exactly one entry of ``kind``."""

    def check(effect: Effect) -> None:
        assert isinstance(effect, Append)
        assert [parse_entry(raw).kind for raw in effect.entries] == [kind]
        assert effect.writes == ()

    return check


def sending(effect: Effect) -> None:
    """Check that a message goes to the peer's address and nowhere else."""
    assert isinstance(effect, Send)
    assert (effect.provider, effect.request.url) == (RESPONDER, f"https://{RESPONDER}.test/matching")


def keeping(effect: Effect) -> None:
    """Check that the responder's secrets wait sealed."""
    assert isinstance(effect, PutPending)
    assert effect.item.value.startswith(b"xb1.")


def taking(effect: Effect) -> None:
    """Check that they are taken, under the name of whoever began the run."""
    assert isinstance(effect, TakePending)
    assert effect.key.startswith(f"matching/{INITIATOR}/")


def test_the_guess_and_the_beginning_come_first(scene: Scene) -> None:
    """A guess is spent, then the beginning recorded, then a message sent; an outage is recorded and told."""
    with pytest.raises(ProviderUnavailable):
        play(
            scene.matching(),
            [
                (Spent("matching-guess/"), False),
                (Spent("matching-guess/"), True),
                (Spent("matching-own/"), False),
                (Spent("matching-own/"), True),
                (recorded("matching.begun"), APPENDED),
                (sending, ProviderUnavailable(RESPONDER, "down")),
                (recorded("matching.failed"), APPENDED),
            ],
        )


def test_nothing_is_sent_without_a_guess(scene: Scene) -> None:
    """With all guesses spent the refusal is recorded, and nobody hears anything."""
    spent: list[Any] = [(Spent("matching-guess/"), False)] * 3
    own: list[Any] = [(Spent("matching-guess/"), True), *[(Spent("matching-own/"), False)] * 3]
    for steps in (spent, own):
        with pytest.raises(LinkRefused):
            play(scene.matching(), [*steps, (recorded("matching.refused"), APPENDED)])


@pytest.mark.parametrize("steps", [0, 1, 2])
def test_nothing_is_sent_without_a_record(scene: Scene, steps: int) -> None:
    """Where the store is down, nothing is sent."""
    whole: list[Any] = [
        (Spent("matching-guess/"), True), (Spent("matching-own/"), True), (recorded("matching.begun"), APPENDED),
    ]  # fmt: skip
    cut = [*whole[:steps], (whole[steps][0], DOWN)]
    with pytest.raises(StoreUnavailable):
        play(scene.matching(), cut)


def test_a_broken_answer_is_recorded(scene: Scene) -> None:
    """An answer that is not the peer's ends the run, and its failure is in the ledger."""
    with pytest.raises(ProtocolError):
        play(
            scene.matching(),
            [
                (Spent("matching-guess/"), True),
                (Spent("matching-own/"), True),
                (recorded("matching.begun"), APPENDED),
                (sending, HTTPReply(status=200, content=b"{}")),
                (recorded("matching.failed"), APPENDED),
            ],
        )


def test_the_responder_looks_nobody_up_before(scene: Scene) -> None:
    """First use, a guess, the record; only then is anybody looked up and anything evaluated."""
    order: list[Any] = [
        (Spent("matching-run/"), True),
        (Spent("matching-guess/"), True),
        (recorded("matching.begun"), APPENDED),
        (keeping, None),
    ]
    answer = play(scene.answering(scene.sent[0]), order)
    assert (bool(answer), scene.asked) == (True, [(INITIATOR, WHOM)])
    refusals: list[tuple[int, Any]] = [(0, False), (0, DOWN), (1, DOWN), (2, DOWN)]
    for step, reply in refusals:
        scene.asked.clear()
        with pytest.raises((TamperDetected, StoreUnavailable)):
            play(scene.answering(scene.sent[0]), [*order[:step], (order[step][0], reply)])
        assert scene.asked == []


def test_the_result_is_recorded_before_it_is_told(scene: Scene) -> None:
    """The secrets of the run are taken, the result is in the ledger, and then it leaves; without a record it does not."""
    kept: list[bytes] = []

    def keep(effect: Effect) -> None:
        assert isinstance(effect, PutPending)
        kept.append(effect.item.value)

    begun: list[Any] = [
        (Spent("matching-run/"), True), (Spent("matching-guess/"), True), (recorded("matching.begun"), APPENDED),
    ]  # fmt: skip
    play(scene.answering(scene.sent[0]), [*begun, (keep, None)])
    # Another reply than the one that the third message follows: the run breaks, and that is recorded before it is told.
    with pytest.raises(TamperDetected):
        play(
            scene.answering(scene.sent[1]),
            [(taking, kept[0]), (recorded("matching.failed"), APPENDED)],
        )


@pytest.mark.parametrize("written", [True, False])
def test_no_record_no_result(written: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    """The fourth message exists only after its entry."""
    stage = Scene()
    kept: list[bytes] = []
    store = stage.stores[RESPONDER]
    real: Callable[..., None] = store.put_pending

    def keep(item: Any, *, now: Any) -> None:
        kept.append(item.value)
        real(item, now=now)

    monkeypatch.setattr(store, "put_pending", keep)
    stage.match()
    steps: list[Any] = [(taking, kept[0]), (recorded("matching.finished"), APPENDED if written else DOWN)]
    if written:
        assert play(stage.answering(stage.sent[1]), steps)
    else:
        with pytest.raises(StoreUnavailable):
            play(stage.answering(stage.sent[1]), steps)
