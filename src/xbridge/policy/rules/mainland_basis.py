"""Mainland law on handling as such: purpose, lawful basis, consent, notice (PIPL articles 6 to 18).

They bind a Mainland party on either side of the flow.  Sensitive data and export have their own files.
"""

from __future__ import annotations

from xbridge.policy import code
from xbridge.policy.concept import consent_is_mainland_basis, exporter_is_mainland, mainland_is_party
from xbridge.policy.fact import Facts
from xbridge.policy.rule import PASS, SILENT, Verdict, demand, oblige, rule

_PIPL = "2021-11-01"


@rule(
    "PIPL-6",
    binds="CN",
    direction="both",
    effect="deny",
    citation="PIPL art 6; CAC Q&A Apr 2025 Q4",
    source="S1,S26",
    confidence="V1",
    since=_PIPL,
    en="Handling needs a definite and reasonable purpose and may cover only the data that this purpose needs.",
    hant="處理個人信息須有明確、合理的目的，並只限於實現該目的所必需的最小範圍。",
    hans="处理个人信息应当具有明确、合理的目的，并限于实现处理目的的最小范围。",
)
def minimum_scope(facts: Facts) -> Verdict:
    """Deny more data than the purpose needs."""
    return demand(facts.holds("transfer.necessary")) if mainland_is_party(facts) else SILENT


@rule(
    "PIPL-13",
    binds="CN",
    direction="both",
    effect="deny",
    citation="PIPL art 13",
    source="S1",
    confidence="V1",
    since=_PIPL,
    en="A Mainland party needs one of the lawful bases of article 13 before it handles the data. A Mainland sender must "
    "name it now; a Mainland recipient must have it before it starts.",
    hant="內地一方處理個人信息前，須具備第十三條所列的其中一項合法依據。內地提供方須即時說明；內地接收方須在開始處理前具備。",
    hans="境内一方处理个人信息前，应当具备第十三条规定的合法性基础之一。境内提供方须当即说明；境内接收方须在开始处理前具备。",
)
def lawful_basis(facts: Facts) -> Verdict:
    """Deny a Mainland sender without a basis; remind a Mainland recipient."""
    if not mainland_is_party(facts):
        return SILENT
    basis = facts.code("legal_basis.cn")
    if basis is None and not exporter_is_mainland(facts):
        # The act judged is the Hong Kong party's; the recipient's own handling has not begun.
        return oblige("recipient")
    return demand(facts.is_in("legal_basis.cn", code.MAINLAND_BASES | {code.STATUTORY_EXPORT}))


@rule(
    "PIPL-14.1",
    binds="CN",
    direction="both",
    effect="deny",
    citation="PIPL art 14(1)",
    source="S1",
    confidence="V1",
    since=_PIPL,
    en="Where consent is the basis, it must be given voluntarily and explicitly by a person who was told everything first.",
    hant="以同意為依據者，該同意須由當事人在充分知情的前提下自願、明確作出。",
    hans="基于同意处理的，该同意应当由个人在充分知情的前提下自愿、明确作出。",
)
def informed_consent(facts: Facts) -> Verdict:
    """Deny consent that is not informed, voluntary and explicit."""
    if not consent_is_mainland_basis(facts):
        return SILENT
    return demand(
        facts.is_in("consent.state", code.SUPPORTING_STATES),
        facts.holds("consent.explicit"),
        facts.holds("consent.voluntary"),
        facts.holds("consent.notice_shown_before"),
    )


@rule(
    "PIPL-14.2",
    binds="CN",
    direction="both",
    effect="deny",
    citation="PIPL art 14(2); NDSR art 22(4),(6)",
    source="S1,S6",
    confidence="V1",
    since=_PIPL,
    en="Consent covers only the purpose and the kinds of data it was given for; any change needs consent again.",
    hant="同意只涵蓋作出時所指的處理目的及信息種類；如有變更，須重新取得同意。",
    hans="同意仅及于作出时的处理目的和信息种类；发生变更的，应当重新取得同意。",
)
def within_consent(facts: Facts) -> Verdict:
    """Deny what goes beyond the consent."""
    if not consent_is_mainland_basis(facts):
        return SILENT
    return demand(
        facts.includes("consent.purposes", {facts.code("transfer.purpose") or ""}),
        facts.includes("consent.categories", facts.codes("transfer.categories")),
    )


