"""The words of the walk-through of a login, in three languages."""

from __future__ import annotations

from xbridge.demo.story import STEPS as JOURNEY
from xbridge.demo.story import Wording

STEPS: dict[str, Wording] = {
    "start": JOURNEY["start"],
    "page": Wording(
        ("Ask for iAM Smart's login page", "前往「智方便」登入頁", "前往“智方便”登录页"),
        (
            "one address for the browser, with {parameters}; source {source}, and a state that only this session knows",
            "給瀏覽器的一個網址，帶有 {parameters}；來源 {source}，以及只有此工作階段知道的 state",
            "给浏览器的一个网址，带有 {parameters}；来源 {source}，以及只有本会话知道的 state",
        ),
    ),
    "phone": Wording(
        ("The same page for a browser on a phone", "手機瀏覽器的登入頁", "手机浏览器的登录页"),
        (
            "the browser's own name makes the source {source}, so that the app is opened instead of a QR code",
            "按瀏覽器名稱得出來源 {source}，故會開啟應用程式而不顯示二維碼",
            "根据浏览器名称得出来源 {source}，因此打开应用程序而不显示二维码",
        ),
    ),
    "refuse": Wording(
        ("The resident says no on the phone", "居民在手機上拒絕", "居民在手机上拒绝"),
        (
            "{error}: a normal outcome; nothing was sent and nobody is logged in (HTTP {status})",
            "{error}：屬正常結果；沒有傳送資料，亦無人登入（HTTP {status}）",
            "{error}：属于正常结果；没有提供信息，也无人登录（HTTP {status}）",
        ),
    ),
    "cancel": Wording(
        ("The resident turns back", "居民中途取消", "居民中途取消"),
        (
            "{error}: the same, and the next attempt starts afresh (HTTP {status})",
            "{error}：結果相同，下次須重新開始（HTTP {status}）",
            "{error}：结果相同，下次须重新开始（HTTP {status}）",
        ),
    ),
    "approve": Wording(
        ("The resident scans and approves", "居民掃描並確認", "居民扫描并确认"),
        (
            "the browser comes back with {parameters} and no personal data",
            "瀏覽器帶同 {parameters} 返回，當中沒有個人資料",
            "浏览器带着 {parameters} 返回，其中没有个人信息",
        ),
    ),
    "other_session": Wording(
        (
            "Somebody else opens that address",
            "另一人開啟該網址",
            "另一人打开该网址",
        ),
        (
            "refused: {error} ({claim}, {reason}); a callback ends the login of its own session only",
            "不獲接納：{error}（{claim}，{reason}）；回傳網址只可完成其所屬工作階段的登入",
            "拒绝：{error}（{claim}，{reason}）；回调网址只能完成其所属会话的登录",
        ),
    ),
    "identity": Wording(
        ("Exchange the code, encrypted", "以加密通道換取身分資料", "通过加密通道换取身份信息"),
        (
            "identity level {level}; the platform saw {calls}, each signed and sealed",
            "身分可信等級 {level}；平台收到 {calls}，每項均經簽署及加密",
            "身份可信等级 {level}；平台收到 {calls}，每项均经签名和加密",
        ),
    ),
    "replay": Wording(
        ("Open the same address again", "再次開啟同一網址", "再次打开同一网址"),
        (
            "refused: {error} ({claim}, {reason}); a login ends once",
            "不獲接納：{error}（{claim}，{reason}）；每次登入只可完成一次",
            "拒绝：{error}（{claim}，{reason}）；每次登录只能完成一次",
        ),
    ),
    "gd_login": Wording(
        (
            "The other platform, with the same two calls",
            "另一平台，同樣兩個呼叫",
            "另一平台，同样两次调用",
        ),
        (
            "another protocol, the same code in the service; identity level {level}",
            "協定不同，服務的程式碼不變；身分可信等級 {level}",
            "协议不同，服务的代码不变；身份可信等级 {level}",
        ),
    ),
    "journal": Wording(
        ("What the mock platform wrote down", "模擬平台的紀錄", "模拟平台的记录"),
        (
            "{requests} requests, {refused} refused: what failed above never reached it; no body, token or name is in it",
            "共 {requests} 項請求，被拒 {refused} 項：上述不獲接納者從未到達平台；紀錄不含內容、權標或姓名",
            "共 {requests} 个请求，被拒 {refused} 个：上述被拒者从未到达平台；记录不含内容、令牌或姓名",
        ),
    ),
}
