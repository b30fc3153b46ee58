"""What this pack does not examine yet: such a flow goes to a person instead of through a gap.

A pack that holds no rule on direct marketing must not permit direct marketing by saying nothing.  Each line below goes
when its rules arrive (policy.md parts C to H), and nothing here is law.
"""

from __future__ import annotations

from collections.abc import Callable

from xbridge.policy.concept import exporter_is_mainland, hong_kong_is_party
from xbridge.policy.fact import Facts
from xbridge.policy.rule import PASS, Verdict, refer, rule


@rule(
    "PACK-1",
    binds="XB",
    direction="both",
    effect="refer",
    citation="xbridge specs/policy.md, section 4",
    source="xbridge",
    confidence="V1",
    since="1996-12-20",
    en="This flow touches a matter whose rules are not in this rule pack yet, so a person must decide.",
    hant="本次傳輸涉及的事項，其規則尚未納入本規則集，須由人員決定。",
    hans="本次提供涉及的事项，其规则尚未纳入本规则集，须由人员决定。",
)
def beyond_this_pack(facts: Facts) -> Verdict:
    """Refer every matter that the dossier has rules for and this pack has not."""
    found = [path for path, touches in _MATTERS.items() if touches(facts)]
    return refer(*found) if found else PASS


def _macao(facts: Facts, path: str) -> bool:
    """Whether the party at ``path`` is in Macao (group E)."""
    return facts.said(path) in {"MO", "820000"}


_MATTERS: dict[str, Callable[[Facts], bool]] = {
    # Group E: Macao.
    "exporter.place": lambda facts: _macao(facts, "exporter.place"),
    "recipient.place": lambda facts: _macao(facts, "recipient.place"),
    # Group G: credit records, human genetic resources, electronic health records.
    "exporter.sector": lambda facts: (
        exporter_is_mainland(facts) and facts.said("exporter.sector") == "credit_reference"
    ),
    "transfer.categories": lambda facts: (
        exporter_is_mainland(facts) and "genetic" in facts.codes("transfer.categories")
    ),
    "transfer.channel": lambda facts: facts.code("transfer.channel") in {"patient_mediated", "ehr_direct"},
    # Group H: PDPO Part 6A and matching; group F: automated decisions.
    "transfer.direct_marketing": lambda facts: (
        hong_kong_is_party(facts) and facts.said("transfer.direct_marketing") is True
    ),
    "transfer.matching": lambda facts: hong_kong_is_party(facts) and facts.said("transfer.matching") is True,
    "transfer.automated_decision": lambda facts: facts.said("transfer.automated_decision") is True,
    # Groups B, E and I: the national contract, certification and Macao's contract have conditions of their own.
    "mechanism": lambda facts: facts.said("mechanism") in {"cn_scc", "cert", "gba_sc_mo", "gba_cert"},
    # Groups A, C and D: onward recipients, incidents, authorities that ask.
    "onward": lambda facts: bool(facts.said("onward")),
    "incident": lambda facts: facts.said("incident") is not None,
    "authority_request": lambda facts: facts.said("authority_request") is not None,
}

RULES = (beyond_this_pack,)
