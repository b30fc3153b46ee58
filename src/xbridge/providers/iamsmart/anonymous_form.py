"""Form filling for somebody who has not logged in (iamsmart.md section 9): ask, send the browser, fetch the result."""

from __future__ import annotations

from datetime import datetime

from xbridge.core.callback import CallbackParameters
from xbridge.core.ports import Entropy
from xbridge.core.request import Errand
from xbridge.providers.iamsmart.anonymous_call import ask_ticket, fetch_result
from xbridge.providers.iamsmart.callback import wanted_content
from xbridge.providers.iamsmart.form import FormData, parse_form
from xbridge.providers.iamsmart.request import form_fields, form_title
from xbridge.providers.iamsmart.settings import IamSmartSettings


async def begin_anonymous_form(
    settings: IamSmartSettings, errand: Errand, *, return_to: str, now: datetime, entropy: Entropy
) -> str:
    """Ask for a ticket and return the getQR address that carries it.  Raises ``ProviderError``, ``ConfigError``."""
    return await ask_ticket(
        settings,
        settings.paths.anon_form,
        errand,
        {**form_fields(settings, errand.fields), **form_title(errand.title)},
        step="initiate_anonymous_form",
        scopes=settings.anonymous_scopes,
        return_to=return_to,
        now=now,
        entropy=entropy,
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
    """Exchange the callback's code and fetch the form.  Raises ``UserDeclined``, ``CallbackInvalid``, ``ProviderError``."""
    content = await fetch_result(
        settings,
        settings.paths.anon_form_result,
        callback,
        business_id=business_id,
        asked_for="form",
        step="anonymous_form_result",
        now=now,
        entropy=entropy,
    )
    return parse_form(wanted_content("form", fields, content), step="anonymous_form_result")
