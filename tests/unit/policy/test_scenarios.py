"""The worked scenarios of the dossier: every case whose rules this pack holds is decided as expected.

A case is in scope exactly when every rule that it names as firing, or as possibly denying too, is in the pack.  Nobody
picks cases by hand, so the list grows by itself with the rules.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

import pytest

from tests.unit.policy.document import NOW
from xbridge.policy import builtin_pack, decide

FILE = Path(__file__).resolve().parents[4] / "shared" / "policy" / "scenarios.json"
SUITE: dict[str, Any] = json.loads(FILE.read_text("utf-8")) if FILE.exists() else {"cases": [], "defaults": {}}


def named_rules(case: dict[str, Any]) -> set[str]:
    """Return the rules that must be in the pack before ``case`` can be judged."""
    expected = case["expect"]
    return {fired["rule"] for fired in expected["rules_fired"]} | set(expected.get("rules_may_also_deny", ()))


IN_SCOPE = [case for case in SUITE["cases"] if named_rules(case) <= builtin_pack().ids]


def merged(under: Any, over: Any) -> Any:
    """Return ``over`` laid over ``under``: objects merge, arrays and scalars replace."""
    if not isinstance(under, dict) or not isinstance(over, dict):
        return over
    return {**under, **{key: merged(under.get(key), value) for key, value in over.items()}}


needs_scenarios = pytest.mark.skipif(
    not SUITE["cases"], reason="the scenario file lies beside the checkout (../shared/policy) and is absent here"
)


@pytest.mark.parametrize("case", IN_SCOPE, ids=[case["id"] for case in IN_SCOPE])
def test_a_scenario_is_decided_as_expected(case: dict[str, Any]) -> None:
    """The outcome, every rule that must fire and every rule that must not are those of the scenario."""
    expected = case["expect"]
    facts = merged(SUITE["defaults"], case["input"])
    decision = decide(facts, builtin_pack(), now=NOW, unstated=SUITE["unstated"])
    fired = {(reason.rule, reason.effect) for reason in decision.reasons}
    assert decision.outcome in expected.get("decision_any_of", [expected["decision"]])
    assert {(rule["rule"], rule["effect"]) for rule in expected["rules_fired"]} <= fired
    assert not {rule for rule, effect in fired if effect != "pass"} & set(expected["rules_not_fired"])


@needs_scenarios
def test_the_scenarios_that_are_left_out_lack_a_rule(capsys: pytest.CaptureFixture[str]) -> None:
    """Coverage is printed, and it never falls below what was reached once."""
    counts = f"{len(IN_SCOPE)} of {len(SUITE['cases'])} in scope of {len(builtin_pack().rules)} rules"
    with capsys.disabled():
        sys.stdout.write(f"\npolicy scenarios: {counts}\n")
    assert len(IN_SCOPE) >= MINIMUM


MINIMUM = 42


@needs_scenarios
def test_silence_in_a_scenario_file_is_listed_and_not_passed() -> None:
    """A rule that lacks a fact is not examined in a scenario file and refers anywhere else."""
    case = next(case for case in SUITE["cases"] if case["id"] == "XB-054")
    facts = merged(SUITE["defaults"], case["input"])
    aside = decide(facts, builtin_pack(), now=NOW, unstated="not_in_issue")
    strict = decide(facts, builtin_pack(), now=NOW)
    assert {"REC-1", "REC-4"} <= set(aside.not_examined)
    assert strict.outcome == "indeterminate"
    assert {"REC-1", "REC-4"} <= {reason.rule for reason in strict.reasons if reason.effect == "refer"}
    assert strict.not_examined == ()
