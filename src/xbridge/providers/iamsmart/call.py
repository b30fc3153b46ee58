"""One encrypted, signed call to iAM Smart, with the content key it needs (iamsmart.md sections 2 and 3).

The content key is agreed by ``getKey``, remembered in this process only, and refetched once when the platform says that
it does not know it (D30001 to D30004); then the call is made once more, and no further.

The platform takes no timestamp earlier than one it has seen (section 2, VERIFIED), and requests sent at the same time
overtake each other.  So timestamps are cut to ``timestamp_step_ms``, which makes most of them equal, and the rare one
that is overtaken at a step's edge is signed afresh: at that gate nothing of the request has been looked at yet.
"""

from __future__ import annotations

from base64 import b64decode
from binascii import Error as Base64Error
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta

from xbridge.core.effects import Stamp, recall, remember, send, take_stamp
from xbridge.core.errors import ProtocolError, TamperDetected
from xbridge.core.http import HTTPReply, HTTPRequest
from xbridge.core.ports import Entropy
from xbridge.crypto.canonical import canonical_json_of
from xbridge.protocols.content_envelope import (
    IV_BYTES,
    open_content,
    seal_content,
    unwrap_content_key,
)
from xbridge.protocols.signed_http import sign_request
from xbridge.providers.iamsmart.reply import (
    MAX_DOCUMENT_BYTES,
    OVERTAKEN,
    PROVIDER_ID,
    STALE_KEY,
    Envelope,
    broken,
    parse_envelope,
    parse_object,
    raise_for_code,
)
from xbridge.providers.iamsmart.settings import IamSmartSettings

ABSOLUTE_FROM_MS = 10**12
"""An ``expiresIn`` above this is an absolute time: the official sample shows one (iamsmart.md 3.2, VERIFIED)."""

MAX_SIGNINGS = 3
"""How often one call is signed when the platform says that its timestamp or nonce comes too late (D20004)."""


async def call(
    settings: IamSmartSettings,
    path: str,
    parameters: Mapping[str, object],
    *,
    step: str,
    now: datetime,
    entropy: Entropy,
    max_bytes: int = MAX_DOCUMENT_BYTES,
) -> Mapping[str, object]:
    """Send ``parameters`` encrypted to ``path`` and return the decrypted content of the reply.

    ``max_bytes`` bounds the reply.

    Raises ``ProviderError`` of any kind and ``UserDeclined``; ``step`` names the call in errors.
    """
    plaintext = canonical_json_of(dict(parameters))
    for last_try in (False, True):
        key = await content_key(settings, now=now)
        body = canonical_json_of({"content": seal_content(key, plaintext, iv=entropy(IV_BYTES))})
        envelope = await _post(settings, path, body, step=step, max_bytes=max_bytes)
        if envelope.code in STALE_KEY:
            await _forget_key(settings, now=now)
            if not last_try:
                continue
        raise_for_code(envelope.code, step=step, text=envelope.text)
        if not isinstance(envelope.content, str):
            raise broken(step, "shape")
        try:
            opened = open_content(key, envelope.content)
        except TamperDetected as exc:
            await _forget_key(settings, now=now)
            raise broken(step, "envelope") from exc
        return unnested(parse_object(opened, step=step, max_bytes=max_bytes))
    raise AssertionError("unreachable: the second try returns or raises")


async def revoke_content_key(settings: IamSmartSettings, *, now: datetime) -> None:
    """End the content key at the platform and forget it here; the next call agrees on a new one (section 3.3).

    Forgotten first: a key whose end nobody confirmed is not used again.  Raises ``ProviderError``.
    """
    await _forget_key(settings, now=now)
    envelope = await _post(settings, settings.paths.revoke_key, b"", step="revokeKey")
    raise_for_code(envelope.code, step="revokeKey", text=envelope.text)


