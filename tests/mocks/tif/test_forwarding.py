"""Proxy mode: what goes on to the developer's service, what never does, and as whom (specs/providers/tif.md 3)."""

from __future__ import annotations

import base64
import hashlib
import json
from collections.abc import Callable
from typing import Any

import pytest
from werkzeug.test import Client

from tests.mocks.tif.calling_service import PERSON
from xbridge_mocks.tif import TifMock
from xbridge_mocks.tif.forwarding import Forwarded, ForwardReply
from xbridge_mocks.tif.misbehaviour import FORWARD_FAULTS

Seen = list[Forwarded]


class Upstream:
    """The developer's service, in this process."""

    def __init__(self, mock: TifMock) -> None:
        self.mock = mock
        self.seen: Seen = []
        self.answer = ForwardReply(status=200, headers=(("X-Own", "1"), ("Set-Cookie", "a=b")), content=b"hello")
        self.credentials = mock.register_client(name="Mine", upstream="http://127.0.0.1:9/base")
        mock.forwarder.send = self.take
        self.browser = Client(mock)

    def take(self, request: Forwarded) -> ForwardReply:
        """Keep the request and answer."""
        self.seen.append(request)
        return self.answer

    def open(self, path: str = "/", **options: Any) -> Any:
        """Open a page of the service through the gateway."""
        return self.browser.open(f"/app/{self.credentials.client_id}{path}", **options)

    def headers(self, which: int = -1) -> dict[str, str]:
        """The headers of a request that arrived, names in lower case."""
        return {name.lower(): value for name, value in self.seen[which].headers}


@pytest.fixture
def upstream(mock: TifMock) -> Upstream:
    """A service behind the gateway."""
    return Upstream(mock)


def test_what_goes_on(upstream: Upstream) -> None:
    """Method, path, query, body and the caller's own headers arrive; so does the answer."""
    reply = upstream.open("/a%20b/c?q=%E9%99%B3&q=2", method="PUT", data=b"body", headers={"X-Mine": "1"})
    sent = upstream.seen[0]
    assert (sent.method, sent.target, sent.content) == ("PUT", "/a%20b/c?q=%E9%99%B3&q=2", b"body")
    assert sent.upstream == "http://127.0.0.1:9/base"
    assert upstream.headers()["x-mine"] == "1"
    assert (reply.status_code, reply.data, reply.headers["X-Own"]) == (200, b"hello", "1")


def test_what_never_goes_on(upstream: Upstream) -> None:
    """A stranger's headers under the gateway's names, those of one connection, and the host stay behind."""
    strange = {"X-Tif-Uid": "admin", "x_tif_uinfo": "1", "X-Rio-Uid": "admin", "X-Tif-Sid": "s"}
    upstream.open(headers={**strange, "Connection": "close, X-Hop", "X-Hop": "1", "TE": "trailers", "Upgrade": "h2c"})
    names = set(upstream.headers())
    assert not names & {"connection", "x-hop", "te", "upgrade", "host", "x-tif-uid", "x-tif-sid", "x-rio-uid"}
    assert not {name for name in names if "_" in name}
    assert {name for name in names if name.startswith("x-tif")} == {
        "x-tif-paasid", "x-tif-timestamp", "x-tif-nonce", "x-tif-signature",
    }  # fmt: skip


def test_as_whom(upstream: Upstream) -> None:
    """The user of the cookie is told, signed as section 3 says; with proofs and their end."""
    upstream.browser.set_cookie("xbridge_mock_tif_sid", upstream.mock.sign_in(PERSON, face=True))
    upstream.open()
    told = upstream.headers()
    middle = ",".join(("", told["x-tif-uid"], told["x-tif-uinfo"], told["x-tif-ext"]))
    text = (
        told["x-tif-timestamp"] + upstream.credentials.client_secret + told["x-tif-nonce"] + middle
        + told["x-tif-timestamp"]
    )  # fmt: skip
    assert told["x-tif-signature"] == hashlib.sha256(text.encode()).hexdigest()
    now = upstream.mock.clock.now_ms() // 1000
    ext = json.loads(base64.b64decode(told["x-tif-ext"]))
    assert ext == {"name": "陳大文", "face_expire": now + 300, "realname_expire": now + 300}
    assert told["x-tif-uid"] == upstream.mock.subjects("")[PERSON]


