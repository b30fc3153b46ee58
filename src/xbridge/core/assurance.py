"""The ladder of assurance levels: both platforms' words on one ordered scale, ours (guangdong.md section 3).

Data, and the only two things that may be done with a level: compare it, and lower it.  ``docs/assurance.md`` shows this
table to people.  The scale is the Guangdong platform's own; the two standards beside it are **our reading** and nobody's
certificate.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final

from xbridge.core.identity import LEVELS, Level


@dataclass(frozen=True, slots=True, kw_only=True)
class Rung:
    """One level.

    ``platform_name`` is what people read at Guangdong and ``proof`` what it took there; ``iamsmart`` the words of iAM Smart
    that mean it by default (``userType``).  ``iso_29115`` is a level of assurance of ISO/IEC 29115:2013; ``nist_ial`` and
    ``nist_aal`` are identity and authenticator assurance levels of NIST SP 800-63-3, empty where none is reached.
    """

    level: Level
    platform_name: str
    proof: str
    iamsmart: tuple[str, ...]
    iso_29115: str
    nist_ial: str
    nist_aal: str


LADDER: Final[tuple[Rung, ...]] = (
    Rung(
        level="L0",
        platform_name="二级",
        proof="declared by the person, format checked only",
        iamsmart=(),
        iso_29115="LoA1",
        nist_ial="IAL1",
        nist_aal="AAL1",
    ),
    Rung(
        level="L1",
        platform_name="三级",
        proof="name and document number matched with the population or legal-entity database",
        iamsmart=("default",),
        iso_29115="LoA2",
        nist_ial="IAL1",
        nist_aal="AAL1",
    ),
    Rung(
        level="L2",
        platform_name="四级",
        proof="real person, real name, real document (face or equal)",
        iamsmart=("sign",),
        iso_29115="LoA3",
        nist_ial="IAL2",
        nist_aal="AAL2",
    ),
    Rung(
        level="L3",
        platform_name="五级",
        proof="digital certificate, or checked at a counter",
        iamsmart=(),
        iso_29115="LoA4",
        nist_ial="IAL3",
        nist_aal="AAL2",
    ),
)
"""Lowest first.

VERIFIED: the texts of ``proof``, and L2 as 四级.  INFERRED: the other names.  UNKNOWN: how iAM Smart's words compare; the
lower of two readings stands here, and ``sign`` is L2 because such an account took a proof in person.  No word of iAM
Smart is L3: that takes a certificate signature in the same transaction, and a login makes none.
"""

PLATFORM_LEVELS: Final[Mapping[Level, Level]] = MappingProxyType({rung.level: rung.level for rung in LADDER})
"""What the Guangdong platform's own levels count for by default: themselves."""

IAMSMART_LEVELS: Final[Mapping[str, Level]] = MappingProxyType(
    {word: rung.level for rung in LADDER for word in rung.iamsmart}
)
"""What iAM Smart's words count for by default; a word that is not here counts for L0."""


def lowest(first: Level, *others: Level) -> Level:
    """Return the lowest of some levels: what several statements about one person have in common."""
    return LEVELS[min(LEVELS.index(level) for level in (first, *others))]


def reaches(level: Level, wanted: Level) -> bool:
    """Return whether ``level`` is ``wanted`` or better."""
    return LEVELS.index(level) >= LEVELS.index(wanted)
