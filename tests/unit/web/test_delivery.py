"""What the platform POSTs: believed once, and otherwise answered with the same nothing, whatever it was."""

from __future__ import annotations

import json
import logging
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from tests.unit.web.desk_stage import OWN_URL, Browser, DeskStage, header, said
from xbridge import Bridge
from xbridge.core.errors import CallbackInvalid, StoreUnavailable
from xbridge.core.request import PendingRequest
from xbridge.stores.sqlite import SQLiteStore
from xbridge.testing.transport import InProcessTransport
from xbridge.web import FrontDesk, Hooks, WebReply, WebRequest


@pytest.fixture
def stage() -> DeskStage:
    """A service whose mail is held back: tests deliver it themselves."""
    made = DeskStage()
    made.hold()
    return made


def answered(stage: DeskStage) -> tuple[Browser, PendingRequest, bytes]:
    """Somebody who asked and approved, and what the platform POSTs."""
    browser = Browser(stage)
    browser.log_in()
    pending = stage.request_form(browser)
    stage.desk.wait_for(stage.desk.visit(browser.session), pending, next="/done")
    stage.mocks.iamsmart.decide(pending.business_id)
    return browser, pending, stage.delivered[-1].content


def test_an_answer_is_believed(stage: DeskStage) -> None:
    """200 without a word."""
    browser, pending, body = answered(stage)
    reply = stage.post_result(body)
    assert (reply.status, reply.body) == (200, b"")
    assert header(reply, "Cache-Control") == "no-store"
    assert said(browser.get(f"/iamsmart/status/{pending.business_id}"))["status"] == "done"


@pytest.mark.parametrize(
    "kind", ["application/json;charset=UTF-8", "Application/JSON", "application/json; charset=utf-8"]
)
def test_the_content_type_may_be_written_as_people_write_it(stage: DeskStage, kind: str) -> None:
    """Parameters and capitals change nothing."""
    _, _, body = answered(stage)
    assert stage.post_result(body, kind).status == 200


def hostile(body: bytes) -> dict[str, Callable[[DeskStage], WebReply]]:
    """Everything that is not to be believed, by name; ``body`` is what would be."""
    document = json.loads(body)

    def post(raw: bytes | None, kind: str = "application/json", **headers: str) -> Callable[[DeskStage], WebReply]:
        return lambda stage: stage.post_result(raw, kind, **headers)

    def bent(**changes: object) -> Callable[[DeskStage], WebReply]:
        return post(json.dumps({**document, **changes}).encode())

    return {
        "nothing": post(b""),
        "too much to read": post(None),
        "no JSON": post(b"\x00\xff"),
        "a list": post(b"[]"),
        "deep": post(b"[" * 100_000),
        "deep objects": post(b'{"a":' * 50_000),
        "twice the same member": post(body[:-1] + b', "code": "D00000"}'),
        "bad UTF-8": post(b'{"code": "\xff"}'),
        "sixteen megabytes": post(b'{"content":"' + b"A" * (16 << 20) + b'"}'),
        "another type": post(body, "text/plain"),
        "a form": post(body, "application/x-www-form-urlencoded"),
        "no type": post(body, ""),
        "two types": post(body, "application/json, text/html"),
        "parts that nobody asked for": post(body, "multipart/form-data; boundary=x"),
        "packed": post(body, content_encoding="gzip"),
        "a key for somebody else": bent(secretKey="A" * 344),
        "no key": bent(secretKey=None),
        "a key that is no text": bent(secretKey=[1]),
        "another content": bent(content=document["content"][:-8] + "AAAAAAA="),
        "no content": bent(content=""),
        "a code that is none": bent(code="<script>"),
        "another kind of code": bent(code="D70000"),
    }


@pytest.mark.slow
def test_whatever_is_not_believed_gets_the_same_answer(stage: DeskStage, caplog: pytest.LogCaptureFixture) -> None:
    """One status, no words, the same headers: nobody learns which part failed.  And the request goes on waiting."""
    caplog.set_level(logging.DEBUG)
    browser, pending, body = answered(stage)
    replies = {name: attack(stage) for name, attack in hostile(body).items()}
    refused = WebReply(
        status=400,
        headers=(
            ("Cache-Control", "no-store"),
            ("X-Content-Type-Options", "nosniff"),
            ("Referrer-Policy", "no-referrer"),
        ),
    )
    assert {name for name, reply in replies.items() if reply != refused} == set()
    assert said(browser.get(f"/iamsmart/status/{pending.business_id}"))["status"] == "waiting"
    assert stage.post_result(body).status == 200
    assert json.loads(body)["content"][:40] not in caplog.text
    assert pending.business_id not in caplog.text


