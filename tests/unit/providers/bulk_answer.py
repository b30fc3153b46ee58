"""Documents that are signed many at a time, and the callback in two parts that brings their signatures."""

from __future__ import annotations

import hashlib
import json
from typing import Any

from tests.unit.protocols.certificate_authority import Person
from tests.unit.providers.iamsmart_side import CALLBACK_KEY, callback
from tests.unit.providers.signing_person import NOON_MS, person, text
from xbridge import BulkDocument
from xbridge.protocols.content_envelope import seal_content

PARTS = "multipart/form-data; boundary=mark"


def documents(count: int = 3) -> tuple[BulkDocument, ...]:
    """Documents with names that no log may hold."""
    return tuple(
        BulkDocument(
            id=f"doc-{number}", name=f"Lease of CANARY {number}", hash_code=hashlib.sha256(b"%d" % number).digest()
        )
        for number in range(count)
    )


def rows(
    asked: tuple[BulkDocument, ...], *, signer: Person | None = None, algorithm: str = "SHA256withRSA"
) -> list[dict[str, Any]]:
    """One signature for each document, as the file holds them."""
    signer = signer or person(kind="sm2" if algorithm.endswith("SM2") else "rsa")
    return [
        {
            "documentID": document.id,
            "hashCode": text(document.hash_code),
            "signature": text(signer.sign_hash(document.hash_code, algorithm)),
        }
        for document in asked
    ]


def metadata(signer: Person | None = None, *, at_ms: int = NOON_MS) -> dict[str, Any]:
    """What the document beside the file says, without its ties."""
    return {"timestamp": at_ms, "cert": text((signer or person()).certificate)}


def sealed(document: object, *, key: bytes = CALLBACK_KEY) -> bytes:
    """A file: encrypted like the document's own content."""
    plaintext = document if isinstance(document, bytes) else json.dumps(document).encode()
    return seal_content(key, plaintext, iv=b"another--iv.").encode()


def in_parts(*parts: tuple[str, bytes]) -> bytes:
    """A message of named parts."""
    return b"".join(
        b'--mark\r\nContent-Disposition: form-data; name="%s"\r\n\r\n%s\r\n' % (name.encode(), content)
        for name, content in parts
    ) + b"--mark--\r\n"  # fmt: skip


def bulk_callback(content: dict[str, Any], file: object, *, code: str = "D00000") -> bytes:
    """The whole callback: ``content`` with its ties, and the file."""
    return in_parts(("sigMetada", callback(content, code=code)), ("sigFile", sealed(file)))
