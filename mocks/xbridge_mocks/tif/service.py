"""The services behind the gateway: each takes a JSON object from an admitted caller and returns data (dossier 5.5).

``ENDPOINTS`` maps an operation of ``route.ROUTES`` to its service; both are open for more. Bodies that no source shows are
as small as they can be: one member with a code, or none.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field

from werkzeug.wrappers import Request

from xbridge_mocks.clock import MockClock
from xbridge_mocks.fault import Faults
from xbridge_mocks.persona import Persona
from xbridge_mocks.sm_envelope import FAULTS as ENVELOPE_FAULTS
from xbridge_mocks.sm_envelope import EnvelopePeer, EnvelopeRefused
from xbridge_mocks.tif.account import (
    JSONObject,
    LoginSession,
    flat_user,
    in_base64,
    session_parts,
    swapped_session,
    tianjin_user,
)
from xbridge_mocks.tif.handle import CodeKind, Handles
from xbridge_mocks.tif.refusal import Refused, Trail
from xbridge_mocks.tif.registry import PaasService
from xbridge_mocks.tif.setting import TifMockSettings

__all__ = ["ENDPOINTS", "REUSE", "Call", "Endpoint", "Outcome", "Platform"]

REUSE = "shenzhen_access_token_permissions"
_WORD = re.compile(r"[A-Za-z0-9_.-]{1,256}", re.ASCII)
_SWITCH = "ryz_access_token_switch"


@dataclass(frozen=True, slots=True, kw_only=True)
class Platform:
    """What all services share."""

    clock: MockClock
    settings: TifMockSettings
    personas: tuple[Persona, ...]
    handles: Handles
    faults: Faults
    envelopes: EnvelopePeer

    def holders(self) -> tuple[Persona, ...]:
        """Everybody with an account."""
        return tuple(person for person in self.personas if person.guangdong is not None)

    def holder(self, key: str) -> Persona:
        """The account holder with this persona key. Raises ValueError."""
        found = next((person for person in self.holders() if person.key == key), None)
        if found is None:
            raise ValueError(f"nobody called {key!r} here has an account")
        return found


@dataclass(frozen=True, slots=True, kw_only=True)
class Call:
    """An admitted call: who makes it, what it holds, and the trail that its checks go into."""

    service: PaasService
    request: Request = field(repr=False)
    body: Mapping[str, object] = field(repr=False)
    trail: Trail


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """What a service found: ``data``, and headers of its own."""

    data: object = field(repr=False)
    headers: tuple[tuple[str, str], ...] = field(default=(), repr=False)


Endpoint = Callable[[Platform, Call], Outcome]


def one_off_user(platform: Platform, call: Call) -> Outcome:
    """A one-off token's user; the token is good once unless the switch is sent (5.5 (a))."""
    token = _text(platform, call, "ryz_access_token", also=(_SWITCH,))
    call.trail.require("switch", call.body.get(_SWITCH, REUSE) == REUSE, _request(platform))
    person = _redeemed(platform, call, "one_off", token, keep=_SWITCH in call.body)
    return Outcome(data=_spoilt(platform, call, flat_user(person)))


def mini_program_login(platform: Platform, call: Call) -> Outcome:
    """The silent login of a mini-program: the session goes into the header ``yss_mplogin``."""
    person = _redeemed(platform, call, "mini_program", _text(platform, call, platform.settings.code_member))
    parts = _session(platform, call, person, "mp")
    return Outcome(data={}, headers=_login_header(platform, call, "yss_mplogin", parts))


def app_login(platform: Platform, call: Call) -> Outcome:
    """The login of the app: an enterprise's flat object or a person's session goes into the header ``yss_login``."""
    person = _redeemed(platform, call, "app", _text(platform, call, platform.settings.code_member))
    if person.guangdong is not None and person.guangdong.usertype == "2":
        session = platform.handles.open_session(person.key, "app")
        told = _spoilt(platform, call, flat_user(person, sid=session.sid))
    else:
        told = _session(platform, call, person, "app")
    return Outcome(data={}, headers=_login_header(platform, call, "yss_login", told))


