"""Damage to the SQLite file, and the world's refusals: always a typed error, never a wrong answer."""

from __future__ import annotations

import os
import sqlite3
import stat
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from tests.conformance.log_key import LogKey
from xbridge.core.effects import Write
from xbridge.core.errors import ConfigError, StoreError, StoreUnavailable, TamperDetected
from xbridge.ledger.checkpoint import Checkpoint
from xbridge.stores.sqlite import SQLiteStore

NOON = datetime(2026, 11, 22, 12, tzinfo=UTC)
ENTRIES = [b'{"entry":%d}' % index for index in range(5)]


@pytest.fixture(scope="module")
def key() -> LogKey:
    """The log's key, made for this run."""
    return LogKey()


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """Where the file is."""
    return tmp_path / "store.db"


@pytest.fixture
def store(path: Path, key: LogKey) -> Iterator[SQLiteStore]:
    """A store with five entries under three checkpoints, and one row."""
    store = SQLiteStore(path, busy_timeout_s=0.0)
    store.bind_log(origin=key.origin, sign=key.sign)
    store.append(ENTRIES[:2], [Write(key="k", value=b"value", expected=0)], now=NOON)
    store.append(ENTRIES[2:], [], now=NOON)
    yield store
    store.close()


@pytest.fixture
def intruder(store: SQLiteStore, path: Path) -> Iterator[sqlite3.Connection]:
    """Somebody who writes into the file without asking the store, without its care for the disk."""
    with closing(sqlite3.connect(path, isolation_level=None)) as db:
        db.execute("PRAGMA synchronous = OFF")
        yield db


def test_reopening_keeps_everything(store, path, key):
    """Rows, entries, checkpoints, spent markers and stamps outlive the process that wrote them."""
    store.spend("m", expires_at=NOON + timedelta(hours=1), now=NOON)
    stamp = store.take_stamp("c", now=NOON, nonce="n").timestamp_ms
    before = store.view_log(range(5)), store.checkpoints(), store.read("k")
    store.close()
    with closing(SQLiteStore(path)) as again:
        again.bind_log(origin=key.origin, sign=key.sign)
        assert (again.view_log(range(5)), again.checkpoints(), again.read("k")) == before
        assert again.spend("m", expires_at=NOON + timedelta(hours=1), now=NOON) is False
        assert again.take_stamp("c", now=NOON, nonce="n").timestamp_ms == stamp + 1
        assert again.append([b"next"], [], now=NOON).first_index == 5


def test_another_origin_is_refused_after_reopening(store, path, key):
    """The file itself remembers whose log it holds."""
    store.close()
    with closing(SQLiteStore(path)) as again, pytest.raises(ConfigError):
        again.bind_log(origin="another.example", sign=LogKey(origin="another.example").sign)


@pytest.mark.parametrize(
    "damage",
    [
        "DELETE FROM entry WHERE seq = 4",
        "DELETE FROM entry WHERE seq = 2",
        "INSERT INTO entry VALUES (5, x'00')",
        "UPDATE entry SET seq = 9 WHERE seq = 4",
        "DELETE FROM checkpoint WHERE size = 5",
        "DELETE FROM checkpoint",
        "UPDATE checkpoint SET root = zeroblob(32) WHERE size = 5",
        "UPDATE checkpoint SET size = 6 WHERE size = 5",
        "DELETE FROM tile",
        "UPDATE tile SET hashes = zeroblob(160)",
        "UPDATE tile SET hashes = substr(hashes, 1, 159)",
    ],
)
def test_a_start_on_a_damaged_log_is_refused(intruder, store, path, key, damage):
    """Whatever disagrees with the last checkpoint is found when the log is bound, before anything is served (I3)."""
    intruder.execute(damage)
    store.close()
    with closing(SQLiteStore(path)) as again, pytest.raises(TamperDetected):
        again.bind_log(origin=key.origin, sign=key.sign)


