"""Signing by somebody who has not logged in (iamsmart.md sections 9 and 10): ask, send the browser, fetch the result."""

from __future__ import annotations

from datetime import datetime

from xbridge.core.callback import CallbackParameters
from xbridge.core.ports import Entropy
from xbridge.core.request import Errand
from xbridge.core.signing import PersonalSignature, SignatureSought, SigningPage, SigningTask
from xbridge.providers.iamsmart.anonymous_call import ask_ticket, fetch_result
from xbridge.providers.iamsmart.hkic_hash import hkic_hash
from xbridge.providers.iamsmart.identification_code import anonymous_identification_code
from xbridge.providers.iamsmart.settings import IamSmartSettings
from xbridge.providers.iamsmart.signature import read_signature
from xbridge.providers.iamsmart.signing import digest_text, signing_parameters


async def begin_anonymous_signature(
    settings: IamSmartSettings, errand: Errand, task: SigningTask, *, return_to: str, now: datetime, entropy: Entropy
) -> SigningPage:
    """Ask for a ticket; return the getQR address that carries it, and the code to show before the browser leaves.

    Raises ``ConfigError`` (also without trust anchors), ``DocumentInvalid``, ``ProviderError``.
    """
    _ = settings.signing.anchors
    url = await ask_ticket(
        settings,
        settings.paths.anon_hash_sign if task.kind == "hash_signing" else settings.paths.anon_pdf_sign,
        errand,
        signing_parameters(task),
        step=f"initiate_anonymous_{task.kind}",
        scopes=settings.anonymous_signing_scopes,
        return_to=return_to,
        now=now,
        entropy=entropy,
    )
    code = anonymous_identification_code(
        digest_text(task),
        hkic_hash(task.hkid),
        settings.client_id,
        code_input=settings.signing.anonymous_code_input,
    )
    return SigningPage(url=url, identification_code=code)


async def finish_anonymous_signature(
    settings: IamSmartSettings,
    callback: CallbackParameters,
    *,
    business_id: str,
    sought: SignatureSought,
    now: datetime,
    entropy: Entropy,
) -> PersonalSignature:
    """Exchange the callback's code, fetch the result and verify it.

    Raises ``UserDeclined``, ``CallbackInvalid``, ``ProviderError``, ``TamperDetected``.
    """
    paths = settings.paths
    step = f"anonymous_{sought.kind}_result"
    content = await fetch_result(
        settings,
        paths.anon_hash_sign_result if sought.kind == "hash_signing" else paths.anon_pdf_sign_result,
        callback,
        business_id=business_id,
        asked_for="signing",
        step=step,
        now=now,
        entropy=entropy,
    )
    return read_signature(settings, sought, content, step=step, at=now)
