"""Reading the replies of the iAM Smart family: the common envelope and its codes (iamsmart.md sections 4 and 5).

``txID`` is for troubleshooting and is not looked at.  Sends nothing.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field

from xbridge.core.errors import ProtocolError, ProviderRejected, ProviderUnavailable, UserDeclined, VerificationError
from xbridge.core.http import HTTPReply
from xbridge.crypto.canonical import parse_strict
from xbridge.protocols.dialect import Dialect

MAX_DOCUMENT_BYTES = 1024 * 1024
MAX_TEXT_CHARS = 160
CODE = re.compile(r"[A-Z][0-9]{5}", re.ASCII)


@dataclass(frozen=True, slots=True, kw_only=True)
class Envelope:
    """One reply's outer JSON: ``content`` is text when encrypted, a mapping for getKey, None when absent."""

    code: str
    content: str | Mapping[str, object] | None = field(repr=False)
    text: str = field(default="", repr=False)


def parse_envelope(dialect: Dialect, reply: HTTPReply, *, step: str, max_bytes: int = MAX_DOCUMENT_BYTES) -> Envelope:
    """Return the envelope in ``reply``, whatever its code.

    Raises ``ProviderUnavailable`` for 429 and 5xx, ``ProviderRejected`` for another status without JSON,
    ``ProtocolError`` for anything that is not the documented shape.
    """
    if reply.status == 429 or reply.status >= 500:
        raise ProviderUnavailable(dialect.provider_id, f"{step} answered HTTP {reply.status}; try again later")
    try:
        document = parse_object(dialect, reply.content, step=step, max_bytes=max_bytes)
    except ProtocolError as exc:
        if reply.status < 400:
            raise
        raise ProviderRejected(
            dialect.provider_id, f"{step} was refused", provider_code=f"http_{reply.status}", step=step
        ) from exc
    code, content = document.get("code"), document.get("content")
    # Codes go into messages and audit events, so nothing else may pass for one.
    if not isinstance(code, str) or not CODE.fullmatch(code) or (code == dialect.success and reply.status != 200):
        raise broken(dialect, step, "shape")
    if content is not None and not isinstance(content, str | Mapping):
        raise broken(dialect, step, "shape")
    return Envelope(code=code, content=content or None, text=sanitised(document.get(dialect.message_member)))


def parse_object(
    dialect: Dialect, raw: bytes, *, step: str, max_bytes: int = MAX_DOCUMENT_BYTES
) -> Mapping[str, object]:
    """Return the JSON object in ``raw``.  Raises ``ProtocolError`` (``not_json``) for HTML, duplicates, bad UTF-8…"""
    try:
        document = parse_strict(raw, max_bytes=max_bytes)
    except VerificationError as exc:
        raise broken(dialect, step, "duplicated" if exc.reason == "duplicated" else "not_json") from exc
    if not isinstance(document, Mapping):
        raise broken(dialect, step, "shape")
    return document


def sanitised(text: object) -> str:
    """Return the platform's own wording as one short printable line; empty where it sent none."""
    if not isinstance(text, str):
        return ""
    return "".join(character if character.isprintable() else " " for character in text[:MAX_TEXT_CHARS]).strip()


def raise_for_code(dialect: Dialect, code: str, *, step: str, text: str = "") -> None:
    """Return for success; raise what the code means otherwise.

    A refusal by the person is ``UserDeclined``; everything else ``ProviderRejected``, whose message says who can act.
    Unknown codes are kept as they came, and so is the platform's ``text``, outside the message.
    """
    if code == dialect.success:
        return
    known = dialect.meanings.get(code)
    if known is not None and known.result == "declined":
        raise UserDeclined(step, f"the person cancelled or refused in {dialect.platform}", provider_code=code)
    message = f"{step} was refused with {code}" + (f": {known.text}" if known else "")
    raise ProviderRejected(dialect.provider_id, message, provider_code=code, step=step, provider_text=text)


def broken(dialect: Dialect, step: str, reason: str) -> ProtocolError:
    """Return the error for a reply that breaks the protocol."""
    return ProtocolError(
        dialect.provider_id,
        f"the reply to {step} is not what the protocol promises ({reason})",
        step=step,
        reason=reason,
    )
