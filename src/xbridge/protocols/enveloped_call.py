"""One encrypted, signed call to a platform of the iAM Smart family, with its content key (iamsmart.md sections 2 and 3).

The content key is agreed by ``getKey``, remembered in this process only, and refetched once when the platform says that
it does not know it (30001 to 30004); then the call is made once more, and no further.

The platform takes no timestamp earlier than one it has seen (section 2, VERIFIED), and requests sent at the same time
overtake each other.  So timestamps are cut to ``timestamp_step_ms``, which makes most of them equal, and the rare one
that is overtaken at a step's edge is signed afresh: at that gate nothing of the request has been looked at yet.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta

from xbridge.core.effects import Stamp, recall, remember, send, take_stamp
from xbridge.core.errors import ProtocolError, TamperDetected, VerificationError
from xbridge.core.http import HTTPReply, HTTPRequest
from xbridge.core.ports import Entropy
from xbridge.crypto.base64url import decode_standard
from xbridge.crypto.canonical import canonical_json_of
from xbridge.protocols.content_envelope import (
    IV_BYTES,
    open_content,
    seal_content,
    unwrap_content_key,
)
from xbridge.protocols.dialect import Dialect
from xbridge.protocols.enveloped_reply import (
    MAX_DOCUMENT_BYTES,
    Envelope,
    broken,
    parse_envelope,
    parse_object,
    raise_for_code,
)
from xbridge.protocols.registration import Registration
from xbridge.protocols.signed_http import sign_request

ABSOLUTE_FROM_MS = 10**12
"""An ``expiresIn`` above this is an absolute time: the official sample shows one (iamsmart.md 3.2, VERIFIED)."""

MAX_SIGNINGS = 3
"""How often one call is signed when the platform says that its timestamp or nonce comes too late (20004)."""


async def call(
    dialect: Dialect,
    registration: Registration,
    path: str,
    parameters: Mapping[str, object],
    *,
    step: str,
    now: datetime,
    entropy: Entropy,
    max_bytes: int = MAX_DOCUMENT_BYTES,
    content_optional: bool = False,
) -> Mapping[str, object]:
    """Send ``parameters`` encrypted to ``path`` and return the decrypted content of the reply.

    ``max_bytes`` bounds the reply; ``content_optional`` is for calls that only say "done", and gives an empty content.

    Raises ``ProviderError`` of any kind and ``UserDeclined``; ``step`` names the call in errors.
    """
    plaintext = canonical_json_of(dict(parameters))
    for last_try in (False, True):
        key = await content_key(dialect, registration, now=now)
        body = canonical_json_of({"content": seal_content(key, plaintext, iv=entropy(IV_BYTES))})
        envelope = await _post(dialect, registration, path, body, step=step, max_bytes=max_bytes)
        if envelope.code in dialect.stale_key:
            await _forget_key(dialect, registration, now=now)
            if not last_try:
                continue
        raise_for_code(dialect, envelope.code, step=step, text=envelope.text)
        if envelope.content is None and content_optional:
            return {}
        if not isinstance(envelope.content, str):
            raise broken(dialect, step, "shape")
        try:
            opened = open_content(key, envelope.content)
        except TamperDetected as exc:
            await _forget_key(dialect, registration, now=now)
            raise broken(dialect, step, "envelope") from exc
        return unnested(parse_object(dialect, opened, step=step, max_bytes=max_bytes))
    raise AssertionError("unreachable: the second try returns or raises")


async def revoke_content_key(dialect: Dialect, registration: Registration, *, now: datetime) -> None:
    """End the content key at the platform and forget it here; the next call agrees on a new one (section 3.3).

    A failed revocation leaves the key in use at the platform, and the next getKey may bring it again: repeat it until it
    succeeds.  Raises ``ProviderError``.
    """
    await _forget_key(dialect, registration, now=now)
    envelope = await _post(dialect, registration, registration.paths.revoke_key, b"", step=dialect.revoke_step)
    # Once more: a concurrent call may have fetched and remembered it before the platform ended it.
    await _forget_key(dialect, registration, now=now)
    raise_for_code(dialect, envelope.code, step=dialect.revoke_step, text=envelope.text)


async def content_key(dialect: Dialect, registration: Registration, *, now: datetime) -> bytes:
    """Return the content key: the remembered one, or a fresh one from ``getKey``."""
    known = await recall(_cache_key(dialect, registration))
    if known is not None:
        return known
    envelope = await _post(dialect, registration, registration.paths.get_key, b"", step=dialect.key_step)
    raise_for_code(dialect, envelope.code, step=dialect.key_step, text=envelope.text)
    if not isinstance(envelope.content, Mapping):
        raise broken(dialect, dialect.key_step, "shape")
    key, usable_until = _read_key(dialect, registration, envelope.content)
    if usable_until > now:
        await remember(_cache_key(dialect, registration), key, expires_at=usable_until)
    return key


def _read_key(dialect: Dialect, registration: Registration, content: Mapping[str, object]) -> tuple[bytes, datetime]:
    """Return the unwrapped key and until when it is used: a little less than it lives."""
    wrapped, public = content.get("secretKey"), content.get("pubKey")
    issued, lifetime = content.get("issueAt"), content.get("expiresIn")
    if not (isinstance(wrapped, str) and isinstance(public, str) and type(issued) is int and type(lifetime) is int):
        raise broken(dialect, dialect.key_step, "shape")
    try:
        named = decode_standard(public)
        blob = decode_standard(wrapped)
        expires_ms = lifetime if lifetime > ABSOLUTE_FROM_MS else issued + lifetime
        early = timedelta(seconds=registration.key_refresh_early_s)
        usable_until = datetime.fromtimestamp(expires_ms / 1000, UTC) - early
    except (VerificationError, ValueError, OverflowError, OSError) as exc:
        raise broken(dialect, dialect.key_step, "shape") from exc
    kek = next((key for public_der, key in registration.keks if public_der == named), None)
    if kek is None:
        raise ProtocolError(
            dialect.provider_id,
            "the content key is wrapped for a key-encryption key that is not configured; add it to kek_private_keys",
            step=dialect.key_step,
            reason="unknown_kek",
        )
    try:
        return unwrap_content_key(kek, blob, kek_padding=registration.kek_padding), usable_until
    except TamperDetected as exc:
        raise broken(dialect, dialect.key_step, "envelope") from exc


async def _post(
    dialect: Dialect,
    registration: Registration,
    path: str,
    body: bytes,
    *,
    step: str,
    max_bytes: int = MAX_DOCUMENT_BYTES,
) -> Envelope:
    """Send ``body``, signed afresh while it is overtaken by later requests, and return the reply's envelope."""
    for _ in range(MAX_SIGNINGS):
        reply = await _send_signed(dialect, registration, path, body, step=step, max_bytes=max_bytes)
        envelope = parse_envelope(dialect, reply, step=step, max_bytes=max_bytes)
        if envelope.code != dialect.overtaken:
            break
    return envelope