@rule(
    "PIPL-15",
    binds="CN",
    direction="both",
    effect="deny",
    citation="PIPL art 15",
    source="S1",
    confidence="V1",
    since=_PIPL,
    en="Once consent is withdrawn, handling that rested on it stops; what was done before stays lawful.",
    hant="當事人撤回同意後，須停止以該同意為依據的處理；撤回前已進行的處理不受影響。",
    hans="个人撤回同意的，应当停止基于该同意的处理；撤回前已进行的处理，其效力不受影响。",
)
def withdrawn(facts: Facts) -> Verdict:
    """Deny after withdrawal."""
    if not consent_is_mainland_basis(facts):
        return SILENT
    moment = facts.moment("consent.withdrawn_at")
    return PASS if moment is None else demand(facts.still_ahead("consent.withdrawn_at"))


@rule(
    "PIPL-16",
    binds="CN",
    direction="both",
    effect="deny",
    citation="PIPL art 16",
    source="S1",
    confidence="V1",
    since=_PIPL,
    en="A service may not be made to depend on consent to data that the service does not need.",
    hant="不得以當事人不同意處理並非提供服務所必需的個人信息為由，拒絕提供服務。",
    hans="不得以个人不同意处理非提供服务所必需的个人信息为由，拒绝提供产品或者服务。",
)
def tied_service(facts: Facts) -> Verdict:
    """Deny consent that was the price of a service which does not need the data."""
    if not consent_is_mainland_basis(facts):
        return SILENT
    if facts.flag("consent.conditional_on_service") is not True:
        return PASS
    return demand(facts.holds("transfer.necessary"))


@rule(
    "PIPL-17",
    binds="CN",
    direction="both",
    effect="deny",
    citation="PIPL art 17; NDSR art 21",
    source="S1,S6",
    confidence="V1",
    since=_PIPL,
    en="Before handling, people are told who handles their data and how to reach them, why, how, which kinds, for how "
    "long, and how to use their rights.",
    hant="處理前須以顯著、清晰的方式告知當事人：處理者及聯絡方法、目的、方式、信息種類、保存期限，以及行使權利的途徑。",
    hans="处理前应当以显著方式、清晰语言告知个人：处理者及联系方式、处理目的、方式、信息种类、保存期限，以及行使权利的方式和程序。",
)
def general_notice(facts: Facts) -> Verdict:
    """Deny without the general notice, or with one given after the act."""
    if not mainland_is_party(facts):
        return SILENT
    checks = [facts.includes("notice.fields", code.NOTICE_GENERAL)]
    if facts.said("notice.given_at") is not None:
        checks.append(facts.by_now("notice.given_at"))
    return demand(*checks)


@rule(
    "PIPL-18",
    binds="CN",
    direction="both",
    effect="obligation",
    citation="PIPL art 18(2)",
    source="S1",
    confidence="V1",
    since=_PIPL,
    en="Where an emergency left no time to tell people first, they are told as soon as it is over.",
    hant="因緊急情況未能事先告知者，須在緊急情況消除後及時告知。",
    hans="紧急情况下无法及时告知的，应当在紧急情况消除后及时告知。",
)
def notify_afterwards(facts: Facts) -> Verdict:
    """Oblige the handler to tell people after an emergency."""
    if not mainland_is_party(facts) or facts.code("legal_basis.cn") != "PIPL-13.1.4":
        return SILENT
    return oblige("exporter" if exporter_is_mainland(facts) else "recipient")


RULES = (
    minimum_scope,
    lawful_basis,
    informed_consent,
    within_consent,
    withdrawn,
    tied_service,
    general_notice,
    notify_afterwards,
)
