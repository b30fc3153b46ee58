"""The words of the demonstration's timeline, in three languages."""

from __future__ import annotations

from dataclasses import dataclass

from xbridge.core.language import Language

_ORDER: tuple[Language, ...] = ("en", "zh-Hant", "zh-Hans")


@dataclass(frozen=True, slots=True)
class Wording:
    """A step's title and the outcome's template, each in the order en, zh-Hant, zh-Hans."""

    titles: tuple[str, str, str]
    outcomes: tuple[str, str, str]

    def title(self, language: Language) -> str:
        """Return the title."""
        return self.titles[_ORDER.index(language)]

    def outcome(self, language: Language) -> str:
        """Return the outcome's template."""
        return self.outcomes[_ORDER.index(language)]


STEPS: dict[str, Wording] = {
    "start": Wording(
        ("Start the services", "啟動各項服務", "启动各项服务"),
        (
            "mock platforms, two departments and the portal run in {processes} processes, keys made just now",
            "模擬平台、兩個部門的服務及入門網站在 {processes} 個進程內運行，密鑰即時產生",
            "模拟平台、两个部门的服务和门户运行于 {processes} 个进程，密钥即时生成",
        ),
    ),
    "hk_login": Wording(
        ("Log in with iAM Smart", "以「智方便」登入", "使用“智方便”登录"),
        (
            "the code was exchanged over the encrypted channel; identity level {level}",
            "已經由加密通道換取身分資料；身分可信等級 {level}",
            "已通过加密通道换取身份信息；身份可信等级 {level}",
        ),
    ),
    "gd_login": Wording(
        ("Log in with the Guangdong platform", "登入廣東省統一身份認證平台", "登录广东省统一身份认证平台"),
        (
            "account confirmed from server to server; identity level {level}",
            "已由伺服器之間核實帳戶；身分可信等級 {level}",
            "已由服务器之间核实账户；身份可信等级 {level}",
        ),
    ),
    "link": Wording(
        ("Authorise and link the two accounts", "授權並連結兩個帳戶", "授权并绑定两个账户"),
        (
            "two fresh logins in one session; the notice shown has {characters} characters",
            "同一工作階段內的兩次登入；所示通知共 {characters} 字",
            "同一会话内的两次登录；所示告知共 {characters} 字",
        ),
    ),
    "consent": Wording(
        ("Read and grant consent: Guangdong → Hong Kong", "閱讀並給予同意：廣東 → 香港", "阅读并作出同意：广东 → 香港"),
        (
            "signed over the exact text; categories: {categories}",
            "已就所示文本簽署；資料類別：{categories}",
            "已就所示文本签名；信息种类：{categories}",
        ),
    ),
    "release": Wording(
        (
            "Decide, record, exchange; one record moves to Hong Kong",
            "決定、記錄、換取權標；一項紀錄送到香港",
            "决定、记录、换取令牌；一条记录送达香港",
        ),
        (
            "policy: {outcome} (rules examined: {rules}, duties: {duties}); the Guangdong service released: {fields}",
            "政策：{outcome}（審視規則 {rules} 條，責任 {duties} 項）；廣東服務送出：{fields}",
            "策略：{outcome}（审查规则 {rules} 条，义务 {duties} 项）；广东服务送出：{fields}",
        ),
    ),
    "delivery": Wording(
        (
            "The other direction: address proof, Hong Kong → Guangdong",
            "另一方向：地址證明，香港 → 廣東",
            "另一方向：地址证明，香港 → 广东",
        ),
        (
            "policy: {outcome} (rules examined: {rules}, duties: {duties}); the Hong Kong service delivered: {fields}",
            "政策：{outcome}（審視規則 {rules} 條，責任 {duties} 項）；香港服務送出：{fields}",
            "策略：{outcome}（审查规则 {rules} 条，义务 {duties} 项）；香港服务送出：{fields}",
        ),
    ),
    "withdraw": Wording(
        ("Withdraw the first consent", "撤回第一項同意", "撤回第一项同意"),
        (
            "state: {state}; a signed receipt was given",
            "狀態：{state}；已發出經簽署的收據",
            "状态：{state}；已出具经签名的回执",
        ),
    ),
    "token_refused": Wording(
        (
            "Present the same, still unexpired token again",
            "再次出示同一個尚未到期的權標",
            "再次出示同一个尚未到期的令牌",
        ),
        (
            "the Guangdong service refused it (HTTP {status})",
            "廣東服務拒絕接受（HTTP {status}）",
            "广东服务拒绝接受（HTTP {status}）",
        ),
    ),
    "exchange_refused": Wording(
        ("Ask for a new token", "要求新的權標", "申请新的令牌"),
        (
            "refused and recorded: {error} ({state})",
            "已拒絕並記錄：{error}（{state}）",
            "已拒绝并记录：{error}（{state}）",
        ),
    ),
    "evidence": Wording(
        ("Export the evidence", "匯出證據包", "导出证据包"),
        (
            "{members} members, {size} bytes, with the trust file beside it",
            "{members} 個檔案，{size} 位元組，另附信任檔案",
            "{members} 个文件，{size} 字节，另附信任文件",
        ),
    ),
    "verify": Wording(
        (
            "Verify it offline, in another process",
            "在另一個進程離線核實",
            "在另一个进程离线核验",
        ),
        (
            "all {checks} checks hold; the signer is trusted",
            "全部 {checks} 項檢查通過；簽署人可信",
            "全部 {checks} 项检查通过；签名人可信",
        ),
    ),
    "tamper": Wording(
        (
            "Change one byte of the bundle and verify again",
            "更改證據包一個位元組後再核實",
            "更改证据包一个字节后再核验",
        ),
        (
            "refused (exit code {code}): {check}",
            "不獲通過（退出碼 {code}）：{check}",
            "未获通过（退出码 {code}）：{check}",
        ),
    ),
    "audit": Wording(
        ("Audit the whole ledger", "審核整個帳本", "审计整个账本"),
        (
            "{entries} entries, {checkpoints} signed checkpoints, every hash recomputed",
            "{entries} 項紀錄、{checkpoints} 個經簽署的檢查點，全部雜湊值重新計算無誤",
            "{entries} 条记录、{checkpoints} 个经签名的检查点，全部哈希值重新计算无误",
        ),
    ),
}

