"""Bulk signing with iAM Smart+ (iamsmart.md section 10, last row): every shape that nobody outside has seen is in this file.

Two calls ask: one fetches a token for a department and a service (``getBSQCToken``), the other brings the documents.  The
answer is a callback in two parts: ``sigMetada`` (VERIFIED, the platform's own spelling for CorpID) is the usual document, and
``sigFile`` holds the signatures, encrypted under the same key.  Paths, members and the words between are INFERRED
(specs/providers/iamsmart.md); the settings ``signing.bulk_…`` change what may have to.
"""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from pydantic import BaseModel, ConfigDict, Field

from xbridge.core.bulk_signing import (
    BulkDocument,
    BulkSignature,
    BulkSignatures,
    BulkSigningTask,
    BulkSought,
    BulkStatus,
)
from xbridge.core.errors import CallbackInvalid, ConfigError, ProviderRejected, TamperDetected
from xbridge.core.identity import Access
from xbridge.core.ports import Entropy
from xbridge.core.request import Asked, Errand
from xbridge.core.signing import SIGNATURE_ALGORITHMS, Verdict
from xbridge.crypto.digest import constant_time_equal
from xbridge.protocols.multipart_message import require_parser
from xbridge.protocols.personal_signature import verify_hash_signatures
from xbridge.providers.iamsmart.call import call
from xbridge.providers.iamsmart.hkic_hash import hkic_hash
from xbridge.providers.iamsmart.reply import broken
from xbridge.providers.iamsmart.request import initiate
from xbridge.providers.iamsmart.settings import IamSmartSettings
from xbridge.providers.iamsmart.signature import (
    MAX_CERTIFICATE_CHARS,
    MAX_DIGEST_CHARS,
    MAX_SIGNATURE_CHARS,
    answer_of,
    decoded,
    moment_of,
    verify_time,
)
from xbridge.providers.iamsmart.signing import (
    DEFAULT_ALGORITHM,
    DIGEST_BYTES,
    MAX_DEPARTMENT_CHARS,
    MAX_NAME_CHARS,
    RESULTS,
    require_algorithm,
    verify_signer,
)
from xbridge.providers.iamsmart.url import LANG

MAX_DOCUMENTS = 1000
MAX_ID_CHARS = 36
TOKEN_UNKNOWN = "D71008"
STEP = "bulk_signing_callback"
ANSWER_MEMBERS = ("timestamp", "cert", "signatures")


class _TokenReply(BaseModel):
    model_config = ConfigDict(frozen=True, strict=True, extra="ignore", hide_input_in_errors=True)

    bsqcToken: str = Field(min_length=1, max_length=32, repr=False)  # noqa: N815


class _StatusReply(BaseModel):
    model_config = ConfigDict(frozen=True, strict=True, extra="ignore", hide_input_in_errors=True)

    businessID: str  # noqa: N815
    status: str = Field(max_length=32)


class _Signature(BaseModel):
    model_config = ConfigDict(frozen=True, strict=True, extra="ignore", hide_input_in_errors=True)

    documentID: str = Field(max_length=MAX_ID_CHARS)  # noqa: N815
    hashCode: str = Field(max_length=MAX_DIGEST_CHARS, repr=False)  # noqa: N815
    signature: str = Field(max_length=MAX_SIGNATURE_CHARS, repr=False)


class _BulkAnswer(BaseModel):
    model_config = ConfigDict(frozen=True, strict=True, extra="ignore", hide_input_in_errors=True)

    timestamp: int
    cert: str = Field(max_length=MAX_CERTIFICATE_CHARS, repr=False)
    signatures: list[_Signature] = Field(max_length=MAX_DOCUMENTS, repr=False)


# --- Asking ----------------------------------------------------------------------------------------------------------


def verify_bulk_signer(settings: IamSmartSettings, assurance_source: str) -> None:
    """Check what :func:`verify_signer` does, and that an answer in several parts would be read.

    Raises as it does, ``ConfigError`` where logins do not ask for the scope, ``Unsupported`` without the extra ``web``.
    """
    if not takes_bulk_answers(settings):
        raise ConfigError(f"[providers.iamsmart] bulk signing needs the scope {settings.signing.bulk_scope} in scopes")
    require_parser()
    verify_signer(settings, assurance_source)


