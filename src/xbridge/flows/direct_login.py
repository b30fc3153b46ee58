"""1 LOGIN, started elsewhere: the provider's own app opens our service.

Nobody at our browser asked for it, so anybody can make a browser arrive with their own code (lessons.md B2).  The
identity says ``started_by="direct_login"``: ask the person to confirm who they are; linking refuses it in any case.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Literal

from pydantic import Field

from xbridge.core.decision import Record
from xbridge.core.effects import spend
from xbridge.core.errors import CallbackInvalid, TamperDetected
from xbridge.core.identity import Identity, LoginHop
from xbridge.core.ids import new_handle
from xbridge.core.ports import Entropy
from xbridge.core.provider import DirectLoginProvider, lacking
from xbridge.crypto.canonical import canonical_json
from xbridge.crypto.digest import constant_time_equal
from xbridge.flows.deps import Deps
from xbridge.flows.login import identity_of
from xbridge.linking.pseudonym import session_ref
from xbridge.protocols.redirect import parse_callback, verify_state

STATE_S = 30
"""How long a state that was fetched for a direct login is good for, in seconds (iamsmart.md section 6.7, VERIFIED)."""

CODE_S = 18 * 60
CONTEXT = b"direct-login"


class PendingDirectLogin(Record):
    """A state that was handed out, as sealed for the application (the cookie of the section).  Seconds since 1970."""

    expires_at: int
    id: str
    issuer: str
    provider: str
    session_ref: str
    state: str = Field(repr=False)
    v: Literal[1]


async def begin_direct_login(
    deps: Deps, provider_id: str, *, url: str, session: str, now: datetime, entropy: Entropy
) -> LoginHop:
    """Return where to redirect the app that opened ``url`` to fetch a state, and what to keep for half a minute.

    Raises ``Unsupported`` where this is not switched on, ``CallbackInvalid``.
    """
    provider, settings = deps.provider(provider_id)
    if not isinstance(provider, DirectLoginProvider):
        raise lacking(provider, "direct login")
    state = new_handle(entropy)
    location = provider.begin_direct(settings, parse_callback(url), state=state)
    expires_at = now + timedelta(seconds=STATE_S)
    pending = PendingDirectLogin(
        expires_at=int(expires_at.timestamp()),
        id=new_handle(entropy),
        issuer=provider.issuer(settings),
        provider=provider_id,
        session_ref=session_ref(deps.pseudonym_key, session=session),
        state=state,
        v=1,
    )
    sealed = deps.request_sealer.seal(canonical_json(pending), entropy=entropy, context=CONTEXT)
    return LoginHop(url=location, pending=sealed, expires_at=expires_at)


async def finish_direct_login(
    deps: Deps, provider_id: str, *, callback_url: str, session: str, pending: str, now: datetime, entropy: Entropy
) -> Identity:
    """Return who logged in.

    (1) the callback came to an address for this   (2) its state is the one handed out in this session, alive; a login
    without state is taken only where it is switched on   (3) first use   (4) the provider's own protocol
    (5) the identity, marked

    Raises ``CallbackInvalid``, ``UserDeclined``, ``ProviderError``, ``Unsupported``.
    """
    provider, settings = deps.provider(provider_id)
    if not isinstance(provider, DirectLoginProvider):
        raise lacking(provider, "direct login")
    # (1)
    callback = parse_callback(callback_url)
    provider.verify_direct_path(settings, callback.path, with_state=bool(pending))
    # (2)
    issuer, ours = provider.issuer(settings), session_ref(deps.pseudonym_key, session=session)
    login_id = new_handle(entropy)
    # Where no state vouches for the login, at least one code must not make two of them.
    marker = f"direct/{provider_id}/{callback.optional('code') or login_id}"
    if pending:
        handed_out = _open_pending(deps, pending)
        if now.timestamp() >= handed_out.expires_at:
            raise CallbackInvalid("login", reason="expired")
        if (handed_out.provider, handed_out.issuer) != (provider_id, issuer):
            raise CallbackInvalid("issuer", reason="mismatch")
        if not constant_time_equal(ours, handed_out.session_ref):
            raise CallbackInvalid("session", reason="mismatch")
        verify_state(callback, expected_state=handed_out.state)
        login_id, marker = handed_out.id, f"login/{handed_out.id}"
    # (3)
    if not await spend(marker, expires_at=now + timedelta(seconds=CODE_S)):
        raise CallbackInvalid("login", reason="replayed")
    # (4)
    found = await provider.finish_direct(settings, callback, now=now, entropy=entropy)
    # (5) A provider that forgot the mark would make every other check worthless.
    if found.started_by != "direct_login":
        raise CallbackInvalid("started_by", reason="mismatch")
    return identity_of(
        deps, provider, found, issuer=issuer, login_id=login_id, session_ref=ours, now=now, entropy=entropy
    )


def _open_pending(deps: Deps, sealed: str) -> PendingDirectLogin:
    try:
        return PendingDirectLogin.model_validate_json(deps.request_sealer.open(sealed, context=CONTEXT))
    except (TamperDetected, ValueError) as exc:
        raise CallbackInvalid("login", reason="malformed") from exc
