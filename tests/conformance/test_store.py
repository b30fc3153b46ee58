"""One set of laws for every store: what ``core.ports.Store`` promises, run on each back end.

A new store joins by one line in ``STORES``.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from tests.conformance.log_key import ORIGIN, LogKey
from xbridge.core.effects import Write
from xbridge.core.errors import ConfigError, StoreConflict, StoreError, StoreUnavailable
from xbridge.core.ports import CheckpointSigner, Store
from xbridge.ledger.checkpoint import unverified_checkpoint, verify_checkpoint
from xbridge.ledger.merkle import EMPTY_ROOT, leaf_hash, tree_root, verify_inclusion
from xbridge.ledger.note import NoteVerifier
from xbridge.stores.memory import MemoryStore
from xbridge.stores.sqlite import SQLiteStore

NOON = datetime(2026, 11, 22, 12, tzinfo=UTC)
LATER = NOON + timedelta(minutes=5)
NOON_MS = 1_795_348_800_000

STORES: dict[str, Callable[[Path], Store]] = {
    "memory": lambda folder: MemoryStore(),
    "sqlite": lambda folder: SQLiteStore(folder / "store.db"),
}


@pytest.fixture(scope="module")
def log_key() -> LogKey:
    """The log's key, made for this run."""
    return LogKey()


@pytest.fixture(scope="module")
def sign(log_key: LogKey) -> CheckpointSigner:
    """What ``bind_log`` takes."""
    return log_key.sign


@pytest.fixture(scope="module")
def verifiers(log_key: LogKey) -> list[NoteVerifier]:
    """What checks the log's signatures."""
    return log_key.verifiers


@pytest.fixture(params=sorted(STORES))
def unbound(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Store]:
    """A new store that does not know its log yet."""
    store = STORES[request.param](tmp_path)
    yield store
    store.close()


@pytest.fixture
def store(unbound: Store, sign: CheckpointSigner) -> Store:
    """A new store with an empty log."""
    unbound.bind_log(origin=ORIGIN, sign=sign)
    return unbound


def put(key: str, value: bytes | None, expected: int) -> Write:
    """A write in one line."""
    return Write(key=key, value=value, expected=expected)


