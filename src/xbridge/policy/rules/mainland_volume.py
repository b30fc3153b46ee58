"""Mainland thresholds: important data, critical infrastructure, and how many people since 1 January.

PIPL article 40 and CBDF articles 2, 7 and 8.  Figures include the number itself (CAC Q&A of April 2026, answer 1).
"""

from __future__ import annotations

from xbridge.policy import exemption
from xbridge.policy.concept import has_sensitive, leaves_mainland
from xbridge.policy.fact import Facts
from xbridge.policy.filing import months_after
from xbridge.policy.rule import PASS, SILENT, Verdict, demand, rule, warn

_CBDF = "2024-03-22"
ASSESSMENT_ORDINARY = 1_000_000
ASSESSMENT_SENSITIVE = 10_000
CONTRACT_ORDINARY = 100_000
CONTRACT_SENSITIVE = 1
_GATEWAYS = frozenset({"cn_scc", "cert", "gba_sc_hk", "gba_sc_mo", "gba_cert", "cac_sa"})


def _people(facts: Facts) -> tuple[int, int]:
    """Return how many people's ordinary and sensitive data will have gone out this year, with this flow."""
    ordinary, sensitive = facts.count("ytd.nonsensitive"), facts.count("ytd.sensitive")
    added = facts.count("transfer.n_subjects")
    return (ordinary, sensitive + added) if has_sensitive(facts) else (ordinary + added, sensitive)


def _over_threshold(facts: Facts) -> str:
    """Return the fact that makes an assessment mandatory, or an empty string."""
    if facts.flag("exporter.ciio") is True:
        return "exporter.ciio"
    if facts.code("transfer.important_data") != "no":
        return "transfer.important_data"
    ordinary, sensitive = _people(facts)
    if ordinary >= ASSESSMENT_ORDINARY:
        return "ytd.nonsensitive"
    return "ytd.sensitive" if sensitive >= ASSESSMENT_SENSITIVE else ""


@rule(
    "PIPL-40",
    binds="CN",
    direction="GD→HK",
    effect="deny",
    citation="PIPL art 40; CBDF art 7(1)",
    source="S1,S2",
    confidence="V1",
    since="2021-11-01",
    en="An operator of critical information infrastructure stores in the Mainland and passes a security assessment before "
    "anything leaves, unless a rule exempts the flow.",
    hant="關鍵信息基礎設施運營者須在境內儲存個人信息，並在出境前通過安全評估，除非另有規定豁免。",
    hans="关键信息基础设施运营者应当在境内存储个人信息，向境外提供前应当通过安全评估，规定可以不进行的除外。",
)
def critical_infrastructure(facts: Facts) -> Verdict:
    """Deny a CII operator's export without assessment."""
    if not leaves_mainland(facts) or facts.flag("exporter.ciio") is not True:
        return SILENT
    return PASS if exemption.operator_is_exempt(facts) else demand(facts.is_in("mechanism", {"cac_sa"}))


@rule(
    "CBDF-2",
    binds="CN",
    direction="GD→HK",
    effect="deny",
    citation="CBDF art 2; NDSR art 37; CAC Q&A May 2025 Q2, Oct 2025 A4",
    source="S2,S6,S27,S47",
    confidence="V1",
    since=_CBDF,
    en="Data counts as important only when an authority has said so. Then contract and certification are closed; an "
    "assessment must be applied for within two months, and without one the flow stops.",
    hant="資料經主管部門告知或公開發布為重要數據者，方作重要數據處理；屆時不得採用標準合同或認證，須在兩個月內申報安全評估，否則停止傳出。",
    hans="经有关部门告知或者公开发布为重要数据的，方按重要数据管理；此时不得采用标准合同或者认证，应当在两个月内申报安全评估，否则停止出境。",
)
def important_data(facts: Facts) -> Verdict:
    """Deny important data on another gateway; refer inside the two months."""
    if not leaves_mainland(facts):
        return SILENT
    if facts.code("transfer.important_data") == "no":
        return PASS
    if facts.code("mechanism") == "cac_sa":
        return demand(facts.holds("security_assessment.done"))
    notified = facts.day("transfer.important_notified_on")
    if facts.code("mechanism") in _GATEWAYS or notified is None or facts.today > months_after(notified, 2):
        return Verdict(effect="deny", failed=("mechanism", "transfer.important_data"))
    return Verdict(effect="refer", failed=("transfer.important_data", "transfer.important_notified_on"))


