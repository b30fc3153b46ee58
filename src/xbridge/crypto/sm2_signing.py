"""SM2 keys behind the ports ``Signer`` and ``Verifier``: raw signatures, JSON Web Keys, PEM, and the names JOSE has for them.

For records and tokens that carry an SM2 signature.  The mathematics is :mod:`xbridge.crypto.sm2`'s, the files are
:mod:`xbridge.crypto.sm2_key`'s.  Software keys are no certified module (GB/T 39786): any other object with ``kid``, ``alg`` and
``sign``, an HSM's for instance, takes the place of a :class:`Sm2SigningKey`.

NOTE: no registry has a name for SM2 in JOSE (guangdong.md section 10.1, checked), so peers use several.  A token under any of
them is refused unless its reader names that very name in ``algorithms``.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final, NoReturn

from xbridge.core.errors import ConfigError, TamperDetected, TokenInvalid
from xbridge.crypto.algorithm import ALGORITHMS
from xbridge.crypto.jwk import (
    admit_kid,
    members_thumbprint,
    read_kid,
    read_point,
    refuse_misuse,
    write_coordinate,
)
from xbridge.crypto.sm2 import DEFAULT_ID, Sm2PrivateKey, Sm2PublicKey, sm2_sign, sm2_verify
from xbridge.crypto.sm2_key import read_private_pem, write_private_pem

KNOWN_ALIASES: Final = ("SM2SM3", "SM2-SM3", "SM3withSM2")
"""What others write for ``"SM2"`` (guangdong.md section 10.1).  None is accepted until it is configured."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Sm2Names:
    """What one peer calls SM2: ``alg``, which is also what we write, ``aliases`` it may write instead, and the JWK's ``crv``."""

    alg: str = "SM2"
    aliases: tuple[str, ...] = ()
    crv: str = "SM2"

    def __post_init__(self) -> None:
        """Raises ``ConfigError`` for an empty name or one that already means something else."""
        for name in (self.alg, *self.aliases):
            if not name or name in ALGORITHMS or name.lower() == "none" or name.startswith(("HS", "ES", "RS", "PS")):
                raise ConfigError("a JOSE name for SM2 is not empty and not the name of another algorithm")
        if self.crv in {"", "P-256", "P-384", "P-521", "secp256k1"}:
            raise ConfigError("a JOSE name for the SM2 curve is not empty and not the name of another curve")

    @property
    def algorithms(self) -> frozenset[str]:
        """All the names: for ``algorithms=`` of :func:`xbridge.crypto.jose.verify_jwt`, by whoever wants SM2 tokens."""
        return frozenset({self.alg, *self.aliases})

    def is_key(self, jwk: Mapping[str, object]) -> bool:
        """Return whether ``jwk`` says that it is an SM2 key."""
        return jwk.get("kty") == "EC" and jwk.get("crv") == self.crv


SM2_NAMES: Final = Sm2Names()


def public_members(key: Sm2PublicKey, crv: str = SM2_NAMES.crv) -> dict[str, str]:
    """Return the JWK members of ``key`` that define it, and no others: what its thumbprint hashes (RFC 7638)."""
    return {"crv": crv, "kty": "EC", "x": write_coordinate(key.x), "y": write_coordinate(key.y)}


