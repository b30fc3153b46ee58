"""2 LINK: two proofs in one session, the person's authorisation, the policy's word; then one row for each account.

A link appears here and nowhere else (lessons.md A2): :func:`join` holds the steps of both ways to link, and what one way
asks for beside them is its :class:`Ground`.
"""

from __future__ import annotations

from collections.abc import Callable, Coroutine
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from xbridge.consent.giving import Offer
from xbridge.consent.life import ConsentHistory
from xbridge.core.effects import Effect, Write, append, read, spend
from xbridge.core.errors import LinkRefused, StoreConflict
from xbridge.core.identity import Level
from xbridge.core.ids import new_handle, new_record_id
from xbridge.core.language import Language
from xbridge.core.moment import from_text
from xbridge.core.ports import Entropy
from xbridge.flows.authorisation import binding_service, open_authorisation
from xbridge.flows.consent import (
    Consent,
    ConsentOffer,
    answered_already,
    as_consent,
    first_revision,
    new_offer,
    notice_writes,
)
from xbridge.flows.deciding import decide_and_record
from xbridge.flows.deps import Deps
from xbridge.flows.fact import build_facts
from xbridge.flows.shelf import (
    consent_key,
    link_key,
    mark_key,
    new_row,
    read_consent,
    read_link,
    subject_key,
    used_once_more,
)
from xbridge.ledger.entry import build_entry, entry_bytes
from xbridge.linking.link import (
    UNMATCHED,
    LinkOrigin,
    LinkRecord,
    MatchedAccounts,
    link_end,
    new_link,
    verify_level,
    verify_own,
    verify_pair,
)
from xbridge.linking.proof import LoginProof, open_proof
from xbridge.linking.pseudonym import ledger_subject, session_ref


@dataclass(frozen=True, slots=True, kw_only=True)
class Link:
    """A link between two accounts of one person.  ``consent`` is the person's authorisation of the link itself.

    ``origin`` says which way it was made.
    """

    id: str
    hk_level: Level
    cn_gd_level: Level
    linked_at: datetime
    consent: Consent | None
    origin: LinkOrigin = "two_logins"


@dataclass(frozen=True, slots=True, kw_only=True)
class Settled:
    """What a way to link found beside the two proofs.

    ``markers`` are spent with the proofs, each until its moment; ``writes`` go with the link, in its transaction;
    ``detail`` goes into the entry ``link.created``.
    """

    matched: MatchedAccounts = UNMATCHED
    markers: tuple[tuple[str, datetime], ...] = ()
    writes: tuple[Write, ...] = ()
    detail: tuple[tuple[str, str], ...] = ()


Settle = Callable[[LoginProof, LoginProof, Offer], Coroutine[Effect, Any, Settled]]
"""``settle(hk, cn_gd, offered)``: both logins, and the authorisation that was opened, which nothing has spent yet."""


async def _nothing_more(_hk: LoginProof, _cn_gd: LoginProof, _offered: Offer) -> Settled:
    """Two logins in one session ask for nothing beside themselves."""
    return Settled()


@dataclass(frozen=True, slots=True, kw_only=True)
class Ground:
    """One way to link: ``settle`` adds to the checks of :func:`join`, and can take none away.  It raises to refuse."""

    origin: LinkOrigin
    settle: Settle


TWO_LOGINS = Ground(origin="two_logins", settle=_nothing_more)


async def offer_link(
    deps: Deps,
    *,
    origin: LinkOrigin = "two_logins",
    session: str,
    language: Language,
    now: datetime,
    entropy: Entropy,
) -> ConsentOffer:
    """Return the notice that asks for authorisation to link the two accounts (GOV-ID-1).

    Raises ``Unsupported`` when the catalogue has no entry with the channel ``identity_binding`` for this way to link.
    """
    service, flow = binding_service(deps.config, origin)
    _, _, offer = new_offer(
        deps, service, flow, link_id="", session=session, language=language, now=now, entropy=entropy
    )
    return offer


async def link(
    deps: Deps,
    first: str,
    second: str,
    *,
    agreed_to: ConsentOffer,
    session: str,
    now: datetime,
    entropy: Entropy,
) -> Link:
    """Link the accounts of two proofs, or refuse.  Raises as :func:`join`."""
    return await join(
        deps, first, second, ground=TWO_LOGINS, agreed_to=agreed_to, session=session, now=now, entropy=entropy
    )


