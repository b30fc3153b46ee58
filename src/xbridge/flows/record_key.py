"""The operator's record keys, as configured: in this process, or kept elsewhere and asked through a ``Signer``.

Read once per Bridge.  What they sign, and how often, is in ``record_signing.py``.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final, Literal, get_args

from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric.ec import EllipticCurvePublicKey
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import load_pem_public_key

from xbridge.core.config import Keys, RetiredKey
from xbridge.core.errors import ConfigError, TokenInvalid
from xbridge.core.ports import Signer
from xbridge.crypto.algorithm import same_algorithm
from xbridge.crypto.key import PublishedKey, SigningKey, VerificationKey
from xbridge.crypto.sm2 import require_sm2
from xbridge.crypto.sm2_key import read_public_pem
from xbridge.crypto.sm2_signing import Sm2SigningKey, Sm2VerifyingKey
from xbridge.evidence.trust import TrustedKey, trusted_key

RecordKeyName = Literal["record", "record_sm2"]
RECORD_KEY_NAMES: Final[tuple[RecordKeyName, ...]] = get_args(RecordKeyName)
_PUBLIC_MARK: Final = "-----BEGIN PUBLIC KEY-----"


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordKey:
    """One key that signs records as the operator.

    ``outside`` says that ``signer`` is not in this process; ``public`` always is, and checks what came from there.
    ``valid_from`` (RFC 3339) is when the key came into use; ``sm2_id`` the id under which an SM2 key signs, else empty.
    """

    name: RecordKeyName
    signer: Signer = field(repr=False)
    public: PublishedKey
    outside: bool
    valid_from: str
    sm2_id: str = ""


def load_record_keys(keys: Keys, signers: Mapping[str, Signer]) -> tuple[RecordKey, ...]:
    """Return the record keys: the international one, and the SM2 one where there is one.

    Raises ``ConfigError`` for a key of the wrong kind, a signer that no public key was configured for, or the reverse;
    ``Unsupported`` for an SM2 key without the extra ``gm``.
    """
    if unknown := sorted(set(signers) - set(RECORD_KEY_NAMES)):
        raise ConfigError(f"signers: {unknown[0]!r} is no record key; it takes {', '.join(RECORD_KEY_NAMES)}")
    found = [_record_key(keys, signers.get("record"))]
    if keys.record_sm2 is not None:
        found.append(_sm2_key(keys, keys.record_sm2.get_secret_value(), signers.get("record_sm2")))
    elif "record_sm2" in signers:
        raise ConfigError("signers has 'record_sm2': put its public key (PEM) into keys.record_sm2")
    return tuple(found)


def load_retired_keys(keys: Keys) -> tuple[TrustedKey, ...]:
    """Return the record keys that sign no more, as the trust file names them.

    Raises ``ConfigError`` for a key of the wrong kind, ``Unsupported`` for an SM2 key without the extra ``gm``.
    """
    return tuple(_retired(key) for key in keys.record_retired)


def _retired(key: RetiredKey) -> TrustedKey:
    public: PublishedKey | None = _public_key(key.public)
    sm2_id = ""
    if public is None:
        public, sm2_id = _sm2_public_key(key.public, key.sm2_id), key.sm2_id
    if public is None:
        raise ConfigError("keys.record_retired: expected the PEM text of a public key: Ed25519, P-256 or SM2")
    if sm2_id:
        require_sm2()
    made = trusted_key(public, "record", valid_from=key.valid_from, sm2_id=sm2_id)
    return made.model_copy(update={"valid_until": key.valid_until})


def _record_key(keys: Keys, signer: Signer | None) -> RecordKey:
    pem = keys.record.get_secret_value()
    if _is_public("record", pem, signer):
        public = _public_key(pem)
        if public is None:
            raise ConfigError("keys.record: expected Ed25519 or P-256; an SM2 key belongs into keys.record_sm2")
        return _outside("record", signer, public, valid_from=keys.valid_from)
    own = signing_key("record", pem)
    return RecordKey(name="record", signer=own, public=own.public(), outside=False, valid_from=keys.valid_from)


def _sm2_key(keys: Keys, pem: str, signer: Signer | None) -> RecordKey:
    # Also where the private key is elsewhere: what comes from there is checked here.
    require_sm2()
    since, sm2_id = keys.record_sm2_valid_from or keys.valid_from, keys.record_sm2_id
    if _is_public("record_sm2", pem, signer):
        public = _sm2_public_key(pem, sm2_id)
        if public is None:
            raise ConfigError("keys.record_sm2: expected the PEM text of an SM2 key")
        return _outside("record_sm2", signer, public, valid_from=since, sm2_id=sm2_id)
    try:
        own = Sm2SigningKey.from_pem(pem.encode(), sm2_id=sm2_id.encode())
    except ConfigError as exc:
        raise ConfigError(f"keys.record_sm2: {exc.message}") from None
    return RecordKey(name="record_sm2", signer=own, public=own.public(), outside=False, valid_from=since, sm2_id=sm2_id)


def _is_public(name: RecordKeyName, pem: str, signer: Signer | None) -> bool:
    """Return whether the key is kept elsewhere.  Raises ``ConfigError`` unless exactly one of both has the private key."""
    public = _PUBLIC_MARK in pem
    if public and signer is None:
        raise ConfigError(f"keys.{name} is a public key: pass who signs as signers={{'{name}': …}}, or the private key")
    if not public and signer is not None:
        raise ConfigError(f"signers has {name!r}, so keys.{name} must be its public key (PEM) and no private one")
    return public


def _outside(
    name: RecordKeyName, signer: Signer | None, public: PublishedKey, *, valid_from: str, sm2_id: str = ""
) -> RecordKey:
    """Return the key of a signer elsewhere, if it says that it is the one of the configured public key."""
    if signer is None or signer.kid != public.kid or not same_algorithm(signer.alg, public):
        raise ConfigError(
            f"signers[{name!r}] must be for the key in keys.{name}: kid {public.kid!r}, alg {public.alg!r}"
        )
    return RecordKey(name=name, signer=signer, public=public, outside=True, valid_from=valid_from, sm2_id=sm2_id)


def _public_key(pem: str) -> VerificationKey | None:
    """Return the Ed25519 or P-256 key in ``pem``, None for anything else."""
    try:
        public = load_pem_public_key(pem.encode())
        if isinstance(public, Ed25519PublicKey):
            return VerificationKey(public, alg="EdDSA")
        return VerificationKey(public, alg="ES256") if isinstance(public, EllipticCurvePublicKey) else None
    except (ValueError, UnsupportedAlgorithm, TokenInvalid):
        return None


def _sm2_public_key(pem: str, sm2_id: str) -> Sm2VerifyingKey | None:
    """Return the SM2 key in ``pem``, None for anything else."""
    try:
        return Sm2VerifyingKey(read_public_pem(pem.encode()), sm2_id=sm2_id.encode())
    except TokenInvalid:
        return None


def signing_key(name: str, pem: str) -> SigningKey:
    """Return the Ed25519 or P-256 key in ``pem``.  Raises ``ConfigError`` that names the member, and never its value."""
    try:
        return SigningKey.from_pem(pem.encode())
    except ConfigError as exc:
        hint = "; an SM2 key belongs into keys.record_sm2" if name == "record" else ""
        raise ConfigError(f"keys.{name}: {exc.message}{hint}") from None
