"""A WSGI request, read no further than allowed, whatever it says about itself."""

from __future__ import annotations

from io import BytesIO
from typing import Any

import pytest

from tests.unit.web.desk_stage import DeskStage
from xbridge.web import FrontDesk, WebReply, WebRequest, answer_wsgi


class Echo(FrontDesk):
    """A desk that keeps the last request it was given."""

    seen: WebRequest

    def answer(self, request: WebRequest) -> WebReply:
        """Keep it."""
        self.seen = request
        return WebReply(status=200)


class Counting(BytesIO):
    """A body that counts how much of it was read, and gives it in small pieces."""

    taken = 0

    def read(self, size: int | None = -1) -> bytes:
        """Read, at most a thousand bytes at a time."""
        piece = super().read(min(size, 1000) if size is not None and size >= 0 else -1)
        self.taken += len(piece)
        return piece


@pytest.fixture(scope="module")
def desk() -> Echo:
    """The desk of a service that takes results of 5,000 bytes."""
    stage = DeskStage()
    return Echo(stage.bridge, own_url="https://svc.test/portal/iamsmart", callback_max_bytes=5000)


def ask(
    desk: Echo, body: bytes = b"", *, path: str = "/iamsmart/result", **environ: Any
) -> tuple[WebRequest, Counting]:
    """Hand a request over, and return what the desk saw and the body with its count."""
    source = Counting(body)
    given = {
        "REQUEST_METHOD": "POST", "SCRIPT_NAME": "/portal", "PATH_INFO": path, "wsgi.input": source,
        "QUERY_STRING": "a=%20b", "REMOTE_ADDR": "192.0.2.7", "CONTENT_TYPE": "application/json", **environ,
    }  # fmt: skip
    answer_wsgi(desk, given, {})
    return desk.seen, source


def test_a_request_arrives_whole(desk: Echo) -> None:
    """Method, path with the place of mounting, raw query, headers, peer and body."""
    body = b"x" * 4500
    seen, _ = ask(desk, body, CONTENT_LENGTH="4500", HTTP_USER_AGENT="me", HTTP_X_REAL_IP="1")
    assert (seen.method, seen.path, seen.query, seen.peer) == ("POST", "/portal/iamsmart/result", "a=%20b", "192.0.2.7")
    assert seen.headers == {
        "user-agent": "me", "x-real-ip": "1", "content-type": "application/json", "content-length": "4500",
    }  # fmt: skip
    assert seen.body == body
    assert seen.url == "/portal/iamsmart/result?a=%20b"


@pytest.mark.parametrize(
    ("length", "body"),
    [("5001", b"x" * 5001), ("99999999999", b"x"), ("-1", b"x"), ("1e3", b"x"), ("5 ", b"x" * 5), ("+5", b"x" * 5),
     ("٥", b"x" * 5), ("10", b"x" * 9), ("9" * 5000, b"x")],
    ids=range(9),
)  # fmt: skip
def test_a_length_that_is_too_much_or_wrong(desk: Echo, length: str, body: bytes) -> None:
    """An announced length over the limit is refused before anything is read; a lying one afterwards."""
    seen, source = ask(desk, body, CONTENT_LENGTH=length)
    assert seen.body is None
    assert source.taken == 0 or length == "10"


def test_without_a_length_nothing_is_read(desk: Echo) -> None:
    """No length and no chunks: there is no body, and a socket that stays open holds nobody."""
    seen, source = ask(desk, b"x" * 100)
    assert (seen.body, source.taken) == (b"", 0)


@pytest.mark.parametrize(("size", "taken"), [(4000, 4000), (5000, 5000), (5001, 5001), (1_000_000, 5001)])
def test_chunks_are_read_up_to_the_limit(desk: Echo, size: int, taken: int) -> None:
    """A body without a length that the server ends: read to one byte more than allowed and no further."""
    chunked: dict[str, Any] = {"HTTP_TRANSFER_ENCODING": "chunked", "wsgi.input_terminated": True}
    seen, source = ask(desk, b"x" * size, **chunked)
    assert source.taken == taken
    assert seen.body == (b"x" * size if size <= 5000 else None)


def test_chunks_that_nobody_ends_are_not_read(desk: Echo) -> None:
    """A server that does not end the body leaves nothing that could be read safely."""
    seen, source = ask(desk, b"x", HTTP_TRANSFER_ENCODING="chunked")
    assert (seen.body, source.taken) == (None, 0)


def test_a_form_has_a_limit_of_its_own(desk: Echo) -> None:
    """What a browser posts is small."""
    assert ask(desk, b"x" * 16384, path="/iamsmart/login", CONTENT_LENGTH="16384")[0].body is not None
    assert ask(desk, b"x" * 16385, path="/iamsmart/login", CONTENT_LENGTH="16385")[0].body is None


def test_a_path_is_read_as_it_was_written(desk: Echo) -> None:
    """UTF-8 that travelled as Latin-1 comes back; bytes that are no UTF-8 become a mark."""
    seen, _ = ask(desk, path="/iamsmart/大".encode().decode("latin-1"))
    assert seen.path == "/portal/iamsmart/大"
    assert seen.url.isascii()
    assert "\ufffd" in ask(desk, path="/iamsmart/\xff")[0].path
