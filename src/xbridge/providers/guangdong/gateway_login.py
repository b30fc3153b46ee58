"""Users and login sessions from services behind the TIF gateway (guangdong.md 5.5 (a) to (c)).

The paths are VERIFIED, most bodies are UNKNOWN: each sends one member, whose name is a setting, and reads the shapes of 5.6
wherever a source shows them.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from datetime import datetime
from typing import TypeVar

from xbridge.core.errors import ConfigError, Unsupported, VerificationError
from xbridge.core.gateway import GatewayReply, LoginSession, TianjinUser, TifUser
from xbridge.core.ports import Entropy
from xbridge.protocols.tif_user import (
    decode_json,
    read_login_session,
    read_swapped_session,
    read_tianjin_user,
    read_tif_user,
)
from xbridge.providers.guangdong.gateway_call import broken, call
from xbridge.providers.guangdong.gateway_settings import GatewaySettings

T = TypeVar("T")
REUSE = "shenzhen_access_token_permissions"
TIANJIN_PATH = "/ebus/tifapi/user/getuserinfo"
MAX_HANDLE = 1024
_SESSION_ID = re.compile(r"[A-Za-z0-9_.-]{1,256}", re.ASCII)


async def one_off_user(
    gateway: GatewaySettings, token: str, *, reusable: bool, now: datetime, entropy: Entropy
) -> TifUser:
    """Return whom a one-off token stands for (5.5 (a)); ``reusable`` sends the switch that lets it be used again."""
    body = {"ryz_access_token": _handle(token)}
    if reusable:
        body["ryz_access_token_switch"] = REUSE
    reply = await call(gateway, gateway.one_off_path, body=body, step="one_off_user", now=now, entropy=entropy)
    return _read("one_off_user", lambda: read_tif_user(_object(reply, "one_off_user")))


async def mini_program_login(gateway: GatewaySettings, code: str, *, now: datetime, entropy: Entropy) -> LoginSession:
    """Log the user of a mini-program in silently; the session comes in the header ``yss_mplogin``."""
    step = "mini_program_login"
    reply = await _of_code(gateway, "yssmplogin/MiniProgramLogin", code, step=step, now=now, entropy=entropy)
    return _read(step, lambda: read_login_session(_header(gateway, reply, "yss_mplogin")))


async def app_login(gateway: GatewaySettings, code: str, *, now: datetime, entropy: Entropy) -> LoginSession | TifUser:
    """Log the user of the app in; the header ``yss_login`` holds a person's session or an enterprise's flat object."""
    path = gateway.app_login_path or f"{gateway.login_path}/ysslogin/app/login"
    body = {gateway.code_member: _handle(code)}
    reply = await call(gateway, path, body=body, step="app_login", now=now, entropy=entropy)

    def read() -> LoginSession | TifUser:
        document = _header(gateway, reply, "yss_login")
        return read_login_session(document) if "session_info" in document else read_tif_user(document)

    return _read("app_login", read)


async def login_session(
    gateway: GatewaySettings, sid: str, *, device_id: str, hint: str, now: datetime, entropy: Entropy
) -> LoginSession:
    """Return the session that the header ``x-tif-sid`` names."""
    step = "login_session"
    path, keys = f"{gateway.login_path}/ysslogin/app/getSession", _keys(gateway, sid, device_id, hint)
    reply = await call(gateway, path, body={}, headers=keys, step=step, now=now, entropy=entropy)
    return _same_session(sid, _read(step, lambda: read_login_session(_object(reply, step))))


async def company_code(
    gateway: GatewaySettings, sid: str, *, device_id: str, hint: str, now: datetime, entropy: Entropy
) -> str:
    """Return a one-time code for the enterprise session ``sid``, for another machine room to swap."""
    step = "company_code"
    path, keys = f"{gateway.login_path}/yssuser/GetCorpCode", _keys(gateway, sid, device_id, hint)
    reply = await call(gateway, path, body={}, headers=keys, step=step, now=now, entropy=entropy)
    code = _object(reply, step).get(gateway.code_member)
    if not isinstance(code, str) or not 0 < len(code) <= MAX_HANDLE:
        raise broken(step, "shape")
    return code


async def session_of_sid(
    gateway: GatewaySettings, sid: str, *, device_id: str, hint: str, now: datetime, entropy: Entropy
) -> LoginSession:
    """Return what another machine room makes of the person's session ``sid``; nothing of it is fresh."""
    step = "session_of_sid"
    keys = _keys(gateway, sid, device_id, hint)
    reply = await call(
        gateway, gateway.sid_to_session_path, body={}, headers=keys, step=step, now=now, entropy=entropy
    )  # fmt: skip
    return _read(step, lambda: read_swapped_session(sid, _object(reply, step)))


