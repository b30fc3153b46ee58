"""The life of one consent: its signed revisions, the moves that are allowed, and the state at a moment.

A file of revisions is what the store keeps; every reading verifies the signatures and the chain again, so a changed
byte in the database cannot become a consent (lessons.md E5, E9).
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Literal

from pydantic import Field

from xbridge.consent.record import RECORD_TYPE, RECORD_VERSION, SUPPORTING, ConsentRecord, State
from xbridge.consent.subject import Subject, parse_subject, verify_signature
from xbridge.core.decision import Record
from xbridge.core.errors import ConsentMissing, TamperDetected
from xbridge.core.moment import from_text, to_text
from xbridge.core.ports import Entropy
from xbridge.crypto.canonical import canonical_json
from xbridge.crypto.digest import sha256_hex
from xbridge.crypto.key import KeySet
from xbridge.crypto.sealing import Sealer
from xbridge.crypto.signing import SignedRecord, from_envelope, record_bytes, to_envelope, verify_record

ROLE = "collector"
SUBJECT_PURPOSE = "resident-signature"
MOVES: dict[str, frozenset[State]] = {
    "": frozenset({"given", "refused"}),
    "given": frozenset({"withdrawn", "terminated_by_controller", "invalidated"}),
    "renewed": frozenset({"withdrawn", "terminated_by_controller", "invalidated"}),
}
"""From a state (empty: nothing yet) to the states that may follow; every other move refuses."""


class ConsentFile(Record):
    """What the store keeps under ``consent/<record id>``.

    ``revisions`` are signed envelopes as text, oldest first; ``subject`` is the person's own signature over the first
    of them, sealed because its certificate names them, and empty where there is none; ``uses`` counts the decisions that
    were taken on it, so that a use and a withdrawal at the same moment cannot both believe they came first (lessons.md
    E11).
    """

    link: str
    revisions: tuple[str, ...]
    subject: str = Field(default="", repr=False)
    uses: int
    v: Literal[1]


@dataclass(frozen=True, slots=True, kw_only=True)
class Revision:
    """One verified revision with the exact bytes it was read from.

    ``subject`` is the person's own signature over it, None where the record says that the collector alone signed.
    """

    signed: SignedRecord = field(repr=False)
    record: ConsentRecord = field(repr=False)
    subject: Subject | None = None

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
    sealed_subject: str = field(default="", repr=False)
    """The person's own signature over the first revision as the store keeps it: its certificate names them."""

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
        """Return the bytes that the store keeps.  Raises ``ValueError`` for a history that lost a signature."""
        if any((each.subject is None) is not (each.record.signer_role == "collector") for each in self.revisions):
            raise ValueError("a revision and the person's signature beside it do not agree")
        if bool(self.sealed_subject) is not (self.first.signer_role != "collector"):
            raise ValueError("the person's signature is not sealed for the store")
        texts = tuple(to_envelope(revision.signed).decode("ascii") for revision in self.revisions)
        file = ConsentFile(link=self.link, revisions=texts, subject=self.sealed_subject, uses=self.uses, v=1)
        return canonical_json(file)


def new_history(revision: Revision, *, link: str, sealer: Sealer, entropy: Entropy) -> ConsentHistory:
    """Return the history that begins with ``revision``; ``sealer`` is the one for :data:`SUBJECT_PURPOSE`."""
    sealed = ""
    if revision.subject is not None:
        sealed = sealer.seal(revision.subject.raw, entropy=entropy, context=revision.record.record_id.encode())
    return ConsentHistory(link=link, revisions=(revision,), uses=0, sealed_subject=sealed)


def open_file(raw: bytes, keys: KeySet, sealer: Sealer) -> ConsentHistory:
    """Return the history in ``raw``, every signature and link of the chain verified.

    Whose certificate a person signed with was settled when it was taken in, and is settled again by whoever reads the
    evidence; here its key must have signed these bytes.  Raises ``TamperDetected``.
    """
    try:
        file = ConsentFile.model_validate_json(raw)
    except ValueError:
        # The cause is dropped on purpose: what it quotes may hold a certificate, which names a person.
        raise TamperDetected("consent", reason="malformed") from None
    revisions = [verify_revision(from_envelope(text.encode()), keys) for text in file.revisions]
    if revisions:
        first = revisions[0]
        context = first.record.record_id.encode()
        revisions[0] = with_subject(first, sealer.open(file.subject, context=context) if file.subject else None)
    return ConsentHistory(
        link=file.link, revisions=verify_chain(tuple(revisions)), uses=file.uses, sealed_subject=file.subject
    )