def get_session(platform: Platform, call: Call) -> Outcome:
    """The session that the header ``x-tif-sid`` names."""
    session = _named_session(platform, call)
    if session is None:
        call.trail.refuse("sid", _token(platform))
    parts = session_parts(
        platform.holder(session.persona), session, lifetime_s=platform.handles.lifetime_s(session.platform),
        proof_s=platform.settings.proof_s,
    )  # fmt: skip
    return Outcome(data=_spoilt(platform, call, parts))


def get_corp_code(platform: Platform, call: Call) -> Outcome:
    """A one-time code for the enterprise whose session ``x-tif-sid`` names."""
    session = _named_session(platform, call)
    if session is None or not _is_company(platform.holder(session.persona)):
        call.trail.refuse("sid", _token(platform))
    return Outcome(data={platform.settings.code_member: platform.handles.issue("company", session.persona)})


def corp_code_to_session(platform: Platform, call: Call) -> Outcome:
    """Another machine room swaps an enterprise's one-time code for its flat object."""
    person = _redeemed(platform, call, "company", _text(platform, call, platform.settings.code_member))
    session = platform.handles.open_session(person.key, "app")
    return Outcome(data=_spoilt(platform, call, flat_user(person, sid=session.sid)))


def code_to_session(platform: Platform, call: Call) -> Outcome:
    """Another machine room swaps a person's one-time code for their session."""
    person = _redeemed(platform, call, "session", _text(platform, call, platform.settings.code_member))
    return Outcome(data=_session(platform, call, person, "app"))


def sid_to_session(platform: Platform, call: Call) -> Outcome:
    """Another machine room makes a session of its own from the person's session that ``x-tif-sid`` names."""
    session = _named_session(platform, call)
    if session is None or _is_company(platform.holder(session.persona)):
        call.trail.refuse("sid", _token(platform))
    told = swapped_session(
        platform.holder(session.persona), session, now_ms=platform.clock.now_ms(),
        lifetime_s=platform.handles.lifetime_s("app"),
    )  # fmt: skip
    return Outcome(data=_spoilt(platform, call, told))


