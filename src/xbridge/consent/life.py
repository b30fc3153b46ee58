"""The life of one consent: its signed revisions, the moves that are allowed, and the state at a moment.

A file of revisions is what the store keeps; every reading verifies the signatures and the chain again, so a changed
byte in the database cannot become a consent (lessons.md E5, E9).
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal

from xbridge.consent.record import RECORD_TYPE, RECORD_VERSION, SUPPORTING, ConsentRecord, State
from xbridge.core.decision import Record
from xbridge.core.errors import ConsentMissing, TamperDetected
from xbridge.core.moment import from_text, to_text
from xbridge.core.ports import Signer
from xbridge.crypto.canonical import canonical_json
from xbridge.crypto.digest import sha256_hex
from xbridge.crypto.key import KeySet
from xbridge.crypto.signing import SignedRecord, from_envelope, sign_record, to_envelope, verify_record

ROLE = "collector"
MOVES: dict[str, frozenset[State]] = {
    "": frozenset({"given", "refused"}),
    "given": frozenset({"withdrawn", "terminated_by_controller", "invalidated"}),
    "renewed": frozenset({"withdrawn", "terminated_by_controller", "invalidated"}),
}
"""From a state (empty: nothing yet) to the states that may follow; every other move refuses."""


class ConsentFile(Record):
    """What the store keeps under ``consent/<record id>``.

    ``revisions`` are signed envelopes as text, oldest first; ``uses`` counts the decisions that were taken on it, so
    that a use and a withdrawal at the same moment cannot both believe they came first (lessons.md E11).
    """

    link: str
    revisions: tuple[str, ...]
    uses: int
    v: Literal[1]


@dataclass(frozen=True, slots=True, kw_only=True)
class Revision:
    """One verified revision with the exact bytes it was read from."""

    signed: SignedRecord = field(repr=False)
    record: ConsentRecord = field(repr=False)

    @property
    def digest(self) -> str:
        """``sha256:hex`` of the signed bytes: what the ledger and the next revision name."""
        return sha256_hex(self.signed.raw)


@dataclass(frozen=True, slots=True, kw_only=True)
class ConsentHistory:
    """All revisions of one consent, verified, oldest first."""

    link: str
    revisions: tuple[Revision, ...]
    uses: int

    @property
    def first(self) -> ConsentRecord:
        """The record as it was first made."""
        return self.revisions[0].record

    @property
    def current(self) -> Revision:
        """The newest revision."""
        return self.revisions[-1]

    def state(self, now: datetime) -> State:
        """Return the state at ``now``; expiry is worked out when read and needs no job."""
        record = self.current.record
        if record.event_state in SUPPORTING and now >= from_text(record.valid_until):
            return "expired"
        return record.event_state

    def ended_at(self) -> str:
        """Return when it was withdrawn or ended, RFC 3339, or empty."""
        record = self.current.record
        return "" if record.event_state in SUPPORTING else record.event_time

    def to_file(self) -> bytes:
        """Return the bytes that the store keeps."""
        texts = tuple(to_envelope(revision.signed).decode("ascii") for revision in self.revisions)
        return canonical_json(ConsentFile(link=self.link, revisions=texts, uses=self.uses, v=1))


def open_file(raw: bytes, keys: KeySet) -> ConsentHistory:
    """Return the history in ``raw``, every signature and link of the chain verified.  Raises ``TamperDetected``."""
    try:
        file = ConsentFile.model_validate_json(raw)
    except ValueError as exc:
        raise TamperDetected("consent", reason="malformed") from exc
    revisions = tuple(verify_revision(from_envelope(text.encode()), keys) for text in file.revisions)
    return ConsentHistory(link=file.link, revisions=verify_chain(revisions), uses=file.uses)


def verify_revision(signed: SignedRecord, keys: KeySet) -> Revision:
    """Return the revision in ``signed`` after checking its signature.  Raises ``TamperDetected``."""
    payload = verify_record(
        signed, keys, expected_type=RECORD_TYPE, expected_version=RECORD_VERSION, expected_role=ROLE
    )
    try:
        record = ConsentRecord.model_validate_json(payload)
    except ValueError as exc:
        raise TamperDetected("consent", reason="malformed") from exc
    return Revision(signed=signed, record=record)


def verify_chain(revisions: tuple[Revision, ...]) -> tuple[Revision, ...]:
    """Return ``revisions`` if they are one consent's, in order, by allowed moves.  Raises ``TamperDetected``."""
    if not revisions:
        raise TamperDetected("consent", reason="missing")
    before, state = "", ""
    for index, revision in enumerate(revisions):
        record = revision.record
        if record.predecessor != before or record.record_id != revisions[0].record.record_id:
            raise TamperDetected("consent_chain", reason="mismatch", index=index)
        if record.event_state not in MOVES.get(state, frozenset()):
            raise TamperDetected("consent_chain", reason="illegal_move", index=index)
        before, state = revision.digest, record.event_state
    return revisions


def sign_revision(record: ConsentRecord, signer: Signer) -> Revision:
    """Return ``record`` signed by the collecting party."""
    return Revision(signed=sign_record(RECORD_TYPE, RECORD_VERSION, record, signer, ROLE), record=record)


def ended(history: ConsentHistory, state: State, signer: Signer, *, now: datetime) -> ConsentHistory:
    """Return ``history`` with a signed revision that ends it in ``state``.

    Raises ``ConsentMissing`` with the present state when the move is not allowed: nothing can be withdrawn twice, or
    after it has expired.
    """
    present = history.state(now)
    if state not in MOVES.get(present, frozenset()):
        raise ConsentMissing(present, f"this consent is {present}; it cannot become {state}")
    before = history.current
    record = before.record.model_copy(
        update={"event_state": state, "event_time": to_text(now), "predecessor": before.digest}
    )
    revisions = (*history.revisions, sign_revision(record, signer))
    return ConsentHistory(link=history.link, revisions=revisions, uses=history.uses)
