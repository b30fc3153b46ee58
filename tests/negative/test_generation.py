"""The Guangdong rows of the catalogue again, in the platform's two older generations: one contract, one answer."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Literal
from urllib.parse import urlsplit

import pytest

from tests.negative.catalogue import GUANGDONG, Row
from tests.negative.refusal import refused
from tests.negative.stage import Stage
from tests.negative.test_catalogue import play
from xbridge_mocks import GuangdongMockSettings

BASES = {"pscp": "/pscp/sso/connect/page", "tif": "/tif/sso/connect/page", "am": "/am"}
GD = "guangdong"


def stage_of(*, platform: GuangdongMockSettings | None = None, **settings: Any) -> Stage:
    """A stage whose service has these settings at a platform that behaves so."""
    return Stage(
        "sync", providers=(GD,), guangdong=platform,
        overrides=lambda document: document["providers"][GD].update(settings),
    )  # fmt: skip


@pytest.fixture(scope="module", params=["tif", "am"])
def shared(request: pytest.FixtureRequest) -> Iterator[Stage]:
    """One stage for each older generation."""
    made = stage_of(generation=request.param)
    yield made
    made.close()


@pytest.fixture
def older(shared: Stage) -> Stage:
    """The stage, with a platform that behaves."""
    shared.calm()
    return shared


@pytest.mark.parametrize("row", GUANGDONG, ids=str)
def test_one_contract(older: Stage, row: Row) -> None:
    """Each known misbehaviour ends in an older generation as it does in the newest."""
    pending, callback = play(older, row)
    if not row.code:
        assert older.finish(pending, callback).account.useridcode
        return
    with refused(older, row.code, **row.details):
        older.finish(pending, callback)
    assert row.times is None or not older.mock(GD).faults.armed(), "the fault never struck"


@pytest.mark.parametrize("generation", BASES)
@pytest.mark.parametrize("method", ["GET", "POST"])
def test_only_its_own_paths(generation: str, method: str) -> None:
    """A login in one generation asks under its base path only, by either method, and the account is the same."""
    stage = stage_of(generation=generation, token_method=method)
    identity = stage.log_in(GD)
    assert stage.wires[GD].paths == [
        f"{BASES[generation]}/oauth2/access_token", f"{BASES[generation]}/oauth2/tokeninfo",
    ]  # fmt: skip
    assert (identity.assurance.level, identity.account.kind) == ("L2", "person")
    stage.close()


def test_the_login_page_of_the_first_generation() -> None:
    """A login that begins at the first generation's own page ends like any other."""
    stage = stage_of(generation="am", begin_at="login_page")
    assert stage.begin(GD).url.startswith("http://guangdong.test/am/login/initAuth.do?gotoUrl=")
    assert stage.log_in(GD).subject
    stage.close()


@pytest.mark.parametrize("commas", ["ampersand", "kept"])
def test_several_parameters_in_the_first_generation(commas: Literal["ampersand", "kept"]) -> None:
    """An address with parameters of its own goes out with commas, and is understood whichever way it comes back."""
    uri = "https://svc.test/cb/gd?app=1&page=2"
    stage = stage_of(platform=GuangdongMockSettings(am_commas=commas), generation="am", redirect_uris=[uri])
    made = stage.mock(GD).register_client(name="Portal with parameters", redirect_uris=[uri])
    stage.world.return_to[GD] = uri
    stage.world.config.providers[GD].update(client_id=made.client_id, client_secret=made.client_secret)
    assert stage.log_in(GD).account.useridcode
    stage.close()


