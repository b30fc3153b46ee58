"""Calls to services behind the TIF gateway: signed, sent, and their answers read (guangdong.md 5.1, 5.5).

The signature says who calls and when, nothing about the path or the body; both rest on TLS.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime

from xbridge.core.effects import send
from xbridge.core.errors import (
    ConfigError,
    ProtocolError,
    ProviderRejected,
    ProviderUnavailable,
    TamperDetected,
    VerificationError,
)
from xbridge.core.gateway import GatewayReply
from xbridge.core.http import HTTPReply, HTTPRequest
from xbridge.core.ports import Entropy
from xbridge.crypto.canonical import parse_strict
from xbridge.protocols.sm_envelope.settings import SealedCall, SmEnvelopeSettings
from xbridge.protocols.tif_gateway import sign_request
from xbridge.protocols.tif_nonce import draw_nonce
from xbridge.providers.guangdong.gateway_settings import GatewaySettings

PROVIDER_ID = "guangdong"
MAX_REPLY_BYTES = 1024 * 1024
_PATH = re.compile(r"(?:/[A-Za-z0-9_~-][A-Za-z0-9._~-]*)+/?", re.ASCII)
_CODE = re.compile(r"-?[0-9]{1,12}", re.ASCII)


async def call(
    gateway: GatewaySettings,
    path: str,
    *,
    body: Mapping[str, object],
    step: str,
    now: datetime,
    entropy: Entropy,
    service_id: str = "",
    headers: tuple[tuple[str, str], ...] = (),
    envelope: SmEnvelopeSettings | None = None,
) -> GatewayReply:
    """POST ``body`` as JSON to ``path`` behind the gateway and return what it answered, both inside ``envelope`` if any.

    A call that found no connection is repeated, signed afresh; one that may have arrived never is.  Each nonce
    is spent before it leaves.  Raises ``ConfigError``, ``ProviderUnavailable``, ``ProviderRejected``, ``ProtocolError``,
    ``StoreUnavailable``.
    """
    if not _PATH.fullmatch(path):
        raise ConfigError("a path behind the gateway starts with a slash and has plain names between slashes")
    sealed = SealedCall(content=_content(body))
    if envelope is not None:
        sealed = envelope.seal_call(body, now=now, entropy=entropy)
    caller = envelope.caller if envelope is not None else None
    attempt = 0
    while True:
        request = HTTPRequest(
            method="POST",
            url=f"{gateway.base_url}{path}",
            headers=(
                ("Content-Type", "application/json"), *headers,
                *await _signed(gateway, caller, service_id, now=now, entropy=entropy),
            ),
            content=sealed.content,
            max_reply_bytes=MAX_REPLY_BYTES,
            timeout_s=gateway.timeout_s,
            label=step,
        )  # fmt: skip
        try:
            answer = read_reply(await send(PROVIDER_ID, request), step=step, enveloped=envelope is not None)
            return answer if envelope is None else _opened(envelope, sealed, answer, step=step, now=now)
        except ProviderUnavailable as exc:
            if exc.sent or attempt >= gateway.connect_retries:
                raise
        attempt += 1


def read_reply(reply: HTTPReply, *, step: str, enveloped: bool = False) -> GatewayReply:
    """Return the data in ``{errcode, errmsg, data}``; the gateway's own refusals have the same shape (5.3, 5.5).

    An ``enveloped`` reply may call its code ``code`` (INFERRED).

    Raises ``ProviderRejected`` with the code as it came, ``ProviderUnavailable``, ``ProtocolError``.
    """
    if reply.status == 429 or reply.status >= 500:
        raise ProviderUnavailable(PROVIDER_ID, f"{step} answered HTTP {reply.status}; try again later")
    try:
        document = parse_strict(reply.content, max_bytes=MAX_REPLY_BYTES, allow_floats=True)
    except VerificationError as exc:
        if reply.status >= 400:
            raise _rejected(step, f"http_{reply.status}") from exc
        raise broken(step, "duplicated" if exc.reason == "duplicated" else "not_json") from exc
    code = document.get("errcode") if isinstance(document, dict) else None
    if enveloped and isinstance(document, dict) and code is None:
        code = document.get("code")
    # A number or its text; a reply without a code is nobody's success.
    if not isinstance(document, dict) or isinstance(code, bool) or not isinstance(code, int | str):
        raise _rejected(step, f"http_{reply.status}") if reply.status >= 400 else broken(step, "shape")
    if str(code) != "0":
        raise _rejected(step, str(code) if _CODE.fullmatch(str(code)) else "unprintable", document.get("errmsg"))
    if reply.status != 200:
        raise _rejected(step, f"http_{reply.status}")
    return GatewayReply(data=document.get("data"), headers=reply.headers)


def _opened(
    envelope: SmEnvelopeSettings, call: SealedCall, answer: GatewayReply, *, step: str, now: datetime
) -> GatewayReply:
    """Return the answer with its data opened; what does not open is a reply that breaks the protocol."""
    try:
        return replace(answer, data=envelope.open_reply(call, answer.data, now=now))
    except TamperDetected as exc:
        raise broken(step, "envelope") from exc


def broken(step: str, reason: str) -> ProtocolError:
    """Return the error for a reply that is not what its route promises."""
    return ProtocolError(
        PROVIDER_ID,
        f"the reply to {step} is not what the gateway's protocol promises ({reason})",
        step=step,
        reason=reason,
    )


def _rejected(step: str, code: str, text: object = "") -> ProviderRejected:
    # The gateway's wording is kept for a person who debugs, and shown to nobody.
    words = text[:200] if isinstance(text, str) else ""
    return ProviderRejected(PROVIDER_ID, f"{step} was refused", provider_code=code, step=step, provider_text=words)


def _content(body: Mapping[str, object]) -> bytes:
    try:
        return json.dumps(dict(body), ensure_ascii=False, allow_nan=False, separators=(",", ":")).encode()
    except (TypeError, ValueError):
        # The cause is dropped on purpose: it may quote a value.
        raise ConfigError("the body of a gateway call is plain JSON: objects, lists, texts, numbers") from None


async def _signed(
    gateway: GatewaySettings, caller: tuple[str, str] | None, service_id: str, *, now: datetime, entropy: Entropy
) -> tuple[tuple[str, str], ...]:
    paasid, token = caller or (gateway.paasid, gateway.token.get_secret_value())
    return sign_request(
        paasid=paasid,
        token=token,
        # Under our own id, whoever calls: that is where a request that comes in is looked up.
        nonce=await draw_nonce(
            gateway.paasid, length=gateway.nonce_len, keep_s=gateway.nonce_ttl_s, now=now, entropy=entropy
        ),
        now=now,
        case=gateway.hex_case,
        family=gateway.family,
        service_id=service_id,
    )
