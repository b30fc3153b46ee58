"""The content key of iAM Smart: fetched once for many logins, renewed early, replaced once when it is lost (3.2)."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.negative.stage import COLOURS, Stage
from xbridge.testing.world import new_kek

DAY_S = 24 * 60 * 60


@pytest.fixture(params=COLOURS)
def stage(request: pytest.FixtureRequest) -> Iterator[Stage]:
    """A fresh world: its Bridge has no content key yet."""
    made = Stage(request.param)
    yield made
    made.close()


def operations(stage: Stage) -> list[str]:
    """What was called since the last time, by the last part of its path."""
    paths = stage.wires["iamsmart"].paths
    found = [path.rpartition("/")[2] for path in paths]
    paths.clear()
    return found


def test_one_key_for_many_logins(stage):
    """Five logins, one getKey: the platform asks services to keep the key (DOC-SIM 2.3.2)."""
    for _ in range(5):
        stage.log_in("iamsmart")
    assert operations(stage) == ["getKey", *["getToken", "profiles"] * 5]


def test_renewed_a_minute_early(stage):
    """A key is used until a minute before its end and then fetched again, so that it does not end on the way."""
    stage.log_in("iamsmart")
    operations(stage)
    stage.world.clock.advance(DAY_S - 61)
    stage.log_in("iamsmart")
    assert operations(stage) == ["getToken", "profiles"]
    stage.world.clock.advance(1)
    stage.log_in("iamsmart")
    # The platform still serves the same key, which now ends too soon to be kept: each call asks again.
    assert operations(stage) == ["getKey", "getToken", "getKey", "profiles"]
    stage.world.clock.advance(60)
    stage.log_in("iamsmart")
    stage.log_in("iamsmart")
    assert operations(stage) == ["getKey", "getToken", "profiles", "getToken", "profiles"]


@pytest.mark.parametrize("operation", ["getToken", "profiles"])
def test_lost_key_is_fetched_once(stage, operation):
    """A key that the platform lost is fetched again once, the call repeated once, and the new key kept."""
    stage.log_in("iamsmart")
    operations(stage)
    stage.mock("iamsmart").faults.add("cek_unknown", operation=operation)
    stage.log_in("iamsmart")
    before = [] if operation == "getToken" else ["getToken"]
    after = ["profiles"] if operation == "getToken" else []
    assert operations(stage) == [*before, operation, "getKey", operation, *after]
    stage.log_in("iamsmart")
    assert operations(stage) == ["getToken", "profiles"]


@pytest.mark.parametrize("fault", ["envelope_bit_flipped", "iv_length_13"])
def test_a_reply_that_does_not_open_costs_the_key(stage, fault):
    """Whether key or reply was wrong cannot be known, so the next login starts with a fresh key."""
    stage.log_in("iamsmart")
    stage.mock("iamsmart").faults.add(fault, operation="getToken")
    hop = stage.begin("iamsmart")
    with pytest.raises(Exception, match="envelope"):
        stage.finish(hop.pending, stage.visit("iamsmart", hop.url))
    operations(stage)
    stage.log_in("iamsmart")
    assert operations(stage) == ["getKey", "getToken", "profiles"]


def test_two_key_encryption_keys(stage):
    """While a new key-encryption key is rolled out the platform says in pubKey which one it used, and both open."""
    world = stage.world
    sections = {name: dict(section) for name, section in world.config.providers.items()}
    old = sections["iamsmart"]["kek_private_keys"]
    private, public = new_kek()
    sections["iamsmart"]["kek_private_keys"] = [private, *old]
    bridge = stage.another_bridge(world.config.model_copy(update={"providers": sections}))

    def log_in() -> None:
        hop = stage.begin("iamsmart")
        stage.finish(hop.pending, stage.visit("iamsmart", hop.url), bridge=bridge)

    log_in()
    stage.mock("iamsmart").add_kek(sections["iamsmart"]["client_id"], public)
    log_in()
    stage.mock("iamsmart").faults.add("cek_unknown", operation="getToken")
    log_in()
    assert operations(stage).count("getKey") == 2
    # A Bridge that has only the old key cannot read what is now wrapped for the new one, and says which it lacks.
    hop = stage.begin("iamsmart")
    with pytest.raises(Exception, match="kek_private_keys"):
        stage.finish(hop.pending, stage.visit("iamsmart", hop.url))
