"""The services that a gateway knows: who calls, with which secret, and where requests for it are forwarded to."""

from __future__ import annotations

import threading
from dataclasses import dataclass, field
from urllib.parse import urlsplit

from xbridge_mocks.client import ClientCredentials
from xbridge_mocks.random_source import RandomSource

__all__ = ["PaasRegistry", "PaasService"]


@dataclass(frozen=True, slots=True, kw_only=True)
class PaasService:
    """One registered service; ``upstream`` is the address it listens at, empty if nothing is forwarded to it."""

    name: str
    paasid: str
    token: str = field(repr=False)
    upstream: str = ""

    @property
    def credentials(self) -> ClientCredentials:
        """The paasid and the paas token, as every mock hands credentials out."""
        return ClientCredentials(client_id=self.paasid, client_secret=self.token)


class PaasRegistry:
    """The registered services. Thread-safe."""

    def __init__(self, random: RandomSource) -> None:
        self._random = random
        self._services: dict[str, PaasService] = {}
        self._lock = threading.Lock()

    def register(self, *, name: str, upstream: str) -> PaasService:
        """Register a service and draw its paasid and token. Raises ValueError."""
        if not name.strip():
            raise ValueError("a service needs a name")
        parts = urlsplit(upstream)
        if upstream and (parts.scheme not in ("http", "https") or not parts.hostname or parts.query or parts.fragment):
            raise ValueError("upstream is an http or https address without a query")
        made = PaasService(
            name=name, paasid=f"mock_{self._random.hex(6)}", token=self._random.hex(24), upstream=upstream.rstrip("/")
        )  # fmt: skip
        with self._lock:
            self._services[made.paasid] = made
        return made

    def find(self, paasid: str) -> PaasService | None:
        """The service with this id, or None."""
        with self._lock:
            return self._services.get(paasid)