class TestRows:
    """Rows: optimistic versions, order, atomicity."""

    def test_a_row_is_read_as_written(self, store):
        """A value comes back byte for byte, with version 1."""
        store.append([], [put("k", b"\x00\xff", 0)], now=NOON)
        row = store.read("k")
        assert (row.key, row.value, row.version) == ("k", b"\x00\xff", 1)

    def test_an_absent_row_is_none(self, store):
        """Reading what is not there is not an error."""
        assert store.read("nothing") is None

    def test_versions_count_the_writes(self, store):
        """Each write raises the version by one, two writes of one call too."""
        store.append([], [put("k", b"1", 0), put("k", b"2", 1)], now=NOON)
        store.append([], [put("k", b"3", 2)], now=NOON)
        assert (store.read("k").value, store.read("k").version) == (b"3", 3)

    @pytest.mark.parametrize("expected", [-1, 0, 2])
    def test_a_write_with_another_version_conflicts(self, store, expected):
        """A write that did not see the latest value changes nothing."""
        store.append([], [put("k", b"1", 0)], now=NOON)
        with pytest.raises(StoreConflict):
            store.append([], [put("k", b"2", expected)], now=NOON)
        assert store.read("k").value == b"1"

    def test_a_write_to_an_absent_row_conflicts_unless_expected(self, store):
        """What was deleted meanwhile is not quietly created again."""
        with pytest.raises(StoreConflict):
            store.append([], [put("k", b"1", 1)], now=NOON)
        assert store.read("k") is None

    def test_deleting_needs_the_version_too(self, store):
        """A delete with an old version conflicts; with the right one the row is gone and may be made anew."""
        store.append([], [put("k", b"1", 0), put("k", b"2", 1)], now=NOON)
        with pytest.raises(StoreConflict):
            store.append([], [put("k", None, 1)], now=NOON)
        store.append([], [put("k", None, 2)], now=NOON)
        assert store.read("k") is None
        store.append([], [put("k", b"3", 0)], now=NOON)
        assert store.read("k").version == 1

    def test_absence_can_be_demanded(self, store):
        """A delete of a row that must not exist succeeds exactly when it does not."""
        store.append([], [put("k", None, 0)], now=NOON)
        store.append([], [put("k", b"1", 0)], now=NOON)
        with pytest.raises(StoreConflict):
            store.append([], [put("k", None, 0)], now=NOON)

    def test_an_empty_value_is_a_value(self, store):
        """Empty bytes are not a deletion."""
        store.append([], [put("k", b"", 0)], now=NOON)
        assert store.read("k").value == b""

    def test_scan_returns_its_prefix_in_code_point_order(self, store):
        """Exactly the keys with the prefix, sorted by code points, beyond the basic plane too."""
        keys = [
            "a",
            "a/",
            "a/1",
            "a/10",
            "a/2",
            "a/Z",
            "a/a",
            "a/é",
            "a/粤",
            "a/\uff21",
            "a/𠮷",
            "a0",
            "b",
            "A/1",
            "a%",
            "a_1",
        ]
        store.append([], [put(key, b"", 0) for key in reversed(keys)], now=NOON)
        for prefix in ("a/", "a", "a/1", "a_", "a%", "b", "c", "a/粤", ""):
            expected = sorted(key for key in keys if key.startswith(prefix))
            assert [row.key for row in store.scan(prefix)] == expected

    @pytest.mark.parametrize("key", ["", "a\x00b", "a\nb", "\ud800", "x" * 513])
    def test_an_impossible_key_is_refused(self, store, key):
        """Keys are printable text of bounded length, in every method alike."""
        for call in (lambda: store.read(key), lambda: store.append([], [put(key, b"", 0)], now=NOON)):
            with pytest.raises(StoreError):
                call()
        if key:
            with pytest.raises(StoreError):
                store.scan(key)

    def test_values_are_not_shown(self, store):
        """Neither a row's nor a store's repr, nor an error, holds a value."""
        store.append([], [put("k", b"s3cret-value", 0)], now=NOON)
        with pytest.raises(StoreConflict) as caught:
            store.append([], [put("k", b"s3cret-value", 0)], now=NOON)
        shown = repr(store.read("k")) + repr(store) + repr(put("k", b"s3cret-value", 0)) + repr(caught.value)
        assert "s3cret" not in shown + str(caught.value.diagnostics())


