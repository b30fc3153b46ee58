"""WSGI middleware for a service behind the TIF gateway: the verified user in the environ, a refusal for everybody else.

PEP 3333 and nothing else: ``application = GatewayMiddleware(application, bridge)`` for Flask (``app.wsgi_app``), Django,
Bottle and every other.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable
from http import HTTPStatus
from typing import Any, Protocol

from xbridge.core.errors import StoreError, VerificationError
from xbridge.core.gateway import GatewayUser
from xbridge.web.gateway_door import USER_KEY, Answer, DoorRules

Environ = dict[str, Any]
StartResponse = Callable[..., Any]
Application = Callable[[Environ, StartResponse], Iterable[bytes]]


class Gatekeeper(Protocol):
    """What verifies: a :class:`~xbridge.Bridge`."""

    def verify_gateway_request(
        self, headers: Iterable[tuple[str, str]], *, provider: str = "guangdong"
    ) -> GatewayUser | None:
        """Return the user, None where the gateway names nobody.  Raises ``TokenInvalid``, ``StoreError``."""
        ...


class GatewayMiddleware:
    """Lets requests through that the gateway signed; ``environ["xbridge.gateway_user"]`` is then the user or None.

    Arguments as those of :class:`xbridge.web.gateway_asgi.GatewayMiddleware`.  A WSGI server joins repeated headers with
    a comma, and no header of the gateway may hold one; so they are found here too.
    """

    def __init__(
        self,
        app: Application,
        bridge: Gatekeeper,
        *,
        provider: str = "guangdong",
        exempt: Collection[str] = (),
        unsigned: Collection[str] = (),
        refusal_status: int = 400,
    ) -> None:
        """Check the settings now rather than at the first request.  Raises ``ConfigError``."""
        self._app = app
        self._bridge = bridge
        self._provider = provider
        self._rules = DoorRules(exempt=exempt, unsigned=unsigned, refusal_status=refusal_status)

    def __call__(self, environ: Environ, start_response: StartResponse) -> Iterable[bytes]:
        """Answer one request (PEP 3333)."""
        if self._rules.is_exempt(_path(environ)):
            return self._app(self._inner(environ, None, verified=False), start_response)
        headers = [(_name(key), value) for key, value in environ.items() if key.startswith("HTTP_")]
        try:
            self._rules.verify_unsigned(headers)
            user = self._bridge.verify_gateway_request(headers, provider=self._provider)
        except (VerificationError, StoreError) as error:
            return _refuse(self._rules.refuse(error), start_response)
        return self._app(self._inner(environ, user, verified=True), start_response)

    def _inner(self, environ: Environ, user: GatewayUser | None, *, verified: bool) -> Environ:
        """Return the environ for the application: the same object, as PEP 3333 lets a middleware change it."""
        hidden = [
            key
            for key in environ
            if key.startswith("HTTP_") and not self._rules.passes(_name(key), verified=verified)
        ]  # fmt: skip
        for key in hidden:
            del environ[key]
        environ[USER_KEY] = user
        return environ


def _name(key: str) -> str:
    return key.removeprefix("HTTP_").replace("_", "-").lower()


def _path(environ: Environ) -> str:
    """Return the whole path as people write it; WSGI hands bytes over in Latin-1's clothes."""
    path = f"{environ.get('SCRIPT_NAME', '')}{environ.get('PATH_INFO', '')}"
    return path.encode("latin-1", "replace").decode("utf-8", "replace")


def _refuse(answer: Answer, start_response: StartResponse) -> Iterable[bytes]:
    start_response(f"{answer.status} {_phrase(answer.status)}", list(answer.headers))
    return [answer.body]


def _phrase(status: int) -> str:
    try:
        return HTTPStatus(status).phrase
    except ValueError:
        return "Refused"
