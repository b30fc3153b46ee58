"""SM2 signatures as the platform would make them (GB/T 32918.2; dossier guangdong.md 10.1).

Only the multiplication on the curve comes from ``gmalg``; what is signed is put together here, because the platform
also signs a value that is already the digest ``e``. Not constant-time: a mock has no secret worth the trouble.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from cryptography.hazmat.primitives.hashes import SM3, Hash

from xbridge_mocks.iamsmart.der import bit_string, integer, oid, sequence
from xbridge_mocks.random_source import RandomSource

__all__ = ["SM2_ID", "Sm2Key", "sm3"]

SM2_ID = b"1234567812345678"
"""The identity that GM/T 0009 uses where none was agreed."""

_P = 0xFFFFFFFE_FFFFFFFF_FFFFFFFF_FFFFFFFF_FFFFFFFF_00000000_FFFFFFFF_FFFFFFFF
_B = 0x28E9FA9E_9D9F5E34_4D5A9E4B_CF6509A7_F39789F5_15AB8F92_DDBCBD41_4D940E93
_N = 0xFFFFFFFE_FFFFFFFF_FFFFFFFF_FFFFFFFF_7203DF6B_21C6052B_53BBF409_39D54123
_G = (
    0x32C4AE2C_1F198119_5F990446_6A39C994_8FE30BBF_F2660BE1_715A4589_334C74C7,
    0xBC3736A2_F4F6779C_59BDCEE3_6B692153_D0A9877C_C62A4740_02DF32E5_2139F0A0,
)
_EC_PUBLIC_KEY, _CURVE = "1.2.840.10045.2.1", "1.2.156.10197.1.301"


@dataclass(frozen=True, slots=True, kw_only=True)
class Sm2Key:
    """A private key ``d`` and its public point, ``04 ‖ x ‖ y``."""

    d: int = field(repr=False)
    point: bytes

    @classmethod
    def generate(cls, random: RandomSource) -> Sm2Key:
        """Draw a key."""
        d = 1 + int.from_bytes(random.bytes(40), "big") % (_N - 2)
        return cls(d=d, point=_times_g(d))

    def spki(self) -> bytes:
        """The SubjectPublicKeyInfo in DER."""
        return sequence(sequence(oid(_EC_PUBLIC_KEY), oid(_CURVE)), bit_string(self.point))

    def sign(self, message: bytes, random: RandomSource, *, identity: bytes = SM2_ID) -> bytes:
        """Sign ``message`` under the name ``identity``: DER SEQUENCE{r, s}."""
        return self.sign_digest(sm3(self.z(identity) + message), random)

    def sign_digest(self, digest: bytes, random: RandomSource) -> bytes:
        """Sign ``e`` itself, 32 bytes: DER SEQUENCE{r, s}."""
        e = int.from_bytes(digest, "big")
        while True:
            k = 1 + int.from_bytes(random.bytes(40), "big") % (_N - 1)
            r = (e + int.from_bytes(_times_g(k)[1:33], "big")) % _N
            s = pow(1 + self.d, -1, _N) * (k - r * self.d) % _N
            if r and r + k != _N and s:
                return sequence(integer(r), integer(s))

    def z(self, identity: bytes) -> bytes:
        """The digest of who signs with which key on which curve."""
        curve = b"".join(number.to_bytes(32, "big") for number in (_P - 3, _B, *_G))
        return sm3((8 * len(identity)).to_bytes(2, "big") + identity + curve + self.point[1:])


def sm3(raw: bytes) -> bytes:
    """The SM3 digest."""
    digest = Hash(SM3())
    digest.update(raw)
    return digest.finalize()


def _times_g(k: int) -> bytes:
    # Loading gmalg takes as long as starting the whole mock; only a signature with SM2 needs it.
    from gmalg import SM2

    return bytes(SM2().generate_pk(k.to_bytes(32, "big")))
