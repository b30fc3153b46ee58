"""The engine: three values, fail closed, combine, evaluate as of a moment.

The rules here are tiny and made up, so that a law of the engine shows without any law of a country.
"""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Any

import pytest

from tests.unit.policy.document import NOW, changed, gd_to_hk, hk_to_gd
from xbridge.core.decision import Effect, Texts
from xbridge.core.errors import ConfigError, VerificationError
from xbridge.policy import RulePack, builtin_pack, decide
from xbridge.policy.fact import Facts
from xbridge.policy.rule import OUT_OF_SCOPE, PASS, SILENT, Judge, Rule, Verdict, demand, oblige, refer, warn

TEXT = Texts(en="a rule of a test", zh_Hans="测试规则", zh_Hant="測試規則")
FACTS = {"at": "2026-06-01T10:00:00+08:00", "mechanism": "none"}


def passes(facts: Facts) -> Verdict:
    """Pass."""
    return PASS


def denies(facts: Facts) -> Verdict:
    """Deny."""
    return Verdict(effect="deny")


def refers(facts: Facts) -> Verdict:
    """Refer."""
    return refer("mechanism")


def warns(facts: Facts) -> Verdict:
    """Warn."""
    return warn("mechanism")


def obliges(facts: Facts) -> Verdict:
    """Oblige the exporter."""
    return oblige("exporter", due="2026-06-15T00:00:00+08:00")


def leaves(facts: Facts) -> Verdict:
    """Say that the rules do not apply."""
    return OUT_OF_SCOPE


def silent(facts: Facts) -> Verdict:
    """Not be concerned."""
    return SILENT


def marks(facts: Facts) -> Verdict:
    """Note the scope and decide nothing."""
    return Verdict(effect="scope")


def breaks(facts: Facts) -> Verdict:
    """Raise something unforeseen that quotes a value."""
    raise ZeroDivisionError("Chan Tai Man")


def needs_mechanism(facts: Facts) -> Verdict:
    """Need a fact in its guard."""
    return PASS if facts.code("mechanism") == "none" else SILENT


def needs_two(facts: Facts) -> Verdict:
    """Need two facts as requirements."""
    return demand(facts.holds("consent.separate"), facts.holds("consent.explicit"))


def made(judge: Judge, rule_id: str = "", *, since: str = "2020-01-01", until: str | None = None) -> Rule:
    """Return a rule around ``judge``."""
    return Rule(
        id=rule_id or judge.__name__,
        binds="XB",
        direction="both",
        effect="deny",
        citation="the test",
        source="xbridge",
        confidence="V1",
        since=date.fromisoformat(since),
        until=None if until is None else date.fromisoformat(until),
        text=TEXT,
        judge=judge,
    )


def outcome(*judges: Judge, facts: dict[str, Any] = FACTS) -> str:
    """Return the outcome of ``judges`` over ``facts``."""
    return decide(facts, RulePack.of("t", [made(judge) for judge in judges]), now=NOW).outcome


@pytest.mark.parametrize(
    ("judges", "expected"),
    [
        ((passes,), "permit"),
        ((passes, silent), "permit"),
        ((passes, warns), "permit_with_obligations"),
        ((passes, obliges), "permit_with_obligations"),
        ((passes, warns, refers), "indeterminate"),
        ((passes, refers, denies), "deny"),
        ((obliges, denies), "deny"),
        ((leaves, denies, refers), "not_applicable"),
        ((silent,), "not_applicable"),
        ((marks, silent), "not_applicable"),
        ((marks, passes), "permit"),
        ((passes, breaks), "deny"),
        ((), "deny"),
    ],
)
def test_the_strictest_word_counts(judges: tuple[Judge, ...], expected: str) -> None:
    """Scope first, then deny, then refer, then duties; silence of all rules permits nothing."""
    assert outcome(*judges) == expected
    assert outcome(*reversed(judges)) == expected


