"""The words people read for purposes, categories, places and channels, in three languages.

Codes are those of policy.md part (b).  Changing a word here changes the digest of every notice that uses it, so
:data:`WORDING_VERSION` moves with any change.
"""

from __future__ import annotations

from collections.abc import Mapping

from xbridge.core.errors import ConfigError
from xbridge.core.language import Language

WORDING_VERSION = "1"
_ORDER: tuple[Language, ...] = ("en", "zh-Hant", "zh-Hans")

PURPOSES: Mapping[str, tuple[str, str, str]] = {
    "xb:service-delivery": ("providing the service you ask for", "提供你申請的服務", "提供您申请的服务"),
    "xb:identity-authentication": ("authenticating who you are", "認證你的身分", "认证您的身份"),
    "xb:identity-verification": ("verifying who you are", "核實你的身分", "核实您的身份"),
    "xb:credential-verification": ("verifying a certificate or licence", "核實證書或牌照", "核验证书或证照"),
    "xb:visa-handling": ("handling a visa or permit", "辦理簽證或許可", "办理签证或许可"),
    "xb:account-opening": ("opening an account", "開立帳戶", "开立账户"),
    "xb:remittance": ("sending money", "匯款", "汇款"),
    "xb:booking": ("making a booking", "預訂服務", "预订服务"),
    "xb:exam-service": ("examination services", "考試服務", "考试服务"),
    "xb:contract-performance": ("performing a contract with you", "履行與你訂立的合約", "履行与您订立的合同"),
    "xb:treatment": ("medical treatment", "醫療診治", "医疗诊治"),
    "xb:emergency-care": ("emergency care", "緊急救護", "紧急救护"),
    "xb:billing": ("billing", "帳單事宜", "账单事宜"),
    "xb:hr-management": ("human resources management", "人力資源管理", "人力资源管理"),
    "xb:social-benefit": ("social insurance and benefits", "社會保險及福利", "社会保险及福利"),
    "xb:taxation": ("taxation", "稅務", "税务"),
    "xb:licensing": ("licensing", "發牌事宜", "许可证照事宜"),
    "xb:company-registration": ("company registration", "公司註冊", "公司注册登记"),
    "xb:property-registration": ("property registration", "物業登記", "不动产登记"),
    "xb:complaint-handling": ("handling a complaint", "處理投訴", "处理投诉"),
    "xb:law-enforcement": ("law enforcement", "執法", "执法"),
    "xb:immigration-control": ("immigration control", "出入境管制", "出入境管理"),
    "xb:rescue": ("rescue", "救援", "救援"),
    "xb:research": ("research", "研究", "研究"),
    "xb:statistics": ("statistics", "統計", "统计"),
    "xb:credit-assessment": ("credit assessment", "信貸評估", "信用评估"),
    "xb:direct-marketing": ("direct marketing", "直接促銷", "直接营销"),
    "xb:automated-profiling": ("automated profiling", "自動化彙編個人資料", "自动化用户画像"),
    "xb:archiving": ("archiving", "存檔", "存档"),
}

