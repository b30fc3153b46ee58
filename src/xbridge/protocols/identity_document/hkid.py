"""Hong Kong identity card number: one or two letters, six digits and a check character, as in ``A123456(3)``.

VERIFIED (dossier guangdong.md 4.5).  It says nothing about a Home Return Permit: neither number follows from the other.
"""

from __future__ import annotations

import re
from typing import Final

from xbridge.core.errors import DocumentInvalid
from xbridge.protocols.identity_document.normal_form import normal_form

_FORM: Final = re.compile(r"([A-Z]{1,2})([0-9]{6})(?:\(([0-9A])\)|([0-9A]))")
_BLANK_VALUE: Final = 36


def parse_hkid(text: str) -> str:
    """Return the number in its printed form, with the check character in brackets.

    The brackets may be missing in ``text``.  Raises ``DocumentInvalid("hkid", …)``: ``malformed`` for another form,
    ``mismatch`` for a wrong check character.
    """
    match = _FORM.fullmatch(normal_form(text))
    if match is None:
        raise DocumentInvalid("hkid", reason="malformed")
    body, check = match[1] + match[2], match[3] or match[4]
    if check_character(body) != check:
        raise DocumentInvalid("hkid", reason="mismatch")
    return f"{body}({check})"


def join_hkid(identification: str, check_digit: str) -> str:
    """Return the printed form of the two parts that iAM Smart gives (``Identification``, ``CheckDigit``).

    Raises ``DocumentInvalid`` as :func:`parse_hkid` does.
    """
    return parse_hkid(f"{identification}({check_digit})")


def check_character(body: str) -> str:
    """Return the check character of letters and digits: weights 9 to 2 over eight places, modulo 11, ten is ``A``.

    A single letter stands behind a blank, which counts 36; A counts 10 and Z 35.
    """
    values = [_BLANK_VALUE] * (8 - len(body)) + [int(character, 36) for character in body]
    remainder = -sum(weight * value for weight, value in zip(range(9, 1, -1), values, strict=True)) % 11
    return "A" if remainder == 10 else str(remainder)


def mask_hkid(number: str) -> str:
    """Return a parsed number with all but its letters and first digit hidden, for example ``A1*****(*)``."""
    shown = len(number) - 8
    return number[:shown] + "*****(*)"
