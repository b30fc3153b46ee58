"""The façade's method for ending a provider's session with the browser, for blocking code.

``blocking.Bridge`` is what an application uses; this module is the part of it that speaks about logging out.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Coroutine
from datetime import datetime
from typing import Any, TypeVar

from xbridge.bridge.shared import Shared
from xbridge.core.effects import Effect
from xbridge.flows import logout as logout_flow

T = TypeVar("T")


class BlockingLogout(Shared, ABC):
    """The way out."""

    def logout_url(self, provider: str, *, return_to: str) -> str:
        """Return where to send the browser so that the provider's own session with it ends.

        End your own session first.  ``return_to`` is where the provider sends the browser afterwards: one of its
        section's ``logout_uris``, byte for byte.  A proof that was made before stays good until it is too old.  Raises
        ``Unsupported`` for a provider without a logout, and ``ConfigError``.
        """
        return self._run("logout_url", lambda now: logout_flow.logout_url(self._deps, provider, return_to=return_to))

    @abstractmethod
    def _run(self, operation: str, start: Callable[[datetime], Coroutine[Effect, Any, T]]) -> T:
        """Read the clock, run the flow, tell the audit sink how it ended, once."""
