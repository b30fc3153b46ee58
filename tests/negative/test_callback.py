"""Callbacks and pending logins that somebody made up, kept, changed, or brought to the wrong place."""

from __future__ import annotations

from urllib.parse import parse_qsl, quote, urlencode, urlsplit

import pytest

from tests.negative.catalogue import BOUND_CODES, FAMILY
from tests.negative.refusal import refused
from tests.negative.stage import PROVIDERS, Stage
from xbridge.core.config import Config, parse_config

EIGHTEEN_MINUTES_S = 18 * 60


def changed(callback: str, **parameters: str | None) -> str:
    """The callback with parameters replaced, or left out where None."""
    address, _, query = callback.partition("?")
    pairs = {**dict(parse_qsl(query)), **parameters}
    return f"{address}?{urlencode({name: value for name, value in pairs.items() if value is not None})}"


def parameter(callback: str, name: str) -> str:
    """The value of one parameter of the callback."""
    return dict(parse_qsl(urlsplit(callback).query))[name]


def without(config: Config, provider: str) -> Config:
    """The configuration after ``provider`` was switched off."""
    sections = {name: section for name, section in config.providers.items() if name != provider}
    return config.model_copy(update={"providers": sections})


@pytest.fixture(params=PROVIDERS)
def provider(request: pytest.FixtureRequest) -> str:
    """Each platform in turn."""
    return str(request.param)


@pytest.fixture
def login(stage: Stage, provider: str) -> tuple[str, str]:
    """A pending login and the callback that ends it well."""
    hop = stage.begin(provider)
    return hop.pending, stage.visit(provider, hop.url)


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        (lambda state: None, "missing"),
        (lambda state: "", "missing"),
        (lambda state: " ", "missing"),
        (lambda state: state[:-1], "mismatch"),
        (lambda state: state + "A", "mismatch"),
        (lambda state: state.swapcase(), "mismatch"),
        (lambda state: state + "\u00a0", "malformed"),
        (lambda state: "é" + state[1:], "mismatch"),
        (lambda state: quote(f"%{ord(state[0]):02X}") + state[1:], "mismatch"),
    ],
    ids=["absent", "empty", "blank", "short", "long", "case", "invisible", "not-ascii", "encoded-twice"],
)
def test_state_is_ours_to_the_last_bit(stage, login, change, reason):
    """A state that is not exactly the one we sent is refused before anything is sent."""
    pending, callback = login
    bad = changed(callback, state=change(parameter(callback, "state")))
    claim = "url" if reason == "malformed" else "state"
    for wire in stage.wires.values():
        wire.paths.clear()
    with refused(stage, "callback_invalid", claim=claim, reason=reason):
        stage.finish(pending, bad)
    assert [wire.paths for wire in stage.wires.values()] == [[]] * len(stage.wires)


@pytest.mark.parametrize("value", [None, "", " "])
def test_code_is_there(stage, login, value):
    """A callback without a code to exchange is refused."""
    pending, callback = login
    with refused(stage, "callback_invalid", claim="code", reason="missing"):
        stage.finish(pending, changed(callback, code=value))


@pytest.mark.parametrize("name", ["state", "code"])
@pytest.mark.parametrize("first", [True, False])
def test_nothing_is_given_twice(stage, login, name, first):
    """The same parameter twice is refused even when both values are the right one, wherever the second stands."""
    pending, callback = login
    pair = f"{name}={quote(parameter(callback, name), safe='')}"
    address, _, query = callback.partition("?")
    bad = f"{address}?{pair}&{query}" if first else f"{callback}&{pair}"
    with refused(stage, "callback_invalid", claim=name, reason="duplicated"):
        stage.finish(pending, bad)


def test_once(stage, login):
    """A login that ended well cannot be ended again: neither by the same callback nor by a new one."""
    pending, callback = login
    stage.finish(pending, callback)
    for again in (callback, changed(callback, code="0" * 32)):
        with refused(stage, "callback_invalid", claim="login", reason="replayed"):
            stage.finish(pending, again)


def test_once_also_after_a_refusal(stage, provider, login):
    """A login that the platform refused is used up, so nobody can try codes one after the other."""
    pending, callback = login
    with refused(stage, "provider_rejected"):
        stage.finish(pending, changed(callback, code="0" * 32))
    with refused(stage, "callback_invalid", claim="login", reason="replayed"):
        stage.finish(pending, callback)


def test_a_wrong_state_does_not_use_the_login_up(stage, login):
    """Somebody who cannot know the state cannot spoil the login of somebody who does."""
    pending, callback = login
    with refused(stage, "callback_invalid", claim="state"):
        stage.finish(pending, changed(callback, state="A" * 22))
    assert stage.finish(pending, callback).subject


