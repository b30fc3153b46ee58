"""The mock clock stands still or runs, and moves only when told."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone

import pytest

from xbridge_mocks.clock import MockClock

NOON = datetime(2025, 6, 2, 4, 0, tzinfo=UTC)


def test_fixed_clock_stands_still():
    """A fixed clock moves by exactly what it is told, in both directions."""
    clock = MockClock(NOON)
    assert clock.now() == clock.now() == NOON
    clock.advance(90.5)
    assert clock.now() - NOON == timedelta(seconds=90.5)
    clock.advance(-90.5)
    clock.set(NOON + timedelta(days=1))
    assert clock.now() == NOON + timedelta(days=1)


def test_running_clock_runs_on_from_where_it_is_set():
    """A running clock follows the machine's, shifted."""
    clock = MockClock()
    assert abs(clock.now() - datetime.now(UTC)) < timedelta(seconds=5)
    clock.advance(3600)
    assert timedelta(seconds=3595) < clock.now() - datetime.now(UTC) < timedelta(seconds=3605)
    clock.set(NOON)
    assert NOON <= clock.now() < NOON + timedelta(seconds=5)


def test_milliseconds():
    """Whole milliseconds since 1970, rounded down and never through a float."""
    assert MockClock(datetime(2019, 5, 5, 9, 35, 6, 183999, tzinfo=UTC)).now_ms() == 1557048906183


def test_answers_are_in_utc():
    """A time in another zone is kept as the same moment in UTC."""
    hongkong = timezone(timedelta(hours=8))
    clock = MockClock(datetime(2025, 6, 2, 12, 0, tzinfo=hongkong))
    assert (clock.now(), clock.now().tzinfo) == (NOON, UTC)


def test_naive_times_are_refused():
    """A time without a zone is refused everywhere."""
    with pytest.raises(ValueError, match="aware"):
        MockClock(datetime(2025, 6, 2))  # noqa: DTZ001 - that it is naive is the point
    with pytest.raises(ValueError, match="aware"):
        MockClock(NOON).set(datetime(2025, 6, 2))  # noqa: DTZ001


def test_a_clock_stays_in_the_calendar():
    """No year before 1970 and none from 3000 on, however it is asked: lifetimes counted from it must have room."""
    for clock in (MockClock(NOON), MockClock()):
        before = clock.now()
        for year, zone in ((1969, UTC), (3000, UTC), (1, timezone(timedelta(hours=14))), (9999, UTC)):
            with pytest.raises(ValueError, match="1970 to 2999"):
                clock.set(datetime(year, 6, 1, tzinfo=zone))
        for seconds in (-3.2e9, 3.2e11, 1e12, -1e300, 1e300):
            with pytest.raises(ValueError, match="1970 to 2999"):
                clock.advance(seconds)
        assert timedelta(0) <= clock.now() - before < timedelta(seconds=5)
    with pytest.raises(ValueError, match="1970 to 2999"):
        MockClock(datetime(9999, 12, 31, tzinfo=UTC))