class TestLog:
    """The ledger: gap-free, signed with every append, atomic with its writes."""

    def test_entries_land_in_order(self, store):
        """Indices are consecutive from zero and the answer says where the entries are."""
        first = store.append([b"a", b"b"], [], now=NOON)
        second = store.append([b"c"], [], now=NOON)
        assert [(a.first_index, a.size) for a in (first, second)] == [(0, 2), (2, 3)]
        assert store.entries(0, 3) == (b"a", b"b", b"c")

    @pytest.mark.parametrize(
        ("start", "stop", "expected"),
        [(0, 2, b"ab"), (1, 99, b"bc"), (3, 9, b""), (2, 1, b""), (-5, 1, b"a"), (1 << 80, 1 << 81, b"")],
    )
    def test_ranges_end_where_the_log_ends(self, store, start, stop, expected):
        """A range reaches into the log as far as there is one."""
        store.append([b"a", b"b", b"c"], [], now=NOON)
        assert b"".join(store.entries(start, stop)) == expected

    def test_a_conflict_appends_nothing(self, store):
        """When a write conflicts, neither entries nor other writes of the call remain, and the checkpoint stands."""
        store.append([b"a"], [put("k", b"1", 0)], now=NOON)
        before = store.view_log([0])
        with pytest.raises(StoreConflict):
            store.append([b"b"], [put("other", b"x", 0), put("k", b"2", 7)], now=NOON)
        assert store.view_log([0]) == before
        assert store.read("other") is None
        assert store.append([b"c"], [], now=NOON).first_index == 1

    def test_a_failed_signature_appends_nothing(self, store, sign, verifiers):
        """When the signer is out of order nothing is recorded, and the next append works as if nothing had been."""

        def broken(size: int, root: bytes) -> bytes:
            raise StoreUnavailable("the signer is away")

        store.append([b"a"], [], now=NOON)
        store.bind_log(origin=ORIGIN, sign=broken)
        with pytest.raises(StoreUnavailable):
            store.append([b"b"], [put("k", b"1", 0)], now=NOON)
        store.bind_log(origin=ORIGIN, sign=sign)
        assert store.read("k") is None
        assert store.append([b"c"], [], now=NOON).size == 2
        assert store.entries(0, 9) == (b"a", b"c")
        assert store.audit(origin=ORIGIN, verifiers=verifiers).size == 2

    def test_every_append_is_signed(self, store, verifiers):
        """After each append the checkpoint covers exactly the entries there are, under the log's key."""
        entries: list[bytes] = []
        for batch in ([b"a"], [b"b", b"c"], [b"d"] * 300):
            store.append(batch, [], now=NOON)
            entries += batch
            checkpoint = verify_checkpoint(store.view_log([]).checkpoint, origin=ORIGIN, verifiers=verifiers)
            assert checkpoint.size == store.view_log([]).size == len(entries)
            assert checkpoint.root == tree_root([leaf_hash(entry) for entry in entries])

    def test_an_empty_log_has_a_checkpoint(self, store, verifiers):
        """A log says that it is empty, signed, before its first entry."""
        view = store.view_log([])
        checkpoint = verify_checkpoint(view.checkpoint, origin=ORIGIN, verifiers=verifiers)
        assert (view.size, checkpoint.size, checkpoint.root) == (0, 0, EMPTY_ROOT)

    def test_writes_alone_sign_nothing(self, store):
        """A call without entries leaves the log as it was and says its size."""
        store.append([b"a"], [], now=NOON)
        before = store.view_log([])
        appended = store.append([], [put("k", b"1", 0)], now=NOON)
        assert (appended.first_index, appended.size) == (1, 1)
        assert store.view_log([]) == before

    @pytest.mark.parametrize("size", [1, 2, 3, 255, 256, 257, 600])
    def test_proofs_verify(self, store, verifiers, size):
        """Every entry's proof holds against the checkpoint that came with it."""
        store.append([b"%d" % index for index in range(size)], [], now=NOON)
        view = store.view_log(range(size))
        root = verify_checkpoint(view.checkpoint, origin=ORIGIN, verifiers=verifiers).root
        for index, proof in enumerate(view.proofs):
            assert (proof.index, proof.entry) == (index, b"%d" % index)
            verify_inclusion(proof.entry, index=index, size=view.size, path=proof.path, root=root)

    @pytest.mark.parametrize("index", [-1, 1, 1 << 70])
    def test_no_proof_for_what_is_not_there(self, store, index):
        """An index outside the log is refused."""
        store.append([b"a"], [], now=NOON)
        with pytest.raises(StoreError):
            store.view_log([0, index])

    def test_a_mark_is_the_index_of_its_entry(self, store):
        """Marks tell later readers where the entries of a call landed."""
        store.append([b"a", b"b"], [], now=NOON)
        store.append([b"c", b"d"], [put("k", b"1", 0)], marks=[("trace/d", 1), ("trace/c", 0)], now=NOON)
        assert [(row.key, row.value, row.version) for row in store.scan("trace/")] == [
            ("trace/c", b"2", 1),
            ("trace/d", b"3", 1),
        ]

    def test_a_mark_on_an_existing_row_conflicts(self, store):
        """A mark makes a new row or the whole call is nothing."""
        store.append([b"a"], [], marks=[("trace/a", 0)], now=NOON)
        with pytest.raises(StoreConflict):
            store.append([b"b"], [put("k", b"1", 0)], marks=[("trace/a", 0)], now=NOON)
        assert (store.read("k"), store.view_log([]).size) == (None, 1)

    @pytest.mark.parametrize("number", [-1, 1])
    def test_a_mark_needs_its_entry(self, store, number):
        """A mark of an entry that is not in the call is refused, with everything else in it."""
        with pytest.raises(StoreError):
            store.append([b"a"], [put("k", b"1", 0)], marks=[("trace/a", number)], now=NOON)
        assert (store.read("k"), store.view_log([]).size) == (None, 0)

    @pytest.mark.parametrize("entry", [b"", b"x" * 65_536])
    def test_an_entry_out_of_bounds_is_refused(self, store, entry):
        """Entries have 1 to 65,535 bytes; one bad entry refuses the whole call."""
        with pytest.raises(StoreError):
            store.append([b"good", entry], [put("k", b"1", 0)], now=NOON)
        assert store.read("k") is None
        assert store.view_log([]).size == 0
        assert store.append([b"x" * 65_535], [], now=NOON).size == 1

    def test_appending_needs_a_bound_log(self, unbound):
        """Nothing is recorded in a log that nobody signs; rows need no log."""
        with pytest.raises(ConfigError):
            unbound.append([b"a"], [put("k", b"1", 0)], now=NOON)
        assert unbound.read("k") is None
        with pytest.raises(StoreError):
            unbound.view_log([])
        unbound.append([], [put("k", b"1", 0)], now=NOON)
        assert unbound.read("k").value == b"1"

    def test_another_origin_is_refused(self, store, sign):
        """A store belongs to one log; binding the same one again is nothing."""
        store.append([b"a"], [], now=NOON)
        with pytest.raises(ConfigError):
            store.bind_log(origin="another.example", sign=sign)
        store.bind_log(origin=ORIGIN, sign=sign)
        assert store.append([b"b"], [], now=NOON).size == 2

    def test_the_whole_log_passes_its_audit(self, store, verifiers):
        """Checkpoints chain to each other, and an audit recomputes all of it."""
        for _ in range(4):
            store.append([b"x"] * 100, [], now=NOON)
        report = store.audit(origin=ORIGIN, verifiers=verifiers)
        assert (report.size, report.checkpoints) == (400, 5)
        assert [unverified_checkpoint(c.note).size for c in store.checkpoints()] == [0, 100, 200, 300, 400]

    def test_appends_of_many_threads_do_not_mix(self, store, verifiers):
        """Concurrent appends each get their own consecutive indices, and the log stays whole."""
        with ThreadPoolExecutor(8) as pool:
            landed = list(
                pool.map(lambda i: (i, store.append([b"%d.%d" % (i, j) for j in (0, 1)], [], now=NOON)), range(40))
            )
        for worker, appended in landed:
            first = appended.first_index
            assert store.entries(first, first + 2) == (b"%d.0" % worker, b"%d.1" % worker)
        assert store.audit(origin=ORIGIN, verifiers=verifiers).size == 80