def with_subject(revision: Revision, raw: bytes | None) -> Revision:
    """Return ``revision`` with the person's own signature ``raw``, if it is one over these bytes and belongs to them.

    The signed bytes say whether there is one: it can neither be left out nor added (ADR 0010).  Raises
    ``TamperDetected("subject", …)``: ``missing``, ``unknown`` beside a record that says collector alone, ``mismatch``.
    """
    if revision.record.signer_role == "collector":
        if raw is not None:
            raise TamperDetected("subject", reason="unknown", message="the record says that the collector alone signed")
        return revision
    if raw is None:
        raise TamperDetected("subject", reason="missing", message="the record says that the person signed it as well")
    return replace(revision, subject=verify_signature(parse_subject(raw), revision.signed.raw))


def verify_revision(signed: SignedRecord, keys: KeySet) -> Revision:
    """Return the revision in ``signed`` after checking the collector's signature; :func:`with_subject` is the other half.

    Raises ``TamperDetected``.
    """
    payload = verify_record(
        signed, keys, expected_type=RECORD_TYPE, expected_version=RECORD_VERSION, expected_role=ROLE
    )
    try:
        record = ConsentRecord.model_validate_json(payload)
    except ValueError as exc:
        raise TamperDetected("consent", reason="malformed") from exc
    return Revision(signed=signed, record=record)


def verify_chain(revisions: tuple[Revision, ...]) -> tuple[Revision, ...]:
    """Return ``revisions`` if they are one consent's, in order, by allowed moves.

    A person signs the giving and nothing else.  Raises ``TamperDetected``.
    """
    if not revisions:
        raise TamperDetected("consent", reason="missing")
    before, state = "", ""
    for index, revision in enumerate(revisions):
        record = revision.record
        if record.predecessor != before or record.record_id != revisions[0].record.record_id:
            raise TamperDetected("consent_chain", reason="mismatch", index=index)
        if record.event_state not in MOVES.get(state, frozenset()):
            raise TamperDetected("consent_chain", reason="illegal_move", index=index)
        if record.signer_role != "collector" and (index, record.event_state) != (0, "given"):
            raise TamperDetected("consent_chain", reason="illegal_signer", index=index)
        before, state = revision.digest, record.event_state
    return revisions


def bytes_to_sign(record: ConsentRecord) -> bytes:
    """Return the exact bytes of ``record``, fixed before anybody signs them."""
    return record_bytes(RECORD_TYPE, RECORD_VERSION, record)


def read_bytes(raw: bytes) -> ConsentRecord:
    """Return the record whose exact bytes are ``raw``, which was fixed before anybody signed it.

    Raises ``TamperDetected`` for bytes that are no consent record of ours.
    """
    _, _, payload = raw.partition(b"\n")
    try:
        record = ConsentRecord.model_validate_json(payload)
    except ValueError as exc:
        raise TamperDetected("consent", reason="malformed") from exc
    if bytes_to_sign(record) != raw:
        raise TamperDetected("consent", reason="malformed")
    return record


def end_of(history: ConsentHistory, state: State, *, now: datetime) -> ConsentRecord:
    """Return the record that ends ``history`` in ``state``, for the collecting party alone to sign.

    Raises ``ConsentMissing`` with the present state when the move is not allowed: nothing can be withdrawn twice, or
    after it has expired.
    """
    present = history.state(now)
    if state not in MOVES.get(present, frozenset()):
        raise ConsentMissing(present, f"this consent is {present}; it cannot become {state}")
    before = history.current
    return before.record.model_copy(
        update={
            "event_state": state,
            "event_time": to_text(now),
            "predecessor": before.digest,
            "signer_role": "collector",
        }
    )


def continued(history: ConsentHistory, revision: Revision) -> ConsentHistory:
    """Return ``history`` with one more signed revision.  Raises ``TamperDetected`` if it does not follow."""
    return replace(history, revisions=verify_chain((*history.revisions, revision)))
