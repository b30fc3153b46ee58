"""The way back: the address the browser is sent to when a login has an outcome (dossier 6.4).

Builds the address, spoiled if a fault strikes. It redirects nobody; ``login_page`` does.
"""

from __future__ import annotations

from xbridge_mocks.iamsmart.direct_login import with_query
from xbridge_mocks.iamsmart.grant import Grants, Origin
from xbridge_mocks.iamsmart.inquiry import OUTCOMES, Inquiry, InquiryPhase
from xbridge_mocks.iamsmart.login import Login, Phase
from xbridge_mocks.iamsmart.refusal import SUCCESS, Trail
from xbridge_mocks.iamsmart.setting import IamSmartMockSettings
from xbridge_mocks.persona import Persona
from xbridge_mocks.random_source import RandomSource

__all__ = ["callback_address"]

_FORCED: dict[str, Phase] = {"user_refuses": "refused", "user_cancels": "cancelled", "auth_timeout": "timed_out"}
_OUTCOME: dict[Phase, InquiryPhase] = {
    "approved": "approved", "refused": "refused", "cancelled": "cancelled", "timed_out": "timed_out",
}  # fmt: skip


def callback_address(
    login: Login, *, grants: Grants, settings: IamSmartMockSettings, random: RandomSource, trail: Trail, now_ms: int
) -> tuple[str, str]:
    """The callback address of a login decided at ``now_ms``, and the result code for the journal."""
    phase = login.phase
    for fault, forced in _FORCED.items():
        if trail.strikes(fault):
            phase = forced
    inquiry = login.asked.inquiry
    codes = {"approved": SUCCESS, "refused": settings.refuse_code, "cancelled": settings.cancel_code}
    result = _settle(inquiry, login.persona, phase, now_ms) if inquiry else codes.get(phase, settings.timeout_code)
    if trail.strikes("unknown_error_code"):
        result = "D99999"
    pairs = [("error_code", result)]
    if result == SUCCESS and login.persona is not None:
        pairs = _code_pairs(login, login.persona, grants, random, trail)
    if inquiry is not None:
        wrong = trail.strikes("callback_wrong_business_id")
        pairs.append(("businessID", random.hex(16) if wrong else inquiry.business_id))
    pairs += _state_pairs(login.asked.state, random, trail)
    return with_query(login.asked.redirect_uri, pairs), result


def _code_pairs(
    login: Login, persona: Persona, grants: Grants, random: RandomSource, trail: Trail
) -> list[tuple[str, str]]:
    if trail.strikes("code_missing"):
        return []
    if trail.strikes("code_wrong"):
        return [("code", random.hex(16))]
    code = grants.issue_code(
        login.asked.client.client_id, persona, login.asked.scopes, _origin(login),
        expired=trail.strikes("code_expired"),
    )  # fmt: skip
    if trail.strikes("code_duplicated"):
        return [("code", random.hex(16)), ("code", code)]
    return [("code", code)]


def _origin(login: Login) -> Origin:
    return Origin(by_qr=login.asked.source == "PC_Browser", inquiry=login.asked.inquiry)


def _settle(inquiry: Inquiry, persona: Persona | None, phase: Phase, now_ms: int) -> str:
    """Give an anonymous request its outcome, once, as a code: whatever a second login with its ticket ends in, it failed."""
    if inquiry.phase != "waiting":
        return OUTCOMES[inquiry.kind]["failed"]
    inquiry.persona = persona
    inquiry.decide(_OUTCOME.get(phase, "failed"), now_ms)
    return inquiry.code


def _state_pairs(state: str | None, random: RandomSource, trail: Trail) -> list[tuple[str, str]]:
    if state is None or trail.strikes("state_missing"):
        return []
    if trail.strikes("state_wrong"):
        return [("state", random.token(16))]
    if trail.strikes("state_duplicated"):
        return [("state", random.token(16)), ("state", state)]
    return [("state", state)]
