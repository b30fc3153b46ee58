"""A strict mock of the login path of Guangdong's identity platform, in all three generations.

Written from ``specs/providers/guangdong.md``. It is not the platform: where the platform is UNKNOWN it has settings.
"""

from __future__ import annotations

from xbridge_mocks.guangdong.mock import GuangdongMock
from xbridge_mocks.guangdong.resident import LoginUnfinished
from xbridge_mocks.guangdong.setting import GuangdongMockSettings

__all__ = ["GuangdongMock", "GuangdongMockSettings", "LoginUnfinished"]
