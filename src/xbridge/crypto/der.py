"""Strict DER (ITU-T X.690), as far as keys, signatures and signed messages need it: read without leniency, written once.

One encoding for one value: definite lengths in their shortest form, tags below 31, nothing after the end.  The reader
keeps the exact bytes of every element, because signatures cover those; ``cryptography`` reads the certificates.
"""

from __future__ import annotations

from typing import Final, NamedTuple

BOOLEAN: Final = 0x01
INTEGER: Final = 0x02
BIT_STRING: Final = 0x03
OCTET_STRING: Final = 0x04
NULL: Final = 0x05
OID: Final = 0x06
UTC_TIME: Final = 0x17
GENERALIZED_TIME: Final = 0x18
SEQUENCE: Final = 0x30
SET: Final = 0x31
MAX_LENGTH_BYTES: Final = 4


class DerError(ValueError):
    """Bytes that are not the strict DER that was asked for.  Callers translate it into an error of their own."""


class Element(NamedTuple):
    """One element: its tag byte, its content, and all of its bytes as they came."""

    tag: int
    body: bytes
    raw: bytes


class Reader:
    """Takes elements off the front of ``raw``, one by one, each under the tag that is expected there."""

    __slots__ = ("_at", "_raw")

    def __init__(self, raw: bytes) -> None:
        """``raw`` is the content of a constructed element, or a whole file."""
        self._raw = raw
        self._at = 0

    def take(self, tag: int) -> Element:
        """Return the next element.  Raises ``DerError`` if it has another tag, a lax form, or is missing."""
        element = self._next()
        if element.tag != tag:
            raise DerError("another element was expected here")
        self._at += len(element.raw)
        return element

    def optional(self, tag: int) -> Element | None:
        """Return the next element if it has this tag, and None (taking nothing) otherwise."""
        return self.take(tag) if self._raw[self._at : self._at + 1] == bytes([tag]) else None

    def enter(self, tag: int) -> Reader:
        """Take the next element and return a reader of its content."""
        return Reader(self.take(tag).body)

    def more(self) -> bool:
        """Return whether anything is left."""
        return self._at < len(self._raw)

    def end(self) -> None:
        """Raise ``DerError`` if anything is left."""
        if self.more():
            raise DerError("there is more than was expected")

    def _next(self) -> Element:
        raw, start = self._raw, self._at
        head = raw[start : start + 2]
        if len(head) < 2 or head[0] & 0x1F == 0x1F:
            raise DerError("an element is cut short or has a long tag")
        length, at = head[1], start + 2
        if length & 0x80:
            digits = raw[at : at + (length & 0x7F)]
            # 0x80 alone is the indefinite form of BER.
            if not 0 < len(digits) <= MAX_LENGTH_BYTES or len(digits) != length & 0x7F:
                raise DerError("a length is indefinite, too long or cut short")
            length, at = int.from_bytes(digits, "big"), at + len(digits)
            if digits[0] == 0 or length < 0x80:
                raise DerError("a length is not in its shortest form")
        if at + length > len(raw):
            raise DerError("an element is cut short")
        return Element(head[0], raw[at : at + length], raw[start : at + length])


def read_only(raw: bytes, tag: int) -> Reader:
    """Return a reader of the content of the one element that ``raw`` is.  Raises ``DerError`` for anything around it."""
    reader = Reader(raw)
    content = reader.enter(tag)
    reader.end()
    return content


def read_integer(element: Element) -> int:
    """Return the number in an INTEGER.  Raises ``DerError`` unless it is not negative and in its shortest form."""
    body = element.body
    if element.tag != INTEGER or not body or body[0] & 0x80:
        raise DerError("not a number from zero up")
    if len(body) > 1 and body[0] == 0 and not body[1] & 0x80:
        raise DerError("a number is not in its shortest form")
    return int.from_bytes(body, "big")


def read_bits(element: Element) -> bytes:
    """Return the content of a BIT STRING that is whole bytes.  Raises ``DerError`` otherwise."""
    if element.tag != BIT_STRING or element.body[:1] != b"\x00":
        raise DerError("not a string of whole bytes")
    return element.body[1:]


def write(tag: int, *parts: bytes) -> bytes:
    """Return an element whose content is ``parts`` one after another."""
    body = b"".join(parts)
    if len(body) < 0x80:
        return bytes([tag, len(body)]) + body
    digits = len(body).to_bytes((len(body).bit_length() + 7) // 8, "big")
    return bytes([tag, 0x80 | len(digits)]) + digits + body


def write_integer(value: int) -> bytes:
    """Return an INTEGER.  Raises ``ValueError`` below zero."""
    if value < 0:
        raise ValueError("no negative number is written here")
    return write(INTEGER, value.to_bytes(value.bit_length() // 8 + 1, "big"))


def write_oid(dotted: str) -> bytes:
    """Return an OBJECT IDENTIFIER from its dotted text, such as ``"1.2.156.10197.1.301"``."""
    first, second, *rest = (int(arc) for arc in dotted.split("."))
    return write(OID, *(_arc(arc) for arc in (first * 40 + second, *rest)))


def _arc(value: int) -> bytes:
    """Return one arc in base 128, the last byte without the high bit."""
    digits = [value & 0x7F]
    while value := value >> 7:
        digits.append(0x80 | (value & 0x7F))
    return bytes(reversed(digits))