def test_a_forgery_that_opens_gets_that_answer_too(stage: DeskStage) -> None:
    """An answer to another service's question, well made, is refused as what cannot be read: no oracle for the key."""
    _, _, body = answered(stage)
    other = DeskStage()
    assert other.post_result(body) == other.post_result(b"\x00\xff")
    assert stage.post_result(body).status == 200


def test_a_second_delivery_changes_nothing(stage: DeskStage) -> None:
    """Twice, before and after it was collected: the first counts, and the result is there once."""
    browser, pending, body = answered(stage)
    assert [stage.post_result(body).status for _ in range(3)] == [200, 400, 400]
    assert said(browser.get(f"/iamsmart/status/{pending.business_id}"))["status"] == "done"
    assert stage.post_result(body).status == 400
    assert len([name for name, _ in stage.hooks.heard if name == "result"]) == 1


def test_a_late_delivery_is_refused(stage: DeskStage) -> None:
    """After eighteen minutes nobody waits."""
    _, _, body = answered(stage)
    stage.clock.advance(18 * 60)
    assert stage.post_result(body).status == 400


def test_answers_may_come_out_of_order(stage: DeskStage) -> None:
    """Each finds its own request."""
    both = [answered(stage) for _ in range(2)]
    for browser, pending, body in reversed(both):
        assert stage.post_result(body).status == 200
        assert said(browser.get(f"/iamsmart/status/{pending.business_id}"))["status"] == "done"


def test_the_service_may_answer_two_hundred_to_everything() -> None:
    """What the platform makes of another status is unknown, so it can be chosen."""
    stage = DeskStage(desk={"refused_status": 200})
    assert stage.post_result(b"") == stage.post_result(b"{}")
    assert stage.post_result(b"").status == 200


def test_a_store_that_is_down_asks_for_another_try(stage: DeskStage, monkeypatch: pytest.MonkeyPatch) -> None:
    """503: nothing was taken, and the same bytes count later."""
    _, _, body = answered(stage)

    def down(*_: object, **__: object) -> None:
        raise StoreUnavailable("locked")

    with monkeypatch.context() as patch:
        patch.setattr(stage.store, "take_pending", down)
        reply = stage.post_result(body)
    assert (reply.status, reply.body) == (503, b"")
    assert header(reply, "Retry-After")
    assert stage.post_result(body).status == 200


def test_the_session_is_not_looked_at(stage: DeskStage) -> None:
    """The platform has no session here: asking for one would make one for each of its calls."""
    _, _, body = answered(stage)

    def session() -> None:
        raise AssertionError("the session was fetched")

    sent = {"content-type": "application/json"}
    request = WebRequest(method="POST", path="/iamsmart/result", headers=sent, body=body, session=session)
    assert stage.served(request).status == 200


@pytest.mark.slow
def test_two_workers_believe_it_once(tmp_path: Path) -> None:
    """Two processes' worth of desks on one SQLite file get the same callback at once: one takes it, the other nothing."""
    stores = [SQLiteStore(tmp_path / "store.db") for _ in range(2)]
    stage = DeskStage(store=stores[0])
    stage.hold()
    transport = InProcessTransport(stage.applications)
    with Bridge(stage.config, store=stores[1], clock=stage.clock.now, transport=transport) as second:
        desks = [stage.desk, FrontDesk(second, own_url=OWN_URL, hooks=stage.hooks)]
        for _ in range(5):
            browser, pending, body = answered(stage)
            request = WebRequest(
                method="POST", path="/iamsmart/result", headers={"content-type": "application/json"}, body=body
            )
            with ThreadPoolExecutor(4) as pool:
                statuses = list(pool.map(lambda desk, sent=request: desk.answer(sent).status, desks * 2))
            assert sorted(statuses) == [200, 400, 400, 400]
            assert said(browser.get(f"/iamsmart/status/{pending.business_id}"))["status"] == "done"
    for store in stores:
        store.close()


# --- who POSTs ---------------------------------------------------------------------------------------------------


def test_a_stranger_is_refused_before_a_byte_is_believed(stage: DeskStage) -> None:
    """The application's own check comes first, and its refusal looks like every other."""
    _, _, body = answered(stage)
    stage.hooks.answers["peer"] = CallbackInvalid("peer", reason="unknown")
    looked = len(stage.events)
    assert stage.post_result(body) == stage.post_result(b"x")
    assert len(stage.events) == looked
    del stage.hooks.answers["peer"]
    assert stage.post_result(body).status == 200


def test_anybody_may_ask_by_default(stage: DeskStage) -> None:
    """Without a check of its own the application relies on the ties alone; docs/web.md says what to do."""
    assert Hooks().check_peer(WebRequest(method="POST", path="/")) is None
