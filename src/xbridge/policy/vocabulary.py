"""Every fact that a rule may read: its name, its shape and what people call it.

The names are those of the scenario files (dossier policy.md part b).  A rule that reads a name which is not here does
not load a fact silently: it fails.  ``specs/policy.md`` repeats this table for readers, and a test holds the two equal.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from xbridge.core.decision import Texts

Kind = Literal["bool", "count", "code", "codes", "mark", "day", "instant", "record", "records"]
"""``mark`` is evidence: a reference as text, or true.  ``day`` takes a date or a moment, ``instant`` a moment."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Fact:
    """One name of the vocabulary; ``keys`` is the name split for walking the document."""

    name: str
    kind: Kind
    label: Texts
    keys: tuple[str, ...]


def _fact(name: str, kind: Kind, en: str, hant: str, hans: str) -> Fact:
    """Return the entry for ``name``."""
    return Fact(name=name, kind=kind, label=Texts(en=en, zh_Hans=hans, zh_Hant=hant), keys=tuple(name.split(".")))


# fmt: off
_ENTRIES = (
    _fact("at", "instant", "moment of the act", "行為時點", "行为时点"),
    # --- who ---
    _fact("exporter.sector", "code", "sender's sector", "提供方行業", "提供方行业"),
    _fact("exporter.place", "code", "where the sender is", "提供方所在地", "提供方所在地"),
    _fact("exporter.kind", "code", "kind of sender", "提供方類別", "提供方类别"),
    _fact("exporter.ciio", "bool", "sender operates critical information infrastructure", "提供方是否關鍵信息基礎設施運營者", "提供方是否关键信息基础设施运营者"),
    _fact("recipient.id", "code", "recipient's identifier", "接收方識別碼", "接收方标识"),
    _fact("recipient.place", "code", "where the recipient is", "接收方所在地", "接收方所在地"),
    _fact("recipient.kind", "code", "kind of recipient", "接收方類別", "接收方类别"),
    _fact("recipient.role", "code", "recipient's role", "接收方角色", "接收方角色"),
    # --- what ---
    _fact("transfer.channel", "code", "channel", "傳輸渠道", "传输渠道"),
    _fact("transfer.purpose", "code", "purpose", "使用目的", "处理目的"),
    _fact("transfer.categories", "codes", "data categories", "資料類別", "信息种类"),
    _fact("transfer.states", "codes", "state of the data", "資料狀態", "数据状态"),
    _fact("transfer.irreversibility_evidence", "mark", "evidence that anonymisation cannot be undone", "匿名化不可復原的證據", "匿名化不可复原的证据"),
    _fact("transfer.n_subjects", "count", "number of people", "涉及人數", "涉及人数"),
    _fact("transfer.important_data", "code", "important-data status", "重要數據狀態", "重要数据状态"),
    _fact("transfer.important_notified_on", "day", "day the data was notified as important", "獲告知為重要數據之日", "被告知为重要数据之日"),
    _fact("transfer.origin", "code", "where the data was collected", "資料收集地", "数据收集地"),
    _fact("transfer.mixed_with_mainland_pi", "bool", "Mainland personal information added", "是否加入內地個人信息", "是否加入境内个人信息"),
    _fact("transfer.necessary", "bool", "necessary for the purpose", "為目的所必需", "为处理目的所必需"),
    _fact("transfer.direct_marketing", "bool", "direct marketing", "直接促銷", "直接营销"),
    _fact("transfer.matching", "bool", "automated matching", "自動核對程序", "自动核对程序"),
    _fact("onward", "records", "onward recipients", "再轉移的接收方", "再提供的接收方"),
    _fact("incident", "record", "open incident", "未結事故", "未结安全事件"),
    _fact("authority_request", "record", "request by an authority", "主管機構索取資料", "主管机关调取要求"),
    _fact("transfer.automated_decision", "bool", "automated decision-making", "自動化決策", "自动化决策"),
    _fact("transfer.retention_end", "day", "end of retention", "保存期屆滿日", "保存期届满日"),
    _fact("recipient.use.purposes", "codes", "purposes the recipient declares", "接收方申報的用途", "接收方声明的用途"),
    _fact("transfer.emergency", "bool", "emergency", "緊急情況", "紧急情况"),
    _fact("transfer.subject_presented_document", "bool", "the person presented the document", "當事人自行出示文件", "个人自行出示文件"),
    _fact("transfer.hkid_ground", "code", "ground for handling the HKID number", "處理身份證號碼的理據", "处理香港身份证号码的依据"),
    _fact("access.performed_outside_mainland", "bool", "access made from outside the Mainland", "是否從內地以外查閱", "是否从境外访问"),
    _fact("subjects.minor_u14", "bool", "person under 14", "未滿十四歲", "不满十四周岁"),
    _fact("subjects.minor_rules", "mark", "special rules for children's data", "未成年人個人信息專門處理規則", "未成年人个人信息专门处理规则"),
    _fact("subjects.role", "code", "the person's role", "當事人身份", "个人身份"),
    # --- why ---
    _fact("legal_basis.cn", "code", "lawful basis in the Mainland", "內地法律依據", "境内合法性基础"),
    _fact("legal_basis.hk", "code", "ground in Hong Kong", "香港法律依據", "香港法律依据"),
    _fact("legal_basis.exemption_cn", "code", "Mainland exemption claimed", "所援引的內地豁免", "所主张的境内豁免"),
    _fact("legal_basis.exemption_hk", "code", "Hong Kong exemption claimed", "所援引的香港豁免", "所主张的香港豁免"),
    _fact("legal_basis.instrument", "mark", "legal instrument relied on", "所依據的法律文書", "所依据的法律文件"),
    _fact("legal_basis.counsel_opinion", "mark", "counsel's opinion", "法律意見", "法律意见"),
    _fact("legal_basis.labour_rules", "mark", "labour rules adopted by law", "依法制定的勞動規章制度", "依法制定的劳动规章制度"),
    _fact("legal_basis.collective_contract", "mark", "collective contract", "集體合同", "集体合同"),
    _fact("legal_basis.prejudice_statement", "mark", "statement of likely prejudice", "相當可能造成損害的說明", "可能造成损害的说明"),
    _fact("legal_basis.relevant_categories", "codes", "categories relevant to the exemption", "與豁免相關的資料類別", "与豁免相关的信息种类"),
    _fact("legal_basis.clinician_statement", "mark", "clinician's statement", "醫生說明", "医生说明"),
    _fact("legal_basis.order", "mark", "Hong Kong law or court order", "香港法例或法院命令", "香港法律或法院命令"),
    _fact("legal_basis.output_identifies", "bool", "results identify people", "結果可識別個人", "结果可识别个人"),
    _fact("collection.purposes", "codes", "purposes of collection", "收集目的", "收集目的"),
    _fact("collection.directly_related", "codes", "directly related purposes", "直接有關的目的", "直接相关的目的"),
    _fact("collection.fair", "bool", "collected by lawful and fair means", "以合法及公平方式收集", "以合法公平方式收集"),
    # --- what people were told ---
    _fact("notice.fields", "codes", "items of the notice", "告知事項", "告知事项"),
    _fact("notice.given_at", "instant", "when notice was given", "告知時間", "告知时间"),
    _fact("notice.hk_fields", "codes", "items of the Hong Kong notice", "香港告知事項", "香港告知事项"),
    _fact("notice.hk_classes_vague", "bool", "classes of transferees described vaguely", "承轉人類別是否含糊", "受让人类别是否含糊"),
    _fact("notice.hk_class_includes_recipient", "bool", "the named classes include the recipient", "承轉人類別是否包括接收方", "受让人类别是否包括接收方"),
    # --- what the person agreed to ---
    _fact("consent", "record", "consent record", "同意紀錄", "同意记录"),
    _fact("consent.state", "code", "state of the consent", "同意狀態", "同意状态"),
    _fact("consent.explicit", "bool", "express consent", "明示同意", "明确同意"),
    _fact("consent.voluntary", "bool", "voluntary consent", "自願同意", "自愿同意"),
    _fact("consent.separate", "bool", "separate consent", "單獨同意", "单独同意"),
    _fact("consent.bundled", "bool", "bundled consent", "捆綁式同意", "捆绑同意"),
    _fact("consent.written", "bool", "written consent", "書面同意", "书面同意"),
    _fact("consent.written_required", "bool", "law requires written consent", "法律要求書面同意", "法律要求书面同意"),
    _fact("consent.cross_border", "bool", "consent to the transfer out", "同意向境外提供", "同意向境外提供"),
    _fact("consent.by", "code", "who consented", "由誰作出同意", "由谁作出同意"),
    _fact("consent.given_at", "instant", "when consent was given", "同意時間", "同意时间"),
    _fact("consent.valid_until", "instant", "end of the consent's validity", "同意有效期屆滿時間", "同意有效期届满时间"),
    _fact("consent.purposes", "codes", "purposes consented to", "同意的目的", "同意的处理目的"),
    _fact("consent.categories", "codes", "categories consented to", "同意的資料類別", "同意的信息种类"),
    _fact("consent.recipients", "codes", "recipients consented to", "同意的接收方", "同意的接收方"),
    _fact("consent.withdrawn_at", "instant", "when consent was withdrawn", "撤回時間", "撤回时间"),
    _fact("consent.withdrawn_in_writing", "bool", "withdrawn in writing", "以書面撤回", "以书面撤回"),
    _fact("consent.conditional_on_service", "bool", "service made conditional on consent", "以同意作為提供服務的條件", "以同意作为提供服务的条件"),
    _fact("consent.single_use", "bool", "one-time authorisation", "一次性授權", "一次性授权"),
    _fact("consent.used_count", "count", "times already used", "已使用次數", "已使用次数"),
    _fact("consent.notice_digest_ok", "bool", "consent bound to the exact text shown", "同意與所示文本相符", "同意与所示文本一致"),
    _fact("consent.notice_shown_before", "bool", "notice shown before consent", "同意前已告知", "同意前已告知"),
    _fact("consent.record_missing", "codes", "fields missing from the record", "紀錄所欠欄位", "记录缺少的字段"),
    _fact("consent.signature_valid", "bool", "signature verifies", "簽署有效", "签名有效"),
    _fact("consent.signature_covers_record", "bool", "signature covers the whole record", "簽署涵蓋整份紀錄", "签名覆盖整份记录"),
    _fact("consent.timestamp_valid", "bool", "trusted time of signing", "可信簽署時間", "可信签署时间"),
    _fact("consent.signer_role", "code", "who signed", "簽署人身份", "签署人身份"),
    _fact("credential.hrp", "bool", "holds a Home Return Permit", "持有回鄉證", "持有回乡证"),
    # --- gateway and safeguards ---
    _fact("mechanism", "code", "export mechanism", "出境機制", "出境机制"),
    _fact("contract.template", "code", "contract template", "合同範本", "合同范本"),
    _fact("contract.modified", "bool", "template changed", "範本經改動", "范本经修改"),
    _fact("contract.signed", "codes", "parties that signed", "已簽署方", "已签署方"),
    _fact("contract.supplement", "mark", "supplement in effect", "已生效的補充合同", "已生效的补充合同"),
    _fact("contract.annex1.purposes", "codes", "purposes in Annex I", "附錄一所列目的", "附录一所列目的"),
    _fact("contract.annex1.categories", "codes", "categories in Annex I", "附錄一所列信息種類", "附录一所列信息种类"),
    _fact("contract.annex1.retention_end", "day", "end of retention in Annex I", "附錄一所列保存期屆滿日", "附录一所列保存期届满日"),
    _fact("filings", "records", "filings", "備案", "备案"),
    _fact("contract.status", "code", "contract status", "合同狀態", "合同状态"),
    _fact("contract.effective_from", "day", "contract in effect from", "合同生效日", "合同生效日"),
    _fact("certificate.scheme", "code", "certification scheme", "認證制度", "认证制度"),
    _fact("certificate.valid_from", "day", "certificate valid from", "認證證書生效日", "认证证书生效日"),
    _fact("certificate.scope_ok", "bool", "flow inside the certified scope", "在認證範圍之內", "在认证范围之内"),
    _fact("security_assessment.done", "bool", "security assessment passed", "已通過安全評估", "已通过安全评估"),
    _fact("security_assessment.valid_until", "day", "assessment valid until", "評估結果有效期", "评估结果有效期"),
    _fact("state_security_assessment.done", "bool", "state organ's security assessment done", "國家機關已作安全評估", "国家机关已作安全评估"),
    _fact("ytd.nonsensitive", "count", "people since 1 January, ordinary data", "當年一月一日起非敏感人數", "当年1月1日起非敏感人数"),
    _fact("ytd.sensitive", "count", "people since 1 January, sensitive data", "當年一月一日起敏感人數", "当年1月1日起敏感人数"),
    _fact("pipia.done", "bool", "impact assessment done", "已作影響評估", "已作影响评估"),
    _fact("pipia.date", "day", "date of the impact assessment", "影響評估日期", "影响评估日期"),
    _fact("pipia.topics", "codes", "topics of the impact assessment", "影響評估內容", "影响评估内容"),
    _fact("security.encryption", "bool", "encryption", "加密", "加密"),
    _fact("security.access_control", "bool", "access control", "存取控制", "访问控制"),
    # --- the operator's choices ---
    _fact("config.separate_consent", "code", "setting: when separate consent is asked", "設定：何時要求單獨同意", "设置：何时要求单独同意"),
    _fact("config.late_filing", "code", "setting: flow after a late filing", "設定：逾期備案後可否繼續提供", "设置：逾期备案后可否继续提供"),
    _fact("config.gba_volume", "code", "setting: volume under the GBA contract", "設定：大灣區標準合同與數量門檻", "设置：大湾区标准合同与数量门槛"),
)
# fmt: on

FACTS: dict[str, Fact] = {entry.name: entry for entry in _ENTRIES}
