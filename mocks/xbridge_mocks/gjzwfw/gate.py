"""The signature of a call: ``gjzwfwpt_sign`` over sid, rid and time, in the order of the specification.

A second opinion, written from the dossier: base64 of HMAC-SHA256 under the app's secret over ``sid + rid + rtime``.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import re
from typing import NoReturn

from werkzeug.wrappers import Request

from xbridge_mocks.clock import MockClock
from xbridge_mocks.gjzwfw.registry import Registry
from xbridge_mocks.gjzwfw.setting import GjzwfwMockSettings
from xbridge_mocks.journal import Check

__all__ = ["Gate", "Refused", "signature"]

_MILLISECONDS = re.compile(r"[0-9]{13}", re.ASCII)


class Refused(Exception):
    """The gateway says no.  ``detail`` is a fixed word for the journal and never holds a value."""

    def __init__(self, detail: str) -> None:
        """Keep the word."""
        super().__init__(detail)
        self.detail = detail


def signature(app_secret: str, sid: str, rid: str, rtime: str) -> str:
    """The signature that belongs to these three."""
    mac = hmac.new(app_secret.encode(), (sid + rid + rtime).encode("utf-8", "replace"), hashlib.sha256)
    return base64.b64encode(mac.digest()).decode("ascii")


class Gate:
    """Lets a signed call through once."""

    def __init__(self, *, clock: MockClock, settings: GjzwfwMockSettings, registry: Registry) -> None:
        self._clock = clock
        self._settings = settings
        self._registry = registry
        self._seen: set[tuple[str, str]] = set()

    def check(self, request: Request, checks: list[Check]) -> None:
        """Check the headers, writing each step into ``checks``.  Raises Refused.

        (1) all four there, each once   (2) the caller   (3) the signature   (4) the time   (5) not seen before
        """

        def refuse(name: str, detail: str) -> NoReturn:
            checks.append(Check(name=name, passed=False, detail=detail))
            raise Refused(detail)

        # (1)
        given = {name: self._single(request, f"gjzwfwpt_{name}") for name in ("rid", "sid", "rtime", "sign")}
        for name, value in given.items():
            if not value:
                refuse(name, f"{name} missing or repeated")
        sid, rid, rtime, sign = (given[name] for name in ("sid", "rid", "rtime", "sign"))
        # (2)
        caller = self._registry.caller(sid)
        if caller is None:
            refuse("sid", "unknown caller")
        # (3) Before the time, so that a stranger learns nothing about our clock.
        if not hmac.compare_digest(
            signature(caller.app_secret, sid, rid, rtime).encode(), sign.encode("utf-8", "replace")
        ):
            refuse("sign", "wrong signature")
        # (4)
        window = self._settings.window_ms
        if not _MILLISECONDS.fullmatch(rtime):
            refuse("rtime", "not milliseconds")
        if window is not None and abs(self._clock.now_ms() - int(rtime)) > window:
            refuse("rtime", "out of the window")
        # (5)
        if self._settings.refuse_replays and (sid, sign) in self._seen:
            refuse("sign", "seen before")
        self._seen.add((sid, sign))
        checks.append(Check(name="sign", passed=True))

    def clear(self) -> None:
        """Forget which calls were seen."""
        self._seen.clear()

    @staticmethod
    def _single(request: Request, name: str) -> str:
        # A server joins repeated headers with a comma, which none of the four may hold.
        value = request.headers.get(name, "")
        return "" if "," in value else value
