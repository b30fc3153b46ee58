"""What the rules read, found by running them over every case, and the tables of ``specs/policy.md`` made from it.

``python -m tests.unit.policy.dry_run`` rewrites the tables; ``test_spec.py`` fails while they differ from the code.
"""

from __future__ import annotations

from pathlib import Path

from tests.unit.policy import clause, gba_clause
from tests.unit.policy.document import NOW, changed, gd_to_hk, hk_to_gd
from xbridge.policy import builtin_pack
from xbridge.policy.fact import Facts, UnknownFact
from xbridge.policy.shape import MalformedFact, parse_instant
from xbridge.policy.vocabulary import FACTS

SPEC = Path(__file__).resolve().parents[3] / "specs" / "policy.md"
KINDS = {
    "bool": "boolean",
    "count": "integer ≥ 0",
    "code": "text (code)",
    "codes": "list of text",
    "mark": "reference (text) or boolean",
    "day": "date or RFC 3339 moment",
    "instant": "RFC 3339 moment with offset",
    "record": "object",
    "records": "list of objects",
}
SILENCE = {
    "at": "the moment of the decision",
    "access.performed_outside_mainland": "the access counts as made from outside",
    "authority_request": "there is none",
    "collection.fair": "no objection",
    "config.gba_volume": "`warn`",
    "config.late_filing": "`deny`",
    "config.separate_consent": "`consent_basis`",
    "consent.written_required": "no law requires writing",
    "contract.supplement": "there is none",
    "exporter.sector": "PACK-1: not a credit reference business; GBA-T-1 refers",
    "incident": "there is none",
    "legal_basis.counsel_opinion": "there is none: a state organ is referred",
    "mechanism": "CODE-1 only: no objection; every rule that needs it refers",
    "notice.given_at": "given in time (the fields still have to be there)",
    "onward": "there are none",
    "recipient.use.purposes": "no further use is declared",
    "state_security_assessment.done": "`security_assessment.done` is asked instead",
    "transfer.automated_decision": "PACK-1: none; PIPL-55 refers",
    "transfer.direct_marketing": "none",
    "transfer.matching": "none",
    "transfer.retention_end": "the end in Annex I holds",
}
"""What silence means where it does not mean "refer": facts that are read with ``Facts.said``."""


def facts_read() -> dict[str, tuple[str, ...]]:
    """Return, for each rule, the names that it read in any case, with any one fact taken away and without consent."""
    read: dict[str, set[str]] = {rule.id: set() for rule in builtin_pack().rules}
    for _, base, changes, _ in [*clause.ROWS, *gba_clause.ROWS]:
        document = changed(hk_to_gd() if base == "hk" else gd_to_hk(), changes)
        at = document.get("at")
        view = Facts(document, (parse_instant(at) if isinstance(at, str) else None) or NOW)
        for rule in builtin_pack().rules:
            view.start()
            try:
                rule.judge(view)
            except (UnknownFact, MalformedFact):
                pass
            finally:
                read[rule.id].update(view.reads())
    return {rule_id: tuple(sorted(names)) for rule_id, names in read.items()}


FACTS_READ = facts_read()


def rule_table() -> str:
    """Return the table of rules, in decision order."""
    lines = [
        "| Rule | Binds | Dir | Strongest effect | Citation | Source | Mark | In force from |",
        "|---|---|---|---|---|---|---|---|",
    ]
    for rule in builtin_pack().rules:
        until = f" to {rule.until}" if rule.until else ""
        lines.append(
            f"| {rule.id} | {rule.binds} | {rule.direction} | {rule.effect} | {rule.citation} | {rule.source} "
            f"| {rule.confidence} | {rule.since}{until} |"
        )
    return "\n".join(lines)


def fact_table() -> str:
    """Return the table of facts: shape, meaning, what silence means, and who reads it."""
    lines = ["| Fact | Shape | Meaning | If not stated | Read by |", "|---|---|---|---|---|"]
    for name in sorted(FACTS):
        readers = ", ".join(rule_id for rule_id, names in FACTS_READ.items() if name in names)
        entry = FACTS[name]
        lines.append(
            f"| `{name}` | {KINDS[entry.kind]} | {entry.label.en} | {SILENCE.get(name, 'refer')} | {readers} |"
        )
    return "\n".join(lines)


TABLES = {"rules": rule_table, "facts": fact_table}


def between(text: str, name: str) -> tuple[int, int]:
    """Return where the table ``name`` begins and ends in the specification."""
    opening = f"<!-- table: {name} -->\n\n"
    return text.index(opening) + len(opening), text.index(f"\n\n<!-- end: {name} -->")


def main() -> None:
    """Rewrite the tables of the specification."""
    text = SPEC.read_text("utf-8")
    for name, table in TABLES.items():
        begin, end = between(text, name)
        text = text[:begin] + table() + text[end:]
    SPEC.write_text(text, "utf-8")


if __name__ == "__main__":
    main()
