"""Processes that die at any moment, and processes that work on one store at once."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from random import Random

import pytest

from tests.conformance.log_key import LogKey
from tests.faults.appender import NOW, append_once
from xbridge.stores.sqlite import SQLiteStore

ROOT = Path(__file__).resolve().parents[2]
pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def key() -> LogKey:
    """The log's key, made for this run."""
    return LogKey()


def start(key: LogKey, *arguments: str) -> subprocess.Popen[bytes]:
    """Start an appender and hand it the key."""
    child = subprocess.Popen(
        [sys.executable, "-m", "tests.faults.appender", *arguments],
        cwd=ROOT,
        env=dict(os.environ, PYTHONPATH=os.pathsep.join([str(ROOT), str(ROOT / "src")])),
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
    )
    assert child.stdin is not None
    child.stdin.write(key.key.to_pem() + b"\n")
    child.stdin.flush()
    return child


def release(child: subprocess.Popen[bytes]) -> None:
    """Wait until an appender is ready and let it go."""
    assert child.stdin is not None
    assert child.stdout is not None
    assert child.stdout.readline() == b"0\n"
    child.stdin.write(b"\n")
    child.stdin.close()
    child.stdin = None


def finish(child: subprocess.Popen[bytes]) -> list[int]:
    """Wait for an appender's good end and return the numbers it printed."""
    printed, _ = child.communicate(timeout=120)
    assert child.returncode == 0
    return [int(line) for line in printed.split()]


def race(key: LogKey, number: int, *arguments: str) -> list[list[int]]:
    """Let ``number`` appenders do the same at the same time and return what each printed."""
    children = [start(key, *arguments) for _ in range(number)]
    for child in children:
        release(child)
    return [finish(child) for child in children]


def test_what_was_acknowledged_survives_a_kill(tmp_path, key):
    """Killed at random moments, eight times over: every acknowledged entry is there and the log is whole (I1 to I4)."""
    path = tmp_path / "store.db"
    random = Random(20261122)
    acknowledged = 0
    for _ in range(8):
        with start(key, "forever", str(path)) as child:
            release(child)
            assert child.stdout is not None
            for _ in range(random.randrange(1, 40)):
                acknowledged = int(child.stdout.readline())
            child.kill()
            # What it still wrote into the pipe before it died was acknowledged too; a torn last line was not.
            rest = child.stdout.read().split(b"\n")[:-1]
            acknowledged = int(rest[-1]) if rest else acknowledged
        store = SQLiteStore(path)
        store.bind_log(origin=key.origin, sign=key.sign)
        report = store.audit(origin=key.origin, verifiers=key.verifiers)
        assert report.size >= acknowledged
        assert store.entries(0, acknowledged) == tuple(b"entry %d" % index for index in range(acknowledged))
        counter = store.read("counter")
        assert counter is not None
        assert int(counter.value) == report.size
        # No index is used twice: the next append continues where the durable log ends (I6).
        acknowledged = append_once(store)
        assert acknowledged == report.size + 2
        store.close()


@pytest.mark.skipif(not hasattr(os, "fork"), reason="needs fork")
def test_death_between_any_two_statements(tmp_path, key):
    """Killed before each single statement of an append in turn: all of the call or nothing of it is there."""
    path = tmp_path / "store.db"
    died, exit_code = finish(start(key, "die", str(path)))
    assert exit_code == 0
    # Read, begin, compare, write, insert twice, tile, checkpoint, commit: fewer would mean that tracing saw nothing.
    assert died >= 8


def test_processes_share_one_log(tmp_path, key):
    """Four processes appending at once make one gap-free, consistent log, each entry acknowledged once."""
    path = tmp_path / "store.db"
    sizes = [size for series in race(key, 4, "append", str(path), "100") for size in series]
    assert sorted(sizes) == list(range(2, 802, 2))
    store = SQLiteStore(path)
    assert store.audit(origin=key.origin, verifiers=key.verifiers).size == 800
    assert store.entries(0, 800) == tuple(b"entry %d" % index for index in range(800))
    store.close()


def test_stamps_are_strictly_increasing_across_processes(tmp_path, key):
    """Three processes at one standing instant never get the same stamp, and each sees only growing ones."""
    path = tmp_path / "store.db"
    series = race(key, 3, "stamp", str(path), "200")
    assert all(stamps == sorted(stamps) for stamps in series)
    first = int(NOW.timestamp() * 1000)
    assert sorted(stamp for stamps in series for stamp in stamps) == list(range(first, first + 600))


def test_a_marker_has_one_spender_across_processes(tmp_path, key):
    """Three processes racing for the same markers win each exactly once together."""
    path = tmp_path / "store.db"
    won = [marker for series in race(key, 3, "spend", str(path), "200") for marker in series]
    assert sorted(won) == list(range(200))


def test_a_process_sees_what_another_appended(tmp_path, key):
    """Two open stores on one file take turns, and neither builds on a stale edge."""
    stores = [SQLiteStore(tmp_path / "store.db") for _ in range(2)]
    for store in stores:
        store.bind_log(origin=key.origin, sign=key.sign)
    sizes = [append_once(stores[turn % 2]) for turn in range(600)]
    assert sizes == list(range(2, 1202, 2))
    assert stores[0].audit(origin=key.origin, verifiers=key.verifiers).size == 1200
    for store in stores:
        store.close()
