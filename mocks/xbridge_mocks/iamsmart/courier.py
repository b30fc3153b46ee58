"""Carrying a callback to a service over HTTP, and only to this machine unless told otherwise.

The default of ``IamSmartMock.deliver``; a test in one process puts a function there instead. It follows no redirect,
reads no answer but the status, and knows nothing of what it carries.
"""

from __future__ import annotations

import http.client
import ipaddress
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from urllib.parse import urlsplit

__all__ = ["CallbackRequest", "Deliver", "Courier"]


@dataclass(frozen=True, slots=True, kw_only=True)
class CallbackRequest:
    """One POST to a service: where, with what headers, and the exact bytes."""

    url: str
    headers: Mapping[str, str]
    content: bytes = field(repr=False)
    method: str = "POST"


Deliver = Callable[[CallbackRequest], int]
"""Carries a callback and returns the HTTP status of the answer, or 0 when nobody answered."""


class Courier:
    """Posts over HTTP. ``anywhere`` lifts the limit to loopback addresses."""

    def __init__(self, *, timeout_s: float, anywhere: bool) -> None:
        self._timeout_s = timeout_s
        self._anywhere = anywhere

    def __call__(self, callback: CallbackRequest) -> int:
        """Carry ``callback``; 0 for a host that is not this machine or does not answer."""
        parts = urlsplit(callback.url)
        host = parts.hostname or ""
        if not (self._anywhere or _is_loopback(host)):
            return 0
        kind = http.client.HTTPSConnection if parts.scheme == "https" else http.client.HTTPConnection
        connection = kind(host, parts.port, timeout=self._timeout_s)
        target = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
        try:
            connection.request(callback.method, target, body=callback.content, headers=dict(callback.headers))
            return connection.getresponse().status
        except (OSError, http.client.HTTPException):
            return 0
        finally:
            connection.close()


def _is_loopback(host: str) -> bool:
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False
