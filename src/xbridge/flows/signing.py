"""SIGN: ask the person who is logged in to sign a digest; the answer is a signature that verified, or none.

Asking is here.  ``callback.py`` receives, ``collect.py`` hands out, ``acknowledgement.py`` tells the provider what became
of it, ``anonymous_signing.py`` is for people who have not logged in.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from xbridge.core.bulk_signing import BulkSignatures
from xbridge.core.errors import ConfigError, TamperDetected
from xbridge.core.language import Language
from xbridge.core.ports import Entropy
from xbridge.core.provider import Provider, lacking
from xbridge.core.request import PendingRequest
from xbridge.core.signing import (
    SIGNATURE_ALGORITHMS,
    SIGNING_KINDS,
    PersonalSignature,
    SignatureSought,
    SigningTask,
)
from xbridge.core.signing_provider import SigningProvider
from xbridge.flows.bulk_signing import verify_bulk_answer
from xbridge.flows.deps import Deps
from xbridge.flows.request import (
    Standing,
    living_access,
    new_errand,
    open_login,
    provider_of,
    send_errand,
)
from xbridge.flows.waiting import WaitingRequest, WaitingResult


async def request_signature(
    deps: Deps,
    proof: str,
    task: SigningTask,
    *,
    session: str,
    language: Language,
    now: datetime,
    entropy: Entropy,
    user_agent: str = "",
    record: bytes = b"",
) -> PendingRequest:
    """Ask and return what the page needs to wait for the answer.

    ``record`` are the exact bytes of the consent that is signed, where it is one.

    (1) the person logged in, in this session   (2) their provider can do this, its signatures can be verified, and the
    account may sign   (3) the token is still alive, and the task one that can be   (4) the request waits, with what may
    be signed   (5) it is sent

    Raises ``LinkRefused`` (``session``, ``stale``), ``Unsupported``, ``ConfigError``, ``DocumentInvalid``,
    ``VerificationError("assurance", reason="cannot_sign")``, ``ProviderError``, ``UserDeclined``.
    """
    # (1)
    person = open_login(deps, proof, session=session, now=now)
    # (2)
    provider, settings = provider_of(deps, person)
    signer = signing_provider(provider)
    signer.verify_signer(settings, person.assurance_source)
    # (3)
    standing = Standing(
        proof=proof, person=person, provider=provider, settings=settings, access=living_access(person, now)
    )
    sought = sought_by(task, now=now)
    errand = new_errand(task.kind, language=language, user_agent=user_agent, entropy=entropy)
    # (4) (5)
    return await send_errand(
        deps,
        standing,
        errand,
        lambda access, errand: signer.ask_signature(
            settings, person.subject, access, errand, task, now=now, entropy=entropy
        ),
        now=now,
        entropy=entropy,
        sought=sought,
        record=record,
    )


def sought_by(task: SigningTask, *, now: datetime) -> SignatureSought:
    """Return what must be remembered of ``task`` until its answer comes.

    Raises ``ConfigError`` for a kind or an algorithm that nobody knows.
    """
    if task.kind not in SIGNING_KINDS:
        raise ConfigError(f"what is signed must be one of: {', '.join(SIGNING_KINDS)}")
    if task.algorithm not in SIGNATURE_ALGORITHMS:
        raise ConfigError(f"the algorithm must be one of: {', '.join(SIGNATURE_ALGORITHMS)}")
    return SignatureSought(kind=task.kind, digest=task.digest, algorithm=task.algorithm, asked_at=now)


def signing_provider(provider: Provider) -> SigningProvider:
    """Return ``provider`` as one that signs.  Raises ``Unsupported``."""
    if not isinstance(provider, SigningProvider):
        raise lacking(provider, "signing")
    return provider


def verify_answer(
    provider: Provider,
    settings: Any,
    record: WaitingRequest | WaitingResult,
    content: Mapping[str, object],
    *,
    at: datetime,
) -> PersonalSignature | BulkSignatures:
    """Return the signature in ``content`` if it is one over exactly what ``record`` asks for, verified at ``at``; or all of them.

    Raises ``ProtocolError``, ``VerificationError``, ``Unsupported``.
    """
    if record.kind == "bulk_signing":
        return verify_bulk_answer(provider, settings, record, content, at=at)
    signer = signing_provider(provider)
    # Only a record that says what was to be signed can tell whether it was.
    if record.signature is None or record.signature.kind != record.kind:
        raise TamperDetected("request", reason="malformed")
    return signer.read_signature(settings, record.signature.sought(), content, at=at)
