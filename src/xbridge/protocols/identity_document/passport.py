"""Passport numbers, of the Hong Kong and Macao regions and of everywhere else: a form, and nothing to check it by.

Every issuer numbers its own, and no source tells the forms of the regions' passports (dossier guangdong.md 4.1: their
codes only).  So one wide form serves all three kinds, **no check character is known**, and a mistyped number passes.
"""

from __future__ import annotations

import re
from typing import Final

from xbridge.core.errors import DocumentInvalid
from xbridge.protocols.identity_document.normal_form import normal_form

_FORM: Final = re.compile(r"(?=.*[0-9])[A-Z0-9]{5,20}")
_SHOWN_FROM: Final = 8


def parse_passport(text: str, *, claim: str = "passport") -> str:
    """Return the number in normal form: 5 to 20 letters and digits, a digit among them; ``claim`` names the kind.

    Raises ``DocumentInvalid(claim, reason="malformed")`` for any other form.
    """
    number = normal_form(text)
    if _FORM.fullmatch(number) is None:
        raise DocumentInvalid(claim, reason="malformed")
    return number


def mask_passport(number: str) -> str:
    """Return a parsed number with all but its first and last two characters hidden; a short one shows its first only."""
    shown = 2 if len(number) >= _SHOWN_FROM else 0
    return number[0] + "*" * (len(number) - 1 - shown) + number[len(number) - shown :]
