"""A service that calls the gateway mock, written from the specification alone: its own signature, no library of ours."""

from __future__ import annotations

import hashlib
from typing import Any

from werkzeug.test import Client, TestResponse

from xbridge_mocks.tif import TifMock

ONE_OFF = "/ebus/tif/sso/connect/page/oneoffcode2yrzuserinfo"
LOGIN = "/ebus/minshengwxmp/api/r"
PERSON = "chan-tai-man"


class CallingService:
    """Signs as section 2 of ``specs/providers/tif.md`` says; every header can be changed or left out (None)."""

    def __init__(self, mock: TifMock) -> None:
        self.mock = mock
        self.credentials = mock.register_client(name="Social insurance enquiry")
        self.browser = Client(mock)
        self._count = 0

    def headers(self, *, age: int = 0, **changes: str | None) -> dict[str, str]:
        """Fresh signed headers, with changes."""
        self._count += 1
        timestamp, nonce = str(self.mock.clock.now_ms() // 1000 - age), f"{self._count:016x}"
        if changes.get("nonce"):
            nonce = str(changes["nonce"])
        if changes.get("timestamp"):
            timestamp = str(changes["timestamp"])
        text = f"{timestamp}{self.credentials.client_secret}{nonce}{timestamp}"
        values: dict[str, str | None] = {
            "paasid": self.credentials.client_id, "timestamp": timestamp, "nonce": nonce,
            "signature": hashlib.sha256(text.encode()).hexdigest(), **changes,
        }  # fmt: skip
        return {f"x-tif-{name}": value for name, value in values.items() if value is not None}

    def post(self, path: str, body: Any, headers: dict[str, str] | None = None) -> TestResponse:
        """POST ``body`` as JSON."""
        return self.browser.post(path, json=body, headers=self.headers() if headers is None else headers)

    def one_off(self, headers: dict[str, str] | None = None) -> TestResponse:
        """Ask whom a fresh one-off token stands for."""
        return self.post(ONE_OFF, {"ryz_access_token": self.mock.issue_one_off(PERSON)}, headers)
