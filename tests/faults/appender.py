"""A process that works on a SQLite store until somebody, or it itself, kills it.  Run by ``test_store_crash``.

Arguments: mode, file, and what the mode needs.  The log's private key comes as PEM on standard input, never by file;
after it the process says that it is ready and waits for one more line, so that several can start together.
"""

from __future__ import annotations

import os
import signal
import sys
from datetime import UTC, datetime, timedelta
from itertools import count

from tests.conformance.log_key import LogKey
from xbridge.core.effects import Write
from xbridge.core.errors import StoreConflict
from xbridge.crypto.key import SigningKey
from xbridge.stores.sqlite import SQLiteStore

NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)


def say(*numbers: int) -> None:
    """Tell the test: one line, at once."""
    sys.stdout.write(" ".join(map(str, numbers)) + "\n")
    sys.stdout.flush()


def append_once(store: SQLiteStore) -> int:
    """Append two entries and count them in a row, in one call; return the log's new size."""
    while True:
        row = store.read("counter")
        value, version = (0, 0) if row is None else (int(row.value), row.version)
        entries = [b"entry %d" % value, b"entry %d" % (value + 1)]
        try:
            write = Write(key="counter", value=b"%d" % (value + 2), expected=version)
            return store.append(entries, [write], now=NOW).size
        except StoreConflict:
            continue


def append_forever(store: SQLiteStore) -> None:
    """Append and acknowledge each size on a line of its own, until killed."""
    while True:
        say(append_once(store))


def append_some(store: SQLiteStore, rounds: int) -> None:
    """Append ``rounds`` times and acknowledge each."""
    for _ in range(rounds):
        say(append_once(store))


def take_stamps(store: SQLiteStore, rounds: int) -> None:
    """Take ``rounds`` stamps of one client at one standing instant and print them."""
    for _ in range(rounds):
        say(store.take_stamp("client", now=NOW, nonce="n").timestamp_ms)


def spend_markers(store: SQLiteStore, rounds: int) -> None:
    """Try to spend ``rounds`` markers and print those that were won."""
    for marker in range(rounds):
        if store.spend(f"marker {marker}", expires_at=NOW + timedelta(hours=1), now=NOW):
            say(marker)


def die_everywhere(path: str, key: LogKey) -> None:
    """Append once in a child that kills itself before its first statement, then before its second, and so on.

    Prints how many children died; ends when a child lived to the end.
    """
    for fatal in count(1):
        child = os.fork()
        if child == 0:
            store = SQLiteStore(path)
            store.bind_log(origin=key.origin, sign=key.sign)
            left = [fatal]

            def trace(statement: str, left: list[int] = left) -> None:
                left[0] -= 1
                if left[0] == 0:
                    os.kill(os.getpid(), signal.SIGKILL)

            assert store._db is not None
            store._db.set_trace_callback(trace)
            append_once(store)
            os._exit(0)
        _, status = os.waitpid(child, 0)
        # The parent looks each time, so that damage is found at the statement that caused it.
        with_store(path, key)
        if os.waitstatus_to_exitcode(status) != -signal.SIGKILL:
            say(fatal - 1, os.waitstatus_to_exitcode(status))
            return


def with_store(path: str, key: LogKey) -> None:
    """Open, check entries against the counter, audit, close.  Raises when anything is amiss."""
    store = SQLiteStore(path)
    try:
        store.bind_log(origin=key.origin, sign=key.sign)
        size = store.audit(origin=key.origin, verifiers=key.verifiers).size
        row = store.read("counter")
        if (0 if row is None else int(row.value)) != size:
            raise SystemExit("entries and their row were not written together")
    finally:
        store.close()


def main() -> None:
    """Do what the arguments say."""
    mode, path = sys.argv[1:3]
    pem = b"".join(iter(sys.stdin.buffer.readline, b"\n"))
    key = LogKey(key=SigningKey.from_pem(pem))
    if mode == "die":
        die_everywhere(path, key)
        return
    store = SQLiteStore(path, busy_timeout_s=60.0)
    store.bind_log(origin=key.origin, sign=key.sign)
    say(0)
    sys.stdin.buffer.readline()
    if mode == "forever":
        append_forever(store)
    else:
        {"append": append_some, "stamp": take_stamps, "spend": spend_markers}[mode](store, int(sys.argv[3]))
    store.close()


if __name__ == "__main__":
    main()
