"""The services registered with the platform: identifier, secret, redirect addresses, names in three languages.

Registration is refused loudly when an address could never be matched safely. Secrets are made here and kept in
memory only; no representation of a service shows one.
"""

from __future__ import annotations

import hmac
from collections.abc import Sequence
from dataclasses import dataclass
from threading import Lock

from xbridge_mocks.client import ClientCredentials, ServiceName
from xbridge_mocks.guangdong.redirect import Origin, origin_of, verify_registrable
from xbridge_mocks.random_source import RandomSource


@dataclass(frozen=True, slots=True, kw_only=True)
class Service:
    """One registered service."""

    credentials: ClientCredentials
    name: ServiceName
    redirect_uris: tuple[str, ...]

    @property
    def client_id(self) -> str:
        """The public identifier."""
        return self.credentials.client_id

    def holds_secret(self, presented: str) -> bool:
        """Compare a presented secret in constant time."""
        # Query decoding may leave lone surrogates behind; replaced, they match no secret.
        return hmac.compare_digest(self.credentials.client_secret.encode(), presented.encode("utf-8", "replace"))


class ServiceRegistry:
    """The services one mock knows.  Thread-safe."""

    def __init__(self, *, random: RandomSource, fragment_allowed: bool) -> None:
        """Start with no service: the mock has no built-in credentials."""
        self._random = random
        self._fragment_allowed = fragment_allowed
        self._services: dict[str, Service] = {}
        self._lock = Lock()

    def register(self, *, name: ServiceName, redirect_uris: Sequence[str]) -> Service:
        """Register a service and return it with fresh credentials; identifiers start with ``tyrz_`` (dossier 1).

        Raises ValueError for no address, or an address that may not be registered.
        """
        if isinstance(redirect_uris, str) or not redirect_uris:
            raise ValueError("a service needs a list of at least one redirect URI")
        addresses = tuple(verify_registrable(uri, fragment_allowed=self._fragment_allowed) for uri in redirect_uris)
        credentials = ClientCredentials(client_id=f"tyrz_{self._random.hex(8)}", client_secret=self._random.token(32))
        service = Service(credentials=credentials, name=name, redirect_uris=addresses)
        with self._lock:
            self._services[service.client_id] = service
        return service

    def find(self, client_id: str) -> Service | None:
        """Return the service registered under exactly this identifier."""
        with self._lock:
            return self._services.get(client_id)

    def origins(self) -> frozenset[Origin]:
        """Return the origins of every registered address: the places a signed-out browser may be sent to."""
        with self._lock:
            services = tuple(self._services.values())
        return frozenset(origin_of(uri) for service in services for uri in service.redirect_uris)
