"""Laws of the policy room that hold for every document and every order of the rules.

Documents are made by changing and taking away facts of the two complete ones, and by hostile JSON.
"""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.unit.policy.document import GONE, NOW, Document, changed, gd_to_hk, hk_to_gd
from tests.unit.policy.gba_clause import ROUTE
from tests.unit.policy.test_engine import breaks, denies, made, refers, warns
from xbridge.core.decision import RELEASING
from xbridge.core.errors import VerificationError
from xbridge.core.language import LANGUAGES
from xbridge.policy import RulePack, builtin_pack, decide, explain
from xbridge.policy.rule import Rule
from xbridge.policy.vocabulary import FACTS

VALUES: dict[str, list[Any]] = {
    "bool": [True, False, None],
    "count": [0, 1, 9_999, 99_999, 999_999, None],
    "code": [
        "HK", "440300", "440000", "MO", "SG", "push", "query", "identity_binding", "cdeg", "xb:research",
        "xb:service-delivery", "xb:social-benefit", "PIPL-13.1.1", "PIPL-13.1.2", "PIPL-13.1.3", "prescribed-consent",
        "CBDF-5.1.1", "NDSR-35.6", "s58", "s60B", "given", "withdrawn", "guardian", "state_organ", "company", "none",
        "exempt", "gba_sc_hk", "cac_sa", "cert", "no", "notified", "always", "rec", None,
    ],
    "codes": [[], ["name"], ["name", "health_record"], ["assertion"], ["xb:research"], ["rec"], ["hashed"], None],
    "mark": ["ref-1", True, False, None],
    "day": ["2026-01-01", "2026-06-01", "2026-06-02", None],
    "instant": ["2026-01-01T00:00:00+08:00", "2026-06-01T10:00:00+08:00", "2027-01-01T00:00:00Z", None],
    "record": [None],
    "records": [[], None],
}  # fmt: skip
CONSENT_FLAGS = ("explicit", "voluntary", "separate", "cross_border", "written", "notice_digest_ok", "signature_valid")
CONSENT_LISTS = ("purposes", "categories", "recipients")

pytestmark = pytest.mark.slow

names = st.sampled_from(sorted(name for name in FACTS if name != "at"))


def a_change(name: str) -> st.SearchStrategy[tuple[str, object]]:
    """Return changes of the fact ``name``: another value, or silence."""
    return st.tuples(st.just(name), st.sampled_from([GONE, *VALUES[FACTS[name].kind]]))


def on_gba_route() -> Document:
    """Return a complete export under the GBA contract."""
    return changed(gd_to_hk(), ROUTE)


@st.composite
def documents(draw: st.DrawFn) -> Document:
    """Return one of three complete documents with up to four facts changed, parents before children."""
    base: Document = draw(st.sampled_from([hk_to_gd, gd_to_hk, on_gba_route]))()
    changes = dict(draw(st.lists(names.flatmap(a_change), max_size=4)))
    for name in sorted(changes):
        parent, _, _ = name.rpartition(".")
        if parent and changes.get(parent, base.get(parent, {})) is None:
            continue
        base = changed(base, {name: changes[name]})
    return base


def releases(document: Document, pack: RulePack | None = None) -> bool:
    """Return whether data would leave."""
    return decide(document, pack or builtin_pack(), now=NOW).outcome in RELEASING


@given(documents(), st.randoms(use_true_random=False))
def test_the_order_of_rules_changes_nothing(document: Document, random: Any) -> None:
    """A shuffled pack gives the same outcome and the same reasons, in another order."""
    rules = list(builtin_pack().rules)
    random.shuffle(rules)
    shuffled = decide(document, packed(rules), now=NOW)
    straight = decide(document, builtin_pack(), now=NOW)
    assert shuffled.outcome == straight.outcome
    assert sorted(shuffled.reasons, key=repr) == sorted(straight.reasons, key=repr)


def packed(rules: list[Rule]) -> RulePack:
    """Return a pack of ``rules`` without working out a digest for each order."""
    return RulePack(version="shuffled", rules=tuple(rules), digest=builtin_pack().digest)


@given(documents(), st.sampled_from([denies, refers, warns, breaks]), st.booleans())
def test_a_restriction_never_turns_a_deny_into_a_permit(document: Document, judge: Any, first: bool) -> None:
    """Whatever rule is added, and wherever, what was refused stays refused."""
    extra = made(judge)
    rules = [extra, *builtin_pack().rules] if first else [*builtin_pack().rules, extra]
    assert releases(document, packed(rules)) <= releases(document)


@given(documents())
def test_no_consent_never_releases_more_than_some(document: Document) -> None:
    """Taking the whole consent record away turns no refusal into a release."""
    assert releases(changed(document, {"consent": None})) <= releases(document)


@given(documents(), st.sampled_from(sorted(name for name in FACTS if name.startswith("consent."))))
def test_silence_about_consent_never_releases(document: Document, name: str) -> None:
    """Taking one fact of the consent away turns no refusal into a release, unless stating it was the objection."""
    if name in OBJECTIONS or not isinstance(document.get("consent"), dict):
        return
    assert releases(changed(document, {name: GONE})) <= releases(document)


OBJECTIONS = {"consent.written_required"}
"""Facts whose statement is itself an objection; saying nothing of them is the ordinary case (specs/policy.md)."""


@given(documents(), st.sampled_from(CONSENT_FLAGS), st.sampled_from(CONSENT_LISTS), st.integers(0, 3))
def test_a_narrower_consent_never_releases_more(document: Document, flag: str, listed: str, drop: int) -> None:
    """A consent to less, or a weaker one, releases nothing that the wider one did not."""
    consent = document.get("consent")
    if not isinstance(consent, dict):
        return
    kept = [item for number, item in enumerate(consent.get(listed) or []) if number != drop]
    narrower = changed(document, {f"consent.{flag}": False, f"consent.{listed}": kept})
    assert releases(narrower) <= releases(document)


@given(documents(), st.lists(st.sampled_from(sorted(builtin_pack().ids)), max_size=5))
def test_fewer_rules_never_refuse_more(document: Document, without: list[str]) -> None:
    """Rules only restrict: a pack with fewer of them denies nothing that the whole pack lets go."""
    fewer = packed([rule for rule in builtin_pack().rules if rule.id not in without])
    if releases(document):
        assert decide(document, fewer, now=NOW).outcome != "deny"


TOP = sorted({part for name in FACTS for part in name.split(".")})
JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-5, 5) | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(TOP) | st.text(max_size=3), inner),
    max_leaves=12,
)


@settings(max_examples=200)
@given(st.dictionaries(st.sampled_from(sorted({name.split(".")[0] for name in FACTS})), JSON, max_size=8))
def test_hostile_facts_get_a_decision_and_never_a_release(document: dict[str, Any]) -> None:
    """Whatever comes in, the answer is a decision that can be explained, and it is not a permit."""
    try:
        decision = decide(document, builtin_pack(), now=NOW)
    except VerificationError:
        return
    assert not decision.releases
    assert all(explain(decision, lang) for lang in LANGUAGES)
