"""Whose message a matching message is, and how it travels: signed records between two operators, over HTTPS.

Asks the world for a signature at most.  What the messages do is in ``linking/matching.py``.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Final, TypeVar

from pydantic import ValidationError

from xbridge.core.errors import (
    ProtocolError,
    ProviderRejected,
    ProviderUnavailable,
    TamperDetected,
    Unsupported,
    VerificationError,
)
from xbridge.core.http import HTTPReply, HTTPRequest
from xbridge.crypto.canonical import canonical_json
from xbridge.crypto.digest import sha256_hex
from xbridge.crypto.key import KeySet
from xbridge.crypto.oprf import require_oprf
from xbridge.crypto.signing import SignedRecord, from_envelope, to_envelope, verify_record
from xbridge.flows.deps import Deps
from xbridge.flows.record_key import RECORD_KEY_NAMES
from xbridge.flows.record_signing import sign_as_operator
from xbridge.linking.matching_message import (
    EVALUATION,
    MAX_MESSAGE_BYTES,
    OPENING,
    REPLY,
    RESULT,
    ROLE,
    Evaluation,
    Opening,
    Reply,
    Result,
)
from xbridge.linking.person_name import han_form

MEDIA_TYPE: Final = "application/json"
STEP: Final = "matching"
M = TypeVar("M", Opening, Reply, Evaluation, Result)
_TYPES: Final = {Opening: OPENING, Reply: REPLY, Evaluation: EVALUATION, Result: RESULT}


@dataclass(frozen=True, slots=True, kw_only=True)
class Sent:
    """A message of ours: its envelope, and the digest by which the next message names it."""

    envelope: bytes = field(repr=False)
    digest: str


def require_matching() -> None:
    """Return if this build can match.  Raises ``Unsupported``, which names the extra, before anything is spent."""
    require_oprf()
    han_form()


def matching_peers(deps: Deps) -> dict[str, KeySet]:
    """Return the parties we match with and their keys: those with an address for it and with keys, never ourselves.

    None of them holds a key of ours: ``build_deps`` looked.
    """
    return {
        party.id: deps.service_keys[party.id]
        for party in deps.config.parties
        if party.matching_url and party.id in deps.service_keys and party.id != deps.config.operator
    }


def peer_keys(deps: Deps, peer: str) -> KeySet:
    """Return the keys of ``peer``.  Raises ``Unsupported`` for a party that we do not match with."""
    peers = matching_peers(deps)
    if peer not in peers:
        raise Unsupported("no such party has a matching_url and keys", capabilities=tuple(sorted(peers)))
    return peers[peer]


async def signed(deps: Deps, message: Opening | Reply | Evaluation | Result) -> Sent:
    """Return ``message`` signed by our record keys.  Raises as ``sign_as_operator``."""
    record = await sign_as_operator(deps, _TYPES[type(message)], 1, message, ROLE)
    return Sent(envelope=to_envelope(record), digest=sha256_hex(record.raw))


def received(raw: bytes) -> SignedRecord:
    """Return what came in, **unverified**.  Raises ``TamperDetected``."""
    if len(raw) > MAX_MESSAGE_BYTES:
        raise TamperDetected("envelope", reason="too_large")
    record = from_envelope(raw)
    if not 1 <= len(record.signatures) <= len(RECORD_KEY_NAMES):
        raise TamperDetected("signature", reason="malformed")
    return record


def author_of(deps: Deps, record: SignedRecord) -> tuple[str, KeySet]:
    """Return the one party that holds a key which ``record`` names; that it signed is still to be verified.

    Raises ``TamperDetected("signature", …)``: ``unknown``, or ``duplicated`` where two parties are said to have signed.
    """
    kids = [each.kid for each in record.signatures]
    found = [(name, keys) for name, keys in matching_peers(deps).items() if any(map(keys.get, kids))]
    if len(found) != 1:
        raise TamperDetected("signature", reason="duplicated" if found else "unknown")
    return found[0]


def verified(record: SignedRecord, keys: KeySet, model: type[M]) -> tuple[M, str]:
    """Return the message and the digest by which the next one names it.

    (1) signature, role, type and version   (2) only then the shape, in its one spelling.  Raises ``TamperDetected``.
    """
    # (1)
    payload = verify_record(record, keys, expected_type=_TYPES[model], expected_role=ROLE)
    # (2)
    message: M | None = None
    try:
        message = model.model_validate_json(payload)
    except ValidationError:
        # Raised below and not from here: a foreign error in the chain may repeat what it read.
        message = None
    if message is None or canonical_json(message) != payload:
        raise TamperDetected("record", reason="malformed")
    return message, sha256_hex(record.raw)


def build_message_request(deps: Deps, peer: str, message: Sent) -> HTTPRequest:
    """Return the POST that carries ``message`` to ``peer``."""
    return HTTPRequest(
        method="POST",
        url=deps.config.party(peer).matching_url,
        headers=(("Content-Type", MEDIA_TYPE), ("Accept", MEDIA_TYPE)),
        content=message.envelope,
        max_reply_bytes=MAX_MESSAGE_BYTES,
        label=STEP,
    )


def parse_message_reply(peer: str, reply: HTTPReply, keys: KeySet, model: type[M]) -> tuple[M, str]:
    """Return the peer's message and its digest.

    Raises ``ProviderUnavailable`` (its store is out of order), ``ProviderRejected`` with the status as its code
    (``http_429``: its own limit), ``ProtocolError`` for what is no message of this protocol signed by ``peer``.
    """
    if reply.status >= 500:
        raise ProviderUnavailable(peer, "the party could not answer; matching again is another guess")
    if reply.status != 200:
        raise ProviderRejected(peer, "the party refused the matching", provider_code=f"http_{reply.status}", step=STEP)
    return _attempt(peer, lambda: verified(received(reply.content), keys, model))


def _attempt(peer: str, read: Callable[[], tuple[M, str]]) -> tuple[M, str]:
    """Return what ``read`` reads, its refusal told as the peer's."""
    try:
        return read()
    except VerificationError as exc:
        raise ProtocolError(peer, "the party's answer is not its message", step=STEP, reason=exc.reason) from exc
