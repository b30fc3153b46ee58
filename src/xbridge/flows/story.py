"""The story that a bundle's ledger entries tell, checked against the rules of the house: record first, then release.

Looks at verified entries, revisions and decisions only; whether each is genuine is for ``flows/verification.py``.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta

from xbridge.consent.life import Revision
from xbridge.consent.record import SUPPORTING, ConsentRecord
from xbridge.core.decision import RELEASING, Decision
from xbridge.core.errors import TamperDetected
from xbridge.core.moment import from_text
from xbridge.evidence.manifest import Manifest
from xbridge.ledger.entry import LedgerEntry

STATES = {"consent.granted": "given", "consent.refused": "refused", "consent.withdrawn": "withdrawn"}
"""The kinds of entry that commit to a revision of the consent, and the state which that revision must have."""

SUBJECT_DETAIL = "subject_signature"
"""The detail of a giving that holds the digest of the person's own signature; the ledger holds no certificate."""

MAX_SIGNING = timedelta(minutes=30)
"""How long after the asking a signed giving may enter the ledger: the person's time to sign and the page's to grant."""


def verify_story(
    manifest: Manifest,
    revisions: tuple[Revision, ...],
    story: tuple[tuple[int, LedgerEntry], ...],
    decisions: Mapping[str, Decision],
) -> None:
    """Check that the entries are about this consent and person, in an order that the rules of the house allow.

    ``revisions`` and ``decisions`` (by entry id) are verified; ``story`` are the entries in log order, each proved to
    be in the log; a manifest that was signed before the newest of them lies about when.  Raises
    ``TamperDetected("story", …)`` with the index of the entry that does not fit.
    """
    first = revisions[0].record
    digests = [revision.digest for revision in revisions]
    if first.record_id != manifest.consent:
        raise TamperDetected("story", reason="mismatch", message="the consent is not the one the manifest names")
    told = 0
    open_now = False
    permitted: set[str] = set()
    for index, entry in story:
        if entry.consent != first.record_id or entry.link != first.pii_principal_id:
            raise _out_of_order(index, "an entry is about another consent or person")
        # Else whoever stole one key could date the manifest back to when that key was valid, or the only one.
        if from_text(entry.at) > from_text(manifest.created_at):
            raise _out_of_order(index, "the manifest is dated before an entry that it lists")
        detail = dict(entry.detail)
        if entry.kind in STATES:
            if told >= len(digests) or entry.body_digest != digests[told]:
                raise _out_of_order(index, "an entry does not match the consent's revisions")
            state = revisions[told].record.event_state
            if STATES[entry.kind] != state:
                raise _out_of_order(index, "an entry says otherwise than the revision that it commits to")
            _verify_time(index, entry, revisions[told].record)
            told += 1
            open_now = state in SUPPORTING
        elif entry.kind == "decision":
            if decisions[entry.id].outcome in RELEASING:
                permitted.add(entry.id)
        elif entry.kind in ("token.issued", "release"):
            # Only decisions above this entry count: the record comes before the release.
            if detail.get("decision", "") not in permitted:
                raise _out_of_order(index, "released without a permitting decision")
            if not open_now or from_text(entry.at) >= from_text(first.valid_until):
                raise _out_of_order(index, "released without a living consent")
            released = set(filter(None, detail.get("categories", "").split(",")))
            if detail.get("audience") != first.audience or not released <= set(first.categories):
                raise _out_of_order(index, "released to somebody or of something that was not agreed to")
    if told != len(digests):
        raise TamperDetected("story", reason="missing", message="a revision was never entered in the ledger")


def _verify_time(index: int, entry: LedgerEntry, record: ConsentRecord) -> None:
    """Check that a revision entered the ledger when it was made, or as long after as it takes a person to sign it."""
    allowed = timedelta() if record.signer_role == "collector" else MAX_SIGNING
    if not timedelta() <= from_text(entry.at) - from_text(record.event_time) <= allowed:
        raise _out_of_order(index, "an entry was made at another time than the revision that it commits to")


def _out_of_order(index: int, message: str) -> TamperDetected:
    return TamperDetected("story", reason="mismatch", message=message, index=index)
