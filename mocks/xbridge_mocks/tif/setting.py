"""The settings of the TIF gateway mock: one value per fact nobody outside the platform knows, or that differs by gateway.

Nothing here is read from a file or from the environment. Times are whole seconds.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

__all__ = ["TifMockSettings"]


@dataclass(frozen=True, slots=True, kw_only=True)
class TifMockSettings:
    """How this mock answers the questions the dossier leaves open.

    ``window_s``, ``future_s``  how old a call may be, and how far ahead of this clock: -1 to 180 in the one gateway whose
                                source was seen, 180 itself refused (VERIFIED there, dossier 5.3).
    ``nonce_min``, ``nonce_max`` that gateway takes 10 to 20 characters, another up to 36 (dossier 5.1).
    ``refusal_status``          the HTTP status of refusals (UNKNOWN).
    ``code_ttl_s``              lifetime of one-off tokens and one-time codes (UNKNOWN).
    ``token_code``              the errcode for a one-off token or code that is unknown, used up or expired (UNKNOWN).
    ``request_code``            the errcode for a body that is not what the route takes (UNKNOWN).
    ``code_member``             the member in which login routes take and give codes (UNKNOWN).
    ``hex_case``                how signatures of forwarded requests are written; both were seen.

    Raises ValueError for values under which the mock could not keep its own rules.
    """

    window_s: int = 180
    future_s: int = 1
    nonce_ttl_s: int = 600
    nonce_min: int = 10
    nonce_max: int = 36
    refusal_status: int = 400
    code_ttl_s: int = 300
    token_code: int = 40014
    request_code: int = 40035
    code_member: str = "code"
    hex_case: Literal["upper", "lower"] = "lower"
    mini_program_session_s: int = 3600
    app_session_s: int = 6000
    proof_s: int = 300
    forward_timeout_s: float = 10.0

    def __post_init__(self) -> None:
        """Refuse what contradicts itself."""
        if self.nonce_ttl_s <= self.window_s + self.future_s:
            raise ValueError("nonces must be remembered for longer than a call is good for")
        if not 200 <= self.refusal_status <= 599:
            raise ValueError("refusal_status must be an HTTP status")
        if not 1 <= self.nonce_min <= self.nonce_max:
            raise ValueError("nonce_min and nonce_max are a range")
