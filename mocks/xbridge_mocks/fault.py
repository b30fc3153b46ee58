"""Misbehaviour on request: named faults, armed for a number of uses.

This module only keeps count. What a fault does is written where the mock would otherwise behave; what a correct
service does about it is written in the fault's own description.
"""

from __future__ import annotations

import threading
from collections.abc import Iterable
from dataclasses import dataclass

__all__ = ["ArmedFault", "Fault", "Faults"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Fault:
    """One way in which a mock can misbehave.

    ``operations`` names where it can strike; empty means anywhere. Once armed, a ``lasting`` one strikes until cleared.
    """

    name: str
    what_happens: str
    why: str
    correct_service_does: str
    operations: tuple[str, ...] = ()
    lasting: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class ArmedFault:
    """A fault waiting to strike; ``times_left`` None never wears off, ``operation`` None strikes anywhere it can."""

    name: str
    times_left: int | None
    operation: str | None


class Faults:
    """The faults of one mock: those it knows, and those armed now. Thread-safe."""

    def __init__(self, known: Iterable[Fault]) -> None:
        self._known = {fault.name: fault for fault in known}
        self._armed: list[ArmedFault] = []
        self._lock = threading.Lock()

    @property
    def KNOWN(self) -> tuple[Fault, ...]:  # noqa: N802 - a constant of each mock, named as one
        """Every fault this mock can play, in the order it lists them."""
        return tuple(self._known.values())

    def add(self, name: str, *, times: int | None = 1, operation: str | None = None) -> None:
        """Arm ``name`` for the next ``times`` uses (None: until cleared), at one operation or wherever it applies.

        Raises ValueError for an unknown name, an operation where the fault cannot strike, or times below one.
        """
        fault = self._known.get(name)
        if fault is None:
            raise ValueError(f"unknown fault {name!r}; known: {', '.join(sorted(self._known))}")
        if operation is not None and fault.operations and operation not in fault.operations:
            raise ValueError(f"fault {name!r} can strike at {', '.join(fault.operations)}, not at {operation!r}")
        if times is not None and times < 1:
            raise ValueError("times is at least 1, or None for always")
        with self._lock:
            left = None if fault.lasting else times
            self._armed.append(ArmedFault(name=name, times_left=left, operation=operation))

    def take(self, name: str, operation: str) -> bool:
        """Say whether ``name`` strikes at ``operation`` now, and use it up once if it does.

        Raises ValueError for a name this mock does not list: a fault nobody can arm is a mistake in the mock.
        """
        if name not in self._known:
            raise ValueError(f"the mock asked for a fault it does not list: {name!r}")
        with self._lock:
            for place, armed in enumerate(self._armed):
                if armed.name == name and armed.operation in (None, operation):
                    self._use(place, armed)
                    return True
        return False

    def armed(self) -> tuple[ArmedFault, ...]:
        """What is armed now, oldest first."""
        with self._lock:
            return tuple(self._armed)

    def clear(self) -> None:
        """Disarm everything."""
        with self._lock:
            self._armed.clear()

    def _use(self, place: int, armed: ArmedFault) -> None:
        if armed.times_left is None:
            return
        if armed.times_left == 1:
            del self._armed[place]
            return
        self._armed[place] = ArmedFault(name=armed.name, times_left=armed.times_left - 1, operation=armed.operation)
