"""What the national gateway mock's one page says, in three languages, each written by hand."""

from __future__ import annotations

from xbridge_mocks.text import Catalogue, Text

__all__ = ["WORDING"]

WORDING = Catalogue(
    {
        "platform": Text(
            "National data-sharing gateway (mock)", "國家政務數據共享閘道（模擬）", "国家政务数据共享网关（模拟）"
        ),
        "home_intro": Text(
            "A strict imitation of the gateway's signed calls, for development and tests. Nobody logs in here.",
            "嚴格模擬該閘道的簽署請求，供開發及測試之用。此處不設登入。",
            "严格模拟该网关的签名调用，供开发和测试使用。此处不提供登录。",
        ),
        "endpoints": Text("What is served", "提供的端點", "提供的端点"),
    }
)
