"""``xbridge-1``: an envelope of **our own**, for two parties who both run xbridge and want Chinese algorithms between them.

No platform's protocol: Guangdong does not know it.  A JSON body under SM4-GCM with a key of its own, that key wrapped with SM2
(C1C3C2) to the recipient, and an SM2 signature of the sender over all of it, as a signed record of type ``sm-envelope``
(:mod:`xbridge.crypto.signing`).  The signature is verified before anything is unwrapped.  Sender, recipient, times, the id and
what it answers are bound to the ciphertext too, so that nobody can put another signature on somebody's envelope.

Single use is the reader's: a reply names the call it answers, and whoever opens a *call* spends its ``id`` until ``expires_at``.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final, Protocol

from pydantic import Field, ValidationError

from xbridge.core.decision import Record
from xbridge.core.errors import TamperDetected, VerificationError
from xbridge.core.ports import Entropy, Signer, Verifier
from xbridge.crypto import base64url
from xbridge.crypto.canonical import canonical_json_of
from xbridge.crypto.digest import constant_time_equal
from xbridge.crypto.key import KeySet
from xbridge.crypto.signing import from_envelope, sign_record, to_envelope, verify_record
from xbridge.crypto.sm4 import KEY_BYTES, NONCE_BYTES, sm4_gcm_open, sm4_gcm_seal

RECORD_TYPE: Final = "sm-envelope"
ROLE: Final = "sender"
MAX_BODY_BYTES: Final = 512 * 1024
MAX_LIFETIME_S: Final = 600
LEEWAY_S: Final = 60
"""For clocks that differ, and because a flow knows one moment: that of its call, which a reply may follow by a minute."""

ID_BYTES: Final = 16
_ID: Final = re.compile(r"[A-Za-z0-9_-]{22}", re.ASCII)


class Wrapper(Protocol):
    """A public key that wraps keys, such as :class:`xbridge.crypto.sm2_encryption.Sm2EncryptionKey`."""

    @property
    def kid(self) -> str:
        """The key's thumbprint."""
        ...

    def wrap(self, secret: bytes) -> bytes:
        """Return ``secret`` encrypted to the key."""
        ...


class Unwrapper(Protocol):
    """A private key that opens what was wrapped to it; it may live in an HSM."""

    @property
    def kid(self) -> str:
        """The key's thumbprint."""
        ...

    def unwrap(self, wrapped: bytes) -> bytes:
        """Return what was wrapped; raise ``TamperDetected("ciphertext", …)`` otherwise."""
        ...


class SmEnvelope(Record):
    """The payload of a signed record of type ``sm-envelope``, version 1.

    ``body`` is SM4-GCM ciphertext and tag, ``key`` its wrapped key, ``iv`` its nonce, all base64url.  Times are seconds from
    1970; ``reply_to`` is the ``id`` of the call that this answers, and empty for a call.
    """

    body: str = Field(repr=False)
    expires_at: int
    id: str
    issued_at: int
    iv: str = Field(repr=False)
    key: str = Field(repr=False)
    recipient: str
    reply_to: str
    sender: str


@dataclass(frozen=True, slots=True, kw_only=True)
class XbridgeProfile:
    """The keys of two parties: ours to sign and to open, the other's to verify and to wrap.  One key, one job."""

    signer: Signer
    opener: Unwrapper
    peer_verifier: Verifier
    peer_wrapper: Wrapper
    lifetime_s: int = 120


@dataclass(frozen=True, slots=True, kw_only=True)
class SealedBody:
    """An envelope on its way: its exact bytes, and the id by which a reply will name it."""

    raw: bytes = field(repr=False)
    id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenedBody:
    """What an envelope held; spend ``id`` until ``expires_at`` (and our leeway) before acting on a call."""

    body: bytes = field(repr=False)
    id: str
    expires_at: int


