"""The clock of the mock world: real time plus an offset, or time that stands still.

Both platforms of one world read the same clock, so a test moves "an hour later" once. It is not a scheduler: nothing
happens by itself when time passes; whoever asks next sees what has expired.
"""

from __future__ import annotations

import threading
from datetime import UTC, datetime, timedelta

__all__ = ["MockClock"]


_EARLIEST, _LATEST = datetime(1970, 1, 1, tzinfo=UTC), datetime(3000, 1, 1, tzinfo=UTC)
"""What a clock may show: with room on both sides, so that no lifetime counted from it leaves the calendar."""


class MockClock:
    """A thread-safe clock that tests move by hand.

    Given ``at`` (aware), time stands still there until :meth:`advance` or :meth:`set`. Without it the clock runs with
    the machine's own and the two methods shift it.

    Raises ValueError when ``at`` has no time zone or lies before 1970 or after 2999.
    """

    def __init__(self, at: datetime | None = None) -> None:
        self._lock = threading.Lock()
        self._fixed = None if at is None else _utc(at)
        self._offset = timedelta(0)

    def now(self) -> datetime:
        """The time in this world, aware, in UTC."""
        with self._lock:
            return self._now()

    def now_ms(self) -> int:
        """The time in this world as whole milliseconds since 1970."""
        return int((self.now() - datetime(1970, 1, 1, tzinfo=UTC)) / timedelta(milliseconds=1))

    def advance(self, seconds: float) -> None:
        """Move the clock by ``seconds``; a negative number moves it back. Raises ValueError for a year it cannot show."""
        with self._lock:
            try:
                moment = _shown(self._now() + timedelta(seconds=seconds))
            except OverflowError:
                raise ValueError("a mock clock shows the years 1970 to 2999") from None
            self._move(moment, timedelta(seconds=seconds))

    def set(self, at: datetime) -> None:
        """Make it ``at`` now. A clock that stands still stays still; a running one runs on from there.

        Raises ValueError when ``at`` has no time zone or is of a year it cannot show.
        """
        moment = _utc(at)
        with self._lock:
            self._move(moment, moment - self._now())

    def _move(self, moment: datetime, step: timedelta) -> None:
        if self._fixed is None:
            self._offset += step
        else:
            self._fixed = moment

    def _now(self) -> datetime:
        return datetime.now(UTC) + self._offset if self._fixed is None else self._fixed


def _utc(at: datetime) -> datetime:
    if at.tzinfo is None:
        raise ValueError("a mock clock takes aware datetimes only")
    try:
        return _shown(at.astimezone(UTC))
    except OverflowError:
        raise ValueError("a mock clock shows the years 1970 to 2999") from None


def _shown(moment: datetime) -> datetime:
    if not _EARLIEST <= moment < _LATEST:
        raise ValueError("a mock clock shows the years 1970 to 2999")
    return moment
