"""What the iAM Smart mock says to people, in three languages.

Wording follows Hong Kong usage in Traditional Chinese and Mainland usage in Simplified Chinese. The real platform's
page texts are UNKNOWN; nothing here is copied from it.
"""

from __future__ import annotations

from xbridge_mocks.iamsmart.signing_text import SIGNING_TEXTS
from xbridge_mocks.text import Catalogue, Text

__all__ = ["TEXTS"]

_TEXTS = Catalogue(
    {
        "title": Text("Login with iAM Smart (mock)", "智方便登入（模擬）", "智方便登录（模拟）"),
        "error_title": Text("The request was refused", "請求遭拒絕", "请求被拒绝"),
        "qr_title": Text("Scan with the phone", "以手機掃描", "用手机扫描"),
        "qr_alt": Text("QR code for this login", "本次登入的二維碼", "本次登录的二维码"),
        "qr_hint": Text(
            "The code is valid for {seconds} seconds and can be scanned once.",
            "二維碼有效期為 {seconds} 秒，只可掃描一次。",
            "二维码有效期为 {seconds} 秒，只能扫描一次。",
        ),
        "qr_link": Text("Open the phone page in another window", "在另一視窗開啟手機頁面", "在另一窗口打开手机页面"),
        "broker_hint": Text(
            "On a real phone this page would open the iAM Smart app. Here the mock phone stands in for it.",
            "在真正的手機上，此頁會開啟智方便應用程式；此處由模擬手機代替。",
            "在真实手机上，此页会打开智方便应用；此处由模拟手机代替。",
        ),
        "scanned": Text(
            "The code has been scanned. Answer on the phone.",
            "二維碼已掃描，請在手機上回應。",
            "二维码已扫描，请在手机上回应。",
        ),
        "check": Text("I have answered on the phone – continue", "我已在手機上回應，繼續", "我已在手机上回应，继续"),
        "phone_title": Text("Mock phone", "模擬手機", "模拟手机"),
        "who": Text("Who is holding the phone?", "誰在使用這部手機？", "谁在使用这部手机？"),
        "basic": Text("iAM Smart", "智方便", "智方便"),
        "plus": Text("iAM Smart+", "智方便+", "智方便+"),
        "scan": Text("Scan the QR code", "掃描二維碼", "扫描二维码"),
        "asks": Text("“{service}” asks you to log in", "「{service}」要求你登入", "“{service}”请求您登录"),
        "service": Text("Online service", "網上服務", "在线服务"),
        "host": Text("You return to", "完成後返回", "完成后返回"),
        "time": Text("Requested at", "要求時間", "请求时间"),
        "person": Text("You are", "你的身分", "您的身份"),
        "scopes": Text("It asks for", "要求的權限", "请求的权限"),
        "scope.eidapi_auth": Text("confirming who you are", "確認你的身分", "确认您的身份"),
        "scope.eidapi_profiles": Text(
            "your verified details (document number, names, date of birth, sex)",
            "你經核實的資料（證件號碼、姓名、出生日期、性別）",
            "您经核实的信息（证件号码、姓名、出生日期、性别）",
        ),
        "scope.eidapi_formFilling": Text("filling in forms for you", "為你填寫表格", "为您填写表格"),
        "scope.eidapi_sign": Text("signing documents", "簽署文件", "签署文件"),
        "scope.eidapi_fr": Text("asking you to confirm again", "要求你再次認證", "要求您再次认证"),
        "scope.eidapi_bulksign": Text("signing many documents at once", "一次簽署多份文件", "一次签署多份文件"),
        "scope.eidapi_sua": Text("a stronger confirmation", "加強認證", "加强认证"),
        "beware": Text(
            "Agree only if you opened this service yourself just now.",
            "只有在你剛才親自開啟此服務時，才應同意。",
            "只有在您刚才亲自打开此服务时，才应同意。",
        ),
        "approve": Text("Agree", "同意", "同意"),
        "refuse": Text("Refuse", "拒絕", "拒绝"),
        "cancel": Text("Cancel", "取消", "取消"),
        "elsewhere": Text(
            "Another phone has scanned this code. Go on there.",
            "另一部手機已掃描此二維碼，請在該手機上繼續。",
            "另一部手机已扫描此二维码，请在那部手机上继续。",
        ),
        "done.approved": Text("You agreed.", "你已同意。", "您已同意。"),
        "done.refused": Text("You refused.", "你已拒絕。", "您已拒绝。"),
        "done.cancelled": Text("You cancelled.", "你已取消。", "您已取消。"),
        "done.timed_out": Text("The time for this login is over.", "本次登入已逾時。", "本次登录已超时。"),
        "go_back": Text(
            "Go back to the browser in which you started.", "請返回你開始登入的瀏覽器。", "请返回您开始登录的浏览器。"
        ),
        "return": Text("Return to the service", "返回服務", "返回服务"),
        "error.code": Text("Result code", "結果代碼", "结果代码"),
        "error.about": Text("About", "涉及", "涉及"),
        "error.redirect": Text(
            "The address to return to is not registered for this service, so nobody is sent there.",
            "返回網址並未為此服務登記，因此不會前往該網址。",
            "返回网址并未为此服务登记，因此不会跳转到该网址。",
        ),
        "error.general": Text(
            "The service sent a request that iAM Smart does not accept. Nothing was passed on.",
            "該服務發出的請求不獲智方便接納；沒有傳送任何資料。",
            "该服务发出的请求不被智方便接受；没有传送任何数据。",
        ),
        "error.device": Text(
            "This step belongs to another browser or phone, or the login no longer exists.",
            "此步驟屬於另一瀏覽器或手機，或該登入已不存在。",
            "此步骤属于另一浏览器或手机，或该登录已不存在。",
        ),
        "fail": Text("Cannot confirm", "無法完成", "无法完成"),
        "done.failed": Text("It could not be completed.", "未能完成。", "未能完成。"),
        "inbox_title": Text("Requests waiting for you", "等候你處理的要求", "等待您处理的请求"),
        "inbox_look": Text("Look", "查看", "查看"),
        "inbox_empty": Text("Nothing is waiting.", "沒有待處理的要求。", "没有待处理的请求。"),
        "request_title.profile": Text("Providing your details (mock)", "提供個人資料（模擬）", "提供个人信息（模拟）"),
        "request_title.form": Text("Filling in a form (mock)", "填寫表格（模擬）", "填写表格（模拟）"),
        "request_title.step_up": Text("Confirming again (mock)", "再次認證（模擬）", "再次认证（模拟）"),
        "ask.profile": Text(
            "“{service}” asks for your verified details",
            "「{service}」要求取得你經核實的資料",
            "“{service}”请求获取您经核实的信息",
        ),
        "ask.form": Text(
            "“{service}” asks to fill in a form for you", "「{service}」要求為你填寫表格", "“{service}”请求为您填写表格"
        ),
        "ask.step_up": Text(
            "“{service}” asks you to confirm once more that it is you",
            "「{service}」要求你再次確認身分",
            "“{service}”请求您再次确认身份",
        ),
        "answer_to": Text("The answer goes to", "回覆將傳送至", "答复将发送至"),
        "would_send": Text("If you agree, this is sent:", "如你同意，將傳送以下資料：", "如您同意，将发送以下信息："),
        "from_account": Text("verified", "經核實", "经核实"),
        "from_eme": Text("kept by yourself in e-ME", "你自行儲存的填表資料", "您自行保存的填表信息"),
        "not_held": Text(
            "You keep nothing here; it is left out.", "你沒有儲存此項，不會傳送。", "您没有保存此项，不会发送。"
        ),
        "form.name": Text("Form", "表格", "表格"),
        "form.number": Text("Form number", "表格編號", "表格编号"),
        "form.description": Text("What it is for", "用途", "用途"),
        "field.idNo": Text("Identity card number", "身份證號碼", "身份证号码"),
        "field.enName": Text("Name in English", "英文姓名", "英文姓名"),
        "field.chName": Text("Name in Chinese", "中文姓名", "中文姓名"),
        "field.birthDate": Text("Date of birth", "出生日期", "出生日期"),
        "field.gender": Text("Sex", "性別", "性别"),
        "field.prefix": Text("Title", "稱謂", "称谓"),
        "field.maritalStatus": Text("Marital status", "婚姻狀況", "婚姻状况"),
        "field.homeTelNumber": Text("Home telephone", "住宅電話", "住宅电话"),
        "field.officeTelNumber": Text("Office telephone", "辦公室電話", "办公电话"),
        "field.mobileNumber": Text("Mobile telephone", "流動電話", "手机号码"),
        "field.emailAddress": Text("E-mail address", "電郵地址", "电子邮箱"),
        "field.residentialAddress": Text("Residential address", "住址", "居住地址"),
        "field.postalAddress": Text("Postal address", "通訊地址", "通信地址"),
        "field.educationLevel": Text("Level of education", "教育程度", "文化程度"),
        "field.addressDocInfo": Text("Proof of address: what it says", "住址證明：內容", "住址证明：内容"),
        "field.addressDocFile": Text("Proof of address: the document", "住址證明：文件", "住址证明：文件"),
        "field.employmentStatus": Text("Employment", "就業狀況", "就业状况"),
        "field.passportNumber": Text("Passport number", "護照號碼", "护照号码"),
        "field.passportExpiry": Text("Passport valid until", "護照有效期至", "护照有效期至"),
        "field.carOwner": Text("Owner of a car", "是否車主", "是否车主"),
        "field.propertyOwner": Text("Owner of a property", "是否物業業主", "是否房产业主"),
        "catalogue_title": Text("Catalogue of services", "服務目錄", "服务目录"),
        "catalogue_open": Text("Open", "開啟", "打开"),
        "catalogue_empty": Text(
            "No service here takes direct logins.", "沒有服務接受由此直接登入。", "没有服务支持由此直接登录。"
        ),
        "catalogue_app": Text("opens an app", "開啟應用程式", "打开应用"),
        "index.title": Text("iAM Smart mock", "智方便模擬系統", "智方便模拟系统"),
        "index.what": Text(
            "A service begins a login at {path}. These invented people have an iAM Smart account:",
            "服務由 {path} 開始登入。以下虛構人物設有智方便帳戶：",
            "服务从 {path} 开始登录。以下虚构人物设有智方便账户：",
        ),
    }
)
TEXTS = _TEXTS | SIGNING_TEXTS
