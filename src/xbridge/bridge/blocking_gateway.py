"""The façade's methods for the gateway in front of a provider's services, for blocking code.

``blocking.Bridge`` is what an application uses; this module is the part of it that speaks about the gateway.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Coroutine, Iterable, Mapping
from datetime import datetime
from typing import Any, TypeVar

from xbridge.bridge.shared import Shared
from xbridge.core.effects import Effect
from xbridge.core.gateway import GatewayReply, GatewayUser, LoginSession, TianjinUser, TifUser
from xbridge.flows import gateway as gateway_flow

T = TypeVar("T")


class BlockingGateway(Shared, ABC):
    """Requests that the gateway forwards, and calls to the services behind it."""

    def verify_gateway_request(
        self, headers: Iterable[tuple[str, str]], *, provider: str = "guangdong"
    ) -> GatewayUser | None:
        """Return the user of a request that ``provider``'s gateway forwarded, None where the gateway names nobody.

        ``headers`` are its header fields as ``(name, value)`` pairs, repeats included.  The signature covers neither
        method nor path nor body: take such requests over TLS, and from the gateway's addresses only.  Each nonce is
        good once, across all processes on one store.  Raises ``TokenInvalid`` with the check that failed,
        ``Unsupported``, ``StoreUnavailable``.
        """
        return self._run(
            "verify_gateway_request",
            lambda now: gateway_flow.verify_gateway_request(self._deps, headers, provider_id=provider, now=now),
        )

    def call_gateway(
        self, path: str, *, body: Mapping[str, object], service_id: str | None = None, provider: str = "guangdong"
    ) -> GatewayReply:
        """Return what the service at ``path`` behind the gateway answered to a signed POST of ``body`` as JSON.

        Repeated only where no connection was made.  Raises ``ProviderRejected`` with the service's or the gateway's
        own code, ``ProviderUnavailable``, ``ProtocolError``, ``ConfigError``, ``Unsupported``, ``StoreUnavailable``.
        """
        return self._run(
            "call_gateway",
            lambda now: gateway_flow.call_gateway(
                self._deps,
                path,
                body=body,
                service_id=service_id or "",
                provider_id=provider,
                now=now,
                entropy=self._entropy,
            ),
        )

    def one_off_user(self, ryz_access_token: str, *, reusable: bool = False, provider: str = "guangdong") -> TifUser:
        """Return whom a one-off token of 粤信签 or 粤省事 stands for; it is good once.

        ``reusable`` sends the switch that lets it be used again.  Raises as :meth:`call_gateway`.
        """
        return self._run(
            "one_off_user",
            lambda now: gateway_flow.one_off_user(
                self._deps, ryz_access_token, reusable=reusable, provider_id=provider, now=now, entropy=self._entropy
            ),
        )

    def mini_program_login(self, code: str, *, provider: str = "guangdong") -> LoginSession:
        """Return the session of a mini-program's user, logged in silently.  Raises as :meth:`call_gateway`."""
        return self._run(
            "mini_program_login",
            lambda now: gateway_flow.mini_program_login(
                self._deps, code, provider_id=provider, now=now, entropy=self._entropy
            ),
        )

    def app_login(self, code: str, *, provider: str = "guangdong") -> LoginSession | TifUser:
        """Return the session of the app's user, or the enterprise they act for.  Raises as :meth:`call_gateway`."""
        return self._run(
            "app_login",
            lambda now: gateway_flow.app_login(self._deps, code, provider_id=provider, now=now, entropy=self._entropy),
        )

    def login_session(
        self, sid: str, *, device_id: str = "", hint: str = "", provider: str = "guangdong"
    ) -> LoginSession:
        """Return the login session ``sid``.

        ``device_id`` and ``hint`` go into the headers ``x-tif-did`` and ``x-ysshint``, which some services read beside
        the id; what they do there is UNKNOWN.  Raises as :meth:`call_gateway`.
        """
        return self._run(
            "login_session",
            lambda now: gateway_flow.login_session(
                self._deps,
                sid,
                device_id=device_id,
                hint=hint,
                provider_id=provider,
                now=now,
                entropy=self._entropy,
            ),
        )

    def company_code(self, sid: str, *, device_id: str = "", hint: str = "", provider: str = "guangdong") -> str:
        """Return a one-time code with which another machine room fetches the enterprise session ``sid``.

        ``device_id`` and ``hint`` as for :meth:`login_session`.  Raises as :meth:`call_gateway`.
        """
        return self._run(
            "company_code",
            lambda now: gateway_flow.company_code(
                self._deps,
                sid,
                device_id=device_id,
                hint=hint,
                provider_id=provider,
                now=now,
                entropy=self._entropy,
            ),
        )

    def company_of_code(self, code: str, *, provider: str = "guangdong") -> TifUser:
        """Return the enterprise behind another machine room's one-time code.  Raises as :meth:`call_gateway`."""
        return self._run(
            "company_of_code",
            lambda now: gateway_flow.company_of_code(
                self._deps, code, provider_id=provider, now=now, entropy=self._entropy
            ),
        )

    def session_of_code(self, code: str, *, provider: str = "guangdong") -> LoginSession:
        """Return the person's session behind another machine room's one-time code.  Raises as :meth:`call_gateway`."""
        return self._run(
            "session_of_code",
            lambda now: gateway_flow.session_of_code(
                self._deps, code, provider_id=provider, now=now, entropy=self._entropy
            ),
        )

    def session_of_sid(
        self, sid: str, *, device_id: str = "", hint: str = "", provider: str = "guangdong"
    ) -> LoginSession:
        """Return what another machine room makes of the person's session ``sid``.

        Its ``uid`` is the one in ``app`` of the session; its times say when it was swapped, so nothing of it is fresh.
        ``device_id`` and ``hint`` as for :meth:`login_session`.  Raises as :meth:`call_gateway`.
        """
        return self._run(
            "session_of_sid",
            lambda now: gateway_flow.session_of_sid(
                self._deps,
                sid,
                device_id=device_id,
                hint=hint,
                provider_id=provider,
                now=now,
                entropy=self._entropy,
            ),
        )

    def tianjin_user(self, uid: str, *, provider: str = "guangdong") -> TianjinUser:
        """Return a user of the sibling platform in Tianjin; off unless the gateway's ``tianjin`` setting is on.

        Raises as :meth:`call_gateway`, and ``Unsupported``.
        """
        return self._run(
            "tianjin_user",
            lambda now: gateway_flow.tianjin_user(
                self._deps, uid, provider_id=provider, now=now, entropy=self._entropy
            ),
        )

    @abstractmethod
    def _run(self, operation: str, start: Callable[[datetime], Coroutine[Effect, Any, T]]) -> T:
        """Read the clock, run the flow, tell the audit sink how it ended, once."""
