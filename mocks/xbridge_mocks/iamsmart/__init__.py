"""The iAM Smart mock: login, profiles, forms, re-authentication and signing of the Hong Kong platform, with callbacks.

Written from the dossier, strict where the dossier is sure, configurable where it is not (``setting``).
"""

from __future__ import annotations

from xbridge_mocks.iamsmart.app import IamSmartMock
from xbridge_mocks.iamsmart.courier import CallbackRequest
from xbridge_mocks.iamsmart.inquiry import PendingInquiry
from xbridge_mocks.iamsmart.refusal import LoginRefused
from xbridge_mocks.iamsmart.setting import IamSmartMockSettings

__all__ = ["CallbackRequest", "IamSmartMock", "IamSmartMockSettings", "LoginRefused", "PendingInquiry"]
