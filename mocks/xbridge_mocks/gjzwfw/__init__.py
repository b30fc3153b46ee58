"""A strict mock of the national data-sharing gateway (gjzwfw): it checks who calls and answers for services behind it.

Written from the dossier (guangdong.md section 7). The national login is UNKNOWN and not imitated.
"""

from __future__ import annotations

from xbridge_mocks.gjzwfw.app import GjzwfwMock
from xbridge_mocks.gjzwfw.registry import NationalCredentials
from xbridge_mocks.gjzwfw.setting import GjzwfwMockSettings

__all__ = ["GjzwfwMock", "GjzwfwMockSettings", "NationalCredentials"]
