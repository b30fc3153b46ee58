"""How often a page may ask: once in a while, each for itself, and without growing for ever."""

from __future__ import annotations

from datetime import timedelta

import pytest

from xbridge.testing.world import NOON
from xbridge.web import pace
from xbridge.web.pace import Pace
from xbridge_mocks import MockClock


def test_each_page_has_its_own_pace() -> None:
    """The same page at once is refused; another page, or another session, is not."""
    clock = MockClock(NOON)
    held = Pace(2, clock=clock.now)
    assert held.allows("s", "1")
    assert not held.allows("s", "1")
    assert held.allows("s", "2")
    assert held.allows("t", "1")
    clock.advance(0.9)
    assert not held.allows("s", "1")
    clock.advance(0.1)
    assert held.allows("s", "1")


def test_asking_too_often_does_not_prolong_the_wait() -> None:
    """Who was refused waits for the rest of the time, not from anew."""
    clock = MockClock(NOON)
    held = Pace(2, clock=clock.now)
    allowed = []
    for _ in range(12):
        allowed.append(held.allows("s", "1"))
        clock.advance(0.25)
    assert allowed == [True, False, False, False] * 3


def test_a_clock_that_went_back_locks_nobody_out() -> None:
    """After a correction of the clock the page may ask."""
    clock = MockClock(NOON)
    held = Pace(2, clock=clock.now)
    assert held.allows("s", "1")
    clock.set(NOON - timedelta(hours=1))
    assert held.allows("s", "1")


def test_it_does_not_grow_for_ever(monkeypatch: pytest.MonkeyPatch) -> None:
    """The pages asked about longest ago are forgotten first."""
    monkeypatch.setattr(pace, "MAX_PAGES", 3)
    held = Pace(2, clock=MockClock(NOON).now)
    for number in "1234":
        assert held.allows("s", number)
    assert held.allows("s", "1")
    assert not held.allows("s", "4")


def test_who_asked_just_now_is_not_forgotten(monkeypatch: pytest.MonkeyPatch) -> None:
    """Asking again makes a page young again."""
    monkeypatch.setattr(pace, "MAX_PAGES", 3)
    clock = MockClock(NOON)
    held = Pace(2, clock=clock.now)
    for number in "123":
        assert held.allows("s", number)
    clock.advance(1)
    assert held.allows("s", "1")
    assert held.allows("s", "4"), "2 is forgotten for it"
    assert not held.allows("s", "1")
