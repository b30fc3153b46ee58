"""How peers call kinds of documents: four code tables, as four types that never compare equal.

``10`` of one table is not ``10`` of another, so these are plain enumerations and no text (dossier guangdong.md 4.1).
There is no way from a code of one table to a code of another but through the document itself: read it with the table it
came in (``parse_x_document``), then ask :func:`code_of` for its kind in the other.  A code alone says too little: ``40``
is any other document of a person, and ``10`` stands on identity cards and residence permits.

Codes that no source tells are UNKNOWN there and stand in no table here; two defaults for the platform's are settings.
"""

from __future__ import annotations

from collections.abc import Mapping
from enum import Enum
from types import MappingProxyType
from typing import Final, TypeVar

from xbridge.core.errors import DocumentInvalid
from xbridge.protocols.identity_document.document import (
    DOCUMENT_KINDS,
    DocumentKind,
    IdentityDocument,
    parse_document,
)


class TyrzCode(Enum):
    """``idcardtype`` of the Guangdong platform.  VERIFIED, from a copy of 2021: newer codes probably exist."""

    RESIDENT_ID = "10"
    PASSPORT = "20"
    OTHER_PERSON = "40"
    CREDIT_CODE = "49"
    ORGANISATION_CODE = "50"
    BUSINESS_LICENCE = "51"
    TAX_REGISTRATION = "60"
    OTHER_LEGAL = "80"


class CtypeCode(Enum):
    """``ctype`` of TIF users: the platform's codes under another name.

    VERIFIED: ``10`` and ``49`` were seen; the others INFERRED, because the table is said to be the same.  A type of its
    own, so that a user's ``ctype`` is never mixed up with an account's ``idcardtype`` or with ``cid_type`` beside it.
    """

    RESIDENT_ID = "10"
    PASSPORT = "20"
    OTHER_PERSON = "40"
    CREDIT_CODE = "49"
    ORGANISATION_CODE = "50"
    BUSINESS_LICENCE = "51"
    TAX_REGISTRATION = "60"
    OTHER_LEGAL = "80"


class GAT517Code(Enum):
    """Document codes of the public security standard GA/T 517-2004.

    VERIFIED: 111, 511 and 516; the others are given by the same table of the dossier without a mark of their own.
    """

    RESIDENT_ID = "111"
    OFFICER_CARD = "114"
    DRIVING_LICENCE = "335"
    PASSPORT = "414"
    HKSAR_PASSPORT = "420"
    MACAO_PASSPORT = "421"
    TAIWAN_PERMIT = "511"
    HOME_RETURN_PERMIT = "516"


class CidTypeCode(Enum):
    """``cid_type`` of 粤省事 sessions.  INFERRED; the codes of other documents are UNKNOWN."""

    RESIDENT_ID = "1000"


Code = TypeVar("Code", TyrzCode, CtypeCode, GAT517Code, CidTypeCode)

TYRZ_CODES: Final[Mapping[DocumentKind, TyrzCode]] = MappingProxyType(
    {
        "credit_code": TyrzCode.CREDIT_CODE,
        "home_return_permit": TyrzCode.OTHER_PERSON,  # UNKNOWN: default of the setting ``idcardtype_map``.
        "organisation_code": TyrzCode.ORGANISATION_CODE,
        "passport": TyrzCode.PASSPORT,
        "residence_permit": TyrzCode.RESIDENT_ID,  # UNKNOWN, likely: default of the setting ``idcardtype_map``.
        "resident_id": TyrzCode.RESIDENT_ID,
    }
)
"""The platform's code of each kind that it can hold.

A Hong Kong identity card has none: it holds permits instead.  UNKNOWN, and left out rather than guessed: the passports of
Hong Kong and Macao, and the permit of Taiwan residents.
"""

