"""Between our two plain HTTP values and httpx, for both colours.

Transports are used directly and not through ``httpx.Client``: no redirects, no cookies, no environment proxies, and no
log line with the URL, which for Guangdong holds the client secret (guangdong.md 2.2).
"""

from __future__ import annotations

import ssl

import httpx

from xbridge.core.errors import ProtocolError, ProviderUnavailable, XBridgeError
from xbridge.core.http import HTTPReply, HTTPRequest


def new_ssl_context() -> ssl.SSLContext:
    """Return the one TLS context of a Bridge: certificates and host names checked, TLS 1.2 or newer."""
    context = httpx.create_ssl_context(verify=True, trust_env=False)
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    return context


def to_httpx(request: HTTPRequest) -> httpx.Request:
    """Return the httpx form; the body is sent as given, uncompressed replies only."""
    timeout = httpx.Timeout(request.timeout_s).as_dict()
    headers = [("Accept", "application/json"), ("Accept-Encoding", "identity"), *request.headers]
    return httpx.Request(
        request.method, request.url, headers=headers, content=request.content, extensions={"timeout": timeout}
    )


def to_reply(response: httpx.Response, content: bytes) -> HTTPReply:
    """Return our form of ``response`` with its already bounded body."""
    headers = tuple((name.lower(), value) for name, value in response.headers.multi_items())
    return HTTPReply(status=response.status_code, headers=headers, content=content)


def too_large(provider: str, request: HTTPRequest) -> ProtocolError:
    """Return the error for a body over the limit."""
    return ProtocolError(
        provider,
        f"the reply to {request.label or request.method} is larger than {request.max_reply_bytes} bytes",
        step=request.label,
        reason="too_large",
    )


def translated(provider: str, request: HTTPRequest, exc: Exception) -> XBridgeError:
    """Return our error for a foreign one; the text never quotes the URL, and ``exc`` keeps no frame that holds it."""
    _forget_frames(exc)
    if isinstance(exc, httpx.TransportError | OSError | ssl.SSLError):
        kind = "timed out" if isinstance(exc, httpx.TimeoutException) else "could not be reached"
        # Only before there is a connection is it certain that nothing arrived.
        sent = not isinstance(exc, httpx.ConnectError | httpx.ConnectTimeout | httpx.PoolTimeout)
        return ProviderUnavailable(provider, f"{request.label or request.method} {kind}; try again", sent=sent)
    return ProtocolError(
        provider, f"{request.label or request.method} could not be sent or read", step=request.label, reason="transport"
    )


def _forget_frames(exc: BaseException) -> None:
    """Drop the tracebacks of ``exc`` and of what stands behind it.

    Their frames are those of the HTTP library, and a reporter that prints local variables would print the request with
    its URL.  What happened stays in the types and texts.
    """
    waiting: list[BaseException | None] = [exc]
    seen: set[int] = set()
    while waiting:
        each = waiting.pop()
        if each is not None and id(each) not in seen:
            seen.add(id(each))
            each.__traceback__ = None
            waiting += [each.__cause__, each.__context__]
