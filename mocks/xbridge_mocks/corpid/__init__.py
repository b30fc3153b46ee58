"""The CorpID mock: Hong Kong's digital corporate identity, and the part of iAM Smart through which its users log in.

Both platforms stand in one server: iAM Smart's addresses at its root, CorpID's below ``/corpid``.  Written from the dossier
(iamsmart.md section 11), with the parts of the iAM Smart mock where the two speak alike.
"""

from __future__ import annotations

from xbridge_mocks.corpid.app import CorpIdMock
from xbridge_mocks.corpid.registry import CorpIdCredentials
from xbridge_mocks.corpid.setting import CorpIdMockSettings

__all__ = ["CorpIdCredentials", "CorpIdMock", "CorpIdMockSettings"]
