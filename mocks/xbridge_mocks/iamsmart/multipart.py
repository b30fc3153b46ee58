"""A message in several parts, as ``multipart/form-data`` (RFC 7578): how large answers travel (dossier 8.1, 8.2).

Writing only. Which answers come this way, and what the parts are called, is ``delivery``.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

__all__ = ["Part", "form_data"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """One part: its name, its media type, and a file name where it is a file."""

    name: str
    content_type: str
    content: bytes = field(repr=False)
    filename: str = ""


def form_data(parts: Iterable[Part], boundary: str) -> bytes:
    """The body that holds ``parts`` in this order, between lines with ``boundary``, which occurs in none of them."""
    written = bytearray()
    for part in parts:
        file = f'; filename="{part.filename}"' if part.filename else ""
        head = f'Content-Disposition: form-data; name="{part.name}"{file}\r\nContent-Type: {part.content_type}\r\n\r\n'
        written += f"--{boundary}\r\n{head}".encode() + part.content + b"\r\n"
    return bytes(written) + f"--{boundary}--\r\n".encode()
