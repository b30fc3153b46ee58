"""Faults are armed by name, strike a number of times, and wear off."""

from __future__ import annotations

import pytest

from xbridge_mocks.fault import Fault, Faults


def fault(name, *operations, lasting=False):
    """A fault with no story."""
    return Fault(name=name, what_happens="-", why="-", correct_service_does="-", operations=operations, lasting=lasting)


@pytest.fixture
def faults() -> Faults:
    """Three kinds of faults."""
    return Faults([fault("anywhere"), fault("here_only", "here"), fault("for_ever", "here", lasting=True)])


def test_strikes_as_often_as_armed(faults):
    """Armed twice, it strikes twice; never armed, never."""
    assert not faults.take("anywhere", "here")
    faults.add("anywhere", times=2)
    assert [faults.take("anywhere", "here") for _ in range(3)] == [True, True, False]


def test_always_and_lasting(faults):
    """None means until cleared, and a lasting fault always means that."""
    faults.add("anywhere", times=None)
    faults.add("for_ever")
    assert all(faults.take(name, "here") for name in ("anywhere", "for_ever") for _ in range(5))
    faults.clear()
    assert not faults.take("anywhere", "here")
    assert not faults.take("for_ever", "here")


def test_waits_for_its_operation(faults):
    """Armed for one operation, it lets the others pass."""
    faults.add("anywhere", operation="there")
    assert not faults.take("anywhere", "here")
    assert faults.take("anywhere", "there")


def test_one_arming_at_a_time(faults):
    """Two armings of one fault are used up one after the other."""
    faults.add("anywhere", operation="here")
    faults.add("anywhere", operation="there")
    assert faults.take("anywhere", "there")
    assert [armed.operation for armed in faults.armed()] == ["here"]


def test_unknown_names_and_places(faults):
    """An unknown fault, an impossible place and zero times are refused, and the message helps."""
    with pytest.raises(ValueError, match=r"anywhere, for_ever, here_only"):
        faults.add("nonsense")
    with pytest.raises(ValueError, match=r"can strike at here"):
        faults.add("here_only", operation="there")
    with pytest.raises(ValueError, match=r"at least 1"):
        faults.add("anywhere", times=0)
    with pytest.raises(ValueError, match=r"does not list"):
        faults.take("nonsense", "here")
    assert faults.armed() == ()
