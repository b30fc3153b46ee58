"""The settings of the zwrz mock: one value per fact nobody outside the platform knows.

Each field answers an UNKNOWN of ``specs/providers/zwrz.md`` with a default. Nothing here is read from a file.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from types import MappingProxyType

__all__ = ["INVENTED_CODES", "Kind", "ZwrzMockSettings"]


class Kind(StrEnum):
    """Why the platform refused.  The member's value is the name used in the journal and in the settings."""

    REQUEST = "request"
    CLIENT = "client"
    SECRET = "secret"
    CODE = "code"
    REDIRECT = "redirect"
    TOKEN = "token"
    STORE_CODE = "store_code"
    FORM = "form"
    METHOD = "method"
    PATH = "path"


# The real code list is UNKNOWN. These numbers are invented, in one table so that they can be changed.
INVENTED_CODES: Mapping[Kind, int] = MappingProxyType({kind: 4001 + place for place, kind in enumerate(Kind)})


@dataclass(frozen=True, slots=True, kw_only=True)
class ZwrzMockSettings:
    """How this mock answers the questions the dossier leaves open.  Times are whole seconds.

    ``error_status`` is the HTTP status of a refusal in an envelope; the three ``…_member`` are what the token, the
    officer's stable id and the name are called in ``data``.

    Raises ValueError for a lifetime that is not positive or an error table with a missing kind.
    """

    code_lifetime_s: int = 60
    token_lifetime_s: int = 120
    session_lifetime_s: int = 30 * 60
    store_code_lifetime_s: int = 120
    replay_revokes_token: bool = True
    error_status: int = 400
    error_codes: Mapping[Kind, int] = field(default_factory=lambda: INVENTED_CODES)
    token_member: str = "access_token"
    subject_member: str = "userid"
    name_member: str = "username"

    def __post_init__(self) -> None:
        """Refuse settings under which the mock could not keep its own rules."""
        for name in ("code_lifetime_s", "token_lifetime_s", "session_lifetime_s", "store_code_lifetime_s"):
            if getattr(self, name) <= 0:
                raise ValueError(f"{name} must be a positive number of seconds")
        missing = [kind.value for kind in Kind if kind not in self.error_codes]
        if missing:
            raise ValueError(f"error_codes has no code for: {', '.join(missing)}")
        if not 200 <= self.error_status <= 599:
            raise ValueError("error_status must be an HTTP status")