def test_only_permits_release() -> None:
    """Neither "a person must decide" nor "not our rules" lets data go."""
    releases = {
        decide(FACTS, RulePack.of("t", [made(judge)]), now=NOW).outcome: decide(
            FACTS, RulePack.of("t", [made(judge)]), now=NOW
        ).releases
        for judge in (passes, warns, denies, refers, leaves)
    }
    assert releases == {
        "permit": True,
        "permit_with_obligations": True,
        "deny": False,
        "indeterminate": False,
        "not_applicable": False,
    }


def test_an_empty_pack_denies_and_says_so() -> None:
    """Without rules nothing can be found lawful."""
    decision = decide(FACTS, RulePack.of("t", []), now=NOW)
    assert (decision.outcome, [reason.rule for reason in decision.reasons]) == ("deny", ["ENGINE-EMPTY"])


def test_a_rule_that_raises_denies_and_tells_no_value() -> None:
    """The class of the error is named; its message, which may quote personal data, is not."""
    decision = decide(FACTS, RulePack.of("t", [made(passes), made(breaks)]), now=NOW)
    [reason] = [reason for reason in decision.reasons if reason.rule == "breaks"]
    assert (decision.outcome, reason.effect) == ("deny", "deny")
    assert "ZeroDivisionError" in reason.text.en
    assert "Chan" not in decision.model_dump_json()


@pytest.mark.parametrize("judge", [needs_mechanism, needs_two])
def test_an_unknown_fact_refers_and_is_named(judge: Judge) -> None:
    """Silence about a fact is never a silent pass."""
    decision = decide({"at": FACTS["at"], "consent": {}}, RulePack.of("t", [made(judge)]), now=NOW)
    assert decision.outcome == "indeterminate"
    assert decision.reasons[0].missing


def test_a_broken_requirement_denies_even_beside_an_unknown_one() -> None:
    """What is still unknown could not mend what is already broken."""
    decision = decide({**FACTS, "consent": {"separate": False}}, RulePack.of("t", [made(needs_two)]), now=NOW)
    assert decision.outcome == "deny"
    assert decision.reasons[0].failed == ("consent.separate",)


def test_null_states_absence_and_not_ignorance() -> None:
    """A consent stated as null lacks everything below it, so a demand on it is broken and not open."""
    decision = decide({**FACTS, "consent": None}, RulePack.of("t", [made(needs_two)]), now=NOW)
    assert (decision.outcome, decision.reasons[0].missing) == ("deny", ())


def test_silence_in_a_scenario_leaves_the_rule_aside() -> None:
    """With ``not_in_issue`` the rule is listed as not examined, and what is left alone permits nothing."""
    pack = RulePack.of("t", [made(needs_two), made(passes)])
    decision = decide({**FACTS, "consent": {}}, pack, now=NOW, unstated="not_in_issue")
    assert (decision.outcome, decision.not_examined) == ("permit", ("needs_two",))
    alone = decide({**FACTS, "consent": {}}, RulePack.of("t", [made(needs_two)]), now=NOW, unstated="not_in_issue")
    assert alone.outcome == "indeterminate"


def test_a_referral_by_judgement_stands_in_a_scenario_too() -> None:
    """Only a referral for lack of facts is left aside; one that the rule itself asks for is not."""
    decision = decide(FACTS, RulePack.of("t", [made(refers)]), now=NOW, unstated="not_in_issue")
    assert decision.outcome == "indeterminate"


@pytest.mark.parametrize(
    ("at", "expected"),
    [
        ("2024-12-31T23:59:59+08:00", "deny"),
        ("2025-01-01T00:00:00+08:00", "permit"),
        ("2024-12-31T16:00:00Z", "permit"),
        ("2025-12-31T23:59:59+08:00", "permit"),
        ("2026-01-01T00:00:00+08:00", "deny"),
    ],
)
def test_the_law_of_the_day_applies(at: str, expected: str) -> None:
    """Rules count from their first day to their last one, in the time of Hong Kong and the Mainland."""
    pack = RulePack.of("t", [made(passes, since="2025-01-01", until="2025-12-31")])
    assert decide({"at": at}, pack, now=NOW).outcome == expected


