"""The keyed reference of a document: whether two numbers are one person's, for whoever may keep neither."""

from __future__ import annotations

from typing import Final

from xbridge.core.errors import DocumentInvalid
from xbridge.crypto.digest import keyed_ref
from xbridge.protocols.identity_document.document import parse_document

PERMIT: Final = "home_return_permit"


def document_ref(key: bytes, *, kind: str, number: str) -> str:
    """Return the reference of a document under ``key``, 43 characters; empty for a number that is masked or of no form.

    A Home Return Permit counts by the person's nine characters, so a reissued one has the same.  Who holds ``key`` can
    test guesses, so it goes into sealed texts and nowhere else.
    """
    try:
        document = parse_document(kind, number)
    except DocumentInvalid:
        return ""
    return keyed_ref(key, "document", document.kind, document.matching_key)
