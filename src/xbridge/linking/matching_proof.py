"""The proof of one matching: what a binding believes about it, sealed, so that nobody can make one by hand."""

from __future__ import annotations

from datetime import datetime
from typing import Literal

from pydantic import Field

from xbridge.core.decision import Record
from xbridge.core.errors import LinkRefused, TamperDetected
from xbridge.core.matching import Agreement
from xbridge.core.ports import Entropy
from xbridge.crypto.canonical import canonical_json
from xbridge.crypto.digest import constant_time_equal
from xbridge.crypto.sealing import Sealer

PURPOSE = "matching"
_PROOF = b"proof"


class MatchingProof(Record):
    """One matching, as this side ran it.  ``matched_at`` is seconds since 1970; ``whom`` is whom the peer was asked about.

    ``offer`` is the id of the offer that the person had agreed to before anything was sent, empty where nobody was asked:
    such a matching binds nobody.  It is no single-use thing by itself: whoever acts on it spends ``run``.
    """

    document: Agreement
    matched_at: int
    names: Agreement
    offer: str = ""
    peer: str
    reference: str
    run: str
    v: Literal[1]
    whom: str = Field(repr=False)


def seal_matching(proof: MatchingProof, sealer: Sealer, *, entropy: Entropy) -> str:
    """Return ``proof`` sealed; ``sealer`` is the one for :data:`PURPOSE`."""
    return sealer.seal(canonical_json(proof), entropy=entropy, context=_PROOF)


def open_matching(
    sealed: str, sealer: Sealer, *, expected_reference: str, max_age_s: int, now: datetime
) -> MatchingProof:
    """Return the proof in ``sealed``.

    (1) the seal   (2) what it was made for   (3) its age.  Raises ``TamperDetected`` and ``LinkRefused``.
    """
    # (1) Whatever opens was written by us, so its shape is ours.
    try:
        proof = MatchingProof.model_validate_json(sealer.open(sealed, context=_PROOF))
    except ValueError as exc:
        raise TamperDetected("matching", reason="malformed") from exc
    # (2) A matching of somebody else's accounts proves nothing about these.
    if not constant_time_equal(proof.reference, expected_reference):
        raise LinkRefused("matching", "this matching was made for something else; match again")
    # (3)
    if not 0 <= int(now.timestamp()) - proof.matched_at <= max_age_s:
        raise LinkRefused("stale", f"this matching is older than {max_age_s} seconds; match again")
    return proof
