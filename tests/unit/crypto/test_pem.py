"""PEM: one spelling of every block, and nothing beside the blocks."""

from __future__ import annotations

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from hypothesis import given
from hypothesis import strategies as st

from xbridge.core.errors import VerificationError
from xbridge.crypto.pem import PemBlock, read_pem, write_pem

ONE = write_pem("A KEY", bytes(range(100)))


@given(st.binary(min_size=1, max_size=300))
def test_it_goes_both_ways(der: bytes) -> None:
    """Any bytes survive, alone and beside another block."""
    text = write_pem("SOME THING", der)
    assert read_pem(text) == (PemBlock("SOME THING", der),)
    assert read_pem(ONE + text) == (PemBlock("A KEY", bytes(range(100))), PemBlock("SOME THING", der))


def test_cryptography_writes_the_same() -> None:
    """A block is written as ``cryptography`` writes it, byte for byte."""
    public = Ed25519PrivateKey.generate().public_key()
    written = public.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
    assert write_pem("PUBLIC KEY", public.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)) == written


def test_lines_may_end_as_on_windows() -> None:
    """CR LF and blank ends are read; the bytes are the same."""
    assert read_pem(b"\n" + ONE.replace(b"\n", b"\r\n") + b"\r\n\n") == read_pem(ONE.rstrip())


@pytest.mark.parametrize(
    "raw",
    [
        b"", b"\n", b"text", ONE[:-10], ONE[10:], b"note\n" + ONE, ONE + b"note", ONE.replace(b"A KEY", b"B KEY", 1),
        ONE.replace(b"A KEY", b"a key"), ONE.replace(b"\n", b"\nProc-Type: 4,ENCRYPTED\n\n", 1), ONE.replace(b"\n", b""),
        ONE.replace(b"\n", b"\n\n"), ONE.replace(b"AAEC", b"AA C"), ONE.replace(b"AAEC", b"AAE"), b"\xef\xbb\xbf" + ONE,
        b"-----BEGIN A KEY-----\n-----END A KEY-----\n", b"-----BEGIN A KEY-----\nAB==\n-----END A KEY-----\n",
        b"-----BEGIN A KEY-----\nAA==AA==\n-----END A KEY-----\n", ONE.replace(b"A KEY", "Ａ".encode()),
    ],
)  # fmt: skip
def test_anything_else_is_malformed(raw: bytes) -> None:
    """Text around the blocks, headers, other alphabets, blanks and second spellings are refused, and not quoted."""
    with pytest.raises(VerificationError) as caught:
        read_pem(raw)
    assert (caught.value.claim, caught.value.reason) == ("pem", "malformed")
    assert str(caught.value) == "verification_failed: pem: malformed"


def test_a_long_text_is_not_read() -> None:
    """Beyond 64 KiB nothing is looked at."""
    with pytest.raises(VerificationError, match="too_large"):
        read_pem(ONE * 1000)


@given(st.binary(max_size=200))
def test_hostile_bytes_raise_one_error(raw: bytes) -> None:
    """No bytes raise anything else."""
    with pytest.raises(VerificationError):
        read_pem(raw)


def test_a_block_hides_its_bytes() -> None:
    """What may be a private key is not printed."""
    assert repr(read_pem(ONE)[0]) == "PemBlock('A KEY', …)"