async def company_of_code(gateway: GatewaySettings, code: str, *, now: datetime, entropy: Entropy) -> TifUser:
    """Return the enterprise whose one-time code another machine room gave out."""
    step = "company_of_code"
    route = "yssuser/CorpCodeToSession_OtherSeverRoom"
    reply = await _of_code(gateway, route, code, step=step, now=now, entropy=entropy)
    return _read(step, lambda: read_tif_user(_object(reply, step)))


async def session_of_code(gateway: GatewaySettings, code: str, *, now: datetime, entropy: Entropy) -> LoginSession:
    """Return the person's session whose one-time code another machine room gave out."""
    step = "session_of_code"
    reply = await _of_code(
        gateway, "yssuser/CodeToSession_OtherSeverRoom", code, step=step, now=now, entropy=entropy
    )  # fmt: skip
    return _read(step, lambda: read_login_session(_object(reply, step)))


async def tianjin_user(gateway: GatewaySettings, uid: str, *, now: datetime, entropy: Entropy) -> TianjinUser:
    """Return the user ``uid`` of the sibling platform.  Raises ``Unsupported`` unless ``tianjin`` is set."""
    if not gateway.tianjin:
        raise Unsupported("this route is known in Tianjin only; [providers.guangdong.gateway] tianjin switches it on")
    step = "tianjin_user"
    reply = await call(gateway, TIANJIN_PATH, body={"uid": _handle(uid)}, step=step, now=now, entropy=entropy)
    return _read(step, lambda: read_tianjin_user(uid, _object(reply, step)))


async def _of_code(
    gateway: GatewaySettings, route: str, code: str, *, step: str, now: datetime, entropy: Entropy
) -> GatewayReply:
    body = {gateway.code_member: _handle(code)}
    return await call(gateway, f"{gateway.login_path}/{route}", body=body, step=step, now=now, entropy=entropy)


def _keys(gateway: GatewaySettings, sid: str, device_id: str, hint: str) -> tuple[tuple[str, str], ...]:
    """Return the headers that name a session; the device and the hint are optional, and what they do is UNKNOWN."""
    # They go into headers, so they are checked rather than quoted.
    if not _SESSION_ID.fullmatch(sid) or not all(_SESSION_ID.fullmatch(each) for each in (device_id, hint) if each):
        raise ConfigError("a session id, device id or hint is letters, digits, dots, hyphens and underscores")
    named = ((f"x-{gateway.family}-sid", sid), (f"x-{gateway.family}-did", device_id), ("x-ysshint", hint))
    return tuple((name, value) for name, value in named if value)


def _same_session(sid: str, found: LoginSession) -> LoginSession:
    """Return the session if it is the one that was asked for; after a renewal it answers to its old id too."""
    if sid not in (found.sid, found.old_sid):
        raise broken("login_session", "sid")
    return found


def _handle(text: str) -> str:
    if not 0 < len(text) <= MAX_HANDLE:
        raise ConfigError("a code or token for the gateway has between 1 and 1024 characters")
    return text


def _header(gateway: GatewaySettings, reply: GatewayReply, name: str) -> Mapping[str, object]:
    """Return the JSON object in a header of the reply, in base64 (INFERRED).  Raises ``VerificationError``."""
    values = [value for each, value in reply.headers if each == name]
    if len(values) != 1:
        raise VerificationError("header", reason="duplicated" if values else "missing")
    return decode_json(values[0], form=gateway.ext_form, claim="header")


def _object(reply: GatewayReply, step: str) -> Mapping[str, object]:
    if not isinstance(reply.data, Mapping):
        raise broken(step, "shape")
    return reply.data


def _read(step: str, read: Callable[[], T]) -> T:
    """Read a reply; what is wrong with it is the provider's doing, and its cause quotes nothing."""
    try:
        return read()
    except VerificationError as exc:
        raise broken(step, f"{exc.claim}_{exc.reason}") from exc