@pytest.mark.slow
@pytest.mark.parametrize(
    ("table", "column", "row"),
    [
        ("entry", "body", "seq"),
        ("checkpoint", "root", "size"),
        ("checkpoint", "prev_hash", "size"),
        ("checkpoint", "note", "size"),
        ("tile", "hashes", "n"),
    ],
)
def test_every_byte_of_every_stored_row_counts(intruder, store, key, table, column, row):
    """One bit changed in any byte of any stored value is found by the audit."""
    found = intruder.execute(f"SELECT {row}, {column} FROM {table}").fetchall()
    assert found
    for number, value in found:
        for at in range(len(value)):
            changed = bytearray(value)
            changed[at] ^= 1 << at % 8
            intruder.execute(f"UPDATE {table} SET {column} = ? WHERE {row} = ?", (bytes(changed), number))
            with pytest.raises(TamperDetected):
                store.audit(origin=key.origin, verifiers=key.verifiers)
        intruder.execute(f"UPDATE {table} SET {column} = ? WHERE {row} = ?", (value, number))
    assert store.audit(origin=key.origin, verifiers=key.verifiers).size == 5


@pytest.mark.parametrize(
    "damage",
    [
        "UPDATE entry SET seq = 9 WHERE seq = 1",
        "UPDATE entry SET seq = -1 WHERE seq = 0",
        "UPDATE entry SET body = (SELECT body FROM entry WHERE seq = 0) WHERE seq = 1",
        "INSERT INTO entry VALUES (5, x'00')",
        "UPDATE checkpoint SET size = 3 WHERE size = 2",
        "DELETE FROM checkpoint WHERE size = 2",
        "DELETE FROM checkpoint WHERE size = 0",
        "DELETE FROM tile",
        "UPDATE tile SET level = 1",
        "UPDATE tile SET n = 1",
        "INSERT INTO tile VALUES (0, 7, zeroblob(32))",
        "INSERT INTO tile VALUES (1, 0, zeroblob(32))",
    ],
)
def test_rows_moved_added_or_lost_are_found(intruder, store, key, damage):
    """Numbers are covered like bytes: a row that is elsewhere, twice or nowhere is found by the audit."""
    intruder.execute(damage)
    with pytest.raises(TamperDetected):
        store.audit(origin=key.origin, verifiers=key.verifiers)


@pytest.mark.parametrize(
    "damage",
    [
        "UPDATE entry SET body = x'00' WHERE seq = 3",
        "DELETE FROM entry WHERE seq = 3",
        "UPDATE tile SET hashes = zeroblob(160)",
        "UPDATE checkpoint SET root = zeroblob(32) WHERE size = 5",
    ],
)
def test_no_proof_is_served_from_damage(intruder, store, damage):
    """A store hands out only proofs that hold."""
    intruder.execute(damage)
    with pytest.raises(TamperDetected):
        store.view_log([3])


def test_a_gap_is_not_skipped(intruder, store):
    """A range with a missing entry is an error, not a shorter range."""
    intruder.execute("DELETE FROM entry WHERE seq = 2")
    with pytest.raises(TamperDetected):
        store.entries(0, 5)


def test_an_unsigned_entry_stops_the_log(intruder, store):
    """An entry that somebody slipped in is not built upon, and not taken for a conflict to retry."""
    intruder.execute("INSERT INTO entry VALUES (5, x'00')")
    with pytest.raises(TamperDetected):
        store.append([b"next"], [Write(key="other", value=b"", expected=0)], now=NOON)
    assert store.read("other") is None


def test_a_log_that_shrinks_under_a_running_process_is_noticed(store, path, key, tmp_path):
    """A file set back to an earlier, whole state is refused by whoever saw the later one; the pin tells the others."""
    pin = Checkpoint(origin=key.origin, size=5, root=store.checkpoints()[-1].root)
    with closing(sqlite3.connect(path, isolation_level=None)) as db:
        db.executescript(
            "DELETE FROM entry WHERE seq >= 2; DELETE FROM checkpoint WHERE size > 2;"
            "UPDATE tile SET hashes = substr(hashes, 1, 64)"
        )
    for _ in range(2):
        with pytest.raises(TamperDetected) as caught:
            store.append([b"fork"], [], now=NOON)
        assert caught.value.claim == "log"
    # By itself the shorter log is good, which is why the pin is kept elsewhere.
    assert store.audit(origin=key.origin, verifiers=key.verifiers).size == 2
    with pytest.raises(TamperDetected):
        store.audit(origin=key.origin, verifiers=key.verifiers, pin=pin)


