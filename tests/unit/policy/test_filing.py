"""Deadlines: working days without weekends, and months that end early."""

from __future__ import annotations

from datetime import date

import pytest

from xbridge.policy.filing import months_after, working_days_after


@pytest.mark.parametrize(
    ("start", "count", "end"),
    [
        ("2026-05-25", 0, "2026-05-25"),
        ("2026-05-25", 1, "2026-05-26"),
        ("2026-05-29", 1, "2026-06-01"),
        ("2026-05-30", 1, "2026-06-01"),
        ("2026-05-25", 10, "2026-06-08"),
    ],
)
def test_working_days_skip_weekends(start: str, count: int, end: str) -> None:
    """The day of effect is not counted, and Saturdays and Sundays never are."""
    assert working_days_after(date.fromisoformat(start), count).isoformat() == end


@pytest.mark.parametrize(
    ("start", "count", "end"),
    [
        ("2026-01-02", 3, "2026-04-02"),
        ("2025-11-30", 3, "2026-02-28"),
        ("2023-11-30", 3, "2024-02-29"),
        ("2024-02-29", 36, "2027-02-28"),
        ("2026-12-31", 2, "2027-02-28"),
    ],
)
def test_months_end_on_their_own_last_day(start: str, count: int, end: str) -> None:
    """Three months after 30 November is the last day of February."""
    assert months_after(date.fromisoformat(start), count).isoformat() == end
