"""Reading the platform's replies: tokens, accounts and its several error shapes (guangdong.md 2.2 to 2.4).

Tolerant where independent clients saw variants (numbers as text, ``"null"`` as text), strict about everything that
decides who the person is.  Sends nothing.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field

from xbridge.core.errors import ProtocolError, ProviderRejected, ProviderUnavailable, VerificationError
from xbridge.core.http import HTTPReply
from xbridge.core.identity import LEVELS, Level
from xbridge.crypto.canonical import parse_strict

PROVIDER_ID = "guangdong"
MAX_DOCUMENT_BYTES = 1024 * 1024
_USERIDCODE = re.compile(r"[0-9a-f]{32}")
_CODE = re.compile(r"-?[0-9]{1,9}|[a-z_]{1,40}", re.ASCII)
_SECONDS = re.compile(r"[0-9]{1,9}", re.ASCII)


@dataclass(frozen=True, slots=True, kw_only=True)
class Account:
    """One ``userobj``: the fields that a login needs; ``useridcode`` is the key, ``uid`` never is (2.3)."""

    useridcode: str = field(repr=False)
    usertype: str
    level: Level
    isreal: bool
    name: str = field(repr=False)
    sex: str = field(repr=False)
    idcardtype: str
    idcardnumber: str = field(repr=False)


def parse_token_reply(reply: HTTPReply) -> str:
    """Return the access token (opaque, may end in ``@nodeN``).

    Raises ``ProviderRejected`` for any of the error shapes, ``ProviderUnavailable`` and ``ProtocolError``.
    """
    document = _document(reply, step="access_token")
    token = document.get("access_token")
    if not isinstance(token, str) or not token.strip() or len(token) > 1024:
        raise broken("access_token", "shape")
    if str(document.get("token_type", "Bearer")).lower() != "bearer":
        raise broken("access_token", "token_type")
    # A number or its text (2.2, VERIFIED); a token without a lifetime left is of no use to anybody.
    lifetime = document.get("expires_in", 1)
    if isinstance(lifetime, bool) or not _SECONDS.fullmatch(str(lifetime)) or int(str(lifetime)) == 0:
        raise broken("access_token", "expires_in")
    return token


def parse_account_reply(reply: HTTPReply) -> Account:
    """Return the account in a ``tokeninfo`` reply.  Raises as :func:`parse_token_reply`."""
    document = _document(reply, step="tokeninfo")
    # A document wrapper around the object was seen in very old replies (2.3, VERIFIED).
    if "userobj" not in document and "biz_content" in document:
        document = _object(document["biz_content"], step="tokeninfo")
    user = _fields(_object(document.get("userobj"), step="tokeninfo"))
    code = user.get("useridcode")
    if not isinstance(code, str) or not _USERIDCODE.fullmatch(code):
        raise broken("tokeninfo", "useridcode")
    level = user.get("creditable_level_of_account")
    if level not in LEVELS:
        raise broken("tokeninfo", "level")
    # The level stands in the reply twice (2.3); where the two differ neither is believed.
    again = document.get("user_creditable_level")
    if again not in (None, "", "null"):
        stated = _object(again, step="tokeninfo").get("creditable_level_of_account")
        if stated not in (None, "", level):
            raise broken("tokeninfo", "level")
    return Account(
        useridcode=code,
        usertype=_text(user, "usertype"),
        level=LEVELS[LEVELS.index(level)],
        isreal=_text(user, "isreal") == "true",
        name=_text(user, "cn"),
        sex=_text(user, "sex"),
        idcardtype=_text(user, "idcardtype"),
        idcardnumber=_text(user, "idcardnumber"),
    )


def _document(reply: HTTPReply, *, step: str) -> Mapping[str, object]:
    """Return the JSON object in ``reply``, errors raised.  The media type is not looked at (2.2, VERIFIED)."""
    if reply.status == 429 or reply.status >= 500:
        raise ProviderUnavailable(PROVIDER_ID, f"{step} answered HTTP {reply.status}; try again later")
    try:
        document = parse_strict(reply.content, max_bytes=MAX_DOCUMENT_BYTES)
    except VerificationError as exc:
        if reply.status >= 400:
            raise ProviderRejected(
                PROVIDER_ID, f"{step} was refused", provider_code=f"http_{reply.status}", step=step
            ) from exc
        raise broken(step, "duplicated" if exc.reason == "duplicated" else "not_json") from exc
    if not isinstance(document, Mapping):
        raise broken(step, "shape")
    for name in ("errcode", "error_code", "error"):
        code = document.get(name)
        # 0 and "0" mean success; errors come with HTTP 200 too (2.4).
        if code is not None and str(code) not in ("", "0"):
            text = str(code)
            raise ProviderRejected(
                PROVIDER_ID,
                f"{step} was refused",
                provider_code=text if _CODE.fullmatch(text) else "unprintable",
                step=step,
            )
    if reply.status != 200:
        raise ProviderRejected(PROVIDER_ID, f"{step} was refused", provider_code=f"http_{reply.status}", step=step)
    return document


def _object(value: object, *, step: str) -> Mapping[str, object]:
    """Return ``value`` as a mapping, also when it came as JSON text."""
    if isinstance(value, str):
        try:
            value = parse_strict(value.encode(), max_bytes=MAX_DOCUMENT_BYTES)
        except (VerificationError, UnicodeEncodeError) as exc:
            raise broken(step, "shape") from exc
    if not isinstance(value, Mapping):
        raise broken(step, "shape")
    return value


def _fields(user: Mapping[str, object]) -> dict[str, object]:
    """Return the members under their documented names, also when they came in camelCase (``userIdCode``, 2.3)."""
    fields = {name.lower(): value for name, value in user.items()}
    # The same field in two spellings would leave it to chance which account this is.
    if len(fields) != len(user):
        raise broken("tokeninfo", "duplicated")
    return fields


def _text(user: Mapping[str, object], name: str) -> str:
    """Return a field as text; absent, null and over-long become empty."""
    value = user.get(name)
    if isinstance(value, bool):
        return json.dumps(value)
    return value.strip() if isinstance(value, str) and len(value) <= 256 else ""


def broken(step: str, reason: str) -> ProtocolError:
    """Return the error for a reply that breaks the protocol."""
    return ProtocolError(
        PROVIDER_ID, f"the reply to {step} is not what the protocol promises ({reason})", step=step, reason=reason
    )
