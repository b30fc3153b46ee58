"""ASK WITHOUT LOGIN: a form for somebody who has not logged in; asked first, answered through their browser.

As with a login, the application keeps what is pending, sealed, and a marker in the store makes it good for one use.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any, Literal
from urllib.parse import urlsplit

from pydantic import Field

from xbridge.core.decision import Record
from xbridge.core.effects import spend
from xbridge.core.errors import CallbackInvalid, TamperDetected
from xbridge.core.language import Language
from xbridge.core.ports import Entropy
from xbridge.core.provider import AnonymousFormProvider, lacking
from xbridge.core.request import FormHop, FormTitle
from xbridge.crypto.canonical import canonical_json
from xbridge.crypto.digest import constant_time_equal
from xbridge.flows.deps import Deps
from xbridge.flows.request import new_errand
from xbridge.linking.pseudonym import session_ref
from xbridge.protocols.redirect import parse_callback, verify_state

TICKET_S = 12 * 60
"""How long a ticket of an anonymous flow lives (iamsmart.md section 9, INFERRED)."""

CONTEXT = b"anonymous-form"


class PendingForm(Record):
    """An anonymous form under way, as sealed for the application.  Times are seconds since 1970."""

    business_id: str
    expires_at: int
    fields: tuple[str, ...]
    issuer: str
    provider: str
    return_to: str
    session_ref: str
    state: str = Field(repr=False)
    v: Literal[1]


async def begin_anonymous_form(
    deps: Deps,
    provider_id: str,
    *,
    fields: tuple[str, ...],
    title: FormTitle,
    return_to: str,
    session: str,
    language: Language,
    now: datetime,
    entropy: Entropy,
    user_agent: str = "",
) -> FormHop:
    """Return where to send the browser.  Raises ``Unsupported``, ``ConfigError``, ``ProviderError``."""
    provider, settings = deps.provider(provider_id)
    if not isinstance(provider, AnonymousFormProvider):
        raise lacking(provider, "anonymous form filling")
    errand = new_errand("form", language=language, user_agent=user_agent, entropy=entropy, fields=fields, title=title)
    expires_at = now + timedelta(seconds=TICKET_S)
    pending = PendingForm(
        business_id=errand.business_id,
        expires_at=int(expires_at.timestamp()),
        fields=fields,
        issuer=provider.issuer(settings),
        provider=provider_id,
        return_to=return_to,
        session_ref=session_ref(deps.pseudonym_key, session=session),
        state=errand.state,
        v=1,
    )
    url = await provider.begin_anonymous_form(settings, errand, return_to=return_to, now=now, entropy=entropy)
    sealed = deps.request_sealer.seal(canonical_json(pending), entropy=entropy, context=CONTEXT)
    return FormHop(url=url, pending=sealed, expires_at=expires_at)


async def finish_anonymous_form(
    deps: Deps, sealed: str, *, callback_url: str, session: str, now: datetime, entropy: Entropy
) -> Any:
    """Return the provider's own form.

    (1) the sealed form is ours and alive   (2) it was started in this session   (3) its provider is still the one
    (4) the callback is where we sent it and carries our state   (5) first use   (6) the provider's own protocol

    Raises ``CallbackInvalid``, ``UserDeclined``, ``ProviderError``, ``Unsupported``.
    """
    # (1)
    try:
        pending = PendingForm.model_validate_json(deps.request_sealer.open(sealed, context=CONTEXT))
    except (TamperDetected, ValueError) as exc:
        raise CallbackInvalid("form", reason="malformed") from exc
    if now.timestamp() >= pending.expires_at:
        raise CallbackInvalid("form", reason="expired")
    # (2)
    if not constant_time_equal(session_ref(deps.pseudonym_key, session=session), pending.session_ref):
        raise CallbackInvalid("session", reason="mismatch")
    # (3)
    provider, settings = deps.provider(pending.provider)
    if not isinstance(provider, AnonymousFormProvider):
        raise lacking(provider, "anonymous form filling")
    if provider.issuer(settings) != pending.issuer:
        raise CallbackInvalid("issuer", reason="mismatch")
    # (4)
    callback = parse_callback(callback_url)
    if callback.path != urlsplit(pending.return_to).path:
        raise CallbackInvalid("redirect_uri", reason="mismatch")
    verify_state(callback, expected_state=pending.state)
    # (5)
    if not await spend(f"form/{pending.business_id}", expires_at=now + timedelta(seconds=TICKET_S)):
        raise CallbackInvalid("form", reason="replayed")
    # (6)
    return await provider.finish_anonymous_form(
        settings, callback, business_id=pending.business_id, fields=pending.fields, now=now, entropy=entropy
    )
