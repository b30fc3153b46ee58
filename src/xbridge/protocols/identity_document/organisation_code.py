"""Organisation code of the Mainland (组织机构代码): GB 11714, eight characters and a check character, ``MA62K026-0``.

VERIFIED (dossier guangdong.md 4.6).  Since 2015 it lives on as characters 9 to 17 of the unified social credit code, of which
nothing else can be told from it.  The register itself is not asked.
"""

from __future__ import annotations

import re
from typing import Final

from xbridge.core.errors import DocumentInvalid
from xbridge.protocols.identity_document.normal_form import normal_form

_FORM: Final = re.compile(r"([0-9A-Z]{8})-?([0-9X])")
_WEIGHTS: Final = (3, 7, 9, 10, 5, 8, 4, 2)


def parse_organisation_code(text: str) -> str:
    """Return the code as the standard writes it, with its hyphen, which may be missing in ``text``.

    Raises ``DocumentInvalid("organisation_code", …)``: ``malformed`` for another form, ``mismatch`` for a wrong check
    character.
    """
    match = _FORM.fullmatch(normal_form(text))
    if match is None:
        raise DocumentInvalid("organisation_code", reason="malformed")
    if check_character(match[1]) != match[2]:
        raise DocumentInvalid("organisation_code", reason="mismatch")
    return f"{match[1]}-{match[2]}"


def check_character(first_8: str) -> str:
    """Return the check character of the first eight: weighted sum modulo 11, where ten is ``X`` and eleven ``0``."""
    total = sum(weight * int(character, 36) for weight, character in zip(_WEIGHTS, first_8, strict=True))
    return "0123456789X"[-total % 11]


def mask_organisation_code(code: str) -> str:
    """Return a parsed code with its middle hidden."""
    return code[:2] + "*" * 5 + code[7:]