async def content_key(settings: IamSmartSettings, *, now: datetime) -> bytes:
    """Return the content key: the remembered one, or a fresh one from ``getKey``."""
    known = await recall(_cache_key(settings))
    if known is not None:
        return known
    envelope = await _post(settings, settings.paths.get_key, b"", step="getKey")
    raise_for_code(envelope.code, step="getKey", text=envelope.text)
    if not isinstance(envelope.content, Mapping):
        raise broken("getKey", "shape")
    key, expires_at = _read_key(settings, envelope.content)
    usable_until = expires_at - timedelta(seconds=settings.key_refresh_early_s)
    if usable_until > now:
        await remember(_cache_key(settings), key, expires_at=usable_until)
    return key


def _read_key(settings: IamSmartSettings, content: Mapping[str, object]) -> tuple[bytes, datetime]:
    """Return the unwrapped key and when it expires."""
    wrapped, public = content.get("secretKey"), content.get("pubKey")
    issued, lifetime = content.get("issueAt"), content.get("expiresIn")
    if not (isinstance(wrapped, str) and isinstance(public, str) and type(issued) is int and type(lifetime) is int):
        raise broken("getKey", "shape")
    try:
        named = b64decode(public, validate=True)
        blob = b64decode(wrapped, validate=True)
        expires_ms = lifetime if lifetime > ABSOLUTE_FROM_MS else issued + lifetime
        expires_at = datetime.fromtimestamp(expires_ms / 1000, UTC)
    except (Base64Error, ValueError, OverflowError, OSError) as exc:
        raise broken("getKey", "shape") from exc
    kek = next((key for public_der, key in settings.keks if public_der == named), None)
    if kek is None:
        raise ProtocolError(
            PROVIDER_ID,
            "the content key is wrapped for a key-encryption key that is not configured; add it to kek_private_keys",
            step="getKey",
            reason="unknown_kek",
        )
    try:
        return unwrap_content_key(kek, blob, kek_padding=settings.kek_padding), expires_at
    except TamperDetected as exc:
        raise broken("getKey", "envelope") from exc


async def _post(
    settings: IamSmartSettings, path: str, body: bytes, *, step: str, max_bytes: int = MAX_DOCUMENT_BYTES
) -> Envelope:
    """Send ``body``, signed afresh while it is overtaken by later requests, and return the reply's envelope."""
    for _ in range(MAX_SIGNINGS):
        reply = await _send_signed(settings, path, body, step=step, max_bytes=max_bytes)
        envelope = parse_envelope(reply, step=step, max_bytes=max_bytes)
        if envelope.code != OVERTAKEN:
            break
    return envelope


async def _send_signed(settings: IamSmartSettings, path: str, body: bytes, *, step: str, max_bytes: int) -> HTTPReply:
    """Sign ``body`` with a fresh stamp and send it."""
    taken = await take_stamp(settings.client_id)
    coarse_ms = taken.timestamp_ms - taken.timestamp_ms % settings.timestamp_step_ms
    headers = sign_request(
        client_id=settings.client_id,
        client_secret=settings.client_secret.get_secret_value(),
        stamp=Stamp(timestamp_ms=coarse_ms, nonce=taken.nonce),
        body=body,
        encoding=settings.signature_encoding,
    )
    if body:
        headers += (("Content-Type", "application/json"),)
    request = HTTPRequest(
        method="POST",
        url=settings.base_url + path,
        headers=headers,
        content=body,
        max_reply_bytes=max_bytes,
        timeout_s=settings.timeout_s,
        label=step,
    )
    return await send(PROVIDER_ID, request)


async def _forget_key(settings: IamSmartSettings, *, now: datetime) -> None:
    await remember(_cache_key(settings), None, expires_at=now)


def _cache_key(settings: IamSmartSettings) -> str:
    return f"iamsmart/content-key/{settings.base_url}/{settings.client_id}"


def unnested(content: Mapping[str, object]) -> Mapping[str, object]:
    """Unwrap ``{"content": {…}}``, which one public client met (iamsmart.md section 4, cause UNKNOWN)."""
    inner = content.get("content")
    return inner if len(content) == 1 and isinstance(inner, Mapping) else content
