"""The Mainland exemptions from the export gateways, each reported when the flow rests on it (CBDF articles 4 and 5).

The tests are in ``policy/exemption.py``.  A claimed exemption that is not made out is silent here: PIPL-38 then refuses.
"""

from __future__ import annotations

from xbridge.policy import code, exemption
from xbridge.policy.concept import leaves_mainland
from xbridge.policy.fact import Facts
from xbridge.policy.rule import SILENT, Verdict, oblige, rule

_CBDF = "2024-03-22"
_EXEMPT = Verdict(effect="exempt")


def _report(facts: Facts, name: str) -> Verdict:
    """Return "exempt" when the flow has no other gateway and ``name`` is made out."""
    if not leaves_mainland(facts) or facts.code("mechanism") not in {"none", "exempt", None}:
        return SILENT
    return _EXEMPT if exemption.holds(facts, name) else SILENT


@rule(
    "CBDF-4",
    binds="CN",
    direction="GD→HK",
    effect="exempt",
    citation="CBDF art 4",
    source="S2",
    confidence="V1",
    since=_CBDF,
    en="Data collected outside the Mainland, processed inside and sent out again, with no Mainland personal information or "
    "important data added, needs no gateway.",
    hant="在內地以外收集、傳至內地處理後再傳出，且沒有加入內地個人信息或重要數據者，毋須經出境機制。",
    hans="在境外收集产生、传输至境内处理后再向境外提供，且未引入境内个人信息或者重要数据的，免予适用出境机制。",
)
def transit(facts: Facts) -> Verdict:
    """Report transit data."""
    return _report(facts, "CBDF-4")


@rule(
    "CBDF-5.1.1",
    binds="CN",
    direction="GD→HK",
    effect="exempt",
    citation="CBDF art 5(1)(1); CAC Q&A Oct 2025 A1-2",
    source="S2,S47",
    confidence="V1",
    since=_CBDF,
    en="No gateway is needed for data that is really necessary to conclude or perform a contract to which the person is "
    "party, such as booking, remittance, account opening or visa handling.",
    hant="為訂立或履行當事人作為一方的合同而確有必要者（例如預訂、匯款、開戶、簽證辦理），毋須經出境機制。",
    hans="为订立、履行个人作为一方当事人的合同，确需向境外提供的（如预订、汇款、开户、签证办理），免予适用出境机制。",
)
def own_contract(facts: Facts) -> Verdict:
    """Report the person's own contract."""
    return _report(facts, "CBDF-5.1.1")


@rule(
    "CBDF-5.1.2",
    binds="CN",
    direction="GD→HK",
    effect="exempt",
    citation="CBDF art 5(1)(2); CAC Q&A Oct 2025 A3",
    source="S2,S47",
    confidence="V1",
    since=_CBDF,
    en="No gateway is needed for employees' data that cross-border staff management really needs under lawful labour rules "
    "and a collective contract.",
    hant="按照依法制定的勞動規章制度及依法簽訂的集體合同實施跨境人力資源管理而確有必要者，毋須經出境機制。",
    hans="按照依法制定的劳动规章制度和依法签订的集体合同实施跨境人力资源管理，确需提供员工信息的，免予适用出境机制。",
)
def human_resources(facts: Facts) -> Verdict:
    """Report staff management."""
    return _report(facts, "CBDF-5.1.2")


@rule(
    "CBDF-5.1.3",
    binds="CN",
    direction="GD→HK",
    effect="exempt",
    citation="CBDF art 5(1)(3)",
    source="S2",
    confidence="V1",
    since=_CBDF,
    en="No gateway is needed where data must go at once to protect someone's life, health or property in an emergency.",
    hant="緊急情況下為保護自然人的生命健康及財產安全而確有必要者，毋須經出境機制。",
    hans="紧急情况下为保护自然人的生命健康和财产安全，确需提供的，免予适用出境机制。",
)
def emergency(facts: Facts) -> Verdict:
    """Report an emergency."""
    return _report(facts, "CBDF-5.1.3")


