"""Filings of a contract and the arithmetic of their deadlines.

Working days are counted as Monday to Friday.  Public holidays differ between the two sides and would only move a
deadline later, so leaving them out is the stricter reading (OPEN 8); a Mainland make-up working Saturday is not counted
either.  The holiday calendars of both places belong to a later registry.
"""

from __future__ import annotations

from calendar import monthrange
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import cast

from xbridge.policy.fact import Facts
from xbridge.policy.shape import MalformedFact

_FRIDAY = 4


@dataclass(frozen=True, slots=True, kw_only=True)
class Filing:
    """One filing: by which party (``exporter`` or ``recipient``), where, when, with which papers."""

    by: str
    authority: str
    filed_on: date
    docs: frozenset[str]


def filings_of(facts: Facts) -> tuple[Filing, ...]:
    """Return the filings that are stated; stated absent means none.

    Raises ``UnknownFact`` when nobody says whether there are any, ``MalformedFact`` for one of another shape.
    """
    facts.present("filings")
    entries = cast("tuple[Mapping[str, object], ...]", facts.said("filings") or ())
    return tuple(_read(entry) for entry in entries)


def _read(entry: Mapping[str, object]) -> Filing:
    """Return one filing."""
    by, authority, filed_on, docs = (entry.get(name) for name in ("by", "authority", "filed_on", "docs"))
    try:
        if isinstance(by, str) and isinstance(authority, str) and isinstance(filed_on, str):
            papers = frozenset(cast("list[str]", docs)) if isinstance(docs, list | tuple) else frozenset[str]()
            return Filing(by=by, authority=authority, filed_on=date.fromisoformat(filed_on), docs=papers)
    except (TypeError, ValueError):
        pass
    raise MalformedFact("filings")


def working_days_after(day: date, count: int) -> date:
    """Return the ``count``-th Monday-to-Friday day after ``day``, which itself is not counted."""
    while count:
        day += timedelta(days=1)
        count -= day.weekday() <= _FRIDAY
    return day


def months_after(day: date, count: int) -> date:
    """Return the day ``count`` months later; a month without that day ends on its own last day."""
    months = day.month - 1 + count
    year, month = day.year + months // 12, months % 12 + 1
    return date(year, month, min(day.day, monthrange(year, month)[1]))
