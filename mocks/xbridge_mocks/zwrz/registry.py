"""The services registered with the zwrz mock: identifier, secret, redirect addresses, names in three languages."""

from __future__ import annotations

import hmac
from collections.abc import Sequence
from dataclasses import dataclass

from xbridge_mocks.client import ClientCredentials, ServiceName
from xbridge_mocks.guangdong.redirect import Origin, origin_of, verify_registrable
from xbridge_mocks.random_source import RandomSource

__all__ = ["Registry", "Service"]


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
        return hmac.compare_digest(self.credentials.client_secret.encode(), presented.encode("utf-8", "replace"))

    def returns_to(self, address: str) -> bool:
        """Whether the browser may be sent back to this address: one that was registered, character by character."""
        return address in self.redirect_uris

    def lives_at(self, address: str) -> bool:
        """Whether an address belongs to the origin of a registered one."""
        try:
            return origin_of(address) in self._origins()
        except ValueError:
            return False

    def _origins(self) -> frozenset[Origin]:
        return frozenset(map(origin_of, self.redirect_uris))


class Registry:
    """The services one mock knows; none is built in."""

    def __init__(self, random: RandomSource) -> None:
        self._random = random
        self._services: dict[str, Service] = {}

    def register(self, *, name: ServiceName, redirect_uris: Sequence[str]) -> Service:
        """Register a service and return it with fresh credentials.

        Raises ValueError for no address, or an address that could not be matched safely.
        """
        if isinstance(redirect_uris, str) or not redirect_uris:
            raise ValueError("a service needs a list of at least one redirect URI")
        addresses = tuple(verify_registrable(uri, fragment_allowed=False) for uri in redirect_uris)
        credentials = ClientCredentials(client_id=f"zwrz_{self._random.hex(8)}", client_secret=self._random.token(32))
        service = Service(credentials=credentials, name=name, redirect_uris=addresses)
        self._services[service.client_id] = service
        return service

    def find(self, client_id: str) -> Service | None:
        """The service registered under exactly this identifier."""
        return self._services.get(client_id)
