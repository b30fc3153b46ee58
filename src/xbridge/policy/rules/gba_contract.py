"""The GBA standard contract (Mainland, Hong Kong): who may use it, in which form, for what.

Implementation Guidelines of 13 December 2023, articles 2, 6 and 7.  They bind both sides on this route and nobody off
it.  The duties that come with the contract (assessment, filing, records) are in ``gba_duty.py``.
"""

from __future__ import annotations

from xbridge.policy import code
from xbridge.policy.concept import (
    exporter_is_hong_kong,
    exporter_is_mainland,
    on_gba_route,
    recipient_is_hong_kong,
    recipient_is_mainland,
)
from xbridge.policy.fact import Facts
from xbridge.policy.rule import PASS, SILENT, Verdict, demand, rule, warn

_GUIDELINES = "2023-12-13"
_PLACES = code.GBA9 | {"HK", "810000"}
_PILOT_SECTORS = frozenset({"banking", "credit_reference", "healthcare"})


@rule(
    "GBA-G-2.1",
    binds="GBA",
    direction="both",
    effect="deny",
    citation="GBA Guidelines (Mainland, Hong Kong) art 2(2)",
    source="S46",
    confidence="V1",
    since=_GUIDELINES,
    en="Both parties must be registered or located in the nine Mainland cities of the Greater Bay Area or in Hong Kong, "
    "one on each side.",
    hant="合同雙方須分別在大灣區內地九市及香港註冊（組織）或所在（個人）。",
    hans="合同双方须分别在大湾区内地九市和香港注册（组织）或者位于（个人）该区域。",
)
def places(facts: Facts) -> Verdict:
    """Deny parties from elsewhere or from one side."""
    if not on_gba_route(facts):
        return SILENT
    verdict = demand(facts.is_in("exporter.place", _PLACES), facts.is_in("recipient.place", _PLACES))
    if verdict.effect != "pass":
        return verdict
    across = (exporter_is_mainland(facts) and recipient_is_hong_kong(facts)) or (
        exporter_is_hong_kong(facts) and recipient_is_mainland(facts)
    )
    return PASS if across else Verdict(effect="deny", failed=("exporter.place", "recipient.place"))


@rule(
    "GBA-G-2.2",
    binds="GBA",
    direction="both",
    effect="deny",
    citation="GBA Guidelines (Mainland, Hong Kong) art 2(1)",
    source="S46",
    confidence="V1",
    since=_GUIDELINES,
    en="Personal information that was notified or published as important data cannot use the GBA contract.",
    hant="已被告知或公開發布為重要數據的個人信息，不得採用大灣區標準合同。",
    hans="被相关部门告知或者公开发布为重要数据的个人信息，不得采用大湾区标准合同。",
)
def no_important_data(facts: Facts) -> Verdict:
    """Deny important data."""
    return demand(facts.is_in("transfer.important_data", {"no"})) if on_gba_route(facts) else SILENT


@rule(
    "GBA-G-2.3",
    binds="GBA",
    direction="both",
    effect="deny",
    citation="GBA Guidelines (Mainland, Hong Kong) art 2; (Mainland, Macao) art 2",
    source="S46,S24",
    confidence="V1",
    since=_GUIDELINES,
    en="The Hong Kong contract does not cover Macao; Macao has its own.",
    hant="內地與香港的標準合同不適用於澳門；澳門另有標準合同。",
    hans="内地与香港的标准合同不适用于澳门；澳门另有标准合同。",
)
def not_macao(facts: Facts) -> Verdict:
    """Deny a Macao party."""
    if not on_gba_route(facts):
        return SILENT
    return demand(
        facts.check("exporter.place", lambda place: place not in {"MO", "820000"}),
        facts.check("recipient.place", lambda place: place not in {"MO", "820000"}),
    )


@rule(
    "GBA-T-1",
    binds="GBA",
    direction="both",
    effect="warn",
    citation="DPO announcement, 1 Nov 2024",
    source="S23",
    confidence="V1",
    since=_GUIDELINES,
    en="Until 31 October 2024 the contract was rolled out to banking, credit referencing and healthcare first; other "
    "sectors were not yet invited.",
    hant="2024年10月31日前，標準合同以先行先試方式在銀行、信貸資料及醫療界別推行，其他行業尚未獲邀參與。",
    hans="2024年10月31日前，标准合同先行先试，范围为银行、征信和医疗行业，其他行业尚未获邀参与。",
)
def pilot(facts: Facts) -> Verdict:
    """Warn of a contract from the pilot in another sector."""
    if not on_gba_route(facts):
        return SILENT
    start = facts.day("contract.effective_from")
    if start is None or start.isoformat() >= "2024-11-01" or facts.code("exporter.sector") in _PILOT_SECTORS:
        return SILENT
    return warn("contract.effective_from", "exporter.sector")


