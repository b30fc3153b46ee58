"""The national data-sharing gateway (gjzwfw): request signing, and its replies (dossier guangdong.md section 7, v0.55).

The signature is an HMAC over three identifiers without separators, and covers neither path nor body: it says who calls and
when.  TLS carries the rest.  The national *login* is another thing; its protocol is UNKNOWN and not spoken here.
"""

from __future__ import annotations

import hashlib
import hmac
import json
import re
from base64 import b64encode
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime, timedelta
from typing import Final

from xbridge.core.errors import ConfigError, ProtocolError, ProviderRejected, ProviderUnavailable, VerificationError
from xbridge.core.http import MAX_REPLY_BYTES, HTTPReply
from xbridge.crypto.canonical import parse_strict

OK: Final = "200"
IDENTIFIER: Final = r"^[A-Za-z0-9_.-]{1,128}$"
"""What a ``sid`` and a ``rid`` may be here: nothing that could end a header or begin another."""

_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
_PATH: Final = re.compile(r"(?:/[A-Za-z0-9_~-][A-Za-z0-9._~-]*)+", re.ASCII)
_CODE: Final = re.compile(r"-?[0-9]{1,9}", re.ASCII)


def signature_of(secret: str, *, sid: str, rid: str, rtime: str) -> str:
    """Return ``gjzwfwpt_sign``: base64 of HMAC-SHA256 under the app's secret over ``sid + rid + rtime``."""
    return b64encode(hmac.new(secret.encode(), f"{sid}{rid}{rtime}".encode(), hashlib.sha256).digest()).decode()


def sign_request(secret: str, *, sid: str, rid: str, now: datetime) -> tuple[tuple[str, str], ...]:
    """Return the four headers of a call; the time is in milliseconds.

    Raises ``ConfigError`` for a ``sid`` or ``rid`` that is not an identifier.
    """
    for name, value in (("sid", sid), ("rid", rid)):
        if not re.fullmatch(IDENTIFIER, value, re.ASCII):
            raise ConfigError(f"a call of the national gateway needs a {name} of letters, digits, points and hyphens")
    rtime = str((now - _EPOCH) // timedelta(milliseconds=1))
    return (
        ("gjzwfwpt_rid", rid),
        ("gjzwfwpt_sid", sid),
        ("gjzwfwpt_rtime", rtime),
        ("gjzwfwpt_sign", signature_of(secret, sid=sid, rid=rid, rtime=rtime)),
    )


def build_content(body: Mapping[str, object]) -> bytes:
    """Return the JSON text of a call.

    Raises ``ConfigError`` for what is not plain JSON, or has a member in capitals at any depth: the gateway wants them
    small.
    """
    try:
        content = json.dumps(dict(body), ensure_ascii=False, allow_nan=False, separators=(",", ":")).encode()
    except (TypeError, ValueError, RecursionError):
        # The cause is dropped on purpose: it may quote a value.
        raise ConfigError("the body of a national call is plain JSON: objects, lists, texts, numbers") from None
    # Only now, when it is known to have an end: a body that holds itself has no JSON text.
    if any(not isinstance(name, str) or name != name.lower() for name in _members(dict(body))):
        raise ConfigError("the members of a call of the national gateway are written in small letters")
    return content


def _members(value: object) -> Iterator[object]:
    """Yield the name of every member of ``value``, at every depth."""
    if isinstance(value, dict):
        for name, inner in value.items():
            yield name
            yield from _members(inner)
    elif isinstance(value, list | tuple):
        for inner in value:
            yield from _members(inner)


def build_address(base_url: str, path: str) -> str:
    """Return the address of ``/sysapi`` and ``path``.  Raises ``ConfigError`` for a path that could mean another."""
    if not _PATH.fullmatch(path):
        raise ConfigError("a path of the national gateway starts with a slash and has plain names between slashes")
    return f"{base_url}/sysapi{path}"


def parse_reply(reply: HTTPReply, *, provider_id: str, step: str) -> object:
    """Return ``data`` of ``{code, message, data}`` where the code is 200.

    Raises ``ProviderRejected`` with any other code (300 is an error), ``ProviderUnavailable``, ``ProtocolError``.
    ``message`` is text in unknown words: it is kept for a person who debugs, and shown to nobody.
    """
    if reply.status == 429 or reply.status >= 500:
        raise ProviderUnavailable(provider_id, f"{step} answered HTTP {reply.status}; try again later")
    try:
        document = parse_strict(reply.content, max_bytes=MAX_REPLY_BYTES, allow_floats=True)
    except VerificationError as exc:
        if reply.status >= 400:
            raise _rejected(provider_id, step, f"http_{reply.status}") from exc
        raise _broken(provider_id, step, "duplicated" if exc.reason == "duplicated" else "not_json") from exc
    code = document.get("code") if isinstance(document, dict) else None
    if not isinstance(document, dict) or isinstance(code, bool) or not isinstance(code, int | str):
        if reply.status >= 400:
            raise _rejected(provider_id, step, f"http_{reply.status}")
        raise _broken(provider_id, step, "shape")
    if str(code) != OK:
        shown = str(code) if _CODE.fullmatch(str(code)) else "unprintable"
        raise _rejected(provider_id, step, shown, document.get("message"))
    if reply.status != 200:
        raise _rejected(provider_id, step, f"http_{reply.status}")
    return document.get("data")


def _rejected(provider_id: str, step: str, code: str, text: object = "") -> ProviderRejected:
    words = text[:200] if isinstance(text, str) else ""
    return ProviderRejected(provider_id, f"{step} was refused", provider_code=code, step=step, provider_text=words)


def _broken(provider_id: str, step: str, reason: str) -> ProtocolError:
    return ProtocolError(
        provider_id, f"the reply to {step} is not what the protocol promises ({reason})", step=step, reason=reason
    )