@rule(
    "CBDF-5.1.4",
    binds="CN",
    direction="GD→HK",
    effect="exempt",
    citation="CBDF art 5(1)(4)",
    source="S2",
    confidence="V1",
    since=_CBDF,
    en="A sender that runs no critical information infrastructure and has provided fewer than 100,000 people's ordinary "
    "data since 1 January needs no gateway; sensitive data never falls under this.",
    hant="非關鍵信息基礎設施運營者自當年一月一日起累計向境外提供不滿十萬人的個人信息（不含敏感個人信息），毋須經出境機制。",
    hans="关键信息基础设施运营者以外的处理者自当年1月1日起累计向境外提供不满10万人个人信息（不含敏感个人信息）的，免予适用出境机制。",
)
def small_volume(facts: Facts) -> Verdict:
    """Report small volume."""
    return _report(facts, "CBDF-5.1.4")


@rule(
    "CBDF-10",
    binds="CN",
    direction="GD→HK",
    effect="obligation",
    citation="CBDF art 10",
    source="S2",
    confidence="V1",
    since=_CBDF,
    en="An exemption lifts the gateway and nothing else: notice, separate consent where consent is the basis, the impact "
    "assessment and security stay due.",
    hant="豁免只免除出境機制；告知、（以同意為依據時的）單獨同意、個人信息保護影響評估及安全責任一概不變。",
    hans="免予适用出境机制的，仍应履行告知、（基于同意的）取得单独同意、开展个人信息保护影响评估以及保障安全等义务。",
)
def duties_stay(facts: Facts) -> Verdict:
    """Remind the sender what an exemption leaves in place."""
    if not leaves_mainland(facts) or facts.code("mechanism") not in {"none", "exempt", None}:
        return SILENT
    return oblige("exporter") if exemption.is_exempt(facts) else SILENT


@rule(
    "NDSR-35.6",
    binds="CN",
    direction="GD→HK",
    effect="refer",
    citation="Network Data Security Management Regulations art 35(6)",
    source="S6",
    confidence="V1",
    since="2025-01-01",
    en="Data may go abroad where a statutory duty needs it. Whether that replaces the assessment which article 36 of the "
    "PIPL asks of a state organ is not settled, so without counsel's opinion a person must decide.",
    hant="為履行法定職責或法定義務所必需者，可向境外提供。此項能否取代《個人信息保護法》第三十六條要求國家機關進行的安全評估，"
    "未有定論；未備法律意見者，須由人員決定。",
    hans="为履行法定职责或者法定义务所必需的，可以向境外提供。该项能否取代《个人信息保护法》第三十六条对国家机关的安全评估要求，"
    "尚无定论；未附法律意见的，须由人员决定。",
)
def statutory_duty(facts: Facts) -> Verdict:
    """Deny without an instrument; refer a state organ without counsel's opinion (OPEN 2)."""
    if not leaves_mainland(facts):
        return SILENT
    if code.STATUTORY_EXPORT not in {facts.code("legal_basis.exemption_cn"), facts.code("legal_basis.cn")}:
        return SILENT
    instrument = facts.given("legal_basis.instrument")
    if not instrument.truth:
        missing = instrument.truth is None
        return Verdict(
            effect="refer" if missing else "deny",
            missing=(instrument.path,) if missing else (),
            failed=() if missing else (instrument.path,),
        )
    state = facts.code("exporter.kind") in code.MAINLAND_STATE
    if state and not facts.said("legal_basis.counsel_opinion"):
        return Verdict(effect="refer", failed=("exporter.kind", "legal_basis.counsel_opinion"))
    return Verdict(effect="route")


RULES = (
    transit,
    own_contract,
    human_resources,
    emergency,
    small_volume,
    statutory_duty,
    duties_stay,
)
