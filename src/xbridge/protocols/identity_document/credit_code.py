"""Unified social credit code of organisations (统一社会信用代码): GB 32100, 18 characters.

VERIFIED (dossier guangdong.md 4.6).  Registering department, kind, six digits of area, organisation code of GB 11714,
check character.  The letters I, O, S, V and Z are not used.  The register itself is not asked.
"""

from __future__ import annotations

import re
from typing import Final

from xbridge.core.errors import DocumentInvalid
from xbridge.protocols.identity_document.normal_form import normal_form
from xbridge.protocols.identity_document.organisation_code import parse_organisation_code

ALPHABET: Final = "0123456789ABCDEFGHJKLMNPQRTUWXY"
_FORM: Final = re.compile(rf"[{ALPHABET}]{{2}}[0-9]{{6}}[{ALPHABET}]{{10}}")
_WEIGHTS: Final = tuple(pow(3, i, 31) for i in range(17))


def parse_credit_code(text: str) -> str:
    """Return the code in normal form, 18 characters.

    Raises ``DocumentInvalid("credit_code", …)``: ``malformed`` for another form, ``mismatch`` for a wrong check
    character.
    """
    code = normal_form(text)
    if _FORM.fullmatch(code) is None:
        raise DocumentInvalid("credit_code", reason="malformed")
    if check_character(code[:17]) != code[17]:
        raise DocumentInvalid("credit_code", reason="mismatch")
    return code


def check_character(first_17: str) -> str:
    """Return the check character of the first 17: weights are powers of three modulo 31."""
    total = sum(weight * ALPHABET.index(character) for weight, character in zip(_WEIGHTS, first_17, strict=True))
    return ALPHABET[-total % 31]


def organisation_code(code: str) -> str:
    """Return the organisation code inside a parsed code as GB 11714 writes it, for example ``MA62K026-0``.

    Raises ``DocumentInvalid("organisation_code", …)`` if what stands there is none: ``mismatch`` for its own check
    character, ``malformed`` for one that GB 11714 does not know.
    """
    return parse_organisation_code(code[8:17])


def mask_credit_code(code: str) -> str:
    """Return a parsed code with its middle hidden: a sole trader's code leads to a person."""
    return code[:2] + "*" * 12 + code[14:]
