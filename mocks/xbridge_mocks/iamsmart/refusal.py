"""Saying no: the result codes of iAM Smart, the refusal that carries one, and the trail of checks that led there.

Codes and their meanings are VERIFIED (dossier iamsmart.md 5); the message texts are ours, except ``SUCCESS``, which
clients compare.
"""

from __future__ import annotations

from xbridge_mocks.fault import Faults
from xbridge_mocks.journal import Check

__all__ = ["MEANING", "SUCCESS", "LoginRefused", "Refused", "Trail"]

SUCCESS = "D00000"

MEANING: dict[str, str] = {
    SUCCESS: "SUCCESS",
    "D20000": "unknown exception",
    "D20001": "parameter missing",
    "D20002": "parameter empty",
    "D20003": "parameter invalid",
    "D20004": "duplicated request",
    "D20005": "signature method not supported",
    "D20006": "signature verification failed",
    "D20007": "source not supported",
    "D20008": "redirect URI not registered",
    "D20009": "accessToken unknown or expired",
    "D20010": "openID unknown",
    "D20011": "businessID used before",
    "D20012": "insufficient permission",
    "D20015": "scope mismatch",
    "D30001": "KEK unknown or expired",
    "D30002": "CEK unknown or expired",
    "D30003": "encryption failed",
    "D30004": "decryption failed",
    "D40000": "user cancelled authentication",
    "D40001": "user rejected authentication",
    "D40002": "authentication failed",
    "D40003": "authentication timed out",
    "D40004": "authCode unknown or expired",
    "D50001": "user rejected the profile request",
    "D50002": "profile request failed",
    "D50003": "profile request timed out",
    "D60000": "user cancelled form filling",
    "D60001": "user rejected form filling",
    "D60002": "form filling failed",
    "D60003": "form filling timed out",
    "D70000": "user cancelled signing",
    "D70001": "user rejected signing",
    "D70002": "signing failed",
    "D70003": "signing timed out",
    "D70004": "user not allowed to sign",
    "D70005": "HKIC number inconsistent",
    "D70006": "signing acknowledgement failed",
    "D71000": "user cancelled bulk signing",
    "D71001": "user rejected bulk signing",
    "D71002": "bulk signing failed",
    "D71003": "bulk signing timed out",
    "D71004": "user not allowed to sign in bulk",
    "D71005": "HKIC number of bulk signing inconsistent",
    "D71006": "bulk signing acknowledgement failed",
    "D71007": "bulk signing not pending, cannot be cancelled",
    "D71008": "BSQC token not found",
    "D71009": "department or service name inconsistent",
    "D80001": "user rejected re-authentication",
    "D80002": "re-authentication failed",
    "D80003": "re-authentication timed out",
}


class Refused(Exception):
    """A check failed. ``code`` is the D-code, ``parameter`` names what it is about, where it is about one."""

    def __init__(self, code: str, parameter: str = "") -> None:
        self.code = code
        self.parameter = parameter
        super().__init__(code)

    @property
    def message(self) -> str:
        """The text that goes on the wire beside the code."""
        meaning = MEANING.get(self.code, "request refused")
        return f"{meaning}: {self.parameter}" if self.parameter else meaning


class LoginRefused(ValueError):
    """A scripted login did not reach a redirect: the mock showed an error page instead."""

    def __init__(self, code: str, status: int) -> None:
        self.code = code
        self.status = status
        super().__init__(f"the login page refused with {code} (HTTP {status})")


class Trail:
    """The checks one request has passed so far, and the faults that struck it, for the journal."""

    def __init__(self, operation: str, faults: Faults) -> None:
        self.operation = operation
        self.checks: list[Check] = []
        self.struck = False
        self._faults = faults

    def strikes(self, fault: str) -> bool:
        """Say whether ``fault`` is armed for this operation, use it up, and note that it struck."""
        if not self._faults.take(fault, self.operation):
            return False
        self.struck = True
        self.checks.append(Check(name="fault", passed=True, detail=fault))
        return True

    def require(self, name: str, passed: bool, code: str, *, parameter: str = "", detail: str = "") -> None:
        """Note the check called ``name``. Raises Refused with ``code`` when it did not pass."""
        self.checks.append(Check(name=name, passed=passed, detail=detail if not passed else ""))
        if not passed:
            raise Refused(code, parameter)
