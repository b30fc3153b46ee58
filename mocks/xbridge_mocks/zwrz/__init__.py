"""A strict mock of Guangdong's identity provider for civil servants (zwrz).

Written from ``specs/providers/zwrz.md``. It is not the platform: where the platform is UNKNOWN it has settings.
"""

from __future__ import annotations

from xbridge_mocks.zwrz.app import ZwrzMock
from xbridge_mocks.zwrz.setting import ZwrzMockSettings
from xbridge_mocks.zwrz.visitor import LoginUnfinished

__all__ = ["LoginUnfinished", "ZwrzMock", "ZwrzMockSettings"]
