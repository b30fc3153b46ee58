"""3 CONSENT, with the person's own signature: the record is fixed first, signed by both, and entered once (ADR 0010).

Asking fixes the exact bytes and lets them wait, sealed, with the request; ``callback.py`` receives the signature and
``collect.py`` shows it; granting takes it into the record.  A person who does not sign has not answered.
"""

from __future__ import annotations

import json
from datetime import datetime, timedelta

from xbridge.consent.life import Revision, bytes_to_sign, new_history, read_bytes, with_subject
from xbridge.consent.notice import Notice
from xbridge.consent.subject import hash_code, subject_of, verify_subject
from xbridge.core.effects import read, take_pending
from xbridge.core.errors import CallbackInvalid, ConfigError, ConsentMissing, LinkRefused, StoreConflict, TamperDetected
from xbridge.core.language import Language
from xbridge.core.moment import from_seconds, from_text
from xbridge.core.ports import Entropy
from xbridge.core.request import PendingRequest
from xbridge.core.signing import HashSignature, SignatureAlgorithm, SigningStepUp, SigningTask, SigningTitle
from xbridge.crypto import base64url
from xbridge.crypto.digest import constant_time_equal
from xbridge.flows.acknowledgement import acknowledgement
from xbridge.flows.consent import (
    Consent,
    ConsentOffer,
    answer_consent,
    answered_already,
    append_answer,
    as_consent,
    current_notice,
    first_record,
    open_offer,
    open_person,
    verify_answerer,
    verify_person,
)
from xbridge.flows.deps import Deps
from xbridge.flows.record_signing import sign_consent
from xbridge.flows.shelf import consent_key, read_consent, read_link
from xbridge.flows.signing import request_signature, signing_provider, verify_answer
from xbridge.flows.story import MAX_SIGNING
from xbridge.flows.waiting import WaitingResult, find_request, find_result, nothing_waits, result_key, verify_owner
from xbridge.linking.proof import LoginProof, open_proof
from xbridge.linking.pseudonym import ledger_subject, session_ref

MAX_NAME_CHARS = 255


async def request_consent_signature(
    deps: Deps,
    offer: ConsentOffer,
    *,
    approved_by: str,
    hkid: str,
    algorithm: SignatureAlgorithm,
    step_up: SigningStepUp,
    session: str,
    now: datetime,
    entropy: Entropy,
    user_agent: str = "",
) -> PendingRequest:
    """Ask the person to sign the consent that ``offer`` leads to; return what the page needs to wait for the answer.

    (1) the offer is ours, unchanged, alive, of this session   (2) the person logged in, in this session, not long ago,
    from here   (3) they are one of the two accounts of the link   (4) nobody has answered the offer yet   (5) the record
    is fixed, with this moment as its time   (6) its exact bytes wait, and their digest is asked to be signed

    Raises as ``answer_consent`` and ``request_signature``.
    """
    # (1)
    offered = open_offer(deps, offer, session=session, now=now)
    notice = current_notice(deps, offered)
    # (2)
    proof = verify_answerer(deps, open_person(deps, approved_by, session=session, now=now))
    # (3)
    link, _ = await read_link(offered.link)
    verify_person(link, proof)
    # (4) Looked at here to spare the person; what decides is the row that must not exist when the answer is entered.
    if await read(consent_key(offered.id)) is not None:
        raise answered_already()
    # (5)
    record = first_record(
        deps,
        offered,
        notice,
        proof,
        link_id=link.id,
        answer="given",
        signer_role="collector-and-subject",
        now=now,
    )
    raw = bytes_to_sign(record)
    # (6)
    task = SigningTask(
        kind="hash_signing",
        digest=hash_code(raw),
        algorithm=algorithm,
        hkid=hkid,
        title=_title(deps, notice, offered.language),
        step_up=step_up,
    )
    return await request_signature(
        deps,
        approved_by,
        task,
        session=session,
        language=offered.language,
        now=now,
        entropy=entropy,
        user_agent=user_agent,
        record=raw,
    )


async def grant_consent(
    deps: Deps,
    offer: ConsentOffer,
    *,
    approved_by: str,
    signed_by: str,
    session: str,
    now: datetime,
    entropy: Entropy,
) -> Consent:
    """Record that the person agreed, with the signature that came for the request ``signed_by``, or without one.

    An empty ``signed_by`` is the ordinary grant: the record says that the collecting party alone signed.
    """
    if not signed_by:
        return await answer_consent(
            deps, offer, answer="given", approved_by=approved_by, session=session, now=now, entropy=entropy
        )
    return await _grant_signed(
        deps, offer, signed_by, approved_by=approved_by, session=session, now=now, entropy=entropy
    )


