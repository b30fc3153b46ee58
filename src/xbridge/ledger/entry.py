"""One entry of the ledger: what happened, when, and the digest of the record it commits to.

An entry stays for ever, so it holds no personal data and no free text: only pseudonyms, digests and words from closed
lists.  The record itself (consent, decision, token) is kept elsewhere and can be erased.  ``stores/`` append the bytes.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from itertools import pairwise
from re import compile as regex
from typing import Annotated, Literal

from pydantic import AfterValidator, ConfigDict, StringConstraints, ValidationError

from xbridge.core.decision import Record
from xbridge.core.errors import TamperDetected
from xbridge.core.moment import to_text

MAX_ENTRY_BYTES = 65_535
"""The longest entry that C2SP tlog-tiles can carry."""

Kind = Literal[
    "login.finished", "login.declined", "login.refused",
    "link.created", "link.refused", "link.ended",
    "review.opened", "review.approved", "review.refused",
    "consent.offered", "consent.granted", "consent.refused", "consent.withdrawn",
    "decision",
    "token.issued", "exchange.refused", "exchange.failed",
    "release", "release.refused",
    "withdrawal.notified", "withdrawal.acknowledged",
    "evidence.exported",
    "matching.agreed", "matching.begun", "matching.finished", "matching.failed", "matching.refused",
]  # fmt: skip

_DOCUMENT_NUMBER = regex(r"[A-Za-z]{1,3}[0-9]{6,}[A-Za-z]?|[0-9]{7,}[A-Za-z]?")


def _checked_detail(detail: tuple[tuple[str, str], ...]) -> tuple[tuple[str, str], ...]:
    """Refuse names out of order or repeated, and values in the shape of a document or telephone number."""
    names = [name for name, _ in detail]
    if any(left >= right for left, right in pairwise(names)):
        raise ValueError("detail names must be sorted and different")
    if any(_DOCUMENT_NUMBER.fullmatch(value) for _, value in detail):
        raise ValueError("a detail value looks like a document or telephone number; the ledger holds no personal data")
    return detail


Reference = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9_.:-]{0,128}$")]
Instant = Annotated[str, StringConstraints(pattern=r"^[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}Z$")]
RecordId = Annotated[
    str, StringConstraints(pattern=r"^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$")
]
BodyDigest = Annotated[str, StringConstraints(pattern=r"^(sha256:[0-9a-f]{64})?$")]
DetailName = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_.]{0,39}$")]
DetailValue = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9_.:,/+-]{0,512}$")]
Detail = Annotated[tuple[tuple[DetailName, DetailValue], ...], AfterValidator(_checked_detail)]


class LedgerEntry(Record):
    """One entry; fields are declared in RFC 8785 order, so that the dump is canonical.

    ``at`` is RFC 3339 in UTC, to the second (the index gives the order); ``body_digest`` is ``sha256:hex`` of the exact
    bytes of the record this entry commits to, or empty; ``consent`` and ``link`` are a record id and a pseudonym, or
    empty; ``id`` is a UUIDv7.  ``detail`` holds sorted ``(name, value)`` pairs of codes, for example ``("outcome",
    "deny")``: ASCII without spaces, so a sentence or a Chinese name cannot enter, and nothing in the shape of a
    document number does.
    """

    model_config = ConfigDict(hide_input_in_errors=True)

    at: Instant
    body_digest: BodyDigest
    consent: Reference
    detail: Detail
    id: RecordId
    kind: Kind
    link: Reference
    v: Literal[1]


def build_entry(
    *,
    kind: Kind,
    now: datetime,
    entry_id: str,
    link: str = "",
    consent: str = "",
    body_digest: str = "",
    detail: Mapping[str, str] | None = None,
) -> LedgerEntry:
    """Return the entry for something that happened at ``now`` (aware); ``core.ids.new_record_id`` makes ``entry_id``.

    Raises ``ValueError`` when a value has no place in a ledger; the message never repeats the value.
    """
    return LedgerEntry(
        at=to_text(now),
        body_digest=body_digest,
        consent=consent,
        detail=tuple(sorted((detail or {}).items())),
        id=entry_id,
        kind=kind,
        link=link,
        v=1,
    )


def entry_bytes(entry: LedgerEntry) -> bytes:
    """Return the canonical bytes (RFC 8785) that enter the log."""
    return entry.model_dump_json().encode("utf-8")


def parse_entry(raw: bytes) -> LedgerEntry:
    """Return the entry that ``raw`` spells, canonically and exactly.

    Raises ``TamperDetected("entry", …)`` for anything that :func:`entry_bytes` would not have written: other members,
    another order, white space, duplicates.
    """
    if len(raw) > MAX_ENTRY_BYTES:
        raise TamperDetected("entry", reason="too_large")
    entry: LedgerEntry | None
    try:
        entry = LedgerEntry.model_validate_json(raw)
    except ValidationError:
        # Raised below and not from here: a foreign error in the chain may repeat what it read.
        entry = None
    if entry is None or entry_bytes(entry) != raw:
        raise TamperDetected("entry", reason="malformed")
    return entry
