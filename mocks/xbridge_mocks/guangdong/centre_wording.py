"""What the pages about an account say, in three languages.  ``wording`` joins it to the rest."""

from __future__ import annotations

from xbridge_mocks.text import Catalogue, Text

CENTRE_WORDING = Catalogue(
    {
        "centre": Text("Account centre", "帳戶中心", "账户中心"),
        "enter_first": Text(
            "Sign in to see your account. No service is involved.",
            "請先登入以查看帳戶；此處不涉及任何服務。",
            "请先登录以查看账户；此处不涉及任何接入应用。",
        ),
        "who_am_i": Text("Who you are here", "你的帳戶資料", "您的账户信息"),
        "kind_company": Text("Company", "法人", "法人"),
        "representative": Text("Legal representative", "法定代表人", "法定代表人"),
        "agent": Text("Agent", "經辦人", "经办人"),
        "document": Text("Document", "證件", "证件"),
        "document_10": Text(
            "Resident identity card or residence permit", "居民身份證或港澳台居民居住證", "居民身份证或港澳台居民居住证"
        ),
        "document_20": Text("Passport", "護照", "护照"),
        "document_40": Text(
            "Other document (such as a Home Return Permit)",
            "其他證件（例如回鄉證）",
            "其他证件（如港澳居民来往内地通行证）",
        ),
        "document_49": Text("Unified social credit code", "統一社會信用代碼", "统一社会信用代码"),
        "mobile": Text("Mobile number", "流動電話號碼", "手机号码"),
        "ways": Text("How it was proved", "核實記錄", "核验记录"),
        "way_IDV": Text("Name and number matched", "姓名與證件號碼相符", "姓名与证件号码一致"),
        "way_YSS": Text("Yue Sheng Shi app", "「粵省事」", "“粤省事”"),
        "way_SG-GASMHS": Text("Face check", "人臉核實", "人脸核验"),
        "way_GW": Text("Counter", "服務櫃位", "办事窗口"),
        "way_CA": Text("Digital certificate", "數碼證書", "数字证书"),
        "way_IAMSMART": Text("iAM Smart", "「智方便」", "“智方便”"),
        "way_time": Text("{time}, Beijing time", "北京時間 {time}", "北京时间 {time}"),
        "no_ways": Text("Nothing has been proved yet.", "尚未作任何核實。", "尚未进行任何核验。"),
        "raise_level": Text("Raise the level, or prove it again", "提升級別或重新核實", "提升等级或重新核验"),
        "company_at_counter": Text(
            "The level of a company's account is raised at a counter, not here.",
            "法人帳戶須到服務櫃位提升級別，不能在此辦理。",
            "法人账户须到办事窗口提升等级，不能在此办理。",
        ),
        "iamsmart": Text("iAM Smart", "「智方便」", "“智方便”"),
        "iamsmart_bound": Text(
            "Your iAM Smart account is bound to this one.",
            "你的「智方便」帳戶已與此帳戶綁定。",
            "您的“智方便”账户已与此账户绑定。",
        ),
        "iamsmart_unbound": Text("No iAM Smart account is bound.", "未綁定「智方便」帳戶。", "尚未绑定“智方便”账户。"),
        "iamsmart_manage": Text("Bind or unbind", "綁定或解除綁定", "绑定或解除绑定"),
        "sign_out": Text("Sign out", "登出", "退出登录"),
        "realname": Text("Real-name level", "實名核實級別", "实名认证等级"),
        "level_now": Text("Your level now", "你目前的級別", "您当前的等级"),
        "leads_to": Text("Leads to: {level}", "可提升至：{level}", "可提升至：{level}"),
        "renews": Text(
            "You have proved as much before. Doing it again renews the time of the proof ({level}).",
            "你已通過此級核實；再次進行會更新核實時間（{level}）。",
            "您已通过此等级核验；再次进行会更新核验时间（{level}）。",
        ),
        "method_match": Text("Name and document number", "核對姓名與證件號碼", "核对姓名与证件号码"),
        "method_face": Text("Face check", "人臉核實", "人脸核验"),
        "method_certificate": Text("Digital certificate", "數碼證書核實", "数字证书核验"),
        "method_counter": Text("Counter", "櫃位核實", "窗口核验"),
        "method_face_more": Text(
            "No camera is used: the buttons stand for the result.",
            "不會使用鏡頭，按鈕代表核實結果。",
            "不会使用摄像头，按钮代表核验结果。",
        ),
        "method_certificate_more": Text(
            "No certificate is read: the button stands for a signature made with one.",
            "不會讀取證書，按鈕代表已用證書簽署。",
            "不会读取证书，按钮代表已用证书签名。",
        ),
        "method_counter_more": Text(
            "Nobody needs to go there: the button stands for an officer who saw the person and the document.",
            "無須親臨，按鈕代表職員已核對本人及證件。",
            "无须到场，按钮代表工作人员已核对本人及证件。",
        ),
        "full_name": Text("Full name", "姓名", "姓名"),
        "document_number": Text("Document number", "證件號碼", "证件号码"),
        "on_record": Text(
            "On record for this invented person: {name}, {number}",
            "此虛構人物的記錄：{name}，{number}",
            "此虚构人物的记录：{name}，{number}",
        ),
        "do_match": Text("Compare", "核對", "核对"),
        "do_face": Text("The face is right", "人臉相符", "人脸一致"),
        "do_face_fails": Text("The face is another", "人臉不符", "人脸不一致"),
        "do_certificate": Text("Sign with the certificate", "以證書簽署", "用证书签名"),
        "do_counter": Text("Checked at the counter", "已在櫃位核實", "已在窗口核验"),
        "proved": Text("Done: {way}.", "已完成：{way}。", "已完成：{way}。"),
        "proof_differs": Text(
            "Name and number are not those on record. Nothing was changed.",
            "姓名或證件號碼與記錄不符，級別沒有改變。",
            "姓名或证件号码与记录不一致，等级没有变化。",
        ),
        "proof_no_face": Text(
            "The face check was not passed. Nothing was changed.",
            "未能通過人臉核實，級別沒有改變。",
            "未通过人脸核验，等级没有变化。",
        ),
        "then_again": Text(
            "The service learns of the new level when you sign in to it the next time.",
            "下次登入有關服務時，該服務便會得知新的級別。",
            "下次登录接入应用时，该应用就会得知新的等级。",
        ),
        "back_to_centre": Text("Back to the account centre", "返回帳戶中心", "返回账户中心"),
        "find_account": Text("Recover an account", "尋回帳戶", "找回账号"),
        "find_by_number": Text("By document number", "以證件號碼尋回", "用证件号码找回"),
        "find_more": Text(
            "The login name is sent to the mobile number of the account.",
            "系統會將用戶名稱發送至帳戶登記的流動電話號碼。",
            "系统会把账号发送到该账户登记的手机号码。",
        ),
        "send_name": Text("Send the login name", "發送用戶名稱", "发送账号"),
        "found_or_not": Text(
            "If an account has this document number, its login name is on its way to the account's mobile number.",
            "如有帳戶使用此證件號碼，用戶名稱會發送至該帳戶登記的流動電話號碼。",
            "如果有账户使用此证件号码，账号会发送到该账户登记的手机号码。",
        ),
        "message_waits": Text(
            "No message leaves this mock. Developers find it through the control API.",
            "模擬系統不會發出任何短訊；開發人員可經控制介面查看。",
            "模拟系统不会发出任何短信；开发人员可通过控制接口查看。",
        ),
    }
)
