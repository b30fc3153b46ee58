"""A message in several parts (``multipart/form-data``, RFC 7578) from anybody, read strictly: names to bytes.

Large answers of the iAM Smart family come this way (iamsmart.md sections 8.1 and 8.2).  Finding the parts is the work
of the package ``multipart`` (extra ``web``), which is loaded when the first such message is read; what may be in them
is decided here.  Nothing of a part is decoded or stored.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from xbridge.core.errors import Unsupported, VerificationError

MEDIA_TYPE = "multipart/form-data"
MAX_HEADER_CHARS = 1024
_BOUNDARY = re.compile(r"[0-9A-Za-z'()+_,./:=?-]{1,70}", re.ASCII)
_NAME = re.compile(r"[A-Za-z0-9_.-]{1,64}", re.ASCII)
_TOKEN = r"[A-Za-z0-9!#$%&'*+.^_`|~-]+"
# A backslash inside quotes is read in two ways by parsers, so it is not read at all.
_OPTION = re.compile(rf'[ \t]*;[ \t]*(?P<name>{_TOKEN})=(?:(?P<plain>{_TOKEN})|"(?P<quoted>[^"\\]*)")')
_VALUE = re.compile(rf"{_TOKEN}(?:/{_TOKEN})?")
_PLAIN_ENCODINGS = frozenset({"7bit", "8bit", "binary"})


@dataclass(frozen=True, slots=True, kw_only=True)
class PartLimits:
    """How much one message may hold: bytes in all, bytes of one part, parts, and header lines of a part."""

    total: int
    part: int
    parts: int = 8
    headers: int = 4


def media_type(content_type: str, *, claim: str = "content_type") -> tuple[str, dict[str, str]]:
    """Return the media type in lower case and its parameters.

    Raises ``VerificationError(claim, …)``: ``too_large``, ``malformed`` and ``duplicated`` for a parameter given twice.
    """
    if len(content_type) > MAX_HEADER_CHARS:
        raise VerificationError(claim, reason="too_large")
    found = _VALUE.match(content_type)
    if found is None:
        raise VerificationError(claim, reason="malformed")
    options: dict[str, str] = {}
    place = found.end()
    while place < len(content_type):
        option = _OPTION.match(content_type, place)
        if option is None:
            raise VerificationError(claim, reason="malformed")
        name = option["name"].lower()
        if name in options:
            raise VerificationError(claim, reason="duplicated")
        options[name] = option["quoted"] if option["plain"] is None else option["plain"]
        place = option.end()
    return found.group().lower(), options


def require_parser() -> Any:
    """Return the package that finds the parts.  Raises ``Unsupported``, which says what to install."""
    try:
        import multipart
    except ImportError as exc:
        raise Unsupported(
            "messages in several parts need the package multipart: install xbridge-gba with the extra web"
        ) from exc
    return multipart


def read_parts(raw: bytes, content_type: str, *, limits: PartLimits, claim: str = "multipart") -> dict[str, bytes]:
    """Return the parts of ``raw`` by name.

    (1) the size, and a boundary in ``content_type``   (2) the message begins with the first part and ends with the last
    (3) each part within ``limits``, with a plain name of its own and no encoding of its own

    Raises ``VerificationError(claim, …)``: ``too_large``, ``malformed``, ``duplicated``; ``Unsupported`` where the
    extra ``web`` is not installed.  No error holds any of the message.
    """
    # (1)
    if len(raw) > limits.total:
        raise VerificationError(claim, reason="too_large")
    kind, options = media_type(content_type, claim=claim)
    boundary = options.get("boundary", "")
    if kind != MEDIA_TYPE or not _BOUNDARY.fullmatch(boundary):
        raise VerificationError(claim, reason="malformed")
    # (2) What stands before or behind the parts is shown to nobody, and somebody else might read it as a part.
    mark = b"--" + boundary.encode("ascii")
    last = raw.find(b"\r\n" + mark + b"--")
    if not raw.startswith(mark + b"\r\n") or last < 0 or raw[last + len(mark) + 4 :] not in (b"", b"\r\n"):
        raise VerificationError(claim, reason="malformed")
    # (3)
    parts: dict[str, bytes] = {}
    for name, content in _found(raw, boundary, limits, claim):
        if name in parts:
            raise VerificationError(claim, reason="duplicated")
        parts[name] = content
    return parts


def _found(raw: bytes, boundary: str, limits: PartLimits, claim: str) -> Iterator[tuple[str, bytes]]:
    """Yield each part's name and content."""
    multipart = require_parser()
    parser = multipart.PushMultipartParser(
        boundary,
        content_length=len(raw),
        max_header_size=MAX_HEADER_CHARS,
        max_header_count=limits.headers,
        max_segment_size=limits.part,
        max_segment_count=limits.parts,
        strict=True,
    )
    name, chunks = "", list[bytes]()
    try:
        with parser:
            for event in parser.parse(raw):
                if event is None:
                    yield name, b"".join(chunks)
                elif isinstance(event, bytes):
                    chunks.append(event)
                else:
                    name, chunks = _name(event, claim), []
    except multipart.ParserLimitReached:
        raise VerificationError(claim, reason="too_large") from None
    except multipart.MultipartError:
        # The cause is dropped on purpose: it may quote a header.
        raise VerificationError(claim, reason="malformed") from None


def _name(segment: Any, claim: str) -> str:
    """Return the name of a part whose headers are beyond doubt."""
    headers: dict[str, str] = {}
    for header, value in segment.headerlist:
        if header in headers:
            raise VerificationError(claim, reason="duplicated")
        headers[header] = value
    _, options = media_type(headers["Content-Disposition"], claim=claim)
    name = options.get("name", "")
    # A second decoding would make two texts of one part; nobody sends one today (RFC 7578 section 4.7).
    plain = headers.get("Content-Transfer-Encoding", "binary").lower() in _PLAIN_ENCODINGS
    if not _NAME.fullmatch(name) or not plain:
        raise VerificationError(claim, reason="malformed")
    return name
