"""7 WITHDRAW: the person takes a consent back; every later release refuses, from the moment this is durable."""

from __future__ import annotations

from datetime import datetime

from xbridge.consent.life import ended
from xbridge.core.effects import Write, append
from xbridge.core.errors import StoreConflict
from xbridge.core.ids import new_record_id
from xbridge.core.ports import Entropy
from xbridge.flows.consent import Consent, as_consent, open_person, verify_person
from xbridge.flows.deps import Deps
from xbridge.flows.shelf import mark_key, read_consent, read_link
from xbridge.ledger.entry import build_entry, entry_bytes
from xbridge.linking.pseudonym import ledger_subject

TRIES = 8


async def withdraw(
    deps: Deps, consent_id: str, *, requested_by: str, session: str, now: datetime, entropy: Entropy
) -> Consent:
    """Withdraw a consent and return it with the signed receipt of its end.

    (1) the person logged in, in this session   (2) it is their consent   (3) the move is allowed
    (4) the signed revision and the new state, one durable transaction

    A use that happens at the same moment makes (4) fail and is then simply earlier.  Raises ``LinkRefused``,
    ``ConsentMissing`` (with the present state), ``StoreConflict``.
    """
    # (1)
    proof = open_person(deps, requested_by, session=session, now=now)
    for attempt in range(TRIES):
        # (2)
        history, row = await read_consent(deps, consent_id)
        link, _ = await read_link(history.link)
        verify_person(link, proof)
        # (3)
        withdrawn = ended(history, "withdrawn", deps.record_signer, now=now)
        # (4)
        entry = build_entry(
            kind="consent.withdrawn",
            now=now,
            entry_id=new_record_id(now, entropy),
            link=ledger_subject(deps.pseudonym_key, link_id=link.id),
            consent=consent_id,
            body_digest=withdrawn.current.digest,
            detail={"by": "subject", "service": history.first.service},
        )
        try:
            await append(
                entry_bytes(entry),
                writes=(Write(key=row.key, value=withdrawn.to_file(), expected=row.version),),
                marks=((mark_key(consent_id, entry.id), 0),),
            )
        except StoreConflict:
            if attempt + 1 == TRIES:
                raise
            continue
        return as_consent(withdrawn, now=now)
    raise AssertionError("unreachable: the last try returns or raises")
