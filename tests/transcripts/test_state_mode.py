"""Where the state of a Guangdong login travels, stepped by hand: each mode with its attacks (guangdong.md 2.1).

The attacker of a login-CSRF has a code and a callback of their own, and wants the victim's browser to end its login
with them; the other way round, they have stolen a victim's callback and want to end their own login with it.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from types import MappingProxyType
from typing import Any, NamedTuple
from urllib.parse import parse_qs, urlsplit

import pytest

from tests.transcripts.script import Step, play
from tests.unit.providers.online_service import ACCOUNT, NOON, RETURN_TO, guangdong_settings, reply
from xbridge.core.effects import Effect, PeekPending, PutPending, ReadClock, Send, Spend, TakePending
from xbridge.core.errors import CallbackInvalid, LinkRefused
from xbridge.core.identity import Identity
from xbridge.core.provider import Provider
from xbridge.flows.deps import Deps, build_deps
from xbridge.flows.login import begin_login, finish_login
from xbridge.linking.link import verify_pair
from xbridge.linking.proof import LoginProof
from xbridge.policy import builtin_pack
from xbridge.providers.guangdong import PROVIDER as GUANGDONG
from xbridge.testing import World

MODES = ("redirect_query", "redirect_path", "param", "both", "cookie_only")
CARRYING = MODES[:-1]
ATTACKER, VICTIM = "session-of-attacker", "session-of-victim"


@pytest.fixture(scope="module")
def made() -> Deps:
    """What a Bridge knows."""
    return build_deps(World(providers=("guangdong",)).config, (GUANGDONG,), builtin_pack())


@pytest.fixture
def desk(made: Deps) -> Callable[..., Desk]:
    """Makes a desk for a mode."""
    return lambda mode, **settings: Desk(made, guangdong_settings(state_mode=mode, **settings))


class Begun(NamedTuple):
    """A login under way: what the application keeps, where the platform sends the browser back to, and our state."""

    pending: str
    redirect_uri: str
    state: str
    expires_after_s: float


class Desk:
    """A service in one mode, its store a dictionary; the platform answers every code with the same account."""

    def __init__(self, deps: Deps, settings: Any) -> None:
        providers: dict[str, tuple[Provider, Any]] = {"guangdong": (GUANGDONG, settings)}
        self.deps = replace(deps, providers=MappingProxyType(providers))
        self.settings = settings
        self.waiting: dict[str, bytes] = {}
        self.spent: set[str] = set()
        self.sent: list[str] = []
        self._count = 0

    def begin(self, session: str, *, after_s: float = 0) -> Begun:
        """Begin a login in ``session``."""
        hop = self._run(begin_login(
            self.deps, "guangdong", return_to=self.settings.redirect_uris[0], session=session, language="en",
            now=NOON + timedelta(seconds=after_s), entropy=self._entropy,
        ))  # fmt: skip
        query = parse_qs(urlsplit(hop.url).query)
        uri = query["redirect_uri"][0]
        inside = parse_qs(urlsplit(uri).query).get("state", [])
        path = [urlsplit(uri).path.rpartition("/")[2]] if self.settings.state_mode == "redirect_path" else []
        state = next(iter([*query.get("state", []), *inside, *path]), "")
        lasts = (hop.expires_at - NOON).total_seconds() - after_s
        return Begun(hop.pending, uri, state, lasts)

    def finish(self, login: Begun, callback: str, session: str, *, after_s: float = 0) -> Identity:
        """End ``login`` in ``session`` with ``callback``."""
        return self._run(finish_login(  # type: ignore[no-any-return]
            self.deps, login.pending, callback_url=callback, session=session, now=NOON + timedelta(seconds=after_s),
            entropy=self._entropy,
        ))  # fmt: skip

    def back(self, login: Begun, code: str = "c0de", *, echo: bool = True) -> str:
        """The callback with which the platform ends ``login``: its redirect URI, the code, and the echo of a parameter."""
        pairs = f"code={code}" + (
            f"&state={login.state}" if echo and self.settings.state_mode in ("param", "both") else ""
        )
        return f"{login.redirect_uri}{'&' if '?' in login.redirect_uri else '?'}{pairs}"

    def _entropy(self, size: int) -> bytes:
        self._count += 1
        return bytes([self._count]) * size

    def _run(self, flow: Any) -> Any:
        answer: Any = None
        try:
            while True:
                answer = self._answer(flow.send(answer))
        except StopIteration as stop:
            return stop.value

    def _answer(self, effect: Effect) -> Any:
        match effect:
            case Spend(marker, _):
                first = marker not in self.spent
                self.spent.add(marker)
                return first
            case PutPending(item):
                assert item.key not in self.waiting
                self.waiting[item.key] = item.value
                return None
            case PeekPending(key):
                return self.waiting.get(key)
            case TakePending(key, None):
                return self.waiting.pop(key, None)
            case ReadClock():
                return NOON
            case Send(_, request):
                self.sent.append(request.label)
                return reply({"access_token": "t"} if request.label == "access_token" else {"userobj": ACCOUNT})
        raise AssertionError(f"not asked for here: {effect!r}")


def refused(desk: Desk, *arguments: Any, claim: str, reason: str, **options: Any) -> None:
    """Check that this callback is refused before anything is sent to the platform."""
    before = len(desk.sent)
    with pytest.raises(CallbackInvalid) as caught:
        desk.finish(*arguments, **options)
    assert (caught.value.claim, caught.value.reason) == (claim, reason)
    assert len(desk.sent) == before


@pytest.mark.parametrize("mode", MODES)
def test_a_login_ends(desk, mode):
    """In every mode an honest login ends, once."""
    here = desk(mode)
    login = here.begin(VICTIM)
    assert here.finish(login, here.back(login), VICTIM).subject == ACCOUNT["useridcode"]
    refused(here, login, here.back(login), VICTIM, claim="login", reason="replayed")


@pytest.mark.parametrize("mode", CARRYING)
def test_callback_of_the_attacker(desk, mode):
    """Login-CSRF: the attacker's code and callback, in the victim's browser, end no login of the victim."""
    here = desk(mode)
    victim, attacker = here.begin(VICTIM), here.begin(ATTACKER)
    refused(here, victim, here.back(attacker), VICTIM, claim="state", reason="mismatch")
    # With the attacker's pending login too, it is the session that does not fit.
    refused(here, attacker, here.back(attacker), VICTIM, claim="session", reason="mismatch")
    assert here.finish(victim, here.back(victim), VICTIM).started_by == "relying_party"


@pytest.mark.parametrize("mode", CARRYING)
def test_callback_of_the_victim(desk, mode):
    """The reverse: a victim's stolen callback ends no login of the attacker."""
    here = desk(mode)
    victim, attacker = here.begin(VICTIM), here.begin(ATTACKER)
    refused(here, attacker, here.back(victim), ATTACKER, claim="state", reason="mismatch")
    refused(here, victim, here.back(victim), ATTACKER, claim="session", reason="mismatch")


