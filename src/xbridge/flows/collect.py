"""COLLECT: the page of the session that asked fetches the answer, once."""

from __future__ import annotations

import json
from datetime import datetime
from typing import Any

from xbridge.core.callback import CallbackReceiver
from xbridge.core.effects import Pending, take_pending
from xbridge.core.errors import TamperDetected
from xbridge.core.identity import Assurance
from xbridge.core.moment import from_seconds
from xbridge.core.ports import Entropy
from xbridge.core.provider import lacking
from xbridge.core.request import Collected, StepUp
from xbridge.core.signing import SIGNED_KINDS, Verdict
from xbridge.flows.acknowledgement import acknowledgement, unanswered
from xbridge.flows.deps import Deps
from xbridge.flows.signing import verify_answer
from xbridge.flows.waiting import (
    WaitingRequest,
    WaitingResult,
    find_request,
    find_result,
    nothing_waits,
    request_key,
    result_key,
    verify_owner,
)
from xbridge.linking.proof import LoginProof, seal_proof


async def collect(deps: Deps, business_id: str, *, session: str, now: datetime, entropy: Entropy) -> Collected:
    """Return how the request stands for the session that made it.

    (1) the request still waits: so does the page, until its time is over   (2) a result waits, of this session
    (3) the result, typed; a signature is verified again, for the moment at which it came   (4) first taker

    What cannot be read goes on waiting, until its time is over.  A signature over a consent goes on waiting: the grant
    that takes it in takes it, and a page that was closed loses nothing.  Whoever comes second, or from another session,
    learns nothing but ``CallbackInvalid("request", "unknown")``.
    """
    # (1) Looked at first: the result appears in the same moment in which the request goes.
    request = await find_request(deps, business_id)
    if request is not None:
        verify_owner(deps, request.session_ref, session=session)
        if now.timestamp() < request.expires_at:
            return Collected(status="waiting", kind=request.kind)
        verdict = await unanswered(business_id) if request.kind in SIGNED_KINDS else None
        ended = _ended(deps, request, business_id, verdict, now=now, entropy=entropy)
        if await take_pending(request_key(business_id), successor=ended) is None:
            raise nothing_waits()
        return Collected(status="expired", kind=request.kind)
    # (2)
    result = await find_result(deps, business_id)
    if result is None:
        raise nothing_waits()
    verify_owner(deps, result.session_ref, session=session)
    # (3) Before it is taken: a result that cannot be read is neither lost nor, for a signature, called accepted.
    data = _read(deps, result, business_id, entropy=entropy) if result.outcome == "done" else None
    if result.record and result.outcome == "done":
        return Collected(status="done", kind=result.kind, data=data)
    # (4) In the same transaction the signature becomes one that can be acknowledged.
    signed = result.kind in SIGNED_KINDS and result.outcome == "done"
    ended = _ended(deps, result, business_id, "accepted" if signed else None, now=now, entropy=entropy)
    if await take_pending(result_key(business_id), successor=ended) is None:
        raise nothing_waits()
    return Collected(status=result.outcome, kind=result.kind, provider_code=result.provider_code, data=data)


def _read(deps: Deps, result: WaitingResult, business_id: str, *, entropy: Entropy) -> Any:
    """Return the typed result; it was read once already, before it was kept."""
    if result.kind == "step_up":
        return _fresh_proof(deps, result, business_id, entropy=entropy)
    provider, settings = deps.provider(result.provider)
    if not isinstance(provider, CallbackReceiver):
        raise lacking(provider, "callbacks")
    content = json.loads(result.content)
    if result.kind in SIGNED_KINDS:
        return verify_answer(provider, settings, result, content, at=from_seconds(result.answered_at))
    return provider.read_answer(settings, result.kind, content)


def _ended(
    deps: Deps,
    record: WaitingRequest | WaitingResult,
    business_id: str,
    verdict: Verdict | None,
    *,
    now: datetime,
    entropy: Entropy,
) -> Pending | None:
    """Return the item by which a signature can be acknowledged; None where there is nothing to tell."""
    if verdict is None:
        return None
    return acknowledgement(
        deps,
        business_id,
        verdict,
        provider=record.provider,
        issuer=record.issuer,
        session_ref=record.session_ref,
        bulk=record.kind == "bulk_signing",
        now=now,
        entropy=entropy,
    )


def _fresh_proof(deps: Deps, result: WaitingResult, business_id: str, *, entropy: Entropy) -> StepUp:
    """Return the login that the step-up stood on, with its time moved to the answer.

    Everything else stays: who it is, how they are known, and who started it.  A direct login does not become ours
    because somebody confirmed it.
    """
    try:
        login = LoginProof.model_validate_json(deps.proof_sealer.open(result.proof))
    except ValueError as exc:
        raise TamperDetected("proof", reason="malformed") from exc
    fresh = login.model_copy(update={"authenticated_at": result.answered_at, "id": business_id})
    return StepUp(
        proof=seal_proof(fresh, deps.proof_sealer, entropy=entropy),
        assurance=Assurance(source=fresh.assurance_source, level=fresh.assurance),
        authenticated_at=from_seconds(result.answered_at),
    )
