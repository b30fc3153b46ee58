"""Strict DER: one encoding for one value, and nothing else is read."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from xbridge.crypto.der import (
    INTEGER,
    OCTET_STRING,
    OID,
    SEQUENCE,
    DerError,
    Reader,
    read_bits,
    read_integer,
    read_only,
    write,
    write_integer,
    write_oid,
)


@pytest.mark.parametrize(
    "raw",
    [
        b"",
        b"\x04",
        b"\x04\x02x",
        b"\x04\x81\x01x",
        b"\x04\x82\x00\x01x",
        b"\x04\x80x\0\0",
        b"\x04\x81",
        b"\x04\x85\x01\0\0\0\0x",
        b"\x04\xff",
        b"\x02\x01x",
    ],
)
def test_a_lax_element_is_refused(raw: bytes) -> None:
    """Cut short, a length that is too long, indefinite or not the shortest, another tag: none is an octet string."""
    with pytest.raises(DerError):
        Reader(raw).take(OCTET_STRING)


def test_a_long_tag_is_never_read() -> None:
    """A tag in several bytes is refused even where its first byte is the one that is expected."""
    with pytest.raises(DerError):
        Reader(b"\x1f\x01x").take(0x1F)
    with pytest.raises(DerError):
        Reader(b"\xbf\x01x").take(0xBF)


@given(st.integers(0, 1 << 600))
def test_numbers_go_both_ways(value: int) -> None:
    """Every number from zero up has one encoding, which is read back; a byte more or less is refused."""
    raw = write_integer(value)
    assert read_integer(Reader(raw).take(INTEGER)) == value
    for body in (b"\0" + raw[2:], raw[2:-1] if len(raw) == 3 else b"\0" + raw[3:]):
        if len(raw) < 128 and (not body or (body[0] == 0 and len(body) > 1 and body[1] < 0x80)):
            with pytest.raises(DerError):
                read_integer(Reader(write(INTEGER, body)).take(INTEGER))


@pytest.mark.parametrize("body", [b"", b"\x80", b"\xff\xff", b"\0\x7f", b"\0\0"])
def test_a_number_in_another_form_is_refused(body: bytes) -> None:
    """Empty, negative and padded numbers are refused, and so is what is no number."""
    with pytest.raises(DerError):
        read_integer(Reader(write(INTEGER, body)).take(INTEGER))
    with pytest.raises(DerError):
        read_integer(Reader(write(OCTET_STRING, b"\1")).take(OCTET_STRING))
    with pytest.raises(ValueError, match="negative"):
        write_integer(-1)


@given(st.binary(max_size=400))
def test_any_content_is_framed_once(body: bytes) -> None:
    """What is written is read back, and its bytes are kept; one byte behind it is refused."""
    element = Reader(write(SEQUENCE, body)).take(SEQUENCE)
    assert (element.body, element.raw) == (body, write(SEQUENCE, body))
    assert read_only(element.raw, SEQUENCE).more() is bool(body)
    with pytest.raises(DerError):
        read_only(element.raw + b"\0", SEQUENCE)


@pytest.mark.parametrize("body", [b"", b"\1x", b"\x08x"])
def test_bits_are_whole_bytes(body: bytes) -> None:
    """A string of bits that leaves some unused, or says nothing, is refused."""
    with pytest.raises(DerError):
        read_bits(Reader(write(3, body)).take(3))
    with pytest.raises(DerError):
        read_bits(Reader(write(4, b"\0x")).take(4))
    assert read_bits(Reader(write(3, b"\0x")).take(3)) == b"x"


def test_names_of_things() -> None:
    """Arcs of one and of several bytes are written as X.690 says."""
    assert write_oid("1.2.840.113549.1.7.2").hex() == "06092a864886f70d010702"
    assert write_oid("1.2.156.10197.1.301").hex() == "06082a811ccf5501822d"
    assert write_oid("2.16.840.1.101.3.4.2.1").hex() == "0609608648016503040201"
    assert Reader(write_oid("1.2.3")).optional(INTEGER) is None
    assert Reader(write_oid("1.2.3")).take(OID).body == b"\x2a\x03"
