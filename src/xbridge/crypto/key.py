"""Keys that sign, keys that verify, and sets of the latter.

A key has exactly one algorithm and one id for life.  Files, key rotation and the question whose key it is are not
answered here: the caller gives one :class:`KeySet` per issuer.  Private keys leave only as PEM, never as JWK, text in
a ``repr``, pickle or copy.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Final, NoReturn, Protocol, runtime_checkable

from cryptography.hazmat.primitives.asymmetric.ec import (
    SECP256R1,
    EllipticCurvePrivateKey,
    derive_private_key,
    generate_private_key,
)
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from xbridge.core.errors import ConfigError, TokenInvalid, Unsupported, VerificationError
from xbridge.core.ports import Entropy, Verifier
from xbridge.crypto.algorithm import PrivateKey, PublicKey, bind_check, bind_sign
from xbridge.crypto.canonical import canonical_json_of, parse_strict_object
from xbridge.crypto.jwk import admit_jwk, admit_kid, admit_public_key, public_members, read_kid, thumbprint
from xbridge.crypto.sm2_signing import SM2_NAMES, Sm2Names, Sm2VerifyingKey

MAX_JWKS_BYTES: Final = 64 * 1024
MAX_KEYS: Final = 64
_P256_ORDER: Final = 0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551


@runtime_checkable
class PublishedKey(Verifier, Protocol):
    """A key that verifies and can say what it is: what a JWK Set is written from."""

    def to_jwk(self) -> dict[str, str]:
        """Return the public JWK and nothing else."""
        ...


class VerificationKey:
    """A public key with its one algorithm; implements :class:`xbridge.core.ports.Verifier`.

    ``verify(signature, message)`` returns, or raises ``TokenInvalid("signature", reason="mismatch")``.  It is bound
    once, when the key is made, so that no call looks at the kind of key again.
    """

    __slots__ = ("_public", "alg", "kid", "thumbprint", "verify")

    def __init__(self, public: PublicKey, *, alg: str, kid: str | None = None) -> None:
        """``kid`` is the thumbprint unless the key's owner calls it otherwise.

        Raises ``TokenInvalid("key", …)`` for a weak key or one that is not for ``alg``.
        """
        admit_public_key(public)
        try:
            self.verify = bind_check(alg, public)
        except ValueError as exc:
            raise TokenInvalid("key", reason="mismatch") from exc
        self._public = public
        self.alg = alg
        self.thumbprint = thumbprint(public)
        self.kid = self.thumbprint if kid is None else admit_kid(kid)

    @classmethod
    def from_jwk(cls, jwk: Mapping[str, object]) -> VerificationKey:
        """Return the key of a public JWK (RFC 7517), admitted by :func:`xbridge.crypto.jwk.admit_jwk`."""
        alg, public = admit_jwk(jwk)
        return cls(public, alg=alg, kid=read_kid(jwk))

    def to_jwk(self) -> dict[str, str]:
        """Return the public JWK: the defining members, ``alg``, ``kid`` and ``use``, and nothing else (lesson C13)."""
        return dict(sorted({**public_members(self._public), "alg": self.alg, "kid": self.kid, "use": "sig"}.items()))

    def __repr__(self) -> str:
        """Return the kind and id; both are public."""
        return f"VerificationKey(kid={self.kid!r}, alg={self.alg!r})"


class SigningKey:
    """A private key that signs; implements :class:`xbridge.core.ports.Signer`.

    ``alg`` is ``"ES256"``, ``"EdDSA"`` or ``"Ed25519"``.  The last two are one algorithm under its old and new name
    (RFC 9864): write the new one only to peers that are known to read it.
    """

    __slots__ = ("_private", "_public", "alg", "kid", "sign")

    def __init__(self, private: PrivateKey, *, alg: str) -> None:
        """Bind ``private`` to ``alg``.  Raises ``ConfigError`` if they do not fit."""
        try:
            self.sign = bind_sign(alg, private)
        except ValueError as exc:
            raise ConfigError(f"a signing key is Ed25519 (EdDSA) or P-256 (ES256); this one is not for {alg}") from exc
        self._private = private
        self._public = VerificationKey(private.public_key(), alg=alg)
        self.alg = alg
        self.kid = self._public.kid

    @classmethod
    def generate(cls, alg: str = "EdDSA", entropy: Entropy | None = None) -> SigningKey:
        """Return a new key, from ``entropy`` where given and from OpenSSL's generator otherwise.

        Raises ``ConfigError`` for an algorithm that does not sign here.
        """
        if alg == "ES256":
            return cls(generate_private_key(SECP256R1()) if entropy is None else _p256_from(entropy), alg=alg)
        if entropy is None:
            return cls(Ed25519PrivateKey.generate(), alg=alg)
        return cls(Ed25519PrivateKey.from_private_bytes(entropy(32)), alg=alg)

    @classmethod
    def from_pem(cls, pem: bytes, *, password: bytes | None = None, alg: str | None = None) -> SigningKey:
        """Return the key in a PKCS#8 PEM text; ``alg`` by default ``EdDSA`` or ``ES256``, by the kind of key.

        Raises ``ConfigError`` for unreadable text, a wrong password or a key of another kind.
        """
        from cryptography.exceptions import UnsupportedAlgorithm
        from cryptography.hazmat.primitives.serialization import load_pem_private_key

        try:
            private = load_pem_private_key(pem, password)
        except (ValueError, TypeError, UnsupportedAlgorithm):
            # The cause is dropped on purpose: no part of a private key's text belongs in a traceback.
            raise ConfigError("the private key cannot be read: expected PKCS#8 PEM, and its password if any") from None
        if isinstance(private, Ed25519PrivateKey):
            return cls(private, alg=alg or "EdDSA")
        if isinstance(private, EllipticCurvePrivateKey):
            return cls(private, alg=alg or "ES256")
        raise ConfigError("the private key is of another kind: expected Ed25519 or P-256")

    def to_pem(self, *, password: bytes | None = None) -> bytes:
        """Return the private key as PKCS#8 PEM, encrypted where a ``password`` is given.  Keep it secret."""
        from cryptography.hazmat.primitives import serialization

        protection: serialization.KeySerializationEncryption = serialization.NoEncryption()
        if password is not None:
            protection = serialization.BestAvailableEncryption(password)
        return self._private.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, protection)

    def public(self) -> VerificationKey:
        """Return the key that verifies what this one signs."""
        return self._public

    def __repr__(self) -> str:
        """Return the kind and public id, never the key."""
        return f"SigningKey(kid={self.kid!r}, alg={self.alg!r})"

    def __reduce_ex__(self, protocol: object) -> NoReturn:
        """Refuse to be pickled or copied (lesson I4)."""
        raise TypeError("a private key is not copied or pickled")


