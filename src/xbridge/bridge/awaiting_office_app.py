"""The façade's methods for the civil servants' office app, for asynchronous code.

``awaiting.AsyncBridge`` is what an application uses; this module is the part of it that speaks about the office app.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Coroutine, Mapping
from datetime import datetime
from typing import Any, TypeVar

from xbridge.bridge.shared import Shared
from xbridge.core.effects import Effect
from xbridge.flows import office_app as office_app_flow

T = TypeVar("T")


class AwaitingOfficeApp(Shared, ABC):
    """People of an office, by its app."""

    async def office_user_id(self, code: str, *, provider: str = "zwrz") -> str:
        """As :meth:`xbridge.Bridge.office_user_id`, awaited."""
        return await self._run(
            "office_user_id",
            lambda now: office_app_flow.office_user_id(
                self._deps, code, provider_id=provider, now=now, entropy=self._entropy
            ),
        )

    async def office_user(self, user_id: str, *, provider: str = "zwrz") -> Mapping[str, object]:
        """As :meth:`xbridge.Bridge.office_user`, awaited."""
        return await self._run(
            "office_user",
            lambda now: office_app_flow.office_user(
                self._deps, user_id, provider_id=provider, now=now, entropy=self._entropy
            ),
        )

    @abstractmethod
    async def _run(self, operation: str, start: Callable[[datetime], Coroutine[Effect, Any, T]]) -> T:
        """Read the clock, run the flow, tell the audit sink how it ended, once."""