CTYPE_CODES: Final[Mapping[DocumentKind, CtypeCode]] = MappingProxyType(
    {kind: CtypeCode(code.value) for kind, code in TYRZ_CODES.items()}
)
GAT517_CODES: Final[Mapping[DocumentKind, GAT517Code]] = MappingProxyType(
    {
        "hksar_passport": GAT517Code.HKSAR_PASSPORT,
        "home_return_permit": GAT517Code.HOME_RETURN_PERMIT,
        "macao_passport": GAT517Code.MACAO_PASSPORT,
        "passport": GAT517Code.PASSPORT,
        "resident_id": GAT517Code.RESIDENT_ID,
        "taiwan_permit": GAT517Code.TAIWAN_PERMIT,
    }
)
"""Officer's cards and driving licences have codes and no kind here: no source tells the forms of their numbers."""

CID_TYPE_CODES: Final[Mapping[DocumentKind, CidTypeCode]] = MappingProxyType({"resident_id": CidTypeCode.RESIDENT_ID})


def code_of(kind: DocumentKind, codes: Mapping[DocumentKind, Code]) -> Code:
    """Return what a table calls this kind of document.

    Raises ``DocumentInvalid("kind", reason="unknown")`` where the table has no code for it.
    """
    code = codes.get(kind)
    if code is None:
        raise DocumentInvalid("kind", reason="unknown")
    return code


def parse_tyrz_document(
    idcardtype: str, idcardnumber: str, *, codes: Mapping[DocumentKind, TyrzCode] = TYRZ_CODES
) -> IdentityDocument:
    """Return the document that the Guangdong platform names by code and number.

    Where several kinds share a code, the number's own form decides.  Raises ``DocumentInvalid``: ``idcardtype``
    ``unknown`` for a code outside the table or a kind of document that this library does not read, ``idcardnumber``
    ``malformed`` if the number has no form of that code, or more than one.
    """
    return _read(TyrzCode, codes, ("idcardtype", idcardtype), ("idcardnumber", idcardnumber))


def parse_ctype_document(
    ctype: str, cid: str, *, codes: Mapping[DocumentKind, CtypeCode] = CTYPE_CODES
) -> IdentityDocument:
    """Return the document of a TIF user (section 5.6).  Raises ``DocumentInvalid`` for ``ctype`` or ``cid``, as above."""
    return _read(CtypeCode, codes, ("ctype", ctype), ("cid", cid))


def parse_cid_document(
    cid_type: str, cid: str, *, codes: Mapping[DocumentKind, CidTypeCode] = CID_TYPE_CODES
) -> IdentityDocument:
    """Return the document of a 粤省事 session.  Raises ``DocumentInvalid`` for ``cid_type`` or ``cid``, as above."""
    return _read(CidTypeCode, codes, ("cid_type", cid_type), ("cid", cid))


def parse_gat517_document(
    code: str, number: str, *, codes: Mapping[DocumentKind, GAT517Code] = GAT517_CODES
) -> IdentityDocument:
    """Return the document that GA/T 517 names by code and number.

    Raises ``DocumentInvalid`` for ``gat517_code`` or ``number``, as above.
    """
    return _read(GAT517Code, codes, ("gat517_code", code), ("number", number))


def _read(
    table: type[Code], codes: Mapping[DocumentKind, Code], given_code: tuple[str, str], given_number: tuple[str, str]
) -> IdentityDocument:
    """Return the one document that code and number name; both come with what errors call them."""
    try:
        code = table(given_code[1])
    except ValueError:
        raise DocumentInvalid(given_code[0], reason="unknown") from None
    kinds = [kind for kind in DOCUMENT_KINDS if codes.get(kind) is code]
    if not kinds:
        raise DocumentInvalid(given_code[0], reason="unknown")
    found = []
    for kind in kinds:
        try:
            found.append(parse_document(kind, given_number[1]))
        except DocumentInvalid:
            continue
    if len(found) != 1:
        raise DocumentInvalid(given_number[0], reason="malformed")
    return found[0]
