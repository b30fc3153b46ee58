"""The consent record: ISO/IEC TS 27560 mandatory fields and what the rules read (policy.md part b, list R; REC-1).

Every change of state is a new signed revision that names its predecessor's digest; nothing is edited.  Field order is
RFC 8785 order, so the dump is canonical.  The record holds pseudonyms and codes, no names of people.
"""

from __future__ import annotations

from typing import Literal

from xbridge.core.decision import Record, Texts
from xbridge.core.identity import Level
from xbridge.core.language import Language

RECORD_TYPE = "consent"
RECORD_VERSION = 1

SignerRole = Literal["collector", "collector-and-subject"]
State = Literal["given", "renewed", "refused", "withdrawn", "expired", "terminated_by_controller", "invalidated"]
SUPPORTING: frozenset[str] = frozenset({"given", "renewed"})


class ConsentParty(Record):
    """A party of a consent: the handler that provides, or the recipient."""

    party_address: Texts
    party_contact: str
    party_id: str
    party_name: Texts
    party_type: str


class ConsentRecord(Record):
    """One revision of one consent.

    ``pii_principal_id`` is the ledger's pseudonym of the person; ``event_time`` and ``valid_until`` are RFC 3339 in UTC;
    ``predecessor`` is the digest of the previous revision's signed bytes, empty for the first.  ``assurance`` is the
    level at which the person who agreed had logged in.  ``signer_role`` says whose signatures belong to these bytes:
    the collecting party's alone, as witness, or the person's own as well (``subject.py``).
    """

    assurance: Level
    assurance_source: str
    audience: str
    bundled: bool
    by: Literal["subject"]
    categories: tuple[str, ...]
    conditional_on_service: bool
    cross_border: bool
    entity_id: str
    event_state: State
    event_time: str
    event_type: Literal["explicit"]
    explicit: bool
    jurisdiction: str
    language: Language
    notice_digest: str
    notice_version: str
    pii_controllers: tuple[ConsentParty, ...]
    pii_principal_id: str
    pii_type: tuple[str, ...]
    predecessor: str
    privacy_notice: str
    purpose: str
    recipient_third_parties: tuple[ConsentParty, ...]
    record_id: str
    retention_period: str
    schema_version: Literal["xbridge-27560-1"]
    separate: bool
    service: str
    signer_role: SignerRole
    source: str
    storage_locations: Texts
    target: str
    valid_until: str
    validity_duration: str
    voluntary: bool
    withdrawal_method: Literal["same-place"]
    written: bool

    def recipients(self) -> tuple[str, ...]:
        """Return the ids of the recipients."""
        return tuple(party.party_id for party in self.recipient_third_parties)


MANDATORY: tuple[str, ...] = (
    "schema_version", "record_id", "pii_principal_id", "privacy_notice", "language", "purpose", "pii_type",
    "pii_controllers", "storage_locations", "retention_period", "jurisdiction", "recipient_third_parties",
    "withdrawal_method", "event_time", "validity_duration", "entity_id", "event_type", "event_state",
)  # fmt: skip


def missing_fields(record: ConsentRecord) -> tuple[str, ...]:
    """Return the mandatory fields of ISO/IEC TS 27560 that are empty in ``record``, party fields included (REC-1)."""
    missing = [name for name in MANDATORY if not getattr(record, name)]
    for party in (*record.pii_controllers, *record.recipient_third_parties):
        missing += [name for name in ("party_id", "party_contact", "party_type") if not getattr(party, name)]
    return tuple(sorted(set(missing)))
