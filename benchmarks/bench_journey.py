"""The full scripted journey per second, in one process without sockets, on both stores, and where the time goes.

Two logins through both mocks, link, consent, exchange, introspection by the service, withdrawal, refusal, evidence,
verification: everything that ``make demo`` does but the processes and the network.  The floor is what the same journey
costs in signatures alone (made and verified by the library, the mocks and the checker).
"""

from __future__ import annotations

import os
import tempfile
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import replace
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from xbridge import DataFlow, errors, verify_bundle
from xbridge.core.ports import Store
from xbridge.crypto.key import KeySet, SigningKey
from xbridge.evidence.trust import parse_trust
from xbridge.protocols.client_assertion import build_client_assertion
from xbridge.stores.memory import MemoryStore
from xbridge.stores.sqlite import SQLiteStore
from xbridge.testing import World

PEOPLE = 12 if os.environ.get("XBRIDGE_BENCH_QUICK") else 60
FLOW = DataFlow(source="440000", target="HK", purpose="xb:social-benefit", categories=("name", "social_security"))


class Stopwatch:
    """Adds up how long each part took."""

    def __init__(self) -> None:
        self.parts: Counter[str] = Counter()

    @contextmanager
    def of(self, part: str) -> Iterator[None]:
        """Time one part."""
        started = time.perf_counter_ns()
        yield
        self.parts[part] += time.perf_counter_ns() - started


def journey(world: World, persona: str, service: SigningKey, number: int, watch: Stopwatch) -> None:
    """Walk one person through everything."""
    bridge, session = world.bridge, f"session-{number}"
    with watch.of("login, both sides, with the mocks' pages"):
        hk = world.log_in("iamsmart", persona, session=session)
        gd = world.log_in("guangdong", persona, session=session)
    with watch.of("link"):
        link = bridge.link(hk, gd, agreed_to=bridge.offer_link(session=session), session=session)
    with watch.of("consent"):
        offer = bridge.offer_consent(link, FLOW, audience="gd:hrss", session=session)
        consent = bridge.grant_consent(offer, approved_by=hk, session=session)
    with watch.of("exchange"):
        release = bridge.exchange(link, consent, FLOW, audience="gd:hrss")
    with watch.of("introspection"):
        assertion = build_client_assertion(
            service, client_id="gd-hrss", issuer=world.config.issuer, assertion_id=str(number), now=world.clock.now()
        )
        if not bridge.introspect(release.token, party="gd-hrss", assertion=assertion).active:
            raise AssertionError("the token does not stand")
    with watch.of("withdrawal, refusal"):
        bridge.withdraw(consent, requested_by=hk, session=session)
        with suppress(errors.ConsentMissing):
            bridge.exchange(link, consent, FLOW, audience="gd:hrss")
    with watch.of("evidence, verified"):
        verify_bundle(bridge.evidence(consent), parse_trust(bridge.trust))


def run(store: Store) -> Stopwatch:
    """Walk everybody through the journey and return the times."""
    import json

    from xbridge_mocks.persona import POPULATION

    service = SigningKey.generate("ES256")
    jwks = {"gd-hrss": json.loads(KeySet([service.public()]).to_jwks())}
    first = POPULATION[0]
    assert first.guangdong is not None
    people = [
        replace(first, key=f"person-{n}", guangdong=replace(first.guangdong, uid=f"u{n}", useridcode=f"{n:032x}"))
        for n in range(PEOPLE)
    ]
    world = World(store=store, jwks=jwks, personas=people)
    # The first one pays for loading and for the content key.
    journey(world, people[0].key, service, 0, Stopwatch())
    watch = Stopwatch()
    for number, person in enumerate(people[1:], 1):
        journey(world, person.key, service, number, watch)
    return watch


def signature_floor() -> float:
    """Return the microseconds of one Ed25519 signature and one verification, raw."""
    key = Ed25519PrivateKey.generate()
    public, message = key.public_key(), bytes(700)
    started = time.perf_counter_ns()
    for _ in range(300):
        public.verify(key.sign(message), message)
    return (time.perf_counter_ns() - started) / 300 / 1000


def main() -> None:
    """Print the table."""
    pair_us = signature_floor()
    with tempfile.TemporaryDirectory() as folder:
        durable = SQLiteStore(Path(folder) / "ledger.db")
        runs = {"MemoryStore": run(MemoryStore()), "SQLiteStore": run(durable)}
        durable.close()
    walked = PEOPLE - 1
    print(f"the full scripted journey, {walked} people one after the other, one thread")
    for name, watch in runs.items():
        total_us = sum(watch.parts.values()) / 1000 / walked
        print(
            f"  {name:<14} {1e6 / total_us:8.1f} journeys/s   {total_us / pair_us:6.0f} x one raw Ed25519 sign + verify"
        )
        for part, nanoseconds in watch.parts.items():
            each_us = nanoseconds / 1000 / walked
            print(f"    {part:<40} {each_us:9.0f} µs   {each_us / total_us:5.0%}")


if __name__ == "__main__":
    main()
