"""How peers call kinds of documents: three code tables, as three types that never compare equal.

``10`` of one table is not ``10`` of another, so these are plain enumerations and no text (dossier guangdong.md 4.1).
Codes that no source tells are UNKNOWN there; the two defaults used here are settings.
"""

from __future__ import annotations

from collections.abc import Mapping
from enum import Enum
from types import MappingProxyType
from typing import Final

from xbridge.core.errors import DocumentInvalid
from xbridge.protocols.identity_document.document import (
    DOCUMENT_KINDS,
    DocumentKind,
    IdentityDocument,
    parse_document,
)


class TyrzCode(Enum):
    """``idcardtype`` of the Guangdong platform, and ``ctype`` of TIF users.  VERIFIED."""

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


TYRZ_CODES: Final[Mapping[DocumentKind, TyrzCode]] = MappingProxyType(
    {
        "credit_code": TyrzCode.CREDIT_CODE,
        "home_return_permit": TyrzCode.OTHER_PERSON,  # UNKNOWN: default of the setting ``idcardtype_map``.
        "residence_permit": TyrzCode.RESIDENT_ID,  # UNKNOWN, likely: default of the setting ``idcardtype_map``.
        "resident_id": TyrzCode.RESIDENT_ID,
    }
)
"""The platform's code of each kind that it can hold.  A Hong Kong identity card has none: it holds permits instead."""

GAT517_CODES: Final[Mapping[DocumentKind, GAT517Code]] = MappingProxyType(
    {"home_return_permit": GAT517Code.HOME_RETURN_PERMIT, "resident_id": GAT517Code.RESIDENT_ID}
)
CID_TYPE_CODES: Final[Mapping[DocumentKind, CidTypeCode]] = MappingProxyType({"resident_id": CidTypeCode.RESIDENT_ID})


def parse_tyrz_document(
    idcardtype: str, idcardnumber: str, *, codes: Mapping[DocumentKind, TyrzCode] = TYRZ_CODES
) -> IdentityDocument:
    """Return the document that the Guangdong platform names by code and number.

    Where several kinds share a code, the number's own form decides.  Raises ``DocumentInvalid``: ``idcardtype``
    ``unknown`` for a code outside the table or a kind of document that this library does not read, ``idcardnumber``
    ``malformed`` if the number has no form of that code, or more than one.
    """
    try:
        code = TyrzCode(idcardtype)
    except ValueError:
        raise DocumentInvalid("idcardtype", reason="unknown") from None
    kinds = [kind for kind in DOCUMENT_KINDS if codes.get(kind) is code]
    if not kinds:
        raise DocumentInvalid("idcardtype", reason="unknown")
    found = []
    for kind in kinds:
        try:
            found.append(parse_document(kind, idcardnumber))
        except DocumentInvalid:
            continue
    if len(found) != 1:
        raise DocumentInvalid("idcardnumber", reason="malformed")
    return found[0]
