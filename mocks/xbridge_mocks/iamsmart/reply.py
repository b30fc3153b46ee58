"""Replies of the API: the common envelope, sealing, and the ways a reply can be spoiled on request.

It writes bytes. Which answer is due is decided in ``api``.
"""

from __future__ import annotations

import base64
import json
from collections.abc import Mapping
from dataclasses import dataclass

from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from xbridge_mocks.iamsmart.content_key import ContentKey, ContentKeys
from xbridge_mocks.iamsmart.envelope import frame, seal
from xbridge_mocks.iamsmart.refusal import MEANING, SUCCESS, Trail
from xbridge_mocks.random_source import RandomSource

__all__ = ["IAM_SMART", "Dialect", "Reply", "compose", "seal_content"]

_OVERSIZE = 2 * 1024 * 1024 + 1
_HTML = b"<!doctype html><html><head><title>Gateway</title></head><body>Please try again later.</body></html>"


@dataclass(frozen=True, slots=True, kw_only=True)
class Dialect:
    """How a platform of the family writes its envelope: the letter of its codes, and the name of the text beside them.

    Checks are shared and speak of D-codes; the letter is exchanged when a reply is written (dossier 4, VERIFIED).
    """

    letter: str
    text: str

    def code(self, code: str) -> str:
        """``code`` with this platform's letter."""
        return self.letter + code[1:]


IAM_SMART = Dialect(letter="D", text="message")


@dataclass(frozen=True, slots=True, kw_only=True)
class Reply:
    """One HTTP answer of the API; ``code`` is its result code, for the journal."""

    raw: bytes
    code: str
    status: int = 200
    content_type: str = "application/json"


def compose(
    trail: Trail,
    random: RandomSource,
    *,
    code: str = SUCCESS,
    message: str = "",
    content: object = None,
    status: int = 200,
    dialect: Dialect = IAM_SMART,
) -> Reply:
    """Write ``{txID, code, message, content?}`` in ``dialect``, spoiled if a fault strikes."""
    document: dict[str, object] = {
        "txID": f"<T={random.hex(16)}>", "code": dialect.code(code), dialect.text: message or MEANING[code],
    }  # fmt: skip
    if content is not None:
        document["content"] = content
    if code == SUCCESS:
        _spoil_success(document, trail, dialect)
    raw = dump(document)
    if trail.strikes("json_duplicate_members"):
        raw = raw.replace(b'"code":', f'"code":"{dialect.code("D20000")}","code":'.encode(), 1)
    if trail.strikes("json_truncated"):
        raw = raw[: len(raw) // 2]
    if trail.strikes("html_instead_of_json"):
        return Reply(raw=_HTML, code=dialect.code(code), content_type="text/html")
    return Reply(raw=raw, code=str(document["code"]), status=status)


def seal_content(
    trail: Trail, keys: ContentKeys, held: ContentKey, random: RandomSource, content: Mapping[str, object]
) -> str:
    """Encrypt ``content`` under the client's key, spoiled if a fault strikes."""
    plaintext = dump({"content": content} if trail.strikes("content_nested") else content)
    if trail.strikes("content_not_base64"):
        return "%%% this is not base64 %%%"
    for length in (11, 13):
        if trail.strikes(f"iv_length_{length}"):
            iv = random.bytes(length)
            return _text(frame(iv, AESGCM(held.key).encrypt(iv, plaintext, None)))
    blob = bytearray(base64.b64decode(seal(held.key, keys.new_iv(held), plaintext)))
    if trail.strikes("iv_length_0"):
        blob[0:4] = bytes(4)
    if trail.strikes("iv_length_huge"):
        blob[0:4] = (2**31).to_bytes(4, "big")
    if trail.strikes("envelope_bit_flipped"):
        blob[16] ^= 0x01
    if trail.strikes("envelope_truncated"):
        del blob[-8:]
    return _text(bytes(blob))


def dump(document: object) -> bytes:
    """Compact UTF-8 JSON."""
    return json.dumps(document, ensure_ascii=False, separators=(",", ":")).encode()


def _spoil_success(document: dict[str, object], trail: Trail, dialect: Dialect) -> None:
    if trail.strikes("unknown_error_code"):
        document.update({"code": dialect.code("D99999"), dialect.text: "an error of the future"})
        document.pop("content", None)
    if trail.strikes("content_missing"):
        document.pop("content", None)
    if trail.strikes("message_not_success"):
        document[dialect.text] = "OK"
    if trail.strikes("wrong_tx_shape"):
        document["txID"] = "not-a-transaction"
    if trail.strikes("body_over_limit"):
        document["padding"] = "x" * _OVERSIZE


def _text(blob: bytes) -> str:
    return base64.b64encode(blob).decode("ascii")
