"""The shapes of facts: a stated value becomes its Python form, or it is refused.

Nothing is converted that is not exactly of its kind: ``1`` is not true, ``"yes"`` is not true, a date is no moment.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime, timedelta, timezone
from typing import Final

from xbridge.policy.vocabulary import Kind

LOCAL_TIME: Final = timezone(timedelta(hours=8))
"""Hong Kong and the Mainland share one offset, without summer time, so a calendar day is the same day in both."""


class _Unstated:
    """The marker for "nobody said"; a class of its own so that null stays a value."""


UNSTATED: Final = _Unstated()


class MalformedFact(Exception):
    """The fact ``path`` is stated in the wrong shape.  Caught by the engine, which denies."""

    def __init__(self, path: str) -> None:
        super().__init__(path)
        self.path = path


def shaped(path: str, kind: Kind, value: object) -> object:
    """Return ``value`` as its Python form for ``kind``.  Raises :class:`MalformedFact`."""
    if value is None:
        return None
    if kind == "bool":
        good: object = value if isinstance(value, bool) else UNSTATED
    elif kind == "count":
        good = value if isinstance(value, int) and not isinstance(value, bool) and value >= 0 else UNSTATED
    elif kind == "codes":
        items = value if isinstance(value, list | tuple) else (None,)
        good = tuple(items) if all(isinstance(item, str) for item in items) else UNSTATED
    elif kind == "mark":
        good = value if isinstance(value, bool | str) else UNSTATED
    elif kind == "record":
        good = value if isinstance(value, Mapping) else UNSTATED
    elif kind == "records":
        entries = value if isinstance(value, list | tuple) else (None,)
        good = tuple(entries) if all(isinstance(entry, Mapping) for entry in entries) else UNSTATED
    elif not isinstance(value, str):
        good = UNSTATED
    elif kind == "instant":
        good = parse_instant(value) or UNSTATED
    elif kind == "day":
        good = _parse_day(value) or UNSTATED
    else:
        good = value
    if good is UNSTATED:
        raise MalformedFact(path)
    return good


def parse_instant(text: str) -> datetime | None:
    """Return the moment that RFC 3339 ``text`` names, or None if it is no such text or has no offset."""
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        return None
    return moment if moment.tzinfo is not None else None


def _parse_day(text: str) -> date | None:
    """Return the calendar day of ``YYYY-MM-DD`` or of an RFC 3339 moment (in local time), or None."""
    try:
        return date.fromisoformat(text)
    except ValueError:
        moment = parse_instant(text)
        return moment.astimezone(LOCAL_TIME).date() if moment else None
