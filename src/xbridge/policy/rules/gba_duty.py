"""The duties that come with the GBA standard contract: assessment, filing by both sides, use and records.

Implementation Guidelines articles 5 and 8, the undertaking, contract clause 3.  Onward provision, incidents and the
remaining clauses are not here: ``coverage.py`` refers such flows.
"""

from __future__ import annotations

from xbridge.policy import code
from xbridge.policy.concept import exporter_is_mainland, on_gba_route, recipient_is_mainland
from xbridge.policy.fact import Facts
from xbridge.policy.filing import filings_of, months_after, working_days_after
from xbridge.policy.rule import PASS, SILENT, Verdict, demand, oblige, rule, warn

_GUIDELINES = "2023-12-13"
_PAPERS = frozenset({"legal_rep_id", "undertaking", "contract"})
FILING_WORKING_DAYS = 10


@rule(
    "GBA-G-5",
    binds="GBA",
    direction="both",
    effect="deny",
    citation="GBA Guidelines art 5; contract 2(8)",
    source="S46",
    confidence="V1",
    since=_GUIDELINES,
    en="Every exporter on this route, a Hong Kong one too, first assesses lawfulness and necessity, the effect on rights and "
    "the risk, and what the recipient undertakes and can do.",
    hant="採用此途徑的提供方（包括香港提供方）須先進行影響評估，涵蓋合法性及必要性、對個人權益的影響與風險，以及接收方的承諾與能力。",
    hans="采用此途径的提供方（包括香港提供方）应当事前进行影响评估，涵盖合法性和必要性、对个人权益的影响和风险，以及接收方的承诺和能力。",
)
def assessed(facts: Facts) -> Verdict:
    """Deny without an earlier assessment on the three topics."""
    if not on_gba_route(facts):
        return SILENT
    return demand(
        facts.holds("pipia.done"),
        facts.by_today("pipia.date"),
        facts.includes("pipia.topics", {"necessity", "impact", "recipient"}),
    )


@rule(
    "GBA-G-8.1",
    binds="GBA",
    direction="both",
    effect="deny",
    citation="GBA Guidelines art 8",
    source="S46",
    confidence="V1",
    since=_GUIDELINES,
    en="Both parties file within ten working days of effect, the Mainland side with the Guangdong CAC and the Hong Kong side "
    "with the Digital Policy Office. That a late flow must stop is our default; the text is silent on it.",
    hant="雙方須在合同生效後十個工作日內各自備案：內地一方向廣東省網信辦，香港一方向數字政策辦公室。逾期即停止提供屬本系統的預設做法，文本並無明文。",
    hans="双方应当在合同生效之日起十个工作日内分别备案：内地一方向广东省网信办，香港一方向数字政策办公室。逾期即停止提供为本系统的默认做法，文本未作规定。",
)
def filed(facts: Facts) -> Verdict:
    """Oblige before the deadline, deny after it (OPEN 6); filed late counts as late."""
    if not on_gba_route(facts):
        return SILENT
    start = facts.day("contract.effective_from")
    if start is None:
        return Verdict(effect="deny", failed=("contract.effective_from",))
    due = working_days_after(start, FILING_WORKING_DAYS)
    filings = filings_of(facts)
    expected = {
        "exporter": code.FILING_AUTHORITIES["CN" if exporter_is_mainland(facts) else "HK"],
        "recipient": code.FILING_AUTHORITIES["CN" if recipient_is_mainland(facts) else "HK"],
    }
    open_for = []
    for party, authorities in expected.items():
        days = [entry.filed_on for entry in filings if entry.by == party and entry.authority in authorities]
        if any(day <= due for day in days):
            continue
        if days or facts.today > due:
            if facts.said("config.late_filing") == "warn":
                return warn("filings", "contract.effective_from")
            return Verdict(effect="deny", failed=("filings", "contract.effective_from"))
        open_for.append(party)
    if not open_for:
        return PASS
    return oblige("both" if len(open_for) == 2 else open_for[0], due=f"{due.isoformat()}T23:59:59+08:00")


@rule(
    "GBA-G-8.2",
    binds="GBA",
    direction="both",
    effect="deny",
    citation="GBA Guidelines art 8 (list of December 2023)",
    source="S46",
    confidence="V1",
    since=_GUIDELINES,
    en="Each filing holds a copy of the legal representative's identity document, the undertaking and the contract.",
    hant="每份備案材料須包括法定代表人身份證件副本、承諾書及標準合同。",
    hans="每份备案材料应当包括法定代表人身份证件复印件、承诺书和标准合同。",
)
def papers(facts: Facts) -> Verdict:
    """Deny a filing that lacks a paper."""
    if not on_gba_route(facts):
        return SILENT
    complete = all(entry.docs >= _PAPERS for entry in filings_of(facts))
    return PASS if complete else Verdict(effect="deny", failed=("filings",))


@rule(
    "GBA-UT-3",
    binds="GBA",
    direction="both",
    effect="deny",
    citation="GBA Guidelines Annex 2 (undertaking), item 3",
    source="S46",
    confidence="V1",
    since=_GUIDELINES,
    en="The undertaking promises that the assessment was finished within the three months before the papers were filed.",
    hant="承諾書保證個人信息保護影響評估在備案之日前三個月內完成。",
    hans="承诺书保证个人信息保护影响评估在备案之日前三个月内完成。",
)
def fresh_assessment(facts: Facts) -> Verdict:
    """Deny an assessment that was stale, or not yet there, on a filing day."""
    if not on_gba_route(facts):
        return SILENT
    filings = filings_of(facts)
    if not filings:
        return SILENT
    done = facts.day("pipia.date")
    fresh = done is not None and all(done <= entry.filed_on <= months_after(done, 3) for entry in filings)
    return PASS if fresh else Verdict(effect="deny", failed=("filings", "pipia.date"))


@rule(
    "GBA-SC-3.1",
    binds="GBA",
    direction="both",
    effect="deny",
    citation="GBA standard contract 3(1)",
    source="S46",
    confidence="V1",
    since=_GUIDELINES,
    en="The recipient stays within Annex I. Before going beyond, it tells the exporter, and the contract is supplemented and "
    "filed again; the person's consent does not replace that.",
    hant="接收方不得超出附錄一的範圍。如須超出，須先通知提供方、補充合同並再次備案；不能以當事人同意代替。",
    hans="接收方不得超出附录一的范围。确需超出的，应当先告知提供方、补充合同并再次备案；不得以个人同意代替。",
)
def recipient_use(facts: Facts) -> Verdict:
    """Deny a declared use beyond Annex I without a supplement."""
    if not on_gba_route(facts) or facts.said("recipient.use.purposes") is None:
        return SILENT
    within = facts.within("recipient.use.purposes", facts.codes("contract.annex1.purposes"))
    return PASS if within.truth or facts.said("contract.supplement") else demand(within)


@rule(
    "GBA-SC-3.11",
    binds="GBA",
    direction="both",
    effect="obligation",
    citation="GBA standard contract 3(11)",
    source="S46",
    confidence="V1",
    since=_GUIDELINES,
    en="The recipient keeps objective records of its processing for at least three years.",
    hant="接收方須客觀記錄其處理活動，並保存紀錄最少三年。",
    hans="接收方应当客观记录其处理活动，记录至少保存三年。",
)
def keep_records(facts: Facts) -> Verdict:
    """Oblige the recipient to keep records."""
    return oblige("recipient") if on_gba_route(facts) else SILENT


RULES = (
    assessed,
    filed,
    papers,
    fresh_assessment,
    recipient_use,
    keep_records,
)
