"""The façade's methods for the gateway in front of a provider's services, for asynchronous code.

``awaiting.AsyncBridge`` is what an application uses; this module is the part of it that speaks about the gateway.
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


class AwaitingGateway(Shared, ABC):
    """Requests that the gateway forwards, and calls to the services behind it."""

    async def verify_gateway_request(
        self, headers: Iterable[tuple[str, str]], *, provider: str = "guangdong"
    ) -> GatewayUser | None:
        """As :meth:`xbridge.Bridge.verify_gateway_request`, awaited."""
        return await self._run(
            "verify_gateway_request",
            lambda now: gateway_flow.verify_gateway_request(self._deps, headers, provider_id=provider, now=now),
        )

    async def call_gateway(
        self, path: str, *, body: Mapping[str, object], service_id: str | None = None, provider: str = "guangdong"
    ) -> GatewayReply:
        """As :meth:`xbridge.Bridge.call_gateway`, awaited."""
        return await self._run(
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

    async def one_off_user(
        self, ryz_access_token: str, *, reusable: bool = False, provider: str = "guangdong"
    ) -> TifUser:
        """As :meth:`xbridge.Bridge.one_off_user`, awaited."""
        return await self._run(
            "one_off_user",
            lambda now: gateway_flow.one_off_user(
                self._deps, ryz_access_token, reusable=reusable, provider_id=provider, now=now, entropy=self._entropy
            ),
        )

    async def mini_program_login(self, code: str, *, provider: str = "guangdong") -> LoginSession:
        """As :meth:`xbridge.Bridge.mini_program_login`, awaited."""
        return await self._run(
            "mini_program_login",
            lambda now: gateway_flow.mini_program_login(
                self._deps, code, provider_id=provider, now=now, entropy=self._entropy
            ),
        )

    async def app_login(self, code: str, *, provider: str = "guangdong") -> LoginSession | TifUser:
        """As :meth:`xbridge.Bridge.app_login`, awaited."""
        return await self._run(
            "app_login",
            lambda now: gateway_flow.app_login(self._deps, code, provider_id=provider, now=now, entropy=self._entropy),
        )

    async def login_session(
        self, sid: str, *, device_id: str = "", hint: str = "", provider: str = "guangdong"
    ) -> LoginSession:
        """As :meth:`xbridge.Bridge.login_session`, awaited."""
        return await self._run(
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

    async def company_code(self, sid: str, *, device_id: str = "", hint: str = "", provider: str = "guangdong") -> str:
        """As :meth:`xbridge.Bridge.company_code`, awaited."""
        return await self._run(
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

    async def company_of_code(self, code: str, *, provider: str = "guangdong") -> TifUser:
        """As :meth:`xbridge.Bridge.company_of_code`, awaited."""
        return await self._run(
            "company_of_code",
            lambda now: gateway_flow.company_of_code(
                self._deps, code, provider_id=provider, now=now, entropy=self._entropy
            ),
        )

    async def session_of_code(self, code: str, *, provider: str = "guangdong") -> LoginSession:
        """As :meth:`xbridge.Bridge.session_of_code`, awaited."""
        return await self._run(
            "session_of_code",
            lambda now: gateway_flow.session_of_code(
                self._deps, code, provider_id=provider, now=now, entropy=self._entropy
            ),
        )

    async def session_of_sid(
        self, sid: str, *, device_id: str = "", hint: str = "", provider: str = "guangdong"
    ) -> LoginSession:
        """As :meth:`xbridge.Bridge.session_of_sid`, awaited."""
        return await self._run(
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

    async def tianjin_user(self, uid: str, *, provider: str = "guangdong") -> TianjinUser:
        """As :meth:`xbridge.Bridge.tianjin_user`, awaited."""
        return await self._run(
            "tianjin_user",
            lambda now: gateway_flow.tianjin_user(
                self._deps, uid, provider_id=provider, now=now, entropy=self._entropy
            ),
        )

    @abstractmethod
    async def _run(self, operation: str, start: Callable[[datetime], Coroutine[Effect, Any, T]]) -> T:
        """Read the clock, run the flow, tell the audit sink how it ended, once."""
