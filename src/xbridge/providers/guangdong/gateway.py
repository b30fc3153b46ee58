"""The TIF gateway's face to the rest of the house: requests in, calls out (guangdong.md section 5).

The work is done next door: ``gateway_call``, ``gateway_login``.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from xbridge.core.effects import spend, was_spent
from xbridge.core.errors import TokenInvalid, Unsupported, VerificationError
from xbridge.core.gateway import GatewayReply, GatewayUser, LoginSession, TianjinUser, TifUser
from xbridge.core.ports import Entropy
from xbridge.crypto.digest import constant_time_equal
from xbridge.protocols.tif_gateway import (
    GatewayHeaders,
    read_headers,
    verify_nonce_form,
    verify_signature,
    verify_time,
)
from xbridge.protocols.tif_nonce import marker_of
from xbridge.protocols.tif_user import read_gateway_user
from xbridge.providers.guangdong import gateway_login
from xbridge.providers.guangdong.gateway_call import call
from xbridge.providers.guangdong.gateway_settings import GatewaySettings

if TYPE_CHECKING:
    from xbridge.providers.guangdong.settings import GuangdongSettings


class GatewayFace:
    """The part of :class:`~xbridge.providers.guangdong.login.Guangdong` that is a ``GatewayCaller``."""

    async def verify_gateway_request(
        self, settings: GuangdongSettings, headers: Iterable[tuple[str, str]], *, now: datetime
    ) -> GatewayUser | None:
        """Return the user of a request that the gateway forwarded, None where it names nobody (5.2).

        (1) every header there, each once   (2) our own paasid   (3) signed just now   (4) nonce unseen   (5) signature
        (6) nonce spent   (7) the user

        Raises ``TokenInvalid``, ``StoreUnavailable``.
        """
        gateway = _gateway(settings)
        # (1)
        found = read_headers(headers, families=gateway.families)
        # (2)
        if gateway.inbound_paasid == "own" and not constant_time_equal(found.paasid, gateway.paasid):
            raise TokenInvalid("paasid", reason="unknown" if found.paasid else "missing")
        # (3)
        verify_time(found, now=now, window_s=gateway.window_s, future_s=gateway.future_s)
        # (4) The order is the gateway's (5.2).  Only asked here: whoever holds no token could otherwise burn the nonce
        # of a request on its way, or fill the store with nonces that nobody signed.
        verify_nonce_form(found, lengths=gateway.nonce_lengths)
        marker = marker_of(gateway.paasid, found.nonce)
        if await was_spent(marker):
            raise TokenInvalid("nonce", reason="replayed")
        # (5)
        verify_signature(found, gateway.token.get_secret_value())
        # (6) Two copies of one request may both have come this far, in two processes too; spending lets one pass.
        if not await spend(marker, expires_at=now + timedelta(seconds=gateway.nonce_ttl_s)):
            raise TokenInvalid("nonce", reason="replayed")
        # (7)
        return _user(gateway, found)

    async def call_gateway(
        self,
        settings: GuangdongSettings,
        path: str,
        *,
        body: Mapping[str, object],
        service_id: str,
        now: datetime,
        entropy: Entropy,
    ) -> GatewayReply:
        """Return what the service at ``path`` answered.  Raises ``ProviderError``, ``ConfigError``."""
        gateway = _gateway(settings)
        return await call(
            gateway, path, body=body, step="call_gateway", service_id=service_id, now=now, entropy=entropy,
            envelope=gateway.sm_envelope,
        )  # fmt: skip

    async def one_off_user(
        self, settings: GuangdongSettings, token: str, *, reusable: bool, now: datetime, entropy: Entropy
    ) -> TifUser:
        """Return whom a one-off token stands for."""
        return await gateway_login.one_off_user(
            _gateway(settings), token, reusable=reusable, now=now, entropy=entropy
        )  # fmt: skip

    async def mini_program_login(
        self, settings: GuangdongSettings, code: str, *, now: datetime, entropy: Entropy
    ) -> LoginSession:
        """Return the session of a mini-program's user."""
        return await gateway_login.mini_program_login(_gateway(settings), code, now=now, entropy=entropy)

    async def app_login(
        self, settings: GuangdongSettings, code: str, *, now: datetime, entropy: Entropy
    ) -> LoginSession | TifUser:
        """Return the session of the app's user, or their enterprise."""
        return await gateway_login.app_login(_gateway(settings), code, now=now, entropy=entropy)

    async def login_session(
        self, settings: GuangdongSettings, sid: str, *, device_id: str, hint: str, now: datetime, entropy: Entropy
    ) -> LoginSession:
        """Return the session ``sid``."""
        return await gateway_login.login_session(
            _gateway(settings), sid, device_id=device_id, hint=hint, now=now, entropy=entropy
        )

    async def company_code(
        self, settings: GuangdongSettings, sid: str, *, device_id: str, hint: str, now: datetime, entropy: Entropy
    ) -> str:
        """Return a one-time code for the enterprise session ``sid``."""
        return await gateway_login.company_code(
            _gateway(settings), sid, device_id=device_id, hint=hint, now=now, entropy=entropy
        )

    async def company_of_code(
        self, settings: GuangdongSettings, code: str, *, now: datetime, entropy: Entropy
    ) -> TifUser:
        """Return the enterprise behind a one-time code."""
        return await gateway_login.company_of_code(_gateway(settings), code, now=now, entropy=entropy)

    async def session_of_code(
        self, settings: GuangdongSettings, code: str, *, now: datetime, entropy: Entropy
    ) -> LoginSession:
        """Return the person's session behind a one-time code."""
        return await gateway_login.session_of_code(_gateway(settings), code, now=now, entropy=entropy)

    async def session_of_sid(
        self, settings: GuangdongSettings, sid: str, *, device_id: str, hint: str, now: datetime, entropy: Entropy
    ) -> LoginSession:
        """Return another machine room's session for the session ``sid``."""
        return await gateway_login.session_of_sid(
            _gateway(settings), sid, device_id=device_id, hint=hint, now=now, entropy=entropy
        )

    async def tianjin_user(
        self, settings: GuangdongSettings, uid: str, *, now: datetime, entropy: Entropy
    ) -> TianjinUser:
        """Return a user of the sibling platform in Tianjin."""
        return await gateway_login.tianjin_user(_gateway(settings), uid, now=now, entropy=entropy)


def _gateway(settings: GuangdongSettings) -> GatewaySettings:
    if settings.gateway is None:
        raise Unsupported("no gateway is configured: add the table [providers.guangdong.gateway]")
    return settings.gateway


def _user(gateway: GatewaySettings, found: GatewayHeaders) -> GatewayUser | None:
    if not found.uid:
        # Nobody signed these two, so anybody can have written them.
        if gateway.unsigned_user == "refuse" and (found.uinfo or found.ext):
            raise TokenInvalid("user", reason="unsigned")
        if gateway.userless == "refuse":
            raise TokenInvalid("user", reason="missing")
        return None
    try:
        return read_gateway_user(uid=found.uid, uinfo=found.uinfo, ext=found.ext, form=gateway.ext_form)
    except VerificationError as exc:
        raise TokenInvalid(exc.claim, reason=exc.reason) from exc
