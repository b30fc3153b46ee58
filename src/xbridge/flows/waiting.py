"""What waits in the store between a request and its answer: two sealed records, and where they lie.

A request lies under its ``business_id`` until the callback takes it and leaves the result in its place; both happen in
one transaction.  The store sees neither who nor what: the records are sealed, each for its own place.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Literal

from pydantic import Field

from xbridge.core.bulk_signing import BulkSought
from xbridge.core.decision import Record
from xbridge.core.effects import Pending, peek_pending
from xbridge.core.errors import CallbackInvalid, TamperDetected
from xbridge.core.moment import from_seconds
from xbridge.core.ports import Entropy
from xbridge.core.request import Outcome, RequestKind
from xbridge.core.signing import SignatureAlgorithm, SignatureSought, SigningKind
from xbridge.crypto import base64url
from xbridge.crypto.canonical import canonical_json
from xbridge.crypto.digest import constant_time_equal
from xbridge.flows.deps import Deps
from xbridge.linking.pseudonym import session_ref

ANSWER_S = 18 * 60
"""How long a person has to answer, in seconds (iamsmart.md sections 6.4 and 8.2, VERIFIED)."""

GRACE_S = 5 * 60
"""How much longer a request stays, so that the page which polls learns that nobody answered."""

RESULT_S = 10 * 60
"""How long a result waits for the page; after that the personal data in it are gone."""

MAX_RESULT_CHARS = 72 * 1024 * 1024
"""More than any callback becomes: escaped once more and sealed, at most twice ``callback_max_bytes`` (32 MiB)."""


class WaitingSignature(Record):
    """What a signature must be for, to the byte.  ``digest`` is base64url; ``asked_at`` seconds since 1970."""

    algorithm: SignatureAlgorithm
    asked_at: int
    digest: str = Field(repr=False)
    kind: SigningKind

    @classmethod
    def of(cls, sought: SignatureSought) -> WaitingSignature:
        """Return ``sought`` as it is kept."""
        return cls(
            algorithm=sought.algorithm,
            asked_at=int(sought.asked_at.timestamp()),
            digest=base64url.encode(sought.digest),
            kind=sought.kind,
        )

    def sought(self) -> SignatureSought:
        """Return what was kept."""
        return SignatureSought(
            kind=self.kind,
            digest=base64url.decode(self.digest),
            algorithm=self.algorithm,
            asked_at=from_seconds(self.asked_at),
        )


class WaitingDocument(Record):
    """One of the documents of a bulk signing.  ``digest`` is base64url."""

    digest: str = Field(repr=False)
    id: str


class WaitingBulk(Record):
    """What the signatures of a bulk signing must be for, to the byte.  ``asked_at`` is seconds since 1970."""

    algorithm: SignatureAlgorithm
    asked_at: int
    documents: tuple[WaitingDocument, ...]

    @classmethod
    def of(cls, sought: BulkSought) -> WaitingBulk:
        """Return ``sought`` as it is kept."""
        return cls(
            algorithm=sought.algorithm,
            asked_at=int(sought.asked_at.timestamp()),
            documents=tuple(
                WaitingDocument(digest=base64url.encode(digest), id=name) for name, digest in sought.documents.items()
            ),
        )

    def sought(self) -> BulkSought:
        """Return what was kept."""
        return BulkSought(
            documents={document.id: base64url.decode(document.digest) for document in self.documents},
            algorithm=self.algorithm,
            asked_at=from_seconds(self.asked_at),
        )


class WaitingRequest(Record):
    """A request under way.  ``proof`` is the sealed login it stands on; times are seconds since 1970.

    ``signature`` is there where something is to be signed, ``bulk`` where many things are; ``record`` holds, as base64url,
    the exact bytes of the consent that a signature is for, empty where it is for something else.  Version 1 knew no
    signatures.
    """

    bulk: WaitingBulk | None = None
    business_id: str
    expires_at: int
    fields: tuple[str, ...]
    issuer: str
    kind: RequestKind
    proof: str = Field(repr=False)
    provider: str
    record: str = Field(default="", repr=False)
    session_ref: str
    signature: WaitingSignature | None = None
    state: str = Field(repr=False)
    subject_ref: str
    v: Literal[1, 2]


class WaitingResult(Record):
    """An answer that nobody has collected yet.  ``content`` is JSON text of the fields that were asked for.

    ``signature`` or ``bulk`` says what was to be signed; it is verified before it is kept, and again when it is handed out.
    """

    answered_at: int
    bulk: WaitingBulk | None = None
    content: str = Field(repr=False)
    fields: tuple[str, ...]
    issuer: str
    kind: RequestKind
    outcome: Outcome
    proof: str = Field(repr=False)
    provider: str
    provider_code: str
    record: str = Field(default="", repr=False)
    session_ref: str
    signature: WaitingSignature | None = None
    subject_ref: str
    v: Literal[1, 2]


def request_key(business_id: str) -> str:
    """Return where a request waits."""
    return f"request/{business_id}"


def result_key(business_id: str) -> str:
    """Return where a result waits."""
    return f"result/{business_id}"


def waiting(deps: Deps, key: str, record: Record, *, expires_at: datetime, entropy: Entropy) -> Pending:
    """Return ``record`` sealed for its place."""
    sealed = deps.request_sealer.seal(canonical_json(record), entropy=entropy, context=key.encode())
    return Pending(key=key, value=sealed.encode("ascii"), expires_at=expires_at)


async def find_request(deps: Deps, business_id: str) -> WaitingRequest | None:
    """Return the request that waits, or None.  Raises ``TamperDetected`` for one that we did not put there."""
    raw = await peek_pending(request_key(business_id))
    return (
        None if raw is None else WaitingRequest.model_validate_json(open_waiting(deps, request_key(business_id), raw))
    )


async def find_result(deps: Deps, business_id: str) -> WaitingResult | None:
    """Return the result that waits, or None.  Raises ``TamperDetected`` for one that we did not put there."""
    raw = await peek_pending(result_key(business_id))
    return None if raw is None else WaitingResult.model_validate_json(open_waiting(deps, result_key(business_id), raw))


def verify_owner(deps: Deps, owner_ref: str, *, session: str) -> None:
    """Check that what waits, of the session ``owner_ref``, belongs to ``session``.

    Raises ``CallbackInvalid`` as if it were not there.
    """
    if not constant_time_equal(owner_ref, session_ref(deps.pseudonym_key, session=session)):
        raise nothing_waits()


def nothing_waits() -> CallbackInvalid:
    """Return the error for what was never asked, was taken already, came too late, or is somebody else's."""
    return CallbackInvalid("request", reason="unknown")


def request_deadline(now: datetime) -> datetime:
    """Return when an answer to a request made now comes too late."""
    return now + timedelta(seconds=ANSWER_S)


def open_waiting(deps: Deps, key: str, raw: bytes) -> bytes:
    """Return what was sealed for ``key``.  Raises ``TamperDetected``."""
    try:
        sealed = raw.decode("ascii")
    except UnicodeDecodeError as exc:
        raise TamperDetected("request", reason="malformed") from exc
    return deps.request_sealer.open(sealed, context=key.encode(), max_chars=MAX_RESULT_CHARS)
