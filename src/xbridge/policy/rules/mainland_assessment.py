"""The Mainland impact assessment (PIPIA): when one is due and what it must cover (PIPL articles 55 and 56).

The security assessment by the authority is another thing and lives with the gateways in ``mainland_export.py``.
"""

from __future__ import annotations

from xbridge.policy import code
from xbridge.policy.concept import exporter_is_mainland, has_sensitive, mainland_is_party
from xbridge.policy.fact import Facts
from xbridge.policy.rule import SILENT, Verdict, demand, rule

_PIPL = "2021-11-01"


def _is_due(facts: Facts) -> bool:
    """Whether a Mainland party must assess: it provides or exports, or handles sensitive data, or decides by machine."""
    if not mainland_is_party(facts):
        return False
    return exporter_is_mainland(facts) or has_sensitive(facts) or facts.flag("transfer.automated_decision") is True


@rule(
    "PIPL-55",
    binds="CN",
    direction="both",
    effect="deny",
    citation="PIPL art 55",
    source="S1",
    confidence="V1",
    since=_PIPL,
    en="An impact assessment comes before handling sensitive data, automated decisions, entrusting or providing data to "
    "others, and export.",
    hant="處理敏感個人信息、利用個人信息進行自動化決策、委託處理、向他人提供或向境外提供前，須先進行個人信息保護影響評估。",
    hans="处理敏感个人信息、利用个人信息进行自动化决策、委托处理、向他人提供或者向境外提供前，应当事前进行个人信息保护影响评估。",
)
def assessed_before(facts: Facts) -> Verdict:
    """Deny without an earlier assessment."""
    return demand(facts.holds("pipia.done"), facts.by_today("pipia.date")) if _is_due(facts) else SILENT


@rule(
    "PIPL-56",
    binds="CN",
    direction="both",
    effect="deny",
    citation="PIPL art 56; NDSR art 12; GBA Guidelines art 5",
    source="S1,S6,S46",
    confidence="V1",
    since=_PIPL,
    en="The assessment covers lawfulness and necessity, impact and risk, and the safeguards; on the GBA route the "
    "recipient's duties, measures and capacity are that third topic.",
    hant="評估須涵蓋合法性及必要性、對個人權益的影響與風險，以及保護措施；採用大灣區機制者，第三項為接收方的責任、措施及能力。",
    hans="评估应当包括合法性和必要性、对个人权益的影响及安全风险，以及保护措施；采用大湾区机制的，第三项为接收方的义务、措施和能力。",
)
def assessed_topics(facts: Facts) -> Verdict:
    """Deny an assessment that leaves a topic out."""
    if not _is_due(facts):
        return SILENT
    topics = facts.codes("pipia.topics")
    gba = facts.code("mechanism") in code.GBA_MECHANISMS
    third = "recipient" if gba and "safeguards" not in topics else "safeguards"
    return demand(facts.includes("pipia.topics", {"necessity", "impact", third}))


RULES = (assessed_before, assessed_topics)
