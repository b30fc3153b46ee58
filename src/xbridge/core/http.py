"""An HTTP request and its reply as plain values.

A signed body must be our exact bytes, so neither class knows about JSON, cookies or redirects.  Nothing here does I/O:
``drivers/`` turns these into real traffic.  Their ``repr`` shows method, host and sizes only, because a query string or
a header may hold a secret (Guangdong carries the client secret in the query, dossier guangdong.md 2.2).
"""

from __future__ import annotations

from dataclasses import dataclass, field
from urllib.parse import urlsplit

MAX_REPLY_BYTES = 1024 * 1024


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class HTTPRequest:
    """One request: ``headers`` as ``(name, value)`` pairs in order, ``content`` the exact bytes that are sent.

    ``max_reply_bytes`` bounds the reply's body; ``timeout_s`` bounds connecting and each read, in seconds.
    """

    method: str
    url: str
    headers: tuple[tuple[str, str], ...] = ()
    content: bytes = b""
    max_reply_bytes: int = MAX_REPLY_BYTES
    timeout_s: float = 10.0
    label: str = ""

    def __repr__(self) -> str:
        """Return a form that is safe to log."""
        return f"HTTPRequest({self.label or self.method!r}, host={urlsplit(self.url).hostname!r}, {len(self.content)} bytes)"


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class HTTPReply:
    """One reply: ``headers`` with lower-case names, ``content`` the whole body."""

    status: int
    headers: tuple[tuple[str, str], ...] = field(default=())
    content: bytes = b""

    def __repr__(self) -> str:
        """Return a form that is safe to log."""
        return f"HTTPReply({self.status}, {len(self.content)} bytes)"
