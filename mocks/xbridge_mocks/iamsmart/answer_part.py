"""Answers in several parts: what goes into a part of its own, what the parts are called, and how they can be mixed up.

A bulk signature always comes this way (part names VERIFIED for CorpID, ``sigMetada`` as it is spelt there); a form does
where the service asked for it (names UNKNOWN). The other parts are sealed under the key that the metadata carries.
"""

from __future__ import annotations

from collections.abc import Callable

from xbridge_mocks.iamsmart.inquiry import Inquiry
from xbridge_mocks.iamsmart.multipart import Part
from xbridge_mocks.iamsmart.refusal import Trail

__all__ = ["answer_parts", "take_files"]

_LARGE_FIELDS = ("addressDocFile",)


def take_files(inquiry: Inquiry, content: dict[str, object]) -> dict[str, object]:
    """Take out of ``content`` what travels in parts of its own, by part name."""
    if inquiry.kind == "bulk_signing":
        return {"sigFile": {"businessID": inquiry.business_id, "signatures": content.pop("signatures", [])}}
    return {name: content.pop(name) for name in _LARGE_FIELDS if name in content}


def answer_parts(
    inquiry: Inquiry, metadata: bytes, files: dict[str, object], seal: Callable[[object], str], trail: Trail
) -> list[Part]:
    """The parts of an answer, the metadata first; the rest as ``seal`` makes text of it. Mixed up if a fault strikes."""
    name = "sigMetada" if inquiry.kind == "bulk_signing" else "content"
    parts = [Part(name=name, content_type="application/json", content=metadata)]
    for file, value in files.items():
        sealed = seal(value).encode("ascii")
        parts.append(Part(name=file, content_type="application/octet-stream", content=sealed, filename=file))
    if len(parts) < 2:
        return parts
    if trail.strikes("parts_swapped"):
        contents = [part.content for part in parts]
        parts = [
            Part(name=part.name, content_type=part.content_type, content=other, filename=part.filename)
            for part, other in zip(parts, reversed(contents), strict=True)
        ]
    if trail.strikes("metadata_part_missing"):
        del parts[0]
    if trail.strikes("file_part_missing"):
        del parts[-1]
    if trail.strikes("file_part_twice"):
        parts.append(parts[-1])
    return parts
