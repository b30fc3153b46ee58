"""One request on its way through the checks of an endpoint.

It collects what was checked and which faults were played, for the journal. It holds no answer and keeps no value of a
parameter: details are fixed words, so that nothing personal and no secret can reach the journal from here.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import NoReturn

from werkzeug.datastructures import MultiDict
from werkzeug.wrappers import Request

from xbridge_mocks.guangdong.route import PSCP, Generation
from xbridge_mocks.guangdong.setting import Kind
from xbridge_mocks.journal import Check


class Refused(Exception):
    """The platform says no.  ``kind`` chooses the code; ``detail`` is a fixed word for the journal."""

    def __init__(self, kind: Kind, detail: str) -> None:
        """Keep both; the message is safe to show."""
        super().__init__(f"{kind.value}: {detail}")
        self.kind = kind
        self.detail = detail


@dataclass(slots=True, kw_only=True)
class Visit:
    """A request, the operation it asks for and in which generation, and what became of it so far.

    ``token`` is what the path names, where it names something.
    """

    request: Request
    operation: str
    generation: Generation = PSCP
    token: str = field(default="", repr=False)
    checks: list[Check] = field(default_factory=list)
    faults: list[str] = field(default_factory=list)
    refused: Kind | None = None

    def passed(self, name: str, detail: str = "") -> None:
        """Write a passed check down."""
        self.checks.append(Check(name=name, passed=True, detail=detail))

    def failed(self, name: str, detail: str) -> None:
        """Write a failed check down and go on."""
        self.checks.append(Check(name=name, passed=False, detail=detail))

    def refuse(self, name: str, kind: Kind, detail: str) -> NoReturn:
        """Write a failed check down and raise Refused."""
        self.failed(name, detail)
        raise Refused(kind, detail)

    def require(self, name: str, holds: bool, kind: Kind, detail: str) -> None:
        """Write the check down either way.  Raises Refused if it does not hold."""
        if not holds:
            self.refuse(name, kind, detail)
        self.passed(name)

    def single(self, values: MultiDict[str, str], name: str) -> str:
        """Return the one, non-empty value of a parameter.  Raises Refused (request) if missing, empty or repeated."""
        value = self.optional(values, name)
        if not value:
            self.refuse(name, Kind.REQUEST, f"{name} missing")
        return value

    def optional(self, values: MultiDict[str, str], name: str) -> str | None:
        """Return the value of a parameter that may be absent.  Raises Refused (request) if repeated."""
        found = values.getlist(name)
        if len(found) > 1:
            self.refuse(name, Kind.REQUEST, f"{name} repeated")
        return found[0] if found else None
