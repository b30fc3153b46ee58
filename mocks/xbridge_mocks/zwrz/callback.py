"""Where a visit may end, and sending the browser back to the service with a code.

The only place that redirects to a service, and only to an address that it registered. It plays the faults a careful
client must notice in its callback.
"""

from __future__ import annotations

from dataclasses import dataclass

from werkzeug.datastructures import MultiDict
from werkzeug.wrappers import Response

from xbridge_mocks.guangdong.redirect import append_query
from xbridge_mocks.zwrz.registry import Service
from xbridge_mocks.zwrz.setting import Kind
from xbridge_mocks.zwrz.vault import Grant
from xbridge_mocks.zwrz.visit import Visit

__all__ = ["Destination", "send_back", "verify_destination"]

_EXTRA_FIELDS = ("ticket", "sp")


@dataclass(frozen=True, slots=True, kw_only=True)
class Destination:
    """A verified way back: the service, its registered address, and the state it gave."""

    service: Service
    redirect_uri: str
    state: str | None

    def grant(self, persona: str) -> Grant:
        """What a code for this person at this service stands for."""
        return Grant(client_id=self.service.client_id, redirect_uri=self.redirect_uri, persona=persona)


def verify_destination(visit: Visit, values: MultiDict[str, str]) -> Destination:
    """Return where this browser visit may end.  Raises Refused, upon which no redirect may happen.

    (1) client_id is known   (2) redirect_uri is registered   (3) the fixed words   (4) at most one state
    """
    # (1) Nothing else of the request is looked at before the service is known.
    service = visit.platform.services.find(visit.single(values, "client_id"))
    if service is None:
        visit.refuse("client_id", Kind.CLIENT, "unknown client")
    visit.passed("client_id")
    # (2)
    address = visit.single(values, "redirect_uri")
    visit.require("redirect_uri", service.returns_to(address), Kind.REDIRECT, "not registered")
    # (3)
    visit.fixed(values, "response_type", "code")
    visit.fixed(values, "scope", "all")
    # (4)
    return Destination(service=service, redirect_uri=address, state=visit.optional(values, "state"))


def send_back(visit: Visit, destination: Destination, persona: str) -> Response:
    """Issue a code for ``persona`` and redirect the browser to the service with it."""
    pairs = [*_code_pairs(visit, destination, persona), *_state_pairs(visit, destination.state)]
    if visit.plays("extra_callback_fields", "callback"):
        pairs.extend((name, visit.platform.random.token(8)) for name in _EXTRA_FIELDS)
    headers = {
        "Location": append_query(destination.redirect_uri, pairs),
        "Cache-Control": "no-store",
        "Referrer-Policy": "no-referrer",
    }
    return Response(status=302, headers=headers)


def _state_pairs(visit: Visit, state: str | None) -> list[tuple[str, str]]:
    """The state as the service gave it, or what a fault makes of it."""
    if visit.plays("state_missing", "callback"):
        return []
    pairs = [] if state is None else [("state", state)]
    if visit.plays("state_wrong", "callback"):
        pairs = [("state", visit.platform.random.token(16))]
    if visit.plays("state_duplicated", "callback"):
        pairs.append(("state", visit.platform.random.token(16)))
    return pairs


def _code_pairs(visit: Visit, destination: Destination, persona: str) -> list[tuple[str, str]]:
    """The code of the callback, or what a fault puts in its place."""
    if visit.plays("error_in_callback", "callback"):
        return [("error", "access_denied")]
    if visit.plays("code_missing", "callback"):
        return []
    if visit.plays("code_wrong", "callback"):
        return [("code", visit.platform.random.token(32))]
    code = visit.platform.vault.issue_code(
        destination.grant(persona),
        expired=visit.plays("code_expired", "callback"),
        spent=visit.plays("code_spent", "callback"),
    )
    twice = visit.plays("code_duplicated", "callback")
    return [("code", code)] + ([("code", visit.platform.random.token(32))] if twice else [])
