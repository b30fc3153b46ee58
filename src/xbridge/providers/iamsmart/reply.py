"""Reading iAM Smart's replies: the common envelope and its codes (iamsmart.md sections 4 and 5).  Sends nothing."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field

from xbridge.core.errors import ProtocolError, ProviderRejected, ProviderUnavailable, UserDeclined, VerificationError
from xbridge.core.http import HTTPReply
from xbridge.crypto.canonical import parse_strict

PROVIDER_ID = "iamsmart"
MAX_DOCUMENT_BYTES = 1024 * 1024
CODE = re.compile(r"[A-Z][0-9]{5}", re.ASCII)
SUCCESS = "D00000"
DECLINED = frozenset({"D40000", "D40001", "D50001", "D60000", "D60001", "D70000", "D70001", "D80001"})
TIMED_OUT = frozenset({"D40003", "D50003", "D60003", "D70003", "D80003"})
OVERTAKEN = "D20004"
STALE_KEY = frozenset({"D30001", "D30002", "D30003", "D30004"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Envelope:
    """One reply's outer JSON: ``content`` is text when encrypted, a mapping for getKey, None when absent."""

    code: str
    content: str | Mapping[str, object] | None = field(repr=False)


def parse_envelope(reply: HTTPReply, *, step: str) -> Envelope:
    """Return the envelope in ``reply``, whatever its code.

    Raises ``ProviderUnavailable`` for 429 and 5xx, ``ProviderRejected`` for another status without JSON,
    ``ProtocolError`` for anything that is not the documented shape.
    """
    if reply.status == 429 or reply.status >= 500:
        raise ProviderUnavailable(PROVIDER_ID, f"{step} answered HTTP {reply.status}; try again later")
    try:
        document = parse_object(reply.content, step=step)
    except ProtocolError as exc:
        if reply.status < 400:
            raise
        raise ProviderRejected(
            PROVIDER_ID, f"{step} was refused", provider_code=f"http_{reply.status}", step=step
        ) from exc
    code, content = document.get("code"), document.get("content")
    # Codes go into messages and audit events, so nothing else may pass for one.
    if not isinstance(code, str) or not CODE.fullmatch(code) or (code == SUCCESS and reply.status != 200):
        raise broken(step, "shape")
    if content is not None and not isinstance(content, str | Mapping):
        raise broken(step, "shape")
    return Envelope(code=code, content=content or None)


def parse_object(raw: bytes, *, step: str) -> Mapping[str, object]:
    """Return the JSON object in ``raw``.  Raises ``ProtocolError`` (``not_json``) for HTML, duplicates, bad UTF-8…"""
    try:
        document = parse_strict(raw, max_bytes=MAX_DOCUMENT_BYTES)
    except VerificationError as exc:
        raise broken(step, "duplicated" if exc.reason == "duplicated" else "not_json") from exc
    if not isinstance(document, Mapping):
        raise broken(step, "shape")
    return document


def raise_for_code(code: str, *, step: str) -> None:
    """Return for success; raise what the code means otherwise.  Unknown codes are kept as they came."""
    if code == SUCCESS:
        return
    if code in DECLINED:
        raise UserDeclined(step, "the person cancelled or refused in iAM Smart", provider_code=code)
    if code in TIMED_OUT:
        raise ProviderRejected(
            PROVIDER_ID, "the person did not answer in time; start again", provider_code=code, step=step
        )
    raise ProviderRejected(PROVIDER_ID, f"{step} was refused with {code}", provider_code=code, step=step)


def broken(step: str, reason: str) -> ProtocolError:
    """Return the error for a reply that breaks the protocol."""
    return ProtocolError(
        PROVIDER_ID, f"the reply to {step} is not what the protocol promises ({reason})", step=step, reason=reason
    )
