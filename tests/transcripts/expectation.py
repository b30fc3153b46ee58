"""Expectations for effects whose exact bytes hold fresh identifiers: compared by what matters to the story."""

from __future__ import annotations

from dataclasses import dataclass

from xbridge.core.effects import Append, Effect, Spend
from xbridge.ledger.entry import LedgerEntry, parse_entry


@dataclass(frozen=True)
class Recorded:
    """Holds for an append of exactly one entry of ``kind``, with ``detail`` among its details, writing ``keys``.

    ``keys`` are the beginnings of the keys that are written, in order.
    """

    kind: str
    keys: tuple[str, ...] = ()
    detail: tuple[tuple[str, str], ...] = ()

    def __call__(self, effect: Effect) -> None:
        """Assert that ``effect`` is the one."""
        assert self.matches(effect), f"{self} was expected"

    def matches(self, effect: Effect) -> bool:
        """Return whether ``effect`` is the one."""
        if not isinstance(effect, Append) or len(effect.entries) != 1:
            return False
        entry: LedgerEntry = parse_entry(effect.entries[0])
        written = [write.key for write in effect.writes]
        return (
            entry.kind == self.kind
            and set(self.detail) <= set(entry.detail)
            and len(written) == len(self.keys)
            and all(key.startswith(start) for key, start in zip(written, self.keys, strict=True))
            and effect.marks == ((f"trace/{entry.consent}/{entry.id}", 0),)
        )


@dataclass(frozen=True)
class Spent:
    """Holds for spending a marker that begins with ``start``."""

    start: str

    def __call__(self, effect: Effect) -> None:
        """Assert that ``effect`` is the one."""
        assert isinstance(effect, Spend), f"{self} was expected"
        assert effect.marker.startswith(self.start), f"{self} was expected"
