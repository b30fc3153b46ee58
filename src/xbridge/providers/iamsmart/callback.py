"""What iAM Smart POSTs when somebody has answered: unwrapped, decrypted, read (iamsmart.md sections 3.4 and 8.2).

A callback bears no signature.  Anybody who knows our public key can make one that opens, so opening proves nothing:
``flows/callback.py`` believes it only where its two ties fit a request that is waiting.  No error says which part
failed.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from xbridge.core.errors import CallbackInvalid, TamperDetected, VerificationError
from xbridge.core.request import CallbackMessage, Outcome, RequestKind
from xbridge.core.signing import SIGNING_KINDS
from xbridge.crypto.base64url import decode_standard
from xbridge.crypto.canonical import parse_strict_object
from xbridge.protocols.content_envelope import open_content, unwrap_content_key
from xbridge.protocols.multipart_message import MEDIA_TYPE, PartLimits, media_type, read_parts
from xbridge.providers.iamsmart import bulk_signing
from xbridge.providers.iamsmart.call import unnested
from xbridge.providers.iamsmart.code import Family, meaning
from xbridge.providers.iamsmart.form import parse_form
from xbridge.providers.iamsmart.profile import parse_profile
from xbridge.providers.iamsmart.reply import CODE, SUCCESS
from xbridge.providers.iamsmart.settings import IamSmartSettings
from xbridge.providers.iamsmart.signature import ANSWER_MEMBERS

JSON = "application/json"
MAX_WRAPPED_CHARS = 2048
MAX_TIE_CHARS = 36
_KINDS: dict[Family, tuple[RequestKind, ...]] = {
    "profile": ("profile",),
    "form": ("form",),
    "step_up": ("step_up",),
    "signing": SIGNING_KINDS,
    "bulk_signing": ("bulk_signing",),
}
_EVERY: tuple[RequestKind, ...] = ("form", "profile", "step_up", *SIGNING_KINDS, "bulk_signing")
_SIGNATURES = "signatures"
_COMPANIONS = {"chName": ("chNameVerified",)}


def open_callback(settings: IamSmartSettings, raw: bytes, *, content_type: str = JSON) -> CallbackMessage:
    """Return what ``raw`` says.

    (1) strict JSON within ``callback_max_bytes`` and a readable code   (2) the content opens under the key that came
    with it, and so do the files beside it   (3) both ties are there.  The remembered content key is neither used nor
    replaced: a callback says nothing about when its key ends.  Raises ``CallbackInvalid``, ``Unsupported``.
    """
    # (1)
    metadata, files = _parts(settings, raw, content_type)
    document = _object(metadata, settings.callback_max_bytes)
    code, wrapped, content = document.get("code"), document.get("secretKey"), document.get("content")
    if not isinstance(code, str) or not CODE.fullmatch(code):
        raise CallbackInvalid("callback", reason="malformed")
    # (2) An error may come without content; then nobody can tell whose it is.
    if not isinstance(wrapped, str) or not isinstance(content, str) or len(wrapped) > MAX_WRAPPED_CHARS:
        raise CallbackInvalid("envelope", reason="unreadable")
    key, opened = _opened(settings, wrapped, content)
    members = dict(unnested(_object(opened, settings.callback_max_bytes)))
    members |= _file_members(settings, key, files, members)
    # (3)
    business_id, state = members.pop("businessID", None), members.pop("state", None)
    for name, value in (("business_id", business_id), ("state", state)):
        if not isinstance(value, str) or not 0 < len(value) <= MAX_TIE_CHARS or not value.isprintable():
            raise CallbackInvalid(name, reason="missing")
    known = meaning(code)
    outcome: Outcome = "failed"
    if known is not None and known.result in ("success", "declined"):
        outcome = "done" if known.result == "success" else "declined"
    kinds = _KINDS.get(known.family, _EVERY) if known else _EVERY
    if _SIGNATURES in files:
        # The part with the signatures answers a bulk signing and nothing else.
        kinds = tuple(kind for kind in kinds if kind == "bulk_signing")
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
    if kind == "hash_signing" or kind == "document_signing":
        fields = ANSWER_MEMBERS[kind]
    if kind == "bulk_signing":
        fields = bulk_signing.ANSWER_MEMBERS
    allowed = {*fields, *(name for field in fields for name in _COMPANIONS.get(field, ()))}
    return {name: value for name, value in content.items() if name in allowed}


def read_answer(kind: RequestKind, content: Mapping[str, object]) -> Any:
    """Return the typed result.  Raises ``ProtocolError``."""
    if kind == "profile":
        return parse_profile(content, step="profile_callback")
    if kind == "form":
        return parse_form(content, step="form_callback")
    return None


def _parts(settings: IamSmartSettings, raw: bytes, content_type: str) -> tuple[bytes, Mapping[str, bytes]]:
    """Return the JSON document in ``raw``, and the files beside it by the name of their field.

    Several parts are read only where they are asked for: a reader that nobody needs is one that nobody can attack.
    """
    try:
        kind, _ = media_type(content_type)
        if kind == JSON:
            return raw, {}
        wanted = settings.callback_content_type == MEDIA_TYPE
        if kind != MEDIA_TYPE or not (wanted or bulk_signing.takes_bulk_answers(settings)):
            raise CallbackInvalid("content_type", reason="mismatch")
        limits = PartLimits(total=settings.callback_max_bytes, part=settings.callback_max_bytes)
        parts = read_parts(raw, content_type, limits=limits, claim="callback")
    except VerificationError as exc:
        raise CallbackInvalid(exc.claim, reason=exc.reason) from None
    names, bulk = settings.callback_parts, settings.signing.bulk_parts
    if bulk.file in parts and bulk_signing.takes_bulk_answers(settings):
        if parts.keys() != {bulk.metadata, bulk.file}:
            raise CallbackInvalid("callback", reason="malformed")
        return parts[bulk.metadata], {_SIGNATURES: parts[bulk.file]}
    if not wanted:
        raise CallbackInvalid("content_type", reason="mismatch")
    if names.metadata not in parts:
        raise CallbackInvalid("callback", reason="missing")
    files = {"addressDocFile": parts.get(names.address_doc_file)}
    return parts[names.metadata], {name: content for name, content in files.items() if content is not None}


def _file_members(
    settings: IamSmartSettings, key: bytes, files: Mapping[str, bytes], members: Mapping[str, object]
) -> dict[str, object]:
    """Return the files' fields: each encrypted like the content, under the same key (INFERRED)."""
    found: dict[str, object] = {}
    for name, sealed in files.items():
        if name in members:
            raise CallbackInvalid("callback", reason="duplicated")
        # Asked first and not tried: a decoder's error holds the bytes, and they may be a person's, sent in clear.
        if not sealed.isascii():
            raise CallbackInvalid("envelope", reason="unreadable")
        try:
            opened = open_content(key, sealed.decode("ascii"))
        except TamperDetected:
            raise CallbackInvalid("envelope", reason="unreadable") from None
        document = _object(opened, settings.callback_max_bytes)
        if name == _SIGNATURES:
            found |= bulk_signing.file_members(document, members.get("businessID"))
        else:
            found[name] = document
    return found


def _opened(settings: IamSmartSettings, wrapped: str, content: str) -> tuple[bytes, bytes]:
    """Return the key and the plaintext.

    The callback names no key-encryption key, so each is tried, under the one padding.
    """
    try:
        blob = decode_standard(wrapped)
    except VerificationError:
        raise CallbackInvalid("envelope", reason="unreadable") from None
    for _, kek in settings.keks:
        try:
            key = unwrap_content_key(kek, blob, kek_padding=settings.kek_padding)
            return key, open_content(key, content)
        except TamperDetected:
            continue
    raise CallbackInvalid("envelope", reason="unreadable")


def _object(raw: bytes, max_bytes: int) -> dict[str, object]:
    try:
        return parse_strict_object(raw, max_bytes=max_bytes, claim="callback")
    except VerificationError as exc:
        raise CallbackInvalid("callback", reason=exc.reason) from None
