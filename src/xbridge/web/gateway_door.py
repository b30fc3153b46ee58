"""What both gateway middlewares share: whose headers go on to the application, and how the others are answered.

``gateway_asgi`` and ``gateway_wsgi`` are the two doors; this module knows neither.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Iterable
from dataclasses import dataclass

from xbridge.core.errors import ConfigError, StoreError, TokenInvalid, VerificationError
from xbridge.protocols.tif_gateway import Refusal, is_gateway_header, refusal_for, spelling_of

USER_KEY = "xbridge.gateway_user"
"""Where the application finds the user: in the ASGI scope and in the WSGI environ."""
STATE_NAME = "gateway_user"
"""The same in ``scope["state"]``: ``request.state.gateway_user`` in Starlette and FastAPI."""
# The gateway's own code for trouble of its own (one gateway's source, fs:16340256714).
_TROUBLE = Refusal(errcode=400000529, errmsg="internal error.")


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """A refusal as HTTP: status, headers and body."""

    status: int
    headers: tuple[tuple[str, str], ...]
    body: bytes


class DoorRules:
    """The settings of one middleware, checked when it is made."""

    def __init__(self, *, exempt: Collection[str], unsigned: Collection[str], refusal_status: int) -> None:
        """``exempt`` are whole paths; ``unsigned`` header names that pass.  Raises ``ConfigError``."""
        if isinstance(exempt, str) or not all(path.startswith("/") for path in exempt):
            raise ConfigError("exempt is a list of whole paths, each starting with a slash")
        if isinstance(unsigned, str):
            raise ConfigError("unsigned is a list of header names")
        if not 400 <= refusal_status <= 499:
            raise ConfigError("refusal_status is a client error, 400 to 499")
        self._exempt = frozenset(exempt)
        self._unsigned = frozenset(spelling_of(name) for name in unsigned)
        self._status = refusal_status

    def is_exempt(self, path: str) -> bool:
        """Return whether ``path``, decoded and whole, needs no gateway."""
        return path in self._exempt

    def passes(self, name: str, *, verified: bool) -> bool:
        """Return whether the header ``name`` goes on to the application.

        None of the gateway's own does: the user is told apart from them, so that nobody reads a header by mistake in
        a place where it was not checked.  Of a verified request, those in ``unsigned`` do.
        """
        if not is_gateway_header(name):
            return True
        return verified and spelling_of(name) in self._unsigned

    def verify_unsigned(self, headers: Iterable[tuple[str, str]]) -> None:
        """Check that each header that ``unsigned`` lets through is there once at most, in whatever spelling.

        Servers that join repeated headers do so with a comma.  Raises ``TokenInvalid("headers", reason="duplicated")``.
        """
        seen: set[str] = set()
        for name, value in headers:
            spelling = spelling_of(name)
            if spelling not in self._unsigned or not is_gateway_header(name):
                continue
            if spelling in seen or "," in value:
                raise TokenInvalid("headers", reason="duplicated")
            seen.add(spelling)

    def refuse(self, error: VerificationError | StoreError) -> Answer:
        """Return the answer to a request that ``error`` stopped, in the gateway's shape (guangdong.md 5.3)."""
        refusal, status = (
            (refusal_for(error), self._status) if isinstance(error, VerificationError) else (_TROUBLE, 503)
        )
        body = json.dumps({"errcode": refusal.errcode, "errmsg": refusal.errmsg}, separators=(",", ":")).encode()
        headers = (
            ("Content-Type", "application/json"),
            ("Content-Length", str(len(body))),
            ("Cache-Control", "no-store"),
        )
        return Answer(status=status, headers=headers, body=body)
