"""The gateway's middlewares with a real Starlette and a plain WSGI application: the verified user, or a refusal."""

from __future__ import annotations

import asyncio
import json
import threading
from collections.abc import Iterator
from typing import Any

import httpx
import pytest
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import JSONResponse
from starlette.routing import Route, WebSocketRoute
from starlette.websockets import WebSocket
from werkzeug.serving import make_server
from werkzeug.test import Client

from xbridge import Bridge
from xbridge.core.config import parse_config
from xbridge.core.errors import ConfigError, StoreUnavailable
from xbridge.protocols.tif_gateway import signature_of
from xbridge.stores.memory import MemoryStore
from xbridge.testing import AsyncWorld, World
from xbridge.web import gateway_asgi, gateway_wsgi
from xbridge_mocks.server import serve

PERSON = "chan-tai-man"
UINFO = "810000199001010019"
nonces = (f"{number:016x}" for number in range(1 << 20))


def signed(world: Any, **user: Any) -> dict[str, str]:
    """The headers of a request that the gateway signed just now."""
    settings = world.bridge._deps.provider("guangdong")[1].gateway
    timestamp, nonce = str(int(world.clock.now().timestamp())), next(nonces)
    signature = signature_of(settings.token.get_secret_value(), timestamp=timestamp, nonce=nonce, **user)
    values = {"paasid": settings.paasid, "timestamp": timestamp, "nonce": nonce, "signature": signature, **user}
    return {f"x-tif-{name}": value for name, value in values.items()}


SOMEBODY = {"uid": "u-001", "uinfo": UINFO, "ext": "eyJuYW1lIjoi6Zmz5aSn5paHIn0="}


class Doors:
    """The same service behind both middlewares; ``get`` answers status and JSON of one of them."""

    def __init__(self, colour: str, **options: Any) -> None:
        self.world: Any = (World if colour == "wsgi" else AsyncWorld)(gateway=True)
        self.seen: list[Any] = []
        self._colour = colour
        self._app: Any
        bridge: Any = self.world.bridge
        if colour == "wsgi":
            self._app = gateway_wsgi.GatewayMiddleware(self._wsgi, bridge, **options)
        else:
            inside = Starlette(
                routes=[Route("/{path:path}", self._asgi)],
                middleware=[Middleware(gateway_asgi.GatewayMiddleware, bridge=bridge, **options)],
            )
            self._app = inside

    def get(self, headers: Any, path: str = "/") -> tuple[int, Any]:
        """Send a request; ``headers`` may be pairs, to send one twice."""
        pairs = list(headers.items()) if isinstance(headers, dict) else headers
        if self._colour == "wsgi":
            reply = Client(self._app).get(path, headers=pairs)
            assert reply.mimetype == "application/json"
            return reply.status_code, reply.get_json()

        async def main() -> tuple[int, Any]:
            transport = httpx.ASGITransport(app=self._app)
            async with httpx.AsyncClient(transport=transport, base_url="https://svc.test") as http:
                answer = await http.get(path, headers=pairs)
                return answer.status_code, answer.json()

        return asyncio.run(main())

    async def _asgi(self, request: Request) -> JSONResponse:
        user = request.scope["xbridge.gateway_user"]
        assert request.state.gateway_user is user
        self.seen.append(user)
        return JSONResponse({"uid": user.uid if user else None, "headers": sorted(set(request.headers.keys()))})

    def _wsgi(self, environ: dict[str, Any], start_response: Any) -> list[bytes]:
        user = environ["xbridge.gateway_user"]
        self.seen.append(user)
        names = sorted(name[5:].replace("_", "-").lower() for name in environ if name.startswith("HTTP_"))
        start_response("200 OK", [("Content-Type", "application/json")])
        return [json.dumps({"uid": user.uid if user else None, "headers": names}).encode()]


@pytest.fixture(scope="module", params=["asgi", "wsgi"])
def doors(request: pytest.FixtureRequest) -> Doors:
    """A service behind the middleware of each kind, with a health check."""
    return Doors(request.param, exempt=["/health"], unsigned=["X-Tif-Sid"])


def refusal(errmsg: str, errcode: int = 400000400) -> tuple[int, dict[str, Any]]:
    """A refusal in the gateway's shape."""
    return 400, {"errcode": errcode, "errmsg": errmsg}


def test_the_verified_user_is_on_the_request(doors: Doors) -> None:
    """The application finds the user where it is documented, and none of the gateway's headers but what it asked for."""
    status, told = doors.get({**signed(doors.world, **SOMEBODY), "x-tif-sid": "YSSRZ1", "x-tif-did": "d", "x-own": "1"})
    assert (status, told["uid"]) == (200, "u-001")
    assert [name for name in told["headers"] if name.startswith(("x-tif", "x-rio", "x-own"))] == ["x-own", "x-tif-sid"]
    assert (doors.seen[-1].name, doors.seen[-1].document_number) == ("陳大文", UINFO)