async def _grant_signed(
    deps: Deps,
    offer: ConsentOffer,
    business_id: str,
    *,
    approved_by: str,
    session: str,
    now: datetime,
    entropy: Entropy,
) -> Consent:
    """Take the signature into the record and enter it.

    (1) a signature over a consent waits, of this session   (2) the offer is ours, unchanged, of this session, and lived
    when the signature was asked for; its notice is still the current one   (3) who approves is who was asked, and still
    a person of the link   (4) the record that waits is this offer's and this link's   (5) its bytes were signed, by a
    certificate that is valid from the asking until now; the collector signs the same bytes   (6) first answer, entered
    with its row in one transaction   (7) the waiting signature goes, and can be acknowledged

    A crash after (6) leaves the signature waiting: the same call then returns the consent that stands.
    """
    # (1)
    result = await _signature_over_consent(deps, business_id, session=session)
    if result.signature is None:
        raise TamperDetected("request", reason="malformed")
    asked_at = from_seconds(result.signature.asked_at)
    # (2) A person who takes their time to read what they sign has not missed the offer.
    offered = open_offer(deps, offer, session=session, now=asked_at)
    current_notice(deps, offered)
    # (3)
    proof = _open_signer(deps, approved_by, result, session=session, asked_at=asked_at, now=now)
    link, _ = await read_link(offered.link)
    verify_person(link, proof)
    # (4)
    record = read_bytes(base64url.decode(result.record))
    principal = ledger_subject(deps.pseudonym_key, link_id=link.id)
    if (record.record_id, record.pii_principal_id) != (offered.id, principal):
        raise TamperDetected("subject", reason="mismatch", message="this signature is for another consent")
    # (5)
    _verify_span(deps, asked_at=asked_at, now=now)
    revision = await sign_consent(deps, record)
    revision = _with_signature(deps, result, revision, asked_at=asked_at, now=now)
    history = new_history(revision, link=link.id, sealer=deps.subject_sealer, entropy=entropy)
    # (6)
    try:
        await append_answer(deps, "consent.granted", offered, history, now=now, entropy=entropy)
    except StoreConflict as exc:
        standing, _ = await read_consent(deps, offered.id)
        if standing.revisions[0].subject != revision.subject:
            raise answered_already() from exc
        history = standing
    # (7)
    ended = acknowledgement(
        deps,
        business_id,
        "accepted",
        provider=result.provider,
        issuer=result.issuer,
        session_ref=result.session_ref,
        now=now,
        entropy=entropy,
    )
    await take_pending(result_key(business_id), successor=ended)
    return as_consent(history, now=now)


async def _signature_over_consent(deps: Deps, business_id: str, *, session: str) -> WaitingResult:
    """Return the signature over a consent that waits.

    Raises ``CallbackInvalid("request", …)``: ``waiting`` where nobody has answered yet, ``unknown`` for what is not
    there, is somebody else's or is no such signature.
    """
    request = await find_request(deps, business_id)
    if request is not None:
        verify_owner(deps, request.session_ref, session=session)
        raise CallbackInvalid("request", reason="waiting")
    result = await find_result(deps, business_id)
    if result is None:
        raise nothing_waits()
    verify_owner(deps, result.session_ref, session=session)
    if not result.record or result.outcome != "done":
        raise nothing_waits()
    return result


def _verify_span(deps: Deps, *, asked_at: datetime, now: datetime) -> None:
    """Check that evidence of this giving will verify: in order, within ``MAX_SIGNING``, and under a key valid since then.

    Clocks that disagree, or a new record key, would otherwise make a consent that nobody can prove.  Raises
    ``ConsentMissing("expired")``: ask the person again.
    """
    in_time = timedelta() <= now.replace(microsecond=0) - asked_at <= MAX_SIGNING
    if not in_time or asked_at < max(from_text(key.valid_from) for key in deps.record_keyring):
        raise ConsentMissing("expired", "this signature was asked for too long ago, or under an older key; ask again")


def _open_signer(
    deps: Deps, approved_by: str, result: WaitingResult, *, session: str, asked_at: datetime, now: datetime
) -> LoginProof:
    """Return the login of who approves: in this session, from here, fresh at the asking, and who was asked."""
    waited_s = max(0, int((now - asked_at).total_seconds()))
    proof = open_proof(
        approved_by,
        deps.proof_sealer,
        expected_session_ref=session_ref(deps.pseudonym_key, session=session),
        max_age_s=deps.config.limits.proof_s + waited_s,
        now=now,
    )
    if not constant_time_equal(proof.subject_ref, result.subject_ref):
        raise LinkRefused("unknown", "the person who is logged in is not the one who was asked to sign")
    return verify_answerer(deps, proof)


def _with_signature(
    deps: Deps, result: WaitingResult, revision: Revision, *, asked_at: datetime, now: datetime
) -> Revision:
    """Return ``revision`` with the person's signature, verified again as its readers will."""
    provider, settings = deps.provider(result.provider)
    if provider.issuer(settings) != result.issuer:
        raise CallbackInvalid("issuer", reason="mismatch")
    signed = verify_answer(provider, settings, result, json.loads(result.content), at=from_seconds(result.answered_at))
    signer = signing_provider(provider)
    anchors = signer.signature_anchors(settings)
    if anchors is None:
        raise ConfigError("there are no trust anchors for people's signatures any more")
    if not isinstance(signed, HashSignature):
        raise TamperDetected("request", reason="malformed")
    subject = subject_of(revision.signed.raw, signed, signer.signature_form(settings))
    verify_subject(subject, revision.signed.raw, anchors, asked_at=asked_at, granted_at=now.replace(microsecond=0))
    return with_subject(revision, subject.raw)


def _title(deps: Deps, notice: Notice, language: Language) -> SigningTitle:
    """Return what the person reads on the phone: the notice's own title, and who asks."""
    name = deps.config.party(deps.config.operator).names.get(language)
    return SigningTitle(
        document_name=notice.text.partition("\n")[0][:MAX_NAME_CHARS], service_name=name[:MAX_NAME_CHARS]
    )
