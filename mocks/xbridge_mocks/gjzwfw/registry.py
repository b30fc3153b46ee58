"""Who may call the national gateway's mock, and the services behind it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from xbridge_mocks.random_source import RandomSource

__all__ = ["NationalCredentials", "Registry", "Service"]

JSONObject = Mapping[str, object]
Service = Callable[[JSONObject], object]
"""Answers a call's members with whatever goes into ``data``; raises ValueError to refuse them."""


@dataclass(frozen=True, slots=True, kw_only=True)
class NationalCredentials:
    """A caller's ``sid`` and its secret. The secret is left out of ``repr``."""

    sid: str
    app_secret: str = field(repr=False)


class Registry:
    """Callers by ``sid``, and services by path."""

    def __init__(self, random: RandomSource) -> None:
        self._random = random
        self._callers: dict[str, NationalCredentials] = {}
        self._services: dict[str, Service] = {"/mock/echo": dict}

    def register(self) -> NationalCredentials:
        """Admit a caller and return its credentials."""
        made = NationalCredentials(sid=f"sid-{self._random.hex(8)}", app_secret=self._random.token(24))
        self._callers[made.sid] = made
        return made

    def put_service(self, path: str, service: Service) -> None:
        """Put a service at ``/sysapi`` and ``path``. Raises ValueError for a path that is none."""
        if not path.startswith("/") or path.endswith("/"):
            raise ValueError("a service's path starts with a slash and does not end in one")
        self._services[path] = service

    def caller(self, sid: str) -> NationalCredentials | None:
        """The caller with this ``sid``."""
        return self._callers.get(sid)

    def service(self, path: str) -> Service | None:
        """The service at this path."""
        return self._services.get(path)

    def paths(self) -> list[str]:
        """Where services are, without the prefix."""
        return sorted(self._services)