@pytest.mark.parametrize("mode", CARRYING)
def test_two_logins_in_one_browser(desk, mode):
    """Two tabs log in side by side; each callback ends its own login and no other, in any order."""
    here = desk(mode)
    first, second = here.begin(VICTIM), here.begin(VICTIM)
    refused(here, first, here.back(second), VICTIM, claim="state", reason="mismatch")
    refused(here, second, here.back(first), VICTIM, claim="state", reason="mismatch")
    assert here.finish(second, here.back(second), VICTIM)
    assert here.finish(first, here.back(first), VICTIM)


@pytest.mark.parametrize("mode", MODES)
@pytest.mark.parametrize("forged", ["A" * 22, "x", "%20"])
def test_a_wrong_state_is_refused_in_every_mode(desk, mode, forged):
    """A state that is there and is not ours refuses the callback, also where none is needed."""
    here = desk(mode)
    login = here.begin(VICTIM)
    bare = f"{RETURN_TO}{f'/{login.state}' if mode == 'redirect_path' else ''}?code=c0de"
    reason = "missing" if forged == "%20" else "mismatch"
    refused(here, login, f"{bare}&state={forged}", VICTIM, claim="state", reason=reason)
    if mode in ("redirect_path", "cookie_only"):
        assert here.finish(login, bare, VICTIM)
    else:
        refused(here, login, bare, VICTIM, claim="state", reason="missing")