async def join(
    deps: Deps,
    first: str,
    second: str,
    *,
    ground: Ground,
    agreed_to: ConsentOffer,
    session: str,
    now: datetime,
    entropy: Entropy,
) -> Link:
    """Link the accounts of two proofs, or refuse: the one way to a link row.

    (1) both proofs are ours, fresh, of this session, of a provider in use, and of ``limits.link_min_level``
    (2) one of each side, neither started elsewhere
    (3) the authorisation is the notice that was offered here, for this way to link
    (4) neither account is linked to another   (5) what ``ground`` asks for beside   (6) the authorisation is signed
    (7) the proofs and what the ground names are used for the first time, and so is the offer: the authorisation is
    recorded   (8) the policy permits the binding, recorded   (9) link and both account rows, one transaction

    Linking the same two accounts again returns the link that stands.  Raises ``LinkRefused``, ``TamperDetected``,
    ``PolicyDenied``, ``PolicyReferred``, and what ``ground`` raises.
    """
    # (1)
    proofs = [open_fresh(deps, sealed, session=session, now=now) for sealed in (first, second)]
    # (2)
    hk, cn_gd = verify_pair(*proofs)
    # (3)
    offered, notice = open_authorisation(deps, agreed_to, origin=ground.origin, session=session, now=now)
    service, flow = binding_service(deps.config, ground.origin)
    # (4) The refusal says neither which side nor to whom.
    standing = await standing_link(hk, cn_gd)
    if standing is not None:
        return _as_link(standing, None)
    # (5) Before anything is signed or spent; a way that must ask a person first refuses here.
    settled = await ground.settle(hk, cn_gd, offered)
    # (6) Before anything is spent: a signer that is down does not make anybody log in again.
    link_id = new_handle(entropy)
    person = ledger_subject(deps.pseudonym_key, link_id=link_id)
    record = new_link(
        link_id,
        link_end(hk, account=_sealed_account(deps, hk, link_id, entropy)),
        link_end(cn_gd, account=_sealed_account(deps, cn_gd, link_id, entropy)),
        origin=ground.origin,
        matched=settled.matched,
        now=now,
    )
    revision = await first_revision(deps, offered, notice, hk, link_id=link_id, answer="given", now=now)
    # (7)
    for marker, until in settled.markers:
        if not await spend(marker, expires_at=until):
            raise LinkRefused("used", "this binding has made a link already; start again")
    for proof in (hk, cn_gd):
        if not await spend(f"link-proof/{proof.id}", expires_at=_proof_end(deps, proof, now)):
            raise LinkRefused("used", "this login has made a link already; log in again")
    history = ConsentHistory(link=link_id, revisions=(revision,), uses=0)
    granted = build_entry(
        kind="consent.granted",
        now=now,
        entry_id=new_record_id(now, entropy),
        link=person,
        consent=offered.id,
        body_digest=revision.digest,
        detail={"audience": offered.audience, "language": offered.language, "service": offered.service},
    )
    try:
        await append(
            entry_bytes(granted),
            writes=(new_row(consent_key(offered.id), history.to_file()), *await notice_writes(notice)),
            marks=((mark_key(offered.id, granted.id), 0),),
        )
    except StoreConflict as exc:
        if await read(consent_key(offered.id)) is not None:
            raise answered_already() from exc
        raise
    # (8)
    _, row = await read_consent(deps, offered.id)
    decision_id, _ = await decide_and_record(
        deps,
        build_facts(deps.config, service, flow, record, history, now=now),
        consent_id=offered.id,
        consent_state="given",
        person=person,
        audience=service.audience,
        guard=used_once_more(history, row),
        now=now,
        entropy=entropy,
    )
    # (9) If another link took one of the accounts meanwhile, its row exists and nothing of this is written.
    created = build_entry(
        kind="link.created",
        now=now,
        entry_id=new_record_id(now, entropy),
        link=person,
        consent=offered.id,
        detail={
            "decision": decision_id,
            "hk_level": hk.assurance,
            "cn_gd_level": cn_gd.assurance,
            "origin": ground.origin,
            **dict(settled.detail),
        },
    )
    try:
        await append(
            entry_bytes(created),
            writes=(
                new_row(link_key(link_id), record),
                Write(key=subject_key(hk.subject_ref), value=link_id.encode(), expected=0),
                Write(key=subject_key(cn_gd.subject_ref), value=link_id.encode(), expected=0),
                *settled.writes,
            ),
            marks=((mark_key(offered.id, created.id), 0),),
        )
    except StoreConflict as exc:
        raise _conflict() from exc
    return _as_link(record, as_consent(history, now=now))


def open_fresh(deps: Deps, sealed: str, *, session: str, now: datetime) -> LoginProof:
    """Return the login that ``sealed`` proves, fresh and good enough to link with.

    Raises ``LinkRefused``, ``TamperDetected``.
    """
    proof = open_proof(
        sealed,
        deps.proof_sealer,
        expected_session_ref=session_ref(deps.pseudonym_key, session=session),
        max_age_s=deps.config.limits.link_proof_s,
        now=now,
    )
    # A provider may be switched off between login and link, for example because it was broken into (lessons.md A6).
    if not deps.trusts(proof.provider, proof.issuer):
        raise LinkRefused("provider", "the provider of this login is no longer in use here")
    # Whoever acts for a company is told so, and not that its account could be raised.
    return verify_level(verify_own(proof), min_level=deps.config.limits.link_min_level)


async def standing_link(hk: LoginProof, cn_gd: LoginProof) -> LinkRecord | None:
    """Return the link that joins exactly these two accounts, None if neither has one.  Raises ``LinkRefused``."""
    rows = [await read(subject_key(proof.subject_ref)) for proof in (hk, cn_gd)]
    if rows[0] is None and rows[1] is None:
        return None
    if rows[0] is None or rows[1] is None or rows[0].value != rows[1].value:
        raise _conflict()
    record, _ = await read_link(rows[0].value.decode())
    return record


def _conflict() -> LinkRefused:
    return LinkRefused(
        "conflict",
        "one of these accounts is linked already; the person can end that link where it was made, then try again",
    )


def _proof_end(deps: Deps, proof: LoginProof, now: datetime) -> datetime:
    """Return a moment after which the proof is too old to link with, whatever marker is left."""
    return datetime.fromtimestamp(proof.authenticated_at + deps.config.limits.proof_s + 1, now.tzinfo)


def _sealed_account(deps: Deps, proof: LoginProof, link_id: str, entropy: Entropy) -> str:
    """Return the account's subject, sealed for this link and side: a row moved elsewhere does not open."""
    context = f"{link_id}/{proof.jurisdiction}".encode()
    return deps.account_sealer.seal(proof.subject.encode(), entropy=entropy, context=context)


def _as_link(record: LinkRecord, consent: Consent | None) -> Link:
    return Link(
        id=record.id,
        hk_level=record.hk.assurance,
        cn_gd_level=record.cn_gd.assurance,
        linked_at=from_text(record.linked_at),
        consent=consent,
        origin=record.origin,
    )
