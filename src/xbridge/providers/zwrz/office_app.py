"""粤政易, the civil servants' office app, behind the TIF gateway: who opened our page in it (dossier guangdong.md section 8).

Built on WeCom: a corporate token, then a code of the app for a ``UserId``.  Calls and paths are VERIFIED, replies INFERRED
from WeCom but for ``UserId``, the reply about a user UNKNOWN.  This is no login of ours: no ``state``, no proof, nothing
that could be linked; what binds the code to the browser is the app's own web view.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Literal
from urllib.parse import urlencode

from pydantic import BaseModel, ConfigDict, Field, SecretStr

from xbridge.core.effects import recall, remember, send
from xbridge.core.errors import ProviderRejected, ProviderUnavailable, Unsupported, VerificationError
from xbridge.core.http import MAX_REPLY_BYTES, HTTPReply, HTTPRequest
from xbridge.core.ports import Entropy
from xbridge.crypto.canonical import parse_strict
from xbridge.protocols.tif_gateway import Family, HexCase, sign_request
from xbridge.protocols.tif_nonce import draw_nonce
from xbridge.providers.zwrz.reply import MAX_TOKEN_CHARS, PROVIDER_ID, broken, is_printable

if TYPE_CHECKING:
    from xbridge.providers.zwrz.settings import ZwrzSettings

FORM = ("Content-Type", "application/x-www-form-urlencoded")
USER_PATH = "/ebus/org/v2/getuserbyuserid"
TOKEN_REFUSED = frozenset({"40014", "42001"})
"""What WeCom calls a token that is wrong or over (INFERRED here): a fresh one is fetched, once."""
_CODE = re.compile(r"-?[0-9]{1,9}", re.ASCII)
_LONGEST_S = 7200
_EARLY_S = 60


class OfficeAppSettings(BaseModel):
    """``[providers.zwrz.office_app]``: an application of 粤政易, and the gateway in front of it.

    ``paasid``, ``token``, ``hex_case``, ``nonce_len`` and ``family`` are the gateway's, as in
    ``[providers.guangdong.gateway]``.  ``flavour`` is the path under ``/ebus``: both were seen.  ``user_member`` is the
    form's field that names the user (INFERRED).
    """

    # An error never quotes its input, also where a traceback shows it: the input holds secrets.
    model_config = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True)

    base_url: str = "https://sg.digitalgd.com.cn"
    paasid: str = Field(min_length=1, max_length=128, pattern=r"^[\x21-\x2b\x2d-\x7e]+$")
    token: SecretStr = Field(min_length=8, max_length=512)
    corp_id: str = Field(min_length=1, max_length=64, pattern=r"^[A-Za-z0-9_-]+$")
    corp_secret: SecretStr
    flavour: Literal["yzyapi", "wwlapi"] = "yzyapi"
    hex_case: HexCase = "upper"
    nonce_len: int = Field(default=16, ge=10, le=36, multiple_of=2)
    family: Family = "tif"
    user_member: str = Field(default="userid", pattern=r"^[A-Za-z_][A-Za-z0-9_]{0,63}$")
    timeout_s: float = Field(default=8.0, gt=0, le=60)


class OfficeAppFace:
    """The part of :class:`~xbridge.providers.zwrz.login.Zwrz` that is an ``OfficeAppProvider``."""

    async def office_user_id(self, settings: ZwrzSettings, code: str, *, now: datetime, entropy: Entropy) -> str:
        """Return the ``UserId`` of whoever opened our page in the app with ``code``.

        (1) the remembered corporate token, or a fresh one   (2) getuserinfo; a token that is over is replaced once
        (3) an id, or nobody

        Raises ``ProviderError``, ``Unsupported``.
        """
        app = _configured(settings)
        # (1)
        token, fresh = await _corporate_token(app, now=now, entropy=entropy)
        # (2) The code is good once, and a refused token has not used it.
        path = f"/ebus/{app.flavour}/cgi-bin/user/getuserinfo"
        try:
            found = await _get(
                app, path, {"access_token": token, "code": code}, "getuserinfo", now=now, entropy=entropy
            )
        except ProviderRejected as exc:
            if fresh or exc.provider_code not in TOKEN_REFUSED:
                raise
            await remember(_memory_key(app), None, expires_at=now)
            token, _ = await _corporate_token(app, now=now, entropy=entropy)
            found = await _get(
                app, path, {"access_token": token, "code": code}, "getuserinfo", now=now, entropy=entropy
            )
        # (3) Somebody who is not of this office has an OpenId instead, and is nobody here.
        user_id = found.get("UserId")
        if not is_printable(user_id):
            raise broken("getuserinfo", "subject")
        return user_id

    async def office_user(
        self, settings: ZwrzSettings, user_id: str, *, now: datetime, entropy: Entropy
    ) -> Mapping[str, object]:
        """Return what the directory says about a user, as it came: its members are UNKNOWN.  Raises ``ProviderError``."""
        app = _configured(settings)
        content = urlencode({app.user_member: user_id}).encode()
        request = await _request(app, "POST", USER_PATH, "getuserbyuserid", now=now, entropy=entropy, content=content)
        return _document(await send(PROVIDER_ID, request), step="getuserbyuserid")


async def _corporate_token(app: OfficeAppSettings, *, now: datetime, entropy: Entropy) -> tuple[str, bool]:
    """Return the token for calls of this office, and whether it was fetched just now."""
    remembered = await recall(_memory_key(app))
    if remembered is not None:
        return remembered.decode(), False
    asked = {"corpid": app.corp_id, "corpsecret": app.corp_secret.get_secret_value()}
    path = f"/ebus/{app.flavour}/cgi-bin/gettoken"
    found = await _get(app, path, asked, "gettoken", now=now, entropy=entropy)
    token, lifetime_s = found.get("access_token"), found.get("expires_in")
    if not is_printable(token, longest=MAX_TOKEN_CHARS):
        raise broken("gettoken", "shape")
    # Without a lifetime that can be one the token serves this call only.
    if isinstance(lifetime_s, int) and not isinstance(lifetime_s, bool) and lifetime_s > _EARLY_S:
        expires_at = now + timedelta(seconds=min(lifetime_s, _LONGEST_S) - _EARLY_S)
        await remember(_memory_key(app), token.encode(), expires_at=expires_at)
    return token, True


async def _get(
    app: OfficeAppSettings, path: str, query: Mapping[str, str], step: str, *, now: datetime, entropy: Entropy
) -> Mapping[str, object]:
    # Secret and token in the query are the platform's design; the driver never logs a URL.
    request = await _request(app, "GET", f"{path}?{urlencode(query)}", step, now=now, entropy=entropy)
    return _document(await send(PROVIDER_ID, request), step=step)


async def _request(
    app: OfficeAppSettings,
    method: str,
    address: str,
    step: str,
    *,
    now: datetime,
    entropy: Entropy,
    content: bytes = b"",
) -> HTTPRequest:
    """Return the request with the gateway's signature; its nonce is spent, for a service that has one id for both."""
    signed = sign_request(
        paasid=app.paasid,
        token=app.token.get_secret_value(),
        nonce=await draw_nonce(app.paasid, length=app.nonce_len, now=now, entropy=entropy),
        now=now,
        case=app.hex_case,
        family=app.family,
    )
    return HTTPRequest(
        method=method,
        url=app.base_url + address,
        headers=(FORM, *signed) if content else signed,
        content=content,
        timeout_s=app.timeout_s,
        label=step,
    )


