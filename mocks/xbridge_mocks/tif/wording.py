"""What the gateway mock's one page says, in three languages, each written by hand."""

from __future__ import annotations

from xbridge_mocks.text import Catalogue, Text

__all__ = ["WORDING"]

WORDING = Catalogue(
    {
        "tif_gateway": Text("TIF gateway (mock)", "TIF 閘道（模擬）", "TIF 网关（模拟）"),
        "tif_intro": Text(
            "Requests below /app/ are passed on to the registered service, signed in the name of whoever is logged in here.",
            "凡經 /app/ 發出的請求，均會加上簽署，並以此處登入者的身份轉交已登記的服務。",
            "经 /app/ 发出的请求会加上签名，并以此处登录者的身份转发给已登记的服务。",
        ),
        "tif_now": Text("Logged in as {name}", "現以「{name}」登入", "当前登录：{name}"),
        "tif_nobody": Text("Nobody is logged in.", "目前無人登入。", "目前无人登录。"),
        "tif_pick": Text("Log in as an invented person", "選擇一位虛構人物登入", "选择一位虚构人物登录"),
        "tif_sign_in_as": Text("Log in as {name}", "以「{name}」登入", "以“{name}”登录"),
        "tif_sign_out": Text("Log out", "登出", "退出登录"),
    }
)
