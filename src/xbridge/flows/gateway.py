"""GATEWAY: requests that a provider's gateway forwards to us, and our calls to services behind it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from xbridge.core.gateway import GatewayReply, GatewayUser, LoginSession, TianjinUser, TifUser
from xbridge.core.ports import Entropy
from xbridge.core.provider import GatewayCaller, lacking
from xbridge.flows.deps import Deps


async def verify_gateway_request(
    deps: Deps, headers: Iterable[tuple[str, str]], *, provider_id: str, now: datetime
) -> GatewayUser | None:
    """Return the user of a forwarded request, None where the gateway names nobody.

    Raises ``Unsupported``, ``TokenInvalid``, ``StoreUnavailable``.
    """
    caller, settings = _caller(deps, provider_id)
    return await caller.verify_gateway_request(settings, headers, now=now)


async def call_gateway(
    deps: Deps,
    path: str,
    *,
    body: Mapping[str, object],
    service_id: str,
    provider_id: str,
    now: datetime,
    entropy: Entropy,
) -> GatewayReply:
    """Return what the service at ``path`` answered.

    Raises ``Unsupported``, ``ConfigError``, ``ProviderError``, ``StoreUnavailable``.
    """
    caller, settings = _caller(deps, provider_id)
    return await caller.call_gateway(settings, path, body=body, service_id=service_id, now=now, entropy=entropy)


async def one_off_user(
    deps: Deps, token: str, *, reusable: bool, provider_id: str, now: datetime, entropy: Entropy
) -> TifUser:
    """Return whom a one-off token stands for.  Raises as :func:`call_gateway`."""
    caller, settings = _caller(deps, provider_id)
    return await caller.one_off_user(settings, token, reusable=reusable, now=now, entropy=entropy)


async def mini_program_login(
    deps: Deps, code: str, *, provider_id: str, now: datetime, entropy: Entropy
) -> LoginSession:
    """Return the session of a mini-program's user.  Raises as :func:`call_gateway`."""
    caller, settings = _caller(deps, provider_id)
    return await caller.mini_program_login(settings, code, now=now, entropy=entropy)


async def app_login(
    deps: Deps, code: str, *, provider_id: str, now: datetime, entropy: Entropy
) -> LoginSession | TifUser:
    """Return the session of the app's user, or their enterprise.  Raises as :func:`call_gateway`."""
    caller, settings = _caller(deps, provider_id)
    return await caller.app_login(settings, code, now=now, entropy=entropy)


async def login_session(
    deps: Deps, sid: str, *, device_id: str, hint: str, provider_id: str, now: datetime, entropy: Entropy
) -> LoginSession:
    """Return the session ``sid``.  Raises as :func:`call_gateway`."""
    caller, settings = _caller(deps, provider_id)
    return await caller.login_session(settings, sid, device_id=device_id, hint=hint, now=now, entropy=entropy)


async def company_code(
    deps: Deps, sid: str, *, device_id: str, hint: str, provider_id: str, now: datetime, entropy: Entropy
) -> str:
    """Return a one-time code for the enterprise session ``sid``.  Raises as :func:`call_gateway`."""
    caller, settings = _caller(deps, provider_id)
    return await caller.company_code(settings, sid, device_id=device_id, hint=hint, now=now, entropy=entropy)


async def company_of_code(deps: Deps, code: str, *, provider_id: str, now: datetime, entropy: Entropy) -> TifUser:
    """Return the enterprise behind a one-time code.  Raises as :func:`call_gateway`."""
    caller, settings = _caller(deps, provider_id)
    return await caller.company_of_code(settings, code, now=now, entropy=entropy)


async def session_of_code(deps: Deps, code: str, *, provider_id: str, now: datetime, entropy: Entropy) -> LoginSession:
    """Return the person's session behind a one-time code.  Raises as :func:`call_gateway`."""
    caller, settings = _caller(deps, provider_id)
    return await caller.session_of_code(settings, code, now=now, entropy=entropy)


async def session_of_sid(
    deps: Deps, sid: str, *, device_id: str, hint: str, provider_id: str, now: datetime, entropy: Entropy
) -> LoginSession:
    """Return another machine room's session for the session ``sid``.  Raises as :func:`call_gateway`."""
    caller, settings = _caller(deps, provider_id)
    return await caller.session_of_sid(settings, sid, device_id=device_id, hint=hint, now=now, entropy=entropy)


async def tianjin_user(deps: Deps, uid: str, *, provider_id: str, now: datetime, entropy: Entropy) -> TianjinUser:
    """Return a user of the sibling platform in Tianjin.  Raises as :func:`call_gateway`."""
    caller, settings = _caller(deps, provider_id)
    return await caller.tianjin_user(settings, uid, now=now, entropy=entropy)


def _caller(deps: Deps, provider_id: str) -> tuple[GatewayCaller, Any]:
    provider, settings = deps.provider(provider_id)
    if not isinstance(provider, GatewayCaller):
        raise lacking(provider, "a gateway")
    return provider, settings
