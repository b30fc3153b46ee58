"""Item 11 of a binding's notice: "usable but not visible" in plain words, in three languages.

Says what is compared, what crosses and what does not, and what follows from each answer.  docs/matching.md says the same
for engineers; where the two differ, the notice is wrong and must be changed, not explained.
"""

from __future__ import annotations

from xbridge.core.config import Party
from xbridge.core.language import Language

_TEXTS: dict[Language, str] = {
    "en": (
        '11. How it is checked that both accounts are yours ("usable but not visible"): {exporter} and {recipient} each '
        "hold the number of your identity document, your date of birth and your name already, and neither shows them to "
        "the other. Each side covers its own values with fresh random numbers before anything leaves. What crosses is "
        "these covered values, which the other side cannot turn back into yours, the kind of document, and the code by "
        "which iAM Smart knows you towards this service. Each side learns only whether document and date of birth "
        "agree, and whether your name does. If the document does not agree, the accounts are not linked, and neither side is "
        "told what the other holds. If your name does not agree or could not be compared, a member of staff looks into it "
        "first and you are asked to log in again; a machine alone never decides it. Only the result is kept.\n"
    ),
    "zh-Hant": (
        "11. 如何核對兩個帳戶都屬於你（「可用不可見」）：{exporter}與{recipient}原已各自持有你的證件號碼、出生日期及姓名，任何"
        "一方都不會向對方展示。雙方會先以新產生的隨機數遮蓋己方的資料，然後才送出。跨境傳送的只有遮蓋後的數值，對方無法還原為你的資料；"
        "另有證件類別，以及「智方便」在本服務中用以識別你的代號。雙方只會得知：證件號碼連同出生日期是否一致，以及姓名是否一致。"
        "如證件不一致，兩個帳戶不會連結，任何一方都不會獲告知對方持有甚麼資料。如姓名不一致或未能比對，會先由職員跟進，並請你重新登入；絕不會單由"
        "機器決定。只會保留比對結果。\n"
    ),
    "zh-Hans": (
        "11. 如何核对两个账户都属于您（“可用不可见”）：{exporter}与{recipient}原已各自持有您的证件号码、出生日期和姓名，任何"
        "一方都不向对方展示。双方先用新生成的随机数遮蔽己方的信息，然后才发出。跨境传输的只有遮蔽后的数值，对方无法还原为您的信息；"
        "另有证件类别，以及“智方便”在本服务中用于识别您的代号。双方只能得知：证件号码连同出生日期是否一致，以及姓名是否一致。"
        "如证件不一致，两个账户不予绑定，任何一方都不会被告知对方持有什么信息。如姓名不一致或无法比对，先由工作人员处理，并请您重新登录；绝不会仅由"
        "机器决定。仅保留比对结果。\n"
    ),
}


def matching_clause(exporter: Party, recipient: Party, language: Language) -> str:
    """Return item 11 with its line feed, for a service whose accounts are matched without disclosure."""
    return _TEXTS[language].format(exporter=exporter.names.get(language), recipient=recipient.names.get(language))
