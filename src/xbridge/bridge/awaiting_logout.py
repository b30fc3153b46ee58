"""The façade's method for ending a provider's session with the browser, for asynchronous code.

``awaiting.AsyncBridge`` is what an application uses; this module is the part of it that speaks about logging out.
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


class AwaitingLogout(Shared, ABC):
    """The way out."""

    async def logout_url(self, provider: str, *, return_to: str) -> str:
        """As :meth:`xbridge.Bridge.logout_url`, awaited."""
        return await self._run(
            "logout_url", lambda now: logout_flow.logout_url(self._deps, provider, return_to=return_to)
        )

    @abstractmethod
    async def _run(self, operation: str, start: Callable[[datetime], Coroutine[Effect, Any, T]]) -> T:
        """Read the clock, run the flow, tell the audit sink how it ended, once."""