async def _send_signed(
    dialect: Dialect, registration: Registration, path: str, body: bytes, *, step: str, max_bytes: int
) -> HTTPReply:
    """Sign ``body`` with a fresh stamp and send it."""
    taken = await take_stamp(registration.client_id)
    coarse_ms = taken.timestamp_ms - taken.timestamp_ms % registration.timestamp_step_ms
    headers = sign_request(
        client_id=registration.client_id,
        client_secret=registration.client_secret.get_secret_value(),
        stamp=Stamp(timestamp_ms=coarse_ms, nonce=taken.nonce),
        body=body,
        encoding=registration.signature_encoding,
    )
    if body:
        headers += (("Content-Type", "application/json"),)
    request = HTTPRequest(
        method="POST",
        url=registration.base_url + path,
        headers=headers,
        content=body,
        max_reply_bytes=max_bytes,
        timeout_s=registration.timeout_s,
        label=step,
    )
    return await send(dialect.provider_id, request)


async def _forget_key(dialect: Dialect, registration: Registration, *, now: datetime) -> None:
    await remember(_cache_key(dialect, registration), None, expires_at=now)


def _cache_key(dialect: Dialect, registration: Registration) -> str:
    """Return where the key is kept: two platforms of one provider may share an address and a client."""
    where = f"{registration.base_url}{registration.paths.get_key}"
    return f"{dialect.provider_id}/content-key/{where}/{registration.client_id}/{dialect.code_prefix}"


def unnested(content: Mapping[str, object]) -> Mapping[str, object]:
    """Unwrap ``{"content": {…}}``, which one public client met (iamsmart.md section 4, cause UNKNOWN)."""
    inner = content.get("content")
    return inner if len(content) == 1 and isinstance(inner, Mapping) else content
