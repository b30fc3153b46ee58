"""Item 11 of a binding's notice: "usable but not visible" in plain words, in three languages.

Says what is compared, what crosses and what does not, and what follows from each answer.  docs/matching.md says the same
for engineers; where the two differ, the notice is wrong and must be changed, not explained.  With any change
:data:`CLAUSE_VERSION` moves.
"""

from __future__ import annotations

from xbridge.core.config import Party
from xbridge.core.language import Language

CLAUSE_VERSION = "1"
_TEXTS: dict[Language, str] = {
    "en": (
        '11. How it is checked that both accounts are yours ("usable but not visible"): {exporter} and {recipient} '
        "each hold the number of your identity document, your date of birth and your name already, and neither shows "
        "them to the other. Each side covers its own values with fresh random numbers before anything leaves. What "
        "crosses is these covered values, which the other side cannot turn back into yours; the kind of document and "
        "which of these items each side has; the code by which iAM Smart knows you towards this service; and random "
        "numbers of this application and of this check. Each side learns only whether document and date of birth "
        "together agree, and whether each form of your name (Chinese, romanised) does. If the document does not "
        "agree, the accounts are not linked, and neither side is told what the other holds. If your name does not "
        "agree or could not be compared, a member of staff looks into it first and you are asked to log in again; a "
        "machine alone never decides it. Both sides keep in their records, also where nothing is linked: the results,"
        " those random numbers, and a keyed form of that code, from which nobody without the key can find you; "
        "{exporter} or {recipient}, whichever you apply to, also keeps that you agreed to this text. None of the "
        "values is kept there.\n"
    ),
    "zh-Hant": (
        "11. 如何核對兩個帳戶都屬於你（「可用不可見」）：{exporter}與{recipient}原已各自持有你的證件號碼、出生日期及姓名，任何"
        "一方都不會向對方展示。雙方會先以新產生的隨機數遮蓋己方的資料，然後才送出。跨境傳送的只有遮蓋後的數值，對方無法還原為你的資料；"
        "另有證件類別、雙方各有上述哪些項目、「智方便」在本服務中用以識別你的代號，以及是次申請及是次核對的隨機編號。雙方只會得知：證件號碼連同"
        "出生日期是否一致，以及姓名的每種寫法（中文、羅馬字母拼寫）是否各自一致。"
        "如證件不一致，兩個帳戶不會連結，任何一方都不會獲告知對方持有甚麼資料。如姓名不一致或未能比對，會先由職員跟進，並請你重新登入；絕不會單由"
        "機器決定。即使最終沒有連結，雙方的紀錄仍會保留：比對結果、上述隨機編號，以及該代號經密鑰轉換後的形式，沒有密鑰"
        "的人無法據此找到你；{exporter}及{recipient}之中受理你申請的一方，並會保留你同意本文的紀錄。上述紀錄不會保留任何一項資料本身。\n"
    ),
    "zh-Hans": (
        "11. 如何核对两个账户都属于您（“可用不可见”）：{exporter}与{recipient}原已各自持有您的证件号码、出生日期和姓名，任何"
        "一方都不向对方展示。双方先用新生成的随机数遮蔽己方的信息，然后才发出。跨境传输的只有遮蔽后的数值，对方无法还原为您的信息；"
        "另有证件类别、双方各有上述哪些项目、“智方便”在本服务中用于识别您的代号，以及本次申请和本次核对的随机编号。双方只能得知：证件号码连同"
        "出生日期是否一致，以及姓名的每种写法（中文、罗马字母拼写）是否各自一致。"
        "如证件不一致，两个账户不予绑定，任何一方都不会被告知对方持有什么信息。如姓名不一致或无法比对，先由工作人员处理，并请您重新登录；绝不会仅由"
        "机器决定。即使最终没有绑定，双方的记录仍会保留：比对结果、上述随机编号，以及该代号经密钥转换后的形式，没有密钥"
        "的人无法据此找到您；{exporter}和{recipient}之中受理您申请的一方，还会保留您同意本文的记录。上述记录不保留任何一项信息本身。\n"
    ),
}


def matching_clause(exporter: Party, recipient: Party, language: Language) -> str:
    """Return item 11 with its line feed, for a service whose accounts are matched without disclosure."""
    return _TEXTS[language].format(exporter=exporter.names.get(language), recipient=recipient.names.get(language))