WORDS: dict[str, tuple[str, str, str]] = {
    "title_whole": (
        "xbridge: one resident's journey across the boundary",
        "xbridge：一位居民的跨境服務旅程",
        "xbridge：一位居民的跨境服务旅程",
    ),
    "title_login": (
        "xbridge: logging in with iAM Smart, from all sides",
        "xbridge：從各方面看「智方便」登入",
        "xbridge：从各个方面看“智方便”登录",
    ),
    "title_form": (
        "xbridge: a form filled in by iAM Smart",
        "xbridge：由「智方便」填寫的表格",
        "xbridge：由“智方便”填写的表格",
    ),
    "title_sign": (
        "xbridge: a consent that the resident signs",
        "xbridge：由居民簽署的同意",
        "xbridge：由居民签名的同意",
    ),
    "title_bind": (
        "xbridge: a binding that Guangdong begins, usable but not visible",
        "xbridge：由廣東一方開始的綁定──可用不可見",
        "xbridge：由广东一方发起的绑定——可用不可见",
    ),
    "note": (
        "Real HTTP, cryptography and database; mock identity providers, sample services, invented people.",
        "真實的 HTTP、密碼學及數據庫；模擬身分認證平台、示例服務、虛構人物。",
        "真实的 HTTP、密码学和数据库；模拟身份认证平台、示例服务、虚构人物。",
    ),
    "done": ("Every step succeeded", "所有步驟均已成功", "所有步骤均已成功"),
    "failed": ("The journey stopped", "旅程中止", "旅程中止"),
    "kept": ("Kept in", "檔案存於", "文件存于"),
    "open": (
        "Open this page in a browser and be the resident; press Ctrl-C here to stop:",
        "請在瀏覽器開啟以下頁面，親自扮演居民；在此按 Ctrl-C 停止：",
        "请在浏览器打开以下页面，亲自扮演居民；在此按 Ctrl-C 停止：",
    ),
}


def say(key: str, language: Language) -> str:
    """Return one of the words around the timeline."""
    return WORDS[key][_ORDER.index(language)]
