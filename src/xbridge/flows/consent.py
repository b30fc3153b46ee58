"""3 CONSENT: show the exact text, take the answer from the right person, sign it, record it.

An offer is sealed for the application between the two; whoever answers must have logged in, in the same session, as one
of the two accounts of the link (lessons.md E8, E14).
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Literal

from xbridge.consent.giving import Offer, build_consent
from xbridge.consent.life import ConsentHistory, Revision
from xbridge.consent.notice import Notice, build_notice, text_digest
from xbridge.consent.record import ConsentRecord, SignerRole, State
from xbridge.core.config import Service
from xbridge.core.effects import Write, append, read
from xbridge.core.errors import ConsentMissing, LinkRefused, StoreConflict, TamperDetected
from xbridge.core.flow import DataFlow
from xbridge.core.ids import new_record_id
from xbridge.core.language import Language
from xbridge.core.moment import from_text
from xbridge.core.ports import Entropy
from xbridge.crypto.canonical import canonical_json
from xbridge.crypto.digest import constant_time_equal
from xbridge.crypto.signing import to_envelope
from xbridge.flows.deps import Deps
from xbridge.flows.record_signing import sign_consent
from xbridge.flows.shelf import consent_key, mark_key, new_row, notice_key, read_link
from xbridge.flows.story import SUBJECT_DETAIL
from xbridge.ledger.entry import Kind, LedgerEntry, build_entry, entry_bytes
from xbridge.linking.link import LinkRecord, verify_started_here
from xbridge.linking.proof import LoginProof, open_proof
from xbridge.linking.pseudonym import ledger_subject, session_ref


@dataclass(frozen=True, slots=True, kw_only=True)
class ConsentOffer:
    """What to show and what to keep.

    Show ``text`` exactly as it is, in ``language``; keep the whole value in the application's session until the person
    has answered.  ``sealed`` binds the answer to the text: a changed text is refused.
    """

    text: str
    language: Language
    sealed: str = field(repr=False)
    expires_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Consent:
    """A consent as it stands: its ``id``, its state, and ``receipt``, the signed record for the person to keep.

    ``receipt`` is the canonical envelope (``specs/records.md``); it proves what was agreed without asking anybody.
    ``signature`` belongs beside it where the person signed too, and is empty where the collecting party alone did; it
    holds their certificate, which names them.
    """

    id: str
    state: State
    valid_until: datetime
    receipt: bytes = field(repr=False)
    signature: bytes = field(default=b"", repr=False)


async def offer_consent(
    deps: Deps,
    link_id: str,
    flow: DataFlow,
    *,
    audience: str,
    session: str,
    language: Language,
    now: datetime,
    entropy: Entropy,
) -> ConsentOffer:
    """Return the notice for ``flow`` to show, after recording that it was offered.

    Raises ``LinkRefused`` for a link that is not there, ``Unsupported`` for a flow outside the catalogue.
    """
    link, _ = await read_link(link_id)
    service = deps.config.service(audience, flow)
    offered, notice, offer = new_offer(
        deps, service, flow, link_id=link.id, session=session, language=language, now=now, entropy=entropy
    )
    entry = _entry(deps, "consent.offered", offered, person_of=link.id, digest=notice.digest, now=now, entropy=entropy)
    await append(
        entry_bytes(entry),
        writes=await notice_writes(notice),
        marks=((mark_key(offered.id, entry.id), 0),),
    )
    return offer


async def answer_consent(
    deps: Deps,
    offer: ConsentOffer,
    *,
    answer: Literal["given", "refused"],
    approved_by: str,
    session: str,
    now: datetime,
    entropy: Entropy,
) -> Consent:
    """Record the person's answer to ``offer`` and return the consent.

    (1) the offer is ours, unchanged, alive, of this session   (2) the person logged in, in this session, not long ago,
    from here   (3) they are one of the two accounts of the link   (4) the record is signed   (5) first answer, entered
    with its row in one transaction

    Nothing is spent before (5): a signer that is down, or a crash, leaves the offer to be answered again.

    ``approved_by`` is an :attr:`Identity.proof`.  Raises ``TamperDetected``, ``LinkRefused``, ``ConsentMissing``.
    """
    # (1)
    offered = open_offer(deps, offer, session=session, now=now)
    notice = current_notice(deps, offered)
    # (2)
    proof = verify_answerer(deps, open_person(deps, approved_by, session=session, now=now))
    # (3) Somebody else at the keyboard may not answer for the person of this link.
    link, _ = await read_link(offered.link)
    verify_person(link, proof)
    # (4)
    revision = await first_revision(deps, offered, notice, proof, link_id=link.id, answer=answer, now=now)
    # (5) The row, which must not exist yet, is what makes this the first answer.
    history = ConsentHistory(link=link.id, revisions=(revision,), uses=0)
    kind: Kind = "consent.granted" if answer == "given" else "consent.refused"
    try:
        await append_answer(deps, kind, offered, history, now=now, entropy=entropy)
    except StoreConflict as exc:
        raise answered_already() from exc
    return as_consent(history, now=now)


async def append_answer(
    deps: Deps, kind: Kind, offered: Offer, history: ConsentHistory, *, now: datetime, entropy: Entropy
) -> None:
    """Enter the first revision and write its row, which must not exist yet.  Raises ``StoreConflict`` if it does."""
    first = history.revisions[0]
    entry = _entry(
        deps,
        kind,
        offered,
        person_of=history.link,
        digest=first.digest,
        subject="" if first.subject is None else first.subject.digest,
        now=now,
        entropy=entropy,
    )
    await append(
        entry_bytes(entry),
        writes=(new_row(consent_key(offered.id), history.to_file()),),
        marks=((mark_key(offered.id, entry.id), 0),),
    )


def new_offer(
    deps: Deps,
    service: Service,
    flow: DataFlow,
    *,
    link_id: str,
    session: str,
    language: Language,
    now: datetime,
    entropy: Entropy,
) -> tuple[Offer, Notice, ConsentOffer]:
    """Return the offer, the notice it shows, and its form for the application."""
    notice = build_notice(
        service, deps.config.party(service.exporter), deps.config.party(service.recipient), flow, language
    )
    expires_at = now + timedelta(seconds=deps.config.limits.offer_s)
    offered = Offer(
        audience=service.audience,
        categories=flow.categories,
        expires_at=int(expires_at.timestamp()),
        id=new_record_id(now, entropy),
        language=language,
        link=link_id,
        notice_digest=notice.digest,
        notice_version=notice.version,
        purpose=flow.purpose,
        service=service.id,
        session_ref=session_ref(deps.pseudonym_key, session=session),
        source=flow.source,
        target=flow.target,
        v=1,
    )
    sealed = deps.offer_sealer.seal(canonical_json(offered), entropy=entropy)
    return offered, notice, ConsentOffer(text=notice.text, language=language, sealed=sealed, expires_at=expires_at)


def open_offer(deps: Deps, offer: ConsentOffer, *, session: str, now: datetime) -> Offer:
    """Return the offer inside.  Raises ``TamperDetected``, ``LinkRefused`` (session), ``ConsentMissing`` (expired)."""
    try:
        offered = Offer.model_validate_json(deps.offer_sealer.open(offer.sealed))
    except ValueError as exc:
        raise TamperDetected("offer", reason="malformed") from exc
    if not constant_time_equal(offered.session_ref, session_ref(deps.pseudonym_key, session=session)):
        raise LinkRefused("session", "this offer was made in another session; offer it again in this one")
    if now.timestamp() >= offered.expires_at:
        raise ConsentMissing("expired", "this offer has expired; show the notice again")
    # One character more or less is another text, and nobody agreed to that one.
    if not constant_time_equal(text_digest(offer.text), offered.notice_digest):
        raise TamperDetected("notice", reason="mismatch", message="the text shown is not the notice that was offered")
    return offered


def current_notice(deps: Deps, offered: Offer) -> Notice:
    """Return the notice of ``offered`` as the catalogue makes it now.

    Raises ``TamperDetected("notice", reason="superseded")`` when the catalogue or the wording changed in between.
    """
    flow = offered.flow()
    service = deps.config.service(offered.audience, flow)
    notice = build_notice(
        service, deps.config.party(service.exporter), deps.config.party(service.recipient), flow, offered.language
    )
    if (service.id, notice.digest, notice.version) != (offered.service, offered.notice_digest, offered.notice_version):
        raise TamperDetected("notice", reason="superseded", message="the notice has changed; show the new one")
    return notice


def open_person(deps: Deps, proof: str, *, session: str, now: datetime) -> LoginProof:
    """Return the login that ``proof`` proves, for an answer or a withdrawal.  Raises as ``open_proof``."""
    return open_proof(
        proof,
        deps.proof_sealer,
        expected_session_ref=session_ref(deps.pseudonym_key, session=session),
        max_age_s=deps.config.limits.proof_s,
        now=now,
    )


def verify_answerer(deps: Deps, proof: LoginProof) -> LoginProof:
    """Return the login if it may answer an offer, or refuse: what is too weak to link is too weak to agree.

    (1) its provider is in use   (2) it was started here, and came back with a state of ours

    A withdrawal asks for neither: it only takes away.  Raises ``LinkRefused``.
    """
    # (1) Switched off since, for example because it was broken into (lessons.md A6).
    if not deps.trusts(proof.provider, proof.issuer):
        raise LinkRefused("provider", "the provider of this login is no longer in use here")
    # (2)
    return verify_started_here(proof)


def verify_person(link: LinkRecord, proof: LoginProof) -> None:
    """Check that ``proof`` is of one of the two accounts of ``link``.  Raises ``LinkRefused("unknown")``."""
    if link.end_of(proof.subject_ref) is None:
        raise LinkRefused("unknown", "the person who is logged in is not the person of this link")


def answered_already() -> TamperDetected:
    """Return the error for a second answer to one offer."""
    return TamperDetected("offer", reason="replayed", message="this offer has been answered already")


async def first_revision(
    deps: Deps,
    offered: Offer,
    notice: Notice,
    proof: LoginProof,
    *,
    link_id: str,
    answer: Literal["given", "refused"],
    now: datetime,
) -> Revision:
    """Return the first revision of the consent that ``offered`` leads to, signed by the collecting party alone."""
    record = first_record(deps, offered, notice, proof, link_id=link_id, answer=answer, now=now)
    return await sign_consent(deps, record)


def first_record(
    deps: Deps,
    offered: Offer,
    notice: Notice,
    proof: LoginProof,
    *,
    link_id: str,
    answer: Literal["given", "refused"],
    signer_role: SignerRole = "collector",
    now: datetime,
) -> ConsentRecord:
    """Return the record of the consent that ``offered`` leads to, which nobody has signed yet."""
    service = deps.config.service(offered.audience, offered.flow())
    return build_consent(
        offered,
        notice,
        service,
        deps.config.party(service.exporter),
        deps.config.party(service.recipient),
        record_id=offered.id,
        principal=ledger_subject(deps.pseudonym_key, link_id=link_id),
        assurance=proof.assurance,
        assurance_source=proof.assurance_source,
        collector=deps.config.operator,
        state=answer,
        signer_role=signer_role,
        now=now,
    )


async def notice_writes(notice: Notice) -> tuple[Write, ...]:
    """Return the write that keeps the notice's text, or nothing where it is kept already."""
    key = notice_key(notice.digest)
    return () if await read(key) is not None else (new_row(key, notice.text.encode()),)


def as_consent(history: ConsentHistory, *, now: datetime) -> Consent:
    """Return ``history`` as callers see it."""
    current = history.current
    return Consent(
        id=current.record.record_id,
        state=history.state(now),
        valid_until=from_text(current.record.valid_until),
        receipt=to_envelope(current.signed),
        signature=b"" if current.subject is None else current.subject.raw,
    )


def _entry(
    deps: Deps,
    kind: Kind,
    offered: Offer,
    *,
    person_of: str,
    digest: str,
    subject: str = "",
    now: datetime,
    entropy: Entropy,
) -> LedgerEntry:
    detail = {"audience": offered.audience, "language": offered.language, "service": offered.service}
    if subject:
        # The digest alone: a certificate names its holder, and nothing in the ledger does.
        detail[SUBJECT_DETAIL] = subject
    return build_entry(
        kind=kind,
        now=now,
        entry_id=new_record_id(now, entropy),
        link=ledger_subject(deps.pseudonym_key, link_id=person_of),
        consent=offered.id,
        body_digest=digest,
        detail=detail,
    )
