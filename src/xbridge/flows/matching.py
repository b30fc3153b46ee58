"""Matching without disclosure, from the first message to the sealed proof: the initiator's side.

The cryptography is in ``linking/matching.py``, the signatures in ``matching_wire``, the other side in ``matching_answer``.
A guess is spent and in the ledger before anything is evaluated.  docs/matching.md says what that is worth.
"""

from __future__ import annotations

from datetime import datetime

from pydantic import ValidationError

from xbridge.core.effects import send
from xbridge.core.errors import ConfigError, LinkRefused, XBridgeError
from xbridge.core.ids import new_handle
from xbridge.core.matching import Matching, MatchSubject
from xbridge.core.ports import Entropy
from xbridge.crypto.key import KeySet
from xbridge.flows.deps import Deps
from xbridge.flows.matching_story import own_ref, record, record_end, spend_guess, story_of
from xbridge.flows.matching_wire import (
    Sent,
    build_message_request,
    matching_peers,
    parse_message_reply,
    peer_keys,
    require_matching,
    signed,
)
from xbridge.linking.matching import Held, Results, agreements, new_evaluation, new_opening, read_result
from xbridge.linking.matching_item import Brought, brought_by
from xbridge.linking.matching_message import Opening, Reply, Result
from xbridge.linking.matching_proof import MatchingProof, seal_matching
from xbridge.linking.matching_proof import open_matching as open_sealed


async def match(
    deps: Deps,
    subject: MatchSubject,
    *,
    reference: str,
    whom: str,
    peer: str,
    offer: str = "",
    now: datetime,
    entropy: Entropy,
) -> Matching:
    """Match ``subject`` with what the party ``peer`` holds about ``whom``, and return what that told.

    (1) we match with this peer, and have something to compare   (2) one guess is spent   (3) the beginning is recorded
    (4) the messages   (5) the end is recorded, whatever it is   (6) the sealed proof

    A run cannot be repeated: whatever fails after (2) has used a guess.  ``offer`` is the id of the offer that the person
    agreed to and the ledger holds already (:func:`xbridge.flows.binding_matching.match_binding`).

    Raises ``Unsupported``, ``ConfigError`` for a ``reference`` or ``whom`` of another form, ``LinkRefused``
    (``document``: nothing to compare; ``limit``), ``ProviderError`` and ``VerificationError`` for what the peer sent.
    """
    # (1)
    require_matching()
    keys = peer_keys(deps, peer)
    brought = brought_by(subject)
    opening, held = _begin(deps, brought, reference=reference, whom=whom, peer=peer, now=now, entropy=entropy)
    first = await signed(deps, opening)
    story = story_of(deps, opening, peer, "initiator")
    # (2)
    await spend_guess(deps, story, own=own_ref(deps, brought, peer), now=now, entropy=entropy)
    # (3)
    await record("matching.begun", story, now=now, entropy=entropy, body_digest=first.digest)
    # (4)
    try:
        results, last = await _talk(deps, opening, first, held, keys, peer=peer)
    except XBridgeError as error:
        await record("matching.failed", story, now=now, entropy=entropy, reason=error.code)
        raise
    # (5)
    await record_end(story, results, now=now, entropy=entropy, body_digest=last)
    # (6)
    document, names = agreements(results)
    proof = MatchingProof(
        document=document,
        matched_at=int(now.timestamp()),
        names=names,
        offer=offer,
        peer=peer,
        reference=reference,
        run=opening.run,
        v=1,
        whom=whom,
    )
    return Matching(
        run=opening.run,
        reference=reference,
        peer=peer,
        document=document,
        names=names,
        matched_at=now,
        proof=seal_matching(proof, deps.matching_sealer, entropy=entropy),
    )


def open_matching(deps: Deps, sealed: str, *, expected_reference: str, now: datetime) -> MatchingProof:
    """Return the proof in ``sealed``, made by this Bridge for ``expected_reference`` and fresh enough to link with.

    It can be opened again: whoever acts on it spends its ``run``.  Raises ``TamperDetected`` and ``LinkRefused``
    (``matching``, ``stale``, ``provider`` for a peer that we match with no more).
    """
    proof = open_sealed(
        sealed,
        deps.matching_sealer,
        expected_reference=expected_reference,
        max_age_s=deps.config.limits.link_proof_s,
        now=now,
    )
    if proof.peer not in matching_peers(deps):
        raise LinkRefused("provider", "the party that was matched with is not configured for it any more")
    return proof


def _begin(
    deps: Deps,
    brought: tuple[Brought, ...],
    *,
    reference: str,
    whom: str,
    peer: str,
    now: datetime,
    entropy: Entropy,
) -> tuple[Opening, Held]:
    """Return the first message and the initiator's secrets."""
    if not brought:
        raise LinkRefused("document", "there is nothing to compare: no document with a whole birth date, and no name")
    try:
        return new_opening(
            brought,
            run=new_handle(entropy),
            reference=reference,
            whom=whom,
            initiator=deps.config.operator,
            responder=peer,
            at=int(now.timestamp()),
            entropy=entropy,
        )
    except ValidationError:
        # Raised below and not from here: a foreign error in the chain may repeat what it read.
        pass
    raise ConfigError("reference and whom are opaque ids of at most 128 characters, never document numbers")


async def _talk(
    deps: Deps, opening: Opening, first: Sent, held: Held, keys: KeySet, *, peer: str
) -> tuple[Results, str]:
    """Exchange the messages, and return the results with the digest of the last message."""
    answer = await send(peer, build_message_request(deps, peer, first))
    reply, reply_digest = parse_message_reply(peer, answer, keys, Reply)
    evaluation, tags = new_evaluation(opening, held, reply, opening_digest=first.digest, reply_digest=reply_digest)
    if evaluation is None:
        return {}, reply_digest
    third = await signed(deps, evaluation)
    answer = await send(peer, build_message_request(deps, peer, third))
    result, result_digest = parse_message_reply(peer, answer, keys, Result)
    return read_result(evaluation, tags, result, evaluation_digest=third.digest), result_digest
