"""DER, written by hand: just the types that certificates and CMS need (X.690).

Writing only, and of whatever it is given. The library under test has its own reader; neither knows the other.
"""

from __future__ import annotations

from datetime import UTC, datetime

__all__ = [
    "NULL", "bit_string", "boolean", "explicit", "implicit", "integer", "octet_string", "oid", "printable", "sequence",
    "set_of", "time", "utf8",
]  # fmt: skip

NULL = b"\x05\x00"


def sequence(*parts: bytes) -> bytes:
    """A SEQUENCE of encoded parts."""
    return _tagged(0x30, b"".join(parts))


def set_of(*parts: bytes) -> bytes:
    """A SET OF encoded parts, put in the order that DER demands."""
    return _tagged(0x31, b"".join(sorted(parts)))


def integer(value: int) -> bytes:
    """An INTEGER that is not negative."""
    return _tagged(0x02, value.to_bytes(value.bit_length() // 8 + 1, "big"))


def boolean(value: bool) -> bytes:
    """A BOOLEAN."""
    return _tagged(0x01, b"\xff" if value else b"\x00")


def octet_string(raw: bytes) -> bytes:
    """An OCTET STRING."""
    return _tagged(0x04, raw)


def bit_string(raw: bytes, *, unused: int = 0) -> bytes:
    """A BIT STRING whose last ``unused`` bits do not count."""
    return _tagged(0x03, bytes((unused,)) + raw)


def utf8(text: str) -> bytes:
    """A UTF8String."""
    return _tagged(0x0C, text.encode())


def printable(text: str) -> bytes:
    """A PrintableString; ASCII letters, digits and few signs."""
    return _tagged(0x13, text.encode("ascii"))


def oid(dotted: str) -> bytes:
    """An OBJECT IDENTIFIER from its dotted form."""
    first, second, *rest = (int(arc) for arc in dotted.split("."))
    return _tagged(0x06, b"".join(_base128(arc) for arc in (40 * first + second, *rest)))


def time(moment: datetime) -> bytes:
    """A UTCTime up to 2049 and a GeneralizedTime from then on, whole seconds (RFC 5280, 4.1.2.5)."""
    at = moment.astimezone(UTC)
    if 1950 <= at.year < 2050:
        return _tagged(0x17, at.strftime("%y%m%d%H%M%SZ").encode())
    return _tagged(0x18, f"{at.year:04d}{at.strftime('%m%d%H%M%SZ')}".encode())


def explicit(number: int, part: bytes) -> bytes:
    """``part`` inside the context tag ``number``."""
    return _tagged(0xA0 | number, part)


def implicit(number: int, part: bytes) -> bytes:
    """``part`` with the context tag ``number`` in place of its own; constructed where it was."""
    return bytes((0x80 | (part[0] & 0x20) | number,)) + part[1:]


def _tagged(tag: int, body: bytes) -> bytes:
    length = len(body)
    if length < 0x80:
        return bytes((tag, length)) + body
    size = (length.bit_length() + 7) // 8
    return bytes((tag, 0x80 | size)) + length.to_bytes(size, "big") + body


def _base128(arc: int) -> bytes:
    digits = [arc & 0x7F]
    while arc := arc >> 7:
        digits.insert(0, 0x80 | (arc & 0x7F))
    return bytes(digits)
