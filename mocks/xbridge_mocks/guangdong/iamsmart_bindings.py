"""Bindings of this platform's accounts to iAM Smart accounts, and the moves between their states (guangdong.md section 9).

``none → pending → proved → bound → suspended | unbound``: the proposal of the dossier (INFERRED), for the platform's own
states are UNKNOWN.  One to one in both directions.  It shows nothing and asks nobody.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import timedelta
from typing import Literal

from xbridge_mocks.clock import MockClock
from xbridge_mocks.guangdong.destination import Destination
from xbridge_mocks.guangdong.iamsmart_line import Proved
from xbridge_mocks.guangdong.route import Generation
from xbridge_mocks.random_source import RandomSource

__all__ = ["Binding", "Bindings", "Intent", "State"]

State = Literal["bound", "suspended", "unbound"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Intent:
    """One attempt to use iAM Smart, in one browser: ``device`` is that browser's mark, ``destination`` whom it is for.

    ``proved`` is who came back from iAM Smart, ``persona`` who signed in here since; with both it is *proved*.
    """

    id: str = field(repr=False)
    device: str = field(repr=False)
    began_ms: int
    generation: Generation
    destination: Destination | None = None
    proved: Proved | None = None
    persona: str = ""

    @property
    def state(self) -> str:
        """How far it is, in the words of the dossier."""
        return "proved" if self.proved and self.persona else "pending"


@dataclass(frozen=True, slots=True, kw_only=True)
class Binding:
    """One persona's account and one iAM Smart account, and how they stand."""

    persona: str
    open_id: str = field(repr=False)
    user_type: str
    state: State


class Bindings:
    """Every binding of one mock, and the attempts under way.  The mock's lock guards it."""

    def __init__(self, *, clock: MockClock, random: RandomSource, lifetime_s: int) -> None:
        """``lifetime_s`` is how long an attempt may take from its first step to its last."""
        self._clock = clock
        self._random = random
        self._lifetime = timedelta(seconds=lifetime_s)
        self._intents: dict[str, Intent] = {}
        self._bindings: dict[str, Binding] = {}

    def begin(self, *, device: str, destination: Destination | None, generation: Generation) -> Intent:
        """Begin an attempt in the browser marked ``device``; attempts nobody can end any more are dropped."""
        self._intents = {key: each for key, each in self._intents.items() if self._lives(each)}
        intent = Intent(
            # As long as iAM Smart lets a state be, and no longer.
            id=self._random.token(24),
            device=device,
            began_ms=self._clock.now_ms(),
            generation=generation,
            destination=destination,
        )
        self._intents[intent.id] = intent
        return intent

    def find(self, intent_id: str) -> Intent | None:
        """Return the attempt if it lives."""
        intent = self._intents.get(intent_id)
        return intent if intent is not None and self._lives(intent) else None

    def came_back(self, intent: Intent, proved: Proved) -> Intent:
        """Keep who came back from iAM Smart, under a new name: the old one stood in an address as ``state``."""
        self.end(intent)
        return self._keep(replace(intent, id=self._random.token(24), proved=proved))

    def signed_in(self, intent: Intent, persona: str) -> Intent:
        """Keep who signed in here since."""
        return self._keep(replace(intent, persona=persona))

    def end(self, intent: Intent) -> None:
        """Forget an attempt: agreed to, refused, or spent."""
        self._intents.pop(intent.id, None)

    def of_open_id(self, open_id: str) -> Binding | None:
        """Return what an iAM Smart account is bound to, also where that is suspended."""
        return next((each for each in self._standing() if each.open_id == open_id), None)

    def of_persona(self, persona: str) -> Binding | None:
        """Return what an account here is bound to, also where that is suspended."""
        return next((each for each in self._standing() if each.persona == persona), None)

    def bind(self, intent: Intent) -> Binding:
        """Bind the two accounts of a proved attempt, and end it.

        Raises ValueError where not both are proved, or one of them is bound already: the page looks before it asks.
        """
        self.end(intent)
        if intent.proved is None or not intent.persona:
            raise ValueError("not both accounts are proved")
        if self.of_open_id(intent.proved.open_id) or self.of_persona(intent.persona):
            raise ValueError("one of the accounts is bound already")
        return self._put(
            Binding(
                persona=intent.persona,
                open_id=intent.proved.open_id,
                user_type=intent.proved.user_type,
                state="bound",
            )
        )

    def move(self, persona: str, state: State) -> Binding:
        """Suspend, resume or end a binding.  Raises ValueError where that is no move."""
        standing = self.of_persona(persona)
        if standing is None or standing.state == state:
            raise ValueError(f"a binding that is not there, or is {state} already, does not move")
        return self._put(replace(standing, state=state))

    def clear(self) -> None:
        """Forget everything."""
        self._intents.clear()
        self._bindings.clear()

    def _standing(self) -> list[Binding]:
        return [each for each in self._bindings.values() if each.state != "unbound"]

    def _lives(self, intent: Intent) -> bool:
        return self._clock.now_ms() - intent.began_ms < self._lifetime.total_seconds() * 1000

    def _keep(self, intent: Intent) -> Intent:
        self._intents[intent.id] = intent
        return intent

    def _put(self, binding: Binding) -> Binding:
        self._bindings[binding.persona] = binding
        return binding
