"""The stage of the binding demonstration: the mocks, the Guangdong site in this process, Hong Kong's operator in another."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from os import urandom
from pathlib import Path

import httpx

from xbridge.bridge.blocking import Bridge
from xbridge.core.ids import new_handle
from xbridge.demo import hk_operator
from xbridge.demo.bind_configuration import GUANGDONG, HONG_KONG, operator_config, record_jwks
from xbridge.demo.bind_portal import BindPortal
from xbridge.demo.bind_register import guangdong_register, hong_kong_register
from xbridge.demo.bind_wire import Wire
from xbridge.demo.child_process import ChildProcess
from xbridge.demo.portal import PROVIDERS
from xbridge.demo.server import LoopbackServer
from xbridge.demo.stage import Control, Stage, registration
from xbridge.stores.sqlite import SQLiteStore
from xbridge.testing.world import new_kek, new_keys

MATCHING_PATH = "/matching"


@dataclass(frozen=True, slots=True, kw_only=True)
class BindStage(Stage):
    """As :class:`Stage`, with the wire between the operators, the other operator, and what staff need.

    ``secrets`` are the values that must never cross, for the search in what did.
    """

    wire: Wire
    hong_kong: ChildProcess
    staff_word: str
    secrets: tuple[str, ...]


@contextmanager
def open_bind_stage(folder: Path) -> Iterator[BindStage]:
    """Start the mocks and both operators; yield when all answer; stop them all at the end.

    Two ledgers are made in ``folder``.  Raises ``RuntimeError`` when a process does not start.
    """
    with ExitStack() as stack:
        # Started together, because each spends most of its start importing.
        mocks = stack.enter_context(ChildProcess("xbridge_mocks", "--json"))
        hong_kong = stack.enter_context(ChildProcess(hk_operator.__name__))
        server = LoopbackServer(None)
        stack.callback(server.stop)
        hello = mocks.hear()
        urls = {name: str(hello[f"{name}_url"]) for name in PROVIDERS}
        http = stack.enter_context(httpx.Client(timeout=10.0, trust_env=False))
        control = Control(http, urls, str(hello["control_secret"]))
        kek_private, kek_public = new_kek()
        callbacks = {name: server.url + path for name, path in PROVIDERS.items()}
        clients = {
            "iamsmart": control.register("iamsmart", callbacks["iamsmart"], kek_public_keys=[kek_public.decode()]),
            "guangdong": control.register("guangdong", callbacks["guangdong"]),
        }
        people = control.personas()
        open_ids = control.subjects("iamsmart", clients["iamsmart"]["client_id"])
        there, here = hong_kong_register(people, open_ids), guangdong_register(people)
        greeting, keys = hong_kong.hear(), new_keys()
        address = str(greeting["url"]) + MATCHING_PATH
        config = operator_config(
            GUANGDONG,
            own_url=server.url,
            keys=keys,
            peers={HONG_KONG: {"matching_url": address, "jwks": greeting["jwks"]}},
            providers={
                name: {
                    **registration(urls[name], clients[name], callbacks[name]),
                    **({"kek_private_keys": [kek_private]} if name == "iamsmart" else {}),
                }
                for name in PROVIDERS
            },
        )
        store = SQLiteStore(folder / "ledger.db")
        stack.callback(store.close)
        wire = Wire(address)
        bridge = stack.enter_context(Bridge(config, store=store, transport=wire))
        staff_word = new_handle(urandom)
        server.replace(BindPortal(bridge, own_url=server.url, register=here, staff_word=staff_word))
        server.start()
        peer = {"matching_url": server.url + MATCHING_PATH, "jwks": record_jwks(keys)}
        hong_kong.tell({"peer": peer, "register": there, "ledger": str(folder / "ledger-hong-kong.db")})
        hong_kong.hear()
        yield BindStage(
            portal_url=server.url,
            mock_urls=urls,
            control_secret=control.secret,
            service_urls={},
            store=store,
            trust=bridge.trust,
            processes=3,
            wire=wire,
            hong_kong=hong_kong,
            staff_word=staff_word,
            secrets=tuple(
                sorted({text for entry in (*here.values(), *there.values()) for text in entry.values() if text})
            ),
        )
