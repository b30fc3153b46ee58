"""Reviews of names that do not agree: opened by a binding that was refused, decided by a person of the operator.

A mismatch never binds by itself (guangdong.md section 9).  One review stands for a pair of accounts at a time, and every
move is in the ledger.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from xbridge.core.effects import Row, Write, append, read, scan
from xbridge.core.errors import LinkRefused, StoreConflict, TamperDetected
from xbridge.core.ids import new_record_id
from xbridge.core.matching import Agreement
from xbridge.core.ports import Entropy
from xbridge.crypto.canonical import canonical_json
from xbridge.flows.deps import Deps
from xbridge.ledger.entry import Kind, build_entry, entry_bytes
from xbridge.linking.proof import LoginProof
from xbridge.linking.review import Review, new_review, pair_ref, verify_approval, verify_reviewer

PREFIX = "review/"


async def reviews(*, now: datetime) -> tuple[Review, ...]:
    """Return every review that counts, the longest waiting first."""
    found = [_review(row) for row in await scan(PREFIX)]
    return tuple(sorted((each for each in found if each.stands(now=now)), key=lambda each: (each.opened_at, each.id)))


async def decide_review(
    deps: Deps, review_id: str, *, approve: bool, reviewer: str, now: datetime, entropy: Entropy
) -> Review:
    """Record what a person decided about the review ``review_id``, and return it.

    (1) whoever decides has a staff reference   (2) the review waits and counts   (3) review and ledger, one transaction.
    An approval allows one link of this pair, on fresh logins.  Raises ``ConfigError``, ``LinkRefused("unknown")``.
    """
    # (1)
    verify_reviewer(reviewer)
    # (2)
    found = [(row, _review(row)) for row in await scan(PREFIX)]
    waiting = [(row, review) for row, review in found if review.id == review_id and review.stands(now=now)]
    if not waiting or waiting[0][1].state != "waiting":
        raise _not_waiting()
    ((row, review),) = waiting
    # (3)
    until = now + timedelta(seconds=deps.config.limits.review_s)
    decided = review.decided("approved" if approve else "refused", reviewer=reviewer, until=until, now=now)
    kind: Kind = "review.approved" if approve else "review.refused"
    try:
        await _record(kind, decided, row.key, expected=row.version, reviewer=reviewer, now=now, entropy=entropy)
    except StoreConflict as exc:
        # Somebody else decided it at the same moment; theirs stands.
        raise _not_waiting() from exc
    return decided


async def find_approval(
    deps: Deps,
    hk: LoginProof,
    cn_gd: LoginProof,
    names: Agreement,
    *,
    matched_at: int,
    now: datetime,
    entropy: Entropy,
) -> tuple[Review, Write]:
    """Return the approval for this pair and the write that uses it up, or open a review and refuse.

    Raises ``LinkRefused("name")``, with the review opened where none counts; ``LinkRefused("stale")`` for logins or a
    matching from before the approval.
    """
    key = PREFIX + pair_ref(deps.pseudonym_key, hk_ref=hk.subject_ref, cn_gd_ref=cn_gd.subject_ref)
    row = await read(key)
    review = None if row is None else _review(row)
    if row is None or review is None or not review.stands(now=now):
        await _open_review(deps, key, row, hk, cn_gd, names, now=now, entropy=entropy)
        raise LinkRefused("name", "the names do not agree by themselves; a person will look into it")
    if review.state == "waiting":
        raise LinkRefused("name", "a person has yet to look into the names; come back later")
    if review.state == "refused":
        raise LinkRefused("name", "a person looked into the names and refused; ask where your accounts are kept")
    verify_approval(review, hk, cn_gd, names, matched_at)
    return review, Write(key=key, value=canonical_json(review.used()), expected=row.version)


async def _open_review(
    deps: Deps,
    key: str,
    row: Row | None,
    hk: LoginProof,
    cn_gd: LoginProof,
    names: Agreement,
    *,
    now: datetime,
    entropy: Entropy,
) -> None:
    """Open a review in place of one that no longer counts; where another call opened it just now, that one stands."""
    until = now + timedelta(seconds=deps.config.limits.review_s)
    review = new_review(new_record_id(now, entropy), hk, cn_gd, names, until=until, now=now)
    expected = 0 if row is None else row.version
    try:
        await _record("review.opened", review, key, expected=expected, now=now, entropy=entropy)
    except StoreConflict as exc:
        raise LinkRefused("name", "a person has yet to look into the names; come back later") from exc


async def _record(
    kind: Kind, review: Review, key: str, *, expected: int, reviewer: str = "", now: datetime, entropy: Entropy
) -> None:
    """Write the review and its entry.  The entry names the review, and whoever decided it, by reference."""
    detail = {"names": review.names, "review": review.id}
    if reviewer:
        detail["reviewer"] = reviewer
    entry = build_entry(kind=kind, now=now, entry_id=new_record_id(now, entropy), detail=detail)
    await append(entry_bytes(entry), writes=(Write(key=key, value=canonical_json(review), expected=expected),))


def _review(row: Row) -> Review:
    try:
        return Review.model_validate_json(row.value)
    except ValueError as exc:
        raise TamperDetected("review", reason="malformed") from exc


def _not_waiting() -> LinkRefused:
    return LinkRefused("unknown", "there is no such review waiting: it was decided, used or has expired")
