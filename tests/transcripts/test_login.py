"""``begin_login`` and ``finish_login`` stepped by hand: every effect in its order, every byte that is sent."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import timedelta
from types import MappingProxyType
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import pytest

from tests.transcripts.script import Step, play
from tests.unit.providers.online_service import (
    ACCOUNT,
    CONTENT_KEY,
    NOON,
    NOON_MS,
    PROFILE,
    RETURN_TO,
    TOKEN,
    entropy,
    envelope,
    guangdong_settings,
    iamsmart_settings,
    key_reply,
    reply,
    sealed,
)
from xbridge.core.effects import Effect, ReadClock, Recall, Remember, Send, Spend, Stamp, TakeStamp
from xbridge.core.errors import (
    CallbackInvalid,
    ConfigError,
    ProtocolError,
    ProviderRejected,
    ProviderUnavailable,
    StoreUnavailable,
    UserDeclined,
)
from xbridge.core.http import HTTPRequest
from xbridge.core.provider import Provider
from xbridge.flows.deps import Deps, build_deps
from xbridge.flows.login import begin_login, finish_login
from xbridge.linking.proof import LoginProof
from xbridge.policy import builtin_pack
from xbridge.protocols.content_envelope import open_content, seal_content
from xbridge.protocols.signed_http import sign_request
from xbridge.providers.guangdong import PROVIDER as GUANGDONG
from xbridge.providers.iamsmart import PROVIDER as IAMSMART
from xbridge.testing import World

CLIENT = "edae2e2529ff46228af1e4d18c8405d1"
KEY_NAME = f"iamsmart/content-key/https://iamsmart.example/api/v1/security/getKey/{CLIENT}/D"
STATE = "AAECAwQFBgcICQoLDA0ODw"
LOGIN = f"login/{STATE}"
LOGIN_END = NOON + timedelta(minutes=18)
KEY_END = NOON + timedelta(days=1) - timedelta(seconds=60)
NONCE = "00112233445566778899aabbccddeeff"
STAMP = Stamp(timestamp_ms=NOON_MS + 123, nonce=NONCE)


@pytest.fixture(scope="module")
def deps() -> Deps:
    """What a Bridge knows, with settings whose every byte is known."""
    pack = builtin_pack()
    made = build_deps(World().config, (IAMSMART, GUANGDONG), pack)
    providers: dict[str, tuple[Provider, Any]] = {
        "iamsmart": (IAMSMART, iamsmart_settings()),
        "guangdong": (GUANGDONG, guangdong_settings()),
    }
    return replace(made, providers=MappingProxyType(providers))


def begun(deps: Deps, provider: str) -> tuple[str, str]:
    """A login that was begun without any effect: its URL and its sealed form."""
    hop = play(
        begin_login(deps, provider, return_to=RETURN_TO, session="s", language="en", now=NOON, entropy=entropy), []
    )
    assert hop.expires_at == LOGIN_END
    return hop.url, hop.pending


def finishing(deps: Deps, pending: str, query: str, steps: list[Step], **changes: object):
    """Play the end of a login from the callback with ``query``."""
    options = {"callback_url": f"{RETURN_TO}?{query}", "session": "s", "now": NOON, "entropy": entropy, **changes}
    return play(finish_login(deps, pending, **options), steps)  # type: ignore[arg-type]


def signed(step: str, path: str, parameters: object = None) -> Send:
    """The exact request that carries ``parameters`` encrypted, signed over its own bytes."""
    body = b""
    if parameters is not None:
        plaintext = json.dumps(parameters, sort_keys=True, separators=(",", ":")).encode()
        content = seal_content(CONTENT_KEY, plaintext, iv=entropy(12))
        body = json.dumps({"content": content}, separators=(",", ":")).encode()
    # The stamp is cut to a full second, so that requests that overtake each other bear the same time.
    stamp = Stamp(timestamp_ms=NOON_MS, nonce=NONCE)
    headers = sign_request(client_id=CLIENT, client_secret="0123456789abcdef0123456789abcdef", stamp=stamp, body=body)
    if body:
        headers += (("Content-Type", "application/json"),)
    url = f"https://iamsmart.example{path}"
    return Send("iamsmart", HTTPRequest(method="POST", url=url, headers=headers, content=body, label=step))


GET_KEY = signed("getKey", "/api/v1/security/getKey")
GET_TOKEN = signed("getToken", "/api/v1/auth/getToken", {"code": "c0de", "grantType": "authorization_code"})
PROFILES = signed(
    "profiles",
    "/api/v1/profiles",
    {
        "accessToken": TOKEN["accessToken"],
        "openID": TOKEN["openID"],
        "profileFields": ["idNo", "enName", "chName", "birthDate", "gender"],
    },
)
REMEMBER_KEY = Remember(KEY_NAME, CONTENT_KEY, KEY_END)
FORGET_KEY = Remember(KEY_NAME, None, NOON)
FIRST: Step = (Spend(LOGIN, LOGIN_END), True)


def test_begin_iamsmart(deps):
    """The browser is sent to getQR with exactly the documented parameters, and nothing of the world is asked."""
    url, _ = begun(deps, "iamsmart")
    assert url.startswith("https://iamsmart.example/api/v1/auth/getQR?")
    assert parse_qsl(urlsplit(url).query) == [
        ("clientID", CLIENT), ("responseType", "code"), ("source", "PC_Browser"), ("redirectURI", RETURN_TO),
        ("scope", "eidapi_auth eidapi_profiles"), ("lang", "en-US"), ("state", STATE),
    ]  # fmt: skip


def test_begin_guangdong(deps):
    """The browser is sent to authorize; the state travels in the redirect URI, because the platform has none."""
    url, _ = begun(deps, "guangdong")
    assert url.startswith("https://tyrz.gd.gov.cn/pscp/sso/connect/page/oauth2/authorize?")
    assert parse_qsl(urlsplit(url).query) == [
        ("service", "initService"), ("response_type", "code"), ("client_id", "tyrz_sample"), ("scope", "all"),
        ("redirect_uri", f"{RETURN_TO}?state={STATE}"),
    ]  # fmt: skip


def test_iamsmart_first_login(deps):
    """The marker is spent before the code is used; the key is fetched, remembered until a minute before its end."""
    _, pending = begun(deps, "iamsmart")
    identity = finishing(deps, pending, f"code=c0de&state={STATE}", [
        FIRST,
        (Recall(KEY_NAME), None), (TakeStamp(CLIENT), STAMP), (GET_KEY, key_reply()), (REMEMBER_KEY, None),
        (TakeStamp(CLIENT), STAMP), (GET_TOKEN, sealed(TOKEN)),
        (Recall(KEY_NAME), CONTENT_KEY), (TakeStamp(CLIENT), STAMP), (PROFILES, sealed(PROFILE)),
    ])  # fmt: skip
    assert (identity.subject, identity.assurance.source, identity.assurance.level) == (TOKEN["openID"], "default", "L1")
    assert identity.profile.documents == (("hkid", "A123456(3)"),)
    assert (identity.profile.name, identity.profile.name_en) == ("陳大文", "CHAN, Tai Man")
    proof = LoginProof.model_validate_json(deps.proof_sealer.open(identity.proof))
    assert (proof.subject_ref, proof.under_14, proof.started_by) == (identity.subject_ref, "no", "relying_party")


def test_iamsmart_stale_key(deps):
    """D30002 forgets the key, fetches a new one and repeats the call once, with the same parameters."""
    _, pending = begun(deps, "iamsmart")
    identity = finishing(deps, pending, f"code=c0de&state={STATE}", [
        FIRST,
        (Recall(KEY_NAME), bytes(32)), (TakeStamp(CLIENT), STAMP), (_some_token_request, envelope(code="D30002")),
        (FORGET_KEY, None),
        (Recall(KEY_NAME), None), (TakeStamp(CLIENT), STAMP), (GET_KEY, key_reply()), (REMEMBER_KEY, None),
        (TakeStamp(CLIENT), STAMP), (GET_TOKEN, sealed(TOKEN)),
        (Recall(KEY_NAME), CONTENT_KEY), (TakeStamp(CLIENT), STAMP), (PROFILES, sealed(PROFILE)),
    ])  # fmt: skip
    assert identity.provider == "iamsmart"


@pytest.mark.parametrize("code", ["D30001", "D30002", "D30003", "D30004"])
def test_iamsmart_stale_key_for_ever(deps, code):
    """The second such answer ends the login, and the key that did not help is forgotten too."""
    _, pending = begun(deps, "iamsmart")
    with pytest.raises(ProviderRejected) as caught:
        finishing(deps, pending, f"code=c0de&state={STATE}", [
            FIRST,
            (Recall(KEY_NAME), CONTENT_KEY), (TakeStamp(CLIENT), STAMP), (GET_TOKEN, envelope(code=code)),
            (FORGET_KEY, None),
            (Recall(KEY_NAME), None), (TakeStamp(CLIENT), STAMP), (GET_KEY, key_reply()), (REMEMBER_KEY, None),
            (TakeStamp(CLIENT), STAMP), (GET_TOKEN, envelope(code=code)),
            (FORGET_KEY, None),
        ])  # fmt: skip
    assert (caught.value.provider_code, caught.value.step) == (code, "getToken")


def test_iamsmart_overtaken(deps):
    """D20004 signs the same bytes afresh, three times in all, and then says so."""
    _, pending = begun(deps, "iamsmart")
    late: list[Step] = [(TakeStamp(CLIENT), STAMP), (GET_TOKEN, envelope(code="D20004"))]
    with pytest.raises(ProviderRejected) as caught:
        finishing(deps, pending, f"code=c0de&state={STATE}", [FIRST, (Recall(KEY_NAME), CONTENT_KEY), *late * 3])
    assert caught.value.provider_code == "D20004"


def test_iamsmart_unreadable_reply(deps):
    """A reply that the key does not open ends the login; the key is forgotten, and nothing is tried again."""
    _, pending = begun(deps, "iamsmart")
    with pytest.raises(ProtocolError) as caught:
        finishing(deps, pending, f"code=c0de&state={STATE}", [
            FIRST, (Recall(KEY_NAME), CONTENT_KEY), (TakeStamp(CLIENT), STAMP), (GET_TOKEN, sealed(TOKEN, key=bytes(32))),
            (FORGET_KEY, None),
        ])  # fmt: skip
    assert caught.value.reason == "envelope"


def test_iamsmart_key_that_ends_at_once(deps):
    """A key within a minute of its end serves this call and is not remembered."""
    _, pending = begun(deps, "iamsmart")
    ending = key_reply(lifetime_ms=60_000)
    finishing(deps, pending, f"code=c0de&state={STATE}", [
        FIRST,
        (Recall(KEY_NAME), None), (TakeStamp(CLIENT), STAMP), (GET_KEY, ending),
        (TakeStamp(CLIENT), STAMP), (GET_TOKEN, sealed(TOKEN)),
        (Recall(KEY_NAME), None), (TakeStamp(CLIENT), STAMP), (GET_KEY, ending),
        (TakeStamp(CLIENT), STAMP), (PROFILES, sealed(PROFILE)),
    ])  # fmt: skip


def test_iamsmart_absolute_expiry(deps):
    """An expiresIn that is a moment is taken as one."""
    _, pending = begun(deps, "iamsmart")
    finishing(deps, pending, f"code=c0de&state={STATE}", [
        FIRST,
        (Recall(KEY_NAME), None), (TakeStamp(CLIENT), STAMP), (GET_KEY, key_reply(lifetime_ms=NOON_MS + 86_400_000)),
        (REMEMBER_KEY, None),
        (TakeStamp(CLIENT), STAMP), (GET_TOKEN, sealed(TOKEN)),
        (Recall(KEY_NAME), CONTENT_KEY), (TakeStamp(CLIENT), STAMP), (PROFILES, sealed(PROFILE)),
    ])  # fmt: skip


@pytest.mark.parametrize("scope", ["eidapi_profiles", "", "eidapi_authx", "EIDAPI_AUTH"])
def test_iamsmart_without_the_login_scope(deps, scope):
    """A token that was not granted for authentication proves no login, and its profile is never asked for."""
    _, pending = begun(deps, "iamsmart")
    with pytest.raises(ProtocolError) as caught:
        finishing(deps, pending, f"code=c0de&state={STATE}", [
            FIRST, (Recall(KEY_NAME), CONTENT_KEY), (TakeStamp(CLIENT), STAMP),
            (GET_TOKEN, sealed({**TOKEN, "scope": scope})),
        ])  # fmt: skip
    assert caught.value.reason == "scope"


def test_iamsmart_declined(deps):
    """A person who refuses costs one marker and not one request."""
    _, pending = begun(deps, "iamsmart")
    with pytest.raises(UserDeclined) as caught:
        finishing(deps, pending, f"error_code=D40001&state={STATE}", [FIRST])
    assert caught.value.provider_code == "D40001"


GD_BASE = "https://tyrz.gd.gov.cn/pscp/sso/connect/page/oauth2"
GD_TOKEN = Send("guangdong", HTTPRequest(
    method="GET", timeout_s=8.0, label="access_token",
    url=f"{GD_BASE}/access_token?client_id=tyrz_sample&client_secret=sample-secret&code=c0de&scope=all"
        f"&redirect_uri=https%3A%2F%2Fsvc.test%2Fcb%3Fstate%3D{STATE}&grant_type=authorization_code",
))  # fmt: skip
GD_INFO = Send("guangdong", HTTPRequest(
    method="GET", timeout_s=8.0, label="tokeninfo", url=f"{GD_BASE}/tokeninfo?access_token=to%40node5",
))  # fmt: skip
GD_TOKEN_REPLY = reply({"access_token": "to@node5", "expires_in": "59", "token_type": "Bearer"})


def test_guangdong_login(deps):
    """Code and token go out back to back; the token, suffix and all, is percent-encoded once."""
    _, pending = begun(deps, "guangdong")
    identity = finishing(deps, pending, f"state={STATE}&code=c0de", [
        FIRST, (GD_TOKEN, GD_TOKEN_REPLY), (ReadClock(), NOON),
        (GD_INFO, reply({"userobj": ACCOUNT, "pareobj": "null"})), (ReadClock(), NOON),
    ])  # fmt: skip
    assert (identity.subject, identity.jurisdiction) == (ACCOUNT["useridcode"], "CN-GD")
    assert identity.profile.documents == (("home_return_permit", "H00000101"),)
    assert (identity.assurance.source, identity.assurance.level) == ("L2", "L2")


def test_guangdong_refused(deps):
    """A refused code is never sent again, and tokeninfo is never asked."""
    _, pending = begun(deps, "guangdong")
    with pytest.raises(ProviderRejected) as caught:
        finishing(deps, pending, f"state={STATE}&code=c0de", [
            FIRST, (GD_TOKEN, reply({"errcode": 40029, "errmsg": "code: spent"}, status=400)),
        ])  # fmt: skip
    assert (caught.value.provider_code, caught.value.step) == ("40029", "access_token")


def test_guangdong_unavailable(deps):
    """An outage between token and account is reported as it came, and ends the login."""
    _, pending = begun(deps, "guangdong")
    down = ProviderUnavailable("guangdong", "tokeninfo could not be reached; try again")
    with pytest.raises(ProviderUnavailable) as caught:
        finishing(deps, pending, f"state={STATE}&code=c0de", [
            FIRST, (GD_TOKEN, GD_TOKEN_REPLY), (ReadClock(), NOON), (GD_INFO, down),
        ])  # fmt: skip
    assert caught.value is down


def test_second_use(deps):
    """The second taker of a login gets nothing, before any request."""
    _, pending = begun(deps, "guangdong")
    with pytest.raises(CallbackInvalid) as caught:
        finishing(deps, pending, f"state={STATE}&code=c0de", [(Spend(LOGIN, LOGIN_END), False)])
    assert caught.value.reason == "replayed"


def test_store_that_is_down(deps):
    """Without a marker there is no login: the store's error comes out and nothing is sent."""
    _, pending = begun(deps, "iamsmart")
    with pytest.raises(StoreUnavailable):
        finishing(deps, pending, f"state={STATE}&code=c0de", [(Spend(LOGIN, LOGIN_END), StoreUnavailable("full"))])