def test_a_locked_file_is_unavailable(intruder, store):
    """Another's long transaction makes the store unavailable, retryable, and nothing is written."""
    intruder.execute("BEGIN IMMEDIATE")
    with pytest.raises(StoreUnavailable) as caught:
        store.append([b"next"], [], now=NOON)
    assert caught.value.retryable
    assert store.read("k").value == b"value"
    intruder.execute("ROLLBACK")
    assert store.append([b"next"], [], now=NOON).size == 6


def test_a_full_disk_is_unavailable_and_harmless(store, key):
    """When no page is left the call is undone; when there is room again the log goes on."""
    assert store._db is not None
    (pages,) = store._db.execute("PRAGMA page_count").fetchone()
    store._db.execute(f"PRAGMA max_page_count = {pages}")
    with pytest.raises(StoreUnavailable):
        store.append([b"x" * 60_000], [Write(key="other", value=b"", expected=0)], now=NOON)
    assert store.read("other") is None
    store._db.execute("PRAGMA max_page_count = 1000000")
    assert store.append([b"x" * 60_000], [], now=NOON).first_index == 5
    assert store.audit(origin=key.origin, verifiers=key.verifiers).size == 6


class FailingCommit:
    """A connection whose next commit is refused as if another process held the file."""

    def __init__(self, db: sqlite3.Connection) -> None:
        """``db`` does everything else."""
        self._db, self._failed = db, False

    def __getattr__(self, name: str) -> object:
        """Pass everything through."""
        return getattr(self._db, name)

    def execute(self, statement: str, *parameters: Any) -> object:
        """Refuse the first commit."""
        if statement == "COMMIT" and not self._failed:
            self._failed = True
            error = sqlite3.OperationalError("database is locked")
            error.sqlite_errorcode = sqlite3.SQLITE_BUSY
            raise error
        return self._db.execute(statement, *parameters)


def test_a_refused_commit_is_undone(store, key, monkeypatch):
    """When the commit itself fails nothing is left, in the file or in memory, and the log goes on from there."""
    monkeypatch.setattr(store, "_db", FailingCommit(store._db))
    with pytest.raises(StoreUnavailable):
        store.append([b"lost"], [Write(key="other", value=b"", expected=0)], now=NOON)
    assert store.read("other") is None
    assert store.append([b"next"], [], now=NOON).first_index == 5
    assert store.entries(5, 9) == (b"next",)
    assert store.audit(origin=key.origin, verifiers=key.verifiers).size == 6


@pytest.mark.skipif(os.name != "posix", reason="needs POSIX file size limits")
def test_a_failed_write_ends_the_store(store, path, key):
    """After the disk failed once the open store is not used again; opened anew, it holds what was acknowledged."""
    import resource

    limits = resource.getrlimit(resource.RLIMIT_FSIZE)
    room = max(file.stat().st_size for file in path.parent.iterdir())
    resource.setrlimit(resource.RLIMIT_FSIZE, (room + 4096, limits[1]))
    try:
        with pytest.raises(StoreUnavailable):
            store.append([b"x" * 60_000], [], now=NOON)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, limits)
    with pytest.raises(StoreUnavailable, match="closed"):
        store.append([b"next"], [], now=NOON)
    with closing(SQLiteStore(path)) as again:
        again.bind_log(origin=key.origin, sign=key.sign)
        assert again.entries(0, 9) == tuple(ENTRIES)
        assert again.append([b"next"], [], now=NOON).size == 6


def test_a_broken_file_is_tampering(store, path, key):
    """A file whose pages are overwritten is reported as damaged, not as unavailable."""
    store.close()
    content = bytearray(path.read_bytes())
    content[4096:] = bytes(len(content) - 4096)
    path.write_bytes(content)

    def use() -> None:
        with closing(SQLiteStore(path)) as again:
            again.bind_log(origin=key.origin, sign=key.sign)

    with pytest.raises(TamperDetected):
        use()


def _not_a_database(path: Path) -> None:
    path.write_bytes(b"not a database, but long enough to be read as the header of one" * 20)


def _of_another_program(path: Path) -> None:
    with closing(sqlite3.connect(path)) as db:
        db.execute("CREATE TABLE theirs (x)")


def _of_another_application(path: Path) -> None:
    with closing(sqlite3.connect(path)) as db:
        db.execute("PRAGMA application_id = 7")


