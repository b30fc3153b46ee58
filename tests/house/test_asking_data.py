"""Lesson I1 for everything a person is asked: profiles, forms, step-up, direct login, app links and many signatures.

A marked person answers, refuses and is mixed up with another; logs, errors, events, values, rows, addresses and the
mock's own journal show nothing of them.  Signing one by one is ``test_signing_data``.
"""

from __future__ import annotations

import hashlib
import json
import logging
from base64 import b64encode
from collections.abc import Callable
from typing import Any

import pytest

from tests.house.canary import CANARIES, Search, marks
from tests.negative.asking import ASKING, PARTS
from tests.unit.flows.request_stage import DIRECT, DIRECT_APP, FORM_BACK, IPHONE, PUSH, RequestStage
from xbridge import BulkDocument, FormTitle
from xbridge.core.errors import XBridgeError
from xbridge.drivers.audit_log import log_event
from xbridge.protocols import enveloped_call
from xbridge.protocols.content_envelope import open_content
from xbridge.providers.iamsmart import callback as callback_module
from xbridge_mocks.iamsmart.courier import CallbackRequest

pytestmark = pytest.mark.slow
ONE, TWO = CANARIES
SESSION = "canary-session-7f3e"
TITLE = FormTitle(name="Canary form", number="CF-1", description="Canary purpose")
FIELDS = ("idNo", "enName", "chName", "birthDate", "gender", "mobileNumber", "addressDocFile")
VERIFIED = FIELDS[:5]
DOCUMENTS = (BulkDocument(id="d-1", name="Canary last will", hash_code=hashlib.sha256(b"canary will").digest()),)
SCOPES = ["eidapi_auth", "eidapi_profiles", "eidapi_formFilling", "eidapi_fr", "eidapi_sign", "eidapi_bulksign"]