class TestMarkers:
    """Single use, and stamps."""

    def test_a_marker_is_spent_once(self, store):
        """The first caller wins, later ones do not, other markers are not touched."""
        assert store.spend("m", expires_at=LATER, now=NOON) is True
        assert store.spend("m", expires_at=LATER, now=NOON) is False
        assert store.spend("M", expires_at=LATER, now=NOON) is True

    def test_a_marker_is_spent_until_it_expires(self, store):
        """A moment before expiry the marker is spent; from expiry on it is free again."""
        store.spend("m", expires_at=LATER, now=NOON)
        assert store.spend("m", expires_at=LATER, now=LATER - timedelta(microseconds=1)) is False
        assert store.spend("m", expires_at=LATER + timedelta(minutes=5), now=LATER) is True
        assert store.spend("m", expires_at=LATER, now=LATER) is False

    def test_a_refused_spending_does_not_prolong(self, store):
        """Trying again does not keep a marker spent."""
        store.spend("m", expires_at=LATER, now=NOON)
        store.spend("m", expires_at=LATER + timedelta(days=1), now=NOON)
        assert store.spend("m", expires_at=LATER, now=LATER) is True

    def test_asking_spends_nothing(self, store):
        """Whether a marker is spent can be asked at any time, and the answer changes nothing."""
        assert store.was_spent("m", now=NOON) is False
        assert store.spend("m", expires_at=LATER, now=NOON) is True
        assert store.was_spent("m", now=LATER - timedelta(microseconds=1)) is True
        assert store.was_spent("M", now=NOON) is False
        assert store.was_spent("m", now=LATER) is False

    def test_what_has_expired_goes_when_much_is_spent(self, store):
        """Hundreds of markers that have expired do not keep a later one from being spent, or spent again."""
        for number in range(300):
            store.spend(f"m-{number}", expires_at=LATER, now=NOON)
        assert store.spend("m-7", expires_at=LATER + timedelta(minutes=5), now=LATER) is True
        assert store.spend("m-7", expires_at=LATER + timedelta(minutes=5), now=LATER) is False

    def test_one_of_fifty_threads_wins(self, store):
        """However many try at once, exactly one gets True."""
        with ThreadPoolExecutor(50) as pool:
            won = list(pool.map(lambda _: store.spend("m", expires_at=LATER, now=NOON), range(50)))
        assert sum(won) == 1

    def test_a_hostile_marker_is_only_text(self, store):
        """Markers come from outside: any text can be spent, once, and near ones stay apart."""
        for marker in ("", "a\x00b", "a", "\ud800", "x" * 100_000, "陳"):
            assert store.spend(marker, expires_at=LATER, now=NOON) is True
            assert store.spend(marker, expires_at=LATER, now=NOON) is False

    def test_stamps_carry_time_and_nonce(self, store):
        """A stamp is the current millisecond and the nonce that was given."""
        stamp = store.take_stamp("c", now=NOON + timedelta(microseconds=999), nonce="n")
        assert (stamp.timestamp_ms, stamp.nonce) == (NOON_MS, "n")

    def test_stamps_never_repeat_or_go_back(self, store):
        """When the clock stands still or steps back the stamps still grow."""
        clock = [NOON, NOON, NOON - timedelta(hours=1), NOON + timedelta(seconds=1), NOON]
        stamps = [store.take_stamp("c", now=now, nonce="n").timestamp_ms - NOON_MS for now in clock]
        assert stamps == [0, 1, 2, 1000, 1001]

    def test_stamps_are_per_client(self, store):
        """One client's stamps do not move another's."""
        store.take_stamp("a", now=LATER, nonce="n")
        assert store.take_stamp("b", now=NOON, nonce="n").timestamp_ms == NOON_MS

    def test_stamps_of_many_threads_differ(self, store):
        """Fifty threads in one millisecond get fifty timestamps."""
        with ThreadPoolExecutor(50) as pool:
            stamps = list(pool.map(lambda _: store.take_stamp("c", now=NOON, nonce="n").timestamp_ms, range(50)))
        assert sorted(stamps) == list(range(NOON_MS, NOON_MS + 50))


class TestClosing:
    """The end of a store."""

    def test_closing_twice_is_closing_once(self, store):
        """A second close does nothing."""
        store.close()
        store.close()

    def test_a_closed_store_refuses(self, store, sign):
        """Every method of a closed store says that it is closed."""
        store.close()
        for call in (
            lambda: store.bind_log(origin=ORIGIN, sign=sign),
            lambda: store.append([b"a"], [], now=NOON),
            lambda: store.read("k"),
            lambda: store.scan("k"),
            lambda: store.spend("m", expires_at=LATER, now=NOON),
            lambda: store.take_stamp("c", now=NOON, nonce="n"),
            lambda: store.view_log([]),
            lambda: store.entries(0, 1),
        ):
            with pytest.raises(StoreUnavailable):
                call()