def _of_a_newer_version(path: Path) -> None:
    SQLiteStore(path).close()
    with closing(sqlite3.connect(path)) as db:
        db.execute("PRAGMA user_version = 99")


@pytest.mark.parametrize(
    ("prepare", "error"),
    [
        (_not_a_database, TamperDetected),
        (_of_another_program, ConfigError),
        (_of_another_application, ConfigError),
        (_of_a_newer_version, ConfigError),
        (Path.mkdir, StoreUnavailable),
    ],
)
def test_a_file_that_is_not_ours_is_refused_untouched(path: Path, prepare: Callable[[Path], None], error):
    """A file of another kind, program or time is not opened, and not changed."""
    prepare(path)
    before = path.read_bytes() if path.is_file() else b""
    with pytest.raises(error):
        SQLiteStore(path)
    assert (path.read_bytes() if path.is_file() else b"") == before


@pytest.mark.parametrize("name", ["", ":memory:", "file:store.db?mode=memory"])
def test_a_store_without_a_file_is_refused(name):
    """What would keep nothing is not a SQLite store."""
    with pytest.raises(ConfigError):
        SQLiteStore(name)


def test_a_missing_folder_is_unavailable(tmp_path):
    """A store is not created where there is no folder."""
    with pytest.raises(StoreUnavailable):
        SQLiteStore(tmp_path / "nowhere" / "store.db")


def test_many_may_open_a_new_file_at_once(path, key):
    """The schema is made once, whoever comes first."""

    def open_and_use(number: int) -> int:
        with closing(SQLiteStore(path, busy_timeout_s=30.0)) as store:
            store.bind_log(origin=key.origin, sign=key.sign)
            return store.append([b"%d" % number], [], now=NOON).size

    with ThreadPoolExecutor(8) as pool:
        assert sorted(pool.map(open_and_use, range(24))) == list(range(1, 25))


def test_the_file_itself_is_never_opened_by_us(path, monkeypatch):
    """Closing any handle of a file drops this process's POSIX locks on it, SQLite's included: only SQLite opens it."""
    opened = []

    def watched(name, *arguments, **named):
        opened.append(os.path.realpath(name))
        return real(name, *arguments, **named)

    real = os.open
    monkeypatch.setattr(os, "open", watched)
    for _ in range(2):
        SQLiteStore(path).close()
    assert opened, "the folder is synced, so something was watched"
    assert os.path.realpath(path) not in opened


def test_nothing_is_left_beside_a_new_file(path):
    """A file is made under another name and put into place whole; the draft is gone."""
    SQLiteStore(path).close()
    assert [file.name for file in path.parent.iterdir()] == [path.name]


@pytest.mark.skipif(os.name != "posix", reason="needs POSIX file modes")
def test_only_the_owner_may_read(store, path):
    """The file and its side files are created for their owner alone."""
    assert {stat.S_IMODE(file.stat().st_mode) for file in path.parent.iterdir()} == {0o600}


def test_markers_are_not_written_in_clear(store, path):
    """A spent marker may still open something elsewhere; the files hold its digest only."""
    store.spend("code:s3cret-code", expires_at=NOON + timedelta(hours=1), now=NOON)
    assert not any(b"s3cret" in file.read_bytes() for file in path.parent.iterdir())


def test_errors_do_not_tell_the_path_or_values(intruder, store, path):
    """Messages, reprs and diagnostics hold neither the file's place nor a value."""
    intruder.execute("BEGIN IMMEDIATE")
    with pytest.raises(StoreError) as caught:
        store.append([], [Write(key="k2", value=b"s3cret", expected=0)], now=NOON)
    shown = f"{caught.value!r} {caught.value} {caught.value.diagnostics()} {caught.value.__cause__!r} {store!r}"
    assert "s3cret" not in shown
    assert str(path.parent) not in shown


@pytest.mark.skipif(not hasattr(os, "fork"), reason="needs fork")
def test_a_store_does_not_cross_a_fork(store, monkeypatch):
    """A child that inherits an open store is refused, because SQLite's locks do not survive a fork."""
    real = os.getpid()
    monkeypatch.setattr(os, "getpid", lambda: real + 1)
    with pytest.raises(StoreUnavailable, match="fork"):
        store.read("k")
    monkeypatch.undo()
    assert store.read("k").value == b"value"
