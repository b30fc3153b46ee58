"""The content envelope and the wrapping of its key: everything that is not exactly one (lessons.md H4, H5, H7)."""

from __future__ import annotations

from base64 import b64decode, b64encode
from contextlib import suppress

import pytest
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa
from cryptography.hazmat.primitives.hashes import SHA1, SHA256
from cryptography.hazmat.primitives.serialization import BestAvailableEncryption, Encoding, NoEncryption, PrivateFormat
from hypothesis import given
from hypothesis import strategies as st

from tests.unit.providers.online_service import kek_pem
from xbridge.core.errors import ConfigError, TamperDetected
from xbridge.protocols.content_envelope import (
    KekPadding,
    kek_public_der,
    load_kek,
    open_content,
    seal_content,
    unwrap_content_key,
)
from xbridge_mocks.iamsmart.envelope import frame, open_envelope

KEY, IV = bytes(range(32)), bytes(range(12))
SEALED = seal_content(KEY, b'{"code":"abc"}', iv=IV)
BLOB = b64decode(SEALED)
PADDINGS: dict[KekPadding, padding.AsymmetricPadding] = {
    "pkcs1v15": padding.PKCS1v15(),
    "oaep-sha1": padding.OAEP(padding.MGF1(SHA1()), SHA1(), None),
    "oaep-sha256": padding.OAEP(padding.MGF1(SHA256()), SHA256(), None),
}


def refuse(content: str, key: bytes = KEY) -> None:
    """Check that ``content`` does not open, and that the error does not say why."""
    with pytest.raises(TamperDetected) as caught:
        open_content(key, content)
    assert (caught.value.claim, caught.value.reason) == ("envelope", "unreadable")
    assert caught.value.message == "the content envelope cannot be opened"


@given(st.binary(max_size=300), st.binary(min_size=12, max_size=12))
def test_round_trip(plaintext: bytes, iv: bytes) -> None:
    """What is sealed opens to the same bytes, here and at the mock."""
    sealed = seal_content(KEY, plaintext, iv=iv)
    assert open_content(KEY, sealed) == plaintext
    assert open_envelope(KEY, sealed) == (iv, plaintext)


