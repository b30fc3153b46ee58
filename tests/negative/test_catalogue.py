"""Every known misbehaviour of every platform, in both colours, ends in the error that the catalogue promises."""

from __future__ import annotations

import pytest

from tests.negative.asking import ASKING, DIRECT, PARTS, STOPPED_BY_THE_PLATFORM
from tests.negative.bulk_signing import BULK
from tests.negative.bulk_signing import DELIVERED as BULK_DELIVERED
from tests.negative.catalogue import CATALOGUE, NO_CALLBACK, NOT_OURS, REFUSED, TOLERATED, Row
from tests.negative.refusal import refused
from tests.negative.signing import DELIVERED, SIGNING, STOPPED
from tests.negative.stage import PROVIDERS, Stage
from xbridge_mocks import MockWorld

BROWSER_SIDE = frozenset({"authorize", "callback", "login"})


def play(stage: Stage, row: Row) -> tuple[str, str]:
    """Arm the fault of ``row``, send the person through the browser, and return the pending login and the callback."""
    signed_in = row.operation == "authorize"
    if signed_in:
        stage.sign_in(row.provider, stage.begin(row.provider).url)
    hop = stage.begin(row.provider)
    stage.mock(row.provider).faults.add(row.fault, operation=row.operation, times=row.times)
    return hop.pending, stage.visit(row.provider, hop.url, signed_in=signed_in)


@pytest.mark.parametrize("row", REFUSED, ids=str)
def test_refuses(stage: Stage, row: Row) -> None:
    """A known misbehaviour is refused for the right reason, changes nothing, and is told once."""
    pending, callback = play(stage, row)
    with refused(stage, row.code, **row.details):
        stage.finish(pending, callback)
    fault_struck = row.times is None or not stage.mock(row.provider).faults.armed()
    assert fault_struck or row.fault == "cek_unknown_always", "the fault never struck"


@pytest.mark.parametrize("row", TOLERATED, ids=str)
def test_bears(stage: Stage, row: Row) -> None:
    """An oddity that leaves no doubt who the person is does not stop them."""
    pending, callback = play(stage, row)
    identity = stage.finish(pending, callback)
    assert identity.provider == row.provider
    assert identity.subject
    assert not stage.mock(row.provider).faults.armed(), "the fault never struck"
    assert [event.outcome for event in stage.world.events[-2:]] == ["ok", "ok"]


@pytest.mark.parametrize("row", [row for row in REFUSED if row.operation not in BROWSER_SIDE], ids=str)
def test_recovers(stage: Stage, row: Row) -> None:
    """After a refusal the same Bridge logs the same person in: nothing of the bad reply stayed behind."""
    pending, callback = play(stage, row)
    with refused(stage, row.code):
        stage.finish(pending, callback)
    stage.mock(row.provider).faults.clear()
    assert stage.log_in(row.provider).provider == row.provider


def test_every_fault_has_its_row() -> None:
    """A fault that a mock knows, at every operation where it can strike, stands in the catalogue."""
    world = MockWorld()
    known = {
        (provider, fault.name, operation)
        for provider in PROVIDERS
        for fault in getattr(world, provider).faults.KNOWN
        for operation in fault.operations
        if operation not in NOT_OURS
    }
    listed = [(row.provider, row.fault, row.operation) for row in CATALOGUE]
    listed += [("iamsmart", row.fault, row.operation) for row in (*ASKING, *PARTS, *SIGNING, *BULK)]
    assert len(set(listed)) == len(listed), "a row stands twice"
    elsewhere = {
        ("iamsmart", *pair) for pair in DIRECT | STOPPED_BY_THE_PLATFORM | DELIVERED | STOPPED | BULK_DELIVERED
    }
    assert {*listed, *NO_CALLBACK, *elsewhere} == known