async def ask_bulk_signature(
    settings: IamSmartSettings,
    subject: str,
    access: Access,
    errand: Errand,
    task: BulkSigningTask,
    *,
    now: datetime,
    entropy: Entropy,
) -> Asked:
    """Fetch a token and ask the person who is logged in to sign every document.

    The token is used at once and kept nowhere; how long it lives is UNKNOWN.  One that had ended when it came is fetched
    once more, and no further.

    Raises ``ConfigError`` for a task that cannot be, ``DocumentInvalid`` for the number, ``ProviderError``, and ``Unsupported``
    for SM2 without the extra ``gm``.
    """
    documents = _documents(task)
    service = _service(task)
    owner = {**service, "HKICHash": hkic_hash(task.hkid)}
    wanted: dict[str, object] = {**owner, "documents": documents}
    if task.algorithm != DEFAULT_ALGORITHM:
        wanted["sigAlgo"] = task.algorithm
    if settings.signing.send_lang:
        wanted["lang"] = LANG[errand.language]
    path = settings.paths.bulk_sign
    for last_try in (False, True):
        wanted["bsqcToken"] = await _token(settings, subject, access, owner, now=now, entropy=entropy)
        try:
            return await initiate(settings, path, subject, access, errand, wanted, now=now, entropy=entropy)
        except ProviderRejected as exc:
            if last_try or exc.provider_code != TOKEN_UNKNOWN:
                raise
    raise AssertionError("unreachable: the second try returns or raises")


async def acknowledge_bulk_signature(
    settings: IamSmartSettings, business_id: str, verdict: Verdict, *, now: datetime, entropy: Entropy
) -> None:
    """Tell the platform what became of the signatures.  Raises ``ProviderError`` (D71006 where it expects none)."""
    told = {"businessID": business_id, "signingResult": RESULTS[verdict]}
    await call(
        settings,
        settings.paths.bulk_ack,
        told,
        step="acknowledge_bulk_signing",
        now=now,
        entropy=entropy,
        content_optional=True,
    )


async def bulk_signing_status(
    settings: IamSmartSettings, business_id: str, *, now: datetime, entropy: Entropy
) -> BulkStatus:
    """Return where a bulk signing stands.  Raises ``ProviderError``, also for a word that ``bulk_statuses`` lacks."""
    step = "bulk_signing_status"
    content = await call(
        settings, settings.paths.bulk_status, {"businessID": business_id}, step=step, now=now, entropy=entropy
    )
    reply = answer_of(_StatusReply, content, step=step)
    # A status of somebody else's signing would let ours be given up, or waited for in vain.
    if not constant_time_equal(reply.businessID, business_id):
        raise broken(step, "business_id")
    status = settings.signing.bulk_statuses.get(reply.status)
    if status is None:
        raise broken(step, "status")
    return status


async def cancel_bulk_signing(settings: IamSmartSettings, business_id: str, *, now: datetime, entropy: Entropy) -> None:
    """Take a bulk signing back.  Raises ``ProviderError`` (D71007 where it is not pending any more)."""
    await call(
        settings,
        settings.paths.bulk_cancel,
        {"businessID": business_id},
        step="cancel_bulk_signing",
        now=now,
        entropy=entropy,
        content_optional=True,
    )


async def _token(
    settings: IamSmartSettings,
    subject: str,
    access: Access,
    owner: Mapping[str, object],
    *,
    now: datetime,
    entropy: Entropy,
) -> str:
    """Return the token that ties the documents to a department and a service."""
    step = "bulk_signing_token"
    content = await call(
        settings,
        settings.paths.bulk_token,
        {"accessToken": access.token, "openID": subject, **owner},
        step=step,
        now=now,
        entropy=entropy,
    )
    return answer_of(_TokenReply, content, step=step).bsqcToken


def _documents(task: BulkSigningTask) -> list[Mapping[str, object]]:
    """Return the documents as they are sent.  Raises ``ConfigError``, which names none of them, or ``Unsupported``."""
    if not 0 < len(task.documents) <= MAX_DOCUMENTS:
        raise ConfigError(f"a bulk signing has from 1 to {MAX_DOCUMENTS} documents")
    if len({document.id for document in task.documents}) != len(task.documents):
        raise ConfigError("each document of a bulk signing has an id of its own")
    if task.algorithm not in SIGNATURE_ALGORITHMS:
        raise ConfigError(f"the algorithm must be one of: {', '.join(SIGNATURE_ALGORITHMS)}")
    require_algorithm(task.algorithm)
    return [_document(document) for document in task.documents]


