"""Reading what the TIF gateway and the services behind it tell about people (guangdong.md 5.2, 5.5, 5.6).

Every reader takes hostile JSON and returns a frozen value from ``core/gateway.py``.  Texts must be texts, and only numbers
may come as text; what is missing is empty, except what decides who somebody is.  Nothing here checks a signature: read only
what was verified, or came over TLS from the gateway.
"""

from __future__ import annotations

import base64
import binascii
import re
from collections.abc import Mapping
from dataclasses import fields
from datetime import datetime, timedelta
from types import MappingProxyType
from typing import Any, Literal

from xbridge.core.errors import VerificationError
from xbridge.core.gateway import AccountType, GatewayUser, LoginSession, TianjinUser, TifUser
from xbridge.core.moment import from_seconds
from xbridge.crypto.canonical import parse_strict_object

ExtForm = Literal["base64", "base64_lax"]
MAX_JSON_BYTES = 64 * 1024
MAX_TEXT = 1024
_NUMBER = re.compile(r"[0-9]{1,10}", re.ASCII)
_LEVEL = re.compile(r"L[0-9]", re.ASCII)
_PARTS = ("session_id", "session_info", "session_ctl")
_SWAP_TIMES = ("face_time", "face_authtime", "realname_time")
_LIFETIMES = ("face_expire_time", "realname_expire_time")
_MILLISECONDS = re.compile(r"[0-9]{12,13}", re.ASCII)
_OF_EXT = ("name", "face_expire", "realname_expire")


def decode_json(text: str, *, form: ExtForm, claim: str) -> dict[str, object]:
    """Return the JSON object that ``text`` holds in base64; an empty text holds an empty one.

    ``"base64"`` is the standard alphabet with padding (VERIFIED); ``"base64_lax"`` also takes the URL-safe one and
    missing padding.  Raises ``VerificationError(claim, …)``.
    """
    if not text:
        return {}
    if form == "base64_lax":
        text = text.replace("-", "+").replace("_", "/").rstrip("=")
        text += "=" * (-len(text) % 4)
    try:
        raw = base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError):
        # The cause is dropped on purpose: it may quote what it could not read.
        raise VerificationError(claim, reason="malformed") from None
    return parse_strict_object(raw, max_bytes=MAX_JSON_BYTES, allow_floats=True, claim=claim)


def read_gateway_user(*, uid: str, uinfo: str, ext: str, form: ExtForm = "base64") -> GatewayUser:
    """Return the user in three verified headers.  Raises ``VerificationError("user", …)``."""
    document = decode_json(ext, form=form, claim="user")
    return GatewayUser(
        uid=uid,
        document_number=uinfo,
        name=_text(document, "name"),
        face_expires_at=_moment(document, "face_expire"),
        realname_expires_at=_moment(document, "realname_expire"),
        extra=_members({name: value for name, value in document.items() if name not in _OF_EXT}),
    )


def read_tif_user(document: Mapping[str, object]) -> TifUser:
    """Return the flat user object (5.6).  Raises ``VerificationError("user", …)``."""
    known: dict[str, Any] = {each.name: _text(document, each.name) for each in fields(TifUser) if each.type == "str"}
    known |= {
        "uid": _needed(document, "uid"),
        "account_type": _account_type(document),
        "level": _level(document),
        "login_type": _word_or_number(document, "login_type"),
        "times": _number(document, "times"),
    }
    return TifUser(**known)


def read_login_session(document: Mapping[str, object]) -> LoginSession:
    """Return the session in its three parts, or merged into one as at run time (5.6).

    Raises ``VerificationError("user", …)``; ``duplicated`` when two parts state one field.
    """
    merged = _merged(document)
    known: dict[str, Any] = {
        each.name: _text(merged, each.name) for each in fields(LoginSession) if each.type == "str"
    }  # fmt: skip
    known |= {
        "sid": _needed(merged, "sid"),
        "uid": _needed(merged, "uid"),
        "account_type": _account_type(merged),
        "level": _level(merged),
        # Both names were seen, one on each platform.
        "mobile": _text(merged, "mobile") or _text(merged, "phone"),
        "login_type": _word_or_number(merged, "login_type"),
        "realname_checked": _flag(merged, "realname_checked"),
        "app": _members(merged.get("app")),
        "extension": _members(merged.get("extension")),
        "corp": merged.get("corp"),
        "sid_at": _moment(merged, "sid_time"),
        "face_auth_at": _moment(merged, "face_authtime"),
        "face_at": _moment(merged, "face_time"),
        "realname_at": _moment(merged, "realname_time"),
        "expires_at": _end(merged, "sid_time", "expire_time"),
        "face_expires_at": _end(merged, "face_time", "face_expire_time"),
        "realname_expires_at": _end(merged, "realname_time", "realname_expire_time"),
    }
    return LoginSession(**known)


