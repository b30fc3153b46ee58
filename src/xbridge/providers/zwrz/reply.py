"""Reading its replies: ``{message, status, data}``, where status 0 is success (dossier guangdong.md section 8).

The envelope is VERIFIED; the members of ``data`` are UNKNOWN, so their names come from the settings and nothing else of
it is read.  ``message`` is text for people in unknown words and is kept nowhere.  Sends nothing.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, TypeGuard

from xbridge.core.errors import ProtocolError, ProviderRejected, ProviderUnavailable, VerificationError
from xbridge.core.http import MAX_REPLY_BYTES, HTTPReply
from xbridge.crypto.canonical import parse_strict

if TYPE_CHECKING:
    from xbridge.providers.zwrz.settings import ZwrzSettings

PROVIDER_ID = "zwrz"
MAX_TOKEN_CHARS = 2048
MAX_SUBJECT_CHARS = 128
MAX_NAME_CHARS = 256
OK = 200
_CODE = re.compile(r"-?[0-9]{1,9}", re.ASCII)
_VISIBLE = re.compile(r"[\x21-\x7e]+")


@dataclass(frozen=True, slots=True, kw_only=True)
class Officer:
    """What is used of a civil servant's account."""

    subject: str = field(repr=False)
    name: str = field(repr=False)


def parse_token_reply(settings: ZwrzSettings, reply: HTTPReply) -> str:
    """Return the access token.  Raises ``ProviderRejected``, ``ProviderUnavailable``, ``ProtocolError``."""
    token = _data(reply, step="token").get(settings.token_member)
    if not is_printable(token, longest=MAX_TOKEN_CHARS):
        raise broken("token", "shape")
    return token


def parse_user_reply(settings: ZwrzSettings, reply: HTTPReply) -> Officer:
    """Return who logged in.  Raises as :func:`parse_token_reply`; ``ProtocolError`` where the id is not one."""
    data = _data(reply, step="user")
    subject, name = data.get(settings.subject_member), data.get(settings.name_member)
    # A number or its text: independent clients of this family saw both.
    if isinstance(subject, int) and not isinstance(subject, bool):
        subject = str(subject)
    if not is_printable(subject):
        raise broken("user", "subject")
    return Officer(subject=subject, name=name.strip() if isinstance(name, str) and len(name) <= MAX_NAME_CHARS else "")


def is_printable(value: object, *, longest: int = MAX_SUBJECT_CHARS) -> TypeGuard[str]:
    """Return whether ``value`` is a text of visible ASCII characters, as an id or a token is, and not too long."""
    return isinstance(value, str) and len(value) <= longest and _VISIBLE.fullmatch(value) is not None


def broken(step: str, reason: str) -> ProtocolError:
    """Return the error for a reply that breaks the protocol."""
    return ProtocolError(
        PROVIDER_ID, f"the reply to {step} is not what the protocol promises ({reason})", step=step, reason=reason
    )


def _data(reply: HTTPReply, *, step: str) -> Mapping[str, object]:
    """Return ``data`` of a successful reply, whatever its media type and HTTP status."""
    if reply.status == 429 or reply.status >= 500:
        raise ProviderUnavailable(PROVIDER_ID, f"{step} answered HTTP {reply.status}; try again later")
    try:
        document = parse_strict(reply.content, max_bytes=MAX_REPLY_BYTES, allow_floats=True)
    except VerificationError as exc:
        if reply.status >= 400:
            raise _rejected(step, f"http_{reply.status}") from exc
        raise broken(step, "duplicated" if exc.reason == "duplicated" else "not_json") from exc
    if not isinstance(document, Mapping):
        raise broken(step, "shape")
    _verify_status(document, step=step)
    if reply.status != OK:
        raise _rejected(step, f"http_{reply.status}")
    data = document.get("data")
    if not isinstance(data, Mapping):
        raise broken(step, "shape")
    return data


def _verify_status(document: Mapping[str, object], *, step: str) -> None:
    """Check that ``status`` is there and 0, as a number or its text.  Raises ``ProviderRejected``, ``ProtocolError``."""
    status = document.get("status")
    if isinstance(status, bool) or not isinstance(status, int | str):
        raise broken(step, "shape")
    text = str(status)
    if text != "0":
        raise _rejected(step, text if _CODE.fullmatch(text) else "unprintable")


def _rejected(step: str, code: str) -> ProviderRejected:
    return ProviderRejected(PROVIDER_ID, f"{step} was refused", provider_code=code, step=step)
