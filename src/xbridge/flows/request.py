"""ASK: send a request about the person who is logged in, to be answered later by callback.

The request waits in the store before it is sent: the answer may come before the reply.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from xbridge.core.effects import put_pending, take_pending
from xbridge.core.errors import CallbackInvalid, LinkRefused, XBridgeError
from xbridge.core.identity import Access
from xbridge.core.ids import new_handle
from xbridge.core.language import Language
from xbridge.core.moment import from_seconds
from xbridge.core.ports import Entropy
from xbridge.core.provider import FormFillingProvider, ProfileProvider, Provider, StepUpProvider, lacking
from xbridge.core.request import Asked, Errand, FormTitle, PendingRequest, RequestKind
from xbridge.flows.deps import Deps
from xbridge.flows.waiting import GRACE_S, WaitingRequest, request_deadline, request_key, waiting
from xbridge.linking.proof import LoginProof, open_proof
from xbridge.linking.pseudonym import session_ref

MAX_PROOF_S = 24 * 60 * 60
"""No login is good for requests longer than this; the provider's own token usually ends much earlier."""


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
    person = open_proof(
        proof,
        deps.proof_sealer,
        expected_session_ref=session_ref(deps.pseudonym_key, session=session),
        max_age_s=MAX_PROOF_S,
        now=now,
    )
    # (2)
    provider, settings = deps.provider(person.provider)
    if provider.issuer(settings) != person.issuer:
        raise CallbackInvalid("issuer", reason="mismatch")
    ask = _asker(provider, kind)
    access = _living_access(person, now)
    errand = Errand(
        kind=kind,
        business_id=entropy(16).hex(),
        state=new_handle(entropy),
        language=language,
        user_agent=user_agent,
        fields=fields,
        title=title,
    )
    # (3)
    expires_at = request_deadline(now)
    record = WaitingRequest(
        business_id=errand.business_id,
        expires_at=int(expires_at.timestamp()),
        fields=fields,
        issuer=person.issuer,
        kind=kind,
        proof=proof,
        provider=person.provider,
        session_ref=person.session_ref,
        state=errand.state,
        subject_ref=person.subject_ref,
        v=1,
    )
    key = request_key(errand.business_id)
    kept_until = expires_at + timedelta(seconds=GRACE_S)
    await put_pending(waiting(deps, key, record, expires_at=kept_until, entropy=entropy))
    # (4)
    try:
        asked: Asked = await ask(settings, person.subject, access, errand, now=now, entropy=entropy)
    except XBridgeError:
        await take_pending(key)
        raise
    return PendingRequest(
        business_id=errand.business_id,
        auth_by_qr=asked.auth_by_qr,
        ticket_id=asked.ticket_id,
        app_url=asked.app_url,
        expires_at=expires_at,
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


def _living_access(person: LoginProof, now: datetime) -> Access:
    """Return the token for calls about ``person``.  Raises ``LinkRefused("stale")`` when there is none any more."""
    if not person.access_token or now.timestamp() >= person.access_expires_at:
        raise LinkRefused("stale", "the provider's token for this login has ended; log in again")
    return Access(token=person.access_token, expires_at=from_seconds(person.access_expires_at))
