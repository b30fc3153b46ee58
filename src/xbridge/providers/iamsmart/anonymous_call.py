"""What anonymous form filling and anonymous signing share: a ticket first, a code later (iamsmart.md section 9).

Two exchanges with the platform around one hop of the browser; what is asked and what the result means is the caller's.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from xbridge.core.callback import CallbackParameters
from xbridge.core.errors import CallbackInvalid
from xbridge.core.ports import Entropy
from xbridge.core.request import Errand
from xbridge.crypto.digest import constant_time_equal
from xbridge.providers.iamsmart.call import call
from xbridge.providers.iamsmart.reply import broken
from xbridge.providers.iamsmart.settings import IamSmartSettings
from xbridge.providers.iamsmart.token import callback_code, exchange_code
from xbridge.providers.iamsmart.url import LANG, qr_url


class _TicketReply(BaseModel):
    model_config = ConfigDict(frozen=True, strict=True, extra="ignore", hide_input_in_errors=True)

    ticketID: str = Field(min_length=1, max_length=128, repr=False)  # noqa: N815


async def ask_ticket(
    settings: IamSmartSettings,
    path: str,
    errand: Errand,
    wanted: Mapping[str, object],
    *,
    step: str,
    scopes: tuple[str, ...],
    return_to: str,
    now: datetime,
    entropy: Entropy,
) -> str:
    """Ask for ``wanted`` and return the getQR address that carries the ticket.

    Raises ``ProviderError``, ``UserDeclined``, ``ConfigError``.
    """
    content = await call(
        settings,
        path,
        {"businessID": errand.business_id, "lang": LANG[errand.language], **wanted},
        step=step,
        now=now,
        entropy=entropy,
    )
    try:
        ticket = _TicketReply.model_validate(content)
    except ValidationError as exc:
        raise broken(step, "shape") from exc
    # The reply may name the request; then it must be ours.
    if content.get("businessID", errand.business_id) != errand.business_id:
        raise broken(step, "business_id")
    return qr_url(
        settings,
        return_to=return_to,
        state=errand.state,
        language=errand.language,
        scopes=scopes,
        user_agent=errand.user_agent,
        ticket_id=ticket.ticketID,
    )


async def fetch_result(
    settings: IamSmartSettings,
    path: str,
    callback: CallbackParameters,
    *,
    business_id: str,
    asked_for: Literal["form", "signing"],
    step: str,
    now: datetime,
    entropy: Entropy,
) -> Mapping[str, object]:
    """Exchange the callback's code and return the content of getResult.

    (1) a refusal, or one code   (2) the request is ours   (3) getToken   (4) getResult, of the same request
    Raises ``UserDeclined``, ``CallbackInvalid``, ``ProviderError``.
    """
    # (1)
    code = callback_code(callback, step=asked_for)
    # (2)
    if not constant_time_equal(callback.required("businessID"), business_id):
        raise CallbackInvalid("business_id", reason="mismatch")
    # (3)
    token = await exchange_code(settings, code, now=now, entropy=entropy)
    # (4)
    parameters: dict[str, object] = {"accessToken": token.accessToken, "openID": token.openID}
    if settings.generation == 2:
        parameters["businessID"] = business_id
    content = await call(
        settings,
        path,
        parameters,
        step=step,
        now=now,
        entropy=entropy,
        max_bytes=settings.callback_max_bytes,
    )
    if content.get("businessID") != business_id:
        raise broken(step, "business_id")
    return content
