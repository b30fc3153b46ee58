"""One of several processes that serve for one service on one store.  Run by ``test_worker``.

The first line of standing input is a JSON document that says what to do; after it the process says that it is ready and
waits for one more line, so that all start together.  Whatever it finds it prints as one JSON document at its end.
"""

from __future__ import annotations

import asyncio
import json
import os
import sys
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

from xbridge import Bridge
from xbridge.core.config import parse_config
from xbridge.core.effects import Stamp, take_stamp
from xbridge.core.errors import TokenInvalid
from xbridge.drivers.aio import AsyncDriver
from xbridge.drivers.sync import SyncDriver
from xbridge.stores.sqlite import SQLiteStore

NOON = datetime(2026, 11, 22, 12, tzinfo=UTC)


def uneven_clock(skew_ms: int) -> Callable[[], datetime]:
    """A clock that is off by ``skew_ms`` and, every seventh time, a minute behind itself."""
    read = 0

    def now() -> datetime:
        nonlocal read
        read += 1
        return NOON + timedelta(milliseconds=skew_ms + read, minutes=-(read % 7 == 0))

    return now


def take_stamps(store: SQLiteStore, task: dict[str, Any]) -> list[tuple[int, int, str, int, str]]:
    """Take stamps through the driver of a Bridge; each with the moments before and after, on the machine's one clock."""
    options: Any = {"clock": uneven_clock(task["skew_ms"]), "entropy": os.urandom}
    clients = [f"client-{number % 2}" for number in range(task["rounds"])]

    async def flow(client: str) -> Stamp:
        return await take_stamp(client)

    taken = []
    if task["colour"] == "sync":
        driver = SyncDriver(store, **options)
        for client in clients:
            began = time.monotonic_ns()
            stamp = driver.run(flow(client))
            taken.append((began, time.monotonic_ns(), client, stamp.timestamp_ms, stamp.nonce))
        return taken

    async def main() -> None:
        awaiting = AsyncDriver(store, **options)
        for client in clients:
            began = time.monotonic_ns()
            stamp = await awaiting.run(flow(client))
            taken.append((began, time.monotonic_ns(), client, stamp.timestamp_ms, stamp.nonce))

    asyncio.run(main())
    return taken


def finish_logins(store: SQLiteStore, task: dict[str, Any]) -> list[str]:
    """Finish every login that waits, with a Bridge of this process; return the subjects."""
    with Bridge(parse_config(task["config"]), store=store) as bridge:
        return [
            bridge.finish_login(pending, callback_url=callback, session=session).subject
            for pending, callback, session in task["logins"]
        ]


def verify_requests(store: SQLiteStore, task: dict[str, Any]) -> list[str]:
    """Verify forwarded requests that other processes get too; return how each ended."""
    outcomes = []
    with Bridge(parse_config(task["config"]), store=store, clock=lambda: NOON) as bridge:
        for headers in task["requests"]:
            # Everybody waits for everybody before each request, or the fastest would be first with all of them.
            sys.stdout.write("set\n")
            sys.stdout.flush()
            sys.stdin.readline()
            try:
                bridge.verify_gateway_request([(name, value) for name, value in headers])
            except TokenInvalid as error:
                outcomes.append(f"{error.claim} {error.reason}")
            else:
                outcomes.append("passed")
    return outcomes


def main() -> None:
    """Do what the task says."""
    task = json.loads(sys.stdin.readline())
    store = SQLiteStore(task["path"], busy_timeout_s=60.0)
    sys.stdout.write("ready\n")
    sys.stdout.flush()
    sys.stdin.readline()
    found = {"stamp": take_stamps, "login": finish_logins, "request": verify_requests}[task["kind"]](store, task)
    json.dump(found, sys.stdout)
    store.close()


if __name__ == "__main__":
    main()
