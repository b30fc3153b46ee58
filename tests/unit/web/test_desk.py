"""The desk itself: what it refuses to be made of, and that both colours are one."""

from __future__ import annotations

import inspect
import subprocess
import sys
from typing import Any

import pytest

from tests.unit.web.desk_stage import AsyncNotebook, DeskStage
from xbridge.core.errors import ConfigError
from xbridge.web import AsyncFrontDesk, FrontDesk, Paths, Visit, WebReply, WebRequest
from xbridge.web.colour import run_at_once, settled
from xbridge.web.message import bare, document, html, redirect


@pytest.fixture(scope="module")
def stage() -> DeskStage:
    """A blocking service."""
    return DeskStage()


@pytest.mark.parametrize(
    "own_url", ["", "/iamsmart", "svc.test", "ftp://svc.test", "https://svc.test/", "https://svc.test/x?y", "https://a@b/x",
                "https://svc.test/x#y", "https://svc.test:0/x", "javascript:alert(1)"],
)  # fmt: skip
def test_the_own_address_must_be_one(stage: DeskStage, own_url: str) -> None:
    """Redirects are written with it, so a wrong one is said at the start and never taken from a request's Host."""
    with pytest.raises(ConfigError, match="own_url"):
        FrontDesk(stage.bridge, own_url=own_url)


@pytest.mark.parametrize("home", ["", "//evil.example", "https://evil.example", "home"])
def test_home_is_here(stage: DeskStage, home: str) -> None:
    """People are sent back to a path of this site."""
    with pytest.raises(ConfigError, match="home"):
        FrontDesk(stage.bridge, own_url="https://svc.test", home=home)


def test_paths_can_be_those_that_are_registered(stage: DeskStage) -> None:
    """A service whose addresses were registered long ago keeps them; the desk may stand at the root of a site."""
    desk = FrontDesk(stage.bridge, own_url="https://svc.test", paths=Paths(callback="/cb/hk", result="/push/hk"))
    assert desk.answer(WebRequest(method="GET", path="/push/hk")).status == 405
    assert desk.answer(WebRequest(method="POST", path="/push/hk", body=b"{}")).status == 400
    assert desk.answer(WebRequest(method="GET", path="/cb/hk", session={})).status == 400
    assert desk.stylesheet == "/static/web.css"


def test_a_session_may_be_a_proxy_or_come_later(stage: DeskStage) -> None:
    """Flask's session is a proxy that says it can be called; a function is called when somebody looks."""

    class Proxy(dict[str, Any]):
        def __call__(self) -> None:
            """Fail as the real one does."""
            raise TypeError("not callable")

    empty: dict[str, Any] = {}
    for session in (Proxy(), lambda: empty):
        request = WebRequest(method="GET", path="/iamsmart/callback", session=session)
        assert stage.desk.answer(request).status == 400


@pytest.mark.slow
def test_only_the_router_needs_the_extra() -> None:
    """Whoever serves Flask or Django needs neither Starlette nor a server of ours."""
    blocked = ["starlette", "uvicorn", "multipart", "werkzeug", "jinja2", "flask", "django", "fastapi", "xbridge_mocks"]
    program = f"import sys; sys.modules.update(dict.fromkeys({blocked!r})); import xbridge.web"
    subprocess.run([sys.executable, "-c", program], check=True)


def test_both_colours_have_the_same_face() -> None:
    """Same names, same arguments; only the answer is awaited."""
    faces = [
        {
            name: inspect.signature(member)
            for name, member in inspect.getmembers(colour, callable)
            if not name.startswith("_")
        }
        for colour in (FrontDesk, AsyncFrontDesk)
    ]
    assert faces[0] == faces[1]
    assert inspect.signature(FrontDesk) == inspect.signature(AsyncFrontDesk)
    assert inspect.iscoroutinefunction(AsyncFrontDesk.answer)
    assert not inspect.iscoroutinefunction(FrontDesk.answer)


def test_a_blocking_desk_waits_for_nothing(stage: DeskStage) -> None:
    """An asynchronous hook given to the blocking desk is a mistake that is said at once."""

    class Waits(AsyncNotebook):
        async def on_refusal(self, visit: Visit, error: Any) -> None:
            """Wait for something."""
            await Forever()

    desk = FrontDesk(stage.bridge, own_url="https://svc.test/iamsmart", hooks=Waits())
    with pytest.raises(RuntimeError, match="AsyncFrontDesk"):
        desk.answer(WebRequest(method="GET", path="/iamsmart/callback", session={}))


class Forever:
    """Something that is never there."""

    def __await__(self) -> Any:
        """Wait."""
        yield


def test_a_value_settles_in_either_colour() -> None:
    """What is there is returned, what is awaited is awaited, and an error comes out as it is."""

    async def later() -> int:
        return 7

    async def fails() -> int:
        raise ConfigError("no")

    async def both() -> tuple[int, int]:
        return await settled(7), await settled(later())

    async def failing() -> int:
        return await settled(fails())

    assert run_at_once(both()) == (7, 7)
    with pytest.raises(ConfigError):
        run_at_once(failing())


@pytest.mark.parametrize("evil", ["a\r\nSet-Cookie: x=y", "a\nb", "a\rb", "a\x00b", "大", "a\x7fb"])
def test_no_value_becomes_a_second_header(evil: str) -> None:
    """A line break in a header is a programming error, never a reply."""
    for made in (lambda: redirect(evil), lambda: bare(200, more=((evil, "x"),)), lambda: html("", more=(("X", evil),))):
        with pytest.raises(ValueError, match="header"):
            made()


def test_every_reply_says_not_to_keep_it() -> None:
    """Whatever is built here is for one person once."""
    for reply in (redirect("/"), html("x"), document({}), bare(200)):
        headers = dict(reply.headers)
        assert headers["Cache-Control"] == "no-store"
        assert headers["Referrer-Policy"] == "no-referrer"
        assert headers["X-Content-Type-Options"] == "nosniff"


def test_nothing_personal_shows_in_a_repr() -> None:
    """Requests and replies in a log line are bare."""
    request = WebRequest(
        method="GET",
        path="/cb",
        query="code=secret",
        headers={"cookie": "secret"},
        body=b"secret",
        session={"a": "secret"},
    )
    assert "secret" not in repr(request)
    assert "secret" not in repr(WebReply(status=200, body=b"secret"))
