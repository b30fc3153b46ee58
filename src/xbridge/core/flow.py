"""A data flow: which categories go from where to where, and for what (policy.md part b, code lists)."""

from __future__ import annotations

import re
from dataclasses import dataclass

from xbridge.core.errors import ConfigError

_PLACE = re.compile(r"HK|MO|\d{6}|[A-Z]{3}")
_PURPOSE = re.compile(r"xb:[a-z][a-z-]{1,40}")
_CATEGORY = re.compile(r"[a-z][a-z0-9_]{1,40}")


@dataclass(frozen=True, slots=True, kw_only=True)
class DataFlow:
    """``source`` and ``target`` are places (``"HK"``, ``"440000"``); codes are those of policy.md part (b).

    Raises ``ConfigError`` for a code that cannot be one; whether it is a known one is for the policy to say.
    """

    source: str
    target: str
    purpose: str
    categories: tuple[str, ...]

    def __post_init__(self) -> None:
        """Check the form of every code and sort the categories, so that equal flows are equal values."""
        if not _PLACE.fullmatch(self.source) or not _PLACE.fullmatch(self.target):
            raise ConfigError("a flow's source and target are HK, MO, six digits or ISO 3166 alpha-3")
        if not _PURPOSE.fullmatch(self.purpose):
            raise ConfigError("a flow's purpose is a code such as xb:social-benefit")
        if not self.categories or not all(_CATEGORY.fullmatch(name) for name in self.categories):
            raise ConfigError("a flow names at least one data category, such as birth_date")
        object.__setattr__(self, "categories", tuple(sorted(set(self.categories))))
