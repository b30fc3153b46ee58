"""Notices: the exact text a person reads before agreeing, in their language, and its digest.

One template per kind and language; the digest covers the whole text as shown (UTF-8), so a change of one character is
another notice (REC-3).  The same inputs always give the same text, so that an auditor can make it again.  The text
tells what PIPL articles 14, 17, 23, 30 and 39 and PDPO DPP1(3) ask for; :data:`FIELDS` and :data:`HK_FIELDS` say so to
the policy, and ``tests/unit/consent`` holds every language to it.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from xbridge.consent.matching_clause import CLAUSE_VERSION, matching_clause
from xbridge.consent.wording import CATEGORIES, CHANNELS, PLACES, PURPOSES, WORDING_VERSION, word
from xbridge.core.config import Party, Service
from xbridge.core.flow import DataFlow
from xbridge.core.language import Language
from xbridge.crypto.digest import sha256_hex

NoticeKind = Literal["data-flow", "identity-binding"]

FIELDS = (
    "handler", "contact", "purpose", "method", "categories", "retention", "rights", "recipient_name",
    "recipient_contact", "rights_vs_recipient", "necessity", "impact", "storage_place",
)  # fmt: skip
HK_FIELDS = ("purpose", "classes_of_transferees", "obligatory_or_voluntary", "consequences", "access_rights", "contact")
TEMPLATE_VERSION = "1"


@dataclass(frozen=True, slots=True, kw_only=True)
class Notice:
    """One notice as shown: ``text`` is plain text with line feeds, ``digest`` is ``sha256:hex`` of its UTF-8 bytes."""

    id: str
    version: str
    language: Language
    text: str
    digest: str


_EN = """\
{title}

1. Who sends your data: {exporter}. Contact: {exporter_contact}. Address: {exporter_address}.
2. Who receives your data: {recipient}. Contact: {recipient_contact}. Address: {recipient_address}. It is the only recipient; your data goes to no other class of transferee.
3. From where to where: from {source} to {target}. This is a transfer across the boundary.
4. What is sent: {categories}.
5. Why: {purpose}. Only what this purpose needs is sent; without these items the service cannot be given.
6. How: {channel}. Stored in: {storage_place}.
7. For how long: the recipient keeps the data for at most {retention_days} days and then deletes it. This consent ends after {consent_days} days.
8. What it may mean for you: the recipient learns these items about you and uses them for the purpose above only. Your identity number is not sent unless it is listed in item 4.
9. Your choice: agreeing is voluntary. If you do not agree, nothing is sent and only this online service is unavailable to you; you can still apply at a counter.
10. Your rights: you may see, copy, correct and delete your data, ask for an explanation, and withdraw this consent at any time in the same place where you gave it. Withdrawing stops every later transfer and does not undo an earlier one. You may use these rights against the sender and against the recipient, at the contacts in items 1 and 2.
{matching}
By pressing "I agree" I give my separate, express and voluntary consent to this transfer only.
"""

_HANT = """\
{title}

1. 資料由誰傳出：{exporter}。聯絡方法：{exporter_contact}。地址：{exporter_address}。
2. 資料由誰接收：{recipient}。聯絡方法：{recipient_contact}。地址：{recipient_address}。除此之外，資料不會移轉予任何其他類別的人士。
3. 由何處到何處：由{source}到{target}。這是跨境傳輸。
4. 傳送的資料：{categories}。
5. 目的：{purpose}。只會傳送為此目的所需的資料；沒有這些資料便不能提供服務。
6. 方式：{channel}。儲存地點：{storage_place}。
7. 期限：接收者最多保留資料{retention_days}日，其後刪除。本同意於{consent_days}日後失效。
8. 對你可能的影響：接收者會得知上述有關你的資料，並只作上述目的之用。除非第4項列明，否則不會傳送你的身分證明文件號碼。
9. 你的選擇：同意與否純屬自願。如不同意，不會傳送任何資料，只是未能使用此項網上服務；你仍可親臨櫃位辦理。
10. 你的權利：你可以查閱、複製、更正及刪除你的資料、要求解釋，並可隨時在給予同意的同一地方撤回本同意。撤回後不會再作任何傳送，但不影響撤回前已作的傳送。你可按第1及第2項的聯絡方法，分別向傳出者及接收者行使這些權利。
{matching}
按下「我同意」，即表示我就是次傳輸給予單獨、明示及自願的同意。
"""

_HANS = """\
{title}

