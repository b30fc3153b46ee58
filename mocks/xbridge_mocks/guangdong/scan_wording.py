"""What the pages of signing in with 粤省事 say, in three languages.  ``wording`` joins it to the rest."""

from __future__ import annotations

from xbridge_mocks.text import Catalogue, Text

SCAN_WORDING = Catalogue(
    {
        "scan_code": Text("Scan this code", "掃描二維碼", "扫描二维码"),
        "scan_alt": Text("QR code that opens the mock phone", "開啟模擬手機的二維碼", "打开模拟手机的二维码"),
        "scan_hint": Text(
            "Valid for {seconds} seconds. Scan it with a device on this network, or use the mock phone.",
            "二維碼 {seconds} 秒內有效。請以同一網絡上的裝置掃描，或使用模擬手機。",
            "二维码 {seconds} 秒内有效。请用同一网络中的设备扫描，或使用模拟手机。",
        ),
        "open_phone": Text("Open the mock phone in a new tab", "在新分頁開啟模擬手機", "在新标签页打开模拟手机"),
        "scan_check": Text("Check now", "立即查看進度", "立即查看进度"),
        "scan_scanned": Text(
            "Scanned. Please confirm on the phone.", "已掃描，請在手機上確認。", "已扫描，请在手机上确认。"
        ),
        "scan_confirmed": Text("Confirmed on the phone.", "已在手機上確認。", "已在手机上确认。"),
        "scan_refused": Text(
            "Refused on the phone. Nobody was signed in, and the service was not told.",
            "已在手機上拒絕。沒有人登入，有關服務亦不會收到通知。",
            "已在手机上拒绝。没有人登录，接入应用也不会收到通知。",
        ),
        "scan_timed_out": Text(
            "This code is no longer valid. Nobody was signed in.",
            "二維碼已失效，沒有人登入。",
            "二维码已失效，没有人登录。",
        ),
        "scan_finished": Text(
            "This code was used to sign in. It cannot be used again.",
            "此二維碼已用作登入，不能再次使用。",
            "此二维码已用于登录，不能再次使用。",
        ),
        "scan_return": Text("Continue to the service", "繼續前往有關服務", "继续前往接入应用"),
        "other_way": Text("Choose another way to sign in", "選擇其他登入方式", "选择其他登录方式"),
        "phone": Text("Mock phone", "模擬手機", "模拟手机"),
        "whose_phone": Text("Whose phone is this?", "這是誰的手機？", "这是谁的手机？"),
        "scan_now": Text("Scan the code", "掃描", "扫描"),
        "scan_asks": Text(
            "Sign in to “{service}” in the browser that shows the code?",
            "是否在顯示二維碼的瀏覽器登入「{service}」？",
            "是否在显示二维码的浏览器登录“{service}”？",
        ),
        "holder": Text("Name", "姓名／名稱", "姓名／名称"),
        "scan_beware": Text(
            "Confirm only if you opened this code yourself.",
            "只應在你本人開啟此二維碼時確認。",
            "仅在您本人打开此二维码时确认。",
        ),
        "scan_confirm": Text("Confirm sign-in", "確認登入", "确认登录"),
        "scan_refuse": Text("Refuse", "拒絕", "拒绝"),
        "scan_elsewhere": Text(
            "Another phone has scanned this code.", "此二維碼已由另一部手機掃描。", "此二维码已被另一部手机扫描。"
        ),
        "phone_confirmed": Text("You confirmed the sign-in.", "你已確認登入。", "您已确认登录。"),
        "phone_refused": Text("You refused the sign-in.", "你已拒絕登入。", "您已拒绝登录。"),
        "phone_timed_out": Text("The code is no longer valid.", "二維碼已失效。", "二维码已失效。"),
        "phone_finished": Text("The sign-in is done.", "登入已完成。", "登录已完成。"),
        "phone_go_back": Text(
            "You can close this page and go back to the other screen.",
            "你可以關閉本頁，返回另一畫面。",
            "您可以关闭本页，回到另一个屏幕。",
        ),
    }
)
