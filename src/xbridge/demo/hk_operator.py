"""The Hong Kong operator as a process of its own: a Bridge with its own keys and store that answers matching messages.

``python -m xbridge.demo.hk_operator`` prints one line of JSON with its address and public key, reads one with its peer and
its register, prints ``ready``, and then answers each line it reads with a count of its ledger.  It ends with its input.
"""

from __future__ import annotations

import json
import signal
import sys
from collections import Counter
from pathlib import Path
from typing import Any

from xbridge.bridge.blocking import Bridge
from xbridge.core.matching import MatchSubject
from xbridge.demo.bind_configuration import GUANGDONG, HONG_KONG, operator_config, record_jwks
from xbridge.demo.bind_register import subject_of
from xbridge.demo.server import LoopbackServer
from xbridge.ledger.entry import parse_entry
from xbridge.stores.sqlite import SQLiteStore
from xbridge.testing.world import new_keys
from xbridge.web.matching import matching_app


def main() -> int:
    """Serve until standard input ends.  Return the exit code."""
    # Ctrl-C reaches the whole group; the parent ends us by closing our input.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    keys = new_keys()
    server = LoopbackServer(None)
    print(json.dumps({"url": server.url, "jwks": record_jwks(keys)}), flush=True)
    told: dict[str, Any] | None = json.loads(sys.stdin.readline() or "null")
    if told is None:
        return 1
    config = operator_config(HONG_KONG, own_url=server.url, keys=keys, peers={GUANGDONG: told["peer"]})
    register: dict[str, dict[str, str]] = told["register"]
    store = SQLiteStore(Path(told["ledger"]))
    try:
        with Bridge(config, store=store) as bridge, server:
            server.replace(matching_app(bridge, lambda _peer, whom: _look_up(register, whom)))
            print(json.dumps({"ready": True}), flush=True)
            while sys.stdin.readline():
                print(json.dumps({"kinds": ledger_kinds(store)}), flush=True)
    finally:
        store.close()
    return 0


def ledger_kinds(store: SQLiteStore) -> dict[str, int]:
    """Return how many entries of each kind the ledger holds."""
    kinds = Counter(parse_entry(entry).kind for entry in store.entries(0, 10_000))
    return dict(sorted(kinds.items()))


def _look_up(register: dict[str, dict[str, str]], whom: str) -> MatchSubject | None:
    """Return what this side holds about ``whom``: its openID towards Guangdong."""
    entry = register.get(whom)
    return None if entry is None else subject_of(entry)


if __name__ == "__main__":
    sys.exit(main())