@pytest.mark.parametrize(("mode", "settings"), [
    ("redirect_query", {}), ("param", {"echo_state": True, "redirect_match": "exact"}), ("both", {"echo_state": True}),
    ("both", {"echo_state": False}), ("redirect_path", {"redirect_match": "prefix"}),
    ("cookie_only", {"redirect_match": "exact"}),
])  # fmt: skip
def test_modes_at_the_platform(mode: str, settings: dict[str, Any]) -> None:
    """Each place for the state works at a platform that treats it so; only without any is the login marked."""
    stage = stage_of(platform=GuangdongMockSettings(**settings), state_mode=mode)
    identity = stage.log_in(GD)
    assert identity.started_by == ("relying_party_stateless" if mode == "cookie_only" else "relying_party")
    stage.close()


@pytest.fixture(scope="module", params=BASES)
def in_path(request: pytest.FixtureRequest) -> Iterator[Stage]:
    """A stage for each generation whose state is a segment of the path, at a platform that matches by the beginning."""
    platform = GuangdongMockSettings(redirect_match="prefix")
    made = stage_of(platform=platform, generation=request.param, state_mode="redirect_path")
    yield made
    made.close()


def test_state_in_the_path_at_the_platform(in_path: Stage) -> None:
    """In every generation the state goes out and comes back as the last segment, and the login is an ordinary one."""
    hop = in_path.begin(GD)
    callback = urlsplit(in_path.visit(GD, hop.url))
    assert urlsplit(in_path.world.return_to[GD]).path == callback.path.rpartition("/")[0]
    assert "state" not in callback.query
    assert in_path.finish(hop.pending, callback.geturl()).started_by == "relying_party"


def test_a_callback_of_the_attacker_with_state_in_the_path(in_path: Stage) -> None:
    """Login CSRF: the attacker's callback, or only their code, in the victim's session ends no login of the victim."""
    victim, attacker = in_path.begin(GD, session="victim"), in_path.begin(GD, session="attacker")
    theirs = in_path.visit(GD, attacker.url, persona="lee-siu-ming")
    with refused(in_path, "callback_invalid", claim="state", reason="mismatch"):
        in_path.finish(victim.pending, theirs, session="victim")
    with refused(in_path, "callback_invalid", claim="session", reason="mismatch"):
        in_path.finish(attacker.pending, theirs, session="victim")
    honest = in_path.visit(GD, victim.url)
    assert in_path.finish(victim.pending, honest, session="victim").subject
    # Behind the victim's own state the platform sees an address that the code was not sent to.
    again = in_path.begin(GD, session="victim")
    spoiled = f"{in_path.visit(GD, again.url).partition('code=')[0]}code={theirs.partition('code=')[2]}"
    with refused(in_path, "provider_rejected", provider_code="40030"):
        in_path.finish(again.pending, spoiled, session="victim")


@pytest.mark.parametrize(("fault", "claim", "reason"), [
    ("state_wrong", "state", "mismatch"), ("state_missing", "redirect_uri", "mismatch"),
    ("state_duplicated", "state", "mismatch"),
])  # fmt: skip
def test_a_state_in_the_path_that_is_not_ours(in_path: Stage, fault: str, claim: str, reason: str) -> None:
    """A platform that changes, drops or adds a state is refused as it is where the state is a parameter."""
    in_path.calm()
    hop = in_path.begin(GD)
    in_path.mock(GD).faults.add(fault, operation="login")
    callback = in_path.visit(GD, hop.url)
    with refused(in_path, "callback_invalid", claim=claim, reason=reason):
        in_path.finish(hop.pending, callback)


def test_a_code_of_the_attacker_at_the_platform() -> None:
    """The code itself is bound to a state where it travels in the redirect URI: the platform sees the other address."""
    stage = stage_of()
    victim, attacker = stage.begin(GD, session="victim"), stage.begin(GD, session="attacker")
    stolen = stage.visit(GD, attacker.url, persona="lee-siu-ming").partition("code=")[2].partition("&")[0]
    honest = stage.visit(GD, victim.url)
    spoiled = honest.replace(honest.partition("code=")[2].partition("&")[0], stolen)
    with refused(stage, "provider_rejected", provider_code="40030"):
        stage.finish(victim.pending, spoiled, session="victim")
    stage.close()
