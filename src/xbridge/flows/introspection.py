"""The last gate before data moves: the service that holds it asks, and the answer is recorded first (RFC 7662).

A token is worth what its consent is worth at this moment, so withdrawal bites at once (lessons.md D4, E11, E13).
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta

from xbridge.core.effects import append, spend
from xbridge.core.errors import LinkRefused, StoreConflict, TokenInvalid
from xbridge.core.ids import new_record_id
from xbridge.core.ports import Entropy
from xbridge.crypto.digest import sha256_hex
from xbridge.exchange.access_token import AccessToken, verify_access_token
from xbridge.flows.deps import Deps
from xbridge.flows.shelf import IssuedToken, mark_key, read_consent, read_link, read_token, used_once_more
from xbridge.ledger.entry import Kind, build_entry, entry_bytes
from xbridge.linking.link import LinkRecord
from xbridge.linking.pseudonym import ledger_subject
from xbridge.protocols.client_assertion import verify_client_assertion

TRIES = 4


@dataclass(frozen=True, slots=True, kw_only=True)
class Introspection:
    """The answer to a service.  When ``active`` is False everything else is empty, and says nothing about why.

    ``account`` is the person's account key *on the service's own side of the boundary* (Guangdong's ``useridcode``, or
    iAM Smart's tokenised ID), so that the service finds its record and learns nothing of the other side.
    """

    active: bool
    account: str = field(default="", repr=False)
    subject: str = field(default="", repr=False)
    purpose: str = ""
    categories: tuple[str, ...] = ()
    consent: str = ""


INACTIVE = Introspection(active=False)


async def authenticate_service(deps: Deps, *, party: str, assertion: str, now: datetime) -> str:
    """Return the id of the party whose ``assertion`` (RFC 7523) this is.  Raises ``TokenInvalid``.

    (1) a party with registered keys   (2) signature, audience, times   (3) first use
    """
    # (1)
    keys = deps.service_keys.get(party)
    if keys is None:
        raise TokenInvalid("client_id", reason="unknown")
    # (2)
    assertion_id = verify_client_assertion(
        assertion, keys, expected_client_id=party, expected_issuer=deps.config.issuer, now=now
    )
    # (3) The marker is written after the signature held, under the party's own name (lessons.md D5).
    marker = f"assertion/{party}/{sha256_hex(assertion_id.encode())}"
    if not await spend(marker, expires_at=now + timedelta(minutes=3)):
        raise TokenInvalid("jti", reason="replayed")
    return party


async def answer_service(
    deps: Deps, token: str, *, party: str, assertion: str, now: datetime, entropy: Entropy
) -> Introspection:
    """Authenticate ``party`` and answer it about ``token``.  Raises ``TokenInvalid`` when it is not itself."""
    authenticated = await authenticate_service(deps, party=party, assertion=assertion, now=now)
    return await introspect(deps, token, party=authenticated, now=now, entropy=entropy)


async def introspect(deps: Deps, token: str, *, party: str, now: datetime, entropy: Entropy) -> Introspection:
    """Return what ``party`` (authenticated) may know about ``token``, after recording a release.

    (1) the token is ours, alive and for an audience of this party   (2) we remember issuing it   (3) the link stands
    (4) the consent stands at this moment   (5) the release is durable   (6) the answer

    Anything else is ``INACTIVE``; a refusal of a token that is genuinely ours is recorded too.
    """
    # (1) A token for another audience is as dead as a forged one (lessons.md D4).
    claims = _verified(deps, token, party, now)
    # (2)
    issued = await read_token(claims.id) if claims is not None else None
    if claims is None or issued is None or issued.consent != claims.consent or issued.audience != claims.audience:
        return INACTIVE
    person = ledger_subject(deps.pseudonym_key, link_id=issued.link)
    for attempt in range(TRIES):
        # (3)
        try:
            link, _ = await read_link(issued.link)
        except LinkRefused:
            link = None
        # (4)
        history, row = await read_consent(deps, issued.consent)
        state = history.state(now)
        stands = link is not None and state in ("given", "renewed")
        # (5)
        kind: Kind = "release" if stands else "release.refused"
        entry = build_entry(
            kind=kind,
            now=now,
            entry_id=new_record_id(now, entropy),
            link=person,
            consent=issued.consent,
            body_digest=sha256_hex(token.encode()),
            detail={
                "audience": claims.audience,
                "categories": ",".join(claims.categories),
                "decision": issued.decision,
                "state": state,
            },
        )
        try:
            await append(
                entry_bytes(entry),
                writes=(used_once_more(history, row),),
                marks=((mark_key(issued.consent, entry.id), 0),),
            )
        except StoreConflict:
            if attempt + 1 == TRIES:
                raise
            continue
        # (6)
        if link is None or not stands:
            return INACTIVE
        return Introspection(
            active=True,
            account=_account(deps, link, issued, party),
            subject=claims.subject,
            purpose=claims.purpose,
            categories=claims.categories,
            consent=claims.consent,
        )
    raise AssertionError("unreachable: the last try returns or raises")


def _verified(deps: Deps, token: str, party: str, now: datetime) -> AccessToken | None:
    """Return the token's claims if it is for one of the audiences that ``party`` answers for."""
    audiences = {service.audience for service in deps.config.services if service.holder == party}
    for audience in sorted(audiences):
        try:
            return verify_access_token(
                token, deps.token_keys, expected_issuer=deps.config.issuer, expected_audience=audience, now=now
            )
        except TokenInvalid as exc:
            if exc.claim != "aud":
                return None
    return None


def _account(deps: Deps, link: LinkRecord, issued: IssuedToken, party: str) -> str:
    """Return the account key on the side where ``party`` is."""
    mainland = deps.config.party(party).jurisdiction == "CN"
    end, side = (link.cn_gd, "CN-GD") if mainland else (link.hk, "HK")
    return deps.account_sealer.open(end.account, context=f"{issued.link}/{side}".encode()).decode()
