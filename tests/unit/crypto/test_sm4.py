"""SM4: the published texts, another implementation, and every change that must not open."""

from __future__ import annotations

from collections.abc import Callable
from typing import NoReturn

import gmalg
import pytest
from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.ciphers import Cipher
from cryptography.hazmat.primitives.ciphers.algorithms import SM4
from cryptography.hazmat.primitives.ciphers.modes import CBC
from hypothesis import given, settings
from hypothesis import strategies as st

from xbridge.core.errors import TamperDetected, Unsupported
from xbridge.crypto import sm4 as module
from xbridge.crypto.sm4 import (
    insecure_sm4_ecb_decrypt,
    insecure_sm4_ecb_encrypt,
    sm4_cbc_decrypt,
    sm4_cbc_encrypt,
    sm4_gcm_open,
    sm4_gcm_seal,
)

KEY = bytes.fromhex("0123456789abcdeffedcba9876543210")
NONCE = bytes.fromhex("00001234567800000000ABCD")
ASSOCIATED = bytes.fromhex("FEEDFACEDEADBEEFFEEDFACEDEADBEEFABADDAD2")
TEXT = b"".join(bytes([byte]) * 8 for byte in (0xAA, 0xBB, 0xCC, 0xDD, 0xEE, 0xFF, 0xEE, 0xAA))
SEALED = sm4_gcm_seal(KEY, NONCE, TEXT, ASSOCIATED)
PADDING = insecure_sm4_ecb_encrypt(KEY, b"")


def test_the_standard_s_block() -> None:
    """GB/T 32907 A.1: the key under itself, which ECB without its padding shows."""
    assert insecure_sm4_ecb_encrypt(KEY, KEY)[:16].hex() == "681edf34d206965e86b3e94f536e4246"


def test_the_standard_s_million_blocks() -> None:
    """GB/T 32907 A.2: a million times over, done as one CBC text of zeros, where every block encrypts the one before."""
    encryptor = Cipher(SM4(KEY), CBC(KEY)).encryptor()
    last = encryptor.update(bytes(16 * 1_000_000))[-16:]
    assert last.hex() == "595298c7c6fd271f0402f804c33d3f66"


def test_gcm_of_rfc_8998() -> None:
    """RFC 8998 A.1: ciphertext and tag are the published ones, and open again."""
    assert SEALED[:16].hex() == "17f399f08c67d5ee19d0dc9969c4bb7d"
    assert SEALED[-16:].hex() == "83de3541e4c2b58177e065a9bf7b62ec"
    assert sm4_gcm_open(KEY, NONCE, SEALED, ASSOCIATED) == TEXT


@settings(max_examples=20)
@given(st.binary(max_size=70), st.binary(min_size=16, max_size=16), st.binary(min_size=16, max_size=16))
def test_gmalg_agrees(text: bytes, key: bytes, iv: bytes) -> None:
    """Another author's block cipher gives the same ECB and CBC texts, which open again."""
    block, padded = gmalg.SM4(key), text + bytes([16 - len(text) % 16]) * (16 - len(text) % 16)
    blocks = [padded[at : at + 16] for at in range(0, len(padded), 16)]
    ecb, chained, before = b"", b"", iv
    for each in blocks:
        ecb += block.encrypt(each)
        before = block.encrypt(bytes(a ^ b for a, b in zip(each, before, strict=True)))
        chained += before
    assert insecure_sm4_ecb_encrypt(key, text) == ecb
    assert sm4_cbc_encrypt(key, iv, text) == chained
    assert insecure_sm4_ecb_decrypt(key, ecb) == sm4_cbc_decrypt(key, iv, chained) == text


