"""The certification authority inside the mock: two roots, and a signing certificate for each person who signs.

Everything is made in the run that needs it, on the mock's clock, and nothing is written down. What a person signs is
``signer``; a real platform's authority is a recognised one (Cap. 553), of which this knows nothing.
"""

from __future__ import annotations

import base64
import hashlib
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Literal

from cryptography.hazmat.primitives.asymmetric.rsa import generate_private_key

from xbridge_mocks.clock import MockClock
from xbridge_mocks.iamsmart.certificate import AnyKey, Subject, Usage, issue, spki
from xbridge_mocks.iamsmart.sm2 import Sm2Key
from xbridge_mocks.persona import Persona
from xbridge_mocks.random_source import RandomSource

__all__ = ["Authority", "Bend", "Credential", "KeyType", "new_key"]

KeyType = Literal["RSA", "SM2"]
Bend = Literal["expired", "not_yet_valid", "unknown_authority", "other_use"]
"""What can be wrong with a certificate that is made to order."""

_DAY = timedelta(days=1)
_YEAR = 365 * _DAY


@dataclass(frozen=True, slots=True, kw_only=True)
class Credential:
    """A private key and the certificate, in DER, that says whose it is."""

    key: AnyKey = field(repr=False)
    certificate: bytes = field(repr=False)
    issuer: Subject
    not_before: datetime
    not_after: datetime


class Authority:
    """Makes roots and certificates when first asked for them, and keeps them for the life of the mock."""

    def __init__(self, *, clock: MockClock, random: RandomSource) -> None:
        self._clock = clock
        self._random = random
        self._name = random.hex(4)
        self._roots: dict[KeyType, Credential] = {}
        self._people: dict[tuple[str, KeyType], Credential] = {}

    def trust_anchors(self) -> tuple[str, ...]:
        """The certificates of both roots as PEM texts, RSA first."""
        return tuple(_pem(self._root(key_type).certificate) for key_type in _KEY_TYPES)

    def credential(self, person: Persona, key_type: KeyType) -> Credential:
        """The key of ``person`` and a certificate that is valid now; one that has ended is renewed for the same key."""
        held = self._people.get((person.key, key_type))
        now = self._clock.now()
        if held is None or not held.not_before <= now <= held.not_after:
            key = new_key(key_type, self._random) if held is None else held.key
            held = self._certify(person, key, self._root(key_type), now - _DAY, now + 3 * _YEAR)
            self._people[person.key, key_type] = held
        return held

    def bent(self, person: Persona, key_type: KeyType, bend: Bend) -> Credential:
        """The person's own key with a certificate that no service may accept, made for this call alone."""
        key, now = self.credential(person, key_type).key, self._clock.now()
        start, end = now - _DAY, now + 3 * _YEAR
        if bend == "expired":
            start, end = now - 3 * _YEAR, now - _DAY
        if bend == "not_yet_valid":
            start = now + _DAY
        # A stranger's root with the very name of ours: only its signature tells them apart.
        root = self._new_root(key_type) if bend == "unknown_authority" else self._root(key_type)
        return self._certify(
            person, key, root, start, end, usage="encipherment" if bend == "other_use" else "signature"
        )  # fmt: skip

    def _root(self, key_type: KeyType) -> Credential:
        if key_type not in self._roots:
            self._roots[key_type] = self._new_root(key_type)
        return self._roots[key_type]

    def _new_root(self, key_type: KeyType) -> Credential:
        name = Subject(common_name=f"xbridge mock signing CA {key_type} {self._name}")
        key, now = new_key(key_type, self._random), self._clock.now()
        start, end = now - _YEAR, now + 20 * _YEAR
        made = issue(
            subject=name, public_key=spki(key), issuer=name, issuer_key=key, usage="authority", not_before=start,
            not_after=end, random=self._random,
        )  # fmt: skip
        return Credential(key=key, certificate=made, issuer=name, not_before=start, not_after=end)

    def _certify(
        self,
        person: Persona,
        key: AnyKey,
        root: Credential,
        start: datetime,
        end: datetime,
        *,
        usage: Usage = "signature",
    ) -> Credential:
        # The name as it stands on the card, and a reference that leads back to nothing.
        reference = int.from_bytes(hashlib.sha256(person.key.encode()).digest()[:6], "big") % 10**10
        made = issue(
            subject=Subject(common_name=person.name_en, serial_number=f"{reference:010d}"), public_key=spki(key),
            issuer=root.issuer, issuer_key=root.key, usage=usage, not_before=start, not_after=end, random=self._random,
        )  # fmt: skip
        return Credential(key=key, certificate=made, issuer=root.issuer, not_before=start, not_after=end)


def new_key(key_type: KeyType, random: RandomSource) -> AnyKey:
    """A new key. RSA has 2048 bits, and its randomness is the library's own, not ``random``."""
    return Sm2Key.generate(random) if key_type == "SM2" else generate_private_key(65537, 2048)


def _pem(der: bytes) -> str:
    text = base64.b64encode(der).decode("ascii")
    lines = "\n".join(text[place : place + 64] for place in range(0, len(text), 64))
    return f"-----BEGIN CERTIFICATE-----\n{lines}\n-----END CERTIFICATE-----\n"


_KEY_TYPES: tuple[KeyType, ...] = ("RSA", "SM2")