STRAYS = {"x-ysshint": "1", "X_YssHint": "2", "x-sal-uid": "admin", "X_Sal_Userid": "admin"}


def test_none_of_the_gateway_s_other_headers_arrives(doors: Doors) -> None:
    """What the gateway or its relatives read beside the signed headers is taken away from verified requests too."""
    status, told = doors.get({**signed(doors.world, **SOMEBODY), **STRAYS})
    assert status == 200
    assert not [name for name in told["headers"] if name.replace("_", "-").startswith(("x-sal", "x-yss"))]


@pytest.mark.parametrize("again", ["x-tif-sid", "X-TIF-SID", "x_tif_sid", "x-Tif_sid"])
def test_what_passes_unsigned_passes_once(doors: Doors, again: str) -> None:
    """Two of a header that nobody signed are refused in every spelling: which one counts would be chance."""
    before = len(doors.seen)
    twice = [*signed(doors.world, **SOMEBODY).items(), ("x-tif-sid", "YSSRZ1"), (again, "YSSRZ2")]
    assert doors.get(twice) == refusal("missing headers.")
    joined = [*signed(doors.world, **SOMEBODY).items(), (again, "YSSRZ1,YSSRZ2")]
    assert doors.get(joined) == refusal("missing headers.")
    assert len(doors.seen) == before


def test_a_call_about_nobody_has_no_user(doors: Doors) -> None:
    """What the gateway sends for nobody arrives, with None."""
    assert doors.get(signed(doors.world))[1]["uid"] is None
    assert doors.seen[-1] is None


@pytest.mark.parametrize(
    ("change", "answer"),
    [
        ({"x-tif-paasid": "other"}, refusal("unknown paas info.")),
        ({"x-tif-nonce": ""}, refusal("missing headers.")),
        ({"x-tif-timestamp": "soon"}, refusal("invalid timestamp.")),
        ({"x-tif-timestamp": "1700000000"}, refusal("timestamp is out of date.")),
        ({"x-tif-nonce": "short"}, refusal("invalid nonce.")),
        ({"x-tif-signature": "0" * 64}, refusal("bad signature.", 400000401)),
        ({"x-tif-uid": "u-002"}, refusal("bad signature.", 400000401)),
    ],
)
def test_everybody_else_is_answered_in_the_gateway_s_shape(doors: Doors, change: Any, answer: Any) -> None:
    """The application never sees a request that does not verify; the answer is the gateway's own."""
    before = len(doors.seen)
    assert doors.get({**signed(doors.world, **SOMEBODY), **change}) == answer
    assert len(doors.seen) == before


def test_strangers_replays_and_doubles(doors: Doors) -> None:
    """No headers, the same ones again, one of them twice: refused, and nothing of it reached the application."""
    before = len(doors.seen)
    assert doors.get({}) == refusal("missing headers.")
    once = signed(doors.world, **SOMEBODY)
    assert doors.get(once)[0] == 200
    assert doors.get(once) == refusal("invalid nonce.")
    twice = [*signed(doors.world, **SOMEBODY).items(), ("X-Tif-Uid", "u-002")]
    assert doors.get(twice) == refusal("missing headers.")
    assert len(doors.seen) == before + 1


def test_exempt_paths_have_no_user_and_no_headers(doors: Doors) -> None:
    """A health check needs no gateway, and believes nobody; only the whole path is exempt."""
    status, told = doors.get(
        {"x-tif-uid": "admin", "X_TIF_UINFO": "1", "x-rio-uid": "admin", "x-tif-sid": "s", **STRAYS}, "/health"
    )
    assert (status, told["uid"]) == (200, None)
    assert not [name for name in told["headers"] if any(word in name for word in ("tif", "rio", "sal", "yss"))]
    for path in ("/health/", "/healthy", "/health/x", "/Health"):
        assert doors.get({}, path) == refusal("missing headers.")


