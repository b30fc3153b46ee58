"""RECEIVE: what a provider POSTs server to server becomes a result that waits for the session which asked.

Nobody signs a callback, so it is believed only as the answer to one waiting request: the same provider, the same
``business_id`` and ``state``, a code of the right kind, once.  Taking the request and leaving the result are one
transaction: of two deliveries one wins, and a crash loses neither.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from xbridge.core.callback import CallbackReceiver
from xbridge.core.effects import take_pending
from xbridge.core.errors import CallbackInvalid, VerificationError
from xbridge.core.moment import from_seconds
from xbridge.core.ports import Entropy
from xbridge.core.provider import Provider, lacking
from xbridge.core.signing import SIGNED_KINDS
from xbridge.crypto.canonical import canonical_json_of
from xbridge.crypto.digest import constant_time_equal
from xbridge.flows.acknowledgement import note_refused_signature
from xbridge.flows.deps import Deps
from xbridge.flows.signing import verify_answer
from xbridge.flows.waiting import (
    RESULT_S,
    WaitingRequest,
    WaitingResult,
    find_request,
    nothing_waits,
    request_key,
    result_key,
    waiting,
)


async def receive_callback(
    deps: Deps,
    provider_id: str,
    body: bytes,
    *,
    now: datetime,
    entropy: Entropy,
    content_type: str = "application/json",
) -> None:
    """Believe ``body``, or refuse it.

    (1) it opens and says whose answer it is   (2) such a request waits, of this provider, in time   (3) the state is
    that request's   (4) the code can belong to it   (5) what was asked for reads as what it should be, and a signature
    verifies   (6) first delivery; the result waits for the session that asked

    Raises ``CallbackInvalid``, ``TamperDetected``, ``ProtocolError``, ``Unsupported``.  Whatever is refused leaves the
    request waiting.
    """
    provider, settings = deps.provider(provider_id)
    if not isinstance(provider, CallbackReceiver):
        raise lacking(provider, "callbacks")
    # (1)
    message = provider.open_callback(settings, body, content_type=content_type)
    # (2)
    request = await find_request(deps, message.business_id)
    if request is None or request.provider != provider_id or request.issuer != provider.issuer(settings):
        raise nothing_waits()
    if now.timestamp() >= request.expires_at:
        raise CallbackInvalid("request", reason="expired")
    # (3)
    if not constant_time_equal(message.state, request.state):
        raise CallbackInvalid("state", reason="mismatch")
    # (4)
    if request.kind not in message.kinds:
        raise CallbackInvalid("kind", reason="mismatch")
    # (5)
    content: dict[str, object] = {}
    if message.outcome == "done":
        content = dict(provider.wanted_content(request.kind, request.fields, message.content))
        if request.kind in SIGNED_KINDS:
            await _believe_signature(deps, provider, settings, request, content, now=now, entropy=entropy)
        else:
            provider.read_answer(settings, request.kind, content)
    # (6)
    result = WaitingResult(
        answered_at=int(now.timestamp()),
        bulk=request.bulk,
        content=canonical_json_of(content).decode(),
        fields=request.fields,
        issuer=request.issuer,
        kind=request.kind,
        outcome=message.outcome,
        proof=request.proof,
        provider=provider_id,
        provider_code=message.provider_code,
        record=request.record,
        session_ref=request.session_ref,
        signature=request.signature,
        subject_ref=request.subject_ref,
        v=2,
    )
    until = now + timedelta(seconds=RESULT_S)
    successor = waiting(deps, result_key(message.business_id), result, expires_at=until, entropy=entropy)
    if await take_pending(request_key(message.business_id), successor=successor) is None:
        raise nothing_waits()


async def _believe_signature(
    deps: Deps,
    provider: Provider,
    settings: Any,
    request: WaitingRequest,
    content: dict[str, object],
    *,
    now: datetime,
    entropy: Entropy,
) -> None:
    """Return where the signature verifies.

    Otherwise the request goes on waiting: the true answer may still come, and whoever sent this one must not keep it
    out.  For the acknowledgement it is noted that a signature came which did not verify; an answer without a readable
    one is none.
    """
    try:
        # To the second, as it is kept: handing it out verifies the same again.
        verify_answer(provider, settings, request, content, at=from_seconds(int(now.timestamp())))
    except VerificationError:
        await note_refused_signature(deps, request, now=now, entropy=entropy)
        raise
