"""What the CorpID mock says to people, in three languages, beside what iAM Smart's pages say.

The real platform's page texts are UNKNOWN; nothing here is copied from it.
"""

from __future__ import annotations

from xbridge_mocks.text import Catalogue, Text

__all__ = ["TEXTS"]

TEXTS = Catalogue(
    {
        "index.title": Text("CorpID mock", "數碼企業身份（CorpID）模擬系統", "数码企业身份（CorpID）模拟系统"),
        "index.what": Text(
            "A service begins a login at {sandbox} or {production}. These invented people may act for a company:",
            "服務由 {sandbox} 或 {production} 開始登入。以下虛構人物可代表公司行事：",
            "服务从 {sandbox} 或 {production} 开始登录。以下虚构人物可代表公司办事：",
        ),
        "company_title": Text("Choose the company (mock)", "選擇公司（模擬）", "选择公司（模拟）"),
        "company_asks": Text(
            "“{service}” asks on behalf of which company you are logging in",
            "「{service}」查詢你代表哪間公司登入",
            "“{service}”询问您代表哪家公司登录",
        ),
        "company_person": Text("You are", "你的身分", "您的身份"),
        "company_host": Text("You return to", "完成後返回", "完成后返回"),
        "company_scopes": Text("It asks for", "要求的權限", "请求的权限"),
        "company_number": Text("Business registration", "商業登記號碼", "商业登记号码"),
        "company_none": Text(
            "You may not act for any company.", "你未獲授權代表任何公司。", "您未获授权代表任何公司。"
        ),
        "company_beware": Text(
            "What is done after this is done in the company's name.",
            "其後的操作均以公司名義進行。",
            "此后的操作均以公司名义进行。",
        ),
        "company_cancel": Text("Cancel", "取消", "取消"),
        "scope.corpidapi_auth": Text("confirming the company's identity", "確認公司身分", "确认公司身份"),
        "scope.corpidapi_corplist": Text(
            "the list of companies you may act for", "你可代表的公司名單", "您可代表的公司名单"
        ),
        "scope.corpidapi_profiles": Text("the company's details", "公司資料", "公司信息"),
        "scope.corpidapi_formfill": Text("filling in forms for the company", "為公司填寫表格", "为公司填写表格"),
        "scope.corpidapi_sign": Text("signing for the company", "代表公司簽署", "代表公司签署"),
        "scope.corpidapi_fr": Text("asking you to confirm again", "要求你再次認證", "要求您再次认证"),
        "scope.corpidapi_bulksign": Text("signing many documents at once", "一次簽署多份文件", "一次签署多份文件"),
        "scope.corpidapi_docwallet": Text("the company's document wallet", "公司的文件錢包", "公司的文件钱包"),
    }
)
