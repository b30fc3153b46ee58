"""Proxy mode: the gateway in front of the developer's own service (dossier 5.2).

Whatever comes below ``/app/{paasid}/`` goes on to the address that was registered, with signed headers about whoever is
logged in. What a stranger sends under the gateway's names is taken away first. Bodies are read whole; nothing is streamed.
"""

from __future__ import annotations

import http.client
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from urllib.parse import quote, urlsplit

from xbridge_mocks.clock import MockClock
from xbridge_mocks.fault import Faults
from xbridge_mocks.random_source import RandomSource
from xbridge_mocks.tif.gate import signature
from xbridge_mocks.tif.misbehaviour import FORWARD, FORWARD_FAULTS
from xbridge_mocks.tif.refusal import Trail
from xbridge_mocks.tif.registry import PaasService
from xbridge_mocks.tif.setting import TifMockSettings

__all__ = ["Forwarded", "ForwardReply", "Forwarder", "Headers", "User", "over_http", "stripped"]

Headers = tuple[tuple[str, str], ...]
User = tuple[str, str, str]
_HOP_BY_HOP = frozenset({
    "connection", "keep-alive", "proxy-authenticate", "proxy-authorization", "proxy-connection", "te", "trailer",
    "transfer-encoding", "upgrade",
})  # fmt: skip
_OWN = ("x-tif-", "x-rio-")
_REPLY_LIMIT = 16 * 1024 * 1024


@dataclass(frozen=True, slots=True, kw_only=True)
class Forwarded:
    """A request on its way to the developer's service; ``target`` is path and query."""

    upstream: str
    method: str
    target: str
    headers: Headers = field(repr=False)
    content: bytes = field(repr=False)
    timeout_s: float = 10.0


@dataclass(frozen=True, slots=True, kw_only=True)
class ForwardReply:
    """What the developer's service answered."""

    status: int
    headers: Headers = field(repr=False)
    content: bytes = field(repr=False)


def over_http(request: Forwarded) -> ForwardReply:
    """Send it over a real connection. Raises OSError or http.client.HTTPException when that fails."""
    parts = urlsplit(request.upstream)
    kind = http.client.HTTPSConnection if parts.scheme == "https" else http.client.HTTPConnection
    connection = kind(parts.hostname or "", parts.port, timeout=request.timeout_s)
    try:
        connection.putrequest(request.method, f"{parts.path}{request.target}", skip_accept_encoding=True)
        for name, value in request.headers:
            connection.putheader(name, value.encode("latin-1"))
        connection.putheader("Content-Length", str(len(request.content)))
        connection.endheaders(request.content)
        reply = connection.getresponse()
        return ForwardReply(
            status=reply.status, headers=stripped(reply.getheaders(), own=False), content=reply.read(_REPLY_LIMIT)
        )  # fmt: skip
    finally:
        connection.close()


def stripped(headers: Iterable[tuple[str, str]], *, own: bool = True) -> Headers:
    """The headers that go on: none that belong to one connection and, of a request, none that only a gateway may set."""
    given = list(headers)
    # What Connection names belongs to the connection, too (RFC 9110 section 7.6.1).
    named = {part.strip().lower() for name, value in given if name.lower() == "connection" for part in value.split(",")}
    dropped = _HOP_BY_HOP | named | {"content-length"} | ({"host"} if own else set())
    return tuple(
        (name, value)
        for name, value in given
        if name.lower() not in dropped
        and not (own and name.lower().replace("_", "-").startswith(_OWN))
    )  # fmt: skip


class Forwarder:
    """Signs and sends. ``send`` is :func:`over_http` unless a test gives another."""

    def __init__(
        self,
        *,
        clock: MockClock,
        random: RandomSource,
        settings: TifMockSettings,
        faults: Faults,
        send: Callable[[Forwarded], ForwardReply] = over_http,
    ) -> None:
        self.send = send
        self._clock = clock
        self._random = random
        self._settings = settings
        self._faults = faults

    def forward(
        self,
        service: PaasService,
        *,
        method: str,
        path: str,
        query: str,
        headers: Headers,
        content: bytes,
        user: User | None,
        another: User,
        trail: Trail,
    ) -> ForwardReply:
        """Forward one request for ``user`` (None: nobody is logged in). Raises OSError and HTTPException of http.client.

        ``another`` is somebody else, for the faults that need one.
        """
        armed = {name for name, _, _ in FORWARD_FAULTS if self._faults.take(name, FORWARD)}
        trail.faults += sorted(armed)
        request = Forwarded(
            upstream=service.upstream,
            method=method,
            # Path and query leave as they came: percent-encoded, once.
            target=quote(path, safe="/~:@!$&'()*+,;=-._") + (f"?{query}" if query else ""),
            headers=(*stripped(headers), *self._signed(service, user, another, armed)),
            content=content,
            timeout_s=self._settings.forward_timeout_s,
        )
        if "replayed_nonce" in armed:
            self.send(request)
        return self.send(request)

    def _signed(self, service: PaasService, user: User | None, another: User, armed: set[str]) -> Headers:
        now = self._clock.now_ms() // 1000
        now += -86400 if "stale_timestamp" in armed else 86400 if "future_timestamp" in armed else 0
        timestamp, nonce = str(now), self._random.hex(8)
        told = user
        if told is not None and "garbled_ext" in armed:
            told = (told[0], told[1], "not-base64!")
        signed = signature(service.token, timestamp, nonce, told if "unsigned_user" not in armed else None)
        if (self._settings.hex_case == "upper") is not ("upper_case_hex" in armed):
            signed = signed.upper()
        if "wrong_signature" in armed:
            signed = signed[:-1] + ("0" if signed[-1] != "0" else "1")
        if "user_in_nonce" in armed and told is not None:
            nonce, told = ",".join((nonce, *told)), None
        if "swapped_user" in armed and told is not None:
            told = (another[0], *told[1:])
        if "unsigned_user" in armed:
            told = ("", *another[1:])
        return self._named(service, timestamp, nonce, signed, told, another, armed)

    def _named(
        self,
        service: PaasService,
        timestamp: str,
        nonce: str,
        signed: str,
        told: User | None,
        another: User,
        armed: set[str],
    ) -> Headers:
        pairs = [("paasid", service.paasid), ("timestamp", timestamp), ("nonce", nonce), ("signature", signed)]
        if told is not None:
            pairs += [("uid", told[0]), ("uinfo", told[1]), ("ext", told[2])]
        if "two_uids" in armed:
            pairs.append(("uid", another[0]))
        family = "rio" if "predecessor_headers" in armed else "tif"
        return tuple(
            (f"x-{family}-{name}", value)
            for name, value in pairs
            if not (name == "nonce" and "missing_header" in armed)
        )