class Desk(RequestStage):
    """A service where marked people are asked, and the list of what may be found nowhere."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, **settings: Any) -> None:
        monkeypatch.setattr("xbridge_mocks.world.POPULATION", CANARIES)
        monkeypatch.setattr("tests.unit.flows.request_stage.SCOPES", tuple(SCOPES))
        super().__init__(**settings)
        self.secrets: set[str] = {*marks(), SESSION}
        self.errors: list[tuple[str, BaseException]] = []
        self.values: list[object] = []
        opened = open_content

        def noting(key: bytes, content: str) -> bytes:
            plaintext = opened(key, content)
            document = json.loads(plaintext)
            wanted = ("accessToken", "openID", "ticketID", "bsqcToken", "state")
            self.secrets |= {document[name] for name in wanted if document.get(name)}
            self.secrets |= {key.hex(), b64encode(key).decode()}
            return plaintext

        for module in (enveloped_call, callback_module):
            monkeypatch.setattr(module, "open_content", noting)

    def deliver(self, callback: CallbackRequest) -> int:
        """Take a callback and keep what became of it."""
        assert callback.url == PUSH
        self.received.append(callback)
        kind = callback.headers["Content-Type"]
        self.attempt(self.bridge.receive_callback, "iamsmart", callback.content, content_type=kind)
        return 200

    def attempt(self, action: Callable[..., Any], *given: Any, **named: Any) -> Any:
        """Do something that may fail; keep the error or the value."""
        try:
            value = action(*given, **named)
        except XBridgeError as error:
            self.errors.append((action.__name__, error))
            return None
        self.values.append(value)
        return value

    def person(self) -> Any:
        """Somebody who is marked, logged in."""
        hop = self.bridge.begin_login(
            "iamsmart", return_to=self.return_to["iamsmart"], session=SESSION, user_agent=IPHONE
        )
        back = self.visit(hop.url, ONE.key)
        found = self.bridge.finish_login(hop.pending, callback_url=back, session=SESSION)
        self.secrets |= {hop.pending, found.proof, found.subject, *back.partition("?")[2].split("&")}
        return found

    def search(self, caplog: pytest.LogCaptureFixture) -> Search:
        """Look everywhere."""
        search = Search(self.secrets)
        for event in self.events:
            search.look("event", repr(event))
            log_event(event)
        for record in caplog.records:
            search.look(f"log {record.name}", record.getMessage(), repr(record.args), record.exc_text or "")
        for where, error in self.errors:
            search.look_at_error(f"error in {where}", error)
        search.look("value", *map(repr, self.values), *map(str, self.values))
        for key, (value, _) in self.store._pending.items():  # type: ignore[attr-defined]
            search.look("waiting row", key, value)
        search.look(
            "stored row", *(row.key for row in self.store.scan("")), *(row.value for row in self.store.scan(""))
        )
        search.look("journal", *map(repr, self.mocks.iamsmart.journal.entries()))
        return search


def check_clean(desk: Desk, caplog: pytest.LogCaptureFixture, *, errors: int) -> None:
    """Enough went wrong, every place was looked at, and nothing was found."""
    assert len(desk.errors) >= errors
    search = desk.search(caplog)
    assert search.found() == set()
    places = {where.partition(" ")[0] for where, _ in search.texts}
    assert {"event", "log", "error", "value", "journal"} <= places, "a place was not looked at"


@pytest.mark.parametrize("parts", [False, True], ids=["plain", "parts"])
def test_forms_and_step_ups_leave_nothing_of_the_person(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture, parts: bool
) -> None:
    """Every way in which a form, a step-up or their callback ends or is forged, in one document or in several parts."""
    caplog.set_level(logging.DEBUG)
    desk = Desk(monkeypatch, **({"callback_content_type": "multipart/form-data"} if parts else {}))
    bridge, mock, who = desk.bridge, desk.mocks.iamsmart, desk.person()
    for changes in (
        {"fields": (ONE.name_en,)}, {"fields": (ONE.hkid,)}, {"lang": ONE.name_zh_hant}, {"session": ONE.hkid},
        {"title": FormTitle(name=ONE.name_en * 60)}, {"title": FormTitle(name="F", number=ONE.name_zh_hant * 9)},
    ):  # fmt: skip
        given: dict[str, Any] = {"fields": FIELDS, "title": TITLE, "session": SESSION, **changes}
        assert desk.attempt(bridge.request_form, who, **given) is None
    faults = [row.fault for row in (*ASKING, *(PARTS if parts else ())) if row.operation == "delivery"]
    for fault in ["", *faults]:
        pending = desk.attempt(bridge.request_form, who, fields=FIELDS, title=TITLE, session=SESSION, user_agent=IPHONE)
        if fault:
            mock.faults.add(fault, operation="delivery")
        mock.decide(pending.business_id)
        mock.faults.clear()
        for session in ("other", SESSION, SESSION):
            desk.attempt(bridge.collect, pending, session=session)
    for decision in ("approve", "refuse", "fail"):
        pending = desk.attempt(bridge.request_step_up, who, session=SESSION, user_agent=IPHONE)
        mock.decide(pending.business_id, decision)
        desk.attempt(bridge.collect, pending, session=SESSION)
    desk.attempt(bridge.receive_callback, "iamsmart", json.dumps({"code": ONE.hkid, "message": ONE.name_en}).encode())
    desk.attempt(bridge.receive_callback, "iamsmart", b"{}", content_type=f"text/{ONE.name_en}")
    check_clean(desk, caplog, errors=60)


def test_profiles_leave_nothing_of_the_person(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """Profiles of generation 1, asked for and answered in every way, with what was not asked for beside it."""
    caplog.set_level(logging.DEBUG)
    desk = Desk(monkeypatch, generation=1)
    bridge, mock, who = desk.bridge, desk.mocks.iamsmart, desk.person()
    for fault, operation in [
        (row.fault, row.operation) for row in ASKING if row.operation in ("profileRequest", "delivery")
    ]:
        mock.faults.add(fault, operation=operation)
        pending = desk.attempt(bridge.request_profile, who, fields=VERIFIED, session=SESSION)
        if pending is not None and any(waiting.business_id == pending.business_id for waiting in mock.requests()):
            mock.decide(pending.business_id)
        mock.faults.clear()
        if pending is not None:
            desk.attempt(bridge.collect, pending, session=SESSION)
    check_clean(desk, caplog, errors=35)


def test_people_without_a_login_here_leave_nothing(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """Anonymous forms, direct logins of each kind, app links, and a key that is revoked."""
    caplog.set_level(logging.DEBUG)
    desk = Desk(
        monkeypatch, direct_login="v2", direct_login_uris=[DIRECT], direct_login_app_uris=[DIRECT_APP],
        android_package="hk.svc", android_activity="hk.svc.Login",
    )  # fmt: skip
    bridge, mock = desk.bridge, desk.mocks.iamsmart
    for fault, operation in [
        ("", ""),
        *((row.fault, row.operation) for row in ASKING if row.operation == "anonymousResult"),
    ]:
        hop = desk.attempt(
            bridge.begin_anonymous_form, "iamsmart", fields=VERIFIED, title=TITLE, return_to=FORM_BACK, session=SESSION
        )
        desk.secrets |= {hop.pending, hop.url}
        back = desk.visit(hop.url, ONE.key)
        if fault:
            mock.faults.add(fault, operation=operation)
        for session in ("other", SESSION):
            desk.attempt(bridge.finish_anonymous_form, hop.pending, callback_url=back, session=session)
        mock.faults.clear()
    client_id = str(desk.config.providers["iamsmart"]["client_id"])
    for into_app in (False, True):
        opened = mock.direct_login(client_id, ONE.key, into_app=into_app)
        desk.secrets |= {pair.partition("=")[2] for pair in opened.partition("?")[2].split("&")}
        for url in (
            opened,
            opened,
            f"{opened}&code={ONE.hkid}",
            opened.replace("code_verifier", ONE.name_en.split(",")[0]),
        ):
            desk.attempt(bridge.finish_direct_login, "iamsmart", callback_url=url, session=SESSION)
    platforms: tuple[Any, ...] = ("ios", "android")
    for platform in platforms:
        hop = desk.attempt(
            bridge.begin_login, "iamsmart", return_to=desk.return_to["iamsmart"], session=SESSION, app=platform
        )
        desk.secrets |= {hop.pending, hop.url}
        assert not any(mark in hop.url for mark in marks() | {SESSION})
    desk.attempt(bridge.revoke_key, "iamsmart")
    check_clean(desk, caplog, errors=25)


def test_many_signatures_leave_nothing_of_the_person(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """Bulk signing by a marked person: asked for, answered and refused, its token, names of documents and card number."""
    caplog.set_level(logging.DEBUG)
    desk = Desk(monkeypatch)
    mock = desk.mocks.iamsmart
    desk.secrets |= {DOCUMENTS[0].name, b64encode(hashlib.sha256(ONE.hkid.encode()).digest()).decode()}
    sections = {name: dict(section) for name, section in desk.config.providers.items()}
    sections["iamsmart"] |= {"signing": {"trust_anchors": list(mock.trust_anchors())}, "scopes": SCOPES}
    desk.config = desk.config.model_copy(update={"providers": sections})
    bridge, who = desk.bridge, desk.person()
    wanted: dict[str, Any] = {
        "hkid": f"{ONE.hkid}({ONE.hkid_check})", "service_name": "Canary notary", "department": "Canary office",
        "session": SESSION,
    }  # fmt: skip
    for changes in (
        {"hkid": f"{ONE.hkid}(Z)"},
        {"service_name": ONE.name_en * 60},
        {"session": "other"},
        {"department": ""},
    ):
        assert desk.attempt(bridge.request_bulk_signing, who, DOCUMENTS, **{**wanted, **changes}) is None
    for decision in ("approve", "refuse", "cancel", "fail"):
        request = desk.attempt(bridge.request_bulk_signing, who, DOCUMENTS, **wanted)
        desk.attempt(bridge.bulk_signing_status, request, session=SESSION)
        mock.decide(request.business_id, decision)
        for step in (bridge.collect, bridge.acknowledge_signature, bridge.cancel_bulk_signing):
            for session in ("other", SESSION):
                desk.attempt(step, request, session=session)
    check_clean(desk, caplog, errors=20)
