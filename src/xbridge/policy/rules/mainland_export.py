"""Mainland law on sending data out: to another handler, by a state organ, through a gateway, with notice and consent.

PIPL articles 23, 36, 38 and 39.  They bind the Mainland *sender*; Hong Kong and Macao count as abroad here.  Volumes
and thresholds are in ``mainland_volume.py``, the duties under the GBA contract are a later file.
"""

from __future__ import annotations

from xbridge.policy import code, exemption
from xbridge.policy.concept import consent_is_mainland_basis, exporter_is_mainland, leaves_mainland
from xbridge.policy.fact import Check, Facts
from xbridge.policy.filing import months_after
from xbridge.policy.rule import PASS, SILENT, Verdict, demand, rule

_PIPL = "2021-11-01"


@rule(
    "PIPL-23",
    binds="CN",
    direction="both",
    effect="deny",
    citation="PIPL art 23",
    source="S1",
    confidence="V1",
    since=_PIPL,
    en="Whoever provides data to another handler on the basis of consent tells people who that is, how to reach it, why, "
    "how and which kinds, and obtains separate consent.",
    hant="以同意為依據向其他處理者提供個人信息，須告知當事人接收方的名稱、聯絡方法、處理目的、方式及信息種類，並取得單獨同意。",
    hans="基于同意向其他处理者提供个人信息的，应当告知接收方的名称、联系方式、处理目的、处理方式和信息种类，并取得单独同意。",
)
def other_handler(facts: Facts) -> Verdict:
    """Deny provision to another handler without its name or without separate consent."""
    if not exporter_is_mainland(facts) or not consent_is_mainland_basis(facts):
        return SILENT
    if facts.code("recipient.role") != "controller":
        return SILENT
    return demand(facts.includes("notice.fields", code.NOTICE_RECIPIENT), facts.holds("consent.separate"))


@rule(
    "PIPL-36",
    binds="CN",
    direction="GD→HK",
    effect="deny",
    citation="PIPL arts 36, 37",
    source="S1",
    confidence="V1",
    since=_PIPL,
    en="What state organs and bodies with public authority handle is stored in the Mainland; if it really must go abroad, "
    "a security assessment comes first. Consent does not replace it.",
    hant="國家機關及獲法律授權管理公共事務的組織所處理的個人信息須在境內儲存；確需向境外提供者，須先進行安全評估，不能以同意代替。",
    hans="国家机关以及法律、法规授权的具有管理公共事务职能的组织处理的个人信息应当在境内存储；确需向境外提供的，应当进行安全评估，不得以同意代替。",
)
def state_organ(facts: Facts) -> Verdict:
    """Deny a state organ's export without assessment; a claimed statutory duty is NDSR-35.6's question (OPEN 2)."""
    if not leaves_mainland(facts) or facts.code("exporter.kind") not in code.MAINLAND_STATE:
        return SILENT
    if code.STATUTORY_EXPORT in {facts.code("legal_basis.exemption_cn"), facts.code("legal_basis.cn")}:
        return SILENT
    if facts.said("state_security_assessment.done") is True:
        return PASS
    # An assessment that is stated to be absent altogether is absent here too; only full silence leaves it open.
    return demand(facts.holds("security_assessment.done"))


@rule(
    "PIPL-38",
    binds="CN",
    direction="GD→HK",
    effect="deny",
    citation="PIPL art 38; NDSR art 35",
    source="S1,S6",
    confidence="V1",
    since=_PIPL,
    en="Data leaves the Mainland only through a gateway that is valid at that moment (security assessment, certification, "
    "standard contract, the GBA contract) or under an exemption that is made out.",
    hant="個人信息須經當時有效的出境機制（安全評估、認證、標準合同或大灣區標準合同）或在豁免成立的情況下，方可傳出內地。",
    hans="向境外提供个人信息，应当通过当时有效的出境机制（安全评估、认证、标准合同、大湾区标准合同），或者符合豁免情形。",
)
def gateway(facts: Facts) -> Verdict:
    """Deny an export without a valid gateway or exemption."""
    if not leaves_mainland(facts):
        return SILENT
    mechanism = facts.code("mechanism")
    if mechanism == "cac_sa":
        return demand(facts.holds("security_assessment.done"), _not_past(facts, "security_assessment.valid_until"))
    if mechanism in _CONTRACTS:
        return demand(
            facts.is_in("contract.template", _CONTRACTS[mechanism]),
            facts.is_in("contract.status", {"active"}),
            facts.by_today("contract.effective_from"),
        )
    if mechanism in _CERTIFICATES:
        return demand(
            facts.is_in("certificate.scheme", {_CERTIFICATES[mechanism]}),
            facts.by_today("certificate.valid_from"),
            _within_three_years(facts, "certificate.valid_from"),
            facts.holds("certificate.scope_ok"),
        )
    if mechanism in {"none", "exempt", None}:
        return demand(Check("mechanism", exemption.is_exempt(facts)))
    # ftz_list needs a dated copy of the zone's negative list, which this pack does not read: a person decides.
    return Verdict(effect="refer", failed=("mechanism",))