@rule(
    "GBA-IG-6.1a",
    binds="GBA",
    direction="both",
    effect="deny",
    citation="GBA Guidelines art 6(1), first limb",
    source="S46",
    confidence="V1",
    since=_GUIDELINES,
    en="The contract must be the annexed form.",
    hant="合同須嚴格採用附件所載的範本。",
    hans="合同应当严格按照附件所列范本订立。",
)
def annexed_form(facts: Facts) -> Verdict:
    """Deny another form."""
    return demand(facts.is_in("contract.template", {"gba_sc_hk_2023"})) if on_gba_route(facts) else SILENT


@rule(
    "GBA-IG-6.1b",
    binds="GBA",
    direction="both",
    effect="deny",
    citation="GBA Guidelines art 6(1), second limb",
    source="S46",
    confidence="V1",
    since=_GUIDELINES,
    en="Data may move only after the contract has taken effect between both parties.",
    hant="合同在雙方之間生效後，方可開始提供個人信息。",
    hans="合同在双方之间生效后，方可开始提供个人信息。",
)
def in_effect(facts: Facts) -> Verdict:
    """Deny before effect."""
    if not on_gba_route(facts):
        return SILENT
    return demand(
        facts.includes("contract.signed", {"exporter", "recipient"}),
        facts.is_in("contract.status", {"active"}),
        facts.by_today("contract.effective_from"),
    )


@rule(
    "GBA-IG-6.2",
    binds="GBA",
    direction="both",
    effect="deny",
    citation="GBA Guidelines art 6(2)",
    source="S46",
    confidence="V1",
    since=_GUIDELINES,
    en="Extra terms are allowed only where they do not conflict with the form; a changed form is not the GBA contract.",
    hant="雙方可約定其他條款，但不得與範本相抵觸；經改動的範本不屬大灣區標準合同。",
    hans="双方可以约定其他条款，但不得与范本相冲突；经修改的范本不属于大湾区标准合同。",
)
def unmodified(facts: Facts) -> Verdict:
    """Deny a form that was changed."""
    return demand(facts.not_so("contract.modified")) if on_gba_route(facts) else SILENT


@rule(
    "GBA-IG-7",
    binds="GBA",
    direction="both",
    effect="deny",
    citation="GBA Guidelines art 7",
    source="S46",
    confidence="V1",
    since=_GUIDELINES,
    en="A purpose, kind of data or retention beyond Annex I needs a new assessment, a supplement or new contract, and "
    "filing again, before data moves.",
    hant="目的、信息種類或保存期限超出附錄一者，須先重新評估、補充或重新訂立合同並再次備案，方可提供。",
    hans="目的、信息种类或者保存期限超出附录一的，应当先重新评估、补充或者重新订立合同并再次备案，方可提供。",
)
def within_annex(facts: Facts) -> Verdict:
    """Deny what Annex I does not hold."""
    if not on_gba_route(facts):
        return SILENT
    checks = [
        facts.includes("contract.annex1.purposes", {facts.code("transfer.purpose") or ""}),
        facts.includes("contract.annex1.categories", facts.codes("transfer.categories")),
    ]
    if facts.said("transfer.retention_end") is not None:
        last = facts.day("transfer.retention_end")
        checks.append(
            facts.check(
                "contract.annex1.retention_end", lambda _: _not_after(last, facts, "contract.annex1.retention_end")
            )
        )
    return demand(*checks)


def _not_after(day: object, facts: Facts, path: str) -> bool:
    """Return whether ``day`` is no later than the day at ``path``, which must be stated."""
    limit = facts.day(path)
    return limit is not None and str(day) <= limit.isoformat()


@rule(
    "GOV-PTY-1",
    binds="GBA",
    direction="both",
    effect="refer",
    citation="GBA Guidelines art 2 (silent)",
    source="S11,S46",
    confidence="UNK",
    since=_GUIDELINES,
    en="Whether a Hong Kong bureau or a Mainland state organ may itself sign and file the GBA contract is not stated "
    "anywhere, so a person must decide.",
    hant="香港政府部門或內地國家機關可否自行簽訂並備案大灣區標準合同，現有文本均未說明，須由人員決定。",
    hans="香港政府部门或者内地国家机关能否自行签订并备案大湾区标准合同，现有文本均未说明，须由人员决定。",
)
def public_party(facts: Facts) -> Verdict:
    """Refer a public body as a party (OPEN 3)."""
    if not on_gba_route(facts):
        return SILENT
    public = [path for path in ("exporter.kind", "recipient.kind") if facts.code(path) in {"hk_bureau", "state_organ"}]
    return Verdict(effect="refer", failed=tuple(public)) if public else SILENT


RULES = (
    places,
    no_important_data,
    not_macao,
    pilot,
    annexed_form,
    in_effect,
    unmodified,
    within_annex,
    public_party,
)