def _document(document: BulkDocument) -> Mapping[str, object]:
    plain = document.id.isascii() and document.id.isprintable() and " " not in document.id
    if not 0 < len(document.id) <= MAX_ID_CHARS or not plain:
        raise ConfigError(f"a document's id has from 1 to {MAX_ID_CHARS} printable ASCII characters and no space")
    if not document.name.strip() or len(document.name) > MAX_NAME_CHARS:
        raise ConfigError(f"a document needs a name that the person can read, of {MAX_NAME_CHARS} characters at most")
    if len(document.hash_code) != DIGEST_BYTES:
        raise ConfigError(f"a digest to be signed has {DIGEST_BYTES} bytes")
    code = b64encode(document.hash_code).decode("ascii")
    return {"documentID": document.id, "documentName": document.name, "hashCode": code}


def _service(task: BulkSigningTask) -> Mapping[str, object]:
    """Return department and service, which must be the same in both calls (D71009)."""
    for text, most in ((task.service_name, MAX_NAME_CHARS), (task.department, MAX_DEPARTMENT_CHARS)):
        if not text.strip() or len(text) > most:
            raise ConfigError(
                f"a bulk signing needs a service name ({MAX_NAME_CHARS} characters) and a department"
                f" ({MAX_DEPARTMENT_CHARS}) that the person can read"
            )
    return {"department": task.department, "serviceName": task.service_name}


# --- The answer ------------------------------------------------------------------------------------------------------


def takes_bulk_answers(settings: IamSmartSettings) -> bool:
    """Return whether answers of this kind are read at all: only where logins ask for the scope."""
    return settings.signing.bulk_scope in settings.scopes


def file_members(opened: Mapping[str, object], business_id: object) -> Mapping[str, object]:
    """Return what the part with the signatures adds to the content; both must speak of one request.

    Raises ``CallbackInvalid``.
    """
    if not isinstance(business_id, str) or opened.get("businessID") != business_id:
        raise CallbackInvalid("business_id", reason="mismatch")
    return {"signatures": opened.get("signatures")}


def read_bulk_signatures(
    settings: IamSmartSettings, sought: BulkSought, content: Mapping[str, Any], *, at: datetime
) -> BulkSignatures:
    """Return the signatures in ``content``.

    (1) the members are there and readable   (2) exactly the documents that were asked for, each once, each with its hash
    code   (3) the certificate verifies at ``at``, and every signature under it   (4) the time is between the question and now

    Raises ``ProtocolError`` for (1), ``TamperDetected`` (``document``, ``digest``, ``certificate``, ``signature``, ``timestamp``)
    for the rest; where one document is to blame, ``index`` is its place in the question.
    """
    # (1)
    answer = answer_of(_BulkAnswer, content, step=STEP)
    certificate, signed_at = decoded(answer.cert, step=STEP), moment_of(answer.timestamp, step=STEP)
    # (2)
    rows = {row.documentID: row for row in answer.signatures}
    if len(rows) != len(answer.signatures):
        raise TamperDetected("document", reason="duplicated")
    if rows.keys() != sought.documents.keys():
        raise TamperDetected("document", reason="mismatch")
    found = [
        _signature(rows[document_id], hash_code, index)
        for index, (document_id, hash_code) in enumerate(sought.documents.items())
    ]
    # (3)
    signer = verify_hash_signatures(
        [(one.hash_code, one.signature) for one in found],
        certificate,
        settings.signing.anchors,
        algorithm=sought.algorithm,
        form=settings.signing.form,
        at=at,
    )
    # (4)
    verify_time(settings, signed_at, sought.asked_at, at=at)
    return BulkSignatures(signatures=tuple(found), algorithm=sought.algorithm, signed_at=signed_at, signer=signer)


def _signature(row: _Signature, hash_code: bytes, index: int) -> BulkSignature:
    """Return one signature, which must be for the hash code that was asked."""
    if not constant_time_equal(decoded(row.hashCode, step=STEP), hash_code):
        raise TamperDetected("digest", reason="mismatch", index=index)
    return BulkSignature(document_id=row.documentID, hash_code=hash_code, signature=decoded(row.signature, step=STEP))
