"""Reading the platform's documents, in the several shapes that clients have seen (guangdong.md 2.2 to 2.4).

Says whether a reply is a document or a refusal; what stands in the document is for ``token.py`` and
``account_reply.py``.  Sends nothing.
"""

from __future__ import annotations

import re
from collections.abc import Mapping

from pydantic import SecretStr

from xbridge.core.errors import ProtocolError, ProviderError, ProviderRejected, ProviderUnavailable, VerificationError
from xbridge.core.http import HTTPReply
from xbridge.crypto.canonical import parse_strict

PROVIDER_ID = "guangdong"
MAX_DOCUMENT_BYTES = 1024 * 1024
NOTHING = (None, "", "null")
"""The ways in which the platform says that there is nothing (2.3, VERIFIED): JSON null, empty text, the four letters."""

_CODE = re.compile(r"-?[0-9]{1,9}|[a-z_]{1,40}", re.ASCII)
_ERROR_MEMBERS = {"errcode": "errmsg", "error_code": "error_msg", "error": "error_description"}
"""Each generation's member for a code with the one for its text (2.4)."""


def open_document(reply: HTTPReply, *, step: str, hidden: tuple[SecretStr, ...] = ()) -> Mapping[str, object]:
    """Return the JSON object in ``reply``, unwrapped.  The media type is not looked at (2.2, VERIFIED).

    ``hidden`` are texts of our request that the platform's words may repeat.  Raises ``ProviderUnavailable``,
    ``ProviderRejected`` for any of the error shapes, and ``ProtocolError``.
    """
    found = _read(reply, step, hidden)
    # Raised here, where no local variable holds what the platform wrote.
    if isinstance(found, ProviderError):
        raise found
    return found


def json_object(value: object, *, step: str, reason: str = "shape") -> Mapping[str, object]:
    """Return ``value`` as a mapping, also when it came as JSON text.  Raises ``ProtocolError``."""
    if isinstance(value, str):
        try:
            value = parse_strict(value.encode(), max_bytes=MAX_DOCUMENT_BYTES)
        except (VerificationError, UnicodeEncodeError) as exc:
            raise broken(step, reason) from exc
    if not isinstance(value, Mapping):
        raise broken(step, reason)
    return value


def broken(step: str, reason: str) -> ProtocolError:
    """Return the error for a reply that breaks the protocol."""
    return ProtocolError(
        PROVIDER_ID, f"the reply to {step} is not what the protocol promises ({reason})", step=step, reason=reason
    )


def _read(reply: HTTPReply, step: str, hidden: tuple[SecretStr, ...]) -> Mapping[str, object] | ProviderError:
    """Return the document in ``reply``, or the refusal that it is.  Raises ``ProtocolError`` and ``ProviderUnavailable``."""
    if reply.status == 429 or reply.status >= 500:
        raise ProviderUnavailable(PROVIDER_ID, f"{step} answered HTTP {reply.status}; try again later")
    try:
        document = parse_strict(reply.content, max_bytes=MAX_DOCUMENT_BYTES)
    except VerificationError as exc:
        if reply.status >= 400:
            raise _refused(step, f"http_{reply.status}") from exc
        raise broken(step, "duplicated" if exc.reason == "duplicated" else "not_json") from exc
    if not isinstance(document, Mapping):
        return broken(step, "shape")
    if (refusal := _refusal(document, step, hidden)) is not None:
        return refusal
    if reply.status != 200:
        return _refused(step, f"http_{reply.status}")
    # A wrapper around the object was seen in old replies (2.3, VERIFIED); what it wraps may be a refusal as well.
    if document.get("biz_content") in NOTHING:
        return document
    inside = json_object(document["biz_content"], step=step)
    return _refusal(inside, step, hidden) or inside


def _refusal(document: Mapping[str, object], step: str, hidden: tuple[SecretStr, ...]) -> ProviderRejected | None:
    """Return the refusal that ``document`` is, in any of the error shapes, or None."""
    for name, words in _ERROR_MEMBERS.items():
        code = document.get(name)
        # 0 and "0" mean success; errors come with HTTP 200 too (2.4).
        if code is not None and str(code) not in ("", "0"):
            fits = _CODE.fullmatch(str(code)) is not None
            return _refused(step, str(code) if fits else "unprintable", _words(document.get(words), hidden))
    return None


def _words(value: object, hidden: tuple[SecretStr, ...]) -> str:
    """Return the platform's own words, short, printable, and without what we sent to it."""
    if not isinstance(value, str):
        return ""
    for secret in hidden:
        if secret:
            value = value.replace(secret.get_secret_value(), "…")
    return "".join(letter for letter in value[:200] if letter.isprintable())


def _refused(step: str, code: str, text: str = "") -> ProviderRejected:
    return ProviderRejected(PROVIDER_ID, f"{step} was refused", provider_code=code, step=step, provider_text=text)