def test_a_person_is_picked_on_the_page(upstream: Upstream) -> None:
    """The page of the mock logs somebody in and out; a form from elsewhere does neither."""
    page = upstream.browser.get("/?lang=en").text
    word = page.partition('name="word" value="')[2][:64]
    assert upstream.browser.post("/mock/sign-in", data={"persona": PERSON, "word": "0" * 64}).status_code == 403
    assert Client(upstream.mock).post("/mock/sign-in", data={"persona": PERSON, "word": word}).status_code == 403
    assert upstream.browser.post("/mock/sign-in", data={"persona": "nobody", "word": word}).status_code == 403
    assert upstream.browser.post("/mock/sign-in", data={"persona": PERSON, "word": word}).status_code == 303
    assert "Logged in as CHAN, Tai Man" in upstream.browser.get("/?lang=en").text
    upstream.open()
    assert upstream.headers()["x-tif-uid"] == upstream.mock.subjects("")[PERSON]
    assert upstream.browser.post("/mock/sign-out", data={"word": word}).status_code == 303
    upstream.open()
    assert "x-tif-uid" not in upstream.headers()


@pytest.mark.parametrize("lang", ["en", "zh-HK", "zh-CN"])
def test_the_page_is_in_three_languages(upstream: Upstream, lang: str) -> None:
    """Everybody with an account can be picked, in every language, and nothing is left to fill in."""
    page = upstream.browser.get(f"/?lang={lang}").text
    assert page.count('name="persona"') == len(upstream.mock.platform.holders())
    assert "{name}" not in page


def test_a_ticket_is_good_once_and_stays_here(upstream: Upstream) -> None:
    """The address that logs a browser in works once, and leads to no other host."""
    back = upstream.mock.log_in(f"http://tif.test/app/{upstream.credentials.client_id}/home?x=1", PERSON)
    first = upstream.browser.get(back.removeprefix("http://tif.test"))
    assert first.headers["Location"] == f"/app/{upstream.credentials.client_id}/home?x=1"
    assert upstream.browser.get(back.removeprefix("http://tif.test")).status_code == 404
    for elsewhere in ("http://tif.test//elsewhere.test/", "http://tif.test/\\elsewhere.test"):
        with pytest.raises(ValueError, match="below"):
            upstream.mock.log_in(elsewhere, PERSON)


@pytest.mark.parametrize("path", ["/app/nobody/", "/app/", "/app/x"])
def test_only_registered_services(upstream: Upstream, path: str) -> None:
    """What is not registered, or without an address, is answered in the gateway's shape."""
    unreachable = upstream.mock.register_client(name="Only calls")
    for each in (path, f"/app/{unreachable.client_id}/", f"/app/{upstream.credentials.client_id}"):
        reply = upstream.browser.get(each)
        assert (reply.status_code, reply.get_json()["errcode"]) == (404, 400000404)
    assert upstream.seen == []


@pytest.mark.parametrize("failure", [ConnectionRefusedError, TimeoutError, OSError])
def test_a_service_that_is_not_there(upstream: Upstream, failure: type[OSError]) -> None:
    """The gateway says so itself."""

    def fail(_: Forwarded) -> ForwardReply:
        raise failure

    upstream.mock.forwarder.send = fail
    reply = upstream.open()
    assert (reply.status_code, reply.get_json()) == (502, {"errcode": 400000529, "errmsg": "internal error."})


CHANGES: dict[str, Callable[[Upstream, dict[str, str]], object]] = {
    "wrong_signature": lambda up, told: told["x-tif-signature"],
    "stale_timestamp": lambda up, told: int(told["x-tif-timestamp"]) < up.mock.clock.now_ms() // 1000 - 180,
    "future_timestamp": lambda up, told: int(told["x-tif-timestamp"]) > up.mock.clock.now_ms() // 1000 + 180,
    "replayed_nonce": lambda up, told: up.seen[0] == up.seen[1],
    "missing_header": lambda up, told: "x-tif-nonce" not in told,
    "swapped_user": lambda up, told: told["x-tif-uid"] != up.mock.subjects("")[PERSON],
    "two_uids": lambda up, told: [name for name, _ in up.seen[0].headers].count("x-tif-uid") == 2,
    "unsigned_user": lambda up, told: told["x-tif-uid"] == "" and told["x-tif-uinfo"],
    "user_in_nonce": lambda up, told: "," in told["x-tif-nonce"] and "x-tif-uid" not in told,
    "garbled_ext": lambda up, told: "!" in told["x-tif-ext"],
    "predecessor_headers": lambda up, told: "x-rio-uid" in told and "x-tif-uid" not in told,
    "upper_case_hex": lambda up, told: told["x-tif-signature"].isupper(),
}


@pytest.mark.parametrize("fault", [name for name, _, _ in FORWARD_FAULTS])
def test_every_fault_is_played(upstream: Upstream, fault: str) -> None:
    """Each fault of the catalogue changes what it says, once, and stands in the journal."""
    upstream.browser.set_cookie("xbridge_mock_tif_sid", upstream.mock.sign_in(PERSON))
    upstream.mock.faults.add(fault, operation="forward")
    upstream.open()
    assert CHANGES[fault](upstream, upstream.headers(0))
    assert upstream.mock.journal.entries()[-1].outcome == "fault"
    upstream.open()
    assert upstream.mock.journal.entries()[-1].outcome == "ok"
