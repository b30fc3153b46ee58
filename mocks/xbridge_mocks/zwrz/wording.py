"""What the pages of the zwrz mock say, in English, Traditional Chinese (Hong Kong) and Simplified Chinese.

Written for each reader, not converted; the real platform's texts are UNKNOWN and nothing here is copied from it.
"""

from __future__ import annotations

from xbridge_mocks.text import Catalogue, Text

__all__ = ["WORDING"]

WORDING = Catalogue(
    {
        "platform": Text(
            "Guangdong sign-in for civil servants (mock)",
            "廣東省公務人員登入平台（模擬）",
            "广东省公务人员登录平台（模拟）",
        ),
        "sign_in": Text("Sign in", "登入", "登录"),
        "system": Text("System", "使用系統", "接入系统"),
        "returns_to": Text("You will return to", "登入後返回", "登录后返回"),
        "beware": Text(
            "You sign in for your office. What is done after this is done in its name.",
            "你以所屬單位人員身份登入，其後的操作均以單位名義進行。",
            "您以单位工作人员身份登录，此后的操作均以单位名义进行。",
        ),
        "pick": Text("Sign in as one of the invented officers", "選擇一位虛構人員登入", "选择一位虚构人员登录"),
        "office": Text("Office", "所屬單位", "所属单位"),
        "account": Text("Account", "帳戶", "账号"),
        "sign_in_as": Text("Sign in as {name}", "以「{name}」登入", "以“{name}”登录"),
        "with_app_as": Text(
            "Use the office app as {name}", "以「{name}」使用「粵政易」登入", "以“{name}”使用“粤政易”登录"
        ),
        "app_title": Text("Confirm in the office app", "在「粵政易」確認登入", "在“粤政易”确认登录"),
        "app_what": Text(
            "This page stands in for the office app. {name}, confirm that you want to sign in to this system.",
            "此頁代替「粵政易」應用程式。{name}，請確認登入以下系統。",
            "本页代替“粤政易”应用。{name}，请确认登录以下系统。",
        ),
        "app_confirm": Text("Confirm", "確認", "确认"),
        "leaving": Text(
            "To leave without signing in, close this page. The system is not told.",
            "如不想登入，關閉本頁即可；有關系統不會收到通知。",
            "如不想登录，关闭本页即可；接入系统不会收到通知。",
        ),
        "refused": Text("This request cannot be served", "無法處理這項要求", "无法处理该请求"),
        "not_sent_back": Text(
            "Your browser was not sent back, because the address cannot be trusted or the request is not complete.",
            "由於返回地址不可信或要求不完整，瀏覽器沒有被送回有關系統。",
            "由于返回地址不可信或请求不完整，浏览器没有跳回接入系统。",
        ),
        "technical": Text("For developers", "供開發人員參考", "供开发人员参考"),
        "check": Text("Check that failed", "未能通過的檢查", "未通过的检查"),
        "signed_out": Text("You are signed out", "你已登出", "您已退出登录"),
        "signed_out_more": Text(
            "Your session with the mock platform has ended. Systems you used may still hold sessions of their own.",
            "你在模擬平台的登入狀態已結束；你用過的系統可能仍保留各自的登入狀態。",
            "您在模拟平台的会话已结束；您使用过的系统可能仍保留各自的登录状态。",
        ),
        "not_followed": Text(
            "The address to return to does not belong to that system, so it was not followed.",
            "返回地址不屬於該系統，因此沒有跳轉。",
            "返回地址不属于该系统，因此没有跳转。",
        ),
        "home_intro": Text(
            "A strict imitation of the sign-in for administration consoles, for development and tests.",
            "嚴格模擬管理系統的登入協定，供開發及測試之用。",
            "严格模拟管理系统的登录协议，供开发和测试使用。",
        ),
        "endpoints": Text("What is served", "提供的端點", "提供的端点"),
    }
)
