"""The house's profile of a person, from a Guangdong account (guangdong.md 2.3 and 4).

A person whose document we cannot read still logs in, without it; only a number that cannot be what a specific code says
breaks the protocol.
"""

from __future__ import annotations

import re
from typing import Final

from xbridge.core.errors import DocumentInvalid
from xbridge.core.identity import Profile
from xbridge.protocols.identity_document.document import DocumentKind, parse_document
from xbridge.protocols.identity_document.document_code import TyrzCode
from xbridge.protocols.identity_document.home_return_permit import format_home_return_permit
from xbridge.protocols.identity_document.normal_form import normal_form
from xbridge.protocols.identity_document.residence_permit import ORIGINS
from xbridge.providers.guangdong.account import GuangdongAccount
from xbridge.providers.guangdong.reply import broken
from xbridge.providers.guangdong.settings import GuangdongSettings

SEX = {"1": "M", "2": "F"}
CATCH_ALL: Final = frozenset({TyrzCode.OTHER_PERSON.value, TyrzCode.OTHER_LEGAL.value})
"""Codes that say "other": an officer's card stands under the same one as, by default, a Home Return Permit (4.1)."""

FORM_UNKNOWN: Final[frozenset[DocumentKind]] = frozenset(
    {"hksar_passport", "macao_passport", "passport", "taiwan_permit"}
)
"""Documents whose issuers number them as they like: that we cannot read one says nothing against it."""

_FIRST_GENERATION: Final = re.compile(r"[1-9][0-9]{14}")
"""A resident identity number of fifteen digits, as cards had until 2013 (INFERRED): old, and nobody's mistake."""


def profile_of(settings: GuangdongSettings, account: GuangdongAccount) -> Profile:
    """Return the profile, with the account's document where it can be read.

    Raises ``ProtocolError`` for a number that breaks the rules of a document whose code and form are both known.
    """
    return Profile(name=account.name, gender=SEX.get(account.sex, ""), documents=_documents(settings, account))


def _documents(settings: GuangdongSettings, account: GuangdongAccount) -> tuple[tuple[str, str], ...]:
    """Return kind and number in normal form, or nothing where no document can be read.  Raises ``ProtocolError``."""
    kind, number = settings.idcardtype_map.get(account.idcardtype), account.idcardnumber
    if kind is None or not number:
        return ()
    # A residence permit shares code 10 and the format of a resident identity number; its area code tells (4.3).
    if kind == "resident_id" and number[:6] in ORIGINS:
        kind = "residence_permit"
    try:
        checked = parse_document(kind, number).number
    except DocumentInvalid as exc:
        if _may_be_lawful(account.idcardtype, kind, number):
            return ()
        raise broken("tokeninfo", "document") from exc
    try:
        styled = (
            format_home_return_permit(checked, settings.hrp_number_style) if kind == "home_return_permit" else checked
        )
    except DocumentInvalid as exc:
        raise broken("tokeninfo", "document") from exc
    return ((kind, styled),)


def _may_be_lawful(code: str, kind: DocumentKind, number: str) -> bool:
    """Return whether a number that is not of ``kind`` can stand under ``code`` without anybody's mistake."""
    if code in CATCH_ALL or kind in FORM_UNKNOWN:
        return True
    return kind == "resident_id" and _FIRST_GENERATION.fullmatch(normal_form(number)) is not None
