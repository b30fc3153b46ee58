"""Mainland law on sensitive data and on children under 14 (PIPL articles 28 to 31).

Whether a category is sensitive is data (``code.SENSITIVE``); Hong Kong law has no such class.
"""

from __future__ import annotations

from xbridge.policy import code
from xbridge.policy.concept import consent_is_mainland_basis, has_sensitive, mainland_is_party
from xbridge.policy.fact import Facts
from xbridge.policy.rule import SILENT, Verdict, demand, rule

_PIPL = "2021-11-01"


@rule(
    "PIPL-28",
    binds="CN",
    direction="both",
    effect="deny",
    citation="PIPL art 28",
    source="S1",
    confidence="V1",
    since=_PIPL,
    en="Sensitive data may be handled only for a specific purpose, where sufficiently necessary, and under strict "
    "protection.",
    hant="只有具備特定目的及充分必要性，並採取嚴格保護措施，方可處理敏感個人信息。",
    hans="只有在具有特定的目的和充分的必要性，并采取严格保护措施的情形下，方可处理敏感个人信息。",
)
def sensitive_care(facts: Facts) -> Verdict:
    """Deny sensitive data that is unneeded or unprotected."""
    if not mainland_is_party(facts) or not has_sensitive(facts):
        return SILENT
    return demand(
        facts.is_in("transfer.purpose", code.PURPOSES),
        facts.holds("transfer.necessary"),
        facts.holds("security.encryption"),
        facts.holds("security.access_control"),
    )


@rule(
    "PIPL-29",
    binds="CN",
    direction="both",
    effect="deny",
    citation="PIPL art 29; NDSR art 22(2)",
    source="S1,S6",
    confidence="V1",
    since=_PIPL,
    en="Consent to sensitive data must be separate, and in writing where a law or regulation says so.",
    hant="處理敏感個人信息須取得當事人的單獨同意；法律、行政法規規定須書面同意者，從其規定。",
    hans="处理敏感个人信息应当取得个人的单独同意；法律、行政法规规定应当取得书面同意的，从其规定。",
)
def separate_for_sensitive(facts: Facts) -> Verdict:
    """Deny sensitive data on a general consent."""
    if not consent_is_mainland_basis(facts) or not has_sensitive(facts):
        return SILENT
    checks = [facts.holds("consent.separate")]
    if facts.said("consent.written_required") is True:
        checks.append(facts.holds("consent.written"))
    return demand(*checks)


@rule(
    "PIPL-30",
    binds="CN",
    direction="both",
    effect="deny",
    citation="PIPL art 30; CAC Q&A Jul 2026 A1",
    source="S1,S47",
    confidence="V1",
    since=_PIPL,
    en="For sensitive data people are also told why it is necessary and how it affects their rights and interests.",
    hant="處理敏感個人信息，須另外告知當事人處理的必要性，以及對其個人權益的影響。",
    hans="处理敏感个人信息的，还应当向个人告知处理的必要性以及对个人权益的影响。",
)
def sensitive_notice(facts: Facts) -> Verdict:
    """Deny sensitive data without the extra notice."""
    if not mainland_is_party(facts) or not has_sensitive(facts):
        return SILENT
    return demand(facts.includes("notice.fields", code.NOTICE_SENSITIVE))


@rule(
    "PIPL-31",
    binds="CN",
    direction="both",
    effect="deny",
    citation="PIPL art 31; NDSR arts 21, 22(3)",
    source="S1,S6",
    confidence="V1",
    since=_PIPL,
    en="For a child under 14 a parent or other guardian consents, and the handler has special rules for children's data.",
    hant="處理未滿十四歲未成年人的個人信息，須取得其父母或其他監護人同意，並須制定專門的處理規則。",
    hans="处理不满十四周岁未成年人个人信息的，应当取得其父母或者其他监护人的同意，并制定专门的个人信息处理规则。",
)
def guardian(facts: Facts) -> Verdict:
    """Deny a child's own tick."""
    if not mainland_is_party(facts) or facts.flag("subjects.minor_u14") is not True:
        return SILENT
    return demand(facts.is_in("consent.by", {"guardian"}), facts.given("subjects.minor_rules"))


RULES = (sensitive_care, separate_for_sensitive, sensitive_notice, guardian)
