"""What can be chosen about the CorpID mock: one value for every thing the sources leave UNKNOWN.

What both platforms share (lifetimes of keys, limits, the clock's window) is ``iamsmart`` and holds for both.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

from xbridge_mocks.iamsmart.setting import IamSmartMockSettings

__all__ = ["CorpIdMockSettings", "Shape"]

Shape = Literal["sandbox", "v1_0_4"]


def _thirty_seconds() -> IamSmartMockSettings:
    return IamSmartMockSettings(auth_code_ttl_s=30)


@dataclass(frozen=True, slots=True, kw_only=True)
class CorpIdMockSettings:
    """Lifetimes, names and forms.

    ``company_code_ttl_s`` is the shorter of the two that sources give (30 and 60), as is the one of iAM Smart's code.
    ``content_key_text``: CorpID wraps the base64 text of the key in callbacks (VERIFIED), so here in getKey too
    (INFERRED). ``cancel_code`` is what a person who chooses no company ends in (INFERRED). ``user_type`` is what the
    token reply says about how the person logged in.
    """

    iamsmart: IamSmartMockSettings = field(default_factory=_thirty_seconds)
    company_code_ttl_s: int = 30
    access_token_ttl_ms: int = 14_400_000
    content_key_text: bool = True
    sandbox_code_name: str = "corpMockCode"
    code_name: str = "cCode"
    cancel_code: str = "M40000"
    timeout_code: str = "M40003"
    user_type: Literal["iam", "p12"] = "iam"

    def __post_init__(self) -> None:
        """Raise ValueError when a lifetime is not positive."""
        if self.company_code_ttl_s <= 0 or self.access_token_ttl_ms <= 0:
            raise ValueError("lifetimes must be positive")
