"""The other side of a matching as a process of its own: a Bridge, a SQLite store, and a socket.  Run by ``test_matching``.

The first line of standing input is a JSON document: configuration, file of the store, and whom it knows.  The process
prints its address and answers until its input ends.
"""

from __future__ import annotations

import json
import sys

from xbridge import Bridge
from xbridge.core.config import parse_config
from xbridge.core.matching import MatchSubject
from xbridge.demo.server import LoopbackServer
from xbridge.stores.sqlite import SQLiteStore
from xbridge.web.matching import matching_app


def main() -> None:
    """Serve until nobody is left to serve for."""
    task = json.loads(sys.stdin.readline())
    known = {
        whom: MatchSubject(**{**held, "document": tuple(held["document"])}) for whom, held in task["known"].items()
    }
    store = SQLiteStore(task["path"])
    with Bridge(parse_config(task["config"]), store=store) as bridge:
        application = matching_app(bridge, lambda _peer, whom: known.get(whom))
        with LoopbackServer(application) as server:
            sys.stdout.write(f"{server.url}\n")
            sys.stdout.flush()
            sys.stdin.read()
    store.close()


if __name__ == "__main__":
    main()
