"""The smallest service a person can come back to: it keeps what its callback was given, and says so on a page.

It verifies nothing; what a service must check is the library's business, and tested there.
"""

from __future__ import annotations

from types import TracebackType
from typing import Any, Self
from urllib.parse import urlencode

from werkzeug.test import Client
from werkzeug.wrappers import Request, Response

from xbridge.demo.server import LoopbackServer
from xbridge_mocks.client import ClientCredentials
from xbridge_mocks.server import RunningMocks
from xbridge_mocks.text import Language

STATE = "state-of-this-test"
_SPELLING: dict[Language, str] = {"en": "en-US", "zh-Hant": "zh-HK", "zh-Hans": "zh-CN"}
_PAGE = '<!doctype html><html lang="en"><title>Back</title><link rel="icon" href="data:,"><h1>Back at the service</h1>'


class RelyingService:
    """A service on loopback that is registered with the mocks; ``returned`` is what each callback carried."""

    def __init__(self, mocks: RunningMocks) -> None:
        self.returned: list[dict[str, str]] = []
        self._mocks = mocks
        self._server = LoopbackServer(self._answer)
        self.callback = f"{self._server.url}/cb"
        given: dict[str, Any] = {"name": "Library card", "redirect_uris": [self.callback]}
        self._iamsmart: ClientCredentials = mocks.world.iamsmart.register_client(**given)
        self._guangdong: ClientCredentials = mocks.world.guangdong.register_client(**given)
        self._corpid: ClientCredentials = mocks.world.corpid.register_client(**given)
        self._zwrz: ClientCredentials = mocks.world.zwrz.register_client(**given)

    def iamsmart_login(self, language: Language) -> str:
        """The address that begins a login with iAM Smart."""
        asked = {
            "clientID": self._iamsmart.client_id,
            "responseType": "code",
            "source": "PC_Browser",
            "redirectURI": self.callback,
            "scope": "eidapi_auth eidapi_profiles",
            "lang": _SPELLING[language],
            "state": STATE,
        }
        return f"{self._mocks.iamsmart_url}/api/v1/auth/getQR?{urlencode(asked)}"

    def corpid_login(self, language: Language) -> str:
        """The address that begins a company's login, in production shape."""
        asked = {
            "clientID": self._corpid.client_id,
            "responseType": "code",
            "source": "PC_Browser",
            "redirectURI": self.callback,
            "scope": "eidapi_auth",
            "cScope": "corpidapi_auth",
            "lang": _SPELLING[language],
            "state": STATE,
        }
        return f"{self._mocks.corpid_url}/api/v1/auth/corpId/getQR?{urlencode(asked)}"

    def guangdong_login(self) -> str:
        """The address that begins a login with the Guangdong platform, which takes no language."""
        asked = {
            "service": "initService",
            "response_type": "code",
            "client_id": self._guangdong.client_id,
            "scope": "all",
            "redirect_uri": self.callback,
        }
        return f"{self._mocks.guangdong_url}/pscp/sso/connect/page/oauth2/authorize?{urlencode(asked)}"

    def guangdong_level(self) -> str:
        """Exchange the last code that came back, and return the level the platform tells of the account."""
        platform, base = Client(self._mocks.world.guangdong), "/pscp/sso/connect/page/oauth2"
        asked = {
            "client_id": self._guangdong.client_id,
            "client_secret": self._guangdong.client_secret,
            "code": self.returned[-1]["code"],
            "scope": "all",
            "redirect_uri": self.callback,
            "grant_type": "authorization_code",
        }
        token = platform.get(f"{base}/access_token", query_string=asked).get_json()["access_token"]
        account = platform.get(f"{base}/tokeninfo", query_string={"access_token": token}).get_json()
        return str(account["userobj"]["creditable_level_of_account"])

    def zwrz_login(self) -> str:
        """The address that begins a civil servant's login; the platform takes no language."""
        asked = {
            "response_type": "code",
            "scope": "all",
            "client_id": self._zwrz.client_id,
            "redirect_uri": self.callback,
            "state": STATE,
        }
        return f"{self._mocks.zwrz_url}/zwrz/rz/sso/oauth/authorize?{urlencode(asked)}"

    def __enter__(self) -> Self:
        """Start to answer."""
        self._server.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Stop."""
        self._server.stop()

    def _answer(self, environ: Any, start_response: Any) -> Any:
        request = Request(environ)
        if request.path == "/cb":
            self.returned.append(request.args.to_dict())
        return Response(_PAGE, content_type="text/html; charset=utf-8")(environ, start_response)
