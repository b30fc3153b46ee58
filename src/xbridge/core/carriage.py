"""How a login's callback carries our state, where a platform does not bring ``state`` back by itself (guangdong.md 2.1).

A word of a provider about its platform.  What follows from it is checked in ``flows/carriage.py``.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal, Protocol, runtime_checkable


@dataclass(frozen=True, slots=True, kw_only=True)
class StateCarriage:
    """How a callback shows which login it ends.

    ``where``: as the parameter ``state`` in its query, as the last segment of its path, or not at all; then nothing but the
    browser's session ties it to a login, of which that session has one at a time.  ``copies`` is how often the parameter
    may appear, each time with our value.  ``joint`` is what stands between parameters that travelled inside a redirect URI.
    ``max_login_s`` shortens the time for such a login.
    """

    where: Literal["query", "path", "session"] = "query"
    joint: Literal["&", ","] = "&"
    copies: int = 1
    max_login_s: int | None = None


@runtime_checkable
class StateCarrier(Protocol):
    """A provider whose platform may not bring ``state`` back as a parameter of its own."""

    def state_carriage(self, settings: Any) -> StateCarriage:
        """Return how its callbacks carry our state.  Pure."""
        ...
