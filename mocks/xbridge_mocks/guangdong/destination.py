"""Where a browser visit may end: a value that ``callback`` makes, and that a login carries while it is on its way."""

from __future__ import annotations

from dataclasses import dataclass

from xbridge_mocks.guangdong.registry import Service


@dataclass(frozen=True, slots=True, kw_only=True)
class Destination:
    """A verified way back: the service, the address it asked for, the registered one behind it, and the one to go to.

    ``target`` differs from ``requested`` where the first generation turns commas into ampersands.
    """

    service: Service
    requested: str
    registered: str
    target: str
    state: str | None = None
