"""The façade's method for the national data-sharing gateway, for blocking code.

``blocking.Bridge`` is what an application uses; this module is the part of it that speaks about national services.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Coroutine, Mapping
from datetime import datetime
from typing import Any, TypeVar

from xbridge.bridge.shared import Shared
from xbridge.core.effects import Effect
from xbridge.flows import national as national_flow

T = TypeVar("T")


class BlockingNational(Shared, ABC):
    """Calls to services of the whole country."""

    def call_national(
        self, path: str, *, body: Mapping[str, object], sid: str | None = None, provider: str = "guangdong"
    ) -> object:
        """Return ``data`` of what the national service at ``/sysapi`` and ``path`` answered to a signed POST of ``body``.

        ``sid`` overrides that of ``[providers.guangdong.national]``.  The signature covers neither path nor body, and the
        call is never repeated.  What comes back is plain JSON that nobody signed, often personal data; xbridge keeps
        none of it.  Raises ``ProviderRejected`` with the gateway's code (300 and others), ``ProviderUnavailable``,
        ``ProtocolError``, ``ConfigError``, ``Unsupported``.
        """
        return self._run(
            "call_national",
            lambda now: national_flow.call_national(
                self._deps, path, body=body, sid=sid or "", provider_id=provider, now=now, entropy=self._entropy
            ),
        )

    @abstractmethod
    def _run(self, operation: str, start: Callable[[datetime], Coroutine[Effect, Any, T]]) -> T:
        """Read the clock, run the flow, tell the audit sink how it ended, once."""
