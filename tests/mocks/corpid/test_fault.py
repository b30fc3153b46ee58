"""Each fault strikes where it says, once, and only there; what it does to a service is ``tests/negative``'s business."""

from __future__ import annotations

import contextlib

import pytest
from cryptography.exceptions import InvalidTag

from xbridge_mocks.corpid.misbehaviour import FAULTS
from xbridge_mocks.iamsmart import LoginRefused

CASES = [(fault.name, operation) for fault in FAULTS for operation in fault.operations]


def walk(service, operation):
    """Everything a service does in one login, or the one call that no login makes."""
    if operation in ("revokeKey", "corpRevokeKey"):
        side = service.company if operation.startswith("corp") else service.person
        return side.post(f"{side.prefix}/api/v1/security/revokeKey")
    # What goes wrong on the way is the fault's doing.
    with contextlib.suppress(LoginRefused, KeyError, AssertionError, ValueError, TypeError, InvalidTag):
        service.log_in()
    return None


@pytest.mark.parametrize(("name", "operation"), CASES)
def test_strikes_where_it_says(service, name, operation):
    """An armed fault is used up by its own operation, and the journal says so."""
    service.mock.faults.add(name, operation=operation)
    walk(service, operation)
    struck = [entry.operation for entry in service.mock.journal.entries() if entry.outcome == "fault"]
    assert struck[:1] == [operation]
    lasting = next(fault.lasting for fault in FAULTS if fault.name == name)
    assert bool(service.mock.faults.armed()) == lasting


def test_names_and_places_are_listed_once():
    """No fault stands twice, and none is without a place."""
    assert len({fault.name for fault in FAULTS}) == len(FAULTS)
    assert all(fault.operations for fault in FAULTS)


def test_without_a_fault_nothing_struck(service):
    """An ordinary login is ordinary in every entry."""
    service.log_in()
    assert {entry.outcome for entry in service.mock.journal.entries()} == {"ok"}
