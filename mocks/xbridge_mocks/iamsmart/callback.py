"""The way back: the address the browser is sent to when a login has an outcome (dossier 6.4).

Builds the address, spoiled if a fault strikes. It redirects nobody; ``login_page`` does.
"""

from __future__ import annotations

from urllib.parse import urlencode, urlsplit, urlunsplit

from xbridge_mocks.iamsmart.grant import Grants
from xbridge_mocks.iamsmart.login import Login, Phase
from xbridge_mocks.iamsmart.refusal import Trail
from xbridge_mocks.iamsmart.setting import IamSmartMockSettings
from xbridge_mocks.persona import Persona
from xbridge_mocks.random_source import RandomSource

__all__ = ["callback_address"]

_FORCED: dict[str, Phase] = {"user_refuses": "refused", "user_cancels": "cancelled", "auth_timeout": "timed_out"}


def callback_address(
    login: Login, *, grants: Grants, settings: IamSmartMockSettings, random: RandomSource, trail: Trail
) -> tuple[str, str]:
    """The callback address of a decided login, and the result code for the journal."""
    phase = login.phase
    for fault, forced in _FORCED.items():
        if trail.strikes(fault):
            phase = forced
    if trail.strikes("unknown_error_code"):
        result, pairs = "D99999", [("error_code", "D99999")]
    elif phase == "approved" and login.persona is not None:
        result, pairs = "D00000", _code_pairs(login, login.persona, grants, random, trail)
    else:
        codes = {"refused": settings.refuse_code, "cancelled": settings.cancel_code}
        result = codes.get(phase, settings.timeout_code)
        pairs = [("error_code", result)]
    pairs += _state_pairs(login.asked.state, random, trail)
    return _add_query(login.asked.redirect_uri, pairs), result


def _code_pairs(
    login: Login, persona: Persona, grants: Grants, random: RandomSource, trail: Trail
) -> list[tuple[str, str]]:
    if trail.strikes("code_missing"):
        return []
    if trail.strikes("code_wrong"):
        return [("code", random.hex(16))]
    code = grants.issue_code(
        login.asked.client.client_id, persona, login.asked.scopes, expired=trail.strikes("code_expired")
    )
    if trail.strikes("code_duplicated"):
        return [("code", random.hex(16)), ("code", code)]
    return [("code", code)]


def _state_pairs(state: str | None, random: RandomSource, trail: Trail) -> list[tuple[str, str]]:
    if state is None or trail.strikes("state_missing"):
        return []
    if trail.strikes("state_wrong"):
        return [("state", random.token(16))]
    if trail.strikes("state_duplicated"):
        return [("state", random.token(16)), ("state", state)]
    return [("state", state)]


def _add_query(uri: str, pairs: list[tuple[str, str]]) -> str:
    parts = urlsplit(uri)
    query = "&".join(piece for piece in (parts.query, urlencode(pairs)) if piece)
    return urlunsplit((parts.scheme, parts.netloc, parts.path, query, ""))
