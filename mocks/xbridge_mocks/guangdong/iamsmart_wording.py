"""What the pages about iAM Smart say, in English, Traditional Chinese (Hong Kong) and Simplified Chinese.

Written for each reader, not converted.  The consent text is the mock's own: the platform's is UNKNOWN.
"""

from __future__ import annotations

from xbridge_mocks.text import Catalogue, Text

IAMSMART_WORDING = Catalogue(
    {
        "binding": Text("iAM Smart", "智方便", "智方便"),
        "binding_title": Text(
            "Bind iAM Smart to your Guangdong account",
            "把「智方便」綁定至你的廣東帳戶",
            "将“智方便”与您的广东账户绑定",
        ),
        "binding_sign_in": Text(
            "You have used iAM Smart, and it is not bound to an account here yet. Sign in with your Guangdong account; "
            "the next page explains what binding means, and nothing is bound before you agree.",
            "你已使用「智方便」，但尚未綁定本平台的帳戶。請先登入你的廣東帳戶；下一頁會說明綁定的意思，在你同意之前不會綁定。",
            "您已使用“智方便”，但尚未绑定本平台账户。请先登录您的广东账户；下一页将说明绑定的含义，在您同意之前不会绑定。",
        ),
        "binding_sign_in_again": Text(
            "Please sign in again: both sign-ins must be yours, in this browser and within ten minutes.",
            "請重新登入：兩邊的登入須由你在此瀏覽器內於十分鐘內完成。",
            "请重新登录：两边的登录须由您在本浏览器中于十分钟内完成。",
        ),
        "binding_account": Text("Account here", "本平台帳戶", "本平台账户"),
        "binding_for": Text("You are on the way to", "你正前往", "您正在前往"),
        "binding_means": Text("What binding means", "綁定的意思", "绑定的含义"),
        "binding_use": Text(
            "From now on you can sign in to this account, and prove who you are to services of Guangdong, with iAM Smart.",
            "今後你可以用「智方便」登入此帳戶，並向廣東的服務證明你的身分。",
            "今后您可以使用“智方便”登录此账户，并向广东的服务证明您的身份。",
        ),
        "binding_keeps": Text(
            "This platform keeps the code by which iAM Smart knows you here, this account's own code, the time, and how "
            "strongly each side verified you. It gets no identity card number and nothing else from iAM Smart.",
            "本平台會保存：「智方便」在本平台用以識別你的代號、此帳戶的代號、時間，以及雙方核實你身分的級別。本平台不會從「智方便」"
            "取得你的身份證號碼或其他資料。",
            "本平台将保存：“智方便”在本平台用于识别您的代号、此账户的代号、时间，以及双方核验您身份的等级。本平台不会从“智方便”"
            "获取您的身份证号码或其他信息。",
        ),
        "binding_matched": Text(
            "“Usable but not visible”: whether both accounts belong to one person is checked without either side showing "
            "your document to the other. Only the result is kept.",
            "「可用不可見」：核對兩個帳戶是否同屬一人時，任何一方都不會向對方展示你的證件，只保留結果。",
            "“可用不可见”：核对两个账户是否同属一人时，任何一方都不向对方展示您的证件，仅保留结果。",
        ),
        "binding_single": Text(
            "One iAM Smart account is bound to one Guangdong account, and the other way round.",
            "一個「智方便」帳戶只可綁定一個廣東帳戶，反之亦然。",
            "一个“智方便”账户只能绑定一个广东账户，反之亦然。",
        ),
        "binding_end": Text(
            "You can suspend or end it in the account centre at any time. Services keep what they were given before.",
            "你可隨時在帳戶中心暫停或解除綁定；服務先前已取得的資料不受影響。",
            "您可随时在账户中心暂停或解除绑定；服务此前已获得的信息不受影响。",
        ),
        "binding_voluntary": Text(
            "Agreeing is voluntary. Without it nothing is bound, and you can go on signing in as before.",
            "同意與否純屬自願。如不同意，不會綁定，你仍可照常以其他方式登入。",
            "是否同意完全自愿。如不同意，不会绑定，您仍可照常以其他方式登录。",
        ),
        "binding_agree": Text("I agree: bind them", "我同意綁定", "我同意绑定"),
        "binding_refuse": Text("I do not agree", "我不同意", "我不同意"),
        "binding_state_none": Text("Not bound", "未綁定", "未绑定"),
        "binding_state_bound": Text("Bound", "已綁定", "已绑定"),
        "binding_state_suspended": Text("Suspended", "已暫停", "已暂停"),
        "binding_standing": Text("State", "狀態", "状态"),
        "binding_start": Text("Use iAM Smart and bind it", "使用「智方便」並綁定", "使用“智方便”并绑定"),
        "binding_suspend": Text("Suspend", "暫停使用", "暂停使用"),
        "binding_resume": Text("Use it again", "恢復使用", "恢复使用"),
        "binding_unbind": Text("Unbind", "解除綁定", "解除绑定"),
        "binding_start_over": Text(
            "You can close this page, or go back to the service and start again.",
            "你可關閉本頁，或返回有關服務重新開始。",
            "您可关闭本页，或返回接入应用重新开始。",
        ),
        "iam_declined": Text(
            "You did not approve at iAM Smart. You are not signed in, and nothing is bound.",
            "你未有在「智方便」確認；你並未登入，亦沒有綁定。",
            "您未在“智方便”中确认；您尚未登录，也没有绑定。",
        ),
        "iam_down": Text(
            "iAM Smart cannot be reached, or its answer cannot be trusted. You are not signed in. Please try again later.",
            "未能連接「智方便」，或其回應並不可信。你並未登入，請稍後再試。",
            "无法连接“智方便”，或其答复不可信。您尚未登录，请稍后重试。",
        ),
        "binding_declined": Text(
            "You did not agree, and nothing is bound.", "你沒有同意，因此沒有綁定。", "您没有同意，因此没有绑定。"
        ),
        "binding_suspended": Text(
            "The binding of this iAM Smart account is suspended. Sign in another way and use it again in the account "
            "centre.",
            "此「智方便」帳戶的綁定已暫停。請以其他方式登入，並在帳戶中心恢復使用。",
            "此“智方便”账户的绑定已暂停。请以其他方式登录，并在账户中心恢复使用。",
        ),
        "binding_conflict": Text(
            "One of the two accounts is bound already. End that binding where it was made, then try again.",
            "兩個帳戶之中有一個已有綁定。請在原處解除該綁定後再試。",
            "两个账户中有一个已有绑定。请在原处解除该绑定后重试。",
        ),
        "binding_permit": Text(
            "Only a personal account that was verified with a Home Return Permit can be bound.",
            "只有以回鄉證核實的個人帳戶才可綁定。",
            "只有以回乡证核验的个人账户才能绑定。",
        ),
        "binding_other_person": Text(
            "The two accounts could not be shown to belong to one person, so they are not bound. Neither side was told "
            "about the other.",
            "未能證明兩個帳戶同屬一人，因此沒有綁定；任何一方均未獲告知對方的資料。",
            "未能证明两个账户同属一人，因此没有绑定；任何一方均未被告知对方的信息。",
        ),
        "binding_sign_in_first": Text(
            "Sign in first: a service sends you to the sign-in page.",
            "請先登入：登入頁由有關服務開啟。",
            "请先登录：登录页由接入应用打开。",
        ),
    }
)
