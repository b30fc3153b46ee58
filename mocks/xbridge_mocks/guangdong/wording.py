"""What the pages of the Guangdong mock say, in English, Traditional Chinese (Hong Kong) and Simplified Chinese.

Written for each reader, not converted. The wording both mocks share is in ``xbridge_mocks.text``; a name of the real
platform appears only to say that this is not it.
"""

from __future__ import annotations

from xbridge_mocks.guangdong.centre_wording import CENTRE_WORDING
from xbridge_mocks.guangdong.scan_wording import SCAN_WORDING
from xbridge_mocks.text import Catalogue, Text

_SIGN_IN = Catalogue(
    {
        "platform": Text(
            "Guangdong Unified Identity Authentication Platform (mock)",
            "廣東省統一身份認證平台（模擬）",
            "广东省统一身份认证平台（模拟）",
        ),
        "sign_in": Text("Sign in", "登入", "登录"),
        "service": Text("Service", "使用服務", "接入应用"),
        "returns_to": Text("You will return to", "登入後返回", "登录后返回"),
        "with_password": Text("With a login name and password", "以用戶名稱及密碼登入", "用账号密码登录"),
        "username": Text("Login name", "用戶名稱", "账号"),
        "password": Text("Password", "密碼", "密码"),
        "pick": Text("Or as one of the invented people", "或選擇一位虛構人物登入", "或选择一位虚构人物登录"),
        "sign_in_as": Text("Sign in as {name}", "以「{name}」登入", "以“{name}”登录"),
        "level": Text("Assurance level", "身份核實級別", "实名等级"),
        "level_L0": Text("L0 – self-declared", "L0──二級（自行申報）", "L0——二级（自主申报）"),
        "level_L1": Text(
            "L1 – name and number matched", "L1──三級（姓名與證件號碼相符）", "L1——三级（姓名与证件号码一致）"
        ),
        "level_L2": Text("L2 – real person proved", "L2──四級（已核實本人）", "L2——四级（已核验本人）"),
        "level_L3": Text(
            "L3 – certificate or counter", "L3──五級（數碼證書或櫃位核實）", "L3——五级（数字证书或窗口核验）"
        ),
        "kind": Text("Account", "帳戶類別", "账户类型"),
        "kind_person": Text("Personal", "個人", "个人"),
        "kind_legal": Text("Company: {name}", "法人：{name}", "法人：{name}"),
        "kind_sub": Text("Personal, working for {name}", "個人（隸屬{name}）", "个人（隶属于{name}）"),
        "forgot": Text("Forgot the login name?", "忘記用戶名稱？", "忘记账号？"),
        "with_scan": Text("With the Yue Sheng Shi app", "以「粵省事」掃碼登入", "用“粤省事”扫码登录"),
        "with_scan_more": Text(
            "Show a code here and confirm on a phone. The mock has a phone of its own.",
            "在此顯示二維碼，再於手機上確認。模擬系統備有模擬手機。",
            "在此显示二维码，再到手机上确认。模拟系统自带模拟手机。",
        ),
        "show_code": Text("Show the code", "顯示二維碼", "显示二维码"),
        "with_iamsmart": Text("With iAM Smart", "以「智方便」登入", "用“智方便”登录"),
        "with_iamsmart_more": Text(
            "For Hong Kong residents whose accounts are bound.",
            "供已綁定帳戶的香港居民使用。",
            "供已绑定账户的香港居民使用。",
        ),
        "use_iamsmart": Text("Use iAM Smart", "使用「智方便」", "使用“智方便”"),
        "not_connected": Text(
            "This mock is not connected to an iAM Smart server.",
            "本模擬系統未連接「智方便」伺服器。",
            "本模拟系统未连接“智方便”服务器。",
        ),
        "leaving": Text(
            "To leave without signing in, close this page. The service is not told; as far as is known, the real "
            "platform does the same.",
            "如不想登入，關閉本頁即可；系統不會通知有關服務（據了解，真正的平台亦如此）。",
            "如不想登录，关闭本页即可；系统不会通知接入应用（据了解，真实平台也是如此）。",
        ),
        "login_failed": Text(
            "The login name or the password is wrong. Please try again.",
            "用戶名稱或密碼不正確，請再試一次。",
            "账号或密码错误，请重试。",
        ),
        "login_unfinished": Text(
            "The sign-in was not finished. You stay on this page.",
            "登入程序未完成，頁面不會跳轉。",
            "登录未完成，页面不会跳转。",
        ),
        "refused": Text("This request cannot be served", "無法處理這項要求", "无法处理该请求"),
        "not_sent_back": Text(
            "Your browser was not sent back, because the address cannot be trusted or the request is incomplete.",
            "由於返回地址不可信或要求不完整，瀏覽器沒有被送回有關服務。",
            "由于返回地址不可信或请求不完整，浏览器没有跳回接入应用。",
        ),
        "refused_client": Text(
            "No service with this client_id is registered with the mock.",
            "模擬系統沒有以此 client_id 登記的服務。",
            "模拟系统中没有以此 client_id 注册的应用。",
        ),
        "refused_redirect": Text(
            "The redirect_uri is not one of those the service registered. It must be the same, character by character.",
            "redirect_uri 並非該服務所登記的地址；兩者必須逐字相同。",
            "redirect_uri 不是该应用注册的地址，两者必须逐字一致。",
        ),
        "refused_request": Text(
            "A parameter is missing, repeated or has a value the platform does not accept.",
            "有參數遺漏、重複，或其值不獲平台接受。",
            "有参数缺失、重复，或其取值不被平台接受。",
        ),
        "refused_form": Text(
            "This form does not belong to your browser. Go back to the service and start again.",
            "此表格並非由你的瀏覽器開啟，請返回有關服務重新開始。",
            "此表单并非由您的浏览器打开，请返回应用重新开始。",
        ),
        "refused_method": Text(
            "This address does not take this kind of request.", "此地址不接受這類要求。", "此地址不接受该类请求。"
        ),
        "refused_path": Text(
            "There is no such page on this mock.", "模擬系統沒有這個頁面。", "模拟系统中没有这个页面。"
        ),
        "refused_scan": Text(
            "This code cannot be used: it is unknown, too old, or another phone has it.",
            "此二維碼無法使用：不存在、已失效，或已由另一部手機掃描。",
            "此二维码无法使用：不存在、已失效，或已被另一部手机扫描。",
        ),
        "refused_binding": Text(
            "This attempt to use iAM Smart has ended, took too long, or began in another browser. Start again.",
            "這次使用「智方便」的程序已結束、逾時，或由另一瀏覽器開始。請重新開始。",
            "本次使用“智方便”的流程已结束、超时，或由另一浏览器发起。请重新开始。",
        ),
        "refused_login": Text(
            "Nobody with an account here is signed in.", "沒有持有帳戶的人登入。", "没有持有账户的人登录。"
        ),
        "technical": Text("For developers", "供開發人員參考", "供开发人员参考"),
        "check": Text("Check that failed", "未能通過的檢查", "未通过的检查"),
        "given": Text("Address that arrived", "收到的地址", "收到的地址"),
        "signed_out": Text("You are signed out", "你已登出", "您已退出登录"),
        "signed_out_more": Text(
            "Your session with the mock platform has ended. Services you used may still hold sessions of their own.",
            "你在模擬平台的登入狀態已結束；你用過的服務可能仍保留各自的登入狀態。",
            "您在模拟平台的会话已结束；您使用过的应用可能仍保留各自的登录状态。",
        ),
        "not_followed": Text(
            "The address to return to does not belong to a registered service, so it was not followed.",
            "返回地址不屬於任何已登記的服務，因此沒有跳轉。",
            "返回地址不属于任何已注册的应用，因此没有跳转。",
        ),
        "home_intro": Text(
            "A strict imitation of the login protocol, for development and tests. Services are registered through the "
            "control API or from code; people sign in when a service sends them here.",
            "嚴格模擬登入協定，供開發及測試之用。服務須經控制介面或程式登記；用戶由服務轉介到此登入。",
            "严格模拟登录协议，供开发和测试使用。应用须通过控制接口或程序注册；用户由应用跳转到此登录。",
        ),
        "endpoints": Text("What is served", "提供的端點", "提供的端点"),
    }
)

WORDING = _SIGN_IN | SCAN_WORDING | CENTRE_WORDING
