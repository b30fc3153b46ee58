"""Cross-boundary public services: what each channel may carry and on whose word (rules GOV).

They bind by channel, not by place: an account binding is an account binding in both directions.
"""

from __future__ import annotations

from xbridge.policy import code
from xbridge.policy.fact import Facts
from xbridge.policy.rule import SILENT, Verdict, demand, rule


@rule(
    "GOV-ID-1",
    binds="GBA",
    direction="both",
    effect="deny",
    citation="Guangdong-Hong Kong Cross-boundary Public Services launch, 2 Nov 2023",
    source="S36",
    confidence="V2",
    since="2023-11-02",
    en="Linking an iAM Smart account with the Guangdong platform needs the person's authorisation and a Home Return Permit, "
    "and passes an assertion of identity, never the record behind it.",
    hant="「智方便」帳戶與廣東省統一身份認證平台的綁定，須經當事人授權並持有回鄉證；只傳遞身份認證結果，不傳遞背後的資料（可用不可見）。",
    hans="“智方便”账户与广东省统一身份认证平台的绑定，须经本人授权并持有回乡证；只传递身份认证结果，不传递背后的信息（可用不可见）。",
)
def identity_binding(facts: Facts) -> Verdict:
    """Deny a binding without authorisation or permit, or with more than an assertion."""
    if facts.code("transfer.channel") != "identity_binding":
        return SILENT
    return demand(
        facts.is_in("consent.state", code.SUPPORTING_STATES),
        facts.holds("credential.hrp"),
        facts.within("transfer.categories", code.IDENTITY_PAYLOAD),
    )


@rule(
    "GOV-ID-2",
    binds="HK",
    direction="HK",
    effect="deny",
    citation="Consented Data Exchange Gateway: LegCo written reply 2023 (press)",
    source="S38",
    confidence="V2",
    since="2023-12-01",
    en="The Consented Data Exchange Gateway releases government data on an authorisation that is given for one use and was "
    "not used before.",
    hant="「授權數據交換閘」只憑一次性且未曾使用的授權發放政府資料。",
    hans="“授权数据交换网关”只凭一次性且未曾使用的授权提供政府数据。",
)
def one_time(facts: Facts) -> Verdict:
    """Deny a used authorisation, or one that is not for one use."""
    if facts.code("transfer.channel") != "cdeg":
        return SILENT
    return demand(
        facts.holds("consent.single_use"),
        facts.check("consent.used_count", lambda value: value == 0),
    )


@rule(
    "GOV-VAL-1",
    binds="GBA",
    direction="both",
    effect="deny",
    citation="Data validation platforms: launch notes Nov 2023, Jan 2025",
    source="S37",
    confidence="V2",
    since="2023-11-01",
    en="On a validation platform the person carries the document and only digests are compared; the document itself never "
    "moves.",
    hant="數據驗證平台由當事人自行攜帶文件，平台只比對雜湊值，文件本身不作傳輸。",
    hans="数据验证平台由本人自行携带文件，平台仅比对哈希值，文件本身不传输。",
)
def digests_only(facts: Facts) -> Verdict:
    """Deny a validation that carries content, or a document that the person did not present."""
    if facts.code("transfer.channel") != "hash_validation":
        return SILENT
    return demand(
        facts.within("transfer.categories", code.VALIDATION_PAYLOAD),
        facts.holds("transfer.subject_presented_document"),
    )


RULES = (identity_binding, one_time, digests_only)
