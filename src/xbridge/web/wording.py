"""Everything that the pages of the web parts say, in English, Hong Kong Chinese and Mainland Chinese.

``{…}`` marks what a page fills in.  The words on buttons are official and stand in ``button.py``.
"""

from __future__ import annotations

from xbridge.core.language import LANGUAGES, Language

NAMES: dict[Language, str] = {"en": "English", "zh-Hant": "繁體中文", "zh-Hans": "简体中文"}

TEXTS: dict[str, tuple[str, str, str]] = {
    "wait_title": ("Continue in iAM Smart", "請在「智方便」繼續", "请在“智方便”中继续"),
    "wait_phone": (
        "Open the iAM Smart app on your mobile phone. A request from this service is waiting for you there.",
        "請在手機開啟「智方便」流動應用程式，處理本服務發出的要求。",
        "请在手机上打开“智方便”应用程序，处理本服务发出的请求。",
    ),
    "wait_here": (
        "Press the button to open the iAM Smart app on this device, and answer the request there.",
        "請按下列按鈕，在本裝置開啟「智方便」流動應用程式並處理要求。",
        "请点击下列按钮，在本设备上打开“智方便”应用程序并处理请求。",
    ),
    "wait_code": ("Identification code", "識別碼", "识别码"),
    "wait_code_check": (
        "iAM Smart must show the same four digits. If it does not, do not sign.",
        "「智方便」須顯示相同的四位數字；如有不同，請勿簽署。",
        "“智方便”应显示相同的四位数字；如不一致，请勿签署。",
    ),
    "code_title": ("Before you sign", "簽署前", "签署前"),
    "code_keep": (
        "Remember this code, or write it down. You will see it again in iAM Smart.",
        "請記下以下識別碼，稍後須在「智方便」核對。",
        "请记下以下识别码，稍后须在“智方便”中核对。",
    ),
    "wait_until": (
        "Please answer before {time} (Hong Kong time).",
        "請於 {time}（香港時間）前回覆。",
        "请在 {time}（香港时间）前答复。",
    ),
    "wait_status": (
        "Waiting for your answer. This page continues by itself.",
        "正等候你的回覆，本頁會自動繼續。",
        "正在等待您的答复，本页面会自动继续。",
    ),
    "wait_look": ("Look now", "立即查看", "立即查看"),
    "leave": ("Leave this page", "離開本頁", "离开本页"),
    "back": ("Back", "返回", "返回"),
    "languages": ("Language", "語言", "语言"),
    "error_code": ("Error code", "錯誤代碼", "错误代码"),
    "declined_title": ("You said no", "你已拒絕", "您已拒绝"),
    "declined": (
        "Nothing was sent to this service. You can go back and choose again.",
        "本服務沒有收到任何資料。你可以返回再作選擇。",
        "本服务未收到任何信息。您可以返回重新选择。",
    ),
    "timed_out_title": ("Time is over", "已逾時", "已超时"),
    "timed_out": (
        "There was no answer in time. Nothing was sent to this service. Please start again.",
        "「智方便」未有在限時內收到你的回覆，本服務沒有收到任何資料。請重新開始。",
        "“智方便”未在限定时间内收到您的答复，本服务未收到任何信息。请重新开始。",
    ),
    "stale_title": ("This cannot be continued here", "未能在此繼續", "无法在此继续"),
    "stale": (
        "This step is over already, took too long, or was begun in another browser. Please start again in the browser in "
        "which you began.",
        "此步驟已經完成、已逾時，或在另一瀏覽器開始。請用原先的瀏覽器重新開始。",
        "该步骤已完成、已超时，或在其他浏览器中开始。请使用原浏览器重新开始。",
    ),
    "guard_title": ("This page is out of date", "本頁已過時", "本页面已过期"),
    "guard": (
        "Please go back and press the button again.",
        "請返回並再按一次按鈕。",
        "请返回并重新点击按钮。",
    ),
    "busy_title": ("Not available at the moment", "服務暫時未能提供", "服务暂时不可用"),
    "busy": ("Please try again in a few minutes.", "請稍後再試。", "请稍后重试。"),
    "failed_title": ("That did not work", "未能完成", "未能完成"),
    "failed": (
        "Please try again, or use this service in another way.",
        "請再試一次，或以其他途徑使用本服務。",
        "请重试，或通过其他途径使用本服务。",
    ),
    "elsewhere_title": ("Please log in on our own page", "請在本服務的網頁登入", "请在本服务的网页登录"),
    "elsewhere": (
        "This service does not take logins that start in the iAM Smart app.",
        "本服務不接受由「智方便」流動應用程式開始的登入。",
        "本服务不接受从“智方便”应用程序发起的登录。",
    ),
    "missing_title": ("There is nothing here", "找不到網頁", "找不到页面"),
    "missing": (
        "The address is wrong, or what was here is over.",
        "網址有誤，或此頁內容已失效。",
        "网址有误，或此页内容已失效。",
    ),
    "confirm_title": ("Is this you?", "請確認身份", "请确认身份"),
    "confirm": (
        "iAM Smart says that you are {name}. Continue only if you opened this service in the iAM Smart app yourself.",
        "「智方便」顯示你是 {name}。如非由你本人在「智方便」流動應用程式開啟本服務，請勿繼續。",
        "“智方便”显示您是 {name}。如非您本人在“智方便”应用程序中打开本服务，请勿继续。",
    ),
    "confirm_yes": ("Yes, continue", "是，繼續", "是，继续"),
    "confirm_no": ("No, leave", "否，離開", "否，离开"),
}  # fmt: skip


def word(key: str, language: Language, **filled: str) -> str:
    """Return the text of ``key`` in ``language`` with its marks filled.  Not escaped.  Raises ``KeyError``."""
    text = TEXTS[key][LANGUAGES.index(language)]
    for name, value in filled.items():
        text = text.replace(f"{{{name}}}", value)
    return text
