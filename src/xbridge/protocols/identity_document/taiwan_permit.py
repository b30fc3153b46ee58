"""Mainland travel permit of Taiwan residents (台湾居民来往大陆通行证), code 511 of GA/T 517.

The **form of its number is UNKNOWN**: the dossier gives the code and no more (guangdong.md 4.1).  What is accepted here is
wide on purpose: 8 to 12 letters and digits that begin with a digit, as no Home Return Permit does.  No check character
is known, and no part of the number is taken for one that stays across renewals.
"""

from __future__ import annotations

import re
from typing import Final

from xbridge.core.errors import DocumentInvalid
from xbridge.protocols.identity_document.normal_form import normal_form

_FORM: Final = re.compile(r"[0-9][A-Z0-9]{7,11}")


def parse_taiwan_permit(text: str) -> str:
    """Return the number in normal form.

    Raises ``DocumentInvalid("taiwan_permit", reason="malformed")`` for anything outside the wide form above.
    """
    number = normal_form(text)
    if _FORM.fullmatch(number) is None:
        raise DocumentInvalid("taiwan_permit", reason="malformed")
    return number


def mask_taiwan_permit(number: str) -> str:
    """Return a parsed number with all but its first and last two characters hidden."""
    return number[0] + "*" * (len(number) - 3) + number[-2:]
