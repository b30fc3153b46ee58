"""A policy decision, with every rule that mattered and what it read (policy.md part b, ``Decision``).

The value only: ``policy/`` takes decisions and ``flows/`` records them.  Fields are declared in RFC 8785 order so that
pydantic's own dump is canonical (house.md section 1).
"""

from __future__ import annotations

from typing import Literal

from pydantic import BaseModel, ConfigDict

from xbridge.core.language import Language

Outcome = Literal["permit", "permit_with_obligations", "deny", "indeterminate", "not_applicable"]
Effect = Literal["deny", "refer", "obligation", "warn", "exempt", "route", "pass", "scope"]
RELEASING: frozenset[Outcome] = frozenset({"permit", "permit_with_obligations"})


class Record(BaseModel):
    """Base of every record that leaves the process: frozen, strict, no unknown members."""

    # An error never quotes its input: records hold what nobody may read in a traceback.
    model_config = ConfigDict(frozen=True, strict=True, extra="forbid", defer_build=True, hide_input_in_errors=True)


class Texts(Record):
    """One text in the three languages."""

    en: str
    zh_Hans: str  # noqa: N815  (the BCP 47 tag with its hyphen made legal)
    zh_Hant: str  # noqa: N815

    def get(self, language: Language) -> str:
        """Return the text in ``language``."""
        return {"en": self.en, "zh-Hans": self.zh_Hans, "zh-Hant": self.zh_Hant}[language]


class Reason(Record):
    """One rule's part in a decision.

    ``effect`` is what the rule did; ``facts`` the dotted names of the facts it read, sorted; ``failed`` those among
    them that broke the rule or gave rise to its effect; ``missing`` those that were unknown; ``confidence`` is V1, V2,
    INF or UNK as in policy.md 0.1.
    """

    citation: str
    confidence: Literal["V1", "V2", "INF", "UNK"]
    effect: Effect
    facts: tuple[str, ...]
    failed: tuple[str, ...]
    missing: tuple[str, ...]
    rule: str
    source: str
    text: Texts


class Obligation(Record):
    """A duty that comes with a permission: who must do what by when (``due`` is RFC 3339 or empty for "at once")."""

    due: str
    rule: str
    text: Texts
    who: str


class Decision(Record):
    """The answer to "may this data flow happen now?".

    ``input_digest`` is ``sha256:hex`` of the canonical facts, ``rulepack_digest`` of the rule pack that was applied;
    ``evaluated_at`` is RFC 3339 in UTC.  ``not_examined`` holds the ids of rules that were left aside for want
    of a fact that is not in issue (scenario files only).
    """

    evaluated_at: str
    input_digest: str
    not_examined: tuple[str, ...]
    obligations: tuple[Obligation, ...]
    outcome: Outcome
    reasons: tuple[Reason, ...]
    rulepack_digest: str
    rulepack_version: str

    @property
    def releases(self) -> bool:
        """Whether data may leave on this decision."""
        return self.outcome in RELEASING
