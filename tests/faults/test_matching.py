"""Matching for real: two processes, two SQLite stores, HTTP between them; and counters that outlive a process."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from tests.unit.flows.matching_stage import INITIATOR, PERSON, RESPONDER, jwks_of
from xbridge import Bridge
from xbridge.core.config import parse_config
from xbridge.core.errors import LinkRefused, ProviderRejected, ProviderUnavailable
from xbridge.crypto.key import SigningKey
from xbridge.ledger.entry import parse_entry
from xbridge.stores.sqlite import SQLiteStore
from xbridge.testing import catalogue
from xbridge.testing.world import new_keys

ROOT = Path(__file__).resolve().parents[2]
KNOWN = {
    "known": {
        "document": ["home_return_permit", "H12345678"], "birth_date": "19800101",
        "name_han": "陳大文", "name_roman": "CHAN, Tai Man",
    },
    "namesake": {"document": ["home_return_permit", "H87654321"], "birth_date": "19800101", "name_han": "陳大文"},
}  # fmt: skip
pytestmark = pytest.mark.slow


class Pair:
    """The documents of two operators; the responder's address is known once its process has said it."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        keys = {name: SigningKey.generate() for name in (INITIATOR, RESPONDER)}
        self.parties = catalogue.parties({name: jwks_of(key) for name, key in keys.items()})
        self.keys = {name: {**new_keys(), "record": key.to_pem().decode()} for name, key in keys.items()}

    def document(self, operator: str, *, url: str, matchings: int = 3) -> dict[str, Any]:
        """Return an operator's configuration."""
        return {
            "profile": "development",
            "issuer": f"https://{operator}.test",
            "log_origin": f"{operator}.test/ledger",
            "operator": operator,
            "keys": self.keys[operator],
            "limits": {"matchings": matchings},
            "parties": [{**party, "matching_url": url} for party in self.parties],
            "services": catalogue.services(),
        }

    @contextmanager
    def responder(self) -> Iterator[str]:
        """Run the responder's process; yield the address at which it answers."""
        child = subprocess.Popen(
            [sys.executable, "-m", "tests.faults.matching_responder"],
            cwd=ROOT,
            env=dict(os.environ, PYTHONPATH=os.pathsep.join([str(ROOT), str(ROOT / "src"), str(ROOT / "mocks")])),
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        assert child.stdin is not None
        assert child.stdout is not None
        config = self.document(RESPONDER, url="http://127.0.0.1:9/matching")
        task = {"config": config, "path": str(self.folder / "responder.db"), "known": KNOWN}
        child.stdin.write(json.dumps(task) + "\n")
        child.stdin.flush()
        try:
            yield f"{child.stdout.readline().strip()}/matching"
        finally:
            child.communicate(timeout=60)
        assert child.returncode == 0

    @contextmanager
    def initiator(self, url: str, *, matchings: int = 3) -> Iterator[Bridge]:
        """A Bridge of this process on a store of its own."""
        store = SQLiteStore(self.folder / "initiator.db")
        with Bridge(parse_config(self.document(INITIATOR, url=url, matchings=matchings)), store=store) as bridge:
            yield bridge
        store.close()

    def told(self, name: str) -> list[tuple[str, str, str]]:
        """Return what a ledger says about the ends of its runs."""
        store = SQLiteStore(self.folder / f"{name}.db")
        entries = [parse_entry(raw) for raw in store.entries(0, 1 << 30)]
        store.close()
        details = [(entry.kind, dict(entry.detail)) for entry in entries]
        return [
            (kind, each.get("document", ""), each.get("names", "")) for kind, each in details if "begun" not in kind
        ]


def test_two_processes(tmp_path: Path) -> None:
    """Agreement, difference and nobody, over HTTP; after a restart of both, both still know how often they were asked."""
    pair = Pair(tmp_path)
    # The initiator counts its own value too: whoever asks about one person under many names has to be allowed more.
    with pair.responder() as url, pair.initiator(url, matchings=10) as bridge:
        seen = [
            bridge.match(PERSON, reference=f"binding:{whom}", whom=whom, peer=RESPONDER)
            for whom in ("known", "namesake", "nobody", "known")
        ]
    with pair.responder() as url:
        with pair.initiator(url, matchings=10) as bridge:
            seen.append(bridge.match(PERSON, reference="binding:3", whom="known", peer=RESPONDER))
        with pair.initiator(url) as bridge, pytest.raises(LinkRefused) as caught:
            bridge.match(PERSON, reference="binding:4", whom="known", peer=RESPONDER)
        # An initiator that allows itself more is counted at the other side.
        with pair.initiator(url, matchings=10) as bridge, pytest.raises(ProviderRejected) as rejected:
            bridge.match(PERSON, reference="binding:4", whom="known", peer=RESPONDER)
    with pair.initiator(url, matchings=10) as bridge, pytest.raises(ProviderUnavailable):
        bridge.match(PERSON, reference="binding:5", whom="somebody", peer=RESPONDER)
    results = [(each.document, each.names) for each in seen]
    assert results == [
        ("agree", "agree"), ("differ", "agree"), ("differ", "differ"), ("agree", "agree"), ("agree", "agree"),
    ]  # fmt: skip
    assert (caught.value.reason, rejected.value.provider_code) == ("limit", "http_429")
    finished = [("matching.finished", *each) for each in results]
    assert pair.told("responder") == [*finished, ("matching.refused", "", "")]
    failed = ("matching.failed", "", "")
    assert pair.told("initiator") == [*finished, ("matching.refused", "", ""), failed, failed]