def test_code_of_another_login(stage, provider, login):
    """A code of another login is refused where the platform binds codes to logins; elsewhere our state is the bond."""
    pending, callback = login
    other = stage.begin(provider, session="session-2")
    stolen = parameter(stage.visit(provider, other.url, persona="lee-siu-ming"), "code")
    mixed = changed(callback, code=stolen)
    if provider in BOUND_CODES:
        with refused(stage, "provider_rejected", provider_code=BOUND_CODES[provider]):
            stage.finish(pending, mixed)
    else:
        # iAM Smart binds a code to nothing but the client (dossier 6.5): only the state keeps strangers out.
        assert stage.finish(pending, mixed).provider == provider


def test_another_session(stage, login):
    """Lesson B2: a login that one session started ends in no other, whatever the callback holds."""
    pending, callback = login
    for session in ("session-2", "", "session-1 ", "SESSION-1"):
        with refused(stage, "callback_invalid", claim="session", reason="mismatch"):
            stage.finish(pending, callback, session=session)
    assert stage.finish(pending, callback)


def test_path_of_the_other_platform(stage, provider, login):
    """Lesson B1: a callback that arrives on another platform's path, or on none, is refused."""
    pending, callback = login
    path = urlsplit(stage.world.return_to[provider]).path
    other = next(name for name in PROVIDERS if name != provider)
    for wrong in (urlsplit(stage.world.return_to[other]).path, "", "/", path + "/", path.upper(), "/x/.." + path):
        with refused(stage, "callback_invalid", claim="redirect_uri", reason="mismatch"):
            stage.finish(pending, callback.replace(path, wrong, 1))
    # Behind a proxy host and scheme may differ, so only the path counts; a bare path and query will do.
    assert stage.finish(pending, callback.partition("svc.test")[2])


def test_callback_of_the_other_platform(stage, provider, login):
    """The mix-up attack: one platform's callback does not end the other's login."""
    pending, _ = login
    other = next(name for name in PROVIDERS if name != provider)
    foreign = stage.visit(other, stage.begin(other).url)
    with refused(stage, "callback_invalid", claim="redirect_uri", reason="mismatch"):
        stage.finish(pending, foreign)


def test_expired(stage, provider):
    """Eighteen minutes after it began a login is over, to the second."""
    hop = stage.begin(provider)
    stage.world.clock.advance(EIGHTEEN_MINUTES_S - 1)
    late = stage.begin(provider)
    callback = stage.visit(provider, late.url)
    stage.world.clock.advance(1)
    with refused(stage, "callback_invalid", claim="login", reason="expired"):
        stage.finish(hop.pending, callback)
    assert stage.finish(late.pending, callback)


def test_person_who_leaves(stage):
    """Somebody who closes the login page never comes back; their pending login lapses and holds up nobody."""
    hop = stage.begin("guangdong")
    stage.mock("guangdong").faults.add("user_leaves")
    with pytest.raises(ValueError, match="not sent back"):
        stage.visit("guangdong", hop.url)
    stage.world.clock.advance(EIGHTEEN_MINUTES_S)
    with refused(stage, "callback_invalid", claim="login", reason="expired"):
        stage.finish(hop.pending, stage.world.return_to["guangdong"])


def test_provider_switched_off(stage, provider, login):
    """Lesson A6: a login does not survive the switching off of its platform."""
    pending, callback = login
    stage.state()
    bridge = stage.another_bridge(without(stage.world.config, provider))
    with refused(stage, "unsupported"):
        stage.finish(pending, callback, bridge=bridge)


def test_provider_replaced(stage, provider, login):
    """A login does not end at a platform of the same name that has become another issuer."""
    pending, callback = login
    sections = {name: dict(section) for name, section in stage.world.config.providers.items()}
    sections[provider]["issuer"] = "https://elsewhere.test"
    bridge = stage.another_bridge(stage.world.config.model_copy(update={"providers": sections}))
    with refused(stage, "callback_invalid", claim="issuer", reason="mismatch"):
        stage.finish(pending, callback, bridge=bridge)


def test_another_bridge_s_pending(stage, provider, login):
    """What other keys sealed does not open, with the same settings otherwise."""
    _, callback = login
    foreign = Stage(stage.colour)
    try:
        pending = foreign.begin(provider).pending
    finally:
        foreign.close()
    with refused(stage, "callback_invalid", claim="login", reason="malformed"):
        stage.finish(pending, callback)


