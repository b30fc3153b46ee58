"""The collecting party's hand in tests: signs revisions with any keys, allowed or not, and without a Bridge."""

from __future__ import annotations

from datetime import datetime

from xbridge.consent.life import ROLE, ConsentHistory, Revision, continued, end_of
from xbridge.consent.record import RECORD_TYPE, RECORD_VERSION, ConsentRecord, State
from xbridge.core.ports import Signer
from xbridge.crypto.signing import SignedRecord, add_signature, record_bytes


def sign_revision(record: ConsentRecord, *signers: Signer, role: str = ROLE) -> Revision:
    """Return ``record`` signed by each of ``signers``, in order, in one role."""
    signed = SignedRecord(raw=record_bytes(RECORD_TYPE, RECORD_VERSION, record), signatures=())
    for signer in signers:
        signed = add_signature(signed, signer, role)
    return Revision(signed=signed, record=record)


def ended(history: ConsentHistory, state: State, *signers: Signer, now: datetime) -> ConsentHistory:
    """Return ``history`` with a signed end."""
    return continued(history, sign_revision(end_of(history, state, now=now), *signers))
