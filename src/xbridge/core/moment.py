"""Moments as text: RFC 3339 in UTC with a ``Z``, to the second.  Reads no clock."""

from __future__ import annotations

from datetime import UTC, datetime


def to_text(moment: datetime) -> str:
    """Return ``2026-06-01T02:00:00Z`` for an aware ``moment``.  Raises ``ValueError`` for a naive one."""
    if moment.tzinfo is None:
        raise ValueError("a moment needs its time zone")
    return moment.astimezone(UTC).isoformat(timespec="seconds").replace("+00:00", "Z")


def from_text(text: str) -> datetime:
    """Return the moment that :func:`to_text` wrote.  Raises ``ValueError``."""
    try:
        return datetime.fromisoformat(text).astimezone(UTC)
    except OverflowError as exc:
        raise ValueError("no such moment") from exc


def from_seconds(seconds: int) -> datetime:
    """Return the moment ``seconds`` after the start of 1970, in UTC.  Raises ``ValueError`` beyond the year 9999."""
    try:
        return datetime.fromtimestamp(seconds, UTC)
    except (OverflowError, OSError) as exc:
        raise ValueError("no such moment") from exc
