"""SIGN MANY: ask the person who is logged in to sign many digests at once, ask how it stands, or take it back.

The answer comes as every other: ``callback.py`` receives, ``collect.py`` hands out, ``acknowledgement.py`` tells.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from xbridge.core.bulk_signing import BulkSignatures, BulkSigningProvider, BulkSigningTask, BulkSought, BulkStatus
from xbridge.core.errors import CallbackInvalid, TamperDetected
from xbridge.core.language import Language
from xbridge.core.ports import Entropy
from xbridge.core.provider import Provider, lacking
from xbridge.core.request import PendingRequest
from xbridge.flows.deps import Deps
from xbridge.flows.request import Standing, living_access, new_errand, open_login, provider_of, send_errand
from xbridge.flows.waiting import WaitingRequest, WaitingResult, find_request, nothing_waits, verify_owner


async def request_bulk_signing(
    deps: Deps,
    proof: str,
    task: BulkSigningTask,
    *,
    session: str,
    language: Language,
    now: datetime,
    entropy: Entropy,
    user_agent: str = "",
) -> PendingRequest:
    """Ask and return what the page needs to wait for the answer.

    (1) the person logged in, in this session   (2) their provider can do this, the answer could be believed, and the account
    may sign   (3) the token is still alive   (4) the request waits, with what may be signed   (5) it is sent

    Raises ``LinkRefused`` (``session``, ``stale``), ``Unsupported``, ``ConfigError``, ``DocumentInvalid``,
    ``VerificationError("assurance", reason="cannot_sign")``, ``ProviderError``, ``UserDeclined``.
    """
    # (1)
    person = open_login(deps, proof, session=session, now=now)
    # (2)
    provider, settings = provider_of(deps, person)
    signer = bulk_signing_provider(provider)
    signer.verify_bulk_signer(settings, person.assurance_source)
    # (3)
    standing = Standing(
        proof=proof, person=person, provider=provider, settings=settings, access=living_access(person, now)
    )
    sought = BulkSought(
        documents={document.id: document.hash_code for document in task.documents},
        algorithm=task.algorithm,
        asked_at=now,
    )
    errand = new_errand("bulk_signing", language=language, user_agent=user_agent, entropy=entropy)
    # (4) (5)
    return await send_errand(
        deps,
        standing,
        errand,
        lambda access, errand: signer.ask_bulk_signature(
            settings, person.subject, access, errand, task, now=now, entropy=entropy
        ),
        now=now,
        entropy=entropy,
        sought=sought,
    )


async def bulk_signing_status(
    deps: Deps, business_id: str, *, session: str, now: datetime, entropy: Entropy
) -> BulkStatus:
    """Return where this session's bulk signing stands at the provider, while its answer is awaited.

    Raises ``CallbackInvalid("request", "unknown")`` for what does not wait, ``Unsupported``, ``ProviderError``.
    """
    signer, settings = await _waiting(deps, business_id, session=session)
    return await signer.bulk_signing_status(settings, business_id, now=now, entropy=entropy)


async def cancel_bulk_signing(deps: Deps, business_id: str, *, session: str, now: datetime, entropy: Entropy) -> None:
    """Take this session's bulk signing back at the provider.

    The request goes on waiting: the provider reports the end of it by callback, and an answer that was on its way
    already counts.  Raises as :func:`bulk_signing_status`; ``ProviderRejected`` where it is not pending any more.
    """
    signer, settings = await _waiting(deps, business_id, session=session)
    await signer.cancel_bulk_signing(settings, business_id, now=now, entropy=entropy)


def verify_bulk_answer(
    provider: Provider,
    settings: Any,
    record: WaitingRequest | WaitingResult,
    content: Mapping[str, object],
    *,
    at: datetime,
) -> BulkSignatures:
    """Return the signatures in ``content`` if they are for exactly what ``record`` asks for, verified at ``at``.

    Raises ``ProtocolError``, ``VerificationError``, ``Unsupported``.
    """
    # Only a record that says what was to be signed can tell whether it was.
    if record.bulk is None:
        raise TamperDetected("request", reason="malformed")
    return bulk_signing_provider(provider).read_bulk_signatures(settings, record.bulk.sought(), content, at=at)


def bulk_signing_provider(provider: Provider) -> BulkSigningProvider:
    """Return ``provider`` as one that signs many things at once.  Raises ``Unsupported``."""
    if not isinstance(provider, BulkSigningProvider):
        raise lacking(provider, "bulk signing")
    return provider


async def _waiting(deps: Deps, business_id: str, *, session: str) -> tuple[BulkSigningProvider, Any]:
    """Return the provider of this session's bulk signing that waits, and its settings."""
    request = await find_request(deps, business_id)
    if request is None or request.kind != "bulk_signing":
        raise nothing_waits()
    verify_owner(deps, request.session_ref, session=session)
    provider, settings = deps.provider(request.provider)
    if provider.issuer(settings) != request.issuer:
        raise CallbackInvalid("issuer", reason="mismatch")
    return bulk_signing_provider(provider), settings
