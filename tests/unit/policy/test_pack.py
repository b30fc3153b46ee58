"""The pack: its digest covers words, dates and code, and every rule is presentable.

What the rules decide is in ``test_rule.py``.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

import pytest

from tests.unit.policy.document import NOW
from xbridge.core.errors import ConfigError
from xbridge.crypto.digest import is_digest
from xbridge.policy import RulePack, builtin_pack
from xbridge.policy.fact import Facts
from xbridge.policy.rule import PASS, SILENT, Rule, Verdict

REQUIRED = """
SCOPE-1 SCOPE-3 GOV-ID-1 PIPL-6 PIPL-13 PIPL-14.1 PIPL-14.2 PIPL-15 PIPL-17 PIPL-23 PIPL-28 PIPL-29 PIPL-30 PIPL-31
PIPL-36 PIPL-38 PIPL-39.N PIPL-39.C PIPL-55 PIPL-56 CBDF-10 PDPO-2.3 PDPO-DPP1.1 PDPO-DPP1.3 PDPO-DPP3.1 PDPO-33 HK-RMC
HK-HKID REC-1 REC-2 REC-3 REC-4 REC-5 NDSR-35.6
""".split()


def another(facts: Facts) -> Verdict:
    """Pass, from another function."""
    return PASS


def test_the_first_rules_are_there() -> None:
    """The rules that linking and exchange rest on are in the pack."""
    assert set(REQUIRED) <= builtin_pack().ids


def test_the_digest_is_stable_within_one_tree() -> None:
    """The same rules give the same digest, and it has the form that decisions carry."""
    pack = builtin_pack()
    assert is_digest(pack.digest)
    assert RulePack.of(pack.version, pack.rules).digest == pack.digest


@pytest.mark.parametrize(
    "part", ["id", "citation", "confidence", "since", "until", "text", "judge", "version", "order"]
)
def test_the_digest_covers_every_part(part: str) -> None:
    """Nothing about a rule can change while the digest stays."""
    pack = builtin_pack()
    first, *rest = pack.rules
    text = first.text.model_copy(update={"zh_Hant": "另文"})
    altered = {
        "id": replace(first, id="OTHER"),
        "citation": replace(first, citation="elsewhere"),
        "confidence": replace(first, confidence="UNK"),
        "since": replace(first, since=first.since + timedelta(days=1)),
        "until": replace(first, until=date(2030, 1, 1)),
        "text": replace(first, text=text),
        "judge": replace(first, judge=another),
    }
    rules: list[Rule] = [altered.get(part, first), *rest]
    if part == "order":
        rules.reverse()
    assert RulePack.of("2" if part == "version" else pack.version, rules).digest != pack.digest


def test_a_predicate_that_hides_values_is_refused() -> None:
    """A function that closes over a value could change its meaning without changing its source."""
    limit = 5

    def closes(facts: Facts) -> Verdict:
        return PASS if limit else SILENT

    with pytest.raises(ConfigError, match="close over"):
        RulePack.of("t", [replace(builtin_pack().rules[0], judge=closes)])


def test_a_predicate_without_source_is_refused() -> None:
    """What cannot be read cannot be digested."""
    namespace: dict[str, object] = {"__name__": "nowhere"}
    exec("def hidden(facts):\n    return None", namespace)
    with pytest.raises(ConfigError, match="cannot be read"):
        RulePack.of("t", [replace(builtin_pack().rules[0], judge=namespace["hidden"])])  # type: ignore[arg-type]


@pytest.mark.parametrize("rule", builtin_pack().rules, ids=lambda rule: rule.id)
def test_a_rule_can_be_shown_to_anyone(rule: Rule) -> None:
    """Citation, source and a full sentence in each language; the Chinese texts differ as their scripts do."""
    assert rule.citation
    assert rule.source
    assert rule.text.en.endswith(".")
    assert rule.text.zh_Hans.endswith("。")
    assert rule.text.zh_Hant.endswith("。")
    assert rule.text.zh_Hans != rule.text.zh_Hant
    assert len({rule.text.en, rule.text.zh_Hans, rule.text.zh_Hant}) == 3


TRADITIONAL_ONLY = "個資傳輸處關據與為須應簽發證實產權屬國際"
SIMPLIFIED_ONLY = "个资传输处关据与为须应签发证实产权属国际"


@pytest.mark.parametrize("rule", builtin_pack().rules, ids=lambda rule: rule.id)
def test_each_script_keeps_to_itself(rule: Rule) -> None:
    """No Simplified character strays into the Hong Kong text and no Traditional one into the Mainland text."""
    shared = set(TRADITIONAL_ONLY) & set(SIMPLIFIED_ONLY)
    assert not set(rule.text.zh_Hant) & (set(SIMPLIFIED_ONLY) - shared)
    assert not set(rule.text.zh_Hans) & (set(TRADITIONAL_ONLY) - shared)


def test_inference_is_declared() -> None:
    """Exactly these rules rest on inference; a new one has to be added here knowingly."""
    inferred = {rule.id for rule in builtin_pack().rules if rule.confidence in {"INF", "UNK"}}
    assert inferred == {"SCOPE-3", "GOV-PTY-1", "HK-HKID", "PDPO-59", "PDPO-60B", "PDPO-62", "REC-3"}


def test_an_unknown_name_in_a_rule_is_a_mistake() -> None:
    """A rule that reads a name outside the vocabulary fails instead of reading nothing."""
    with pytest.raises(KeyError):
        Facts({}, NOW).code("consent.sperate")
