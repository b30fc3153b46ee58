"""A rule pack: ordered rules under one version and one digest.

The digest covers what a reader sees (ids, texts, citations, dates) and what the machine runs (the source of every
module that a predicate lives in, and of the notions they share), so two decisions with one digest were taken under one
law.
"""

from __future__ import annotations

import inspect
import sys
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import date

from xbridge.core.decision import Reason
from xbridge.core.errors import ConfigError
from xbridge.crypto.canonical import canonical_json_of
from xbridge.crypto.digest import sha256_hex
from xbridge.policy.rule import Rule

_FOUNDATION = tuple(
    f"xbridge.policy.{name}"
    for name in ("code", "concept", "engine", "exemption", "fact", "filing", "rule", "shape", "vocabulary")
)
"""What every predicate stands on: a change there may change a decision, so it changes the digest."""

_ReasonKey = tuple[str, str, tuple[str, ...], tuple[str, ...], tuple[str, ...]]


@dataclass(frozen=True, slots=True, kw_only=True)
class RulePack:
    """Rules in decision order.  Build it with :meth:`of`, which checks and digests.

    ``reasons`` remembers wording that was already put together.  It holds fact names and no values, so it is as small
    as the number of ways through the rules.
    """

    version: str
    rules: tuple[Rule, ...]
    digest: str
    reasons: dict[_ReasonKey, Reason] = field(default_factory=dict, repr=False, compare=False)

    @classmethod
    def of(cls, version: str, rules: Iterable[Rule]) -> RulePack:
        """Return the pack.  Raises ``ConfigError`` if an id comes twice or a predicate cannot be digested."""
        ordered = tuple(rules)
        ids = [rule.id for rule in ordered]
        if len(set(ids)) != len(ids):
            twice = sorted({rule_id for rule_id in ids if ids.count(rule_id) > 1})
            raise ConfigError(f"rule ids must be unique in a pack; given twice: {', '.join(twice)}")
        return cls(version=version, rules=ordered, digest=_digest(version, ordered))

    @property
    def ids(self) -> frozenset[str]:
        """The ids of all rules, in force or not."""
        return frozenset(rule.id for rule in self.rules)

    def in_force(self, day: date) -> Iterator[Rule]:
        """Yield the rules that are law on ``day``, in order."""
        return (rule for rule in self.rules if rule.in_force(day))


def _digest(version: str, rules: tuple[Rule, ...]) -> str:
    """Return the digest over metadata, wording and source of ``rules``."""
    modules = sorted({rule.judge.__module__ for rule in rules}.union(_FOUNDATION))
    document = {
        "type": "xbridge/rulepack/v1",
        "version": version,
        "rules": [_described(rule) for rule in rules],
        "source": {name: _source(name) for name in modules},
    }
    return sha256_hex(canonical_json_of(document))


def _described(rule: Rule) -> dict[str, str]:
    """Return everything about ``rule`` that is not code, and which code it runs."""
    if getattr(rule.judge, "__closure__", None):
        raise ConfigError(f"rule {rule.id}: a predicate may not close over values, because the digest cannot see them")
    return {
        "id": rule.id,
        "binds": rule.binds,
        "direction": rule.direction,
        "effect": rule.effect,
        "citation": rule.citation,
        "source": rule.source,
        "confidence": rule.confidence,
        "since": rule.since.isoformat(),
        "until": "" if rule.until is None else rule.until.isoformat(),
        "en": rule.text.en,
        "zh-Hans": rule.text.zh_Hans,
        "zh-Hant": rule.text.zh_Hant,
        "predicate": f"{rule.judge.__module__}:{getattr(rule.judge, '__qualname__', '')}",
    }


def _source(module: str) -> str:
    """Return the digest of a module's source with line ends made equal.  Raises ``ConfigError`` if there is none."""
    try:
        text = inspect.getsource(sys.modules[module])
    except (KeyError, OSError, TypeError) as exc:
        raise ConfigError(f"the source of {module} cannot be read, so its rules cannot be digested") from exc
    return sha256_hex("\n".join(text.splitlines()).encode("utf-8", "surrogatepass"))
