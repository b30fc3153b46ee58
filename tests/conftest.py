"""The rules every test lives under: no network but loopback, nothing sleeps, the same examples in CI every time.

Guards and settings only; worlds, stores and personas belong to the folder that needs them.
"""

from __future__ import annotations

import asyncio
import os
import socket
import sys
import time
from collections.abc import Iterator
from ipaddress import ip_address
from typing import Any, NoReturn

import pytest
from hypothesis import HealthCheck, settings

# Machines differ in speed, so no example is judged by its duration; CI must give one commit one answer.
settings.register_profile("local", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.register_profile("ci", settings.get_profile("local"), derandomize=True, database=None, print_blob=True)
settings.load_profile("ci" if os.environ.get("CI") else "local")


MAX_ID_CHARS = 60


def pytest_make_parametrize_id(val: object, argname: str) -> str | None:
    """Name a case after its argument where its value is bytes or a long text; otherwise as pytest does.

    Such values are often made at start from fresh keys, and the processes of one run must agree on every name.
    """
    if isinstance(val, bytes) or (isinstance(val, str) and len(val) > MAX_ID_CHARS):
        return argname
    return None


class OutsideWorld(RuntimeError):
    """A test reached for the world.

    Not an ``OSError``: code under test translates those, and the attempt would pass for a provider that is down.
    """


def _is_loopback(host: object) -> bool:
    """Whether ``host`` (a name or an address, as a socket call takes it) stays on this machine."""
    name = host.decode("ascii", "replace") if isinstance(host, bytes) else host
    if name is None or name == "" or name == "localhost":
        return True
    try:
        return ip_address(str(name)).is_loopback
    except ValueError:
        return False


def _check_address(address: object) -> None:
    """Raise ``OutsideWorld`` unless ``address`` is a path (AF_UNIX) or a loopback address."""
    if isinstance(address, tuple) and not _is_loopback(address[0]):
        raise OutsideWorld(f"a test tried to reach {address[0]!r}: the suite runs offline")


@pytest.fixture(autouse=True, scope="session")
def _offline() -> Iterator[None]:
    """Refuse every connection and every name look-up that would leave this machine."""
    connect, connect_ex, getaddrinfo = socket.socket.connect, socket.socket.connect_ex, socket.getaddrinfo

    def guarded_connect(self: socket.socket, address: Any) -> None:
        _check_address(address)
        connect(self, address)

    def guarded_connect_ex(self: socket.socket, address: Any) -> int:
        _check_address(address)
        return connect_ex(self, address)

    def guarded_getaddrinfo(host: Any, *rest: Any, **named: Any) -> Any:
        if not _is_loopback(host):
            raise OutsideWorld(f"a test tried to look up {host!r}: the suite runs offline")
        return getaddrinfo(host, *rest, **named)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(socket.socket, "connect", guarded_connect)
        patch.setattr(socket.socket, "connect_ex", guarded_connect_ex)
        patch.setattr(socket, "getaddrinfo", guarded_getaddrinfo)
        yield


@pytest.fixture(autouse=True, scope="session")
def _awake() -> Iterator[None]:
    """Refuse to sleep: time is a value here, and a test that waits is a test that fails on a slow machine."""
    sleep, async_sleep = time.sleep, asyncio.sleep

    def refuse() -> NoReturn:
        raise OutsideWorld("a test tried to sleep: pass `now`, or move the mocks' clock")

    def guarded_sleep(seconds: float) -> None:
        # Waiting for a child process with a time limit polls in the standard library; that is no test's doing.
        if sys._getframe(1).f_globals.get("__name__") != "subprocess":
            refuse()
        sleep(seconds)

    async def guarded_async_sleep(delay: float, result: object = None) -> object:
        # A delay of zero is how a coroutine lets the others run.
        if delay > 0:
            refuse()
        return await async_sleep(delay, result)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(time, "sleep", guarded_sleep)
        patch.setattr(asyncio, "sleep", guarded_async_sleep)
        yield
