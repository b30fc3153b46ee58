"""Direct login: the person starts in the app's catalogue of services, not at a service (dossier 6.7).

Version 1 first asks the service for a state; version 2 sends a code to an address of its own, without any, and to an
app it sends a verifier along, because other apps may see what opens one (PKCE). All skip the QR page; what they end in
is an ordinary code, marked as direct for version 2.
"""

from __future__ import annotations

import base64
import hashlib
import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from urllib.parse import parse_qsl, urlencode, urlsplit, urlunsplit

from xbridge_mocks.clock import MockClock
from xbridge_mocks.iamsmart.grant import Grants, Origin
from xbridge_mocks.iamsmart.refusal import Refused, Trail
from xbridge_mocks.iamsmart.registry import Client, Registry
from xbridge_mocks.iamsmart.setting import IamSmartMockSettings
from xbridge_mocks.persona import Persona
from xbridge_mocks.random_source import RandomSource

__all__ = ["DirectLogins", "challenge_of", "with_query"]

_STATE = re.compile(r"[A-Za-z0-9_-]{1,36}", re.ASCII)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Visit:
    """A version-1 visit on its way through the service's getState address."""

    client: Client
    persona: Persona
    ends_ms: int
    scope: str = field(default="")


class DirectLogins:
    """Opens services from the catalogue."""

    def __init__(
        self,
        *,
        clock: MockClock,
        random: RandomSource,
        settings: IamSmartMockSettings,
        personas: Sequence[Persona],
        registry: Registry,
        grants: Grants,
    ) -> None:
        self._clock = clock
        self._random = random
        self._settings = settings
        self._people = {person.key: person for person in personas if person.iamsmart is not None}
        self._registry = registry
        self._grants = grants
        self._visits: dict[str, _Visit] = {}

    def open(self, client_id: str, persona: str, version: str, base_url: str, trail: Trail) -> str:
        """The address the app opens: the callback (version 2) or the service's getState address (version 1).

        Raises Refused for a person, service or version that the catalogue does not list.
        """
        client, person = self._registry.find(client_id), self._people.get(persona)
        trail.require("persona", person is not None, "D20003", parameter="persona", detail="nobody with iAM Smart")
        trail.require("client", client is not None, self._settings.unknown_client_code, detail="no such client")
        if client is None or person is None:
            raise Refused("D20003")
        targets = {"1": client.get_state_uri, "2": client.direct_login_uri, "2app": client.direct_login_app_uri}
        target = targets.get(version, "")
        trail.require("registered", bool(target), "D20008", parameter="version", detail="no address for this version")
        if version == "2":
            code = self._code(client, person, Origin(direct=True), trail)
            return with_query(target, [*code, ("RefID", self._random.hex(16))])
        if version == "2app":
            return with_query(target, self._code_for_app(client, person, trail))
        token = self._random.token(24)
        ends_ms = self._clock.now_ms() + self._settings.login_wait_s * 1000
        visit = _Visit(client=client, persona=person, ends_ms=ends_ms, scope=" ".join(client.scopes))
        self._visits[token] = visit
        back = f"{base_url.rstrip('/')}/mock/direct/{token}"
        names = {"redirectURI": back, "eserviceName": client.name.en, "ClientID": client_id, "scope": visit.scope}
        return with_query(target, list(names.items()))

    def resume(self, token: str, query: str, trail: Trail) -> str:
        """Take the service's answer to getState, once, and return the callback address. Raises Refused."""
        visit = self._visits.pop(token, None)
        alive = visit is not None and self._clock.now_ms() < visit.ends_ms
        trail.require("visit", alive, "D20000", detail="no such visit, used before, or too late")
        if visit is None:
            raise Refused("D20000")
        pairs = parse_qsl(query, keep_blank_values=True)
        given = dict(pairs)
        trail.require("once", len(given) == len(pairs), "D20003", parameter="state", detail="a parameter twice")
        lawful = bool(_STATE.fullmatch(given.get("state", "")))
        trail.require("state", lawful, "D20003", parameter="state", detail="not 1 to 36 of A-Z a-z 0-9 _ -")
        expected = {
            "clientID": visit.client.client_id, "scope": visit.scope, "eserviceName": visit.client.name.en,
        }  # fmt: skip
        for name, value in expected.items():
            trail.require("echo", given.get(name) == value, "D20003", parameter=name, detail=f"{name} is not the echo")
        code = self._code(visit.client, visit.persona, Origin(), trail)
        return with_query(visit.client.redirect_uris[0], [*code, ("state", given["state"])])

    def clear(self) -> None:
        """Forget all visits."""
        self._visits.clear()

    def _code_for_app(self, client: Client, person: Persona, trail: Trail) -> list[tuple[str, str]]:
        verifier = self._random.token(32)
        pairs = self._code(client, person, Origin(direct=True, challenge=challenge_of(verifier)), trail)
        if trail.strikes("verifier_missing"):
            return pairs
        return [*pairs, ("code_verifier", self._random.token(32) if trail.strikes("verifier_wrong") else verifier)]

    def _code(self, client: Client, person: Persona, origin: Origin, trail: Trail) -> list[tuple[str, str]]:
        if trail.strikes("code_missing"):
            return []
        if trail.strikes("code_wrong"):
            return [("code", self._random.hex(16))]
        expired = trail.strikes("code_expired")
        return [("code", self._grants.issue_code(client.client_id, person, client.scopes, origin, expired=expired))]


def challenge_of(verifier: str) -> str:
    """What is kept of a verifier: its S256 challenge (RFC 7636 section 4.2)."""
    return base64.urlsafe_b64encode(hashlib.sha256(verifier.encode("utf-8", "replace")).digest()).rstrip(b"=").decode()


def with_query(uri: str, pairs: list[tuple[str, str]]) -> str:
    """Add ``pairs`` to the query of ``uri``."""
    parts = urlsplit(uri)
    query = "&".join(piece for piece in (parts.query, urlencode(pairs)) if piece)
    return urlunsplit((parts.scheme, parts.netloc, parts.path, query, ""))