CATEGORIES: Mapping[str, tuple[str, str, str]] = {
    "name": ("name", "姓名", "姓名"),
    "contact": ("contact details", "聯絡資料", "联系方式"),
    "address": ("address", "地址", "地址"),
    "nationality": ("nationality", "國籍", "国籍"),
    "gender": ("gender", "性別", "性别"),
    "birth_date": ("date of birth", "出生日期", "出生日期"),
    "hkid": ("Hong Kong identity card number", "香港身份證號碼", "香港身份证号码"),
    "cn_resident_id": ("Mainland resident identity number", "內地居民身份證號碼", "居民身份证号码"),
    "home_return_permit": (
        "Mainland Travel Permit (Home Return Permit) number",
        "港澳居民來往內地通行證（回鄉證）號碼",
        "港澳居民来往内地通行证（回乡证）号码",
    ),
    "passport": ("passport number", "護照號碼", "护照号码"),
    "id_document": ("identity document", "身分證明文件", "身份证件"),
    "face_image": ("face image", "面容影像", "人脸图像"),
    "fingerprint": ("fingerprint", "指紋", "指纹"),
    "voiceprint": ("voiceprint", "聲紋", "声纹"),
    "genetic": ("genetic data", "基因資料", "基因数据"),
    "religion": ("religious belief", "宗教信仰", "宗教信仰"),
    "specific_identity": ("specific identity or status", "特定身分", "特定身份"),
    "health_record": ("health record", "健康紀錄", "健康记录"),
    "prescription": ("prescription", "處方", "处方"),
    "bank_card_no": ("bank card number", "銀行卡號碼", "银行卡号"),
    "transaction": ("transaction record", "交易紀錄", "交易记录"),
    "credit_report": ("credit report", "信貸報告", "信用报告"),
    "whereabouts": ("whereabouts", "行蹤", "行踪轨迹"),
    "under14_any": ("data on a child under 14", "未滿十四歲兒童的資料", "不满十四周岁未成年人的个人信息"),
    "education_record": ("education record", "學歷紀錄", "学历记录"),
    "employment_record": ("employment record", "受僱紀錄", "就业记录"),
    "tax_record": ("tax record", "稅務紀錄", "税务记录"),
    "property_record": ("property record", "物業紀錄", "不动产记录"),
    "vehicle_record": ("vehicle record", "車輛紀錄", "车辆记录"),
    "social_security": ("social insurance record", "社會保險紀錄", "社会保险记录"),
    "assertion": ("the statement that you have logged in", "你已登入的聲明", "您已登录的声明"),
    "pairwise_id": ("a pseudonym made for this link only", "只供是次連結使用的代號", "仅用于本次绑定的代号"),
    "loa": ("how strongly your identity was verified", "身分核實的可信等級", "身份核验的可信等级"),
    "digest": ("a digest (fingerprint) of a document", "文件的摘要值", "文件的摘要值"),
    "issuer": ("the issuer of a document", "文件的簽發機構", "文件的签发机构"),
    "doc_type": ("the type of a document", "文件類別", "文件类别"),
}

PLACES: Mapping[str, tuple[str, str, str]] = {
    "HK": ("Hong Kong", "香港", "香港"),
    "MO": ("Macao", "澳門", "澳门"),
    "440000": ("Guangdong Province", "廣東省", "广东省"),
    "440100": ("Guangzhou", "廣州", "广州"),
    "440300": ("Shenzhen", "深圳", "深圳"),
    "440400": ("Zhuhai", "珠海", "珠海"),
    "440600": ("Foshan", "佛山", "佛山"),
    "440700": ("Jiangmen", "江門", "江门"),
    "441200": ("Zhaoqing", "肇慶", "肇庆"),
    "441300": ("Huizhou", "惠州", "惠州"),
    "441900": ("Dongguan", "東莞", "东莞"),
    "442000": ("Zhongshan", "中山", "中山"),
}

CHANNELS: Mapping[str, tuple[str, str, str]] = {
    "push": ("sent electronically between systems, encrypted", "由系統以加密方式電子傳送", "由系统以加密方式电子传送"),
    "query": (
        "fetched electronically for each enquiry, encrypted",
        "每次查詢時以加密方式電子提取",
        "每次查询时以加密方式电子调取",
    ),
    "identity_binding": (
        "an encrypted statement between the two identity systems",
        "由兩地身分認證系統以加密聲明交換",
        "由两地身份认证系统以加密声明交换",
    ),
}


def word(table: Mapping[str, tuple[str, str, str]], code: str, language: Language) -> str:
    """Return the wording of ``code``.  Raises ``ConfigError``: nobody may agree to something that has no words."""
    texts = table.get(code)
    if texts is None:
        raise ConfigError(f"no wording for the code {code}; a notice cannot be shown")
    return texts[_ORDER.index(language)]
