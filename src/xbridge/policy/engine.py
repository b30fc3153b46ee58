"""The decision engine: judge every rule in force, combine, explain.

Three-valued and fail-closed.  A fact that is not stated makes its rule refer; a rule that raises denies and says so;
an empty pack denies.  Combining (policy.md 0.1): out of scope → not_applicable; any deny → deny; any refer →
indeterminate; any obligation or warning → permit_with_obligations; else permit.  A flow that no rule concerns is
not_applicable, and that releases nothing.  The engine knows no law: rules do.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Literal

from xbridge.core.decision import Decision, Effect, Obligation, Outcome, Reason
from xbridge.core.errors import VerificationError
from xbridge.crypto.canonical import canonical_json_of
from xbridge.crypto.digest import sha256_hex
from xbridge.policy import refusal
from xbridge.policy.fact import Facts, UnknownFact
from xbridge.policy.pack import RulePack
from xbridge.policy.rule import Rule, Verdict
from xbridge.policy.shape import MalformedFact, parse_instant

Unstated = Literal["unknown", "not_in_issue"]
"""What silence about a fact means: nobody knows (refer), or nobody disputes it (the rule is not examined)."""


def decide(facts: Mapping[str, object], pack: RulePack, *, now: datetime, unstated: Unstated = "unknown") -> Decision:
    """Return the decision about ``facts`` under ``pack``.

    ``facts`` is a nested mapping in the vocabulary of ``specs/policy.md``, made of plain JSON values without floats.
    ``facts["at"]`` (RFC 3339) is the moment of the act and chooses the rules in force; without it that moment is
    ``now``.  ``now`` (aware) is when the decision is taken.

    Raises ``VerificationError("facts", …)`` if ``facts`` is no such document, and ``ValueError`` if ``now`` is naive.
    """
    if now.tzinfo is None:
        raise ValueError("now must be aware")
    digest = _input_digest(facts)
    stated_at = facts.get("at")
    at = now if stated_at is None else parse_instant(stated_at) if isinstance(stated_at, str) else None
    reasons: list[Reason] = []
    obligations: list[Obligation] = []
    left_aside: list[str] = []
    leaves = False
    examined = 0
    if at is None:
        reasons.append(refusal.BAD_MOMENT)
    else:
        view = Facts(facts, at)
        for rule in pack.in_force(view.today):
            examined += 1
            verdict, reads, error = _judge(rule, view)
            if verdict.effect is None:
                continue
            if verdict.missing and verdict.effect == "refer" and unstated == "not_in_issue":
                left_aside.append(rule.id)
                continue
            leaves = leaves or verdict.leaves
            reasons.append(_reason(pack, rule, verdict, reads, error))
            if verdict.effect == "obligation":
                obligations.append(Obligation(due=verdict.due, rule=rule.id, text=rule.text, who=verdict.who))
        if not examined:
            reasons.append(refusal.NO_RULES)
    if leaves:
        # Outside the rules, whatever they say of it does not count; and nothing is released on their strength either.
        reasons = [reason for reason in reasons if reason.effect == "scope"]
        obligations, left_aside = [], []
    return Decision(
        evaluated_at=now.astimezone(UTC).isoformat(timespec="seconds").replace("+00:00", "Z"),
        input_digest=digest,
        not_examined=tuple(sorted(left_aside)),
        obligations=tuple(obligations),
        outcome=_combine({reason.effect for reason in reasons}, leaves=leaves, left_aside=bool(left_aside)),
        reasons=tuple(reasons),
        rulepack_digest=pack.digest,
        rulepack_version=pack.version,
    )


def _input_digest(facts: Mapping[str, object]) -> str:
    """Return the digest of the canonical facts.  Raises ``VerificationError``."""
    try:
        return sha256_hex(canonical_json_of(facts))
    except VerificationError as exc:
        raise VerificationError("facts", reason=exc.reason) from exc


def _judge(rule: Rule, view: Facts) -> tuple[Verdict, tuple[str, ...], str]:
    """Return the verdict of ``rule``, what it read, and the name of the error if it raised one."""
    view.start()
    error = ""
    try:
        verdict = rule.judge(view)
    except UnknownFact as unknown:
        verdict = Verdict(effect="refer", missing=(unknown.path,))
    except MalformedFact as malformed:
        verdict, error = Verdict(effect="deny", failed=(malformed.path,)), "MalformedFact"
    except Exception as exc:
        verdict, error = Verdict(effect="deny"), type(exc).__name__
    return verdict, view.reads(), error


def _reason(pack: RulePack, rule: Rule, verdict: Verdict, reads: tuple[str, ...], error: str) -> Reason:
    """Return the wording of one verdict, put together once for each way through the rule."""
    effect: Effect = verdict.effect or "pass"
    key = (rule.id, f"{effect}/{error}", reads, verdict.failed, verdict.missing)
    held = pack.reasons.get(key)
    if held is None:
        held = pack.reasons[key] = Reason(
            citation=rule.citation,
            confidence=rule.confidence,
            effect=effect,
            facts=tuple(sorted(reads)),
            failed=tuple(sorted(set(verdict.failed))),
            missing=tuple(sorted(set(verdict.missing))),
            rule=rule.id,
            source=rule.source,
            text=refusal.raised(error) if error else rule.text,
        )
    return held


def _combine(effects: set[Effect], *, leaves: bool, left_aside: bool) -> Outcome:
    """Return the outcome for the effects of all reasons; order plays no part."""
    if leaves:
        return "not_applicable"
    if "deny" in effects:
        return "deny"
    if "refer" in effects:
        return "indeterminate"
    if not effects - {"scope"}:
        # Nothing spoke for or against.  Rules that were left aside might have, so a person must look.
        return "indeterminate" if left_aside else "not_applicable"
    if effects & {"obligation", "warn"}:
        return "permit_with_obligations"
    return "permit"
