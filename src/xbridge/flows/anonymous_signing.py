"""SIGN WITHOUT LOGIN: a signature of somebody who has not logged in; asked first, answered through their browser.

As with an anonymous form, the application keeps what is pending, sealed, and a marker in the store makes it good for one
use.  Who signed is what the certificate says; the platform has compared the identity card number.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Literal
from urllib.parse import urlsplit

from pydantic import Field

from xbridge.core.decision import Record
from xbridge.core.effects import put_pending, spend
from xbridge.core.errors import (
    CallbackInvalid,
    ConfigError,
    ProtocolError,
    ProviderUnavailable,
    StoreError,
    TamperDetected,
)
from xbridge.core.language import Language
from xbridge.core.ports import Entropy
from xbridge.core.provider import Provider, lacking
from xbridge.core.signing import PersonalSignature, SigningHop, SigningTask, Verdict
from xbridge.core.signing_provider import AnonymousSigningProvider
from xbridge.crypto.canonical import canonical_json
from xbridge.crypto.digest import constant_time_equal
from xbridge.flows.acknowledgement import acknowledgement
from xbridge.flows.anonymous_form import TICKET_S
from xbridge.flows.deps import Deps
from xbridge.flows.request import new_errand
from xbridge.flows.signing import sought_by
from xbridge.flows.waiting import WaitingSignature
from xbridge.linking.pseudonym import session_ref
from xbridge.protocols.redirect import parse_callback, verify_state

CONTEXT = b"anonymous-signing"


class PendingSignature(Record):
    """An anonymous signature under way, as sealed for the application.  Times are seconds since 1970."""

    business_id: str
    expires_at: int
    issuer: str
    provider: str
    return_to: str
    session_ref: str
    signature: WaitingSignature
    state: str = Field(repr=False)
    v: Literal[1]


async def begin_anonymous_signature(
    deps: Deps,
    provider_id: str,
    task: SigningTask,
    *,
    return_to: str,
    session: str,
    language: Language,
    now: datetime,
    entropy: Entropy,
    user_agent: str = "",
) -> SigningHop:
    """Return where to send the browser, and the code to show before it leaves.

    Raises ``Unsupported``, ``ConfigError``, ``DocumentInvalid``, ``ProviderError``, ``UserDeclined``.
    """
    # An application without sessions would hand every signature to everybody.
    if not session.strip():
        raise ConfigError("session must be the id of the browser's own session; an empty one would bind nothing")
    provider, settings = deps.provider(provider_id)
    signer = _signer(provider)
    sought = sought_by(task, now=now)
    errand = new_errand(task.kind, language=language, user_agent=user_agent, entropy=entropy)
    expires_at = now + timedelta(seconds=TICKET_S)
    pending = PendingSignature(
        business_id=errand.business_id,
        expires_at=int(expires_at.timestamp()),
        issuer=provider.issuer(settings),
        provider=provider_id,
        return_to=return_to,
        session_ref=session_ref(deps.pseudonym_key, session=session),
        signature=WaitingSignature.of(sought),
        state=errand.state,
        v=1,
    )
    page = await signer.begin_anonymous_signature(settings, errand, task, return_to=return_to, now=now, entropy=entropy)
    return SigningHop(
        url=page.url,
        pending=deps.request_sealer.seal(canonical_json(pending), entropy=entropy, context=CONTEXT),
        business_id=errand.business_id,
        identification_code=page.identification_code,
        expires_at=expires_at,
    )


async def finish_anonymous_signature(
    deps: Deps, sealed: str, *, callback_url: str, session: str, now: datetime, entropy: Entropy
) -> PersonalSignature:
    """Return the verified signature.

    (1) the sealed request is ours and alive   (2) it was started in this session   (3) its provider is still the one
    (4) the callback is where we sent it and carries our state   (5) first use   (6) the provider's own protocol; the
    signature verifies   (7) it can be acknowledged; one that does not verify can be rejected, one that got lost missed

    A store that fails in (7) costs the acknowledgement alone: the request was spent, so the signature comes only once.

    Raises ``CallbackInvalid``, ``UserDeclined``, ``ProviderError``, ``TamperDetected``, ``Unsupported``.
    """
    # (1)
    pending = _open_pending(deps, sealed)
    if now.timestamp() >= pending.expires_at:
        raise CallbackInvalid("signing", reason="expired")
    # (2)
    if not constant_time_equal(session_ref(deps.pseudonym_key, session=session), pending.session_ref):
        raise CallbackInvalid("session", reason="mismatch")
    # (3)
    provider, settings = deps.provider(pending.provider)
    signer = _signer(provider)
    if provider.issuer(settings) != pending.issuer:
        raise CallbackInvalid("issuer", reason="mismatch")
    # (4)
    callback = parse_callback(callback_url)
    if callback.path != urlsplit(pending.return_to).path:
        raise CallbackInvalid("redirect_uri", reason="mismatch")
    verify_state(callback, expected_state=pending.state)
    # (5)
    if not await spend(f"signing/{pending.business_id}", expires_at=now + timedelta(seconds=TICKET_S)):
        raise CallbackInvalid("signing", reason="replayed")
    # (6)
    try:
        signature = await signer.finish_anonymous_signature(
            settings,
            callback,
            business_id=pending.business_id,
            sought=pending.signature.sought(),
            now=now,
            entropy=entropy,
        )
    except TamperDetected:
        await _remember_end(deps, pending, "rejected", now=now, entropy=entropy)
        raise
    except (ProtocolError, ProviderUnavailable):
        # Something may have been signed, and it is lost to us: the code works once.
        await _remember_end(deps, pending, "missing", now=now, entropy=entropy)
        raise
    # (7)
    await _remember_end(deps, pending, "accepted", now=now, entropy=entropy)
    return signature


async def _remember_end(
    deps: Deps, pending: PendingSignature, verdict: Verdict, *, now: datetime, entropy: Entropy
) -> None:
    """Let the end be acknowledged, if the store takes it; what became of the signature stands without that."""
    ended = acknowledgement(
        deps,
        pending.business_id,
        verdict,
        provider=pending.provider,
        issuer=pending.issuer,
        session_ref=pending.session_ref,
        now=now,
        entropy=entropy,
    )
    try:
        await put_pending(ended)
    except StoreError:
        # Raised from here it would lose a signature that verified, or hide why one did not.
        return


def _signer(provider: Provider) -> AnonymousSigningProvider:
    """Return ``provider`` as one that signs without a login.  Raises ``Unsupported``."""
    if not isinstance(provider, AnonymousSigningProvider):
        raise lacking(provider, "anonymous signing")
    return provider


def _open_pending(deps: Deps, sealed: str) -> PendingSignature:
    try:
        return PendingSignature.model_validate_json(deps.request_sealer.open(sealed, context=CONTEXT))
    except (TamperDetected, ValueError) as exc:
        raise CallbackInvalid("signing", reason="malformed") from exc
