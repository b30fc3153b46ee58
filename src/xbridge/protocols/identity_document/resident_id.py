"""Resident identity number of the Mainland (居民身份号码): GB 11643, with an ISO 7064 MOD 11-2 check character.

VERIFIED (dossier guangdong.md 4.2).  Six digits of area, birth date, three of sequence (odd is male), check.  Whether
an area code existed at a date is not checked: the tables change and a wrong refusal would lock a person out.  The old
form of fifteen digits is refused.
"""

from __future__ import annotations

import re
from datetime import date
from typing import Final, Literal

from xbridge.core.errors import DocumentInvalid
from xbridge.protocols.identity_document.normal_form import normal_form

PERMIT_AREAS: Final = frozenset({"810000", "820000", "830000"})
"""Areas whose numbers are on residence permits, never on resident identity cards (dossier guangdong.md 4.3)."""

_FORM: Final = re.compile(r"[1-9][0-9]{16}[0-9X]")
_WEIGHTS: Final = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
_CHECKS: Final = "10X98765432"


def parse_resident_id(text: str) -> str:
    """Return the number in normal form, 18 characters.

    Raises ``DocumentInvalid("resident_id", …)``: ``malformed`` for another form, an impossible date or the area of a
    residence permit, ``mismatch`` for a wrong check character.
    """
    number = parse_citizen_number(text, claim="resident_id")
    if number[:6] in PERMIT_AREAS:
        raise DocumentInvalid("resident_id", reason="malformed")
    return number


def parse_citizen_number(text: str, *, claim: str) -> str:
    """Return an 18-character number of GB 11643 for whichever document carries it; ``claim`` names it in errors."""
    number = normal_form(text)
    if _FORM.fullmatch(number) is None:
        raise DocumentInvalid(claim, reason="malformed")
    if check_character(number[:17]) != number[17]:
        raise DocumentInvalid(claim, reason="mismatch")
    try:
        birth_date(number)
    except ValueError:
        # The cause is dropped on purpose: it quotes a part of the number.
        raise DocumentInvalid(claim, reason="malformed") from None
    return number


def check_character(first_17: str) -> str:
    """Return the check character of the first 17 digits."""
    total = sum(weight * int(digit) for weight, digit in zip(_WEIGHTS, first_17, strict=True))
    return _CHECKS[total % 11]


def birth_date(number: str) -> date:
    """Return the date of birth in a parsed number."""
    return date(int(number[6:10]), int(number[10:12]), int(number[12:14]))


def sex(number: str) -> Literal["male", "female"]:
    """Return the sex that the sequence of a parsed number encodes."""
    return "male" if int(number[16]) % 2 else "female"


def mask_citizen_number(number: str) -> str:
    """Return a parsed number with all but its first and last two characters hidden, the birth date included."""
    return number[:2] + "*" * 14 + number[16:]
