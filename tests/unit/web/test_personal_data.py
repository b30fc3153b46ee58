"""Marked people at the desk: nothing of them in a page, a header, a log, an event or a session (lesson I1)."""

from __future__ import annotations

import json
import logging

import pytest

from tests.house.canary import CANARIES, Search, marks
from tests.unit.web.desk_stage import TITLE, Browser, DeskStage, location
from xbridge.web import WebReply

ONE = CANARIES[0].key
FIELDS = ["idNo", "enName", "chName", "birthDate", "gender"]


class Marked(DeskStage):
    """A service where only marked people live."""

    def __init__(self) -> None:
        self.replies: list[WebReply] = []
        super().__init__(personas=CANARIES)

    def served(self, request: object) -> WebReply:
        """Ask the desk, and keep what it says."""
        reply = super().served(request)  # type: ignore[arg-type]
        self.replies.append(reply)
        return reply


@pytest.mark.slow
def test_nothing_of_a_person_is_left_at_the_desk(caplog: pytest.LogCaptureFixture) -> None:
    """Logging in, asking, being answered, refusing, forging, asking for too much: no reply, log or session holds a mark."""
    caplog.set_level(logging.DEBUG)
    stage = Marked()
    browser = Browser(stage)
    back = stage.visit(location(browser.press_login()), ONE)
    assert browser.get(back).status == 303
    browser.get(back)
    for decision in ("approve", "refuse", "fail"):
        visit = stage.desk.visit(browser.session)
        pending = stage.bridge.request_form(visit.proof(), fields=FIELDS, title=TITLE, session=visit.id)
        stage.desk.wait_for(visit, pending, next="/done")
        stage.mocks.iamsmart.decide(pending.business_id, decision)
        stage.clock.advance(2)
        browser.get(f"/iamsmart/wait/{pending.business_id}?lang=en")
        browser.get(f"/iamsmart/status/{pending.business_id}")
    results = [what[1] for name, what in stage.hooks.heard if name == "result"]
    assert [each.status for each in results] == ["done", "declined", "failed"]
    assert results[0].data.id_no, "the application itself gets them"
    for text in sorted(marks()):
        browser.get(f"/iamsmart/callback?code={text}&state={text}&{text}=1")
        browser.get(f"/iamsmart/direct?code={text}")
        stage.post_result(json.dumps({"code": text, "content": text, "secretKey": text}).encode())
        browser.post("/iamsmart/login", {"guard": text, "next": f"/{text}"})
        browser.get(f"/iamsmart/wait/{text}")
    browser.get(stage.visit(location(browser.press_login()), ONE, decision="refuse"))
    search = Search(marks())
    for reply in stage.replies:
        search.look("reply", reply.body, repr(reply.headers), repr(reply))
    search.look("session", json.dumps(browser.session))
    search.look("log", caplog.text)
    search.look("event", *map(repr, stage.events))
    assert len(stage.replies) > 50
    assert stage.events
    assert search.found() == set()