@pytest.mark.parametrize(
    ("query", "changes", "claim"),
    [
        (f"code=c0de&state={STATE}", {"session": "t"}, "session"),
        (f"code=c0de&state={STATE}", {"now": LOGIN_END}, "login"),
        (f"code=c0de&state={STATE}x", {}, "state"),
        (
            f"code=c0de&state={STATE}",
            {"callback_url": f"https://svc.test/other?code=c0de&state={STATE}"},
            "redirect_uri",
        ),
    ],
)
def test_nothing_happens_before_the_checks(deps, query, changes, claim):
    """A callback that does not belong here is refused without a single effect: not even the marker is spent."""
    _, pending = begun(deps, "iamsmart")
    with pytest.raises(CallbackInvalid) as caught:
        finishing(deps, pending, query, [], **changes)
    assert caught.value.claim == claim


@pytest.mark.parametrize("session", ["", " ", "\n"])
def test_a_login_needs_a_session(deps, session):
    """An application that has no session id cannot begin a login: nothing would bind it to a browser."""
    with pytest.raises(ConfigError, match="session"):
        play(
            begin_login(
                deps, "iamsmart", return_to=RETURN_TO, session=session, language="en", now=NOON, entropy=entropy
            ),
            [],
        )  # fmt: skip


@pytest.mark.parametrize(
    ("born", "under_14"),
    [
        ("19900101", "no"), ("20120601", "no"), ("20120602", "yes"), ("20140301", "yes"), ("20261231", "yes"),
        ("2011", "no"), ("2012", "unknown"), ("2013", "yes"), ("201205", "unknown"),
        ("20120000", "unknown"), ("20120100", "unknown"), ("20110000", "no"),
        ("", "unknown"), ("19", "unknown"), ("00000000", "unknown"), ("18990101", "unknown"), ("20270101", "unknown"),
        ("²²²²", "unknown"), ("١٩٩٠", "unknown"), ("1990-01-01", "unknown"), ("199001011", "unknown"),
    ],
)  # fmt: skip
def test_age(deps, born, under_14):
    """Under 14 is decided on the day; a date that leaves it open leaves it open (PIPL article 31)."""
    _, pending = begun(deps, "iamsmart")
    identity = finishing(deps, pending, f"code=c0de&state={STATE}", [
        FIRST, (Recall(KEY_NAME), CONTENT_KEY), (TakeStamp(CLIENT), STAMP), (GET_TOKEN, sealed(TOKEN)),
        (Recall(KEY_NAME), CONTENT_KEY), (TakeStamp(CLIENT), STAMP), (PROFILES, sealed({**PROFILE, "birthDate": born})),
    ])  # fmt: skip
    proof = LoginProof.model_validate_json(deps.proof_sealer.open(identity.proof))
    assert proof.under_14 == under_14


def _some_token_request(effect: Effect) -> None:
    """A getToken whose envelope the stale key of 32 zero bytes opens to the same parameters."""
    assert isinstance(effect, Send)
    content = json.loads(effect.request.content)["content"]
    assert json.loads(open_content(bytes(32), content)) == {"code": "c0de", "grantType": "authorization_code"}
