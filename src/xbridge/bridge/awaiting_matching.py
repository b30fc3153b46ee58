"""The façade's methods for matching without disclosure, for asynchronous code.

``awaiting.AsyncBridge`` is what an application uses; this module is the part of it that speaks about matching.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Coroutine
from datetime import datetime
from typing import Any, TypeVar

from xbridge.bridge.shared import Shared
from xbridge.core.effects import Effect
from xbridge.core.matching import Matching, MatchSubject
from xbridge.flows import matching as matching_flow
from xbridge.flows import matching_answer as matching_answer_flow

T = TypeVar("T")


class AwaitingMatching(Shared, ABC):
    """Matching: asking a peer, and answering one."""

    async def match(self, subject: MatchSubject, *, reference: str, whom: str, peer: str) -> Matching:
        """As :meth:`xbridge.Bridge.match`, awaited."""
        return await self._run(
            "match",
            lambda now: matching_flow.match(
                self._deps, subject, reference=reference, whom=whom, peer=peer, now=now, entropy=self._entropy
            ),
        )

    async def answer_matching(self, raw: bytes, *, look_up: Callable[[str, str], MatchSubject | None]) -> bytes:
        """As :meth:`xbridge.Bridge.answer_matching`, awaited; ``look_up`` is called and not awaited."""
        return await self._run(
            "answer_matching",
            lambda now: matching_answer_flow.answer_matching(self._deps, raw, look_up, now=now, entropy=self._entropy),
        )

    @abstractmethod
    async def _run(self, operation: str, start: Callable[[datetime], Coroutine[Effect, Any, T]]) -> T:
        """Read the clock, run the flow, tell the audit sink how it ended, once."""
