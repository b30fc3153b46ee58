"""PEM text (RFC 7468), strictly: named blocks of base64 between their lines, and nothing that could hide beside them.

For the key files that ``cryptography`` cannot read (SM2); it reads all others itself.  What is inside a block is not looked
at here.
"""

from __future__ import annotations

import re
from typing import Final, NamedTuple

from xbridge.core.errors import VerificationError
from xbridge.crypto import base64url

MAX_PEM_BYTES: Final = 64 * 1024
_LINE_CHARS: Final = 64
_LABEL: Final = r"[A-Z0-9]+(?: [A-Z0-9]+)*"
# Explanatory text around the blocks is refused: OpenSSL's old encrypted form keeps its parameters in such lines.
_BLOCK: Final = re.compile(rf"-----BEGIN ({_LABEL})-----\n((?:[A-Za-z0-9+/=]{{1,76}}\n)+)-----END \1-----\n?")


class PemBlock(NamedTuple):
    """One block: what its lines call it, and its bytes."""

    label: str
    der: bytes

    def __repr__(self) -> str:
        """Return the label only: the bytes may be a private key."""
        return f"PemBlock({self.label!r}, …)"


def read_pem(raw: bytes) -> tuple[PemBlock, ...]:
    """Return the blocks of ``raw``, one or more, in order; lines end with LF or CR LF.

    Raises ``VerificationError("pem", …)``: ``too_large`` beyond 64 KiB, ``malformed`` for anything between, before or inside
    the blocks that is not base64 in its one spelling.  No message holds any of the text.
    """
    if len(raw) > MAX_PEM_BYTES:
        raise VerificationError("pem", reason="too_large")
    if not raw.isascii():
        raise VerificationError("pem", reason="malformed")
    text = raw.decode("ascii").replace("\r\n", "\n").strip(" \t\r\n") + "\n"
    blocks: list[PemBlock] = []
    at = 0
    while at < len(text):
        match = _BLOCK.match(text, at)
        if match is None:
            raise VerificationError("pem", reason="malformed")
        blocks.append(PemBlock(match[1], base64url.decode_standard(match[2].replace("\n", ""), claim="pem")))
        at = match.end()
    return tuple(blocks)


def write_pem(label: str, der: bytes) -> bytes:
    """Return ``der`` as one block called ``label``, in lines of 64 characters."""
    body = base64url.encode_standard(der)
    lines = [body[at : at + _LINE_CHARS] for at in range(0, len(body), _LINE_CHARS)]
    return "\n".join([f"-----BEGIN {label}-----", *lines, f"-----END {label}-----", ""]).encode("ascii")
