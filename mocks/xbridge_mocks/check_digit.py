"""Check digits of the identity numbers that the mock people carry.

A second opinion: written from the dossier (guangdong.md 4.2, 4.5, 4.6), not shared with the library under test. It
computes; it does not parse what users type.
"""

from __future__ import annotations

__all__ = ["credit_code_check_character", "hkid_check_digit", "resident_check_character"]

_CREDIT_ALPHABET = "0123456789ABCDEFGHJKLMNPQRTUWXY"
_RESIDENT_WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)


def hkid_check_digit(identifier: str) -> str:
    """The check digit of one or two letters and six digits, ``0`` to ``9`` or ``A`` (dossier guangdong.md 4.5)."""
    values = [36 if c == " " else int(c, 36) for c in identifier.rjust(8)]
    rest = -sum(value * weight for value, weight in zip(values, range(9, 1, -1), strict=True)) % 11
    return "A" if rest == 10 else str(rest)


def resident_check_character(stem: str) -> str:
    """The eighteenth character of a resident identity number or residence permit (GB 11643, dossier 4.2)."""
    total = sum(int(c) * weight for c, weight in zip(stem, _RESIDENT_WEIGHTS, strict=True))
    return "10X98765432"[total % 11]


def credit_code_check_character(stem: str) -> str:
    """The eighteenth character of a unified social credit code (GB 32100, dossier 4.6)."""
    total = sum(_CREDIT_ALPHABET.index(c) * pow(3, place, 31) for place, c in enumerate(stem))
    return _CREDIT_ALPHABET[-total % 31]
