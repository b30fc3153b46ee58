"""The platform's side of signing calls, stepped in one line: what was sent, opened, and what the flow made of the reply."""

from __future__ import annotations

import json
from collections.abc import Coroutine, Sequence
from dataclasses import dataclass, field
from typing import Any, TypeVar

from tests.unit.providers.iamsmart_side import CONTENT_KEY, NOON, OPEN_ID
from xbridge.core.effects import Effect, Recall, Send, Stamp, TakeStamp
from xbridge.core.http import HTTPReply
from xbridge.core.identity import Access
from xbridge.core.request import Errand, RequestKind
from xbridge.protocols.content_envelope import open_content

T = TypeVar("T")
BUSINESS_ID = "0b" * 16
STATE = "s" * 22
STAMP = Stamp(timestamp_ms=1_780_286_400_123, nonce="00112233445566778899aabbccddeeff")
ACCESS = Access(token="0" * 32, expires_at=NOON)


@dataclass
class Wire:
    """Answers every call with the next reply, and remembers address and plaintext of each."""

    replies: Sequence[HTTPReply]
    sent: list[tuple[str, dict[str, Any]]] = field(default_factory=list)

    def run(self, flow: Coroutine[Effect, Any, T]) -> T:
        """Step ``flow`` to its end."""
        replies = iter(self.replies)
        answer: Any = None
        try:
            while True:
                effect = flow.send(answer)
                if isinstance(effect, Recall):
                    answer = CONTENT_KEY
                elif isinstance(effect, TakeStamp):
                    answer = STAMP
                else:
                    assert isinstance(effect, Send), effect
                    body = json.loads(effect.request.content)["content"]
                    self.sent.append((effect.request.url, json.loads(open_content(CONTENT_KEY, body))))
                    answer = next(replies)
        except StopIteration as stop:
            result: T = stop.value
            return result
        finally:
            flow.close()


def errand(kind: RequestKind, *, user_agent: str = "") -> Errand:
    """An errand with ties of its own."""
    return Errand(kind=kind, business_id=BUSINESS_ID, state=STATE, language="en", user_agent=user_agent)


def entropy(size: int) -> bytes:
    """Bytes that count from zero: the same each time."""
    return bytes(range(size))


__all__ = ["ACCESS", "BUSINESS_ID", "OPEN_ID", "STATE", "Wire", "entropy", "errand"]