@pytest.mark.parametrize("kind", ["asgi", "wsgi"])
def test_a_store_in_trouble_lets_nobody_in(kind: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where nobody can say whether a nonce was seen, the answer is 503 and the application is not reached."""
    doors = Doors(kind)

    def fail(*_: Any, **__: Any) -> bool:
        raise StoreUnavailable("the store is locked")

    monkeypatch.setattr(doors.world.store, "was_spent", fail)
    assert doors.get(signed(doors.world)) == (503, {"errcode": 400000529, "errmsg": "internal error."})
    assert doors.seen == []


@pytest.mark.parametrize(
    "options", [{"exempt": "/health"}, {"exempt": ["health"]}, {"unsigned": "x-tif-sid"}, {"refusal_status": 200}]
)
@pytest.mark.parametrize("kind", ["asgi", "wsgi"])
def test_settings_are_checked_when_it_is_made(kind: str, options: dict[str, Any]) -> None:
    """A text where a list belongs, a path without a slash and a refusal that is none are refused at once."""
    doors: dict[str, Any] = {"asgi": gateway_asgi.GatewayMiddleware, "wsgi": gateway_wsgi.GatewayMiddleware}
    with pytest.raises(ConfigError):
        doors[kind](None, None, **options)


def test_web_sockets_need_the_gateway_too() -> None:
    """A handshake is verified like a request, and closed before it is accepted when it does not hold."""
    world = AsyncWorld(gateway=True)

    async def greet(socket: WebSocket) -> None:
        await socket.accept()
        await socket.send_text(socket.state.gateway_user.uid)
        await socket.close()

    app = gateway_asgi.GatewayMiddleware(Starlette(routes=[WebSocketRoute("/ws", greet)]), world.bridge)

    def shake(headers: dict[str, str]) -> list[Any]:
        sent: list[Any] = []

        async def receive() -> dict[str, Any]:
            return {"type": "websocket.connect"}

        async def send(message: Any) -> None:
            sent.append(message)

        pairs = [(name.encode(), value.encode()) for name, value in headers.items()]
        asyncio.run(app({"type": "websocket", "path": "/ws", "headers": pairs, "subprotocols": []}, receive, send))
        return sent

    told = shake(signed(world, **SOMEBODY))
    assert [message["type"] for message in told] == ["websocket.accept", "websocket.send", "websocket.close"]
    assert told[1]["text"] == "u-001"
    assert shake({}) == [{"type": "websocket.close", "code": 1008}]


def test_a_path_in_chinese_is_one_path() -> None:
    """The exempt path is compared as people write it, whatever clothes the server hands it over in."""
    for kind in ("asgi", "wsgi"):
        assert Doors(kind, exempt=["/健康"]).get({}, "/%E5%81%A5%E5%BA%B7")[0] == 200


@pytest.fixture
def service() -> Iterator[Any]:
    """A plain WSGI service on a real socket, behind the mock's proxy on another."""
    documents: list[dict[str, Any]] = []
    world = World(gateway=True, overrides=documents.append)
    doors = Doors.__new__(Doors)
    doors.seen = []
    with serve(world.mocks) as running:
        holder: dict[str, Any] = {}

        def application(environ: Any, start_response: Any) -> Any:
            return holder["door"](environ, start_response)

        server = make_server("127.0.0.1", 0, application, threaded=True)
        thread = threading.Thread(target=server.serve_forever, daemon=True)
        thread.start()
        made = world.mocks.tif.register_client(name="Mine", upstream=f"http://127.0.0.1:{server.server_port}")
        gateway = documents[0]["providers"]["guangdong"]["gateway"]
        gateway |= {"base_url": running.tif_url, "paasid": made.client_id, "token": made.client_secret}
        with Bridge(parse_config(documents[0]), store=MemoryStore(), clock=world.clock.now) as bridge:
            holder["door"] = gateway_wsgi.GatewayMiddleware(doors._wsgi, bridge)
            yield world, bridge, f"{running.tif_url}/app/{made.client_id}", doors.seen
        server.shutdown()
        thread.join()
        server.server_close()


@pytest.mark.slow
def test_over_real_sockets(service: Any) -> None:
    """A browser, the gateway mock, the middleware and the service, each on its own connection; and a call back out."""
    world, bridge, url, seen = service
    with httpx.Client(trust_env=False) as browser:
        assert browser.get(f"{url}/a%20b?q=1").json()["uid"] is None
        back = world.mocks.tif.log_in(f"{url}/home", PERSON)
        arrived = browser.get(back, follow_redirects=True, headers={"x-tif-uid": "admin"})
        assert arrived.json()["uid"] == world.mocks.tif.subjects("")[PERSON]
        assert seen[-1].name == world.mocks.tif.platform.holder(PERSON).name_zh_hant
        world.mocks.tif.faults.add("replayed_nonce")
        assert browser.get(f"{url}/").json() == {"errcode": 400000400, "errmsg": "invalid nonce."}
        assert browser.get(url.removesuffix("/app") + "x/").status_code == 404
    user = bridge.one_off_user(world.mocks.tif.issue_one_off(PERSON))
    assert user.uid == seen[-1].uid
