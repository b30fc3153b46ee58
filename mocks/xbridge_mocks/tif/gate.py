"""The gateway's check of a call, before anything else is read (dossier 5.1, 5.3).

The order and the texts are those of the one gateway whose source was seen: caller, headers, time, nonce, signature. A
nonce is remembered once its signature held, so nobody without the token can use up another's.
"""

from __future__ import annotations

import hashlib
import hmac
import re

from werkzeug.wrappers import Request

from xbridge_mocks.clock import MockClock
from xbridge_mocks.tif.refusal import BAD_SIGNATURE, REFUSED, Refused, Trail
from xbridge_mocks.tif.registry import PaasRegistry, PaasService
from xbridge_mocks.tif.setting import TifMockSettings

__all__ = ["NAMELESS", "Gate", "signature"]

NAMELESS = PaasService(name="a client of the medical-insurance platform", paasid="undefined", token="")
_NONCE = re.compile(r"[A-Za-z0-9-]+", re.ASCII)


def signature(token: str, timestamp: str, nonce: str, user: tuple[str, str, str] | None = None) -> str:
    """The lower-case signature; ``user`` is uid, uinfo and ext of a request that is forwarded for somebody."""
    middle = "" if user is None else "," + ",".join(user)
    return hashlib.sha256(f"{timestamp}{token}{nonce}{middle}{timestamp}".encode()).hexdigest()


class Gate:
    """Knows the callers and remembers their nonces. Not thread-safe: the mock calls it under its lock."""

    def __init__(self, *, clock: MockClock, settings: TifMockSettings, registry: PaasRegistry) -> None:
        self._clock = clock
        self._settings = settings
        self._registry = registry
        self._seen: dict[tuple[str, str], int] = {}

    def clear(self) -> None:
        """Forget every nonce."""
        self._seen.clear()

    def admit(self, request: Request, trail: Trail) -> PaasService:
        """Return who calls. Raises Refused.

        Services of the medical-insurance platform take callers without a name: the literal ``undefined`` and an empty token,
        so that the signature says nothing about them (dossier 6).

        (1) known caller   (2) all headers   (3) a time   (4) within the window   (5) nonce   (6) signature
        """
        now = self._clock.now_ms() // 1000
        # (1)
        paasid = _header(request, "paasid")
        nameless = trail.operation == "medicalInsurance" and paasid == NAMELESS.paasid
        service = NAMELESS if nameless else self._registry.find(paasid)
        trail.require("paasid", service is not None, Refused(REFUSED, "unknown paas info."))
        assert service is not None
        # (2)
        timestamp, nonce, given = (_header(request, name) for name in ("timestamp", "nonce", "signature"))
        trail.require("headers", bool(timestamp and nonce and given), Refused(REFUSED, "missing headers."))
        # (3) Ten digits: text of any other length could be read two ways, because nothing separates it.
        is_time = re.fullmatch(r"[0-9]{10}", timestamp, re.ASCII) is not None
        trail.require("timestamp", is_time, Refused(REFUSED, "invalid timestamp."))
        # (4)
        age = now - int(timestamp)
        in_time = -self._settings.future_s <= age < self._settings.window_s
        trail.require("window", in_time, Refused(REFUSED, "timestamp is out of date."))
        # (5)
        self._drop(now)
        right_length = self._settings.nonce_min <= len(nonce) <= self._settings.nonce_max
        formed = right_length and _NONCE.fullmatch(nonce) is not None
        place = (service.paasid, nonce)
        trail.require("nonce", formed and place not in self._seen, Refused(REFUSED, "invalid nonce."))
        # (6)
        expected = signature(service.token, timestamp, nonce)
        holds = hmac.compare_digest(expected.encode(), given.lower().encode("utf-8", "replace"))
        trail.require("signature", holds, Refused(BAD_SIGNATURE, "bad signature."))
        self._seen[place] = now + self._settings.nonce_ttl_s
        return service

    def _drop(self, now: int) -> None:
        self._seen = {place: until for place, until in self._seen.items() if until > now}


def _header(request: Request, name: str) -> str:
    """The header's value; repeated ones arrive joined by a comma, which no value of these may hold."""
    return request.headers.get(f"x-tif-{name}", "")
