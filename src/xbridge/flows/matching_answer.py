"""The responder's side of matching without disclosure: a peer's first and third message, and our answers.

Whoever sent a message learns nothing from a refusal: which of the rules it broke is for our own records.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Final

from xbridge.core.effects import Pending, put_pending, spend, take_pending
from xbridge.core.errors import TamperDetected, XBridgeError
from xbridge.core.matching import MatchSubject
from xbridge.core.moment import from_seconds
from xbridge.core.ports import Entropy
from xbridge.crypto.canonical import canonical_json
from xbridge.crypto.key import KeySet
from xbridge.crypto.signing import SignedRecord
from xbridge.flows.deps import Deps
from xbridge.flows.matching_story import record, record_end, spend_guess, story_of
from xbridge.flows.matching_wire import author_of, received, require_matching, signed, verified
from xbridge.linking.matching import Waiting, new_reply, new_result
from xbridge.linking.matching_message import OPENING, Evaluation, Opening

RUN: Final = timedelta(seconds=120)
"""How old a first message may be, and how long we wait for the third."""
SKEW: Final = timedelta(seconds=60)
"""How far ahead the initiator's clock may be."""
_WAITING: Final = b"waiting"

LookUp = Callable[[str, str], MatchSubject | None]
"""``look_up(peer, whom)`` returns what we hold about the person whom the party ``peer`` calls ``whom``, None for nobody."""


async def answer_matching(deps: Deps, raw: bytes, look_up: LookUp, *, now: datetime, entropy: Entropy) -> bytes:
    """Return the answer to a peer's message: the first or the third of a run.

    Raises ``TamperDetected`` and ``VerificationError`` for what is not to be answered, ``LinkRefused("limit")``,
    ``Unsupported``, and whatever ``look_up`` raises.  Whoever sent it learns none of that: answer without words.
    """
    require_matching()
    message = received(raw)
    peer, keys = author_of(deps, message)
    if message.type == OPENING:
        return await _answer_opening(deps, message, keys, look_up, peer=peer, now=now, entropy=entropy)
    return await _answer_evaluation(deps, message, keys, peer=peer, now=now, entropy=entropy)


async def _answer_opening(
    deps: Deps, message: SignedRecord, keys: KeySet, look_up: LookUp, *, peer: str, now: datetime, entropy: Entropy
) -> bytes:
    """Answer a first message.

    (1) it is its author's, for us, and fresh   (2) it is read for the first time   (3) one guess is spent
    (4) the beginning is recorded   (5) whoever is meant, or nobody, is brought   (6) our secrets wait, sealed, for the
    third message
    """
    # (1)
    opening, digest = verified(message, keys, Opening)
    if (opening.initiator, opening.responder) != (peer, deps.config.operator):
        raise TamperDetected("peer", reason="mismatch")
    at = from_seconds(opening.at)
    if not now - RUN <= at <= now + SKEW:
        raise TamperDetected("at", reason="expired" if at < now else "not_yet_valid")
    # (2) The marker outlives the moment at which the message is too old.
    if not await spend(f"matching-run/{peer}/{opening.run}", expires_at=at + RUN + SKEW):
        raise TamperDetected("run", reason="replayed")
    # (3) Before anybody is looked up: that somebody is unknown costs the same.
    story = story_of(deps, opening, peer, "responder")
    await spend_guess(deps, story, now=now, entropy=entropy)
    # (4)
    await record("matching.begun", story, now=now, entropy=entropy, body_digest=digest)
    # (5) Whatever the application's look_up raises goes on as it is: the run has an end in the ledger all the same.
    try:
        subject = look_up(peer, opening.whom)
    except Exception as error:
        code = error.code if isinstance(error, XBridgeError) else "look_up"
        await record("matching.failed", story, now=now, entropy=entropy, reason=code)
        raise
    try:
        reply, held = new_reply(opening, opening_digest=digest, subject=subject, entropy=entropy)
        second = await signed(deps, reply)
    except XBridgeError as error:
        await record("matching.failed", story, now=now, entropy=entropy, reason=error.code)
        raise
    if not reply.items:
        await record_end(story, {}, now=now, entropy=entropy, body_digest=second.digest)
        return second.envelope
    # (6)
    waiting = Waiting(held=held, opening=opening, opening_digest=digest, reply_digest=second.digest, v=1)
    sealed = deps.matching_sealer.seal(canonical_json(waiting), entropy=entropy, context=_WAITING)
    key = _waiting_key(peer, opening.run)
    await put_pending(Pending(key=key, value=sealed.encode(), expires_at=now + RUN))
    return second.envelope


async def _answer_evaluation(
    deps: Deps, message: SignedRecord, keys: KeySet, *, peer: str, now: datetime, entropy: Entropy
) -> bytes:
    """Answer a third message.

    (1) it is its author's   (2) a run of this author's waits, and is taken: a second time there is none   (3) what was
    learned is recorded   (4) and only then told
    """
    # (1)
    evaluation, digest = verified(message, keys, Evaluation)
    # (2)
    sealed = await take_pending(_waiting_key(peer, evaluation.run))
    if sealed is None:
        raise TamperDetected("run", reason="unknown")
    waiting = _open_waiting(deps, sealed)
    story = story_of(deps, waiting.opening, peer, "responder")
    try:
        result, results = new_result(waiting, evaluation, evaluation_digest=digest, entropy=entropy)
        fourth = await signed(deps, result)
    except XBridgeError as error:
        await record("matching.failed", story, now=now, entropy=entropy, reason=error.code)
        raise
    # (3)
    await record_end(story, results, now=now, entropy=entropy, body_digest=fourth.digest)
    # (4)
    return fourth.envelope


def _open_waiting(deps: Deps, sealed: bytes) -> Waiting:
    """Return what waited.  Raises ``TamperDetected`` for what we did not seal, or sealed in another release's shape."""
    try:
        return Waiting.model_validate_json(deps.matching_sealer.open(sealed.decode("ascii"), context=_WAITING))
    except ValueError as exc:
        raise TamperDetected("run", reason="malformed") from exc


def _waiting_key(peer: str, run: str) -> str:
    return f"matching/{peer}/{run}"
