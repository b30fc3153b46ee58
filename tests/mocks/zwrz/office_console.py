"""A small console for these tests: what a service sends, written from the specification.

Not xbridge's client: it checks nothing and can be told to send nonsense, because here the mock is under test.
"""

from __future__ import annotations

from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

from werkzeug.test import Client, TestResponse

from xbridge_mocks import ClientCredentials, ZwrzMock
from xbridge_mocks.zwrz.route import AUTHORIZE, TOKEN, USER

BACK = "https://console.example/cb"


class OfficeConsole:
    """One registered service and the requests it makes."""

    def __init__(self, mock: ZwrzMock, credentials: ClientCredentials) -> None:
        self.mock = mock
        self.credentials = credentials

    def question(self, **changes: Any) -> dict[str, Any]:
        """The query of a right authorize request, changed; None takes a parameter away."""
        right = {
            "response_type": "code", "scope": "all", "client_id": self.credentials.client_id, "redirect_uri": BACK,
            "state": "st",
        }  # fmt: skip
        return _changed(right, changes)

    def url(self, **changes: Any) -> str:
        """A right authorize URL, changed."""
        return f"https://zwrz.example{AUTHORIZE}?{urlencode(self.question(**changes), doseq=True)}"

    def code(self, persona: str = "chan-tai-man", *, decision: str = "approve") -> str:
        """Send an officer to log in and return the code that comes back."""
        return callback_values(self.mock.log_in(self.url(), persona, decision=decision))["code"][0]

    def token(self, code: str, /, **changes: Any) -> TestResponse:
        """Ask for a token."""
        right = {
            "client_id": self.credentials.client_id, "client_secret": self.credentials.client_secret,
            "grant_type": "authorization_code", "redirect_uri": BACK, "code": code,
        }  # fmt: skip
        return Client(self.mock).post(TOKEN, data=_changed(right, changes))

    def user(self, token: object) -> TestResponse:
        """Ask who the token stands for."""
        return Client(self.mock).post(USER, data={"access_token": token})

    def log_in(self, persona: str = "chan-tai-man") -> dict[str, Any]:
        """The whole login; returns the envelope of the officer."""
        token = self.token(self.code(persona)).get_json()["data"]["access_token"]
        document: dict[str, Any] = self.user(token).get_json()
        return document


def callback_values(callback: str) -> dict[str, list[str]]:
    """The query of a callback address."""
    return parse_qs(urlsplit(callback).query, keep_blank_values=True)


def _changed(values: dict[str, Any], changes: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in {**values, **changes}.items() if value is not None}