@pytest.mark.parametrize("bit", range(len(BLOB) * 8))
def test_every_flipped_bit(bit: int) -> None:
    """Any one bit of length, IV, ciphertext or tag is noticed."""
    changed = bytearray(BLOB)
    changed[bit // 8] ^= 1 << bit % 8
    refuse(b64encode(changed).decode())


@pytest.mark.parametrize("length", range(len(BLOB)))
def test_every_truncation(length: int) -> None:
    """A blob cut anywhere is refused: a short tag is easy to forge."""
    refuse(b64encode(BLOB[:length]).decode())


@pytest.mark.parametrize("announced", [0, 1, 11, 13, 16, 255, 2**31 - 1, 2**31, 2**32 - 1])
def test_announced_iv_length(announced: int) -> None:
    """A frame that announces another length than 12 is refused, also where the rest would fit."""
    refuse(b64encode(announced.to_bytes(4, "big") + BLOB[4:]).decode())


@pytest.mark.parametrize("length", [0, 8, 11, 13, 16])
def test_true_iv_length(length: int) -> None:
    """An IV of another length is refused even when frame and tag are right for it."""
    from cryptography.hazmat.primitives.ciphers.aead import AESGCM

    iv = bytes(length)
    ciphertext = AESGCM(KEY).encrypt(iv, b"{}", None) if length >= 8 else bytes(18)
    refuse(b64encode(frame(iv, ciphertext)).decode())


@pytest.mark.parametrize(
    "content",
    [
        "", "A", "====", "AAAA", SEALED + "\n", " " + SEALED, SEALED + "AAAA", SEALED.rstrip("="), SEALED + "=",
        SEALED.replace("+", "-").replace("/", "_").replace("A", "_", 1), SEALED[:8] + "\n" + SEALED[8:], "é" + SEALED[1:],
        "\ud800", "%%%%", "A" * 10_000,
    ],
    ids=range(15),
)  # fmt: skip
def test_one_spelling(content: str) -> None:
    """Only canonical standard base64 is read: one blob has one spelling."""
    refuse(content)


def test_loose_last_bits() -> None:
    """A base64 text whose unused last bits are set decodes elsewhere to the same bytes; here it is refused."""
    text = b64encode(BLOB).decode()
    assert text.endswith("=")
    place = len(text.rstrip("=")) - 1
    alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"
    loose = text[:place] + alphabet[alphabet.index(text[place]) + 1] + text[place + 1 :]
    assert b64decode(loose) == BLOB
    refuse(loose)


@pytest.mark.parametrize("key", [bytes(32), bytes(16), bytes(24), bytes(31), bytes(33), b""])
def test_other_keys(key: bytes) -> None:
    """Another key does not open it, of the right size or not."""
    refuse(SEALED, key)


@pytest.mark.parametrize(("key_size", "iv_size"), [(16, 12), (31, 12), (32, 11), (32, 16), (32, 0)])
def test_sealing_takes_one_size(key_size: int, iv_size: int) -> None:
    """Nothing is sealed under another size of key or IV."""
    with pytest.raises(ConfigError):
        seal_content(bytes(key_size), b"{}", iv=bytes(iv_size))


# --- The key inside ---------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def kek() -> rsa.RSAPrivateKey:
    """A key-encryption key of this run."""
    return load_kek(kek_pem())


@pytest.mark.parametrize("scheme", PADDINGS)
def test_unwrap(kek: rsa.RSAPrivateKey, scheme: KekPadding) -> None:
    """Each padding opens what was wrapped with it, as 32 bytes or as their base64 text (CorpID)."""
    for inside in (KEY, b64encode(KEY)):
        wrapped = kek.public_key().encrypt(inside, PADDINGS[scheme])
        assert unwrap_content_key(kek, wrapped, kek_padding=scheme) == KEY


@pytest.mark.parametrize("scheme", PADDINGS)
@pytest.mark.parametrize("other", PADDINGS)
def test_one_padding_only(kek: rsa.RSAPrivateKey, scheme: KekPadding, other: KekPadding) -> None:
    """Only the configured padding is tried (H7); the errors cannot be told apart."""
    if scheme == other:
        return
    wrapped = kek.public_key().encrypt(KEY, PADDINGS[other])
    if scheme == "pkcs1v15":
        # It answers a foreign padding with random bytes, once in a while 32 of them; never with the key.
        with suppress(TamperDetected):
            assert unwrap_content_key(kek, wrapped, kek_padding=scheme) != KEY
        return
    with pytest.raises(TamperDetected, match=r"^tamper_detected: content_key: unreadable$"):
        unwrap_content_key(kek, wrapped, kek_padding=scheme)


@pytest.mark.parametrize("size", [0, 16, 31, 33, 43, 44, 45, 64])
def test_size_of_the_key(kek: rsa.RSAPrivateKey, size: int) -> None:
    """A wrapped value that is not 32 bytes, or not the text of 32 bytes, is no key."""
    wrapped = kek.public_key().encrypt(b"!" * size, padding.PKCS1v15())
    with pytest.raises(TamperDetected) as caught:
        unwrap_content_key(kek, wrapped, kek_padding="pkcs1v15")
    assert (caught.value.claim, caught.value.reason) == ("content_key", "unreadable")


def test_text_of_another_size(kek: rsa.RSAPrivateKey) -> None:
    """44 characters that spell 33 bytes are no key either."""
    wrapped = kek.public_key().encrypt(b64encode(bytes(33)), padding.PKCS1v15())
    with pytest.raises(TamperDetected):
        unwrap_content_key(kek, wrapped, kek_padding="pkcs1v15")


@pytest.mark.parametrize("wrapped", [b"", b"\0" * 255, b"\xff" * 256, b"\0" * 257])
def test_what_is_no_ciphertext(kek: rsa.RSAPrivateKey, wrapped: bytes) -> None:
    """Bytes of the wrong size or value are refused with our own error."""
    with pytest.raises(TamperDetected):
        unwrap_content_key(kek, wrapped, kek_padding="oaep-sha256")


def test_load_kek() -> None:
    """A key-encryption key is unencrypted RSA of at least 2048 bits, in PKCS#8 or PKCS#1; nothing of it is shown."""
    good = load_kek(kek_pem())
    traditional = good.private_bytes(Encoding.PEM, PrivateFormat.TraditionalOpenSSL, NoEncryption()).decode()
    assert kek_public_der(load_kek(traditional)) == kek_public_der(good)
    locked = good.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, BestAvailableEncryption(b"x")).decode()
    short = rsa.generate_private_key(65537, 1024).private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    curve = ec.generate_private_key(ec.SECP256R1()).private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    for pem in (locked, short.decode(), curve.decode(), "", "nonsense", traditional[:200]):
        with pytest.raises(ConfigError) as caught:
            load_kek(pem)
        assert "BEGIN" not in str(caught.value)


def test_load_kek_on_an_unknown_curve() -> None:
    """A key on a curve that no parser here knows (SM2) is a configuration error, and what the parser said is not shown."""
    key = ec.generate_private_key(ec.SECP256R1()).private_bytes(Encoding.DER, PrivateFormat.PKCS8, NoEncryption())
    p256, sm2 = bytes.fromhex("2a8648ce3d030107"), bytes.fromhex("2a811ccf5501822d")
    assert p256 in key
    text = b64encode(key.replace(p256, sm2)).decode()
    with pytest.raises(ConfigError) as caught:
        load_kek("-----BEGIN " + f"PRIVATE KEY-----\n{text}\n-----END PRIVATE KEY-----\n")
    assert caught.value.__suppress_context__
