"""The TIF gateway mock: the services behind it that tell who somebody is, and the gateway in front of your own service.

Written from the dossier (guangdong.md section 5). The gateway is another host than the identity platform, so it is another
server here; the people, the clock and the control secret are the world's.
"""

from __future__ import annotations

from xbridge_mocks.tif.mock import TifMock
from xbridge_mocks.tif.setting import TifMockSettings

__all__ = ["TifMock", "TifMockSettings"]
