"""The words of the walk-through of a binding, in three languages."""

from __future__ import annotations

from xbridge.demo.story import STEPS as JOURNEY
from xbridge.demo.story import Wording

STEPS: dict[str, Wording] = {
    "start": Wording(
        ("Start two operators", "啟動兩個營運方", "启动两个运营方"),
        (
            "mock platforms and both sides' operators run in {processes} processes, each operator with its own keys and store",
            "模擬平台、廣東營運方及香港營運方在 {processes} 個進程內運行，兩個營運方各有密鑰及儲存庫",
            "模拟平台、广东运营方和香港运营方运行于 {processes} 个进程，两个运营方各有密钥和存储",
        ),
    ),
    "twin": Wording(
        ("A namesake tries the resident's account", "同名者試圖綁定居民的帳戶", "同名者试图绑定居民的账户"),
        (
            "name {names}, document {document}: refused ({error}, {reason}); neither side is told what the other holds",
            "姓名{names}、證件{document}：不獲接納（{error}，{reason}）；任何一方都不會得知對方持有甚麼",
            "姓名{names}、证件{document}：拒绝（{error}，{reason}）；任何一方都不会得知对方持有什么",
        ),
    ),
    "gd_login": JOURNEY["gd_login"],
    "notice": Wording(
        ("Read the binding notice", "閱讀綁定通知", "阅读绑定告知"),
        (
            "{characters} characters, which also say what is compared, what crosses and what does not",
            "共 {characters} 字，並說明核對甚麼、甚麼會跨境傳送、甚麼不會",
            "共 {characters} 字，并说明核对什么、什么会跨境传输、什么不会",
        ),
    ),
    "hop": Wording(
        ("Go to iAM Smart, approve, come back", "前往「智方便」確認後返回", "前往“智方便”确认后返回"),
        (
            "the Guangdong login travels sealed inside the intent: one session, one account, ten minutes",
            "廣東的登入已封存於是次意圖之內：只限同一工作階段、同一帳戶、十分鐘",
            "广东的登录已密封在本次意图之中：仅限同一会话、同一账户、十分钟",
        ),
    ),
    "other_browser": Wording(
        ("Somebody else opens that address", "另一人開啟該網址", "另一人打开该网址"),
        (
            "refused: {error} ({claim}); nobody can be made to bind a stranger's account",
            "不獲接納：{error}（{claim}）；無人可被誘使綁定他人的帳戶",
            "拒绝：{error}（{claim}）；任何人都不会被诱使绑定他人的账户",
        ),
    ),
    "bound": Wording(
        ("Match without disclosure, and bind", "不披露資料而核對，然後綁定", "不披露信息而核对，然后绑定"),
        (
            "document {document}, name {names} (陈大文 here, 陳大文 there); bound, levels {gd_level} and {hk_level}",
            "證件{document}、姓名{names}（此方為陈大文，彼方為陳大文）；已綁定，等級 {gd_level} 及 {hk_level}",
            "证件{document}、姓名{names}（此方为陈大文，彼方为陳大文）；已绑定，等级 {gd_level} 和 {hk_level}",
        ),
    ),
    "wire": Wording(
        ("What crossed between the operators", "兩個營運方之間傳送了甚麼", "两个运营方之间传输了什么"),
        (
            "{messages} signed messages, {points} blinded points, {confirmations} confirmations; none of {searched} texts kept",
            "{messages} 則經簽署的訊息：{points} 個遮蓋後的數值、{confirmations} 個確認值；登記冊的 {searched} 項資料無一在內",
            "{messages} 条经签名的消息：{points} 个遮蔽后的数值、{confirmations} 个确认值；登记册的 {searched} 项信息无一在内",
        ),
    ),
    "renamed": Wording(
        ("A resident whose name was changed", "一位曾改名的居民", "一位曾改名的居民"),
        (
            "document {document}, name {names}: waits for a person ({error}, {reason}); it never binds by itself",
            "證件{document}、姓名{names}：須由人員處理（{error}，{reason}）；絕不會自行綁定",
            "证件{document}、姓名{names}：须由工作人员处理（{error}，{reason}）；绝不会自行绑定",
        ),
    ),
    "review": Wording(
        ("A member of staff looks into it", "職員跟進", "工作人员处理"),
        (
            "{reviewer} approves: for this pair of accounts, once; the review holds no name and no number",
            "{reviewer} 批准：只限這兩個帳戶、只限一次；個案不含姓名或號碼",
            "{reviewer} 批准：仅限这两个账户、仅限一次；该事项不含姓名或号码",
        ),
    ),
    "again": Wording(
        ("The resident comes back", "居民再次前來", "居民再次前来"),
        (
            "fresh logins, a fresh matching (document {document}, name {names}): bound on the approval, which is used up",
            "重新登入並重新核對（證件{document}、姓名{names}）：憑批准綁定，批准即告用盡",
            "重新登录并重新核对（证件{document}、姓名{names}）：凭批准绑定，批准随即用尽",
        ),
    ),
    "limit": Wording(
        ("Somebody tries account after account", "有人逐一試帳戶", "有人逐一试账户"),
        (
            "both sides count: {evaluated} of {tried} attempts evaluated, the last refused before anything crossed ({reason})",
            "雙方各自計數：{tried} 次嘗試中只計算了 {evaluated} 次，最後一次在傳送之前已被拒絕（{reason}）",
            "双方各自计数：{tried} 次尝试中仅计算了 {evaluated} 次，最后一次在传输之前即被拒绝（{reason}）",
        ),
    ),
    "ledgers": Wording(
        ("What both ledgers hold", "兩方帳本所載", "双方账本所载"),
        (
            "{begun} runs on each side, {refused} refused for the limit, {created} links; no name, no number",
            "雙方各有 {begun} 次核對，因上限被拒 {refused} 次，連結 {created} 項；不含姓名或號碼",
            "双方各有 {begun} 次核对，因上限被拒 {refused} 次，绑定 {created} 项；不含姓名或号码",
        ),
    ),
}
