"""Refusals of the gateway and of the services behind it, in the one shape that both use (dossier 5.3, 5.5)."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import NoReturn

from xbridge_mocks.journal import Check

__all__ = ["BAD_SIGNATURE", "NOT_FOUND", "REFUSED", "TROUBLE", "Refused", "Trail"]

# VERIFIED in one gateway's source, fs:16340256714; INFERRED for the real one.
REFUSED = 400000400
BAD_SIGNATURE = 400000401
NOT_FOUND = 400000404
TROUBLE = 400000529


class Refused(Exception):
    """No. ``errcode`` and ``errmsg`` are what the caller is told, ``status`` is the HTTP status (None: as set)."""

    def __init__(self, errcode: int, errmsg: str, *, status: int | None = None) -> None:
        super().__init__(errmsg)
        self.errcode = errcode
        self.errmsg = errmsg
        self.status = status


@dataclass(slots=True, kw_only=True)
class Trail:
    """What became of one request, for the journal: checks and faults, in words that hold no value."""

    operation: str
    checks: list[Check] = field(default_factory=list)
    faults: list[str] = field(default_factory=list)

    def require(self, name: str, holds: bool, refusal: Refused) -> None:
        """Write the check down either way. Raises ``refusal`` if it does not hold."""
        self.checks.append(Check(name=name, passed=holds, detail="" if holds else refusal.errmsg))
        if not holds:
            raise refusal

    def refuse(self, name: str, refusal: Refused) -> NoReturn:
        """Write a failed check down and raise ``refusal``."""
        self.checks.append(Check(name=name, passed=False, detail=refusal.errmsg))
        raise refusal
