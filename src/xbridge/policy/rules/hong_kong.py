"""Hong Kong law: the Personal Data (Privacy) Ordinance, Cap. 486 (consent, collection, new purpose, transfer out).

They bind a Hong Kong data user on either side.  Part 8 exemptions are in ``hong_kong_exemption.py``.  Section 33 is not
in force and never denies; the GBA contract is voluntary, so its absence never denies a flow from Hong Kong.
"""

from __future__ import annotations

from xbridge.policy import code
from xbridge.policy.concept import (
    exporter_is_hong_kong,
    hong_kong_is_party,
    leaves_hong_kong,
    prescribed_consent_is_needed,
    purpose_is_new_in_hong_kong,
)
from xbridge.policy.fact import Check, Facts
from xbridge.policy.rule import PASS, SILENT, Verdict, demand, rule, warn

_PDPO = "1996-12-20"
HKID_GROUNDS = frozenset({
    "statutory-power", "s58-purpose", "interest-of-holder", "prevent-detriment", "prevent-loss", "legal-right",
})  # fmt: skip
"""Grounds of the PCPD Code of Practice on the Identity Card Number, paragraph 2.3 (INFERRED: known from its summary)."""


@rule(
    "PDPO-2.3",
    binds="HK",
    direction="both",
    effect="deny",
    citation="PDPO s.2(3); PCPD e-book 7.67",
    source="S30,S31",
    confidence="V1",
    since=_PDPO,
    en="Prescribed consent is express and voluntary, and is gone once withdrawn by notice in writing; acts before that "
    "notice stay valid.",
    hant="訂明同意須為自願給予的明示同意，並以書面通知撤回時終止；撤回通知前所作的作為不受影響。",
    hans="订明同意须为自愿给予的明示同意，并自以书面通知撤回时终止；撤回通知前的行为不受影响。",
)
def prescribed_consent(facts: Facts) -> Verdict:
    """Deny consent that is not prescribed consent; where there is none at all, DPP3(1) speaks."""
    if not prescribed_consent_is_needed(facts) or not facts.present("consent"):
        return SILENT
    return demand(*_is_prescribed(facts))


def _is_prescribed(facts: Facts) -> tuple[Check, ...]:
    """Return what section 2(3) asks of a consent."""
    checks = (facts.holds("consent.explicit"), facts.holds("consent.voluntary"))
    if facts.flag("consent.withdrawn_in_writing") is True:
        return (*checks, facts.still_ahead("consent.withdrawn_at"))
    return checks


@rule(
    "PDPO-DPP1.1",
    binds="HK",
    direction="HK→GD",
    effect="deny",
    citation="PDPO Sch 1 DPP1(1)-(2)",
    source="S42",
    confidence="V2",
    since=_PDPO,
    en="Data must be necessary for a lawful purpose directly related to the data user's function, not excessive, and "
    "collected by lawful and fair means.",
    hant="資料須為與資料使用者的職能直接有關的合法目的所必需，不得超乎適度，並須以合法及公平的方式收集。",
    hans="资料须为与资料使用者职能直接有关的合法目的所必需，不得过度，并须以合法、公平的方式收集。",
)
def adequate_not_excessive(facts: Facts) -> Verdict:
    """Deny excess, and collection that is stated to be unfair."""
    if not exporter_is_hong_kong(facts):
        return SILENT
    return demand(facts.holds("transfer.necessary"), facts.unless_said("collection.fair", bad=False))


@rule(
    "PDPO-DPP1.3",
    binds="HK",
    direction="HK→GD",
    effect="deny",
    citation="PDPO Sch 1 DPP1(3); PCPD e-book 5.66, 5.81-5.83",
    source="S30",
    confidence="V1",
    since=_PDPO,
    en="On or before collection people are told the purpose, the classes of transferees (named clearly, the recipient among "
    "them), whether they must supply the data, their access rights and whom to contact.",
    hant="收集資料之時或之前，須告知當事人目的、資料可能移轉予何類人士（須清楚說明，並包括接收方）、是否必須提供，以及查閱及改正權利和聯絡人。",
    hans="收集资料之时或之前，须告知当事人目的、资料可能转移给哪类人士（须清楚说明，并包括接收方）、是否必须提供，以及查阅、更正权利和联系人。",
)
def collection_statement(facts: Facts) -> Verdict:
    """Deny when the collection statement lacks an item, is vague or leaves the recipient out."""
    if not exporter_is_hong_kong(facts) or facts.code("legal_basis.exemption_hk") == "s63C":
        return SILENT
    return demand(
        facts.includes("notice.hk_fields", code.NOTICE_HONG_KONG),
        facts.not_so("notice.hk_classes_vague"),
        facts.holds("notice.hk_class_includes_recipient"),
    )