class Sm2VerifyingKey:
    """A public SM2 key; implements :class:`xbridge.core.ports.Verifier`.

    ``aliases`` are the further algorithm names that mean this key's (:func:`xbridge.crypto.algorithm.same_algorithm`).
    """

    __slots__ = ("_names", "_public", "_sm2_id", "alg", "aliases", "kid", "thumbprint")

    def __init__(
        self,
        public: Sm2PublicKey,
        *,
        kid: str | None = None,
        sm2_id: bytes = DEFAULT_ID,
        names: Sm2Names = SM2_NAMES,
    ) -> None:
        """``sm2_id`` is the signer's id, which goes into every signature; ``kid`` is the thumbprint unless its owner differs.

        Raises ``TokenInvalid("kid", …)``.
        """
        self._public, self._sm2_id, self._names = public, sm2_id, names
        self.alg, self.aliases = names.alg, frozenset(names.aliases)
        self.thumbprint = members_thumbprint(public_members(public, names.crv))
        self.kid = self.thumbprint if kid is None else admit_kid(kid)

    @classmethod
    def from_jwk(
        cls, jwk: Mapping[str, object], *, sm2_id: bytes = DEFAULT_ID, names: Sm2Names = SM2_NAMES
    ) -> Sm2VerifyingKey:
        """Return the key of a public JWK.

        Raises ``TokenInvalid``: ``("kid", …)``, and ``("key", …)`` with ``malformed`` (members, sizes, a point off the curve),
        ``mismatch`` (``use``, ``key_ops`` or ``alg``), ``unknown`` (another kind of key), ``private``.
        """
        refuse_misuse(jwk)
        if not names.is_key(jwk):
            raise TokenInvalid("key", reason="unknown")
        alg = jwk.get("alg", names.alg)
        if not isinstance(alg, str) or alg not in names.algorithms:
            raise TokenInvalid("key", reason="mismatch")
        return cls(Sm2PublicKey(*read_point(jwk)), kid=read_kid(jwk), sm2_id=sm2_id, names=names)

    def verify(self, signature: bytes, message: bytes) -> None:
        """Return if ``signature``, raw r‖s, is this key's over ``message``.

        Raises ``TokenInvalid("signature", reason="mismatch")``, ``Unsupported`` without the extra ``gm``.
        """
        try:
            sm2_verify(self._public, message, signature, sm2_id=self._sm2_id)
        except TamperDetected as exc:
            raise TokenInvalid("signature", reason="mismatch") from exc

    def to_jwk(self) -> dict[str, str]:
        """Return the public JWK: the defining members, ``alg``, ``kid`` and ``use``, and nothing else (lesson C13)."""
        members = public_members(self._public, self._names.crv)
        return dict(sorted({**members, "alg": self.alg, "kid": self.kid, "use": "sig"}.items()))

    def __repr__(self) -> str:
        """Return the kind and id; both are public."""
        return f"Sm2VerifyingKey(kid={self.kid!r}, alg={self.alg!r})"


class Sm2SigningKey:
    """A private SM2 key in software; implements :class:`xbridge.core.ports.Signer`."""

    __slots__ = ("_private", "_public", "_sm2_id", "alg", "kid")

    def __init__(self, private: Sm2PrivateKey, *, sm2_id: bytes = DEFAULT_ID, names: Sm2Names = SM2_NAMES) -> None:
        """``sm2_id`` is this signer's id: whoever verifies must know it."""
        self._private, self._sm2_id = private, sm2_id
        self._public = Sm2VerifyingKey(private.public(), sm2_id=sm2_id, names=names)
        self.alg, self.kid = names.alg, self._public.kid

    @classmethod
    def generate(cls, *, sm2_id: bytes = DEFAULT_ID, names: Sm2Names = SM2_NAMES) -> Sm2SigningKey:
        """Return a new key, from the binding's own randomness.  Raises ``Unsupported`` without the extra ``gm``."""
        return cls(Sm2PrivateKey.generate(), sm2_id=sm2_id, names=names)

    @classmethod
    def from_pem(cls, pem: bytes, *, sm2_id: bytes = DEFAULT_ID, names: Sm2Names = SM2_NAMES) -> Sm2SigningKey:
        """Return the key in a PEM text; raises as :func:`xbridge.crypto.sm2_key.read_private_pem`."""
        return cls(read_private_pem(pem), sm2_id=sm2_id, names=names)

    def to_pem(self) -> bytes:
        """Return the private key as PKCS#8 PEM, not encrypted.  Keep it secret."""
        return write_private_pem(self._private)

    def sign(self, message: bytes) -> bytes:
        """Return the signature over ``message``: r‖s, 64 bytes, another one every time.

        Raises ``Unsupported`` without the extra ``gm``.
        """
        return sm2_sign(self._private, message, sm2_id=self._sm2_id)

    def public(self) -> Sm2VerifyingKey:
        """Return the key that verifies what this one signs."""
        return self._public

    def __repr__(self) -> str:
        """Return the kind and public id, never the key."""
        return f"Sm2SigningKey(kid={self.kid!r}, alg={self.alg!r})"

    def __reduce_ex__(self, protocol: object) -> NoReturn:
        """Refuse to be pickled or copied (lesson I4)."""
        raise TypeError("a private key is not copied or pickled")
