"""The portal's words, in three languages.  Texts of notices and rules come from the rooms that own them."""

from __future__ import annotations

from xbridge.core.language import Language

_ORDER: tuple[Language, ...] = ("en", "zh-Hant", "zh-Hans")
_TEXTS: dict[str, tuple[str, str, str]] = {
    "title": ("Cross-boundary Services Portal (sample)", "跨境服務入門網站（示例）", "跨境服务门户（示例）"),
    "banner": (
        "Demonstration: sample services, mock identity providers, invented people.",
        "示範用途：示例服務、模擬身分認證平台、虛構人物。",
        "演示用途：示例服务、模拟身份认证平台、虚构人物。",
    ),
    "language": ("Language", "語言", "语言"),
    "step_login": ("1. Log in on both sides", "1. 登入兩地帳戶", "1. 登录两地账户"),
    "step_link": ("2. Link the two accounts", "2. 連結兩個帳戶", "2. 绑定两个账户"),
    "step_use": ("3. Use a service across the boundary", "3. 使用跨境服務", "3. 使用跨境服务"),
    "login_iamsmart": ("Login with iAM Smart", "智方便登入", "智方便登录"),
    "login_guangdong": (
        "Log in with the Guangdong Unified Identity Authentication Platform",
        "以廣東省統一身份認證平台登入",
        "以广东省统一身份认证平台登录",
    ),
    "logged_in": ("Logged in", "已登入", "已登录"),
    "level": ("identity level", "身分可信等級", "身份可信等级"),
    "show_link": ("Read the notice and link", "閱讀通知並連結帳戶", "阅读告知并绑定账户"),
    "linked": ("The accounts are linked.", "兩個帳戶已經連結。", "两个账户已绑定。"),
    "social-insurance-enquiry": (
        "Guangdong social-insurance enquiry (Guangdong → Hong Kong)",
        "廣東社會保險查詢（廣東 → 香港）",
        "广东社会保险查询（广东 → 香港）",
    ),
    "address-proof": (
        "Hong Kong address proof for Guangdong (Hong Kong → Guangdong)",
        "向廣東提供香港地址證明（香港 → 廣東）",
        "向广东提供香港地址证明（香港 → 广东）",
    ),
    "read_notice": ("Read the notice", "閱讀通知", "阅读告知"),
    "agree": ("I agree", "我同意", "我同意"),
    "refuse": ("I do not agree", "我不同意", "我不同意"),
    "use": ("Fetch the record", "提取紀錄", "调取记录"),
    "again": ("Present the same token again", "再次出示同一權標", "再次出示同一令牌"),
    "withdraw": ("Withdraw my consent", "撤回我的同意", "撤回我的同意"),
    "evidence": ("Download the evidence", "下載證據包", "下载证据包"),
    "trust": ("Trust file", "信任檔案", "信任文件"),
    "state_given": ("Consent given", "已同意", "已同意"),
    "state_withdrawn": ("Consent withdrawn", "已撤回同意", "已撤回同意"),
    "state_refused": ("Consent refused", "已拒絕同意", "已拒绝同意"),
    "state_expired": ("Consent expired", "同意已屆滿", "同意已届满"),
    "decided": ("The policy decided", "政策決定", "策略决定"),
    "why": ("Why: the rules that were examined", "原因：經審視的規則", "原因：所审查的规则"),
    "received": ("Received", "已收到", "已收到"),
    "delivered": ("Delivered to Guangdong", "已送交廣東", "已送交广东"),
    "refused": ("Refused", "被拒絕", "被拒绝"),
    "back": ("Back", "返回", "返回"),
    "outcome_permit": ("permitted", "准許", "准许"),
    "outcome_permit_with_obligations": ("permitted, with duties", "准許，附帶責任", "准许，附带义务"),
    "outcome_deny": ("denied", "不准許", "不准许"),
    "outcome_indeterminate": ("a person must decide", "須由人員決定", "须由人员决定"),
    "outcome_not_applicable": ("outside the rules", "不在規則範圍", "不在规则范围"),
    "said_no": ("You said no. Nothing was sent.", "你已拒絕，沒有傳送任何資料。", "您已拒绝，未提供任何信息。"),
    "went_wrong": ("That did not work.", "未能完成。", "未能完成。"),
    "step_form": (
        "Or: let iAM Smart fill in a form",
        "或：以「智方便」填寫表格",
        "或：使用“智方便”填写表格",
    ),
    "form_name": ("Application for a library card (sample)", "圖書證申請表（示例）", "读者证申请表（示例）"),
    "form_purpose": (
        "Your own data, from your iAM Smart e-ME profile, for this application only.",
        "資料取自你的「智方便」填表通，只供是次申請使用。",
        "信息取自您的“智方便”填表通，仅用于本次申请。",
    ),
    "form_asks": ("Asked for", "索取的資料", "所需信息"),
    "fill_form": (
        "Form filling with iAM Smart e-ME",
        "智方便「填表通」填表",
        "智方便“填表通”填表",
    ),
    "more_info": ("More info about iAM Smart", "了解更多「智方便」資訊", "了解更多“智方便”信息"),
    "field_idNo": ("Identity card number", "身份證號碼", "身份证号码"),
    "field_enName": ("Name in English", "英文姓名", "英文姓名"),
    "field_chName": ("Name in Chinese", "中文姓名", "中文姓名"),
    "field_birthDate": ("Date of birth", "出生日期", "出生日期"),
    "field_mobileNumber": ("Mobile number", "流動電話號碼", "手机号码"),
    "field_emailAddress": ("E-mail address", "電郵地址", "电子邮箱"),
    "field_residentialAddress": ("Residential address", "住址", "住址"),
    "waiting_title": ("Waiting for your answer", "正等候你的回覆", "正在等待您的答复"),
    "waiting_phone": (
        "Open iAM Smart on your phone, read who asks for what, and answer there.",
        "請在手機開啟「智方便」，細閱由誰索取甚麼資料，並在手機上回覆。",
        "请在手机上打开“智方便”，看清由谁索取哪些信息，并在手机上答复。",
    ),
    "waiting_here": (
        "Open iAM Smart on this device and answer there.",
        "請在此裝置開啟「智方便」並回覆。",
        "请在本设备上打开“智方便”并答复。",
    ),
    "open_app": ("Open iAM Smart", "開啟智方便", "开启智方便"),
    "look_again": ("I have answered", "我已回覆", "我已答复"),
    "mock_phone": ("To the mock phone", "前往模擬手機", "前往模拟手机"),
    "status_waiting": ("still waiting", "仍在等候", "仍在等待"),
    "status_done": ("filled in", "已填妥", "已填好"),
    "status_declined": ("declined", "已拒絕", "已拒绝"),
    "answer_done": ("iAM Smart filled in the form", "「智方便」已填妥表格", "“智方便”已填好表格"),
    "answer_declined": ("You said no. Nothing was sent.", "你已拒絕，沒有傳送任何資料。", "您已拒绝，未提供任何信息。"),
    "answer_failed": ("That did not work.", "未能完成。", "未能完成。"),
    "answer_expired": ("Nobody answered in time.", "未有在限時內回覆。", "未在规定时间内答复。"),
    "fields": ("Items", "項目", "项目"),
}


def word(key: str, language: Language) -> str:
    """Return the text of ``key`` in ``language``.  Raises ``KeyError`` for a key that does not exist."""
    return _TEXTS[key][_ORDER.index(language)]
