"""The facts of one decision, read through a view that remembers what was read.

Three values: a fact that is not stated is *unknown*, a fact stated as null is *stated to be absent*, anything else is
its value.  Reading an unknown fact raises :class:`UnknownFact`; a :class:`Check` keeps it as "undecided" instead.  The
view never guesses, converts no codes and holds no rule.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import TypeVar, cast

from xbridge.policy.shape import LOCAL_TIME, UNSTATED, MalformedFact, shaped
from xbridge.policy.vocabulary import FACTS

T = TypeVar("T")


class UnknownFact(Exception):
    """The fact ``path`` is not stated.  Caught by the engine, which refers; it never leaves ``policy/``."""

    def __init__(self, path: str) -> None:
        super().__init__(path)
        self.path = path


@dataclass(frozen=True, slots=True)
class Check:
    """One requirement on one fact: ``truth`` is None while the fact is unknown."""

    path: str
    truth: bool | None


class Facts:
    """A read-only view of one fact document as of the moment ``at``.

    The engine calls :meth:`start` before each rule and :meth:`reads` after it.  Raises ``KeyError`` when a rule reads a
    fact that the vocabulary does not know, which is a mistake in the rule.
    """

    __slots__ = ("_memo", "_reads", "_tree", "_values", "at")

    def __init__(self, tree: Mapping[str, object], at: datetime) -> None:
        self._tree = tree
        self._values: dict[str, object] = {}
        self._reads: dict[str, None] = {}
        self._memo: dict[object, tuple[object, dict[str, None]]] = {}
        self.at = at

    # --- what the engine uses -------------------------------------------------------------------------------------

    def start(self) -> None:
        """Forget what was read so far, because the next rule begins."""
        self._reads = {}

    def reads(self) -> tuple[str, ...]:
        """Return the names that were read since :meth:`start`, in reading order, each once."""
        return tuple(self._reads)

    def recall(self, concept: Callable[[Facts], T]) -> T:
        """Return ``concept(self)``, worked out once per decision, and count its reads as the reader's own."""
        held = self._memo.get(concept)
        if held is None:
            outer, self._reads = self._reads, {}
            try:
                result: object = concept(self)
            except UnknownFact as unknown:
                result = unknown
            finally:
                inner, self._reads = self._reads, outer
                outer.update(inner)
            held = self._memo[concept] = (result, inner)
        else:
            self._reads.update(held[1])
        if isinstance(held[0], UnknownFact):
            raise held[0]
        return cast("T", held[0])

    # --- reading one fact -----------------------------------------------------------------------------------------

    def _look(self, path: str) -> object:
        """Return the shaped value, None for stated-absent, or the unstated marker."""
        self._reads[path] = None
        try:
            return self._values[path]
        except KeyError:
            pass
        entry = FACTS[path]
        value: object = self._tree
        for key in entry.keys:
            # A null parent states that everything below it is absent; a missing key states nothing.
            if value is None:
                break
            if type(value) is not dict and not isinstance(value, Mapping):
                raise MalformedFact(path)
            value = value.get(key, UNSTATED)
            if value is UNSTATED:
                break
        found = value if value is UNSTATED else shaped(path, entry.kind, value)
        self._values[path] = found
        return found

    def _known(self, path: str) -> object:
        """Return the value or None.  Raises :class:`UnknownFact`."""
        value = self._look(path)
        if value is UNSTATED:
            raise UnknownFact(path)
        return value

    def flag(self, path: str) -> bool | None:
        """Return the truth of ``path``, None if stated absent.  Raises :class:`UnknownFact`."""
        return cast("bool | None", self._known(path))

    def code(self, path: str) -> str | None:
        """Return the code or text at ``path``, None if stated absent.  Raises :class:`UnknownFact`."""
        return cast("str | None", self._known(path))

    def codes(self, path: str) -> tuple[str, ...]:
        """Return the list at ``path``; empty if stated absent.  Raises :class:`UnknownFact`."""
        return cast("tuple[str, ...]", self._known(path) or ())

    def count(self, path: str) -> int:
        """Return the number at ``path``.  Raises :class:`UnknownFact`, also when it is stated absent."""
        value = self._known(path)
        if value is None:
            raise UnknownFact(path)
        return cast("int", value)

    def day(self, path: str) -> date | None:
        """Return the calendar day at ``path``, None if stated absent.  Raises :class:`UnknownFact`."""
        return cast("date | None", self._known(path))

    def moment(self, path: str) -> datetime | None:
        """Return the moment at ``path``, None if stated absent.  Raises :class:`UnknownFact`."""
        return cast("datetime | None", self._known(path))

    def present(self, path: str) -> bool:
        """Return whether ``path`` is stated as something other than null.  Raises :class:`UnknownFact`."""
        return self._known(path) is not None

    def said(self, path: str) -> object:
        """Return the value, or None when it is absent **or not stated**.

        Only for facts whose silence the spec gives a meaning (``specs/policy.md``, column "if not stated").
        """
        value = self._look(path)
        return None if value is UNSTATED else value

    @property
    def today(self) -> date:
        """The calendar day of ``at`` in Hong Kong and the Mainland."""
        return self.at.astimezone(LOCAL_TIME).date()

    # --- requirements ---------------------------------------------------------------------------------------------

    def check(self, path: str, test: Callable[[object], bool]) -> Check:
        """Return the :class:`Check` that ``test`` holds of the value (None when stated absent)."""
        value = self._look(path)
        return Check(path, None if value is UNSTATED else test(value))

    def holds(self, path: str) -> Check:
        """Require that ``path`` is true."""
        return self.check(path, lambda value: value is True)

    def not_so(self, path: str) -> Check:
        """Require that ``path`` is false or stated absent."""
        return self.check(path, lambda value: value is not True)

    def unless_said(self, path: str, bad: bool) -> Check:
        """Require that nobody stated ``path`` to be ``bad``: silence is enough."""
        return Check(path, self.said(path) is not bad)

    def given(self, path: str) -> Check:
        """Require evidence at ``path``: a reference or true."""
        return self.check(path, bool)

    def is_in(self, path: str, allowed: Collection[str]) -> Check:
        """Require that the code at ``path`` is one of ``allowed``."""
        return self.check(path, lambda value: value in allowed)

    def includes(self, path: str, needed: Collection[str]) -> Check:
        """Require that the list at ``path`` has every one of ``needed``."""
        return self.check(path, lambda value: set(needed) <= set(cast("tuple[str, ...]", value or ())))

    def within(self, path: str, allowed: Collection[str]) -> Check:
        """Require that the list at ``path`` has nothing but ``allowed``."""
        return self.check(path, lambda value: set(cast("tuple[str, ...]", value or ())) <= set(allowed))

    def empty(self, path: str) -> Check:
        """Require that the list at ``path`` is stated and has nothing in it; stated absent does not do."""
        return self.check(path, lambda value: value == ())

    def by_today(self, path: str) -> Check:
        """Require that the day at ``path`` is stated and not after the day of the act."""
        self._reads["at"] = None
        return self.check(path, lambda value: value is not None and cast("date", value) <= self.today)

    def by_now(self, path: str) -> Check:
        """Require that the moment at ``path`` is stated and not after ``at``."""
        self._reads["at"] = None
        return self.check(path, lambda value: value is not None and cast("datetime", value) <= self.at)

    def still_ahead(self, path: str) -> Check:
        """Require that the moment at ``path`` is stated and after ``at``."""
        self._reads["at"] = None
        return self.check(path, lambda value: value is not None and self.at < cast("datetime", value))