@given(st.binary(max_size=200), st.binary(max_size=60), st.data())
def test_no_changed_bit_opens(text: bytes, associated: bytes, data: st.DataObject) -> None:
    """What was sealed opens as it was; one changed bit in ciphertext, tag, nonce or associated text, and nothing does."""
    sealed = sm4_gcm_seal(KEY, NONCE, text, associated)
    assert sm4_gcm_open(KEY, NONCE, sealed, associated) == text
    parts = [KEY, NONCE, sealed, associated]
    which = data.draw(st.integers(0, 3 if associated else 2))
    bit = data.draw(st.integers(0, 8 * len(parts[which]) - 1))
    changed = bytearray(parts[which])
    changed[bit // 8] ^= 1 << bit % 8
    parts[which] = bytes(changed)
    with pytest.raises(TamperDetected) as caught:
        sm4_gcm_open(*parts)
    assert (caught.value.claim, caught.value.reason) == ("ciphertext", "mismatch")


@pytest.mark.parametrize(
    ("sealed", "reason"),
    [
        (b"", "malformed"), (SEALED[-15:], "malformed"), (SEALED[-16:], "mismatch"), (SEALED[:-1], "mismatch"),
        (SEALED + b"\0", "mismatch"), (SEALED[1:], "mismatch"), (SEALED[:-4], "mismatch"), (bytes(16), "mismatch"),
    ],
)  # fmt: skip
def test_a_cut_or_longer_text_does_not_open(sealed: bytes, reason: str) -> None:
    """The tag is 16 bytes, in full and at the end: a shorter one never passes for it."""
    with pytest.raises(TamperDetected) as caught:
        sm4_gcm_open(KEY, NONCE, sealed, ASSOCIATED)
    assert caught.value.reason == reason


@pytest.mark.parametrize("ciphertext", [b"", PADDING[:-1], PADDING + b"\0", bytes(16), PADDING[:15]])
def test_a_wrong_length_or_padding_is_malformed(ciphertext: bytes) -> None:
    """CBC and ECB texts are whole blocks whose padding is right; the error has one form and no cause."""
    for decrypt in (lambda raw: sm4_cbc_decrypt(KEY, bytes(16), raw), lambda raw: insecure_sm4_ecb_decrypt(KEY, raw)):
        with pytest.raises(TamperDetected) as caught:
            decrypt(ciphertext)
        assert (caught.value.reason, caught.value.__cause__) == ("malformed", None)


@pytest.mark.parametrize("padding", [b"\0", b"\x11" * 17, b"\1\2", b"\1\2\3\3"])
def test_padding_is_pkcs7_and_no_other(padding: bytes) -> None:
    """Zero bytes, more than a block, and bytes that differ are no padding."""
    block = gmalg.SM4(KEY).encrypt((bytes(16) + padding)[-16:])
    with pytest.raises(TamperDetected, match="malformed"):
        insecure_sm4_ecb_decrypt(KEY, block)


@pytest.mark.parametrize("size", [0, 15, 17, 24, 32])
def test_sizes_are_exact(size: int) -> None:
    """A key, nonce or iv of another size is a programming error whose message does not hold it."""
    odd = b"\x7f" * size
    asks: tuple[Callable[[], bytes], ...] = (
        lambda: sm4_gcm_seal(odd, NONCE, b"", b""),
        lambda: sm4_gcm_open(odd, NONCE, SEALED, b""),
        lambda: sm4_gcm_seal(KEY, odd, b"", b""),
        lambda: sm4_gcm_open(KEY, odd, SEALED, b""),
        lambda: sm4_cbc_encrypt(KEY, odd, b""),
        lambda: sm4_cbc_decrypt(KEY, odd, PADDING),
        lambda: insecure_sm4_ecb_encrypt(odd, b""),
        lambda: insecure_sm4_ecb_decrypt(odd, PADDING),
    )
    for ask in asks:
        with pytest.raises(ValueError, match=r"^an SM4 (key|nonce|iv) has 1[26] bytes here$"):
            ask()


def test_a_build_without_it_is_unsupported(monkeypatch: pytest.MonkeyPatch) -> None:
    """Where OpenSSL was made without SM4 the error says so, and is of this library."""

    class Lacking:
        def __init__(self, *arguments: object) -> None:
            pass

        def encryptor(self) -> NoReturn:
            raise UnsupportedAlgorithm("no SM4")

        decryptor = encryptor

    monkeypatch.setattr(module, "Cipher", Lacking)
    for ask in (
        lambda: sm4_gcm_seal(KEY, NONCE, b"", b""),
        lambda: sm4_gcm_open(KEY, NONCE, SEALED, b""),
        lambda: sm4_cbc_encrypt(KEY, bytes(16), b""),
        lambda: sm4_cbc_decrypt(KEY, bytes(16), PADDING),
        lambda: insecure_sm4_ecb_encrypt(KEY, b""),
        lambda: insecure_sm4_ecb_decrypt(KEY, PADDING),
    ):
        with pytest.raises(Unsupported, match="no SM4"):
            ask()
