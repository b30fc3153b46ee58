"""What the office app mock's one page says, in three languages, each written by hand."""

from __future__ import annotations

from xbridge_mocks.text import Catalogue, Text

__all__ = ["WORDING"]

WORDING = Catalogue(
    {
        "platform": Text(
            "Office app behind the gateway (mock)", "閘道後的「粵政易」（模擬）", "网关后的“粤政易”（模拟）"
        ),
        "home_intro": Text(
            "A strict imitation of the calls that a service in the office app makes, for development and tests.",
            "嚴格模擬「粵政易」內的服務所作的請求，供開發及測試之用。",
            "严格模拟“粤政易”内服务的接口调用，供开发和测试使用。",
        ),
        "endpoints": Text("What is served", "提供的端點", "提供的端点"),
    }
)