@pytest.mark.parametrize("change", [
    lambda path, state: f"{path}/{state[:-1]}", lambda path, state: f"{path}/{state}x",
    lambda path, state: f"{path}/{state.swapcase()}",
    lambda path, state: f"{path}/", lambda path, state: f"{path}/%41{state[1:]}",
])  # fmt: skip
def test_state_in_the_path_is_ours_to_the_last_bit(desk, change):
    """A last segment that is not exactly our state is refused."""
    here = desk("redirect_path")
    login = here.begin(VICTIM)
    with pytest.raises(CallbackInvalid) as caught:
        here.finish(login, f"{change(RETURN_TO, login.state)}?code=c0de", VICTIM)
    assert caught.value.claim == "state"


@pytest.mark.parametrize("address", [
    "https://svc.test/cb", "https://svc.test/other/{state}", "https://svc.test/cb/x/{state}", "https://svc.test/{state}",
    "https://svc.test/cb/{state}/", "https://svc.test//cb/{state}",
])  # fmt: skip
def test_state_in_another_path(desk, address):
    """The state counts behind our own address only."""
    here = desk("redirect_path")
    login = here.begin(VICTIM)
    with pytest.raises(CallbackInvalid):
        here.finish(login, address.format(state=login.state) + "?code=c0de", VICTIM)


def test_state_in_both_places(desk):
    """Sent in two places, the state may come back in one or both of them, and is ours in each."""
    here = desk("both")
    for echo in (True, False):
        login = here.begin(VICTIM)
        assert here.finish(login, here.back(login, echo=echo), VICTIM)
    login, attacker = here.begin(VICTIM), here.begin(ATTACKER)
    for states in ((login.state, attacker.state), (attacker.state, login.state)):
        callback = f"{RETURN_TO}?code=c&" + "&".join(f"state={state}" for state in states)
        refused(here, login, callback, VICTIM, claim="state", reason="mismatch")
    thrice = f"{RETURN_TO}?code=c" + f"&state={login.state}" * 3
    refused(here, login, thrice, VICTIM, claim="state", reason="duplicated")


@pytest.mark.parametrize("mode", ["redirect_query", "param", "redirect_path", "cookie_only"])
def test_state_twice_is_for_both_only(desk, mode):
    """Where the state travels in one place it comes back once."""
    here = desk(mode)
    login = here.begin(VICTIM)
    bare = f"{RETURN_TO}{f'/{login.state}' if mode == 'redirect_path' else ''}?code=c"
    refused(here, login, f"{bare}&state={login.state}&state={login.state}", VICTIM, claim="state", reason="duplicated")


@pytest.mark.parametrize("joint", [",", "&"])
def test_state_behind_a_comma(desk, joint):
    """What the first generation joins by a comma is read as it comes back, with the comma or with an ampersand."""
    here = desk("redirect_query", generation="am", redirect_uris=[f"{RETURN_TO}?app=1,2"])
    login, attacker = here.begin(VICTIM), here.begin(ATTACKER)
    state = login.redirect_uri.rpartition("state=")[2]
    assert login.redirect_uri == f"{RETURN_TO}?app=1,2,state={state}"
    stranger = attacker.redirect_uri.rpartition("state=")[2]
    for wrong in (f"app=1,2{joint}state={stranger}", f"app=1,2{joint}state={state},state={stranger}",
                  f"app=1,state={stranger},2{joint}state={state}"):  # fmt: skip
        with pytest.raises(CallbackInvalid):
            here.finish(login, f"{RETURN_TO}?{wrong}&code=c", VICTIM)
    assert here.finish(login, f"{RETURN_TO}?app=1,2{joint}state={state}&code=c", VICTIM)


def test_a_comma_is_no_joint_elsewhere(desk):
    """In the other generations a comma is a letter of a value."""
    here = desk("redirect_query", redirect_uris=[f"{RETURN_TO}?app=1"])
    login = here.begin(VICTIM)
    callback = f"{RETURN_TO}?app=1,state={login.state}&code=c"
    refused(here, login, callback, VICTIM, claim="state", reason="missing")


# --- Without any state --------------------------------------------------------------------------------------------


