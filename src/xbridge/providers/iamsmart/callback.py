"""What iAM Smart POSTs when somebody has answered: unwrapped, decrypted, read (iamsmart.md sections 3.4 and 8.2).

A callback bears no signature.  Anybody who knows our public key can make one that opens, so opening proves nothing:
``flows/callback.py`` believes it only where its two ties fit a request that is waiting.  No error says which part
failed.
"""

from __future__ import annotations

from base64 import b64decode
from binascii import Error as Base64Error
from collections.abc import Mapping
from typing import Any

from xbridge.core.errors import CallbackInvalid, TamperDetected, VerificationError
from xbridge.core.request import CallbackMessage, Outcome, RequestKind
from xbridge.crypto.canonical import parse_strict_object
from xbridge.protocols.content_envelope import open_content, unwrap_content_key
from xbridge.providers.iamsmart.call import unnested
from xbridge.providers.iamsmart.code import Family, meaning
from xbridge.providers.iamsmart.form import parse_form
from xbridge.providers.iamsmart.profile import parse_profile
from xbridge.providers.iamsmart.reply import CODE, SUCCESS
from xbridge.providers.iamsmart.settings import IamSmartSettings

MAX_WRAPPED_CHARS = 2048
MAX_TIE_CHARS = 36
_KINDS: dict[Family, tuple[RequestKind, ...]] = {"profile": ("profile",), "form": ("form",), "step_up": ("step_up",)}
_EVERY: tuple[RequestKind, ...] = ("form", "profile", "step_up")
_OTHERS: frozenset[Family] = frozenset({"signing", "bulk_signing"})
_COMPANIONS = {"chName": ("chNameVerified",)}


def open_callback(settings: IamSmartSettings, raw: bytes) -> CallbackMessage:
    """Return what ``raw`` says.

    (1) strict JSON within ``callback_max_bytes`` and a readable code   (2) the content opens under the key that came
    with it   (3) both ties are there.  The remembered content key is neither used nor replaced: a callback says
    nothing about when its key ends.  Raises ``CallbackInvalid``.
    """
    # (1)
    document = _object(raw, settings.callback_max_bytes)
    code, wrapped, content = document.get("code"), document.get("secretKey"), document.get("content")
    if not isinstance(code, str) or not CODE.fullmatch(code):
        raise CallbackInvalid("callback", reason="malformed")
    # (2) An error may come without content; then nobody can tell whose it is.
    if not isinstance(wrapped, str) or not isinstance(content, str) or len(wrapped) > MAX_WRAPPED_CHARS:
        raise CallbackInvalid("envelope", reason="unreadable")
    members = dict(unnested(_object(_opened(settings, wrapped, content), settings.callback_max_bytes)))
    # (3)
    business_id, state = members.pop("businessID", None), members.pop("state", None)
    for name, value in (("business_id", business_id), ("state", state)):
        if not isinstance(value, str) or not 0 < len(value) <= MAX_TIE_CHARS or not value.isprintable():
            raise CallbackInvalid(name, reason="missing")
    known = meaning(code)
    outcome: Outcome = "failed"
    if known is not None and known.result in ("success", "declined"):
        outcome = "done" if known.result == "success" else "declined"
    kinds = () if known and known.family in _OTHERS else _KINDS.get(known.family, _EVERY) if known else _EVERY
    return CallbackMessage(
        business_id=str(business_id),
        state=str(state),
        outcome=outcome,
        provider_code="" if code == SUCCESS else code,
        kinds=kinds,
        content=members,
    )


def wanted_content(kind: RequestKind, fields: tuple[str, ...], content: Mapping[str, object]) -> Mapping[str, object]:
    """Return the members that ``fields`` asked for, and those that always accompany one of them."""
    if kind == "step_up":
        return {}
    allowed = {*fields, *(name for field in fields for name in _COMPANIONS.get(field, ()))}
    return {name: value for name, value in content.items() if name in allowed}


def read_answer(kind: RequestKind, content: Mapping[str, object]) -> Any:
    """Return the typed result.  Raises ``ProtocolError``."""
    if kind == "profile":
        return parse_profile(content, step="profile_callback")
    if kind == "form":
        return parse_form(content, step="form_callback")
    return None


def _opened(settings: IamSmartSettings, wrapped: str, content: str) -> bytes:
    """Return the plaintext.  The callback names no key-encryption key, so each is tried, under the one padding."""
    try:
        blob = b64decode(wrapped.encode("ascii"), validate=True)
    except (Base64Error, UnicodeEncodeError):
        raise CallbackInvalid("envelope", reason="unreadable") from None
    for _, kek in settings.keks:
        try:
            return open_content(unwrap_content_key(kek, blob, kek_padding=settings.kek_padding), content)
        except TamperDetected:
            continue
    raise CallbackInvalid("envelope", reason="unreadable")


def _object(raw: bytes, max_bytes: int) -> dict[str, object]:
    try:
        return parse_strict_object(raw, max_bytes=max_bytes, claim="callback")
    except VerificationError as exc:
        raise CallbackInvalid("callback", reason=exc.reason) from None
