"""Every way in which asking a person can go wrong: the refusal is typed, and a callback counts once or not at all."""

from __future__ import annotations

from typing import Any

import httpx
import pytest

from tests.negative.asking import ASKING, ASKS, DIRECT, PARTS, Asking
from tests.unit.flows.request_stage import FORM_BACK, PERSON, RequestStage
from xbridge import FormTitle
from xbridge.core.errors import XBridgeError
from xbridge.core.request import PendingRequest

TITLE = FormTitle(name="Sample form")
ROWS_OF = {
    "asked": [row for row in ASKING if row.operation in ASKS],
    "anonymous": [row for row in ASKING if row.operation in ("anonymousRequest", "anonymousResult", "callback")],
    "delivered": [row for row in ASKING if row.operation == "delivery"],
}


def ask(stage: RequestStage, operation: str, person: Any) -> PendingRequest:
    """Ask the person who is logged in."""
    if operation == "profileRequest":
        return stage.bridge.request_profile(person, fields=("idNo", "enName"), session="s")
    if operation == "formRequest":
        return stage.bridge.request_form(person, fields=("mobileNumber",), title=TITLE, session="s")
    return stage.bridge.request_step_up(person, session="s")


def fill_anonymously(stage: RequestStage, row: Asking) -> None:
    """Fill a form without a login, the fault armed where it strikes."""
    faults = stage.mocks.iamsmart.faults
    if row.operation == "anonymousRequest":
        faults.add(row.fault, operation=row.operation)
    hop = stage.bridge.begin_anonymous_form(
        "iamsmart", fields=("idNo", "mobileNumber"), title=TITLE, return_to=FORM_BACK, session="s"
    )
    if row.operation != "anonymousRequest":
        faults.add(row.fault, operation=row.operation)
    stage.bridge.finish_anonymous_form(hop.pending, callback_url=stage.visit(hop.url, PERSON), session="s")


def check_refusal(stage: RequestStage, row: Asking, error: XBridgeError) -> None:
    """The code and the details are those of the row, and exactly one audit event says so."""
    assert error.code == row.code
    assert row.details.items() <= error.diagnostics().items()
    assert [event.code for event in stage.events if event.outcome == "refused"] == [row.code]


@pytest.mark.parametrize("row", ROWS_OF["asked"], ids=str)
def test_asking_somebody_who_is_logged_in(row: Asking) -> None:
    """A broken reply is refused and leaves nothing waiting; an odd one changes nothing for the person."""
    stage = RequestStage(generation=1)
    mock = stage.mocks.iamsmart
    person = stage.sign_in()
    mock.faults.add(row.fault, operation=row.operation)
    if row.code:
        with pytest.raises(XBridgeError) as caught:
            ask(stage, row.operation, person)
        check_refusal(stage, row, caught.value)
        return
    pending = ask(stage, row.operation, person)
    # A callback that overtook the reply has been answered already.
    if any(waiting.business_id == pending.business_id for waiting in mock.requests()):
        mock.decide(pending.business_id)
    assert stage.bridge.collect(pending, session="s").status == row.status


@pytest.mark.parametrize("row", ROWS_OF["anonymous"], ids=str)
def test_filling_a_form_without_a_login(row: Asking) -> None:
    """The same for people who have not logged in."""
    stage = RequestStage()
    if not row.code:
        fill_anonymously(stage, row)
        return
    with pytest.raises(XBridgeError) as caught:
        fill_anonymously(stage, row)
    check_refusal(stage, row, caught.value)


@pytest.mark.parametrize("row", ROWS_OF["delivered"], ids=str)
def test_the_callback_that_answers(row: Asking) -> None:
    """What cannot be believed is refused and the request goes on waiting; what can be counts once, and then it is over."""
    stage = RequestStage()
    play_delivery(stage, row, ask(stage, "formRequest", stage.sign_in()))


@pytest.mark.parametrize("row", [*ROWS_OF["delivered"], *PARTS], ids=str)
def test_the_callback_that_answers_in_several_parts(row: Asking) -> None:
    """The same for an answer with a file, whose parts can be mixed up besides."""
    stage = RequestStage(callback_content_type="multipart/form-data")
    person = stage.sign_in()
    pending = stage.bridge.request_form(person, fields=("mobileNumber", "addressDocFile"), title=TITLE, session="s")
    play_delivery(stage, row, pending)
    if row.status == "done" or row.refusal != ("", ""):
        assert stage.received[-1].headers["Content-Type"].startswith("multipart/form-data;")


def play_delivery(stage: RequestStage, row: Asking, pending: PendingRequest) -> None:
    """Answer the request, the fault of ``row`` armed, and look at what the page sees now and in the end."""
    stage.mocks.iamsmart.faults.add(row.fault, operation="delivery")
    stage.mocks.iamsmart.decide(pending.business_id)
    refusals = [(getattr(error, "claim", ""), getattr(error, "reason", "")) for error in stage.refusals]
    assert refusals == ([row.refusal] if row.refusal != ("", "") else [])
    assert stage.bridge.collect(pending, session="s").status == row.status
    stage.clock.advance(19 * 60)
    stage.mocks.iamsmart.settle()
    if row.status == "waiting":
        assert stage.bridge.collect(pending, session="s").status == "expired"
    else:
        with pytest.raises(XBridgeError) as caught:
            stage.bridge.collect(pending, session="s")
        assert caught.value.code == "callback_invalid"


def direct_callback(stage: RequestStage, version: int, *, into_app: bool) -> tuple[str, str]:
    """Start in the app's catalogue and return the callback that the browser brings, and what the session keeps."""
    mock = stage.mocks.iamsmart
    client_id = str(stage.config.providers["iamsmart"]["client_id"])
    opened = mock.direct_login(client_id, PERSON, version=version, into_app=into_app)
    if version == 2:
        return opened, ""
    hop = stage.bridge.begin_direct_login("iamsmart", url=opened, session="s")
    # The mock's own page, so that its faults can strike there.
    with httpx.Client(transport=httpx.WSGITransport(app=mock)) as app:
        return app.get(hop.url).headers["location"], hop.pending


@pytest.mark.parametrize(("fault", "operation"), sorted(DIRECT))
def test_a_login_that_starts_in_the_app(fault: str, operation: str) -> None:
    """A missing, foreign or expired code, or a verifier that is, makes no login, whichever way the login began."""
    version = 1 if operation == "getState" else 2
    address = "http://iamsmart.mock/mock/direct/" if version == 1 else "https://svc.test/direct"
    stage = RequestStage(
        direct_login=f"v{version}", direct_login_uris=[address], direct_login_app_uris=["https://svc.test/app/direct"]
    )
    stage.mocks.iamsmart.faults.add(fault, operation=operation)
    back, pending = direct_callback(stage, version, into_app=fault.startswith("verifier"))
    with pytest.raises(XBridgeError) as caught:
        stage.bridge.finish_direct_login("iamsmart", callback_url=back, session="s", pending=pending)
    assert caught.value.code == ("callback_invalid" if fault.endswith("_missing") else "provider_rejected")
