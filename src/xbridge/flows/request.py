"""ASK: send a request about the person who is logged in, to be answered later by callback.

The request waits in the store before it is sent: the answer may come before the reply.
"""

from __future__ import annotations

from collections.abc import Callable, Coroutine
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from xbridge.core.bulk_signing import BulkSought
from xbridge.core.effects import Effect, put_pending, take_pending
from xbridge.core.errors import CallbackInvalid, LinkRefused, XBridgeError
from xbridge.core.identity import Access
from xbridge.core.ids import new_handle
from xbridge.core.language import Language
from xbridge.core.moment import from_seconds
from xbridge.core.ports import Entropy
from xbridge.core.provider import FormFillingProvider, ProfileProvider, Provider, StepUpProvider, lacking
from xbridge.core.request import Asked, Errand, FormTitle, PendingRequest, RequestKind
from xbridge.core.signing import SignatureSought
from xbridge.crypto import base64url
from xbridge.flows.deps import Deps
from xbridge.flows.waiting import (
    GRACE_S,
    WaitingBulk,
    WaitingRequest,
    WaitingSignature,
    request_deadline,
    request_key,
    waiting,
)
from xbridge.linking.proof import LoginProof, open_proof
from xbridge.linking.pseudonym import session_ref

MAX_PROOF_S = 24 * 60 * 60
"""No login is good for requests longer than this; the provider's own token usually ends much earlier."""


Ask = Callable[[Access, Errand], Coroutine[Effect, Any, Asked]]
"""A provider's call, with everything but the person's token and the errand filled in."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """Who a request is about, and whom to ask."""

    proof: str = field(repr=False)
    person: LoginProof
    provider: Provider
    settings: Any
    access: Access


async def make_request(
    deps: Deps,
    kind: RequestKind,
    proof: str,
    *,
    session: str,
    language: Language,
    now: datetime,
    entropy: Entropy,
    user_agent: str = "",
    fields: tuple[str, ...] = (),
    title: FormTitle | None = None,
) -> PendingRequest:
    """Ask and return what the page needs to wait for the answer.

    (1) the person logged in, in this session   (2) their provider is configured, can do this and gave a token that is
    still alive   (3) the request waits   (4) it is sent; where that fails, nothing waits any longer

    Raises ``LinkRefused`` (``session``, ``stale``), ``Unsupported``, ``ConfigError``, ``ProviderError``.
    """
    # (1)
    person = open_login(deps, proof, session=session, now=now)
    # (2)
    provider, settings = provider_of(deps, person)
    call = _asker(provider, kind)
    standing = Standing(
        proof=proof, person=person, provider=provider, settings=settings, access=living_access(person, now)
    )
    errand = new_errand(kind, language=language, user_agent=user_agent, entropy=entropy, fields=fields, title=title)
    # (3) (4)
    return await send_errand(
        deps,
        standing,
        errand,
        lambda access, errand: call(settings, person.subject, access, errand, now=now, entropy=entropy),
        now=now,
        entropy=entropy,
    )


async def send_errand(
    deps: Deps,
    standing: Standing,
    errand: Errand,
    ask: Ask,
    *,
    now: datetime,
    entropy: Entropy,
    sought: SignatureSought | BulkSought | None = None,
    record: bytes = b"",
) -> PendingRequest:
    """Let the request wait, then send it; where sending fails, nothing waits any longer.

    ``sought`` is what a signature, or many, must be for, and ``record`` the consent whose bytes it signs.  Raises what
    ``ask`` raises, and ``StoreError``.
    """
    person = standing.person
    expires_at = request_deadline(now)
    request = WaitingRequest(
        bulk=WaitingBulk.of(sought) if isinstance(sought, BulkSought) else None,
        business_id=errand.business_id,
        expires_at=int(expires_at.timestamp()),
        fields=errand.fields,
        issuer=person.issuer,
        kind=errand.kind,
        proof=standing.proof,
        provider=person.provider,
        record=base64url.encode(record),
        session_ref=person.session_ref,
        signature=WaitingSignature.of(sought) if isinstance(sought, SignatureSought) else None,
        state=errand.state,
        subject_ref=person.subject_ref,
        v=2,
    )
    key = request_key(errand.business_id)
    kept_until = expires_at + timedelta(seconds=GRACE_S)
    await put_pending(waiting(deps, key, request, expires_at=kept_until, entropy=entropy))
    try:
        asked = await ask(standing.access, errand)
    except XBridgeError:
        await take_pending(key)
        raise
    return PendingRequest(
        business_id=errand.business_id,
        auth_by_qr=asked.auth_by_qr,
        ticket_id=asked.ticket_id,
        app_url=asked.app_url,
        identification_code=asked.identification_code,
        expires_at=expires_at,
    )


def open_login(deps: Deps, proof: str, *, session: str, now: datetime) -> LoginProof:
    """Return the login in ``proof``, of this session.  Raises ``TamperDetected``, ``LinkRefused``."""
    return open_proof(
        proof,
        deps.proof_sealer,
        expected_session_ref=session_ref(deps.pseudonym_key, session=session),
        max_age_s=MAX_PROOF_S,
        now=now,
    )


def provider_of(deps: Deps, person: LoginProof) -> tuple[Provider, Any]:
    """Return the provider that ``person`` logged in at, and its settings.

    Raises ``Unsupported``, and ``CallbackInvalid("issuer", …)`` where it is another one now.
    """
    provider, settings = deps.provider(person.provider)
    if provider.issuer(settings) != person.issuer:
        raise CallbackInvalid("issuer", reason="mismatch")
    return provider, settings


def new_errand(
    kind: RequestKind,
    *,
    language: Language,
    user_agent: str,
    entropy: Entropy,
    fields: tuple[str, ...] = (),
    title: FormTitle | None = None,
) -> Errand:
    """Return an errand with ties that nobody can guess."""
    return Errand(
        kind=kind,
        business_id=entropy(16).hex(),
        state=new_handle(entropy),
        language=language,
        user_agent=user_agent,
        fields=fields,
        title=title,
    )


def _asker(provider: Provider, kind: RequestKind) -> Any:
    """Return the provider's call for ``kind``.  Raises ``Unsupported``."""
    if kind == "profile":
        if not isinstance(provider, ProfileProvider):
            raise lacking(provider, "profile requests")
        return provider.ask_profile
    if kind == "form":
        if not isinstance(provider, FormFillingProvider):
            raise lacking(provider, "form filling")
        return provider.ask_form
    if not isinstance(provider, StepUpProvider):
        raise lacking(provider, "step-up")
    return provider.ask_step_up


def living_access(person: LoginProof, now: datetime) -> Access:
    """Return the token for calls about ``person``.  Raises ``LinkRefused("stale")`` when there is none any more."""
    if not person.access_token or now.timestamp() >= person.access_expires_at:
        raise LinkRefused("stale", "the provider's token for this login has ended; log in again")
    return Access(token=person.access_token, expires_at=from_seconds(person.access_expires_at))
