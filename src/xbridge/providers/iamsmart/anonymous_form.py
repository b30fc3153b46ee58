"""Form filling for somebody who has not logged in (iamsmart.md section 9): ask, send the browser, fetch the result."""

from __future__ import annotations

from datetime import datetime

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from xbridge.core.errors import CallbackInvalid
from xbridge.core.ports import Entropy
from xbridge.core.provider import CallbackParameters
from xbridge.core.request import Errand
from xbridge.crypto.digest import constant_time_equal
from xbridge.providers.iamsmart.call import call
from xbridge.providers.iamsmart.callback import wanted_content
from xbridge.providers.iamsmart.form import FormData, parse_form
from xbridge.providers.iamsmart.reply import broken
from xbridge.providers.iamsmart.request import form_fields, form_title
from xbridge.providers.iamsmart.settings import IamSmartSettings
from xbridge.providers.iamsmart.token import callback_code, exchange_code
from xbridge.providers.iamsmart.url import LANG, qr_url


class _TicketReply(BaseModel):
    model_config = ConfigDict(frozen=True, strict=True, extra="ignore", hide_input_in_errors=True)

    ticketID: str = Field(min_length=1, max_length=128, repr=False)  # noqa: N815


async def begin_anonymous_form(
    settings: IamSmartSettings, errand: Errand, *, return_to: str, now: datetime, entropy: Entropy
) -> str:
    """Ask for a ticket and return the getQR address that carries it.  Raises ``ProviderError``, ``ConfigError``."""
    step = "initiate_anonymous_form"
    content = await call(
        settings,
        settings.paths.anon_form,
        {
            "businessID": errand.business_id,
            "lang": LANG[errand.language],
            **form_fields(settings, errand.fields),
            **form_title(errand.title),
        },
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
        scopes=settings.anonymous_scopes,
        user_agent=errand.user_agent,
        ticket_id=ticket.ticketID,
    )


async def finish_anonymous_form(
    settings: IamSmartSettings,
    callback: CallbackParameters,
    *,
    business_id: str,
    fields: tuple[str, ...],
    now: datetime,
    entropy: Entropy,
) -> FormData:
    """Exchange the callback's code and fetch the form.

    (1) a refusal, or one code   (2) the request is ours   (3) getToken   (4) getResult, of the same request
    Raises ``UserDeclined``, ``CallbackInvalid``, ``ProviderError``.
    """
    # (1)
    code = callback_code(callback, step="form")
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
        settings.paths.anon_form_result,
        parameters,
        step="anonymous_form_result",
        now=now,
        entropy=entropy,
        max_bytes=settings.callback_max_bytes,
    )
    if content.get("businessID") != business_id:
        raise broken("anonymous_form_result", "business_id")
    return parse_form(wanted_content("form", fields, content), step="anonymous_form_result")
