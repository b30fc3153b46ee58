"""What the mock says to people who are asked to sign, in three languages.

Traditional Chinese follows Hong Kong's 數碼簽署, Simplified Chinese the Mainland's 数字签名. The real app's texts are
UNKNOWN; nothing here is copied from it.
"""

from __future__ import annotations

from xbridge_mocks.text import Catalogue, Text

__all__ = ["SIGNING_TEXTS"]

SIGNING_TEXTS = Catalogue(
    {
        "request_title.hash_signing": Text("Signing digitally (mock)", "數碼簽署（模擬）", "数字签名（模拟）"),
        "request_title.pdf_signing": Text(
            "Signing a PDF document digitally (mock)", "數碼簽署 PDF 文件（模擬）", "PDF 文件数字签名（模拟）"
        ),
        "ask.hash_signing": Text(
            "“{service}” asks for your digital signature",
            "「{service}」要求你作數碼簽署",
            "“{service}”请求您进行数字签名",
        ),
        "ask.pdf_signing": Text(
            "“{service}” asks for your digital signature in a PDF document",
            "「{service}」要求你為一份 PDF 文件作數碼簽署",
            "“{service}”请求您对一份 PDF 文件进行数字签名",
        ),
        "request_title.bulk_signing": Text(
            "Signing many documents digitally (mock)", "一次數碼簽署多份文件（模擬）", "批量数字签名（模拟）"
        ),
        "ask.bulk_signing": Text(
            "“{service}” asks for your digital signature under many documents at once",
            "「{service}」要求你一次為多份文件作數碼簽署",
            "“{service}”请求您对多份文件进行批量数字签名",
        ),
        "sign.documents": Text(
            "Documents you would sign, all at once: {count}",
            "你將一次簽署的文件數目：{count}",
            "您将一次签署的文件数量：{count}",
        ),
        "sign.more": Text("and {count} more", "另有 {count} 份", "另有 {count} 份"),
        "sign.weight": Text(
            "This is a digital signature under the Electronic Transactions Ordinance (Cap. 553). It binds you as your "
            "signature on paper would.",
            "這是《電子交易條例》（第553章）所指的數碼簽署，如同你在紙上簽署一樣對你具約束力。",
            "这是香港《电子交易条例》（第553章）所指的数字签名，如同您在纸上签名一样对您具有约束力。",
        ),
        "sign.document": Text("Document", "文件", "文件"),
        "sign.department": Text("Department", "部門", "部门"),
        "sign.purpose": Text("Service", "服務", "服务"),
        "sign.algorithm": Text("Algorithm", "算法", "算法"),
        "sign.code": Text("Identification code", "識別碼", "识别码"),
        "sign.compare": Text(
            "The service’s own page shows a code of four digits. Sign only if it is {code} there too; if it is not, refuse.",
            "該服務的頁面會顯示一個四位數字的識別碼。只有當該處同樣顯示 {code} 時才可簽署，否則請拒絕。",
            "该服务的页面会显示一个四位数字的识别码。只有当该处同样显示 {code} 时才可签名，否则请拒绝。",
        ),
        "sign.unseen": Text(
            "This phone does not have the document itself, only a digest of it. Read it at the service before you sign.",
            "此手機沒有文件本身，只有其摘要。簽署前請先在該服務閱讀文件。",
            "此手机没有文件本身，只有其摘要。签名前请先在该服务阅读文件。",
        ),
        "sign.unseen_bulk": Text(
            "This phone does not have the documents themselves, only their digests. Read them at the service before you sign.",
            "此手機沒有文件本身，只有其摘要。簽署前請先在該服務閱讀全部文件。",
            "此手机没有文件本身，只有其摘要。签名前请先在该服务阅读全部文件。",
        ),
        "sign.step_up": Text(
            "You must also prove who you are by", "你亦須以下列方式確認身分", "您还须通过以下方式确认身份"
        ),
        "sign.step_up.FR": Text("face recognition", "容貌識別", "人脸识别"),
        "sign.step_up.NFC": Text("reading the chip of your identity card", "讀取身份證晶片", "读取身份证芯片"),
        "sign.step_up_period": Text(
            "Required of accounts made less than {hours} hours ago",
            "適用於開立不足 {hours} 小時的帳戶",
            "适用于开立不足 {hours} 小时的账户",
        ),
        "sign.not_plus": Text(
            "Your account cannot sign: only iAM Smart+ can. Nothing is signed, and the service is told so.",
            "你的帳戶不能簽署：只有「智方便+」可以簽署。不會簽署任何文件，該服務亦會獲知。",
            "您的账户不能签名：只有“智方便+”可以签名。不会签署任何文件，该服务也会得知。",
        ),
        "sign.other_card": Text(
            "The service means somebody with another identity card. Nothing is signed, and the service is told so.",
            "該服務所指的是持另一張身份證的人士。不會簽署任何文件，該服務亦會獲知。",
            "该服务所指的是持另一张身份证的人士。不会签署任何文件，该服务也会得知。",
        ),
        "sign.understood": Text("Go back without signing", "返回，不簽署", "返回，不签名"),
        "sign": Text("Sign", "簽署", "签名"),
        "done.not_plus": Text(
            "Nothing was signed: your account cannot sign.",
            "沒有簽署：你的帳戶不能簽署。",
            "未签名：您的账户不能签名。",
        ),
        "done.other_card": Text(
            "Nothing was signed: another person was meant.",
            "沒有簽署：該要求並非給你的。",
            "未签名：该请求不是给您的。",
        ),
        "done.signed": Text("You signed.", "你已簽署。", "您已签名。"),
    }
)
