"""Home Return Permit (港澳居民来往内地通行证) number, issued to residents of Hong Kong and Macao.

VERIFIED forms (dossier guangdong.md 4.4): ``H`` or ``M`` and eight digits that a person keeps for life, with or without
a two-digit reissue count; since 10 July 2024 ``HA`` or ``MA`` and seven digits for permanent residents who are not
Chinese citizens.  It has **no check character**, and only approved bodies may ask the issuer: this library treats the
number as asserted by iAM Smart or by Guangdong and never as verified by itself.
"""

from __future__ import annotations

import re
from typing import Final, Literal

from xbridge.core.errors import DocumentInvalid
from xbridge.protocols.identity_document.normal_form import normal_form

NumberStyle = Literal["9", "11", "as_given"]
"""What a peer wants: nine characters, eleven with the reissue count, or as given (setting ``hrp_number_style``)."""

_FORM: Final = re.compile(r"[HM][0-9]{8}([0-9]{2})?|[HM]A[0-9]{7}")
_PERSON_CHARS: Final = 9


def parse_home_return_permit(text: str) -> str:
    """Return the number in normal form, nine or eleven characters as given.

    Raises ``DocumentInvalid("home_return_permit", reason="malformed")`` for any other form.
    """
    number = normal_form(text)
    if _FORM.fullmatch(number) is None:
        raise DocumentInvalid("home_return_permit", reason="malformed")
    return number


def person_key(number: str) -> str:
    """Return the nine characters of a parsed number that stay the same across renewals: compare people by these."""
    return number[:_PERSON_CHARS]


def reissue_count(number: str) -> int | None:
    """Return how often the permit was reissued, or None where the number does not say."""
    return int(number[_PERSON_CHARS:]) if len(number) > _PERSON_CHARS else None


def origin(number: str) -> Literal["HK", "MO"]:
    """Return where the holder of a parsed number lives: the first letter says Hong Kong or Macao."""
    return "HK" if number[0] == "H" else "MO"


def format_home_return_permit(number: str, style: NumberStyle) -> str:
    """Return a parsed number in the style that a peer wants.

    Raises ``DocumentInvalid("home_return_permit", reason="missing")`` if eleven characters are wanted and the reissue
    count is not known: it is printed apart on cards since 2013 and is never guessed.
    """
    if style == "as_given":
        return number
    if style == "11" and reissue_count(number) is None:
        raise DocumentInvalid("home_return_permit", reason="missing")
    return number if style == "11" else person_key(number)


def mask_home_return_permit(number: str) -> str:
    """Return a parsed number with all but its first character and the person's last two digits hidden."""
    return number[0] + "*" * 6 + number[7:_PERSON_CHARS] + "*" * (len(number) - _PERSON_CHARS)
