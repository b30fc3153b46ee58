"""``access_token``: a code becomes a token, once (guangdong.md 2.2).

After any answer the same code is never sent again, with one exception: a GET that is answered 405 is repeated as a
POST, because the platform then says that it looked at the method only (VERIFIED for one first-generation client).
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import urlencode

from pydantic import SecretStr

from xbridge.core.effects import send
from xbridge.core.http import HTTPReply, HTTPRequest
from xbridge.providers.guangdong.reply import PROVIDER_ID, broken, open_document
from xbridge.providers.guangdong.settings import GuangdongSettings

STEP = "access_token"
LONGEST_LIFE_S = 60
"""A token serves one call at once, whatever a platform says about its life (2.2, 11.1)."""

_SECONDS = re.compile(r"[0-9]{1,9}", re.ASCII)
_FORM = (("Content-Type", "application/x-www-form-urlencoded"),)


@dataclass(frozen=True, slots=True, kw_only=True)
class Token:
    """An access token (opaque, may end in ``@nodeN``) and how many seconds it lives."""

    secret: SecretStr
    lifetime_s: int


async def fetch_token(settings: GuangdongSettings, code: SecretStr, redirect_uri: str) -> Token:
    """Exchange ``code``; ``redirect_uri`` is the text that authorize was given.  Raises ``ProviderError``."""
    reply = await send(PROVIDER_ID, build_token_request(settings, code, redirect_uri, method=settings.token_method))
    if reply.status == 405 and settings.token_method == "GET":
        reply = await send(PROVIDER_ID, build_token_request(settings, code, redirect_uri, method="POST"))
    return parse_token_reply(reply, hidden=(settings.client_secret, code))


def build_token_request(settings: GuangdongSettings, code: SecretStr, redirect_uri: str, *, method: str) -> HTTPRequest:
    """Return the request; a GET carries the parameters in its query by the platform's design, a POST in its body."""
    url = settings.endpoint("access_token")
    parameters = urlencode(
        {
            "client_id": settings.client_id,
            "client_secret": settings.client_secret.get_secret_value(),
            "code": code.get_secret_value(),
            "scope": settings.scope,
            "redirect_uri": redirect_uri,
            "grant_type": "authorization_code",
        }
    )
    if method == "POST":
        return HTTPRequest(
            method="POST",
            url=url,
            headers=_FORM,
            content=parameters.encode(),
            timeout_s=settings.timeout_s,
            label=STEP,
        )
    return HTTPRequest(method="GET", url=f"{url}?{parameters}", timeout_s=settings.timeout_s, label=STEP)


def parse_token_reply(reply: HTTPReply, *, hidden: tuple[SecretStr, ...] = ()) -> Token:
    """Return the token in ``reply``.

    Raises ``ProviderRejected`` for any of the error shapes, ``ProviderUnavailable`` and ``ProtocolError``.
    """
    found = _read_token(open_document(reply, step=STEP, hidden=hidden))
    # Raised here, where no local variable holds the token.
    if isinstance(found, str):
        raise broken(STEP, found)
    return found


def _read_token(document: Mapping[str, object]) -> Token | str:
    """Return the token, or what is wrong with it."""
    token = document.get("access_token")
    if not isinstance(token, str) or not token.strip() or len(token) > 1024:
        return "shape"
    if str(document.get("token_type", "Bearer")).lower() != "bearer":
        return "token_type"
    # A number or its text (2.2, VERIFIED); a token without a lifetime left is of no use to anybody.
    lifetime = document.get("expires_in", LONGEST_LIFE_S)
    if isinstance(lifetime, bool) or not _SECONDS.fullmatch(str(lifetime)) or int(str(lifetime)) == 0:
        return "expires_in"
    return Token(secret=SecretStr(token), lifetime_s=min(int(str(lifetime)), LONGEST_LIFE_S))
