"""An identity document's number as a value that does not show itself.

Forms and check characters live in one module per kind; how peers call the kinds lives in ``document_code``.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date
from functools import partial
from typing import Final, Literal, get_args

from xbridge.core.errors import DocumentInvalid
from xbridge.protocols.identity_document import home_return_permit, residence_permit, resident_id
from xbridge.protocols.identity_document.credit_code import mask_credit_code, parse_credit_code
from xbridge.protocols.identity_document.hkid import mask_hkid, parse_hkid
from xbridge.protocols.identity_document.home_return_permit import (
    NumberStyle,
    format_home_return_permit,
    mask_home_return_permit,
    parse_home_return_permit,
    person_key,
)
from xbridge.protocols.identity_document.organisation_code import mask_organisation_code, parse_organisation_code
from xbridge.protocols.identity_document.passport import mask_passport, parse_passport
from xbridge.protocols.identity_document.residence_permit import parse_residence_permit
from xbridge.protocols.identity_document.resident_id import mask_citizen_number, parse_resident_id
from xbridge.protocols.identity_document.taiwan_permit import mask_taiwan_permit, parse_taiwan_permit

DocumentKind = Literal[
    "credit_code",
    "hkid",
    "hksar_passport",
    "home_return_permit",
    "macao_passport",
    "organisation_code",
    "passport",
    "residence_permit",
    "resident_id",
    "taiwan_permit",
]
DOCUMENT_KINDS: Final[tuple[DocumentKind, ...]] = get_args(DocumentKind)
"""Every kind of number that is read here.  ``passport`` is one of anywhere but the two regions that have their own."""

_PARSERS: Final[dict[str, Callable[[str], str]]] = {
    "credit_code": parse_credit_code,
    "hkid": parse_hkid,
    "hksar_passport": partial(parse_passport, claim="hksar_passport"),
    "home_return_permit": parse_home_return_permit,
    "macao_passport": partial(parse_passport, claim="macao_passport"),
    "organisation_code": parse_organisation_code,
    "passport": parse_passport,
    "residence_permit": parse_residence_permit,
    "resident_id": parse_resident_id,
    "taiwan_permit": parse_taiwan_permit,
}
_MASKS: Final[dict[str, Callable[[str], str]]] = {
    "credit_code": mask_credit_code,
    "hkid": mask_hkid,
    "hksar_passport": mask_passport,
    "home_return_permit": mask_home_return_permit,
    "macao_passport": mask_passport,
    "organisation_code": mask_organisation_code,
    "passport": mask_passport,
    "residence_permit": mask_citizen_number,
    "resident_id": mask_citizen_number,
    "taiwan_permit": mask_taiwan_permit,
}
_CITIZEN_NUMBERS: Final = frozenset({"residence_permit", "resident_id"})


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

    @property
    def birth_date(self) -> date | None:
        """The date of birth that a number of GB 11643 holds; None for every other kind."""
        return resident_id.birth_date(self.number) if self.kind in _CITIZEN_NUMBERS else None

    @property
    def sex(self) -> Literal["male", "female"] | None:
        """The sex that a number of GB 11643 encodes; None for every other kind."""
        return resident_id.sex(self.number) if self.kind in _CITIZEN_NUMBERS else None

    @property
    def origin(self) -> Literal["HK", "MO", "TW"] | None:
        """Where the number itself says that its holder comes from: only a residence permit's and a Home Return Permit's."""
        if self.kind == "residence_permit":
            return residence_permit.origin(self.number)
        return home_return_permit.origin(self.number) if self.kind == "home_return_permit" else None

    @property
    def reissue_count(self) -> int | None:
        """How often a Home Return Permit was reissued; None where the number does not say, and for other kinds."""
        return home_return_permit.reissue_count(self.number) if self.kind == "home_return_permit" else None

    def styled(self, style: NumberStyle) -> str:
        """Return the number as a peer wants it (setting ``hrp_number_style``); only Home Return Permits have styles.

        Raises ``DocumentInvalid("home_return_permit", reason="missing")`` if eleven characters are wanted and the
        reissue count is not known.
        """
        return format_home_return_permit(self.number, style) if self.kind == "home_return_permit" else self.number


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
