"""What the envelope of iAM Smart costs: getToken through client and mock, beside the same exchange with no cryptography.

One process, one thread, no socket: the flow is stepped by the blocking driver, the mock answers as WSGI.  "Removed" means
that AES-GCM passes the text through (with an IV and a tag of zeros, so every message keeps its size) and HMAC gives a
constant, on both sides; JSON, base64, headers, checks and the store stay.  RSA is paid once per content key, so it is
shown apart.  Rounds are interleaved; a ratio is the median of the paired ratios.  Nothing here is a test.
"""

from __future__ import annotations

import cProfile
import os
import pstats
import statistics
import sys
from base64 import b64encode
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager, nullcontext
from functools import partial
from pathlib import Path
from time import perf_counter_ns
from typing import Any
from unittest import mock

ROOT = Path(__file__).resolve().parent.parent
sys.path[:0] = [str(ROOT / "src"), str(ROOT / "mocks")]

from cryptography.hazmat.primitives.asymmetric import padding  # noqa: E402

from xbridge.protocols.content_envelope import open_content, seal_content, unwrap_content_key  # noqa: E402
from xbridge.providers.iamsmart.token import exchange_code  # noqa: E402
from xbridge.testing import World  # noqa: E402
from xbridge_mocks.iamsmart.grant import Origin  # noqa: E402

QUICK = bool(os.environ.get("XBRIDGE_BENCH_QUICK"))
ROUNDS, CALLS = (5, 15) if QUICK else (31, 25)


class Clear:
    """A cipher that is none: the text as it is, and a tag of zeros."""

    def __init__(self, key: bytes) -> None:
        """Take a key, and do nothing with it."""

    def encrypt(self, iv: bytes, plaintext: bytes, extra: None) -> bytes:
        """Return the text with room for a tag."""
        return plaintext + bytes(16)

    def decrypt(self, iv: bytes, sealed: bytes, extra: None) -> bytes:
        """Return the text without it."""
        return sealed[:-16]


@contextmanager
def without_cryptography() -> Iterator[None]:
    """Take the cipher and the signature away, on both sides."""
    with ExitStack() as stack:
        for where in (
            "xbridge.protocols.content_envelope",
            "xbridge_mocks.iamsmart.envelope",
            "xbridge_mocks.iamsmart.reply",
        ):
            stack.enter_context(mock.patch(f"{where}.AESGCM", Clear))
        for where in ("xbridge.protocols.signed_http", "xbridge_mocks.iamsmart.signature"):
            stack.enter_context(mock.patch(f"{where}.hmac.digest", return_value=bytes(32)))
        yield


class Service:
    """One service that exchanges codes which the mock mints without a page, for the pages are not what is measured."""

    def __init__(self) -> None:
        """Register it and agree on a content key."""
        self.world = World()
        self.bridge = self.world.bridge
        _, self.settings = self.bridge._deps.provider("iamsmart")
        self.parts = self.world.mocks.iamsmart._parts
        self.person = next(person for person in self.world.mocks.personas if person.iamsmart)
        self.exchange(self.code())

    def code(self) -> str:
        """A fresh code for one person."""
        client_id = self.settings.client_id
        return self.parts.grants.issue_code(client_id, self.person, ("eidapi_auth",), Origin(by_qr=True))

    def exchange(self, code: str) -> Any:
        """One getToken round trip: seal, sign, send, check, open, seal, open."""
        now = self.world.clock.now()
        return self.bridge._driver.run(exchange_code(self.settings, code, now=now, entropy=os.urandom))

    def use_one(self, codes: list[str], *, fresh_key: bool = False) -> None:
        """Exchange one of ``codes``, with a content key that is fetched for it or the one that is there."""
        if fresh_key:
            self.forget()
        self.exchange(codes.pop())

    def forget(self) -> None:
        """Lose the content key here, so that the next exchange fetches it again."""
        self.bridge._driver._memory._items.clear()


def timed(calls: int, call: Callable[[], object]) -> float:
    """Microseconds of one call."""
    started = perf_counter_ns()
    for _ in range(calls):
        call()
    return (perf_counter_ns() - started) / calls / 1000


def one_run(service: Service, *, clear: bool = False, fresh_key: bool = False) -> float:
    """Microseconds of one exchange, of a service that the mock has just met: what it remembers grows with each."""
    service.world.mocks.iamsmart.reset()
    service.forget()
    service.exchange(service.code())
    codes = [service.code() for _ in range(CALLS)]
    with without_cryptography() if clear else nullcontext():
        return timed(CALLS, partial(service.use_one, codes, fresh_key=fresh_key))


def round_trips(service: Service) -> None:
    """Print the table of whole exchanges."""
    subjects: dict[str, Callable[[], float]] = {
        "cryptography removed": partial(one_run, service, clear=True),
        "encrypted and signed": partial(one_run, service),
        "with a getKey first": partial(one_run, service, fresh_key=True),
    }
    times: dict[str, list[float]] = {name: [] for name in subjects}
    for number in range(ROUNDS):
        # In turn, so that none always comes after the same other one.
        for name in sorted(subjects, reverse=bool(number % 2)):
            times[name].append(subjects[name]())
    print("\ngetToken, client and mock on one core (1.00 = cryptography removed)")
    base = times["cryptography removed"]
    for name, measured in times.items():
        each = statistics.median(measured)
        ratio = statistics.median(one / two for one, two in zip(measured, base, strict=True))
        print(f"  {name:<28}{1e6 / each:9.0f} round trips/s {each:9.1f} µs   x {ratio:5.2f} of the time")


def parts(service: Service) -> None:
    """Print what the steps of the envelope cost by themselves."""
    key, plaintext = bytes(range(32)), b'{"code":"' + b"0" * 32 + b'","grantType":"authorization_code"}'
    content = seal_content(key, plaintext, iv=bytes(12))
    _, kek = service.settings.keks[0]
    wrapped = kek.public_key().encrypt(key, padding.PKCS1v15())
    rows: dict[str, Callable[[], object]] = {
        "seal a request": lambda: seal_content(key, plaintext, iv=bytes(12)),
        "open it": lambda: open_content(key, content),
        "RSA-2048, once per content key": lambda: unwrap_content_key(kek, wrapped, kek_padding="pkcs1v15"),
    }
    assert b64encode(open_content(key, content)) == b64encode(plaintext)
    print("\nthe steps by themselves")
    for name, call in rows.items():
        print(f"  {name:<34}{statistics.median(timed(20, call) for _ in range(9)):9.1f} µs")


def profile(service: Service) -> None:
    """Print where the time of the encrypted path goes, by function."""
    service.world.mocks.iamsmart.reset()
    service.forget()
    service.exchange(service.code())
    codes = [service.code() for _ in range(CALLS)]
    profiler = cProfile.Profile()
    profiler.enable()
    for code in codes:
        service.exchange(code)
    profiler.disable()
    pstats.Stats(profiler).sort_stats("tottime").print_stats(18)


def main() -> None:
    """Print the tables; ``--profile`` adds where the time goes."""
    service = Service()
    round_trips(service)
    parts(service)
    if "--profile" in sys.argv:
        profile(service)


if __name__ == "__main__":
    main()
