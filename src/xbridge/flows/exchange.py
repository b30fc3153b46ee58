"""6 EXCHANGE: a token for one audience, one purpose and some categories, after a recorded decision.

The decision is durable before the token exists (house.md section 2).  If somebody withdraws between reading the consent
and recording the decision, or between the decision and the issue, the record fails and the consent is read again.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime

from xbridge.consent.life import ConsentHistory
from xbridge.consent.record import SUPPORTING, ConsentRecord
from xbridge.core.decision import Decision
from xbridge.core.effects import Row, Write, append
from xbridge.core.errors import ConsentMissing, LinkRefused, StoreConflict, VerificationError
from xbridge.core.flow import DataFlow
from xbridge.core.identity import LEVELS, Level
from xbridge.core.ids import new_handle, new_record_id
from xbridge.core.moment import from_text
from xbridge.core.ports import Entropy
from xbridge.crypto.digest import sha256_hex
from xbridge.exchange.access_token import mint_access_token, token_lifetime_s
from xbridge.flows.deciding import decide_and_record
from xbridge.flows.deps import Deps
from xbridge.flows.fact import build_facts
from xbridge.flows.shelf import (
    IssuedToken,
    mark_key,
    new_row,
    read_consent,
    read_link,
    token_key,
    unchanged,
    used_once_more,
    written,
)
from xbridge.ledger.entry import LedgerEntry, build_entry, entry_bytes
from xbridge.linking.link import LinkRecord
from xbridge.linking.pseudonym import ledger_subject, pairwise_subject

TRIES = 4


@dataclass(frozen=True, slots=True, kw_only=True)
class Release:
    """What an exchange gives: the token for ``audience``, how long it lives, and the decision it stands on.

    ``decision_id`` and ``token_id`` name the two ledger entries.
    """

    token: str = field(repr=False)
    audience: str
    expires_in_s: int
    consent: str
    decision: Decision = field(repr=False)
    decision_id: str
    token_id: str


async def exchange(
    deps: Deps, link_id: str, consent_id: str, flow: DataFlow, *, audience: str, now: datetime, entropy: Entropy
) -> Release:
    """Decide, record, mint, record; return the token.

    (1) catalogue entry, link and consent, read now   (2) the consent is this link's, whose providers are in use
    (3) the level that the service asks for   (4) decision, durable   (5) the token, never wider or longer than the
    consent   (6) its issue, durable, while the consent still stands

    Raises ``Unsupported``, ``LinkRefused``, ``ConsentMissing``, ``VerificationError``, ``PolicyDenied``,
    ``PolicyReferred``, ``StoreError``.
    """
    for attempt in range(TRIES):
        # (1) and (2)
        service = deps.config.service(audience, flow)
        link, _ = await read_link(link_id)
        history, row = await read_consent(deps, consent_id)
        if history.link != link.id or history.first.audience != audience:
            raise ConsentMissing("none", "there is no such consent for this link and audience")
        if not all(deps.trusts(end.provider, end.issuer) for end in (link.hk, link.cn_gd)):
            raise LinkRefused("provider", "a provider that this link stands on is no longer in use here")
        # (3) Both sides count; the lower one is what the pair is worth.
        level = joint_level(link)
        if LEVELS.index(level) < LEVELS.index(service.min_level):
            raise VerificationError("assurance", reason="too_low", message=f"this service asks for {service.min_level}")
        # (4)
        person = ledger_subject(deps.pseudonym_key, link_id=link.id)
        guard = used_once_more(history, row)
        try:
            decision_id, decision = await decide_and_record(
                deps,
                build_facts(deps.config, service, flow, link, history, now=now),
                consent_id=consent_id,
                consent_state=history.state(now),
                person=person,
                audience=audience,
                guard=guard,
                now=now,
                entropy=entropy,
            )
        except StoreConflict:
            if attempt + 1 == TRIES:
                raise
            continue
        # (5)
        verify_covered(history.first, flow)
        lifetime_s = token_lifetime_s(
            service_limit_s=service.token_lifetime_s,
            consent_valid_until=from_text(history.first.valid_until),
            now=now,
        )
        token_id = new_handle(entropy)
        token = mint_access_token(
            deps.token_signer,
            issuer=deps.config.issuer,
            audience=audience,
            subject=pairwise_subject(deps.pseudonym_key, link_id=link.id, audience=audience),
            client_id=deps.config.operator,
            token_id=token_id,
            flow=flow,
            recipient=service.recipient,
            retention_days=service.retention_days,
            level=level,
            consent=consent_id,
            transaction=decision_id,
            lifetime_s=lifetime_s,
            now=now,
        )
        # (6)
        entry = build_entry(
            kind="token.issued",
            now=now,
            entry_id=new_record_id(now, entropy),
            link=person,
            consent=consent_id,
            body_digest=sha256_hex(token.encode()),
            detail={"audience": audience, "decision": decision_id, "lifetime": f"PT{lifetime_s}S"},
        )
        issued = IssuedToken(
            audience=audience, consent=consent_id, decision=decision_id, link=link.id, service=service.id, v=1
        )
        await _record_issue(deps, entry, new_row(token_key(token_id), issued), history, written(guard), now, entropy)
        return Release(
            token=token,
            audience=audience,
            expires_in_s=lifetime_s,
            consent=consent_id,
            decision=decision,
            decision_id=decision_id,
            token_id=entry.id,
        )
    raise AssertionError("unreachable: the last try returns or raises")


def verify_covered(consent: ConsentRecord, flow: DataFlow) -> None:
    """Check that ``flow`` lies within what was agreed to.  Raises ``ConsentMissing("none")``.

    The rules say so too wherever the law rests on consent; this holds where it rests on something else (lessons.md D7).
    """
    same = (consent.purpose, consent.source, consent.target) == (flow.purpose, flow.source, flow.target)
    if not same or not set(flow.categories) <= set(consent.categories):
        raise ConsentMissing("none", "this consent does not cover that purpose, place or category; nothing left")


async def _record_issue(
    deps: Deps,
    entry: LedgerEntry,
    token_row: Write,
    history: ConsentHistory,
    row: Row,
    now: datetime,
    entropy: Entropy,
) -> None:
    """Record the issue of a token while its consent stands; ``row`` is the consent as the decision left it.

    Raises ``ConsentMissing`` (recorded) when the consent ended between decision and issue: the log then never shows a
    token after the end of its consent, and the token is never handed out (lessons.md E11).
    """
    for attempt in range(TRIES):
        try:
            await append(
                entry_bytes(entry),
                writes=(unchanged(row), token_row),
                marks=((mark_key(entry.consent, entry.id), 0),),
            )
        except StoreConflict:
            if attempt + 1 == TRIES:
                raise
            history, row = await read_consent(deps, entry.consent)
        else:
            return
        if (state := history.state(now)) not in SUPPORTING:
            detail = dict(entry.detail)
            refused = build_entry(
                kind="exchange.refused",
                now=now,
                entry_id=new_record_id(now, entropy),
                link=entry.link,
                consent=entry.consent,
                detail={"audience": detail["audience"], "decision": detail["decision"], "state": state},
            )
            await append(entry_bytes(refused), marks=((mark_key(entry.consent, refused.id), 0),))
            raise ConsentMissing(state, f"the consent is {state}; the refusal is recorded")


def joint_level(link: LinkRecord) -> Level:
    """Return the lower of the two sides' levels; a level is never raised (guangdong.md section 3)."""
    return min(link.hk.assurance, link.cn_gd.assurance, key=LEVELS.index)
