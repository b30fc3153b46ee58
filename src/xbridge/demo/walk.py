"""A walk-through: steps in order on a stage of their own, until the first that fails.  What they are a subclass says.

Every step is done by the scripted resident over HTTP or by another process; the timeline is what came back.
"""

from __future__ import annotations

import time
from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Any, ClassVar

from xbridge.core.language import Language
from xbridge.demo.resident import Resident
from xbridge.demo.stage import Stage, open_stage
from xbridge.demo.story import Wording
from xbridge.demo.timeline import Screen, Step

Act = Callable[[], dict[str, Any]]
"""Does one step and returns what came back, for the wording of the step."""


class Walk(ABC):
    """Runs the steps of a journey in order and stops at the first that fails.  ``folder`` receives the artefacts."""

    name: ClassVar[str]
    persona: ClassVar[str]
    steps_told: ClassVar[Mapping[str, Wording]]
    """The wording of every step, in order; the first is ``start``."""
    artefacts: ClassVar[tuple[str, ...]] = ("timeline.json",)

    def __init__(self, folder: Path, *, language: Language, screen: Screen) -> None:
        """``folder`` exists and is ours to write."""
        self._folder = folder
        self._language = language
        self._screen = screen
        self.steps: list[Step] = []

    def run(self) -> bool:
        """Return whether every step succeeded."""
        started = time.perf_counter()
        self._screen.begin(self.steps_told["start"].title(self._language))
        try:
            with self.open() as stage:
                self._end("start", "", {"processes": stage.processes}, started)
                resident = self.welcome(stage, self.persona)
                try:
                    return all(self._step(name, act) for name, act in self.story(stage, resident))
                finally:
                    resident.close()
        except (RuntimeError, OSError) as exc:
            self._end("start", str(exc), {}, started)
            return False

    @classmethod
    def missing(cls) -> str:
        """Return what this installation lacks for the journey and how to get it, in one line, or nothing."""
        return ""

    def open(self) -> AbstractContextManager[Stage]:
        """Return the stage, which starts when entered.  Raises ``RuntimeError`` when a process does not start."""
        return open_stage(self._folder / "ledger.db")

    @abstractmethod
    def story(self, stage: Stage, resident: Resident) -> list[tuple[str, Act]]:
        """Return the steps after the start, by name."""

    def welcome(self, stage: Stage, persona: str) -> Resident:
        """Return a person with a browser session of their own, who reads the language of this walk."""
        resident = Resident(
            portal_url=stage.portal_url,
            mock_urls=stage.mock_urls,
            control_secret=stage.control_secret,
            persona=persona,
        )
        resident.speak(self._language)
        return resident

    def _step(self, name: str, act: Act) -> bool:
        """Do one step and show how it ended; whatever goes wrong ends the journey, and is shown."""
        self._screen.begin(self.steps_told[name].title(self._language))
        started = time.perf_counter()
        try:
            facts, problem = act(), ""
        except Exception as exc:
            facts, problem = {}, f"{type(exc).__name__}: {exc}"
        self._end(name, problem, facts, started)
        return not problem

    def _end(self, name: str, problem: str, facts: dict[str, Any], started: float) -> None:
        step = Step(
            name=name,
            wording=self.steps_told[name],
            status="failed" if problem else "ok",
            facts={"problem": problem} if problem else facts,
            elapsed_ms=int((time.perf_counter() - started) * 1000),
        )
        self.steps.append(step)
        self._screen.end(step, len(self.steps))


def expect(held: object, problem: str) -> None:
    """Raise ``RuntimeError`` unless ``held``: the step has failed."""
    if not held:
        raise RuntimeError(problem)
