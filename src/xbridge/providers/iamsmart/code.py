"""iAM Smart's result codes: the numbers of ``protocols/result_code.py`` after a D (iamsmart.md section 5)."""

from __future__ import annotations

from xbridge.protocols.result_code import Family, Meaning, code_table

__all__ = ["MEANINGS", "Family", "Meaning", "meaning"]

_CORPID_ONLY = frozenset(
    {"20015", "71000", "71001", "71003", "71004", "71005", "71006", "71007", "71008", "71009"},
)
"""Seen with an M; that they exist with a D too is INFERRED."""

MEANINGS = code_table("D", inferred=_CORPID_ONLY)
"""All known codes."""


def meaning(code: str) -> Meaning | None:
    """Return what ``code`` means, or None for a code that nobody told us about."""
    return MEANINGS.get(code)
