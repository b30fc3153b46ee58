"""A small relying service for these tests: what a service sends, written from the specification.

Not xbridge's client: it checks nothing and can be told to send nonsense, because here the mock is under test.
"""

from __future__ import annotations

from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

from werkzeug.test import Client, TestResponse

from xbridge_mocks.client import ClientCredentials
from xbridge_mocks.guangdong import GuangdongMock
from xbridge_mocks.persona import GuangdongAccount, persona

BASE = "/pscp/sso/connect/page/oauth2"
BASES = {"am": "/am/oauth2", "tif": "/tif/sso/connect/page/oauth2", "pscp": BASE}
LOGIN = "/pscp/sso/static/"
REDIRECT = "https://service.example/cb"


def account_of(key: str) -> GuangdongAccount:
    """The Guangdong account of a persona who has one."""
    account = persona(key).guangdong
    assert account is not None
    return account


class RelyingService:
    """One registered service and the requests it makes."""

    def __init__(
        self,
        mock: GuangdongMock,
        credentials: ClientCredentials,
        redirect_uri: str = REDIRECT,
        generation: str = "pscp",
    ) -> None:
        self.mock = mock
        self.credentials = credentials
        self.redirect_uri = redirect_uri
        self.base = BASES[generation]

    def authorize_params(self, **changes: Any) -> dict[str, Any]:
        """The query of a right authorize request, changed; None takes a parameter away."""
        return _changed(
            {
                "service": "initService",
                "response_type": "code",
                "client_id": self.credentials.client_id,
                "scope": "all",
                "redirect_uri": self.redirect_uri,
            },
            changes,
        )

    def authorize_url(self, **changes: Any) -> str:
        """A right authorize URL, changed."""
        return f"https://tyrz.example{self.base}/authorize?{urlencode(self.authorize_params(**changes), doseq=True)}"

    def code(self, persona: str = "chan-tai-man", **changes: Any) -> str:
        """Send a person to log in and return the code that comes back."""
        callback = self.mock.log_in(self.authorize_url(**changes), persona)
        return callback_values(callback)["code"][0]

    def token_params(self, code: str, /, **changes: Any) -> dict[str, Any]:
        """The parameters of a right token request, changed; None takes a parameter away."""
        return _changed(
            {
                "client_id": self.credentials.client_id,
                "client_secret": self.credentials.client_secret,
                "code": code,
                "scope": "all",
                "redirect_uri": self.redirect_uri,
                "grant_type": "authorization_code",
            },
            changes,
        )

    def access_token(self, code: str, /, **changes: Any) -> TestResponse:
        """Ask for a token."""
        return Client(self.mock).get(f"{self.base}/access_token", query_string=self.token_params(code, **changes))

    def tokeninfo(self, token: str) -> TestResponse:
        """Ask who the token stands for."""
        return Client(self.mock).get(f"{self.base}/tokeninfo", query_string={"access_token": token})

    def log_in(self, persona: str = "chan-tai-man") -> dict[str, Any]:
        """The whole login; returns the tokeninfo document."""
        token = self.access_token(self.code(persona)).get_json()["access_token"]
        document: dict[str, Any] = self.tokeninfo(token).get_json()
        return document


def callback_values(callback: str) -> dict[str, list[str]]:
    """The query of a callback address."""
    return parse_qs(urlsplit(callback).query, keep_blank_values=True)


def _changed(values: dict[str, Any], changes: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in {**values, **changes}.items() if value is not None}
