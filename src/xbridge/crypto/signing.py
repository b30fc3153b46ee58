"""Signed records: exact bytes with signatures beside them, verified before anybody parses them.

What is kept is ``raw``: ``xbridge/<type>/v<n>``, a line feed, canonical JSON.  Each signature covers its role and those
same bytes, so a signature cannot be passed off as another party's.  Whose keys may sign what is the caller's knowledge.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

from xbridge.core.errors import TamperDetected, TokenInvalid, VerificationError
from xbridge.core.ports import Signer
from xbridge.crypto import base64url
from xbridge.crypto.algorithm import same_algorithm
from xbridge.crypto.canonical import canonical_json, canonical_json_of, parse_strict_object
from xbridge.crypto.key import KeySet

if TYPE_CHECKING:
    from pydantic import BaseModel

MAX_RECORD_BYTES: Final = 1024 * 1024
MAX_SIGNATURES: Final = 8
_WORD: Final = re.compile(r"[a-z][a-z0-9]*(-[a-z0-9]+)*")
_HEAD: Final = re.compile(rb"xbridge/([a-z][a-z0-9-]{0,62})/v([1-9][0-9]{0,3})\n")
_SIGNATURE_MEMBERS: Final = {"alg", "kid", "role", "value"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Signature:
    """One signature over a record's bytes by the key ``kid``, in a ``role`` such as ``"issuer"``."""

    alg: str
    kid: str
    role: str
    value: bytes = field(repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class SignedRecord:
    """The exact bytes of a record and the signatures over them.  Holding one proves nothing."""

    raw: bytes = field(repr=False)
    signatures: tuple[Signature, ...]

    @property
    def type(self) -> str:
        """The type that the bytes claim.  Raises ``TamperDetected`` if they have no proper first line."""
        return _head(self.raw)[0]

    @property
    def version(self) -> int:
        """The version that the bytes claim.  Raises ``TamperDetected`` if they have no proper first line."""
        return _head(self.raw)[1]


def record_bytes(record_type: str, version: int, record: BaseModel) -> bytes:
    """Return the bytes that stand for ``record``: type, version, canonical JSON.

    Raises ``ValueError`` for a type that is not lower-case words with hyphens, or a version outside 1–9999.
    """
    raw = f"xbridge/{record_type}/v{version}\n".encode() + canonical_json(record)
    if _WORD.fullmatch(record_type) is None or _HEAD.match(raw) is None:
        raise ValueError("a record type is lower-case words with hyphens; a version is 1 to 9999")
    return raw


def sign_record(record_type: str, version: int, record: BaseModel, signer: Signer, role: str) -> SignedRecord:
    """Return ``record`` signed by ``signer`` in ``role``."""
    return add_signature(SignedRecord(raw=record_bytes(record_type, version, record), signatures=()), signer, role)


def add_signature(record: SignedRecord, signer: Signer, role: str) -> SignedRecord:
    """Return ``record`` with one more signature over the same bytes.  Raises as :func:`attach_signature`."""
    value = signer.sign(message_to_sign(role, record.raw))
    return attach_signature(record, Signature(alg=signer.alg, kid=signer.kid, role=role, value=value))


def attach_signature(record: SignedRecord, made: Signature) -> SignedRecord:
    """Return ``record`` with ``made``, a signature over :func:`message_to_sign` that came from elsewhere, unchecked.

    Raises ``ValueError`` for a role that is not lower-case words with hyphens, a second signature of one key, or more
    than eight signatures.
    """
    if _WORD.fullmatch(made.role) is None:
        raise ValueError("a role is lower-case words with hyphens")
    if len(record.signatures) >= MAX_SIGNATURES or any(each.kid == made.kid for each in record.signatures):
        raise ValueError("this key has signed already, or the record has all the signatures it may have")
    return SignedRecord(raw=record.raw, signatures=(*record.signatures, made))


def verify_record(
    record: SignedRecord,
    keys: KeySet,
    *,
    expected_type: str,
    expected_version: int = 1,
    expected_role: str | None = None,
) -> bytes:
    """Verify a signed record and return its payload: the canonical JSON, ready to be parsed.

    (1) signatures: some, few, one per key   (2) every signature of a key we know holds   (3) at least one is known,
    in ``expected_role`` where given   (4) type and version are the expected ones

    Signatures by unknown keys are ignored.  Raises ``TamperDetected("signature" | "record", …)``: ``missing``,
    ``too_large``, ``duplicated``, ``mismatch``; and ``unknown`` when no signer is known, so that nothing is proved.
    """
    # (1)
    if not record.signatures:
        raise TamperDetected("signature", reason="missing")
    if len(record.signatures) > MAX_SIGNATURES or len(record.raw) > MAX_RECORD_BYTES:
        raise TamperDetected("signature", reason="too_large")
    if len({each.kid for each in record.signatures}) != len(record.signatures):
        raise TamperDetected("signature", reason="duplicated")
    # (2)
    roles = {each.role for each in record.signatures if _verify_signature(record.raw, each, keys)}
    # (3)
    if not roles:
        raise TamperDetected("signature", reason="unknown")
    if expected_role is not None and expected_role not in roles:
        raise TamperDetected("role", reason="mismatch")
    # (4) The bytes are the signer's; only now may they say what they are.
    if _head(record.raw) != (expected_type, expected_version):
        raise TamperDetected("record", reason="mismatch")
    return record.raw[record.raw.index(b"\n") + 1 :]


def _verify_signature(raw: bytes, signature: Signature, keys: KeySet) -> bool:
    """Return False if the key is unknown, True if it is known and its signature holds; raise ``mismatch`` otherwise."""
    key = keys.get(signature.kid)
    if key is None:
        return False
    if not same_algorithm(signature.alg, key):
        raise TamperDetected("signature", reason="mismatch")
    try:
        key.verify(signature.value, message_to_sign(signature.role, raw))
    except TokenInvalid as exc:
        raise TamperDetected("signature", reason="mismatch") from exc
    return True


def message_to_sign(role: str, raw: bytes) -> bytes:
    """Return what is signed: one line with the role, then the record's bytes.

    A role holds no line feed.  Signatures in one role are over the very same bytes, whatever their algorithms.
    """
    return b"xbridge-signature/v1 " + role.encode() + b"\n" + raw


def _head(raw: bytes) -> tuple[str, int]:
    """Return type and version from the first line of ``raw``."""
    match = _HEAD.match(raw)
    if match is None:
        raise TamperDetected("record", reason="malformed")
    return match[1].decode(), int(match[2])


# --- The envelope: one canonical JSON text that carries a signed record ------------------------------------------


def to_envelope(record: SignedRecord) -> bytes:
    """Return the canonical JSON ``{"raw": …, "signatures": [{alg, kid, role, value}, …]}``, bytes as base64url."""
    signatures = [
        {"alg": each.alg, "kid": each.kid, "role": each.role, "value": base64url.encode(each.value)}
        for each in record.signatures
    ]
    return canonical_json_of({"raw": base64url.encode(record.raw), "signatures": signatures})


def from_envelope(envelope: bytes) -> SignedRecord:
    """Return the signed record in ``envelope``, **unverified**.

    Only the one canonical spelling is read, so that no byte of it can change unnoticed.  Raises
    ``TamperDetected("envelope", …)``.
    """
    try:
        members = parse_strict_object(envelope, max_bytes=2 * MAX_RECORD_BYTES, max_depth=4)
        listed = members.get("signatures")
        if not isinstance(listed, list):
            raise TamperDetected("envelope", reason="malformed")
        record = SignedRecord(raw=_bytes(members, "raw"), signatures=tuple(map(_read_signature, listed)))
    except VerificationError as exc:
        raise TamperDetected("envelope", reason=exc.reason) from exc
    if to_envelope(record) != envelope:
        raise TamperDetected("envelope", reason="malformed")
    return record


def _read_signature(entry: object) -> Signature:
    """Return one signature of an envelope."""
    if not isinstance(entry, dict) or set(entry) != _SIGNATURE_MEMBERS:
        raise TamperDetected("envelope", reason="malformed")
    alg, kid, role = (_text(entry, name) for name in ("alg", "kid", "role"))
    if _WORD.fullmatch(role) is None:
        raise TamperDetected("envelope", reason="malformed")
    return Signature(alg=alg, kid=kid, role=role, value=_bytes(entry, "value"))


def _text(members: Mapping[str, object], name: str) -> str:
    """Return a text member."""
    value = members.get(name)
    if not isinstance(value, str):
        raise TamperDetected("envelope", reason="malformed")
    return value


def _bytes(members: Mapping[str, object], name: str) -> bytes:
    """Return a member that is base64url."""
    return base64url.decode(_text(members, name), claim="envelope")
