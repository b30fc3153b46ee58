"""The guards of ``tests/conftest.py`` hold; without this, "the suite runs offline" is only a wish."""

from __future__ import annotations

import asyncio
import socket
import subprocess
import sys
import time

import pytest


@pytest.mark.parametrize("address", [("192.0.2.1", 9), ("2001:db8::1", 9), ("svc.example", 9)])
def test_no_connection_leaves_this_machine(address: tuple[str, int]) -> None:
    """Connecting anywhere but loopback fails before a packet is sent."""
    family = socket.AF_INET6 if ":" in address[0] else socket.AF_INET
    with socket.socket(family) as sock:
        with pytest.raises(RuntimeError, match="offline"):
            sock.connect(address)
        with pytest.raises(RuntimeError, match="offline"):
            sock.connect_ex(address)


def test_no_name_is_looked_up() -> None:
    """Asking a resolver fails too, so no name of a real host ever leaves in a query."""
    with pytest.raises(RuntimeError, match="offline"):
        socket.getaddrinfo("svc.example", 443)


def test_loopback_is_open() -> None:
    """The mocks are reached over real loopback sockets."""
    with socket.create_server(("127.0.0.1", 0)) as server, socket.create_connection(server.getsockname()) as client:
        assert client.getpeername() == server.getsockname()


def test_nothing_sleeps() -> None:
    """Neither colour may wait for time to pass; giving way to other tasks is allowed."""
    with pytest.raises(RuntimeError, match="sleep"):
        time.sleep(0.001)
    with pytest.raises(RuntimeError, match="sleep"):
        asyncio.run(asyncio.sleep(0.001))
    asyncio.run(asyncio.sleep(0))


def test_a_child_process_may_have_a_time_limit() -> None:
    """The guard leaves the standard library's own polling for a child's end alone."""
    child = subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE)
    try:
        with pytest.raises(subprocess.TimeoutExpired):
            child.wait(timeout=0.01)
    finally:
        child.communicate(b"\n")
    assert child.returncode == 0
