"""Hong Kong exemptions from DPP3 that the rules can examine (PDPO Part 8).

The data user decides whether to rely on one and bears the risk, so where a judgement is needed a person gives it.
"""

from __future__ import annotations

from xbridge.policy.concept import hong_kong_is_party, purpose_is_new_in_hong_kong
from xbridge.policy.fact import Check, Facts
from xbridge.policy.rule import SILENT, Verdict, demand, rule

_PDPO = "1996-12-20"


def _claims(facts: Facts, section: str) -> bool:
    """Whether a Hong Kong party rests a new purpose on ``section``."""
    return (
        hong_kong_is_party(facts)
        and facts.code("legal_basis.exemption_hk") == section
        and purpose_is_new_in_hong_kong(facts)
    )


def _made_out(effect: Verdict, *checks: Check) -> Verdict:
    """Return ``effect`` once every check holds, else the denial or referral that they give."""
    verdict = demand(*checks)
    return effect if verdict.effect == "pass" else verdict


@rule(
    "PDPO-58",
    binds="HK",
    direction="both",
    effect="refer",
    citation="PDPO s.58; PCPD case note 2000E04; e-book 12.53-12.54",
    source="S30,S31",
    confidence="V1",
    since=_PDPO,
    en="The crime, misconduct and tax exemption applies only if keeping to DPP3 would be likely to prejudice that purpose, "
    "and only to relevant data. The data user decides and bears the risk: a person must approve.",
    hant="罪行、失當行為及稅務等豁免，只在遵守第3原則相當可能損害該目的時適用，且只限於有關的資料；由資料使用者決定並承擔責任，須由人員批准。",
    hans="罪行、失当行为及税务等豁免，只在遵守第3原则相当可能损害该目的时适用，且仅限于有关资料；由资料使用者决定并承担责任，须由人员批准。",
)
def crime_and_tax(facts: Facts) -> Verdict:
    """Deny without a statement of prejudice or for data that is not relevant; else refer."""
    if not _claims(facts, "s58"):
        return SILENT
    asks = Verdict(effect="refer", failed=("legal_basis.exemption_hk",))
    return _made_out(
        asks,
        facts.given("legal_basis.prejudice_statement"),
        facts.includes("legal_basis.relevant_categories", facts.codes("transfer.categories")),
    )


@rule(
    "PDPO-59",
    binds="HK",
    direction="both",
    effect="refer",
    citation="PDPO s.59",
    source="S30",
    confidence="INF",
    since=_PDPO,
    en="The health exemption applies where keeping to DPP3 would be likely to cause serious harm to someone's health; a "
    "clinician's statement is needed and a person must approve.",
    hant="健康豁免適用於遵守第3原則相當可能對當事人或他人的健康造成嚴重損害的情況；須備醫生說明，並由人員批准。",
    hans="健康豁免适用于遵守第3原则相当可能对当事人或他人的健康造成严重损害的情况；须备医生说明，并由人员批准。",
)
def health(facts: Facts) -> Verdict:
    """Deny without a clinician's statement; else refer."""
    if not _claims(facts, "s59"):
        return SILENT
    asks = Verdict(effect="refer", failed=("legal_basis.exemption_hk",))
    return _made_out(asks, facts.given("legal_basis.clinician_statement"))


@rule(
    "PDPO-60B",
    binds="HK",
    direction="both",
    effect="exempt",
    citation="PDPO s.60B",
    source="S42",
    confidence="INF",
    since="2012-10-01",
    en="A use that Hong Kong law or a Hong Kong court order requires or authorises, or that legal proceedings in Hong Kong "
    "need, is exempt from DPP3; the law or order must be named.",
    hant="香港法例或法院命令規定或授權的使用，或香港法律程序所需的使用，獲豁免於第3原則；須註明有關法例或命令。",
    hans="香港法律或者法院命令规定、授权的使用，或者香港法律程序所需的使用，豁免于第3原则；须注明有关法律或者命令。",
)
def required_by_law(facts: Facts) -> Verdict:
    """Exempt with a named law or order; deny without."""
    if not _claims(facts, "s60B"):
        return SILENT
    return _made_out(Verdict(effect="exempt"), facts.given("legal_basis.order"))


@rule(
    "PDPO-62",
    binds="HK",
    direction="both",
    effect="exempt",
    citation="PDPO s.62",
    source="S42",
    confidence="INF",
    since=_PDPO,
    en="Statistics and research are exempt from DPP3 if the data serves nothing else and the results identify no one.",
    hant="純為統計或研究目的使用資料，且所得結果不會識別任何當事人者，獲豁免於第3原則。",
    hans="纯为统计或者研究目的使用资料，且所得结果不会识别任何当事人的，豁免于第3原则。",
)
def statistics(facts: Facts) -> Verdict:
    """Exempt research whose results identify no one; deny otherwise."""
    if not _claims(facts, "s62"):
        return SILENT
    return _made_out(
        Verdict(effect="exempt"),
        facts.is_in("transfer.purpose", {"xb:statistics", "xb:research"}),
        facts.check("legal_basis.output_identifies", lambda value: value is False),
    )


@rule(
    "PDPO-63C",
    binds="HK",
    direction="both",
    effect="exempt",
    citation="PDPO s.63C; PCPD e-book 12.113-12.115",
    source="S30",
    confidence="V1",
    since="2012-10-01",
    en="In a life-threatening emergency, identifying someone, telling the family and rescue work are exempt from DPP1(3) "
    "and DPP3.",
    hant="在危及生命的緊急情況下，識別當事人身份、通知其家人或進行拯救工作，獲豁免於第1(3)及第3原則。",
    hans="在危及生命的紧急情况下，识别当事人身份、通知其家人或者进行救援，豁免于第1(3)及第3原则。",
)
def life_at_risk(facts: Facts) -> Verdict:
    """Exempt in an emergency; deny the claim without one."""
    if not _claims(facts, "s63C"):
        return SILENT
    return _made_out(Verdict(effect="exempt"), facts.holds("transfer.emergency"))


RULES = (crime_and_tax, health, required_by_law, statistics, life_at_risk)