@rule(
    "CBDF-7",
    binds="CN",
    direction="GD→HK",
    effect="deny",
    citation="CBDF art 7",
    source="S2",
    confidence="V1",
    since=_CBDF,
    en="A security assessment is mandatory for critical infrastructure, for important data, from 1,000,000 people's "
    "ordinary data or 10,000 people's sensitive data in a year, unless the flow is exempt.",
    hant="關鍵信息基礎設施運營者、重要數據，或當年累計達一百萬人非敏感或一萬人敏感個人信息者，除獲豁免外，必須通過安全評估。",
    hans="关键信息基础设施运营者、重要数据，或者当年累计达到100万人非敏感或1万人敏感个人信息的，除免予情形外，应当通过安全评估。",
)
def assessment_threshold(facts: Facts) -> Verdict:
    """Deny above the assessment threshold; under the GBA contract GBA-V-1 speaks instead (OPEN 1)."""
    if not leaves_mainland(facts) or facts.code("mechanism") == "gba_sc_hk":
        return SILENT
    over = _over_threshold(facts)
    if not over or exemption.is_exempt(facts):
        return PASS
    if facts.code("mechanism") == "cac_sa":
        return PASS
    return Verdict(effect="deny", failed=("mechanism", over))


@rule(
    "CBDF-8",
    binds="CN",
    direction="GD→HK",
    effect="deny",
    citation="CBDF art 8",
    source="S2",
    confidence="V1",
    since=_CBDF,
    en="From 100,000 people's ordinary data, or one person's sensitive data, a year, the export needs a standard contract "
    "or certification, unless it is exempt.",
    hant="當年累計達十萬人非敏感個人信息，或有任何一人的敏感個人信息，除獲豁免外，須訂立標準合同或通過認證。",
    hans="当年累计达到10万人非敏感个人信息，或者有任何一人的敏感个人信息的，除免予情形外，应当订立标准合同或者通过认证。",
)
def contract_threshold(facts: Facts) -> Verdict:
    """Deny above the contract threshold without any gateway."""
    if not leaves_mainland(facts) or facts.flag("exporter.ciio") is True:
        return SILENT
    ordinary, sensitive = _people(facts)
    if has_sensitive(facts):
        over = "ytd.sensitive" if sensitive >= CONTRACT_SENSITIVE else ""
    else:
        over = "ytd.nonsensitive" if ordinary >= CONTRACT_ORDINARY else ""
    if not over or facts.code("mechanism") in _GATEWAYS or exemption.is_exempt(facts):
        return PASS
    return Verdict(effect="deny", failed=("mechanism", over))


@rule(
    "GBA-V-1",
    binds="GBA",
    direction="GD→HK",
    effect="warn",
    citation="HK Government release 13 Dec 2023; CAC Q&A Jan 2026; CBDF arts 7, 13; PIPL art 40",
    source="S48,S47,S49,S2",
    confidence="V2",
    since="2023-12-13",
    en="Whether the GBA contract lifts the volume thresholds is contested: it names no cap and was announced as lifting "
    "them, but the later national provisions do not repeat that. Critical infrastructure is always refused.",
    hant="大灣區標準合同是否不受數量門檻限制，仍有爭議：合同並無上限，公布時亦稱放寬，但其後的全國規定未有重申。關鍵信息基礎設施運營者一律拒絕。",
    hans="大湾区标准合同是否不受数量门槛限制，仍有争议：合同未设上限，发布时亦称放宽，但其后的全国规定未予重申。关键信息基础设施运营者一律拒绝。",
)
def gba_volume(facts: Facts) -> Verdict:
    """Deny a CII operator; else warn, accept or deny above the threshold as configured (OPEN 1)."""
    if not leaves_mainland(facts) or facts.code("mechanism") != "gba_sc_hk":
        return SILENT
    if facts.flag("exporter.ciio") is True:
        # The pack itself excludes no operator; this rests on PIPL 40 alone (INFERRED) and is our default.
        return Verdict(effect="deny", failed=("exporter.ciio", "mechanism"))
    over = _over_threshold(facts)
    if not over:
        return PASS
    choice = facts.said("config.gba_volume")
    if choice == "accept":
        return PASS
    return warn("mechanism", over) if choice in {"warn", None} else Verdict(effect="deny", failed=("mechanism", over))


RULES = (critical_infrastructure, important_data, assessment_threshold, contract_threshold, gba_volume)
