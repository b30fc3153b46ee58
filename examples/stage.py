"""Try an example on your own machine: both mock platforms, a registration, a configuration, and the service itself.

    .venv/bin/python examples/stage.py flask_service

Opens nothing to the network, needs no account, and ends with Ctrl-C.  Keys and people are made up for this run.
"""

from __future__ import annotations

import json
import socket
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from subprocess import PIPE, Popen
from tempfile import TemporaryDirectory
from typing import Any

import httpx

from xbridge.testing import catalogue, new_keys
from xbridge.testing.world import new_kek

HERE = Path(__file__).resolve().parent
SCOPES = ["eidapi_auth", "eidapi_profiles", "eidapi_formFilling", "eidapi_fr", "eidapi_sign"]


@contextmanager
def running(*command: str) -> Iterator[str]:
    """Run ``command`` with this Python and yield the first line it prints; end it afterwards."""
    with Popen([sys.executable, *command], stdout=PIPE, encoding="utf-8") as process:  # noqa: S603  (our own files)
        try:
            line = process.stdout.readline() if process.stdout else ""
            if not line:
                raise RuntimeError(f"{command[0]} ended before it was ready")
            yield line.strip()
        finally:
            process.terminate()


@dataclass(frozen=True, slots=True, kw_only=True)
class Mocks:
    """Both mock platforms in a process of their own, and the control API with which a test plays the person."""

    url: str
    secret: str

    def control(self, name: str, document: dict[str, Any] | None = None) -> dict[str, Any]:
        """Call the iAM Smart mock's control API: POST where there is something to say."""
        reply = httpx.request(
            "GET" if document is None else "POST", f"{self.url}/__mock__/{name}", json=document,
            headers={"X-Mock-Secret": self.secret}, trust_env=False, timeout=10,
        )  # fmt: skip
        answer: dict[str, Any] = reply.raise_for_status().json()
        return answer


@contextmanager
def mocks_running() -> Iterator[Mocks]:
    """Start the mocks."""
    with running("-m", "xbridge_mocks", "--json") as hello:
        said = json.loads(hello)
        yield Mocks(url=said["iamsmart_url"], secret=said["control_secret"])


def written_config(mocks: Mocks, folder: Path, own_url: str) -> Path:
    """Register a service at ``own_url`` with the mock, write its configuration into ``folder``, and return the file."""
    private, public = new_kek()
    addresses = {"redirect_uris": [f"{own_url}/iamsmart/callback"], "callback_uri": f"{own_url}/iamsmart/result"}
    client = mocks.control(
        "clients",
        {
            "name": "Public Library (sample)", "redirect_uris": [*addresses["redirect_uris"], addresses["callback_uri"]],
            "kek_public_keys": [public.decode()], "scopes": SCOPES,
        },
    )  # fmt: skip
    document = {
        "profile": "development", "issuer": own_url, "log_origin": "library.example/ledger", "operator": "hk-portal",
        "keys": new_keys(), "parties": catalogue.parties()[:1],
        "providers": {"iamsmart": {
            "base_url": mocks.url, **client, **addresses, "kek_private_keys": [private], "scopes": SCOPES,
        }},
    }  # fmt: skip
    path = folder / "service.toml"
    path.write_text("\n".join(f"{name} = {_toml(value)}" for name, value in document.items()), encoding="utf-8")
    return path


@contextmanager
def service_running(example: str, mocks: Mocks, folder: Path) -> Iterator[str]:
    """Start ``example`` (a file of this folder, without ``.py``) and yield its address."""
    with socket.create_server(("127.0.0.1", 0)) as free:
        own_url = f"http://127.0.0.1:{free.getsockname()[1]}"
    with running(str(HERE / f"{example}.py"), str(written_config(mocks, folder, own_url))) as line:
        yield line.rpartition(" ")[2]


def _toml(value: object) -> str:
    """Return ``value`` as TOML on one line; JSON's texts and numbers are TOML's."""
    if isinstance(value, dict):
        return "{" + ", ".join(f"{name} = {_toml(member)}" for name, member in value.items()) + "}"
    if isinstance(value, list):
        return "[" + ", ".join(map(_toml, value)) + "]"
    return json.dumps(value, ensure_ascii=False)


if __name__ == "__main__":
    with (
        TemporaryDirectory() as folder,
        mocks_running() as mocks,
        service_running(sys.argv[1], mocks, Path(folder)) as url,
    ):
        print(f"The service: {url}\nThe mock phone of iAM Smart: {mocks.url}\nCtrl-C ends both.")
        try:
            sys.stdin.read()
        except KeyboardInterrupt:
            print("Ended.")