def read_swapped_session(sid: str, document: Mapping[str, object]) -> LoginSession:
    """Return the session that another machine room made from the session ``sid`` (5.5 (b)).

    Its times are in milliseconds and say when the room swapped it, not when anything was proved; so nothing of it is
    fresh, whatever lifetimes come along.  Raises ``VerificationError("user", …)``; ``mismatch`` for another session.
    """
    told = {name: value for name, value in _merged(document).items() if name not in _LIFETIMES}
    told |= {name: _in_seconds(told[name]) for name in _SWAP_TIMES if name in told}
    if not _text(told, "sid"):
        told["sid"] = sid
    found = read_login_session(told)
    if sid not in (found.sid, found.old_sid):
        raise VerificationError("user", reason="mismatch")
    return found


def read_tianjin_user(uid: str, document: Mapping[str, object]) -> TianjinUser:
    """Return Tianjin's user object for ``uid`` (5.5 (c)).  Raises ``VerificationError("user", …)``."""
    known: dict[str, Any] = {
        each.name: _text(document, each.name) for each in fields(TianjinUser) if each.type == "str"
    }
    # Where it names the user, it has to be the one who was asked about.
    if _text(document, "uid") not in ("", uid):
        raise VerificationError("user", reason="mismatch")
    known |= {"uid": uid, "face_at": _moment(document, "face_time"), "real_at": _moment(document, "real_time")}
    return TianjinUser(**known)


def _merged(document: Mapping[str, object]) -> Mapping[str, object]:
    if not any(part in document for part in _PARTS):
        return document
    merged: dict[str, object] = {}
    for name in _PARTS:
        part = document.get(name)
        if not isinstance(part, Mapping):
            raise VerificationError("user", reason="malformed")
        if merged.keys() & part.keys():
            raise VerificationError("user", reason="duplicated")
        merged |= part
    return merged


def _text(document: Mapping[str, object], name: str) -> str:
    value = document.get(name)
    if value is None:
        return ""
    if not isinstance(value, str) or len(value) > MAX_TEXT:
        raise VerificationError("user", reason="malformed")
    return value


def _needed(document: Mapping[str, object], name: str) -> str:
    value = _text(document, name)
    if not value:
        raise VerificationError("user", reason="missing")
    return value


def _account_type(document: Mapping[str, object]) -> AccountType:
    value = _text(document, "account_type")
    if value == "human":
        return "human"
    if value == "corp":
        return "corp"
    raise VerificationError("user", reason="unknown" if value else "missing")


def _level(document: Mapping[str, object]) -> str:
    value = _needed(document, "level")
    if not _LEVEL.fullmatch(value):
        raise VerificationError("user", reason="malformed")
    return value


def _number(document: Mapping[str, object], name: str) -> int:
    value = document.get(name)
    if value in (None, ""):
        return 0
    if isinstance(value, bool) or not isinstance(value, int | str) or not _NUMBER.fullmatch(str(value)):
        raise VerificationError("user", reason="malformed")
    return int(value)


def _in_seconds(value: object) -> object:
    """Return a time in milliseconds as one in seconds, and anything else as it came."""
    if isinstance(value, bool) or not isinstance(value, int | str) or not _MILLISECONDS.fullmatch(str(value)):
        return value
    return int(value) // 1000


def _flag(document: Mapping[str, object], name: str) -> bool | None:
    """Return whether a 1 stands there, None where nothing does."""
    return None if document.get(name) in (None, "") else _number(document, name) == 1


def _word_or_number(document: Mapping[str, object], name: str) -> str | int:
    value = document.get(name)
    return value if isinstance(value, int) and not isinstance(value, bool) else _text(document, name)


def _moment(document: Mapping[str, object], name: str) -> datetime | None:
    """Return a time in seconds as a moment; 0 is the platform's way to say never."""
    seconds = _number(document, name)
    return from_seconds(seconds) if seconds else None


def _end(document: Mapping[str, object], start: str, lifetime: str) -> datetime | None:
    """Return when something that began at ``start`` ends; None when it never began or lives for no time."""
    began, seconds = _moment(document, start), _number(document, lifetime)
    try:
        return began + timedelta(seconds=seconds) if began and seconds else None
    except OverflowError as exc:
        raise VerificationError("user", reason="malformed") from exc


def _members(value: object) -> Mapping[str, object]:
    if value is None:
        return MappingProxyType({})
    if not isinstance(value, Mapping):
        raise VerificationError("user", reason="malformed")
    return MappingProxyType(dict(value))
