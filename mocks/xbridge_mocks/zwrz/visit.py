"""One request on its way through the checks of an endpoint, and the parts of the mock that it may use.

Details of checks are fixed words, so that nothing personal and no secret reaches the journal from here.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import NoReturn

from werkzeug.datastructures import MultiDict
from werkzeug.wrappers import Request

from xbridge_mocks.clock import MockClock
from xbridge_mocks.fault import Faults
from xbridge_mocks.journal import Check
from xbridge_mocks.random_source import RandomSource
from xbridge_mocks.zwrz.officer import Officer
from xbridge_mocks.zwrz.registry import Registry
from xbridge_mocks.zwrz.session import FormGuard, Sessions
from xbridge_mocks.zwrz.setting import Kind, ZwrzMockSettings
from xbridge_mocks.zwrz.vault import Vault

__all__ = ["Platform", "Refused", "Visit"]


class Refused(Exception):
    """The platform says no.  ``kind`` chooses the code; ``detail`` is a fixed word for the journal."""

    def __init__(self, kind: Kind, detail: str) -> None:
        """Keep both; the message is safe to show."""
        super().__init__(f"{kind.value}: {detail}")
        self.kind = kind
        self.detail = detail


@dataclass(frozen=True, slots=True, kw_only=True)
class Platform:
    """The parts of one mock."""

    clock: MockClock
    random: RandomSource
    settings: ZwrzMockSettings
    officers: Mapping[str, Officer]
    services: Registry
    vault: Vault
    sessions: Sessions
    guard: FormGuard
    faults: Faults


@dataclass(slots=True, kw_only=True)
class Visit:
    """A request, the operation it asks for, and what became of it so far."""

    request: Request
    operation: str
    platform: Platform
    checks: list[Check] = field(default_factory=list)
    faults: list[str] = field(default_factory=list)
    refused: Kind | None = None

    def plays(self, name: str, operation: str | None = None) -> bool:
        """Take one use of a fault armed for ``operation`` (by default this visit's) and note it."""
        taken = self.platform.faults.take(name, operation or self.operation)
        if taken:
            self.faults.append(name)
        return taken

    def passed(self, name: str, detail: str = "") -> None:
        """Write a passed check down."""
        self.checks.append(Check(name=name, passed=True, detail=detail))

    def refuse(self, name: str, kind: Kind, detail: str) -> NoReturn:
        """Write a failed check down and raise Refused."""
        self.checks.append(Check(name=name, passed=False, detail=detail))
        raise Refused(kind, detail)

    def require(self, name: str, holds: bool, kind: Kind, detail: str) -> None:
        """Write the check down either way.  Raises Refused if it does not hold."""
        if not holds:
            self.refuse(name, kind, detail)
        self.passed(name)

    def single(self, values: MultiDict[str, str], name: str) -> str:
        """The one, non-empty value of a parameter.  Raises Refused (request) if missing, empty or repeated."""
        value = self.optional(values, name)
        if not value:
            self.refuse(name, Kind.REQUEST, f"{name} missing")
        return value

    def optional(self, values: MultiDict[str, str], name: str) -> str | None:
        """The value of a parameter that may be absent.  Raises Refused (request) if repeated."""
        found = values.getlist(name)
        if len(found) > 1:
            self.refuse(name, Kind.REQUEST, f"{name} repeated")
        return found[0] if found else None

    def fixed(self, values: MultiDict[str, str], name: str, word: str) -> None:
        """Check that a parameter is there once and is ``word``.  Raises Refused (request)."""
        self.require(name, self.single(values, name) == word, Kind.REQUEST, f"{name} not {word}")
