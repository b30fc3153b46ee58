"""The settings of enveloped gateway calls, and the two profiles behind one face: seal a call, open its reply.

``[providers.guangdong.gateway.sm_envelope]`` with ``profile = "nhsa"`` or ``"xbridge-1"``; without the table bodies travel as
they are.  Keys are read when the configuration is, so that a wrong one, or a missing extra ``gm``, is found then.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Annotated, Literal, TypeVar

from pydantic import BaseModel, ConfigDict, Field, PrivateAttr, SecretStr, model_validator

from xbridge.core.errors import ConfigError, TamperDetected, VerificationError
from xbridge.core.ports import Entropy
from xbridge.crypto.canonical import canonical_json_of, parse_strict
from xbridge.crypto.sm2_encryption import Sm2DecryptionKey, Sm2EncryptionKey
from xbridge.crypto.sm2_key import read_public_pem
from xbridge.crypto.sm2_signing import Sm2SigningKey, Sm2VerifyingKey
from xbridge.protocols.sm_envelope.medical_insurance import (
    GATEWAY_PAASID,
    MedicalInsuranceProfile,
    open_medical_insurance,
    seal_medical_insurance,
)
from xbridge.protocols.sm_envelope.ours import MAX_BODY_BYTES, MAX_LIFETIME_S, XbridgeProfile, open_ours, seal_ours

_T = TypeVar("_T")


@dataclass(frozen=True, slots=True, kw_only=True)
class SealedCall:
    """The body of an enveloped call, and the id that its reply has to name (empty where the profile has none)."""

    content: bytes = field(repr=False)
    id: str = ""


class _EnvelopeSettings(BaseModel):
    """What both profiles need: our key to sign with, and the key that the other side signs with, as PEM."""

    # An error never quotes its input: it holds a secret.
    model_config = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True)

    signing_key: SecretStr
    peer_signing_key: str

    def signer(self) -> Sm2SigningKey:
        """Return our signing key.  Raises ``ConfigError``, ``Unsupported`` without the extra ``gm``."""
        return Sm2SigningKey.from_pem(self.signing_key.get_secret_value().encode())

    def verifier(self) -> Sm2VerifyingKey:
        """Return the other side's key.  Raises ``ConfigError``."""
        return _public("peer_signing_key", lambda: Sm2VerifyingKey(read_public_pem(self.peer_signing_key.encode())))


class MedicalInsuranceSettings(_EnvelopeSettings):
    """``profile = "nhsa"``: the medical-insurance platform's envelope (guangdong.md section 6); for that platform alone.

    ``anonymous_caller`` sends the literal ``undefined`` and an empty token in the gateway's headers, as its clients do;
    ``window_s`` is how far the time in a reply may be from ours (INFERRED: the gateway's own).
    """

    profile: Literal["nhsa"]
    app_code: str = Field(min_length=16, max_length=64)
    app_secret: SecretStr = Field(min_length=8, max_length=128)
    anonymous_caller: bool = True
    window_s: int = Field(default=180, ge=1, le=3600)
    _keys: MedicalInsuranceProfile = PrivateAttr()

    @model_validator(mode="after")
    def _read_keys(self) -> MedicalInsuranceSettings:
        self._keys = MedicalInsuranceProfile(
            app_code=self.app_code,
            app_secret=self.app_secret.get_secret_value(),
            signer=self.signer(),
            verifier=self.verifier(),
            window_s=self.window_s,
        )
        return self

    @property
    def caller(self) -> tuple[str, str] | None:
        """The id and token that stand in the gateway's headers instead of our own, or None."""
        return (GATEWAY_PAASID, "") if self.anonymous_caller else None

    def seal_call(self, body: Mapping[str, object], *, now: datetime, entropy: Entropy) -> SealedCall:
        """Return ``body`` enveloped; the profile needs no entropy.  Raises ``ConfigError``."""
        return SealedCall(content=seal_medical_insurance(self._keys, body, now=now))

    def open_reply(self, call: SealedCall, data: object, *, now: datetime) -> object:
        """Return what the reply's ``data`` holds.  Raises ``TamperDetected``.

        NOTE: nothing in the profile says which call a reply answers; that rests on TLS.
        """
        return open_medical_insurance(self._keys, data, now=now)


class XbridgeEnvelopeSettings(_EnvelopeSettings):
    """``profile = "xbridge-1"``: our own envelope, towards a peer who runs xbridge too; no platform speaks it.

    ``decryption_key`` opens what is sealed to us, ``peer_encryption_key`` seals to the other side: other keys than those that
    sign.  ``lifetime_s`` is how long an envelope of ours is good for.
    """

    profile: Literal["xbridge-1"]
    decryption_key: SecretStr
    peer_encryption_key: str
    lifetime_s: int = Field(default=120, ge=10, le=MAX_LIFETIME_S)
    _keys: XbridgeProfile = PrivateAttr()

    @model_validator(mode="after")
    def _read_keys(self) -> XbridgeEnvelopeSettings:
        self._keys = XbridgeProfile(
            signer=self.signer(),
            opener=Sm2DecryptionKey.from_pem(self.decryption_key.get_secret_value().encode()),
            peer_verifier=self.verifier(),
            peer_wrapper=_public(
                "peer_encryption_key", lambda: Sm2EncryptionKey.from_pem(self.peer_encryption_key.encode())
            ),
            lifetime_s=self.lifetime_s,
        )
        kids = {self._keys.signer.kid, self._keys.opener.kid}
        if len(kids | {self._keys.peer_verifier.kid, self._keys.peer_wrapper.kid}) != 4:
            raise ConfigError("the four keys of sm_envelope must be different ones: one key, one job, one owner")
        return self

    @property
    def caller(self) -> tuple[str, str] | None:
        """None: the gateway's headers are our own."""
        return None

    def seal_call(self, body: Mapping[str, object], *, now: datetime, entropy: Entropy) -> SealedCall:
        """Return ``body`` enveloped.  Raises ``ConfigError`` for one that is too large or no plain JSON."""
        try:
            plain = canonical_json_of(dict(body))
        except VerificationError:
            # The cause is dropped on purpose: it may quote a value.
            raise ConfigError("an enveloped body is plain JSON: objects, lists, texts, whole numbers") from None
        if len(plain) > MAX_BODY_BYTES:
            raise ConfigError("an enveloped body has at most 512 KiB")
        sealed = seal_ours(self._keys, plain, now=now, entropy=entropy)
        return SealedCall(content=sealed.raw, id=sealed.id)

    def open_reply(self, call: SealedCall, data: object, *, now: datetime) -> object:
        """Return what the reply's ``data`` holds, which has to answer ``call``.  Raises ``TamperDetected``."""
        try:
            raw = canonical_json_of(data)
            opened = open_ours(self._keys, raw, now=now, expected_reply_to=call.id)
            return parse_strict(opened.body, max_bytes=MAX_BODY_BYTES)
        except TamperDetected:
            raise
        except VerificationError as exc:
            raise TamperDetected("envelope", reason="malformed") from exc


SmEnvelopeSettings = Annotated[MedicalInsuranceSettings | XbridgeEnvelopeSettings, Field(discriminator="profile")]
"""One of the two profiles."""


def _public(name: str, read: Callable[[], _T]) -> _T:
    """Return a public key, or say which setting is wrong."""
    try:
        return read()
    except VerificationError as exc:
        raise ConfigError(f"sm_envelope.{name} is not the PEM text of one SM2 public key") from exc
