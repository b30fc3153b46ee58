"""What waits to be taken once: the laws of ``put_pending``, ``peek_pending`` and ``take_pending``, on every store."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from tests.conformance.test_store import STORES
from xbridge.core.effects import Pending
from xbridge.core.errors import StoreConflict, StoreError
from xbridge.core.ports import Store
from xbridge.stores.sqlite import SQLiteStore

NOON = datetime(2026, 6, 1, 4, tzinfo=UTC)
END = NOON + timedelta(minutes=18)


def item(key: str = "request/1", value: bytes = b"sealed", *, end: datetime = END) -> Pending:
    """Something that waits."""
    return Pending(key=key, value=value, expires_at=end)


@pytest.fixture(params=sorted(STORES))
def store(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Store]:
    """A new store."""
    made = STORES[request.param](tmp_path)
    yield made
    made.close()


def test_the_first_taker_gets_it_and_the_second_nothing(store):
    """What waits is handed out once, byte for byte."""
    store.put_pending(item(value=b"\x00\xff"), now=NOON)
    assert store.take_pending("request/1", now=NOON) == b"\x00\xff"
    assert store.take_pending("request/1", now=NOON) is None
    assert store.peek_pending("request/1", now=NOON) is None


def test_looking_does_not_take(store):
    """Whoever only looks leaves it waiting."""
    store.put_pending(item(), now=NOON)
    assert [store.peek_pending("request/1", now=NOON) for _ in range(2)] == [b"sealed"] * 2
    assert store.take_pending("request/1", now=NOON) == b"sealed"


def test_a_key_is_used_by_one_item_at_a_time(store):
    """A second item under a key conflicts and leaves the first; after its end or its taking the key is free."""
    store.put_pending(item(value=b"1"), now=NOON)
    with pytest.raises(StoreConflict):
        store.put_pending(item(value=b"2"), now=NOON)
    assert store.peek_pending("request/1", now=NOON) == b"1"
    store.put_pending(item(value=b"3", end=END + timedelta(minutes=1)), now=END)
    assert store.take_pending("request/1", now=END) == b"3"


@pytest.mark.parametrize(
    ("late_by", "found"), [(timedelta(microseconds=-1), b"sealed"), (timedelta(0), None), (timedelta(1), None)]
)
def test_nothing_waits_after_its_end(store, late_by, found):
    """The end itself is too late, for looking and for taking."""
    store.put_pending(item(), now=NOON)
    assert store.peek_pending("request/1", now=END + late_by) == found
    assert store.take_pending("request/1", now=END + late_by) == found


def test_a_successor_takes_the_place(store):
    """Taking and leaving something else is one step."""
    store.put_pending(item(), now=NOON)
    assert store.take_pending("request/1", successor=item("result/1", b"answer"), now=NOON) == b"sealed"
    assert store.take_pending("result/1", now=NOON) == b"answer"


def test_who_takes_nothing_leaves_nothing(store):
    """The second taker's successor is not put."""
    assert store.take_pending("request/1", successor=item("result/1", b"late"), now=NOON) is None
    assert store.peek_pending("result/1", now=NOON) is None


def test_a_successor_without_room_undoes_the_taking(store):
    """All or nothing: where the successor's key is taken, the item goes on waiting."""
    store.put_pending(item(), now=NOON)
    store.put_pending(item("result/1", b"first"), now=NOON)
    with pytest.raises(StoreConflict):
        store.take_pending("request/1", successor=item("result/1", b"second"), now=NOON)
    assert store.peek_pending("request/1", now=NOON) == b"sealed"
    assert store.peek_pending("result/1", now=NOON) == b"first"


@pytest.mark.parametrize("key", ["", "x" * 513, "a\nb"])
def test_a_key_that_no_row_may_bear_is_refused(store, key):
    """The same keys as for rows."""
    for call in (
        lambda: store.put_pending(item(key), now=NOON),
        lambda: store.peek_pending(key, now=NOON),
        lambda: store.take_pending(key, now=NOON),
    ):
        with pytest.raises(StoreError):
            call()


def test_of_many_takers_one_wins(store):
    """Threads that take at the same moment share one item."""
    store.put_pending(item(), now=NOON)
    with ThreadPoolExecutor(8) as pool:
        taken = list(pool.map(lambda _: store.take_pending("request/1", now=NOON), range(32)))
    assert sorted(filter(None, taken)) == [b"sealed"]


def test_two_workers_on_one_file_share_one_item(tmp_path):
    """Two open stores on one file, as two processes have, hand it out once."""
    first, second = SQLiteStore(tmp_path / "store.db"), SQLiteStore(tmp_path / "store.db")
    first.put_pending(item(), now=NOON)
    with ThreadPoolExecutor(2) as pool:
        taken = list(pool.map(lambda each: each.take_pending("request/1", now=NOON), (first, second)))
    assert sorted(filter(None, taken)) == [b"sealed"]
    first.close()
    second.close()


def test_it_waits_across_a_restart(tmp_path):
    """What was put durably is there when the file is opened again."""
    before = SQLiteStore(tmp_path / "store.db")
    before.put_pending(item(), now=NOON)
    before.close()
    after = SQLiteStore(tmp_path / "store.db")
    assert after.take_pending("request/1", now=NOON) == b"sealed"
    after.close()
