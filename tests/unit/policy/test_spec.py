"""The specification and the code agree on every rule and every fact."""

from __future__ import annotations

import re

import pytest

from tests.unit.policy.dry_run import FACTS_READ, SILENCE, SPEC, TABLES, between
from xbridge.policy.vocabulary import FACTS

POLICY = SPEC.parents[1] / "src" / "xbridge" / "policy"
SOURCE = "\n".join(file.read_text("utf-8") for file in sorted(POLICY.rglob("*.py")))


@pytest.mark.parametrize("name", TABLES)
def test_the_table_is_the_one_in_the_code(name: str) -> None:
    """A rule or fact cannot change without its line in the specification."""
    text = SPEC.read_text("utf-8")
    begin, end = between(text, name)
    assert text[begin:end] == TABLES[name](), "run: python -m tests.unit.policy.dry_run"


def test_every_fact_is_read_by_some_rule() -> None:
    """The vocabulary holds nothing that no rule asks for."""
    read = {name for names in FACTS_READ.values() for name in names}
    assert set(FACTS) - read == set()


def test_every_rule_reads_something() -> None:
    """A rule that looks at no fact says the same of every flow."""
    assert {rule_id for rule_id, names in FACTS_READ.items() if not names} == set()


def test_silence_has_a_meaning_exactly_where_a_rule_asks_for_it() -> None:
    """Each fact whose silence does not refer is listed with what silence means, and no other is."""
    spoken = set(re.findall(r'(?:\.said|\.unless_said|_macao)\(\s*(?:facts, )?"([a-z0-9_.]+)"', SOURCE))
    # Two are read with `said` only where another rule asks for them firmly, and `at` is the engine's own.
    assert spoken - {"filings", "exporter.place", "recipient.place"} | {"at"} == set(SILENCE)
