"""An identity document's number as a value that does not show itself.

Forms and check characters live in one module per kind; how peers call the kinds lives in ``document_code``.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Final, Literal, get_args

from xbridge.core.errors import DocumentInvalid
from xbridge.protocols.identity_document.credit_code import mask_credit_code, parse_credit_code
from xbridge.protocols.identity_document.hkid import mask_hkid, parse_hkid
from xbridge.protocols.identity_document.home_return_permit import (
    mask_home_return_permit,
    parse_home_return_permit,
    person_key,
)
from xbridge.protocols.identity_document.residence_permit import parse_residence_permit
from xbridge.protocols.identity_document.resident_id import mask_citizen_number, parse_resident_id

DocumentKind = Literal["credit_code", "hkid", "home_return_permit", "residence_permit", "resident_id"]
DOCUMENT_KINDS: Final[tuple[DocumentKind, ...]] = get_args(DocumentKind)

_PARSERS: Final[dict[str, Callable[[str], str]]] = {
    "credit_code": parse_credit_code,
    "hkid": parse_hkid,
    "home_return_permit": parse_home_return_permit,
    "residence_permit": parse_residence_permit,
    "resident_id": parse_resident_id,
}
_MASKS: Final[dict[str, Callable[[str], str]]] = {
    "credit_code": mask_credit_code,
    "hkid": mask_hkid,
    "home_return_permit": mask_home_return_permit,
    "residence_permit": mask_citizen_number,
    "resident_id": mask_citizen_number,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class IdentityDocument:
    """A document whose number has a valid form; make one with :func:`parse_document`.

    ``number`` is in normal form and is personal data; ``repr`` leaves it out.
    """

    kind: DocumentKind
    number: str = field(repr=False)

    def __post_init__(self) -> None:
        """Refuse a number that is not in the normal form of its kind.  Raises ``DocumentInvalid``."""
        if _parser(self.kind)(self.number) != self.number:
            raise DocumentInvalid(self.kind, reason="malformed")

    @property
    def masked(self) -> str:
        """The number with most of it hidden, for a person to recognise their own document on a page."""
        return _MASKS[self.kind](self.number)

    @property
    def matching_key(self) -> str:
        """What to compare, under a keyed hash, to find the same person: a permit's first nine, else the number."""
        return person_key(self.number) if self.kind == "home_return_permit" else self.number


def parse_document(kind: str, text: str) -> IdentityDocument:
    """Return the document whose number ``text`` spells.

    Full-width forms, blanks and small letters are forgiven.  Raises ``DocumentInvalid(kind, …)``: ``malformed`` or
    ``mismatch``, and ``DocumentInvalid("kind", reason="unknown")`` for a kind that is not in ``DOCUMENT_KINDS``.
    """
    number = _parser(kind)(text)
    return IdentityDocument(kind=kind, number=number)  # type: ignore[arg-type]  # A kind with a parser is a known kind.


def _parser(kind: str) -> Callable[[str], str]:
    """Return the parser of ``kind``."""
    parser = _PARSERS.get(kind)
    if parser is None:
        raise DocumentInvalid("kind", reason="unknown")
    return parser
