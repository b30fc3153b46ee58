"""7 WITHDRAW: the person takes a consent back; every later release refuses, from the moment this is durable.

The authorisation of the link is a consent too: withdrawing it ends the link, and with it everything that stands on it.
"""

from __future__ import annotations

from datetime import datetime

from xbridge.consent.life import continued, end_of
from xbridge.core.effects import Row, Write, append, read
from xbridge.core.errors import StoreConflict
from xbridge.core.ids import new_record_id
from xbridge.core.ports import Entropy
from xbridge.crypto.canonical import canonical_json
from xbridge.flows.consent import Consent, as_consent, open_person, verify_person
from xbridge.flows.deps import Deps
from xbridge.flows.record_signing import sign_consent
from xbridge.flows.shelf import mark_key, read_consent, read_link, subject_key
from xbridge.ledger.entry import Kind, build_entry, entry_bytes
from xbridge.linking.link import LinkRecord
from xbridge.linking.pseudonym import ledger_subject

TRIES = 8


async def withdraw(
    deps: Deps, consent_id: str, *, requested_by: str, session: str, now: datetime, entropy: Entropy
) -> Consent:
    """Withdraw a consent and return it with the signed receipt of its end.

    (1) the person logged in, in this session   (2) it is their consent   (3) the move is allowed
    (4) the signed revision and the new state, and the end of the link if it was the link's, one durable transaction

    A use that happens at the same moment makes (4) fail and is then simply earlier.  Raises ``LinkRefused``,
    ``ConsentMissing`` (with the present state), ``StoreConflict``.
    """
    # (1)
    proof = open_person(deps, requested_by, session=session, now=now)
    for attempt in range(TRIES):
        # (2)
        history, row = await read_consent(deps, consent_id)
        link, link_row = await read_link(history.link, even_ended=True)
        verify_person(link, proof)
        # (3)
        end = await sign_consent(deps, end_of(history, "withdrawn", now=now))
        withdrawn = continued(history, end)
        # (4)
        kinds: list[Kind] = ["consent.withdrawn"]
        writes = [Write(key=row.key, value=withdrawn.to_file(), expected=row.version)]
        if history.first.privacy_notice.startswith("identity-binding/") and link.state == "linked":
            kinds.append("link.ended")
            writes += await _end_of(link, link_row, now=now)
        entries = [
            build_entry(
                kind=kind,
                now=now,
                entry_id=new_record_id(now, entropy),
                link=ledger_subject(deps.pseudonym_key, link_id=link.id),
                consent=consent_id,
                body_digest=withdrawn.current.digest if kind == "consent.withdrawn" else "",
                detail={"by": "subject", "service": history.first.service},
            )
            for kind in kinds
        ]
        try:
            await append(
                *map(entry_bytes, entries),
                writes=tuple(writes),
                marks=tuple((mark_key(consent_id, entry.id), number) for number, entry in enumerate(entries)),
            )
        except StoreConflict:
            if attempt + 1 == TRIES:
                raise
            continue
        return as_consent(withdrawn, now=now)
    raise AssertionError("unreachable: the last try returns or raises")


async def _end_of(link: LinkRecord, row: Row, *, now: datetime) -> list[Write]:
    """Return the writes that end ``link`` and free both accounts for another one."""
    writes = [Write(key=row.key, value=canonical_json(link.ended(now=now)), expected=row.version)]
    for end in (link.hk, link.cn_gd):
        account = await read(subject_key(end.subject_ref))
        if account is not None:
            writes.append(Write(key=account.key, value=None, expected=account.version))
    return writes
