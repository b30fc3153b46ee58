"""What every store accepts: keys, entries and instants.  Facts of the contract, checked before anything is touched."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

from xbridge.core.effects import Write
from xbridge.core.errors import StoreError
from xbridge.ledger.entry import MAX_ENTRY_BYTES

MAX_KEY_LENGTH = 512
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def checked_key(key: str) -> str:
    """Return ``key`` if a row may bear it: 1 to 512 printable characters.  Raises ``StoreError``."""
    if not 0 < len(key) <= MAX_KEY_LENGTH or not key.isprintable():
        raise StoreError("a row's key is 1 to 512 printable characters")
    return key


def prefix_end(prefix: str) -> str | None:
    """Return the least text above every key that starts with ``prefix``, by code points; None for the empty prefix.

    The last character is printable, so it is neither the last code point nor next to the surrogates.  Raises
    ``StoreError`` for a prefix that no key can have.
    """
    if not prefix:
        return None
    checked_key(prefix)
    return prefix[:-1] + chr(ord(prefix[-1]) + 1)


def checked_entries(entries: Sequence[bytes]) -> list[bytes]:
    """Return ``entries`` as a list if each is 1 to 65,535 bytes.  Raises ``StoreError``."""
    bodies = [bytes(entry) for entry in entries]
    if any(not 0 < len(body) <= MAX_ENTRY_BYTES for body in bodies):
        raise StoreError("a ledger entry is 1 to 65,535 bytes")
    return bodies


def marked_writes(marks: Sequence[tuple[str, int]], *, first_index: int, count: int) -> list[Write]:
    """Return the writes that ``marks`` stand for when ``count`` entries land from ``first_index`` on.

    Raises ``StoreError`` for a mark of an entry that is not in the call.
    """
    if any(not 0 <= number < count for _, number in marks):
        raise StoreError("a mark must name one of the call's entries")
    return [Write(key=key, value=b"%d" % (first_index + number), expected=0) for key, number in marks]


def microseconds(instant: datetime) -> int:
    """Return microseconds since 1970 for an aware ``instant``, exactly."""
    return (instant - _EPOCH) // timedelta(microseconds=1)


def milliseconds(instant: datetime) -> int:
    """Return milliseconds since 1970 for an aware ``instant``, rounded down."""
    return (instant - _EPOCH) // timedelta(milliseconds=1)
