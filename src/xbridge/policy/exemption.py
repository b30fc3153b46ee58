"""When a Mainland export needs no gateway: the exemptions of the CBDF provisions (articles 3 to 6) and NDSR 35(6).

The tests only.  The rules that report an exemption are in ``rules/mainland_exemption.py``; those that ask whether
there is one are in ``rules/mainland_export.py`` and ``rules/mainland_volume.py``.  An exemption never removes notice,
separate consent or the impact assessment (CBDF article 10).
"""

from __future__ import annotations

from collections.abc import Callable

from xbridge.policy import code
from xbridge.policy.concept import has_sensitive
from xbridge.policy.fact import Check, Facts, UnknownFact

NONSENSITIVE_FREE = 100_000
"""People per year below which ordinary data needs no gateway (CBDF article 5(1)(4)); the figure itself is not below."""

Test = Callable[[Facts], tuple[Check, ...]]


def transit(facts: Facts) -> tuple[Check, ...]:
    """CBDF 4: collected outside, processed inside, sent out again, nothing of the Mainland added."""
    return (
        facts.is_in("transfer.origin", {"outside_mainland"}),
        facts.not_so("transfer.mixed_with_mainland_pi"),
        facts.is_in("transfer.important_data", {"no"}),
    )


def own_contract(facts: Facts) -> tuple[Check, ...]:
    """CBDF 5(1)(1): really needed for a contract to which the person is party.

    That the contract is the person's own is taken from the basis (PIPL 13(1)(2)); that the data is needed for it from
    ``transfer.necessary``.
    """
    return (
        facts.is_in("legal_basis.exemption_cn", {"CBDF-5.1.1"}),
        facts.is_in("legal_basis.cn", {"PIPL-13.1.2"}),
        facts.holds("transfer.necessary"),
    )


def human_resources(facts: Facts) -> tuple[Check, ...]:
    """CBDF 5(1)(2): cross-border HR management under lawful labour rules and a collective contract; both are needed."""
    return (
        facts.is_in("legal_basis.exemption_cn", {"CBDF-5.1.2"}),
        facts.is_in("subjects.role", {"employee"}),
        facts.given("legal_basis.labour_rules"),
        facts.given("legal_basis.collective_contract"),
        facts.holds("transfer.necessary"),
    )


def emergency(facts: Facts) -> tuple[Check, ...]:
    """CBDF 5(1)(3): an emergency that threatens life, health or property."""
    return (
        facts.is_in("legal_basis.exemption_cn", {"CBDF-5.1.3"}),
        facts.holds("transfer.emergency"),
        facts.holds("transfer.necessary"),
    )


def small_volume(facts: Facts) -> tuple[Check, ...]:
    """CBDF 5(1)(4): no CII operator, under 100,000 people's ordinary data since 1 January; sensitive never counts."""
    sensitive = Check("transfer.categories", not has_sensitive(facts))
    if sensitive.truth is False:
        return (sensitive,)
    people = facts.count("ytd.nonsensitive") + facts.count("transfer.n_subjects")
    return (
        sensitive,
        facts.not_so("exporter.ciio"),
        Check("ytd.nonsensitive", people < NONSENSITIVE_FREE),
        facts.is_in("transfer.important_data", {"no"}),
    )


def statutory_duty(facts: Facts) -> tuple[Check, ...]:
    """NDSR 35(6): needed for a statutory duty or obligation, with the instrument named."""
    claimed = code.STATUTORY_EXPORT in {facts.code("legal_basis.exemption_cn"), facts.code("legal_basis.cn")}
    return (Check("legal_basis.exemption_cn", claimed), facts.given("legal_basis.instrument"))


TESTS: dict[str, Test] = {
    "CBDF-4": transit,
    "CBDF-5.1.1": own_contract,
    "CBDF-5.1.2": human_resources,
    "CBDF-5.1.3": emergency,
    "CBDF-5.1.4": small_volume,
    "NDSR-35.6": statutory_duty,
}


def holds(facts: Facts, name: str) -> bool | None:
    """Return whether the exemption ``name`` is made out; None while a fact that it needs is unknown."""
    try:
        checks = TESTS[name](facts)
    except UnknownFact:
        return None
    if any(check.truth is False for check in checks):
        return False
    return None if any(check.truth is None for check in checks) else True


def _find(facts: Facts, names: tuple[str, ...]) -> bool:
    """Return whether any of ``names`` is made out.  Raises :class:`UnknownFact` if that cannot be said."""
    missing: str | None = None
    for name in names:
        try:
            checks = TESTS[name](facts)
        except UnknownFact as unknown:
            missing = missing or unknown.path
            continue
        if all(check.truth is True for check in checks):
            return True
        if not any(check.truth is False for check in checks):
            missing = missing or next(check.path for check in checks if check.truth is None)
    if missing is not None:
        raise UnknownFact(missing)
    return False


def _any(facts: Facts) -> bool:
    return _find(facts, tuple(TESTS))


def _any_for_operator(facts: Facts) -> bool:
    return _find(facts, ("CBDF-4", "CBDF-5.1.1", "CBDF-5.1.2", "CBDF-5.1.3"))


def is_exempt(facts: Facts) -> bool:
    """Whether any exemption is made out.  Raises :class:`UnknownFact` while that depends on an unknown fact."""
    return facts.recall(_any)


def operator_is_exempt(facts: Facts) -> bool:
    """Whether an exemption that also serves CII operators is made out (CBDF 7: articles 3 to 6 without 5(1)(4))."""
    return facts.recall(_any_for_operator)
