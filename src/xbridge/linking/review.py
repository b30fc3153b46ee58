"""A review: the names of two accounts did not agree, and a person must look before they are bound.

Holds references, levels and times, no name and no number: the person who decides asks the resident for papers, elsewhere.
Pure; ``flows/review.py`` reads, writes and records.
"""

from __future__ import annotations

import re
from datetime import datetime
from typing import Literal

from xbridge.core.decision import Record
from xbridge.core.errors import ConfigError, LinkRefused
from xbridge.core.identity import Level
from xbridge.core.matching import Agreement
from xbridge.core.moment import from_text, to_text
from xbridge.crypto.digest import keyed_ref
from xbridge.linking.proof import LoginProof

ReviewState = Literal["approved", "refused", "used", "waiting"]
_REVIEWER = re.compile(r"[a-z][a-z-]{0,31}(?:-[0-9]{1,6})?")


class Review(Record):
    """One review, as stored and as shown to staff.

    ``names`` is what the matching said; ``cn_gd_ref`` and ``hk_ref`` are the ``subject_ref`` of the two accounts.  Times
    are RFC 3339 in UTC; ``decided_at`` and ``reviewer`` are empty until a person has decided.  After ``expires_at`` the
    review counts for nothing, whatever its ``state``: ``approved`` allows one link of this pair, ``refused`` none, and
    ``used`` says that the link was made.
    """

    cn_gd_level: Level
    cn_gd_ref: str
    decided_at: str
    expires_at: str
    hk_level: Level
    hk_ref: str
    id: str
    names: Agreement
    opened_at: str
    reviewer: str
    state: ReviewState
    v: Literal[1]

    def stands(self, *, now: datetime) -> bool:
        """Return whether the review still counts."""
        return now < from_text(self.expires_at) and self.state != "used"

    def decided(
        self, state: Literal["approved", "refused"], *, reviewer: str, until: datetime, now: datetime
    ) -> Review:
        """Return the review as ``reviewer`` decided it; it counts until ``until``."""
        changes = {"state": state, "reviewer": reviewer, "decided_at": to_text(now), "expires_at": to_text(until)}
        return self.model_copy(update=changes)

    def used(self) -> Review:
        """Return the review whose approval has made its link."""
        return self.model_copy(update={"state": "used"})


def pair_ref(key: bytes, *, hk_ref: str, cn_gd_ref: str) -> str:
    """Return the reference of two accounts together: 43 characters; another account on either side has another."""
    return keyed_ref(key, "review", hk_ref, cn_gd_ref)


def new_review(
    review_id: str, hk: LoginProof, cn_gd: LoginProof, names: Agreement, *, until: datetime, now: datetime
) -> Review:
    """Return a review of this pair that waits for a person until ``until``."""
    return Review(
        cn_gd_level=cn_gd.assurance,
        cn_gd_ref=cn_gd.subject_ref,
        decided_at="",
        expires_at=to_text(until),
        hk_level=hk.assurance,
        hk_ref=hk.subject_ref,
        id=review_id,
        names=names,
        opened_at=to_text(now),
        reviewer="",
        state="waiting",
        v=1,
    )


def verify_reviewer(reviewer: str) -> str:
    """Return the staff reference, such as ``"duty-officer-7"``; a name or a document number is not one.

    It enters the ledger, which holds no personal data and keeps it for ever.  Raises ``ConfigError``.
    """
    if not _REVIEWER.fullmatch(reviewer):
        raise ConfigError("reviewer must be a staff reference of small letters and hyphens, a number at its end")
    return reviewer


def verify_approval(review: Review, hk: LoginProof, cn_gd: LoginProof, names: Agreement, matched_at: int) -> None:
    """Check that an approved review covers this attempt, or refuse.

    (1) the names are as they were when a person looked   (2) logins and matching came after the decision.
    Raises ``LinkRefused``.
    """
    # (1) "Differ" was not looked at by whoever approved names that could not be compared.
    if names != review.names:
        raise LinkRefused("name", "the names compare otherwise than when a person looked; ask for another review")
    # (2) The resident comes back for it: nothing that was proved before the approval is kept for after it.
    decided_at = int(from_text(review.decided_at).timestamp())
    # All of it is kept in whole seconds, so what is of the same one may have been before.
    if min(hk.authenticated_at, cn_gd.authenticated_at, matched_at) <= decided_at:
        raise LinkRefused("stale", "log in again on both sides: this was proved before the approval")