def get_tianjin_user(platform: Platform, call: Call) -> Outcome:
    """The sibling platform's route: a user by uid (5.5 (c))."""
    uid = _text(platform, call, "uid")
    found = [person for person in platform.holders() if person.guangdong and person.guangdong.useridcode == uid]
    call.trail.require("uid", bool(found), _token(platform))
    return Outcome(data=_spoilt(platform, call, tianjin_user(found[0], proved=platform.clock.now_ms() // 1000)))


def medical_insurance(platform: Platform, call: Call) -> Outcome:
    """A service of the medical-insurance platform: says in an envelope what it received in one (6)."""
    peer, fault = platform.envelopes, _envelope_fault(platform, call)
    with _refusing(platform, call):
        client, data = peer.open_medical_insurance(call.body)
    return Outcome(data=peer.answer_medical_insurance(client, {"received": data}, fault))


def xbridge_envelope(platform: Platform, call: Call) -> Outcome:
    """The same in xbridge's own envelope, which no platform speaks; a call is answered once."""
    peer, fault = platform.envelopes, _envelope_fault(platform, call)
    with _refusing(platform, call):
        client, name, data = peer.open_ours(call.body)
    return Outcome(data=peer.answer_ours(client, name, {"received": data}, fault))


ENDPOINTS: dict[str, Endpoint] = {
    "oneOffUser": one_off_user,
    "miniProgramLogin": mini_program_login,
    "appLogin": app_login,
    "publicAppLogin": app_login,
    "getSession": get_session,
    "getCorpCode": get_corp_code,
    "corpCodeToSession": corp_code_to_session,
    "codeToSession": code_to_session,
    "sidToSession": sid_to_session,
    "tianjinUser": get_tianjin_user,
    "medicalInsurance": medical_insurance,
    "xbridgeEnvelope": xbridge_envelope,
}


def _session(platform: Platform, call: Call, person: Persona, kind: str) -> JSONObject:
    session = platform.handles.open_session(person.key, kind)
    parts = session_parts(
        person, session, lifetime_s=platform.handles.lifetime_s(kind), proof_s=platform.settings.proof_s
    )  # fmt: skip
    return _spoilt(platform, call, parts)


def _named_session(platform: Platform, call: Call) -> LoginSession | None:
    """The live session that the headers name; a device and a hint may come along, and only their form is looked at."""
    call.trail.require("body", not call.body, _request(platform))
    beside = [call.request.headers.get(name) for name in ("x-tif-did", "x-ysshint")]
    formed = all(value is None or _WORD.fullmatch(value) for value in beside)
    call.trail.require("device", formed, _request(platform))
    return platform.handles.session(call.request.headers.get("x-tif-sid", ""))


def _redeemed(platform: Platform, call: Call, kind: CodeKind, code: str, *, keep: bool = False) -> Persona:
    key = platform.handles.redeem(kind, code, keep=keep)
    if key is None:
        call.trail.refuse("code", _token(platform))
    if platform.faults.take("swapped_user", call.trail.operation):
        call.trail.faults.append("swapped_user")
        key = next(person.key for person in platform.holders() if person.key != key)
    return platform.holder(key)


def _text(platform: Platform, call: Call, name: str, *, also: tuple[str, ...] = ()) -> str:
    value = call.body.get(name)
    known = {name, *also}
    call.trail.require("body", isinstance(value, str) and value != "" and set(call.body) <= known, _request(platform))
    return str(value)


def _login_header(platform: Platform, call: Call, name: str, told: JSONObject) -> tuple[tuple[str, str], ...]:
    for fault, headers in (
        ("login_header_missing", ()),
        ("login_header_garbled", ((name, "not base64!"),)),
        ("login_header_twice", ((name, in_base64(told)), (name, in_base64(told)))),
    ):
        if platform.faults.take(fault, call.trail.operation):
            call.trail.faults.append(fault)
            return headers
    return ((name, in_base64(told)),)


def _spoilt(platform: Platform, call: Call, told: JSONObject) -> JSONObject:
    """Return the object, in the odd shape that an armed fault asks for."""
    where = told.get("session_info")
    inner: JSONObject = where if isinstance(where, dict) else told
    for fault in ("uid_missing", "level_missing", "account_type_unknown", "times_as_text"):
        if not platform.faults.take(fault, call.trail.operation):
            continue
        call.trail.faults.append(fault)
        if fault == "account_type_unknown":
            inner["account_type"] = "robot"
        elif fault == "times_as_text":
            for name, value in inner.items():
                if isinstance(value, int) and not isinstance(value, bool):
                    inner[name] = str(value)
        else:
            del inner[fault.removesuffix("_missing")]
    return told


def _envelope_fault(platform: Platform, call: Call) -> str:
    found = next((fault for fault in ENVELOPE_FAULTS if platform.faults.take(fault, call.trail.operation)), "")
    call.trail.faults += [found] if found else []
    return found


@contextmanager
def _refusing(platform: Platform, call: Call) -> Iterator[None]:
    try:
        yield
    except EnvelopeRefused as refused:
        call.trail.refuse(refused.step, Refused(platform.settings.request_code, "invalid envelope."))
    call.trail.require("envelope", True, _request(platform))


def _is_company(person: Persona) -> bool:
    return person.guangdong is not None and person.guangdong.usertype == "2"


def _request(platform: Platform) -> Refused:
    return Refused(platform.settings.request_code, "invalid request body.")


def _token(platform: Platform) -> Refused:
    return Refused(platform.settings.token_code, "invalid code.")
