"""The words of the walk-through of a signature, in three languages."""

from __future__ import annotations

from xbridge.demo.story import STEPS as JOURNEY
from xbridge.demo.story import Wording

STEPS: dict[str, Wording] = {
    **{name: JOURNEY[name] for name in ("start", "hk_login", "gd_login", "link")},
    "read": Wording(
        ("Read the notice: Guangdong → Hong Kong", "閱讀通知：廣東 → 香港", "阅读告知：广东 → 香港"),
        (
            "{characters} characters; the account is iAM Smart+, so the page offers to sign",
            "共 {characters} 字；帳戶屬「智方便+」，頁面提供數碼簽署",
            "共 {characters} 字；账户属于“智方便+”，页面提供数字签名",
        ),
    ),
    "ask": Wording(
        ("Ask to sign the record", "要求簽署紀錄", "请求签署记录"),
        (
            "the record is fixed to the byte and waits, sealed; its digest goes out; the page shows {code}",
            "紀錄逐位元組定稿，密封等候；送出其摘要；頁面顯示識別碼 {code}",
            "记录逐字节定稿，密封等待；发出其摘要；页面显示识别码 {code}",
        ),
    ),
    "compare": Wording(
        ("The resident compares the four digits on the phone", "居民在手機核對四位數字", "居民在手机上核对四位数字"),
        (
            "the phone shows {code} too, and what is to be signed",
            "手機同樣顯示 {code}，並列明簽署甚麼",
            "手机同样显示 {code}，并列明签署什么",
        ),
    ),
    "sign": Wording(
        ("The resident signs", "居民簽署", "居民签名"),
        (
            "the answer came from server to server (HTTP {status}); it was verified before it was kept",
            "答覆由伺服器之間送達（HTTP {status}）；核實後才保留",
            "答复在服务器之间送达（HTTP {status}）；核验后才保留",
        ),
    ),
    "look": Wording(
        ("The page looks, twice", "頁面查看兩次", "页面查看两次"),
        (
            "{algorithm}, certificate {certificate}…; looking takes nothing away",
            "{algorithm}，證書 {certificate}…；查看不會取走簽署",
            "{algorithm}，证书 {certificate}…；查看不会取走签名",
        ),
    ),
    "grant": Wording(
        ("Record the signed consent", "記錄已簽署的同意", "记录已签名的同意"),
        (
            "the portal signed the same bytes; one entry in the ledger holds the digests of both, and nobody's name",
            "入門網站簽署同一份紀錄；帳本的一項紀錄載有兩者的摘要，不含姓名",
            "门户签署同一份记录；账本的一条记录载有两者的摘要，不含姓名",
        ),
    ),
    "release": JOURNEY["release"],
    "refuse": Wording(
        ("The resident does not sign the other consent", "居民不簽署另一項同意", "居民不签署另一项同意"),
        (
            "{status} ({code}); the notice is still unanswered",
            "{status}（{code}）；該通知仍未獲回覆",
            "{status}（{code}）；该告知仍未答复",
        ),
    ),
    "alone": Wording(
        ("The resident agrees to it without signing", "居民不簽署而表示同意", "居民不签名而表示同意"),
        (
            "a press of its own; the record says that the collecting party alone signed",
            "另行按鈕表示；紀錄載明只由收集方簽署",
            "另行点击表示；记录载明仅由收集方签名",
        ),
    ),
    "without_plus": Wording(
        ("Another resident, without iAM Smart+", "另一位居民，沒有「智方便+」", "另一位居民，没有“智方便+”"),
        (
            "the page does not offer to sign, asking all the same is refused (HTTP {status}); agreed, signed by the portal alone",
            "頁面不提供簽署；硬要簽署則被拒（HTTP {status}）；已同意，只由入門網站簽署",
            "页面不提供签名；强行请求则被拒（HTTP {status}）；已同意，仅由门户签名",
        ),
    ),
    "evidence": JOURNEY["evidence"],
    "verify": Wording(
        (
            "Verify it offline, in another process",
            "在另一個進程離線核實",
            "在另一个进程离线核验",
        ),
        (
            "all {checks} checks hold: the issuer's keys and the resident's certificate are trusted",
            "全部 {checks} 項檢查通過：簽發方的密鑰及居民的證書均受信任",
            "全部 {checks} 项检查通过：签发方的密钥和居民的证书均受信任",
        ),
    ),
    "no_authority": Wording(
        (
            "The same with a trust file that names no authority",
            "以未列核證機關的信任檔案再核實",
            "用未列认证机构的信任文件再核验",
        ),
        (
            "exit code {code}: {says}",
            "退出碼 {code}：{says}",
            "退出码 {code}：{says}",
        ),
    ),
    "tamper": Wording(
        (
            "Change one byte of the resident's signature, and pack the file properly again",
            "更改居民簽署的一個位元組，再妥為打包",
            "更改居民签名的一个字节，再妥善打包",
        ),
        (
            "refused (exit code {code}): {check}",
            "不獲通過（退出碼 {code}）：{check}",
            "未获通过（退出码 {code}）：{check}",
        ),
    ),
    "audit": JOURNEY["audit"],
}