def test_cookie_only_says_nothing_to_the_platform(desk):
    """The registered address goes out exactly as it is, and the login is over in five minutes."""
    login = desk("cookie_only").begin(VICTIM)
    assert (login.redirect_uri, login.state, login.expires_after_s) == (RETURN_TO, "", 300)
    assert desk("redirect_query").begin(VICTIM).expires_after_s == 18 * 60


def test_cookie_only_is_short(desk):
    """After five minutes such a login is over, to the second."""
    here = desk("cookie_only")
    login = here.begin(VICTIM)
    refused(here, login, here.back(login), VICTIM, claim="login", reason="expired", after_s=300)
    assert here.finish(login, here.back(login), VICTIM, after_s=299)


def test_cookie_only_is_of_one_session(desk):
    """A pending login ends in the session that began it; a browser without one cannot be logged in from outside."""
    here = desk("cookie_only")
    victim = here.begin(VICTIM)
    refused(here, victim, here.back(victim), ATTACKER, claim="session", reason="mismatch")
    attacker = here.begin(ATTACKER)
    refused(here, attacker, here.back(attacker), VICTIM, claim="session", reason="mismatch")
    # Neither attempt used anything up.
    assert here.finish(victim, here.back(victim), VICTIM)
    refused(here, victim, here.back(victim, "c0de-of-attacker"), VICTIM, claim="login", reason="replayed")


def test_cookie_only_is_one_at_a_time(desk):
    """A session has one such login: the newest; the one that it replaced ends no more and takes nothing with it."""
    here = desk("cookie_only")
    first, second = here.begin(VICTIM), here.begin(VICTIM)
    refused(here, first, here.back(first), VICTIM, claim="login", reason="replaced")
    assert here.finish(second, here.back(second), VICTIM)
    refused(here, first, here.back(first), VICTIM, claim="login", reason="replayed")


def test_cookie_only_cannot_tell_whose_code_it_is(desk):
    """What the mode cannot do: a code sent to a victim who is logging in passes, so the login is marked and never links."""
    here = desk("cookie_only")
    victim = here.begin(VICTIM)
    found = here.finish(victim, here.back(victim, "c0de-of-attacker"), VICTIM)
    assert found.started_by == "relying_party_stateless"
    proof = LoginProof.model_validate_json(here.deps.proof_sealer.open(found.proof))
    other = proof.model_copy(update={"jurisdiction": "HK", "id": "other", "started_by": "relying_party"})
    for pair in ((proof, other), (other, proof)):
        with pytest.raises(LinkRefused) as caught:
            verify_pair(*pair)
        assert caught.value.reason == "stateless"


@pytest.mark.parametrize(
    ("before", "after"),
    [("redirect_query", "cookie_only"), ("cookie_only", "redirect_query"), ("param", "cookie_only")],
)
def test_a_mode_that_changed_meanwhile(made, before, after):
    """A login that was begun in one mode does not end in another, weaker or stronger."""
    here = Desk(made, guangdong_settings(state_mode=before))
    login = here.begin(VICTIM)
    there = Desk(made, guangdong_settings(state_mode=after))
    with pytest.raises(CallbackInvalid):
        there.finish(login, f"{RETURN_TO}?code=c", VICTIM)


def test_only_the_flow_says_that_a_login_is_strong(desk):
    """Each other mode leaves the mark of an ordinary login, which linking takes."""
    for mode in CARRYING:
        here = desk(mode)
        login = here.begin(VICTIM)
        assert here.finish(login, here.back(login), VICTIM).started_by == "relying_party"


def test_begin_without_state_in_transcript(desk):
    """Beginning such a login takes what its session had and leaves the new one, and asks nothing else of the world."""
    here = desk("cookie_only")
    key = ""

    def put(effect: Effect) -> None:
        nonlocal key
        assert isinstance(effect, PutPending)
        key = effect.item.key
        assert effect.item.expires_at == NOON + timedelta(seconds=300)
        assert VICTIM not in key

    def take(effect: Effect) -> None:
        assert isinstance(effect, TakePending)
        assert effect.successor is None

    steps: list[Step] = [(take, None), (put, None)]
    play(begin_login(
        here.deps, "guangdong", return_to=RETURN_TO, session=VICTIM, language="en", now=NOON, entropy=lambda size: b"1" * size
    ), steps)  # fmt: skip
    assert key.startswith("login-session/")