_CONTRACTS = {
    "cn_scc": frozenset({"cn_scc_2023"}),
    "gba_sc_hk": frozenset({"gba_sc_hk_2023"}),
    "gba_sc_mo": frozenset({"gba_sc_mo_2024"}),
}
_CERTIFICATES = {"cert": "PI-EXPORT", "gba_cert": "TC260-GBA-2024"}


def _not_past(facts: Facts, path: str) -> Check:
    """Require that the last valid day at ``path`` has not passed."""
    return facts.check(path, lambda _: (day := facts.day(path)) is not None and facts.today <= day)


def _within_three_years(facts: Facts, path: str) -> Check:
    """Require that fewer than three years have gone since ``path`` (Certification Measures article 8)."""

    def fresh(_: object) -> bool:
        day = facts.day(path)
        return day is not None and facts.today < months_after(day, 36)

    return facts.check(path, fresh)


@rule(
    "PIPL-39.N",
    binds="CN",
    direction="GD→HK",
    effect="deny",
    citation="PIPL art 39; CAC Q&A Jul 2026 A1",
    source="S1,S47",
    confidence="V1",
    since=_PIPL,
    en="Before data leaves, people are told the recipient's name and contact, why, how, which kinds, and how to use their "
    "rights against it. This holds for every lawful basis.",
    hant="傳出前須告知當事人境外接收方的名稱、聯絡方法、處理目的、方式、信息種類，以及向其行使權利的方式；不論以何種依據處理均須如此。",
    hans="向境外提供前，应当告知境外接收方的名称、联系方式、处理目的、处理方式、信息种类以及向其行使权利的方式；无论基于何种合法性基础均须告知。",
)
def export_notice(facts: Facts) -> Verdict:
    """Deny an export without the export notice."""
    return demand(facts.includes("notice.fields", code.NOTICE_EXPORT)) if leaves_mainland(facts) else SILENT


@rule(
    "PIPL-39.C",
    binds="CN",
    direction="GD→HK",
    effect="deny",
    citation="PIPL art 39; SPC case 2025-07-2-008-001; CAC Q&A Jul 2026 A1",
    source="S1,S32,S29,S47",
    confidence="V1",
    since=_PIPL,
    en="Where consent is the basis, the export needs its own consent: separate, unbundled, for this recipient and for "
    "sending abroad.",
    hant="以同意為依據者，傳出須取得單獨同意：不得捆綁，且須指明接收方及向境外提供。",
    hans="基于同意处理的，向境外提供应当取得单独同意：不得捆绑，且应当指明接收方和向境外提供。",
)
def export_consent(facts: Facts) -> Verdict:
    """Deny an export without separate consent, where consent is the basis or the operator always asks (OPEN 5)."""
    if not leaves_mainland(facts):
        return SILENT
    if not consent_is_mainland_basis(facts) and facts.said("config.separate_consent") != "always":
        return SILENT
    return demand(
        facts.holds("consent.separate"),
        facts.not_so("consent.bundled"),
        facts.holds("consent.cross_border"),
        facts.includes("consent.recipients", {facts.code("recipient.id") or ""}),
    )


@rule(
    "QA-CONS-1",
    binds="CN",
    direction="GD→HK",
    effect="pass",
    citation="CAC Q&A Jul 2026 A1",
    source="S47",
    confidence="V1",
    since=_PIPL,
    en="An export that rests on another basis than consent needs no consent, and none should be asked for show; the notice "
    "stays due.",
    hant="並非以同意為依據的出境毋須取得同意，亦不應徒具形式地索取同意；告知責任不變。",
    hans="并非基于同意的出境无需取得同意，也不应形式化地索取同意；告知义务不变。",
)
def no_decorative_consent(facts: Facts) -> Verdict:
    """Say that consent is not needed for the export."""
    if not leaves_mainland(facts) or consent_is_mainland_basis(facts):
        return SILENT
    return PASS if facts.code("legal_basis.cn") in code.MAINLAND_BASES else SILENT


RULES = (state_organ, gateway, export_notice, export_consent, no_decorative_consent, other_handler)
