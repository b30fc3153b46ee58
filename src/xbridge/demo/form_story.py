"""The words of the walk-through of a form, in three languages."""

from __future__ import annotations

from xbridge.demo.story import STEPS as JOURNEY
from xbridge.demo.story import Wording

STEPS: dict[str, Wording] = {
    "start": JOURNEY["start"],
    "hk_login": JOURNEY["hk_login"],
    "read": Wording(
        ("Read what the form asks for", "閱讀表格索取的資料", "阅读表格所需的信息"),
        (
            "{fields} fields are named; iAM Smart is asked only after the button is pressed",
            "列明 {fields} 項資料；按下按鈕後才會向「智方便」索取",
            "列明 {fields} 项信息；按下按钮后才会向“智方便”索取",
        ),
    ),
    "ask": Wording(
        ("Ask iAM Smart to fill it in", "請「智方便」填寫", "请“智方便”填写"),
        (
            "asked; the resident is notified on the phone, and the page is {status}",
            "已提出；居民的手機收到通知，頁面{status}",
            "已提出；居民的手机收到通知，页面{status}",
        ),
    ),
    "look": Wording(
        ("The resident reads the request on the phone", "居民在手機細閱要求", "居民在手机上查看请求"),
        (
            "one request is waiting there; it names the service, the form and its {fields} fields",
            "手機上有一項要求，列明由哪個服務、為哪份表格索取 {fields} 項資料",
            "手机上有一项请求，列明由哪个服务、为哪份表格索取 {fields} 项信息",
        ),
    ),
    "forged": Wording(
        ("A stranger posts an answer first", "陌生人搶先回覆", "陌生人抢先答复"),
        (
            "HTTP {http_status} tells the forger nothing, and the request is {status}",
            "回應 HTTP {http_status}，偽造者無從得知甚麼；要求{status}",
            "返回 HTTP {http_status}，伪造者无从得知任何信息；请求{status}",
        ),
    ),
    "approve": Wording(
        ("The resident agrees on the phone", "居民在手機上同意", "居民在手机上同意"),
        (
            "the answer came from server to server, encrypted (HTTP {status}); the browser carried nothing",
            "答覆由伺服器之間以加密方式送達（HTTP {status}），不經瀏覽器",
            "答复在服务器之间以加密方式送达（HTTP {status}），不经浏览器",
        ),
    ),
    "collect": Wording(
        ("The page fetches the form", "頁面取得表格", "页面取得表格"),
        (
            "{fields} fields, typed and checked; what was not asked for was dropped",
            "共 {fields} 項資料，已按類型核對；未經索取的資料一概不留",
            "共 {fields} 项信息，已按类型核对；未索取的信息一概不留",
        ),
    ),
    "twice": Wording(
        ("The platform delivers it again", "平台再次送達", "平台再次送达"),
        (
            "HTTP {status}, and nothing changed: an answer is taken once (fetching again: HTTP {again})",
            "HTTP {status}，一切不變：答覆只會接收一次（再次提取：HTTP {again}）",
            "HTTP {status}，一切不变：答复只接收一次（再次提取：HTTP {again}）",
        ),
    ),
    "device": Wording(
        ("The same on the phone itself", "在手機上填表", "在手机上填表"),
        (
            "logged in on the phone: a ticket opens the app there ({scheme}), and the form comes back the same way ({status})",
            "在手機登入：以憑票開啟應用程式（{scheme}），表格以同樣方式送回（{status}）",
            "在手机上登录：凭票打开应用程序（{scheme}），表格以同样方式返回（{status}）",
        ),
    ),
    "refuse": Wording(
        ("The resident says no to another one", "居民拒絕另一次要求", "居民拒绝另一次请求"),
        (
            "{status} ({code}): a normal outcome, and no data came",
            "{status}（{code}）：屬正常結果，沒有收到資料",
            "{status}（{code}）：属于正常结果，没有收到信息",
        ),
    ),
}
