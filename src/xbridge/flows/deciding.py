"""4 POLICY and 5 LEDGER: take a decision and make it durable, before anything can leave.

Every path to data goes through :func:`decide_and_record`; there is no other (lessons.md D2, E13).
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from xbridge.consent.record import SUPPORTING
from xbridge.core.decision import Decision
from xbridge.core.effects import Write, append
from xbridge.core.errors import ConsentMissing, PolicyDenied, PolicyReferred
from xbridge.core.ids import new_record_id
from xbridge.core.ports import Entropy
from xbridge.crypto.canonical import canonical_json, canonical_json_of
from xbridge.crypto.digest import sha256_hex
from xbridge.flows.deps import Deps
from xbridge.flows.shelf import decision_key, mark_key, new_row
from xbridge.ledger.entry import build_entry, entry_bytes
from xbridge.policy import decide


async def decide_and_record(
    deps: Deps,
    facts: Mapping[str, Any],
    *,
    consent_id: str,
    consent_state: str,
    person: str,
    audience: str,
    guard: Write,
    now: datetime,
    entropy: Entropy,
) -> tuple[str, Decision]:
    """Return the id of a recorded decision that releases, and the decision.

    ``guard`` is a write that fails if what was decided about has changed since it was read.  Raises ``PolicyDenied``,
    ``PolicyReferred``, or ``ConsentMissing`` when the consent's state is the reason; all after the record is durable.
    ``StoreConflict`` means that nothing was recorded and the caller may read again.
    """
    decision = decide(facts, deps.pack, now=now)
    decision_id = new_record_id(now, entropy)
    raw = canonical_json(decision)
    entry = build_entry(
        kind="decision",
        now=now,
        entry_id=decision_id,
        link=person,
        consent=consent_id,
        body_digest=sha256_hex(raw),
        detail={
            "audience": audience,
            "categories": ",".join(facts["transfer"]["categories"]),
            "outcome": decision.outcome,
            "purpose": facts["transfer"]["purpose"],
            "rulepack": decision.rulepack_digest,
        },
    )
    await append(
        entry_bytes(entry),
        writes=(
            guard,
            new_row(decision_key(decision_id), raw),
            new_row(f"facts/{decision_id}", canonical_json_of(dict(facts))),
        ),
        marks=((mark_key(consent_id, decision_id), 0),),
    )
    # Where the law needs no consent the rules may permit without one; this house still releases on a living one only.
    if consent_state not in SUPPORTING:
        raise ConsentMissing(consent_state, f"the consent is {consent_state}; the refusal is recorded")
    if decision.releases:
        return decision_id, decision
    if decision.outcome == "deny":
        raise PolicyDenied(decision)
    raise PolicyReferred(decision)
