"""The timeline of a journey: what happened, step by step, for a person and for a machine."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, Literal, Protocol

from xbridge.core.language import Language
from xbridge.demo.story import Wording

Status = Literal["ok", "failed"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """One step: its ``name`` (stable), how it ended, and ``facts`` for the wording and for ``timeline.json``."""

    name: str
    wording: Wording = field(repr=False)
    status: Status
    facts: dict[str, Any] = field(default_factory=dict)
    elapsed_ms: int = 0

    def texts(self, language: Language) -> tuple[str, str]:
        """Return the step's title and its outcome in ``language``."""
        if self.status == "failed":
            return self.wording.title(language), str(self.facts.get("problem", ""))
        return self.wording.title(language), self.wording.outcome(language).format(**self.facts)


class Screen(Protocol):
    """Where a journey is shown while it runs."""

    def begin(self, title: str) -> None:
        """Say that a step has begun."""
        ...

    def end(self, step: Step, number: int) -> None:
        """Show how a step ended."""
        ...


class SilentScreen:
    """Shows nothing: for ``--json``."""

    def begin(self, title: str) -> None:
        """Show nothing."""

    def end(self, step: Step, number: int) -> None:
        """Show nothing."""


def as_document(journey: str, steps: list[Step], *, language: Language) -> dict[str, Any]:
    """Return the timeline as data: ``timeline.json`` and ``--json`` print this."""
    shown = []
    for number, step in enumerate(steps, 1):
        title, outcome = step.texts(language)
        shown.append(
            {
                "step": number,
                "name": step.name,
                "status": step.status,
                "title": title,
                "outcome": outcome,
                "facts": step.facts,
                "elapsed_ms": step.elapsed_ms,
            }
        )
    ok = bool(steps) and all(step.status == "ok" for step in steps)
    return {"journey": journey, "ok": ok, "language": language, "steps": shown}
