"""Text messages that the platform would send to somebody's phone; in this mock they wait to be read by a test."""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass
from datetime import datetime
from threading import Lock

_KEPT = 1000


@dataclass(frozen=True, slots=True, kw_only=True)
class Message:
    """One message: to which persona's phone, saying which login name, at what time."""

    persona: str
    phone: str
    login_name: str
    at: datetime


class Outbox:
    """The last messages of one mock, oldest first.  Thread-safe."""

    def __init__(self) -> None:
        """Start with none."""
        self._messages: deque[Message] = deque(maxlen=_KEPT)
        self._lock = Lock()

    def send(self, message: Message) -> None:
        """Add one."""
        with self._lock:
            self._messages.append(message)

    def all(self) -> tuple[Message, ...]:
        """Return those still held, oldest first."""
        with self._lock:
            return tuple(self._messages)

    def clear(self) -> None:
        """Forget all."""
        with self._lock:
            self._messages.clear()
