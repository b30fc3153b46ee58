"""Sending the browser back to the service with a code.

The only place that redirects to a service, and only to an address that was matched against its registration. It
plays the faults a careful client must notice in its callback.
"""

from __future__ import annotations

import re

from werkzeug.datastructures import MultiDict
from werkzeug.wrappers import Response

from xbridge_mocks.guangdong.destination import Destination
from xbridge_mocks.guangdong.platform import Platform
from xbridge_mocks.guangdong.redirect import added_segment, append_query, with_ampersands
from xbridge_mocks.guangdong.route import AM
from xbridge_mocks.guangdong.session import SignedIn
from xbridge_mocks.guangdong.setting import Kind
from xbridge_mocks.guangdong.vault import Grant
from xbridge_mocks.guangdong.visit import Visit

_STATE_VALUE = re.compile(r"(?<=[?&,]state=)[^&#]*")
# Names seen on the platform beside the code (dossier 2.1); the values are meaningless.
_EXTRA_FIELDS = ("gdbsTokenId", "tokenId", "random", "ticket", "sp", "gdbstoken")
_OPERATIONS = ("authorize", "login")


def verify_destination(platform: Platform, visit: Visit, query: MultiDict[str, str]) -> Destination:
    """Return where this browser visit may end.  Raises Refused, upon which no redirect may happen.

    (1) client_id is known   (2) redirect_uri matches a registered address
    """
    # (1) Nothing else of the request is looked at before the service is known.
    service = platform.services.find(visit.single(query, "client_id"))
    if service is None:
        visit.refuse("client_id", Kind.CLIENT, "unknown client")
    visit.passed("client_id")
    # (2) A string comparison; an address that only looks similar is another address.
    requested = visit.single(query, "redirect_uri")
    registered = platform.registered_address(visit, requested, service)
    if registered is None:
        visit.refuse("redirect_uri", Kind.REDIRECT, "not registered")
    visit.passed("redirect_uri")
    state = visit.optional(query, "state")
    turned = visit.generation is AM and platform.settings.am_commas == "ampersand"
    return Destination(
        service=service,
        requested=requested,
        registered=registered,
        target=with_ampersands(requested, registered) if turned else requested,
        state=state if platform.settings.echo_state else None,
    )


def finish_login(
    platform: Platform, visit: Visit, destination: Destination, persona: str, *, account_type: str
) -> Response:
    """Sign ``persona`` in and send the browser back to the service with a code.

    ``account_type`` says how the person signed in (``accout_type``).
    """
    cookie, who = platform.sign_in(visit, persona, account_type=account_type)
    return platform.keep_session(visit, send_back(platform, visit, destination, who), cookie)


def send_back(platform: Platform, visit: Visit, destination: Destination, who: SignedIn) -> Response:
    """Issue a code for ``who`` is signed in and redirect the browser to the service with it."""
    target = destination.target
    pairs: list[tuple[str, str]] = []
    echoed = destination.state
    if platform.plays(visit, "state_missing", *_OPERATIONS):
        target, echoed = destination.registered, None
    if platform.plays(visit, "state_wrong", *_OPERATIONS):
        wrong = platform.random.token(16)
        echoed = wrong if echoed is not None else None
        target, replaced = _with_other_state(target, destination.registered, wrong)
        if not replaced and echoed is None:
            echoed = wrong
    pairs.extend(_code_pairs(platform, visit, destination, who))
    if echoed is not None:
        pairs.append(("state", echoed))
    if platform.plays(visit, "state_duplicated", *_OPERATIONS):
        pairs.append(("state", platform.random.token(16)))
    if platform.plays(visit, "extra_callback_fields", *_OPERATIONS):
        pairs.extend((name, platform.random.token(8)) for name in _EXTRA_FIELDS)
    headers = {"Location": append_query(target, pairs), "Cache-Control": "no-store", "Referrer-Policy": "no-referrer"}
    return Response(status=302, headers=headers)


def _with_other_state(target: str, registered: str, wrong: str) -> tuple[str, int]:
    """Return ``target`` with ``wrong`` wherever the service put a state of its own, and how often that was."""
    segment, path = added_segment(target, registered), registered.partition("?")[0]
    if segment:
        return f"{path}/{wrong}{target[len(path) + len(segment) :]}", 1
    return _STATE_VALUE.subn(wrong, target)


def _code_pairs(platform: Platform, visit: Visit, destination: Destination, who: SignedIn) -> list[tuple[str, str]]:
    """Return the code of the callback, or what a fault puts in its place."""
    if platform.plays(visit, "error_in_callback", *_OPERATIONS):
        return [("error", "access_denied"), ("error_description", "mock fault error_in_callback")]
    if platform.plays(visit, "code_missing", *_OPERATIONS):
        return []
    if platform.plays(visit, "code_wrong", *_OPERATIONS):
        return [("code", platform.random.token(32))]
    grant = Grant(
        client_id=destination.service.client_id,
        redirect_uri=destination.requested,
        who=who,
        generation=visit.generation.name,
    )
    code = platform.vault.issue_code(
        grant,
        already_expired=platform.plays(visit, "code_expired", *_OPERATIONS),
        already_spent=platform.plays(visit, "code_spent", *_OPERATIONS),
    )
    pairs = [("code", code)]
    if platform.plays(visit, "code_duplicated", *_OPERATIONS):
        pairs.append(("code", platform.random.token(32)))
    return pairs