@rule(
    "PDPO-DPP3.1",
    binds="HK",
    direction="both",
    effect="deny",
    citation="PDPO Sch 1 DPP3(1)",
    source="S30,S31",
    confidence="V1",
    since=_PDPO,
    en="Data is used, disclosed or transferred only for the purpose of collection or one directly related to it, unless the "
    "person gave prescribed consent that covers this use, or an exemption applies.",
    hant="除非當事人已就該用途給予訂明同意或有豁免適用，資料只可用於（包括披露或移轉）收集時的目的或直接有關的目的。",
    hans="除非当事人已就该用途给予订明同意或者有豁免适用，资料只可用于（包括披露、转移）收集时的目的或者直接有关的目的。",
)
def new_purpose(facts: Facts) -> Verdict:
    """Deny a new purpose without prescribed consent; refer an exemption that no rule here can examine."""
    if not hong_kong_is_party(facts):
        return SILENT
    if prescribed_consent_is_needed(facts):
        return demand(*_covers_this_use(facts), *_is_prescribed(facts))
    if not purpose_is_new_in_hong_kong(facts):
        return PASS
    if facts.code("legal_basis.exemption_hk") in code.HONG_KONG_EXEMPTIONS:
        return SILENT
    return Verdict(effect="refer", failed=("legal_basis.exemption_hk", "transfer.purpose"))


def _covers_this_use(facts: Facts) -> tuple[Check, ...]:
    """Return whether the consent reaches this purpose, this data and this transferee.

    A consent that was withdrawn by word of mouth is still prescribed consent in Hong Kong; REC-2 is stricter and
    refuses it for every flow of this library.
    """
    return (
        facts.is_in("consent.state", code.SUPPORTING_STATES | {"withdrawn"}),
        facts.includes("consent.purposes", {facts.code("transfer.purpose") or ""}),
        facts.includes("consent.categories", facts.codes("transfer.categories")),
        facts.includes("consent.recipients", {facts.code("recipient.id") or ""}),
    )


@rule(
    "PDPO-33",
    binds="HK",
    direction="HK→GD",
    effect="warn",
    citation="PDPO s.33 (not in operation)",
    source="S42,S20",
    confidence="V2",
    since=_PDPO,
    en="The section on transfers out of Hong Kong is not in operation and bars nothing; if it were, this flow would need "
    "one of its conditions.",
    hant="關於移轉資料至香港以外地方的第33條尚未實施，不構成禁止；一旦實施，本次傳輸須符合其中一項條件。",
    hans="关于将资料转移至香港以外地方的第33条尚未实施，不构成禁止；一旦实施，本次传输须符合其中一项条件。",
)
def transfer_out(facts: Facts) -> Verdict:
    """Warn of a section that may come into operation."""
    if not leaves_hong_kong(facts):
        return SILENT
    return PASS if facts.code("mechanism") in code.GBA_MECHANISMS else warn("mechanism")


@rule(
    "HK-RMC",
    binds="HK",
    direction="HK→GD",
    effect="warn",
    citation="PCPD Recommended Model Contractual Clauses, May 2022",
    source="S18,S42",
    confidence="V2",
    since="2022-05-12",
    en="No contract is required to send data from Hong Kong, but the Commissioner recommends the GBA contract or the model "
    "clauses.",
    hant="從香港移轉資料並非必須訂立合約，但私隱專員建議採用大灣區標準合同或建議合約條文範本。",
    hans="从香港转移资料并非必须订立合同，但私隐专员建议采用大湾区标准合同或者建议合约条文范本。",
)
def model_clauses(facts: Facts) -> Verdict:
    """Recommend a contract where there is none of the GBA."""
    if not leaves_hong_kong(facts) or facts.code("mechanism") not in {"none", None}:
        return SILENT
    return warn("mechanism")


@rule(
    "HK-HKID",
    binds="HK",
    direction="both",
    effect="deny",
    citation="PCPD Code of Practice on the Identity Card Number, para 2.3",
    source="S43b",
    confidence="INF",
    since="1997-12-19",
    en="An identity card number may be handled only on a ground of the Commissioner's code, and that ground must be named.",
    hant="只有在私隱專員《身份證號碼及其他身份代號實務守則》所准許的情況下方可處理身份證號碼，並須說明屬何種情況。",
    hans="只有在私隐专员《身份证号码及其他身份代号实务守则》允许的情况下才可处理香港身份证号码，并须说明属于何种情况。",
)
def identity_card_number(facts: Facts) -> Verdict:
    """Deny an identity card number without a ground."""
    if not hong_kong_is_party(facts) or "hkid" not in facts.codes("transfer.categories"):
        return SILENT
    return demand(facts.is_in("transfer.hkid_ground", HKID_GROUNDS))


RULES = (
    prescribed_consent,
    adequate_not_excessive,
    collection_statement,
    new_purpose,
    identity_card_number,
    transfer_out,
    model_clauses,
)
