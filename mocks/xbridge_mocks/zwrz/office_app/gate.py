"""The gateway's door before the office app: who may call, and whether a call is signed, fresh and new.

A second opinion of the dossier (guangdong.md 5.1 to 5.3), shorter than the TIF mock's and apart from it.
"""

from __future__ import annotations

import hashlib
import hmac
import re
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from werkzeug.wrappers import Request

from xbridge_mocks.clock import MockClock

__all__ = ["Gate", "OfficeAppCredentials", "Refused"]

_WINDOW_S = 180
_GATEWAY_REFUSED = 400000400


class Refused(Exception):
    """The gateway or the app says no, with its number and fixed words that hold no value."""

    def __init__(self, errcode: int, errmsg: str) -> None:
        """Keep both."""
        super().__init__(errmsg)
        self.errcode = errcode
        self.errmsg = errmsg


@dataclass(frozen=True, slots=True, kw_only=True)
class OfficeAppCredentials:
    """What an application of an office is given. The secrets are left out of ``repr``."""

    paasid: str
    token: str = field(repr=False)
    corp_id: str
    corp_secret: str = field(repr=False)


class Gate:
    """Lets a signed call of a registered application through, once."""

    def __init__(self, clock: MockClock) -> None:
        self._clock = clock
        self._applications: dict[str, OfficeAppCredentials] = {}
        self._nonces: dict[str, datetime] = {}

    def add(self, application: OfficeAppCredentials) -> None:
        """Let this application in from now on."""
        self._applications[application.paasid] = application

    def clear(self) -> None:
        """Forget the nonces; keep the applications."""
        self._nonces.clear()

    def admit(self, request: Request) -> OfficeAppCredentials:
        """Check the gateway's headers in the order of section 5.2.  Raises Refused."""
        given = {
            name: request.headers.get(f"x-tif-{name}", "") for name in ("paasid", "timestamp", "nonce", "signature")
        }
        if not all(given.values()):
            raise Refused(_GATEWAY_REFUSED, "missing headers.")
        application = self._applications.get(given["paasid"])
        if application is None:
            raise Refused(_GATEWAY_REFUSED, "unknown paas info.")
        now = self._clock.now()
        if not re.fullmatch(r"[0-9]{10}", given["timestamp"], re.ASCII):
            raise Refused(_GATEWAY_REFUSED, "invalid timestamp.")
        if abs(int(now.timestamp()) - int(given["timestamp"])) > _WINDOW_S:
            raise Refused(_GATEWAY_REFUSED, "timestamp is out of date.")
        self._nonces = {nonce: until for nonce, until in self._nonces.items() if until > now}
        if not 10 <= len(given["nonce"]) <= 36 or given["nonce"] in self._nonces:
            raise Refused(_GATEWAY_REFUSED, "invalid nonce.")
        text = given["timestamp"] + application.token + given["nonce"] + given["timestamp"]
        expected = hashlib.sha256(text.encode("utf-8", "replace")).hexdigest()
        if not hmac.compare_digest(expected.encode(), given["signature"].lower().encode("utf-8", "replace")):
            raise Refused(_GATEWAY_REFUSED, "bad signature.")
        self._nonces[given["nonce"]] = now + timedelta(seconds=600)
        return application
