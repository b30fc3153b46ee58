"""Several worker processes, one client, one store: stamps that a strict platform accepts, whoever takes them."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections import defaultdict
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat, load_pem_private_key

from tests.faults.worker import NOON
from xbridge import Bridge
from xbridge.core.config import parse_config
from xbridge.protocols.tif_gateway import signature_of
from xbridge.stores.sqlite import SQLiteStore
from xbridge.testing import World
from xbridge_mocks import IamSmartMockSettings, MockClock, MockWorld
from xbridge_mocks.server import serve

ROOT = Path(__file__).resolve().parents[2]
WORKERS, ROUNDS, LOGINS = 4, 250, 15
pytestmark = pytest.mark.slow


def start(task: dict[str, Any]) -> subprocess.Popen[str]:
    """Start a worker and hand it its task."""
    child = subprocess.Popen(
        [sys.executable, "-m", "tests.faults.worker"],
        cwd=ROOT,
        env=dict(os.environ, PYTHONPATH=os.pathsep.join([str(ROOT), str(ROOT / "src"), str(ROOT / "mocks")])),
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    assert child.stdin is not None
    child.stdin.write(json.dumps(task) + "\n")
    child.stdin.flush()
    return child


def race(tasks: list[dict[str, Any]], *signs: str) -> list[Any]:
    """Let one worker for each task start at the same time, after each of its ``signs``; return what each found."""
    children = [start(task) for task in tasks]
    for sign in ("ready", *signs):
        for child in children:
            assert child.stdout is not None
            assert child.stdout.readline() == f"{sign}\n"
        for child in children:
            assert child.stdin is not None
            child.stdin.write("\n")
            child.stdin.flush()
    found = []
    for child in children:
        printed, _ = child.communicate(timeout=120)
        assert child.returncode == 0
        found.append(json.loads(printed))
    return found


def test_stamps_of_several_processes_never_go_back(tmp_path: Path) -> None:
    """Four processes of both colours, with clocks that disagree and step back, take stamps for two clients at once.

    Whatever was taken after another stamp had been given out is later than it, on the machine's own clock; no nonce
    comes twice; and what one client takes moves the other's time no further than the clocks do.
    """
    path = str(tmp_path / "store.db")
    series = race([
        {"kind": "stamp", "path": path, "rounds": ROUNDS, "skew_ms": skew_ms, "colour": colour}
        for skew_ms, colour in ((0, "sync"), (5000, "async"), (-5000, "sync"), (90_000, "async"))
    ])  # fmt: skip
    taken: dict[str, list[tuple[int, int, int]]] = defaultdict(list)
    nonces = set()
    for each in series:
        for began, ended, client, timestamp_ms, nonce in each:
            taken[client].append((timestamp_ms, began, ended))
            nonces.add(nonce)
    assert len(nonces) == WORKERS * ROUNDS
    for stamps in taken.values():
        stamps.sort()
        assert len({timestamp_ms for timestamp_ms, _, _ in stamps}) == len(stamps) == WORKERS * ROUNDS // 2
        # In the order of the stamps, none was over before an earlier one began: they could have been taken one by one.
        latest_begin = 0
        for _, began, ended in stamps:
            assert ended > latest_begin, "a later stamp was given out before an earlier one was asked for"
            latest_begin = max(latest_begin, began)
    overlapped = sum(
        1 for one, two in pairwise(sorted((b, e) for s in taken.values() for _, b, e in s)) if two[0] < one[1]
    )
    assert overlapped > 10, "the processes did not work at the same time"


def test_a_strict_platform_takes_the_requests_of_several_processes(tmp_path: Path) -> None:
    """Sixty logins finished by four processes on one store: the platform, which remembers times and nonces, takes all.

    A request that is overtaken at a second's edge is signed afresh; nothing else is ever refused.
    """
    documents: list[dict[str, Any]] = []
    world = World(overrides=documents.append)
    # A busy machine may take its time between the browser and the exchange.
    platform = MockWorld(MockClock(), iamsmart_settings=IamSmartMockSettings(auth_code_ttl_s=600))
    made = platform.iamsmart.register_client(
        name="Sample portal", redirect_uris=[world.return_to["iamsmart"]],
        kek_public_keys=[_public(documents[0]["providers"]["iamsmart"]["kek_private_keys"][0])],
    )  # fmt: skip
    with serve(platform) as running:
        document = documents[0]
        document["providers"]["iamsmart"] |= {
            "base_url": running.iamsmart_url, "client_id": made.client_id, "client_secret": made.client_secret,
        }  # fmt: skip
        store = SQLiteStore(tmp_path / "store.db")
        people = ("chan-tai-man", "lee-siu-ming", "ng-wing-sze")
        tasks = []
        with Bridge(parse_config(document), store=store) as bridge:
            for worker in range(WORKERS):
                logins = []
                for number in range(LOGINS):
                    session = f"session-{worker}-{number}"
                    hop = bridge.begin_login("iamsmart", return_to=world.return_to["iamsmart"], session=session)
                    callback = platform.iamsmart.log_in(hop.url, people[number % 3], base_url=running.iamsmart_url)
                    logins.append((hop.pending, callback, session))
                tasks.append(
                    {"kind": "login", "path": str(tmp_path / "store.db"), "config": document, "logins": logins}
                )
        store.close()
        found = race(tasks)
    subjects = platform.iamsmart.subjects(made.client_id)
    assert found == [[subjects[people[number % 3]] for number in range(LOGINS)]] * WORKERS
    refusals = [
        check.name
        for entry in platform.iamsmart.journal.entries()
        for check in entry.checks
        if not check.passed
    ]  # fmt: skip
    assert set(refusals) <= {"timestamp_order"}
    assert len(refusals) < WORKERS * LOGINS


def test_of_several_processes_one_takes_a_forwarded_request(tmp_path: Path) -> None:
    """Three processes on one store get each of twenty requests of the gateway at once: each passes in exactly one."""
    documents: list[dict[str, Any]] = []
    world = World(gateway=True, overrides=documents.append)
    gateway = documents[0]["providers"]["guangdong"]["gateway"]
    requests = []
    for number in range(20):
        timestamp, nonce, uid = str(int(NOON.timestamp())), f"{number:016x}", f"u{number}"
        signature = signature_of(gateway["token"], timestamp=timestamp, nonce=nonce, uid=uid)
        values = {
            "paasid": gateway["paasid"], "timestamp": timestamp, "nonce": nonce, "signature": signature, "uid": uid,
        }  # fmt: skip
        requests.append([(f"x-tif-{name}", value) for name, value in values.items()])
    path = str(tmp_path / "store.db")
    with Bridge(world.config, store=SQLiteStore(path)):
        pass
    found = race([{"kind": "request", "path": path, "config": documents[0], "requests": requests}] * 3, *["set"] * 20)
    for outcomes in zip(*found, strict=True):
        assert sorted(outcomes) == ["nonce replayed", "nonce replayed", "passed"]


def _public(private: str) -> bytes:
    """The public half of a PEM key."""
    key = load_pem_private_key(private.encode(), None).public_key()
    return key.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
