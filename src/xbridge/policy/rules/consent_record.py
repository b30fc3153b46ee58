"""Quality of the consent record: what makes a consent provable (rules REC).

They apply whenever the flow stands or falls with a consent, in both directions.  What the consent must *say* is the
business of the Mainland and Hong Kong files.
"""

from __future__ import annotations

from xbridge.policy import code
from xbridge.policy.concept import consent_is_relied_on, mainland_is_party
from xbridge.policy.fact import Facts
from xbridge.policy.rule import SILENT, Verdict, demand, oblige, rule


@rule(
    "REC-1",
    binds="STD",
    direction="both",
    effect="deny",
    citation="ISO/IEC TS 27560:2023, mandatory fields (via the DPV guide)",
    source="S39",
    confidence="V1",
    since="2021-11-01",
    en="A consent record must carry every mandatory field of ISO/IEC TS 27560.",
    hant="同意紀錄須載有 ISO/IEC TS 27560 所列的全部必備欄位。",
    hans="同意记录应当包含 ISO/IEC TS 27560 规定的全部必备字段。",
)
def complete_record(facts: Facts) -> Verdict:
    """Deny a record with gaps."""
    return demand(facts.empty("consent.record_missing")) if consent_is_relied_on(facts) else SILENT


@rule(
    "REC-2",
    binds="STD",
    direction="both",
    effect="deny",
    citation="DPV consent lifecycle; ISO/IEC TS 27560 event_state",
    source="S39",
    confidence="V1",
    since="2021-11-01",
    en="Only a consent that is given or renewed, and inside its validity, supports a flow; one that was refused, "
    "withdrawn, invalidated or has expired does not.",
    hant="只有已作出或已續期並在有效期內的同意，方可支持資料傳輸；已拒絕、撤回、失效或屆滿的同意均不可。",
    hans="只有已作出或者已续期且在有效期内的同意，才能支持数据提供；被拒绝、撤回、失效或者届满的同意均不能。",
)
def living_consent(facts: Facts) -> Verdict:
    """Deny a consent that does not live at the moment of the act."""
    if not consent_is_relied_on(facts):
        return SILENT
    return demand(
        facts.is_in("consent.state", code.SUPPORTING_STATES),
        facts.by_now("consent.given_at"),
        facts.still_ahead("consent.valid_until"),
    )


@rule(
    "REC-3",
    binds="STD",
    direction="both",
    effect="deny",
    citation="ISO/IEC TS 27560 privacy_notice and language; ISO/IEC 29184 5.2.4",
    source="S39",
    confidence="INF",
    since="2021-11-01",
    en="The consent must be bound to the exact notice that was shown: its version, its language and the digest of its "
    "text.",
    hant="同意須與當時實際展示的告知文本對應，包括其版本、語言及文本摘要值。",
    hans="同意应当与当时实际展示的告知文本相对应，包括其版本、语言和文本摘要值。",
)
def bound_to_notice(facts: Facts) -> Verdict:
    """Deny when it cannot be shown what the person saw."""
    return demand(facts.holds("consent.notice_digest_ok")) if consent_is_relied_on(facts) else SILENT


@rule(
    "REC-4",
    binds="STD",
    direction="both",
    effect="deny",
    citation="Electronic Signature Law arts 13, 14, 26",
    source="S10",
    confidence="V1",
    since="2021-11-01",
    en="The whole record must be signed and its time attested, by the person or by the collecting party as witness.",
    hant="整份紀錄須經當事人或作為見證人的收集方簽署，並有可信的時間證明。",
    hans="整份记录应当由本人或者作为见证人的收集方签名，并附可信的时间证明。",
)
def signed_record(facts: Facts) -> Verdict:
    """Deny a record whose signature, coverage, time or signer does not hold."""
    if not consent_is_relied_on(facts):
        return SILENT
    return demand(
        facts.holds("consent.signature_valid"),
        facts.holds("consent.signature_covers_record"),
        facts.holds("consent.timestamp_valid"),
        facts.is_in("consent.signer_role", {"subject", "collector"}),
    )


@rule(
    "REC-5",
    binds="STD",
    direction="both",
    effect="obligation",
    citation="PIPL arts 56, 69; national standard contract 2(10); GDPR art 7(1) as benchmark",
    source="S1,S4,S39",
    confidence="V1",
    since="2021-11-01",
    en="Whoever handles the data must be able to prove the consent: keep who, when, how, what was shown and any withdrawal "
    "for at least three years after the last flow.",
    hant="處理者須能證明已取得同意：須在最後一次傳輸後保存同意人、時間、方式、所示內容及撤回情況的紀錄最少三年。",
    hans="处理者应当能够证明已取得同意：同意人、时间、方式、所展示内容以及撤回情况的记录，应当自最后一次提供之日起至少保存三年。",
)
def keep_proof(facts: Facts) -> Verdict:
    """Oblige both parties to keep the proof."""
    return oblige("both") if mainland_is_party(facts) and consent_is_relied_on(facts) else SILENT


RULES = (complete_record, living_consent, bound_to_notice, signed_record, keep_proof)
