"""A decision in plain lines: the same facts in three languages, and no value of any fact."""

from __future__ import annotations

import pytest

from tests.unit.policy.document import NOW, changed, gd_to_hk, hk_to_gd
from xbridge.core.language import LANGUAGES, Language
from xbridge.policy import builtin_pack, decide, explain

BROKEN = changed(gd_to_hk(), {"consent.separate": False, "recipient.id": "rec"})


@pytest.mark.parametrize("lang", LANGUAGES)
def test_every_rule_that_spoke_is_shown_with_its_clause(lang: Language) -> None:
    """Rule, what it demands in that language, citation and facts are all there."""
    decision = decide(BROKEN, builtin_pack(), now=NOW)
    text = explain(decision, lang)
    for reason in decision.reasons:
        assert f"- {reason.rule} [" in text
        assert reason.text.get(lang) in text
        assert reason.citation in text
    assert decision.outcome in text
    assert decision.rulepack_digest in text


def test_the_weightiest_rules_come_first() -> None:
    """What refuses is read before what is satisfied."""
    lines = [line for line in explain(decide(BROKEN, builtin_pack(), now=NOW), "en").splitlines() if line[:2] == "- "]
    words = [line.partition("[")[2].partition("]")[0] for line in lines]
    assert words[0] == "refuses"
    assert words == sorted(words, key=["refuses", "duty", "remark", "exempts", "scope", "satisfied"].index)


@pytest.mark.parametrize(
    ("lang", "line"),
    [
        ("en", "    turns on: separate consent (consent.separate)"),
        ("zh-Hant", "    關鍵事實：單獨同意（consent.separate）"),
        ("zh-Hans", "    关键事实：单独同意（consent.separate）"),
    ],
)
def test_the_fact_that_decided_is_named_in_words(lang: Language, line: str) -> None:
    """An officer reads what was wrong without knowing the vocabulary."""
    assert line in explain(decide(BROKEN, builtin_pack(), now=NOW), lang).splitlines()


def test_unknown_facts_and_rules_left_aside_are_listed() -> None:
    """What nobody stated is said to be so, in either way of reading silence."""
    document = changed(hk_to_gd(), {})
    del document["credential"]
    assert "not stated: holds a Home Return Permit (credential.hrp)" in explain(
        decide(document, builtin_pack(), now=NOW), "en"
    )
    aside = decide(document, builtin_pack(), now=NOW, unstated="not_in_issue")
    assert explain(aside, "en").splitlines()[-1] == "Not examined: GOV-ID-1"


def test_no_value_of_a_fact_is_shown() -> None:
    """An explanation may be logged, so it holds names of facts and never what they are."""
    marked = changed(hk_to_gd(), {"recipient.id": "ZZ-MARK-1", "legal_basis.instrument": "ZZ-MARK-2"})
    decision = decide(marked, builtin_pack(), now=NOW)
    assert all("ZZ-MARK" not in explain(decision, lang) for lang in LANGUAGES)
    assert "ZZ-MARK" not in decision.model_dump_json()