1. 个人信息提供方：{exporter}。联系方式：{exporter_contact}。地址：{exporter_address}。
2. 个人信息接收方：{recipient}。联系方式：{recipient_contact}。地址：{recipient_address}。除此之外，不向任何其他类别的接收方提供。
3. 传输方向：从{source}到{target}。本次传输属于跨境提供。
4. 提供的个人信息种类：{categories}。
5. 处理目的：{purpose}。仅提供实现该目的所必需的信息；缺少这些信息将无法提供该服务。
6. 处理方式：{channel}。存储地点：{storage_place}。
7. 保存期限：接收方最长保存{retention_days}日，期满即删除。本同意自作出之日起{consent_days}日后失效。
8. 对个人权益的影响：接收方将知悉上述信息，并仅用于上述目的。除第4项列明外，不提供您的身份证件号码。
9. 您的选择：是否同意完全自愿。如不同意，不会提供任何信息，仅无法使用本项线上服务；您仍可到窗口办理。
10. 您的权利：您可以查阅、复制、更正、删除您的个人信息，要求解释说明，并可随时在作出同意的同一处撤回本同意。撤回后不再提供，但不影响撤回前已进行的提供。您可以按第1项和第2项的联系方式，分别向提供方和接收方行使上述权利。
{matching}
点击“我同意”，即表示我就本次提供作出单独、明确、自愿的同意。
"""

_TEMPLATES: dict[Language, str] = {"en": _EN, "zh-Hant": _HANT, "zh-Hans": _HANS}
_TITLES: dict[tuple[NoticeKind, Language], str] = {
    ("data-flow", "en"): "Consent to a transfer of personal data across the boundary",
    ("data-flow", "zh-Hant"): "跨境傳送個人資料同意書",
    ("data-flow", "zh-Hans"): "跨境提供个人信息同意书",
    ("identity-binding", "en"): "Consent to linking your iAM Smart account with your Guangdong account",
    ("identity-binding", "zh-Hant"): "連結「智方便」帳戶與廣東省統一身份認證帳戶同意書",
    ("identity-binding", "zh-Hans"): "绑定“智方便”账户与广东省统一身份认证账户同意书",
}
_COMMA: dict[Language, str] = {"en": ", ", "zh-Hant": "、", "zh-Hans": "、"}


def build_notice(service: Service, exporter: Party, recipient: Party, flow: DataFlow, language: Language) -> Notice:
    """Return the notice for ``flow`` under the catalogue entry ``service``.

    Raises ``ConfigError`` for a code without wording in ``wording.py``.
    """
    kind: NoticeKind = "identity-binding" if service.channel == "identity_binding" else "data-flow"
    text = _TEMPLATES[language].format(
        title=_TITLES[kind, language],
        exporter=exporter.names.get(language),
        exporter_contact=exporter.contact,
        exporter_address=exporter.address.get(language),
        recipient=recipient.names.get(language),
        recipient_contact=recipient.contact,
        recipient_address=recipient.address.get(language),
        source=word(PLACES, flow.source, language),
        target=word(PLACES, flow.target, language),
        categories=_COMMA[language].join(word(CATEGORIES, code, language) for code in flow.categories),
        purpose=word(PURPOSES, flow.purpose, language),
        channel=word(CHANNELS, service.channel, language),
        storage_place=service.storage_place.get(language),
        retention_days=service.retention_days,
        consent_days=service.consent_days,
        matching=matching_clause(exporter, recipient, language) if service.matching_party else "",
    )
    return Notice(
        id=f"{kind}/{service.id}",
        version=".".join((TEMPLATE_VERSION, WORDING_VERSION, *([CLAUSE_VERSION] if service.matching_party else []))),
        language=language,
        text=text,
        digest=text_digest(text),
    )


def text_digest(text: str) -> str:
    """Return ``sha256:hex`` of ``text`` exactly as given, in UTF-8; half a character has a digest that no notice has."""
    return sha256_hex(text.encode("utf-8", "surrogatepass"))
