"""A rule: what a clause demands, where it stands, how sure we are of it, and the function that judges the facts.

A rule judges one document of facts and changes nothing.  Combining the verdicts is the engine's work.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from typing import Literal

from xbridge.core.decision import Effect, Texts
from xbridge.policy.fact import Check, Facts

Confidence = Literal["V1", "V2", "INF", "UNK"]
Binding = Literal["CN", "HK", "MO", "GBA", "STD", "XB"]
Direction = Literal["both", "GD→HK", "HK→GD", "HK"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """What one rule says of one document of facts.

    ``effect`` None means that the rule does not concern this flow.  ``failed`` names the facts that broke it and
    ``missing`` those that were unknown.  ``leaves`` is true when the flow is outside the rules altogether.  ``who``
    must do what an obligation asks, by ``due`` (RFC 3339 or empty for "at once").
    """

    effect: Effect | None
    failed: tuple[str, ...] = ()
    missing: tuple[str, ...] = ()
    leaves: bool = False
    who: str = ""
    due: str = ""


SILENT = Verdict(effect=None)
PASS = Verdict(effect="pass")
OUT_OF_SCOPE = Verdict(effect="scope", leaves=True)

Judge = Callable[[Facts], Verdict]


def demand(*checks: Check) -> Verdict:
    """Deny if any check is false, refer if none is but some fact is unknown, else pass.

    A broken requirement denies even while others are unknown: nothing that is still unknown could mend it.
    """
    failed = tuple(check.path for check in checks if check.truth is False)
    if failed:
        return Verdict(effect="deny", failed=failed)
    missing = tuple(check.path for check in checks if check.truth is None)
    if missing:
        return Verdict(effect="refer", missing=missing)
    return PASS


def refer(*because: str) -> Verdict:
    """Ask for a person's decision because of the facts named."""
    return Verdict(effect="refer", failed=because)


def warn(*because: str) -> Verdict:
    """Let the flow go on, and tell the officer why that deserves a look."""
    return Verdict(effect="warn", failed=because)


def oblige(who: str, *, due: str = "") -> Verdict:
    """Let the flow go on, with a duty on ``who`` (``exporter``, ``recipient`` or ``both``)."""
    return Verdict(effect="obligation", who=who, due=due)


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """One clause with its predicate.

    ``binds`` is the legal system it belongs to (XB for a rule of this library); ``effect`` the strongest thing it does;
    ``citation`` the clause and ``source`` the keys of the dossier's source list; ``since`` and ``until`` the first and
    the last day on which it is in force (``until`` None: still in force); ``text`` says what it demands.
    """

    id: str
    binds: Binding
    direction: Direction
    effect: Effect
    citation: str
    source: str
    confidence: Confidence
    since: date
    until: date | None
    text: Texts
    judge: Judge

    def in_force(self, day: date) -> bool:
        """Return whether the rule is law on ``day``."""
        return self.since <= day and (self.until is None or day <= self.until)


def rule(
    rule_id: str,
    *,
    binds: Binding,
    direction: Direction,
    effect: Effect,
    citation: str,
    source: str,
    confidence: Confidence,
    since: str,
    en: str,
    hant: str,
    hans: str,
    until: str | None = None,
) -> Callable[[Judge], Rule]:
    """Return a decorator that turns a judging function into a :class:`Rule`; days are ``YYYY-MM-DD``."""

    def build(judge: Judge) -> Rule:
        return Rule(
            id=rule_id,
            binds=binds,
            direction=direction,
            effect=effect,
            citation=citation,
            source=source,
            confidence=confidence,
            since=date.fromisoformat(since),
            until=None if until is None else date.fromisoformat(until),
            text=Texts(en=en, zh_Hans=hans, zh_Hant=hant),
            judge=judge,
        )

    return build
