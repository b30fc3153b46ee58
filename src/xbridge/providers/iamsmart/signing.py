"""Digital signing with iAM Smart+: initiateRequest for a hash or a PDF, and ackResult (iamsmart.md section 10).

What comes back is read and verified in ``signature.py``; signing without a login is ``anonymous_signing.py``.
"""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Mapping
from datetime import datetime

from xbridge.core.errors import ConfigError, VerificationError
from xbridge.core.identity import Access
from xbridge.core.ports import Entropy
from xbridge.core.request import Asked, Errand
from xbridge.core.signing import (
    SignatureAlgorithm,
    SigningStepUp,
    SigningTask,
    SigningTitle,
    StepUpMethod,
    Verdict,
)
from xbridge.crypto.canonical import canonical_json_of
from xbridge.crypto.sm2 import require_sm2
from xbridge.providers.iamsmart.call import call
from xbridge.providers.iamsmart.hkic_hash import hkic_hash
from xbridge.providers.iamsmart.identification_code import identification_code
from xbridge.providers.iamsmart.request import initiate
from xbridge.providers.iamsmart.settings import IamSmartSettings
from xbridge.providers.iamsmart.url import LANG

DIGEST_BYTES = 32
"""SHA-256 and SM3 alike; what a longer ``hashCode`` would mean is UNKNOWN."""

MAX_NAME_CHARS = 255
MAX_DEPARTMENT_CHARS = 100
MAX_PERIOD_H = 720
DEFAULT_ALGORITHM = "SHA256withRSA"
_STEP_UP: dict[StepUpMethod, dict[str, object]] = {
    "face": {"unary": ["FR"]},
    "card_chip": {"unary": ["NFC"]},
    "face_and_card_chip": {"and": ["FR", "NFC"]},
}
RESULTS: dict[Verdict, str] = {"accepted": "SR001", "rejected": "SR002", "missing": "SR003"}


def verify_signer(settings: IamSmartSettings, assurance_source: str) -> None:
    """Check that an answer could be believed, and that the account may sign.

    The platform would refuse with D70004; it was not asked, so this is no ``ProviderRejected``.  Raises ``ConfigError``,
    ``VerificationError("assurance", reason="cannot_sign")``, and ``Unsupported`` for an anchor of SM2 without the extra ``gm``.
    """
    # Loading them checks them: better here than when somebody has already signed.
    _ = settings.signing.anchors
    if assurance_source not in settings.signing.user_types:
        raise VerificationError(
            "assurance",
            reason="cannot_sign",
            message="this account cannot sign: the person has no iAM Smart+; after the upgrade they log in again",
        )


async def ask_signature(
    settings: IamSmartSettings,
    subject: str,
    access: Access,
    errand: Errand,
    task: SigningTask,
    *,
    now: datetime,
    entropy: Entropy,
) -> Asked:
    """Ask the person who is logged in to sign.  Raises as :func:`signing_parameters`, and ``ProviderError``."""
    wanted = signing_parameters(task)
    if settings.signing.send_lang:
        wanted["lang"] = LANG[errand.language]
    path = settings.paths.hash_sign if task.kind == "hash_signing" else settings.paths.pdf_sign
    asked = await initiate(settings, path, subject, access, errand, wanted, now=now, entropy=entropy)
    return Asked(
        auth_by_qr=asked.auth_by_qr,
        ticket_id=asked.ticket_id,
        app_url=asked.app_url,
        identification_code=identification_code(digest_text(task), subject),
    )


async def acknowledge_signature(
    settings: IamSmartSettings, business_id: str, verdict: Verdict, *, now: datetime, entropy: Entropy
) -> None:
    """Tell the platform what became of a signature.  Raises ``ProviderError`` (D70006 where it expects none)."""
    await call(
        settings,
        settings.paths.sign_ack,
        {"businessID": business_id, "signingResult": RESULTS[verdict]},
        step="acknowledge_signing",
        now=now,
        entropy=entropy,
        content_optional=True,
    )


def signing_parameters(task: SigningTask) -> dict[str, object]:
    """Return what every request to sign says about the task.

    Raises ``ConfigError`` for a digest, title, step-up or a document's algorithm that cannot be, ``DocumentInvalid`` for the
    number, ``Unsupported`` as :func:`require_algorithm`.
    """
    # A request for a document cannot name one, so the answer would be of another than was sought.
    if task.kind == "document_signing" and task.algorithm != DEFAULT_ALGORITHM:
        raise ConfigError(
            f"a document is signed with {DEFAULT_ALGORITHM} only: the platform takes no other name for it"
        )
    require_algorithm(task.algorithm)
    if len(task.digest) != DIGEST_BYTES:
        raise ConfigError(f"a digest to be signed has {DIGEST_BYTES} bytes")
    return {
        **_digest(task),
        "HKICHash": hkic_hash(task.hkid),
        **_title(task.title),
        **_step_up(task.step_up),
    }


def require_algorithm(algorithm: SignatureAlgorithm) -> None:
    """Raise ``Unsupported`` where a signature under ``algorithm`` could not be verified when it comes: SM2 is an extra."""
    if algorithm.endswith("SM2"):
        require_sm2()


def digest_text(task: SigningTask) -> str:
    """Return the digest as it is sent; the identification code is made from this text."""
    return b64encode(task.digest).decode("ascii")


def _digest(task: SigningTask) -> Mapping[str, object]:
    if task.kind == "document_signing":
        return {"docDigest": digest_text(task)}
    # Generation 1 knows no ``sigAlgo``, and its absence means the default in generation 2.
    named = {} if task.algorithm == DEFAULT_ALGORITHM else {"sigAlgo": task.algorithm}
    return {"hashCode": digest_text(task), **named}


def _title(title: SigningTitle) -> Mapping[str, object]:
    if not title.document_name.strip() or not title.service_name.strip():
        raise ConfigError("what is signed needs a document name and a service name that the person can read")
    if max(len(title.document_name), len(title.service_name)) > MAX_NAME_CHARS:
        raise ConfigError(f"a document name and a service name have {MAX_NAME_CHARS} characters at most")
    if len(title.department) > MAX_DEPARTMENT_CHARS:
        raise ConfigError(f"a department's name has {MAX_DEPARTMENT_CHARS} characters at most")
    # The platform refuses empty parameters (D20002), so what is not there is left out.
    department = {"department": title.department} if title.department.strip() else {}
    return {**department, "serviceName": title.service_name, "documentName": title.document_name}


def _step_up(step_up: SigningStepUp) -> Mapping[str, object]:
    """Return the method as JSON text and the period as a number (VERIFIED for CorpID); what is None is left out."""
    found: dict[str, object] = {}
    if step_up.method is not None:
        if step_up.method not in _STEP_UP:
            raise ConfigError(f"the step-up method must be one of: {', '.join(_STEP_UP)}")
        found["stepupAuthMethod"] = canonical_json_of(_STEP_UP[step_up.method]).decode()
    if step_up.period_h is not None:
        if type(step_up.period_h) is not int or not 0 <= step_up.period_h <= MAX_PERIOD_H:
            raise ConfigError(f"the step-up period must be 0 to {MAX_PERIOD_H} whole hours")
        found["stepupAuthPeriod"] = step_up.period_h
    return found
