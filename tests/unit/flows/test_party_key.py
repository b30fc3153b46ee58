"""The keys of a party: what it calls SM2 is its own configuration, and a wrong name is found with it."""

from __future__ import annotations

import json
from typing import Any

import pytest

from tests.unit.crypto.binding import require_binding
from xbridge.core.errors import ConfigError, TamperDetected, TokenInvalid
from xbridge.crypto.key import KeySet
from xbridge.crypto.signing import Signature, SignedRecord, add_signature, verify_record
from xbridge.crypto.sm2_signing import Sm2Names, Sm2SigningKey
from xbridge.testing import World

require_binding(whole_module=True)
pytestmark = pytest.mark.slow

NAMES = {"alg": "SM2-SM3", "aliases": ["SM3withSM2"], "crv": "sm2p256v1"}
KEY = Sm2SigningKey.generate(names=Sm2Names(alg="SM2-SM3", crv="sm2p256v1"))
RECORD = add_signature(SignedRecord(raw=b"xbridge/receipt/v1\n{}", signatures=()), KEY, "issuer")


def keys(**names: Any) -> KeySet:
    """The keys of a party whose one key is :data:`KEY`."""
    jwks = json.loads(KeySet([KEY.public()]).to_jwks())

    def named(document: dict[str, Any]) -> None:
        document["parties"][0] |= {"jwks": jwks, "jose_names": NAMES | names}

    world = World(overrides=named)
    return world.bridge._deps.service_keys[world.config.parties[0].id]


def test_a_party_s_own_names_count() -> None:
    """A signature verifies under the configured name and its aliases, and under no other."""
    found = keys()
    for alg, holds in (("SM2-SM3", True), ("SM3withSM2", True), ("SM2", False), ("SM2SM3", False)):
        made = Signature(alg=alg, kid=KEY.kid, role="issuer", value=RECORD.signatures[0].value)
        record = SignedRecord(raw=RECORD.raw, signatures=(made,))
        if holds:
            assert verify_record(record, found, expected_type="receipt") == b"{}"
        else:
            with pytest.raises(TamperDetected, match="mismatch"):
                verify_record(record, found, expected_type="receipt")


@pytest.mark.parametrize(
    ("names", "error"),
    [
        ({"alg": "ES256"}, ConfigError), ({"aliases": ["EdDSA"]}, ConfigError), ({"crv": "P-256"}, ConfigError),
        ({"crv": "SM2"}, TokenInvalid), ({"alg": "SM2"}, TokenInvalid),
    ],
)  # fmt: skip
def test_a_wrong_name_is_found_with_the_configuration(names: dict[str, Any], error: type[Exception]) -> None:
    """Another algorithm's name is a wrong setting, and a name that the party's own key does not bear refuses the key."""
    with pytest.raises(error):
        keys(**names)
