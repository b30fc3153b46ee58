"""Legal notions that several rules share: who is bound, what counts as an export, whether consent is relied on.

Each is worked out once per decision (:meth:`Facts.recall`) and its reads count as reads of the rule that asked.  These
are building blocks, not rules: nothing here permits or denies.
"""

from __future__ import annotations

from collections.abc import Callable

from xbridge.policy import code
from xbridge.policy.fact import Facts
from xbridge.policy.shape import MalformedFact


def _once(work: Callable[[Facts], bool]) -> Callable[[Facts], bool]:
    """Make ``work`` remember its answer for the length of one decision."""

    def ask(facts: Facts) -> bool:
        return facts.recall(work)

    return ask


def _place(facts: Facts, path: str) -> code.Jurisdiction | None:
    """Return the legal system of the place at ``path``; None when it is stated absent.

    Raises :class:`MalformedFact` for a code that names no place, so that every rule that turns on it denies.
    """
    place = facts.code(path)
    if place is None:
        return None
    found = code.jurisdiction_of(place)
    if found is None:
        raise MalformedFact(path)
    return found


@_once
def exporter_is_mainland(facts: Facts) -> bool:
    """Whether the party that provides the data is in the Mainland."""
    return _place(facts, "exporter.place") == "CN"


@_once
def exporter_is_hong_kong(facts: Facts) -> bool:
    """Whether the party that provides the data is in Hong Kong."""
    return _place(facts, "exporter.place") == "HK"


@_once
def recipient_is_mainland(facts: Facts) -> bool:
    """Whether the party that receives the data is in the Mainland."""
    return _place(facts, "recipient.place") == "CN"


@_once
def recipient_is_hong_kong(facts: Facts) -> bool:
    """Whether the party that receives the data is in Hong Kong."""
    return _place(facts, "recipient.place") == "HK"


def mainland_is_party(facts: Facts) -> bool:
    """Whether Mainland law binds either side."""
    return exporter_is_mainland(facts) or recipient_is_mainland(facts)


def hong_kong_is_party(facts: Facts) -> bool:
    """Whether the PDPO binds either side (SCOPE-3)."""
    return exporter_is_hong_kong(facts) or recipient_is_hong_kong(facts)


@_once
def leaves_mainland(facts: Facts) -> bool:
    """Whether a Mainland party provides data abroad; Hong Kong and Macao count as abroad here (SCOPE-2).

    A query counts too.  Only an access that is stated to be performed inside the Mainland does not (CAC Q&A of October
    2025, answer 5); silence about it is taken as export, the stricter reading.
    """
    if not exporter_is_mainland(facts) or recipient_is_mainland(facts):
        return False
    if facts.code("transfer.channel") not in {"query", "remote_access"}:
        return True
    return facts.said("access.performed_outside_mainland") is not False


@_once
def leaves_hong_kong(facts: Facts) -> bool:
    """Whether a Hong Kong data user sends data out of Hong Kong."""
    return exporter_is_hong_kong(facts) and not recipient_is_hong_kong(facts)


@_once
def has_sensitive(facts: Facts) -> bool:
    """Whether the flow carries what Mainland law calls sensitive: a listed category, or anything of a child under 14.

    Categories that are ordinary in law but harmful when leaked (identity numbers) are not counted here; HK-HKID and the
    sector rules speak of them.
    """
    return bool(code.SENSITIVE.intersection(facts.codes("transfer.categories"))) or (
        facts.flag("subjects.minor_u14") is True
    )


@_once
def consent_is_mainland_basis(facts: Facts) -> bool:
    """Whether a Mainland party rests its handling on consent (PIPL 13(1)(1))."""
    return mainland_is_party(facts) and facts.code("legal_basis.cn") == code.CONSENT_BASIS


@_once
def purpose_is_new_in_hong_kong(facts: Facts) -> bool:
    """Whether the purpose is neither one of the collection nor directly related to one (PDPO DPP3(4))."""
    purpose = facts.code("transfer.purpose")
    return purpose not in facts.codes("collection.purposes") and purpose not in facts.codes(
        "collection.directly_related"
    )


@_once
def prescribed_consent_is_needed(facts: Facts) -> bool:
    """Whether a Hong Kong data user needs prescribed consent: it says so, or the purpose is new and nothing exempts."""
    if not hong_kong_is_party(facts):
        return False
    if facts.code("legal_basis.hk") == code.PRESCRIBED_CONSENT:
        return True
    return purpose_is_new_in_hong_kong(facts) and facts.code("legal_basis.exemption_hk") is None


@_once
def consent_is_relied_on(facts: Facts) -> bool:
    """Whether this flow stands or falls with a consent record."""
    return (
        facts.code("transfer.channel") in code.CONSENT_CHANNELS
        or consent_is_mainland_basis(facts)
        or prescribed_consent_is_needed(facts)
    )


@_once
def on_gba_route(facts: Facts) -> bool:
    """Whether this flow rests on the GBA standard contract between the Mainland and Hong Kong."""
    return facts.code("mechanism") == "gba_sc_hk"