def test_every_changed_character_of_a_pending(stage):
    """No character of a sealed login can be changed unnoticed."""
    hop = stage.begin("guangdong")
    callback = stage.visit("guangdong", hop.url)
    for place in range(len(hop.pending)):
        other = "A" if hop.pending[place] != "A" else "B"
        with refused(stage, "callback_invalid", claim="login", reason="malformed"):
            stage.finish(hop.pending[:place] + other + hop.pending[place + 1 :], callback)
    assert stage.finish(hop.pending, callback)


@pytest.mark.parametrize("cut", [0, 1, 3, 15, 40, -1])
def test_cut_pending(stage, cut):
    """A sealed login that is cut short is refused, however short it is."""
    hop = stage.begin("iamsmart")
    callback = stage.visit("iamsmart", hop.url)
    with refused(stage, "callback_invalid", claim="login", reason="malformed"):
        stage.finish(hop.pending[:cut], callback)


def test_other_sealed_things_are_no_pending(stage):
    """A sealed proof of a login is not a sealed login: each purpose has keys of its own."""
    identity = stage.log_in("guangdong")
    hop = stage.begin("guangdong")
    with refused(stage, "callback_invalid", claim="login", reason="malformed"):
        stage.finish(identity.proof, stage.visit("guangdong", hop.url))


@pytest.mark.parametrize("text", ["", "xb1", "é" * 10, "A" * 100_000, "xb1..", "\x00"])
def test_nonsense_is_no_pending(stage, text):
    """Whatever arrives in place of a sealed login is refused the same way."""
    with refused(stage, "callback_invalid", claim="login", reason="malformed"):
        stage.finish(text, "https://svc.test/cb/hk?code=1&state=2")


@pytest.mark.parametrize(
    "error_code", ["A1234563", "陳大文", "D00000", "D4000", "d40001", "D٤٠٠٠١", "A123456(3)", "D40001 ", "M4"]
)
@pytest.mark.parametrize("provider", FAMILY)
def test_an_error_code_that_is_none_is_not_passed_on(stage, provider, error_code):
    """Anybody can write a callback, so its text reaches no message, log or audit event unless it is a code."""
    hop = stage.begin(provider)
    callback = changed(stage.visit(provider, hop.url), error_code=error_code, code=None)
    with refused(stage, "provider_rejected", provider_code="unreadable", step="login") as caught:
        stage.finish(hop.pending, callback)
    assert error_code not in f"{caught.value!r}"


@pytest.mark.parametrize("number", ["40000", "40001", "60001", "80001"])
@pytest.mark.parametrize(("provider", "letter"), [(name, letter) for name in FAMILY for letter in FAMILY[name]])
def test_declined_in_the_callback(stage, provider, letter, number):
    """Each way of saying no is the same normal outcome, whichever platform of the login says it."""
    hop = stage.begin(provider)
    with refused(stage, "user_declined"):
        bad = changed(stage.visit(provider, hop.url), error_code=letter + number, code=None)
        stage.finish(hop.pending, bad)


def test_a_code_beside_an_error_is_not_used(stage, login, provider):
    """A callback that reports an error and brings a code is an error."""
    pending, callback = login
    bad = changed(callback, **{"error_code": "D40001"} if provider in FAMILY else {"error": "access_denied"})
    stage.wires[provider].paths.clear()
    with refused(stage, "user_declined"):
        stage.finish(pending, bad)
    assert stage.wires[provider].paths == []


@pytest.mark.parametrize("provider", PROVIDERS)
@pytest.mark.parametrize("return_to", ["", "https://svc.test/cb", "https://svc.test/cb/hk/", "https://evil.test/cb/hk"])
def test_return_to_is_one_of_ours(stage, provider, return_to):
    """A login begins only for an address that is registered, byte for byte, before anybody is sent anywhere."""
    with refused(stage, "config_invalid", operation="begin_login"):
        stage.run(stage.bridge.begin_login(provider, return_to=return_to, session="session-1"))


def test_unknown_provider(stage):
    """A provider that is not configured is named as such, with those that are."""
    with refused(stage, "unsupported", operation="begin_login") as caught:
        stage.run(stage.bridge.begin_login("wechat", return_to="https://svc.test/cb/hk", session="session-1"))
    assert caught.value.capabilities == tuple(sorted(PROVIDERS))


def test_configurations_in_this_file_are_still_checked(stage):
    """The shared world's configuration passes its own check again, so the tests above changed only what they say."""
    assert parse_config(stage.world.config.model_dump()).providers.keys() == set(PROVIDERS)
