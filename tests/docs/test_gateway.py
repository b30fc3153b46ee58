"""docs/gateway.md runs as it stands, and names every call and every argument."""

from __future__ import annotations

import inspect
from pathlib import Path

from tests.docs.block import blocks, codes, rows
from tests.docs.test_example import run
from xbridge.bridge.blocking_gateway import BlockingGateway
from xbridge.web.gateway_asgi import GatewayMiddleware as AsgiMiddleware
from xbridge.web.gateway_wsgi import GatewayMiddleware as WsgiMiddleware

PAGE = Path(__file__).resolve().parents[2] / "docs/gateway.md"


def test_the_page_runs() -> None:
    """Its blocks are one program; its assertions hold."""
    found = blocks(PAGE, "python")
    assert sum(block.count("\nassert ") for block in found) >= 6
    run("\n".join(found), PAGE.name)


def test_every_call_is_listed() -> None:
    """The table of calls has exactly the methods that call a service."""
    listed = {code for cells in rows(PAGE, "## 3. Calls to services") for code in codes(cells[0])}
    methods = {name for name in vars(BlockingGateway) if not name.startswith("_")}
    assert listed == methods - {"verify_gateway_request"}


def test_every_argument_is_listed() -> None:
    """Both middlewares take the same arguments, and those with a default are explained."""
    taken = [set(inspect.signature(each).parameters) for each in (AsgiMiddleware, WsgiMiddleware)]
    assert taken[0] == taken[1]
    listed = {codes(cells[0])[0] for cells in rows(PAGE, "## 1. Who is there") if codes(cells[0])}
    assert listed == taken[0] - {"app", "bridge", "provider"}
