"""Residence permit number of Hong Kong, Macao and Taiwan residents on the Mainland (居住证): a number of GB 11643.

VERIFIED (dossier guangdong.md 4.3): area 810000 is Hong Kong, 820000 Macao, 830000 Taiwan.  Not the Home Return Permit.
"""

from __future__ import annotations

from typing import Final, Literal

from xbridge.core.errors import DocumentInvalid
from xbridge.protocols.identity_document.resident_id import parse_citizen_number

ORIGINS: Final[dict[str, Literal["HK", "MO", "TW"]]] = {"810000": "HK", "820000": "MO", "830000": "TW"}


def parse_residence_permit(text: str) -> str:
    """Return the number in normal form, 18 characters.

    Raises ``DocumentInvalid("residence_permit", …)``: ``malformed`` for another form, date or area, ``mismatch`` for a
    wrong check character.
    """
    number = parse_citizen_number(text, claim="residence_permit")
    if number[:6] not in ORIGINS:
        raise DocumentInvalid("residence_permit", reason="malformed")
    return number


def origin(number: str) -> Literal["HK", "MO", "TW"]:
    """Return where the holder of a parsed number comes from: ``HK``, ``MO`` or ``TW``."""
    return ORIGINS[number[:6]]
