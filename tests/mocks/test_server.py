"""The mocks over true loopback sockets, and the command that serves them."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from http.client import HTTPConnection
from pathlib import Path
from urllib.parse import urlsplit

import pytest

import xbridge_mocks
from xbridge_mocks import MockWorld, serve

MOCKS = ("iamsmart", "guangdong", "corpid", "zwrz", "tif", "gjzwfw", "office_app")
# The office app is the zwrz mock's second address.
MARKS = {"office_app": "zwrz"}


def get(url, path, **head):
    """One GET over a socket; returns the status, the headers and the body."""
    connection = HTTPConnection(urlsplit(url).netloc, timeout=10)
    try:
        connection.request("GET", path, headers=head)
        reply = connection.getresponse()
        return reply.status, reply.headers, reply.read()
    finally:
        connection.close()


def test_serves_all_on_loopback(capfd):
    """Each mock answers on 127.0.0.1, marks what it sends, and logs no request line."""
    with serve(MockWorld()) as running:
        for name in MOCKS:
            url = getattr(running, f"{name}_url")
            assert url.startswith("http://127.0.0.1:")
            status, head, _ = get(url, "/__mock__/clock?code=S3CRET", **{"X-Mock-Secret": running.control_secret})
            assert (status, head["X-Xbridge-Mock"]) == (200, MARKS.get(name, name))
            assert get(url, "/__mock__/clock")[0] == 403
    assert "S3CRET" not in "".join(capfd.readouterr())


def test_stop_frees_the_address():
    """After stopping nobody listens there, and stopping again is harmless."""
    running = serve(MockWorld())
    url = running.iamsmart_url
    running.stop()
    running.stop()
    with pytest.raises(ConnectionRefusedError):
        get(url, "/")


def test_a_taken_address_is_an_error():
    """A port in use is reported, and the server that had already started is closed again."""
    with serve(MockWorld()) as running:
        port = urlsplit(running.guangdong_url).port
        assert port
        with pytest.raises(OSError, match=r"in use"):
            serve(MockWorld(), guangdong_port=port)


@pytest.mark.slow
def test_command_says_that_an_address_is_taken():
    """The command ends with 1 and one line, not with a traceback."""
    with serve(MockWorld()) as running:
        where = {**os.environ, "PYTHONPATH": str(Path(xbridge_mocks.__file__).parents[1])}
        command = [sys.executable, "-m", "xbridge_mocks", "--iamsmart-port", str(urlsplit(running.iamsmart_url).port)]
        done = subprocess.run(command, env=where, capture_output=True, text=True, timeout=20, check=False)
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr.startswith("xbridge_mocks: ")
    assert done.stderr.count("\n") == 1


@pytest.mark.slow
@pytest.mark.parametrize("stop", [signal.SIGINT, signal.SIGTERM])
def test_command(stop):
    """The command announces the addresses as JSON and ends cleanly on either signal."""
    where = {**os.environ, "PYTHONPATH": str(Path(xbridge_mocks.__file__).parents[1]), "PYTHONUNBUFFERED": "1"}
    command = [sys.executable, "-m", "xbridge_mocks", "--json"]
    with subprocess.Popen(command, env=where, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as process:
        assert process.stdout
        said = json.loads(process.stdout.readline())
        assert [get(said[f"{name}_url"], "/")[0] for name in MOCKS] == [200] * len(MOCKS)
        assert said["mock"] is True
        process.send_signal(stop)
        out, err = process.communicate(timeout=20)
    assert (process.returncode, out, err) == (0, "", "")
