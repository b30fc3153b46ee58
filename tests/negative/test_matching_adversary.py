"""Enumeration: what somebody learns who sees a whole run, holds one side's keys and tries every value there is.

The space here is small (every day of a year, one permit), so that nothing is out of reach for want of time: what cannot be
found here cannot be found by anybody who does not break the group.  The same adversary is let loose on a salted hash, and
on a run whose other key it is given, to show that it would see what can be seen.
"""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date, timedelta

import pytest

from xbridge.core.matching import MatchSubject
from xbridge.crypto import base64url, oprf
from xbridge.linking import matching
from xbridge.linking.matching import Held, Waiting, new_evaluation, new_opening, new_reply, new_result
from xbridge.linking.matching_item import brought_by
from xbridge.linking.matching_message import Evaluation, Opening, Reply, Result

DAYS = [f"{date(1980, 1, 1) + timedelta(days=number):%Y%m%d}" for number in range(60)]
SECRET = DAYS[41]
D1, D2, D3 = (f"sha256:{number:064x}" for number in (1, 2, 3))
Entropy = Callable[[int], bytes]
Function = Callable[[bytes], bytes]


def entropy_of(seed: str) -> Entropy:
    """A stream of bytes that tests can repeat."""
    count = [0]

    def draw(size: int) -> bytes:
        count[0] += 1
        return hashlib.shake_256(f"{seed}/{count[0]}".encode()).digest(size)

    return draw


def subject(day: str) -> MatchSubject:
    """Somebody born on ``day``; everything else is known to everybody."""
    return MatchSubject(document=("home_return_permit", "H12345678"), birth_date=day)


@dataclass
class Transcript:
    """One run, complete, with what each side kept for itself."""

    opening: Opening
    reply: Reply
    evaluation: Evaluation
    result: Result
    initiator: Held
    responder: Held


def run(ours: str, theirs: str, *, seed: str = "run") -> Transcript:
    """Let an initiator who holds ``ours`` match with a responder who holds ``theirs``."""
    entropy = entropy_of(f"{seed}/{ours}/{theirs}")
    opening, held = new_opening(
        brought_by(subject(ours)),
        run="A" * 22,
        reference="r",
        whom="w",
        initiator="gd-identity",
        responder="hk-portal",
        at=0,
        entropy=entropy,
    )
    reply, kept = new_reply(opening, opening_digest=D1, subject=subject(theirs), entropy=entropy)
    evaluation, _ = new_evaluation(opening, held, reply, opening_digest=D1, reply_digest=D2)
    assert evaluation is not None
    waiting = Waiting(held=kept, opening=opening, opening_digest=D1, reply_digest=D2, v=1)
    result, _ = new_result(waiting, evaluation, evaluation_digest=D3, entropy=entropy)
    return Transcript(opening, reply, evaluation, result, held, kept)


class Responder:
    """A responder that has everything it was sent and its own secrets, and tries every day against the confirmation."""

    def __init__(self, seen: Transcript) -> None:
        self.seen = seen
        self.item = seen.responder.items[0]
        self.own_key = matching._key(seen.responder, "document")
        self.target = base64url.decode(seen.evaluation.items[0].confirm)

    def functions(self) -> list[Function]:
        """Every way to the initiator's function that is open to it: the one evaluation it got, and false friends."""
        blind = base64url.decode(self.item.blind)
        evaluated = base64url.decode(self.seen.evaluation.items[0].evaluated)
        asked = base64url.decode(self.seen.opening.items[0].blinded)
        ours = base64url.decode(self.seen.reply.items[0].evaluated)
        return [
            lambda value: oprf.finalize(value, blind, evaluated),
            lambda value: oprf.finalize(value, blind, asked),
            lambda value: oprf.finalize(value, blind, ours),
            lambda value: oprf.finalize(value, self.own_key, evaluated),
            lambda value: oprf.finalize(value, self.own_key, ours),
            lambda value: oprf.evaluate(self.own_key, value),
        ]

    def confirmed(self, days: Iterable[str], functions: Iterable[Function]) -> set[str]:
        """Return the days whose confirmation would be the one that was sent."""
        ways = list(functions)
        return {day for day in days if any(self._confirms(day, way) for way in ways)}

    def _confirms(self, day: str, of_initiator: Function) -> bool:
        value = brought_by(subject(day))[0].value
        tag = matching._tag(
            self.seen.opening,
            self.item,
            D1,
            D2,
            of_initiator=of_initiator(value),
            of_responder=oprf.evaluate(self.own_key, value),
        )
        return hmac.compare_digest(matching._confirmation(tag, "initiator"), self.target)


@pytest.mark.slow
def test_the_transcript_and_a_key_confirm_nothing() -> None:
    """With a wrong guess of its own, a responder that keeps everything cannot tell any day from any other."""
    seen = run(SECRET, DAYS[0])
    responder = Responder(seen)
    assert responder.confirmed(DAYS, responder.functions()) == set()


@pytest.mark.slow
def test_one_run_is_one_guess() -> None:
    """Over all guesses that it could have made, exactly the right one is confirmed, and it confirms itself alone."""
    confirmed = {}
    for guess in DAYS[36:46]:
        responder = Responder(run(SECRET, guess))
        confirmed[guess] = responder.confirmed(DAYS[36:46], responder.functions())
    assert {guess: days for guess, days in confirmed.items() if days} == {SECRET: {SECRET}}


