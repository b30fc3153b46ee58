"""Each rule against its clause: one case that it bites and one that it leaves alone.

The rows are data, written from the clause and not from the code, in ``clause.py`` and ``gba_clause.py``.
"""

from __future__ import annotations

from typing import Any

import pytest

from tests.unit.policy import clause, gba_clause
from tests.unit.policy.document import NOW, Document, changed, gd_to_hk, hk_to_gd
from xbridge.policy import builtin_pack, decide

ROWS = [*clause.ROWS, *gba_clause.ROWS]


def effect_of(rule: str, document: Document) -> str | None:
    """Return what ``rule`` did about ``document``, None if it did not concern it."""
    decision = decide(document, builtin_pack(), now=NOW)
    found = [reason.effect for reason in decision.reasons if reason.rule == rule]
    # Outside the rules only the scope rule is left, so every other rule is silent there.
    return found[0] if found else None


@pytest.mark.parametrize(
    ("rule", "base", "changes", "effect"), ROWS, ids=[f"{row[0]}-{number}" for number, row in enumerate(ROWS)]
)
def test_the_clause(rule: str, base: str, changes: dict[str, Any], effect: str | None) -> None:
    """The rule does to these facts what its clause says."""
    document = hk_to_gd() if base == "hk" else gd_to_hk()
    assert effect_of(rule, changed(document, changes)) == effect


def test_every_rule_has_a_case_for_and_a_case_against() -> None:
    """No rule is in the pack that was never seen to bite and to leave alone."""
    effects: dict[str, set[str | None]] = {rule_id: set() for rule_id in builtin_pack().ids}
    for rule, _, _, effect in ROWS:
        effects[rule].add(effect)
    assert {rule: seen for rule, seen in effects.items() if len(seen) < 2} == {}


def test_the_complete_documents_are_releasable() -> None:
    """The two documents that every row starts from are lawful, so a row shows the effect of its own change."""
    assert decide(hk_to_gd(), builtin_pack(), now=NOW).outcome == "permit_with_obligations"
    assert decide(gd_to_hk(), builtin_pack(), now=NOW).outcome == "permit_with_obligations"
    on_route = decide(changed(gd_to_hk(), gba_clause.ROUTE), builtin_pack(), now=NOW)
    assert (on_route.outcome, {duty.rule for duty in on_route.obligations}) == (
        "permit_with_obligations",
        {"GBA-SC-3.11", "REC-5"},
    )