def seal_ours(
    profile: XbridgeProfile, body: bytes, *, now: datetime, entropy: Entropy, reply_to: str = ""
) -> SealedBody:
    """Return ``body`` sealed to the other party and signed; ``reply_to`` names the call that it answers.

    Raises ``ValueError`` beyond 512 KiB or for a source of entropy that gives too little, ``Unsupported`` without the extra
    ``gm``.
    """
    if len(body) > MAX_BODY_BYTES:
        raise ValueError("an enveloped body has at most 512 KiB")
    key, iv, name = entropy(KEY_BYTES), entropy(NONCE_BYTES), base64url.encode(entropy(ID_BYTES))
    issued = int(now.timestamp())
    header = {
        "expires_at": issued + profile.lifetime_s,
        "id": name,
        "issued_at": issued,
        "recipient": profile.peer_wrapper.kid,
        "reply_to": reply_to,
        "sender": profile.signer.kid,
    }
    sealed = {"body": sm4_gcm_seal(key, iv, body, _bound(header)), "iv": iv, "key": profile.peer_wrapper.wrap(key)}
    envelope = SmEnvelope.model_validate(header | {part: base64url.encode(raw) for part, raw in sealed.items()})
    return SealedBody(raw=to_envelope(sign_record(RECORD_TYPE, 1, envelope, profile.signer, ROLE)), id=name)


def open_ours(profile: XbridgeProfile, raw: bytes, *, now: datetime, expected_reply_to: str = "") -> OpenedBody:
    """Return what the other party sealed to us; ``expected_reply_to`` is the id of our call, empty where a call is expected.

    (1) one spelling, and the other party's signature over it   (2) its members   (3) from them, to us   (4) times   (5) what it
    answers   (6) the key unwrapped, the body opened

    Raises ``TamperDetected``: ``("envelope", …)`` with ``malformed``, ``too_large``, ``duplicated``; ``("signature" | "role" |
    "record", …)`` for (1); ``("recipient" | "sender" | "reply_to", reason="mismatch")``; ``("time", …)`` with ``expired``,
    ``not_yet_valid``, ``malformed``; ``("ciphertext", reason="mismatch")`` for whatever fails in (6).
    """
    # (1)
    record = from_envelope(raw)
    # A second signature, by a key we do not know, would be bytes that nobody vouches for.
    if len(record.signatures) != 1:
        raise TamperDetected("envelope", reason="malformed")
    keys = KeySet([profile.peer_verifier])
    payload = verify_record(record, keys, expected_type=RECORD_TYPE, expected_role=ROLE)
    # (2)
    try:
        envelope = SmEnvelope.model_validate_json(payload)
    except ValidationError:
        # The cause is dropped on purpose: it quotes the input.
        raise TamperDetected("envelope", reason="malformed") from None
    # An id is what a reader remembers, so it has one form and one length.
    if not _ID.fullmatch(envelope.id):
        raise TamperDetected("envelope", reason="malformed")
    # (3)
    if not constant_time_equal(envelope.sender, profile.peer_verifier.kid):
        raise TamperDetected("sender", reason="mismatch")
    if not constant_time_equal(envelope.recipient, profile.opener.kid):
        raise TamperDetected("recipient", reason="mismatch")
    # (4)
    _verify_times(envelope, now.timestamp())
    # (5)
    if not constant_time_equal(envelope.reply_to, expected_reply_to):
        raise TamperDetected("reply_to", reason="mismatch")
    # (6)
    return OpenedBody(body=_opened(profile.opener, envelope), id=envelope.id, expires_at=envelope.expires_at)


def _verify_times(envelope: SmEnvelope, now: float) -> None:
    """Raise unless the envelope is short-lived and valid at ``now``."""
    if not 0 < envelope.expires_at - envelope.issued_at <= MAX_LIFETIME_S:
        raise TamperDetected("time", reason="malformed")
    if now < envelope.issued_at - LEEWAY_S:
        raise TamperDetected("time", reason="not_yet_valid")
    if now >= envelope.expires_at + LEEWAY_S:
        raise TamperDetected("time", reason="expired")


def _opened(opener: Unwrapper, envelope: SmEnvelope) -> bytes:
    """Return the body; every failure looks the same."""
    header = envelope.model_dump(exclude={"body", "iv", "key"})
    try:
        key, iv = opener.unwrap(base64url.decode(envelope.key)), base64url.decode(envelope.iv)
        return sm4_gcm_open(key, iv, base64url.decode(envelope.body), _bound(header))
    except (VerificationError, ValueError):
        raise TamperDetected("ciphertext", reason="mismatch") from None


def _bound(header: dict[str, object]) -> bytes:
    """Return the associated data: what this is, and the header in its one spelling."""
    return b"xbridge/sm-envelope-header/v1\n" + canonical_json_of(header)