def _document(reply: HTTPReply, *, step: str) -> Mapping[str, object]:
    """Return the JSON object in ``reply``, where ``errcode`` is 0 or not there.

    Raises ``ProviderRejected``, ``ProviderUnavailable``, ``ProtocolError``.
    """
    if reply.status == 429 or reply.status >= 500:
        raise ProviderUnavailable(PROVIDER_ID, f"{step} answered HTTP {reply.status}; try again later")
    try:
        document = parse_strict(reply.content, max_bytes=MAX_REPLY_BYTES, allow_floats=True)
    except VerificationError as exc:
        if reply.status >= 400:
            raise _rejected(step, f"http_{reply.status}") from exc
        raise broken(step, "duplicated" if exc.reason == "duplicated" else "not_json") from exc
    if not isinstance(document, Mapping):
        raise broken(step, "shape")
    code = document.get("errcode", 0)
    if isinstance(code, bool) or str(code) != "0":
        raise _rejected(step, str(code) if _CODE.fullmatch(str(code)) else "unprintable")
    if reply.status != 200:
        raise _rejected(step, f"http_{reply.status}")
    return document


def _configured(settings: ZwrzSettings) -> OfficeAppSettings:
    if settings.office_app is None:
        raise Unsupported("no office app is configured: add the table [providers.zwrz.office_app]")
    return settings.office_app


def _memory_key(app: OfficeAppSettings) -> str:
    return f"office-app/{app.base_url}/{app.flavour}/{app.corp_id}"


def _rejected(step: str, code: str) -> ProviderRejected:
    return ProviderRejected(PROVIDER_ID, f"{step} was refused", provider_code=code, step=step)
