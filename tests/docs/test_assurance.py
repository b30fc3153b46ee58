"""docs/assurance.md and the ladder in the code are one table."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.docs.block import codes, rows
from xbridge.core.assurance import IAMSMART_LEVELS, LADDER, PLATFORM_LEVELS, lowest, reaches
from xbridge.core.identity import LEVELS
from xbridge.providers.guangdong.settings import GuangdongSettings
from xbridge.providers.iamsmart.settings import IamSmartSettings

PAGE = Path(__file__).resolve().parents[2] / "docs/assurance.md"


def test_the_page_is_the_table() -> None:
    """Each rung stands on the page as it stands in the code, in the same order."""
    shown = [
        (codes(level)[0], name, proof, tuple(codes(words)), iso, tuple(nist.split(", ")))
        for level, name, proof, words, iso, nist in rows(PAGE, "## The ladder")
    ]
    assert shown == [
        (rung.level, rung.platform_name, rung.proof, rung.iamsmart, rung.iso_29115, (rung.nist_ial, rung.nist_aal))
        for rung in LADDER
    ]


def test_the_table_is_the_default_of_both_sides() -> None:
    """Both providers read their platform's words by this ladder unless they are told otherwise."""
    assert [rung.level for rung in LADDER] == list(LEVELS)
    assert IamSmartSettings.model_fields["level_map"].default == dict(IAMSMART_LEVELS)
    assert GuangdongSettings.model_fields["level_map"].default == dict(PLATFORM_LEVELS)
    # A login makes no certificate signature, so no word of iAM Smart reaches the top.
    assert "L3" not in IAMSMART_LEVELS.values()


@pytest.mark.parametrize("first", LEVELS)
@pytest.mark.parametrize("second", LEVELS)
def test_order(first: str, second: str) -> None:
    """The lowest of two is one of them and reaches no more than either."""
    found = lowest(first, second)  # type: ignore[arg-type]
    assert found in (first, second)
    assert reaches(first, found)  # type: ignore[arg-type]
    assert reaches(second, found)  # type: ignore[arg-type]
    assert reaches(first, second) == (LEVELS.index(first) >= LEVELS.index(second))  # type: ignore[arg-type]
