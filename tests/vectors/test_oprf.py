"""RFC 9497, Appendix A.1.1: ristretto255-SHA512 in mode OPRF, both vectors and the derivation of the key.

The same values are in ``allVectors.json`` of github.com/cfrg/draft-irtf-cfrg-voprf, from which the RFC was made.
"""

from __future__ import annotations

import pytest

from xbridge.crypto.oprf import blind, blind_with, derive_key, evaluate, evaluate_blinded, finalize

SEED, KEY_INFO = b"\xa3" * 32, b"test key"
SK_SM = "5ebcea5ee37023ccb9fc2d2019f9d7737be85591ae8652ffa9ef0f4d37063b0e"
BLIND = "64d37aed22a27f5191de1c1d69fadb899d8862b58eb4220029e036ec4c1f6706"
VECTORS = {
    "A.1.1.1": (
        "00",
        "609a0ae68c15a3cf6903766461307e5c8bb2f95e7e6550e1ffa2dc99e412803c",
        "7ec6578ae5120958eb2db1745758ff379e77cb64fe77b0b2d8cc917ea0869c7e",
        "527759c3d9366f277d8c6020418d96bb393ba2afb20ff90df23fb7708264e2f3"
        "ab9135e3bd69955851de4b1f9fe8a0973396719b7912ba9ee8aa7d0b5e24bcf6",
    ),
    "A.1.1.2": (
        "5a" * 17,
        "da27ef466870f5f15296299850aa088629945a17d1f5b7f5ff043f76b3c06418",
        "b4cbf5a4f1eeda5a63ce7b77c7d23f461db3fcab0dd28e4e17cecb5c90d02c25",
        "f4a74c9c592497375e796aa837e907b1a045d34306a749db9f34221f7e750cb4"
        "f2a6413a6bf6fa5e19ba6348eb673934a722a7ede2e7621306d18951e7cf2c73",
    ),
}


def test_the_key() -> None:
    """DeriveKeyPair gives the private key of the appendix."""
    assert derive_key(SEED, KEY_INFO).hex() == SK_SM


@pytest.mark.parametrize("section", VECTORS)
def test_each_step(section: str) -> None:
    """Blinded element, evaluation and output are those of the appendix, and the holder of the key computes the same."""
    value, blinded_element, evaluated_element, output = (bytes.fromhex(text) for text in VECTORS[section])
    key = bytes.fromhex(SK_SM)
    blinded = blind_with(value, bytes.fromhex(BLIND))
    assert blinded.element == blinded_element
    assert evaluate_blinded(key, blinded.element) == evaluated_element
    assert finalize(value, blinded.blind, evaluated_element) == output
    assert evaluate(key, value) == output


@pytest.mark.parametrize("section", VECTORS)
def test_another_blind_gives_the_same_output(section: str) -> None:
    """The blinding is off again at the end, whatever it was."""
    value, output = bytes.fromhex(VECTORS[section][0]), bytes.fromhex(VECTORS[section][3])
    blinded = blind(value, lambda size: bytes(range(7, 7 + size)))
    assert blinded.element.hex() != VECTORS[section][1]
    assert finalize(value, blinded.blind, evaluate_blinded(bytes.fromhex(SK_SM), blinded.element)) == output