class KeySet:
    """The keys of one issuer, by id.

    Holds :class:`VerificationKey` and :class:`xbridge.crypto.sm2_signing.Sm2VerifyingKey` objects, or any other
    :class:`xbridge.core.ports.Verifier`; what holds SM2 keys verifies a token under SM2 only where its reader asks for that
    algorithm by name.  ``routes``
    belongs to :mod:`xbridge.crypto.jose`: header segments seen under a valid signature, bounded.
    """

    __slots__ = ("_keys", "routes")

    def __init__(self, keys: Iterable[Verifier]) -> None:
        """Raises ``TokenInvalid``: ``kid`` for a duplicated id, ``key`` for symmetric or too many (over 64) keys."""
        self._keys: dict[str, Verifier] = {}
        self.routes: dict[bytes, object] = {}
        for key in keys:
            if key.alg.startswith("HS") or key.alg.lower() == "none":
                raise TokenInvalid("key", reason="unknown", message="key: symmetric keys are not admitted")
            if key.kid in self._keys:
                raise TokenInvalid("kid", reason="duplicated")
            self._keys[key.kid] = key
        if len(self._keys) > MAX_KEYS:
            raise TokenInvalid("key", reason="too_large")

    @classmethod
    def from_jwks(cls, jwks: bytes | Mapping[str, object], *, sm2: Sm2Names = SM2_NAMES) -> KeySet:
        """Return the keys of a JWK Set; one bad key refuses the set: its owner is careless with keys.

        ``sm2`` says what its owner calls SM2.  Raises ``TokenInvalid("jwks", …)`` for text that is not a JWK Set, and what
        ``VerificationKey.from_jwk`` raises.
        """
        try:
            members = parse_strict_object(jwks, max_bytes=MAX_JWKS_BYTES) if isinstance(jwks, bytes) else jwks
        except VerificationError as exc:
            raise TokenInvalid("jwks", reason=exc.reason) from exc
        keys = members.get("keys")
        if not isinstance(keys, list | tuple) or not all(isinstance(key, Mapping) for key in keys):
            raise TokenInvalid("jwks", reason="malformed")
        return cls(
            Sm2VerifyingKey.from_jwk(key, names=sm2) if sm2.is_key(key) else VerificationKey.from_jwk(key)
            for key in keys
        )

    def to_jwks(self) -> bytes:
        """Return the canonical JWK Set, in the order the keys were given.

        Raises ``Unsupported`` if a key of another making has no ``to_jwk``.
        """
        keys = [key for key in self if isinstance(key, PublishedKey)]
        if len(keys) != len(self):
            raise Unsupported("only keys of this library, or such as have to_jwk themselves, can be written as JWK")
        return canonical_json_of({"keys": [key.to_jwk() for key in keys]})

    def for_kid(self, kid: str | None) -> Verifier:
        """Return the key called ``kid``; without one, the only key.  Raises ``TokenInvalid("kid", …)``.

        ``kid`` is hostile text: it is looked up, and never used for anything else.
        """
        if kid is None:
            if len(self._keys) != 1:
                raise TokenInvalid("kid", reason="missing")
            return next(iter(self._keys.values()))
        key = self._keys.get(kid)
        if key is None:
            raise TokenInvalid("kid", reason="unknown")
        return key

    def get(self, kid: str) -> Verifier | None:
        """Return the key called ``kid``, or None."""
        return self._keys.get(kid)

    def __iter__(self) -> Iterator[Verifier]:
        """Iterate over the keys in the order given."""
        return iter(self._keys.values())

    def __len__(self) -> int:
        """Return how many keys there are."""
        return len(self._keys)

    def __repr__(self) -> str:
        """Return the key ids; they are public."""
        return f"KeySet({list(self._keys)!r})"


def _p256_from(entropy: Entropy) -> EllipticCurvePrivateKey:
    """Return a P-256 key from fresh bytes, drawing again outside [1, n − 1] (FIPS 186-5 A.2.2)."""
    for _ in range(64):
        scalar = int.from_bytes(entropy(32), "big")
        if 0 < scalar < _P256_ORDER:
            return derive_private_key(scalar, SECP256R1())
    raise ConfigError("the entropy source does not give usable bytes")
