"""ACKNOWLEDGE: tell the provider what became of a signature, in a call of its own that may fail and be made again.

Handing out a signature and telling the provider are two things: if the telling fails, nobody loses the signature.  What
is true is remembered when the request ends (``collect.py``, ``anonymous_signing.py``), so nobody can acknowledge what was
not verified, nor what another session asked for.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any, Literal

from xbridge.core.bulk_signing import BulkSigningProvider
from xbridge.core.decision import Record
from xbridge.core.effects import Pending, peek_pending, put_pending
from xbridge.core.errors import CallbackInvalid, StoreConflict, VerificationError
from xbridge.core.ports import Entropy
from xbridge.core.provider import Provider, lacking
from xbridge.core.signing import Verdict
from xbridge.core.signing_provider import SignatureAcknowledger
from xbridge.flows.deps import Deps
from xbridge.flows.waiting import (
    ANSWER_S,
    GRACE_S,
    WaitingRequest,
    find_request,
    nothing_waits,
    open_waiting,
    verify_owner,
    waiting,
)

ACKNOWLEDGE_S = 24 * 60 * 60
"""How long a signature can be acknowledged; how long the platform waits for it is UNKNOWN."""


class WaitingAcknowledgement(Record):
    """How a request to sign ended: ``verdict`` is what can truly be told.  Holds neither signature nor person.

    ``bulk`` says that there were many signatures, which some providers want to hear elsewhere.
    """

    bulk: bool = False
    issuer: str
    provider: str
    session_ref: str
    v: Literal[1]
    verdict: Verdict


class ToldAcknowledgement(Record):
    """What the provider was told already."""

    v: Literal[1]
    verdict: Verdict


def acknowledgement(
    deps: Deps,
    business_id: str,
    verdict: Verdict,
    *,
    provider: str,
    issuer: str,
    session_ref: str,
    bulk: bool = False,
    now: datetime,
    entropy: Entropy,
) -> Pending:
    """Return the item that lets this session acknowledge ``business_id``."""
    record = WaitingAcknowledgement(
        bulk=bulk, issuer=issuer, provider=provider, session_ref=session_ref, v=1, verdict=verdict
    )
    until = now + timedelta(seconds=ACKNOWLEDGE_S)
    return waiting(deps, _ended_key(business_id), record, expires_at=until, entropy=entropy)


async def note_refused_signature(deps: Deps, request: WaitingRequest, *, now: datetime, entropy: Entropy) -> None:
    """Remember that an answer with the right ties came whose signature did not verify."""
    until = now + timedelta(seconds=ANSWER_S + GRACE_S)
    note = ToldAcknowledgement(v=1, verdict="rejected")
    key = _refused_key(request.business_id)
    try:
        await put_pending(waiting(deps, key, note, expires_at=until, entropy=entropy))
    except StoreConflict:
        # Noted before.
        return


async def unanswered(business_id: str) -> Verdict:
    """Return what can be told of a request that ended without a signature that verified."""
    return "missing" if await peek_pending(_refused_key(business_id)) is None else "rejected"


async def acknowledge_signature(
    deps: Deps, business_id: str, *, session: str, accepted: bool, now: datetime, entropy: Entropy
) -> Verdict:
    """Tell the provider, and return what it was told.

    (1) the request has ended, and was this session's   (2) its provider is still the one   (3) told already: the same
    again is done, another verdict is refused   (4) it is told   (5) and remembered, unless another one was meanwhile

    ``accepted=False`` rejects a signature that verified.  Nothing makes an unverified one accepted.  Raises
    ``CallbackInvalid("request", …)``: ``waiting``, or ``unknown``; ``VerificationError("acknowledgement", …)``;
    ``Unsupported``; ``ProviderError``.
    """
    # (1)
    ended = await _find_ended(deps, business_id)
    if ended is None:
        await _raise_for_waiting(deps, business_id, session=session)
        raise nothing_waits()
    verify_owner(deps, ended.session_ref, session=session)
    # (2)
    provider, settings = deps.provider(ended.provider)
    if provider.issuer(settings) != ended.issuer:
        raise CallbackInvalid("issuer", reason="mismatch")
    tell = _teller(provider, bulk=ended.bulk)
    verdict: Verdict = "rejected" if ended.verdict == "accepted" and not accepted else ended.verdict
    # (3) What the platform makes of a second acknowledgement is not relied upon.
    told = await _find_told(deps, business_id)
    if told is not None:
        if told.verdict != verdict:
            raise VerificationError("acknowledgement", reason="mismatch")
        return verdict
    # (4)
    await tell(settings, business_id, verdict, now=now, entropy=entropy)
    # (5) Somebody else may have told it in the same moment: what was remembered first is what was told.
    until = now + timedelta(seconds=ACKNOWLEDGE_S)
    key = _told_key(business_id)
    try:
        await put_pending(
            waiting(deps, key, ToldAcknowledgement(v=1, verdict=verdict), expires_at=until, entropy=entropy)
        )
    except StoreConflict:
        told = await _find_told(deps, business_id)
        if told is not None and told.verdict != verdict:
            raise VerificationError("acknowledgement", reason="mismatch") from None
    return verdict


def _teller(provider: Provider, *, bulk: bool) -> Any:
    """Return the provider's call for an acknowledgement.  Raises ``Unsupported``."""
    if bulk and isinstance(provider, BulkSigningProvider):
        return provider.acknowledge_bulk_signature
    if not bulk and isinstance(provider, SignatureAcknowledger):
        return provider.acknowledge_signature
    raise lacking(provider, "acknowledgements")


async def _raise_for_waiting(deps: Deps, business_id: str, *, session: str) -> None:
    """Raise ``CallbackInvalid("request", reason="waiting")`` where this session's request has not ended yet."""
    request = await find_request(deps, business_id)
    if request is not None:
        verify_owner(deps, request.session_ref, session=session)
        raise CallbackInvalid("request", reason="waiting")


async def _find_ended(deps: Deps, business_id: str) -> WaitingAcknowledgement | None:
    key = _ended_key(business_id)
    raw = await peek_pending(key)
    return None if raw is None else WaitingAcknowledgement.model_validate_json(open_waiting(deps, key, raw))


async def _find_told(deps: Deps, business_id: str) -> ToldAcknowledgement | None:
    key = _told_key(business_id)
    raw = await peek_pending(key)
    return None if raw is None else ToldAcknowledgement.model_validate_json(open_waiting(deps, key, raw))


def _ended_key(business_id: str) -> str:
    return f"ended/{business_id}"


def _refused_key(business_id: str) -> str:
    return f"refused/{business_id}"


def _told_key(business_id: str) -> str:
    return f"told/{business_id}"
