"""The façade's method for the national data-sharing gateway, for asynchronous code.

``awaiting.AsyncBridge`` is what an application uses; this module is the part of it that speaks about national services.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Coroutine, Mapping
from datetime import datetime
from typing import Any, TypeVar

from xbridge.bridge.shared import Shared
from xbridge.core.effects import Effect
from xbridge.flows import national as national_flow

T = TypeVar("T")


class AwaitingNational(Shared, ABC):
    """Calls to services of the whole country."""

    async def call_national(
        self, path: str, *, body: Mapping[str, object], sid: str | None = None, provider: str = "guangdong"
    ) -> object:
        """As :meth:`xbridge.Bridge.call_national`, awaited."""
        return await self._run(
            "call_national",
            lambda now: national_flow.call_national(
                self._deps, path, body=body, sid=sid or "", provider_id=provider, now=now, entropy=self._entropy
            ),
        )

    @abstractmethod
    async def _run(self, operation: str, start: Callable[[datetime], Coroutine[Effect, Any, T]]) -> T:
        """Read the clock, run the flow, tell the audit sink how it ended, once."""
