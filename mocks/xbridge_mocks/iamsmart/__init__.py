"""The iAM Smart mock: the login path and the synchronous profiles of the Hong Kong platform.

Written from the dossier, strict where the dossier is sure, configurable where it is not (``setting``).
"""

from __future__ import annotations

from xbridge_mocks.iamsmart.app import IamSmartMock
from xbridge_mocks.iamsmart.refusal import LoginRefused
from xbridge_mocks.iamsmart.setting import IamSmartMockSettings

__all__ = ["IamSmartMock", "IamSmartMockSettings", "LoginRefused"]