def test_the_adversary_would_see() -> None:
    """Given the initiator's key, which no message holds, the same adversary finds the day: it is able, and not blind."""
    seen = run(SECRET, DAYS[0])
    key = matching._key(seen.initiator, "document")
    responder = Responder(seen)
    assert responder.confirmed(DAYS, [lambda value: oprf.evaluate(key, value)]) == {SECRET}


def test_an_initiator_that_enumerates() -> None:
    """From the other side: with a wrong guess the answer is chance, under every function that it can compute."""
    seen = run(DAYS[0], SECRET)
    own_key = matching._key(seen.initiator, "document")
    item = seen.initiator.items[0]
    blind, evaluated = base64url.decode(item.blind), base64url.decode(seen.reply.items[0].evaluated)
    told = base64url.decode(seen.result.items[0].confirm)
    found = set()
    for day in DAYS:
        value = brought_by(subject(day))[0].value
        ours = oprf.evaluate(own_key, value)
        for theirs in (oprf.finalize(value, blind, evaluated), ours):
            tag = matching._tag(seen.opening, item, D1, D2, of_initiator=ours, of_responder=theirs)
            if matching._confirmation(tag, "responder") == told:
                found.add(day)
    assert found == set()


def test_a_salted_hash_is_broken() -> None:
    """Negative control: of a salted, even a keyed hash that both sides can compute, the same search finds the day at once."""
    salt = hashlib.sha256(b"a fresh salt of this run").digest()

    def commitment(day: str) -> bytes:
        return hmac.digest(salt, brought_by(subject(day))[0].value, "sha256")

    sent = commitment(SECRET)
    assert {day for day in DAYS if hmac.compare_digest(commitment(day), sent)} == {SECRET}


def test_reflected_elements_confirm_nothing() -> None:
    """A responder that sends the initiator's own element back for its own gets an evaluation it cannot unblind."""
    entropy = entropy_of("reflection")
    opening, held = new_opening(
        brought_by(subject(SECRET)),
        run="A" * 22,
        reference="r",
        whom="w",
        initiator="gd-identity",
        responder="hk-portal",
        at=0,
        entropy=entropy,
    )
    reply, kept = new_reply(opening, opening_digest=D1, subject=subject(SECRET), entropy=entropy)
    mirrored = reply.model_copy(
        update={"items": (reply.items[0].model_copy(update={"blinded": opening.items[0].blinded}),)}
    )
    evaluation, _ = new_evaluation(opening, held, mirrored, opening_digest=D1, reply_digest=D2)
    assert evaluation is not None
    responder = Responder(Transcript(opening, mirrored, evaluation, None, held, kept))  # type: ignore[arg-type]
    assert responder.confirmed(DAYS, responder.functions()) == set()


def test_a_key_serves_one_item() -> None:
    """What was evaluated as a name says nothing about a document: each item of a run has a key of its own."""
    both = MatchSubject(document=("home_return_permit", "H12345678"), birth_date=SECRET, name_roman="CHAN TAI MAN")
    opening, held = new_opening(
        brought_by(both),
        run="A" * 22,
        reference="r",
        whom="w",
        initiator="gd-identity",
        responder="hk-portal",
        at=0,
        entropy=entropy_of("items"),
    )
    assert [item.name for item in opening.items] == ["document", "name_roman"]
    document = oprf.evaluate(matching._key(held, "document"), b"guess")
    assert document != oprf.evaluate(matching._key(held, "name_roman"), b"guess")


@pytest.mark.parametrize("change", ["run", "reference", "whom", "initiator", "responder", "form", "chain"])
def test_a_confirmation_is_for_one_run_and_its_terms(change: str) -> None:
    """Whatever both sides must agree on is in the tag: a difference in any of it confirms nothing."""
    seen = run(SECRET, SECRET)
    item, functions = seen.initiator.items[0], {"of_initiator": b"a" * 64, "of_responder": b"b" * 64}
    before = matching._tag(seen.opening, item, D1, D2, **functions)
    assert matching._tag(seen.opening, item, D1, D2, **functions) == before
    opening, chain = seen.opening, D2
    if change == "form":
        item = item.model_copy(update={"form": "hkid-1"})
    elif change == "chain":
        chain = D3
    else:
        opening = opening.model_copy(update={change: f"{getattr(opening, change)}x"})
    assert matching._tag(opening, item, D1, chain, **functions) != before


def test_roles_and_sides_are_not_interchangeable() -> None:
    """A confirmation sent back is none, and the two functions are not each other's."""
    seen = run(SECRET, SECRET)
    item = seen.initiator.items[0]
    one = matching._tag(seen.opening, item, D1, D2, of_initiator=b"a" * 64, of_responder=b"b" * 64)
    other = matching._tag(seen.opening, item, D1, D2, of_initiator=b"b" * 64, of_responder=b"a" * 64)
    assert one != other
    assert matching._confirmation(one, "initiator") != matching._confirmation(one, "responder")