def test_without_a_moment_the_act_is_now() -> None:
    """A document that states no moment is judged as of the moment of the decision."""
    pack = RulePack.of("t", [made(passes, since="2026-11-22")])
    assert decide({}, pack, now=NOW).outcome == "permit"
    assert decide({}, pack, now=datetime(2026, 11, 20, tzinfo=UTC)).outcome == "deny"


@pytest.mark.parametrize("at", ["yesterday", "2026-06-01T10:00:00", 5, [], True])
def test_a_moment_that_is_none_denies(at: object) -> None:
    """A moment without an offset could mean two laws, so it means none."""
    decision = decide({"at": at}, builtin_pack(), now=NOW)
    assert (decision.outcome, decision.reasons[0].rule) == ("deny", "ENGINE-AT")


def test_now_must_be_aware() -> None:
    """A naive clock is a mistake of the caller and is refused as one."""
    with pytest.raises(ValueError, match="aware"):
        decide(FACTS, builtin_pack(), now=datetime(2026, 6, 1))  # noqa: DTZ001


@pytest.mark.parametrize("document", [{"x": 1.5}, {"x": object()}, {1: "x"}, {"x": "\ud800"}])
def test_a_document_that_has_no_canonical_form_is_refused(document: dict[Any, Any]) -> None:
    """A decision names the digest of its facts, so facts without one get no decision."""
    with pytest.raises(VerificationError) as caught:
        decide(document, builtin_pack(), now=NOW)
    assert (caught.value.claim, caught.value.reason) == ("facts", "malformed")


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("consent.separate", "yes"),
        ("consent.separate", 1),
        ("consent", "given"),
        ("notice.fields", "handler"),
        ("notice.fields", [1]),
        ("transfer.n_subjects", -1),
        ("ytd.nonsensitive", True),
        ("pipia.date", "soon"),
        ("consent.valid_until", "2027-05-20"),
        ("exporter.place", "Shenzhen"),
    ],
)
def test_a_fact_of_the_wrong_shape_denies(name: str, value: object) -> None:
    """A value that is not what the vocabulary says is never bent into one that is."""
    decision = decide(changed(gd_to_hk(), {name: value}), builtin_pack(), now=NOW)
    assert decision.outcome == "deny"
    assert any(name.startswith(failed) or failed.startswith(name) for r in decision.reasons for failed in r.failed)


def test_the_decision_names_what_it_was_taken_on() -> None:
    """Equal facts give one input digest, a changed fact another, and the pack is named by version and digest."""
    first = decide(hk_to_gd(), builtin_pack(), now=NOW)
    again = decide(dict(reversed(hk_to_gd().items())), builtin_pack(), now=NOW)
    other = decide(changed(hk_to_gd(), {"consent.written": True}), builtin_pack(), now=NOW)
    assert first == again
    assert first.input_digest != other.input_digest
    assert first.rulepack_digest == builtin_pack().digest
    assert first.rulepack_version == builtin_pack().version
    assert first.evaluated_at == "2026-11-22T04:00:00Z"


def test_an_obligation_says_who_and_by_when() -> None:
    """A duty without a debtor is no duty."""
    [duty] = decide(FACTS, RulePack.of("t", [made(obliges)]), now=NOW).obligations
    assert (duty.rule, duty.who, duty.due) == ("obliges", "exporter", "2026-06-15T00:00:00+08:00")


def test_reasons_are_kept_apart_although_they_are_remembered() -> None:
    """Wording is put together once per way through a rule; two ways of failing stay two reasons."""
    pack = RulePack.of("t", [made(needs_two)])
    ways: dict[Effect, tuple[str, ...]] = {}
    for consent in ({"separate": False, "explicit": True}, {"separate": True, "explicit": False}):
        [reason] = decide({**FACTS, "consent": consent}, pack, now=NOW).reasons
        assert reason.failed == tuple(f"consent.{name}" for name, value in consent.items() if not value)
        ways[reason.effect] = reason.failed
    assert ways == {"deny": ("consent.explicit",)}


def test_rule_ids_are_unique_in_a_pack() -> None:
    """Two rules under one name could not be told apart in a decision."""
    with pytest.raises(ConfigError, match="same"):
        RulePack.of("t", [made(passes, "same"), made(denies, "same")])
