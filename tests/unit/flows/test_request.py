"""Asking after the login and being answered by callback, against the mock: every kind, every end, every attack on the ties."""

from __future__ import annotations

import asyncio
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any

import pytest

from tests.unit.flows.request_stage import IPHONE, PERSON, RequestStage
from xbridge import Bridge, FormTitle, PendingRequest
from xbridge.core.errors import CallbackInvalid, ConfigError, LinkRefused, ProtocolError, ProviderRejected, Unsupported
from xbridge.core.identity import Profile
from xbridge.linking.proof import LoginProof
from xbridge.providers.iamsmart.form import FormData
from xbridge.testing import AsyncWorld
from xbridge.testing.transport import InProcessTransport

TITLE = FormTitle(name="Sample form", number="F-1", description="A sample")
FIELDS = ("idNo", "enName", "mobileNumber", "residentialAddress")


def ask(stage: RequestStage, kind: str, person: Any, *, session: str = "s", user_agent: str = "") -> PendingRequest:
    """Make one request of ``kind``."""
    if kind == "profile":
        return stage.bridge.request_profile(
            person, fields=("idNo", "birthDate"), session=session, user_agent=user_agent
        )
    if kind == "form":
        return stage.bridge.request_form(person, fields=FIELDS, title=TITLE, session=session, user_agent=user_agent)
    return stage.bridge.request_step_up(person, session=session, user_agent=user_agent)


def generation(kind: str) -> int:
    """The generation in which ``kind`` is asked for."""
    return 1 if kind == "profile" else 2


KINDS = ("profile", "form", "step_up")


@pytest.mark.parametrize("kind", KINDS)
def test_a_request_is_answered_once(kind):
    """The page waits, gets the typed result once, and then nothing; the other session never gets anything."""
    stage = RequestStage(generation=generation(kind))
    person = stage.sign_in()
    request = ask(stage, kind, person)
    assert request.auth_by_qr
    assert request.expires_at == stage.clock.now() + timedelta(minutes=18)
    assert stage.bridge.collect(request, session="s").status == "waiting"
    stage.mocks.iamsmart.decide(request.business_id)
    assert stage.refusals == []
    with pytest.raises(CallbackInvalid):
        stage.bridge.collect(request, session="other")
    collected = stage.bridge.collect(request, session="s")
    assert (collected.status, collected.kind, collected.provider_code) == ("done", kind, "")
    if kind == "profile":
        assert isinstance(collected.data, Profile)
        assert collected.data.document("hkid")
        assert collected.data.birth_date
        # What was not asked for did not come, or was not kept.
        assert collected.data.name == collected.data.name_en == ""
    elif kind == "form":
        assert isinstance(collected.data, FormData)
        assert collected.data.id_no is not None
        assert collected.data.id_no.printed()
        assert collected.data.model_fields_set <= {"id_no", "en_name", "mobile_number", "residential_address"}
    with pytest.raises(CallbackInvalid) as caught:
        stage.bridge.collect(request, session="s")
    assert (caught.value.claim, caught.value.reason) == ("request", "unknown")


@pytest.mark.parametrize("kind", KINDS)
def test_on_the_same_device_a_ticket_opens_the_app(kind):
    """Who logged in on a phone gets a URL with the ticket, and the request shows neither in its ``repr``."""
    stage = RequestStage(generation=generation(kind))
    person = stage.sign_in(user_agent=IPHONE)
    request = ask(stage, kind, person, user_agent=IPHONE)
    assert not request.auth_by_qr
    assert request.app_url.startswith("hk.gov.iamsmart://")
    assert request.ticket_id in request.app_url
    assert request.ticket_id not in repr(request)


@pytest.mark.parametrize(
    ("kind", "decision", "status", "code"),
    [
        ("profile", "refuse", "declined", "D50001"),
        ("profile", "fail", "failed", "D50002"),
        ("form", "cancel", "declined", "D60000"),
        ("form", "refuse", "declined", "D60001"),
        ("form", "fail", "failed", "D60002"),
        ("step_up", "refuse", "declined", "D80001"),
        ("step_up", "fail", "failed", "D80002"),
    ],
)
def test_a_no_is_an_answer(kind, decision, status, code):
    """Refusals and failures reach the page with their code and without data."""
    stage = RequestStage(generation=generation(kind))
    request = ask(stage, kind, stage.sign_in())
    stage.mocks.iamsmart.decide(request.business_id, decision)
    collected = stage.bridge.collect(request.business_id, session="s")
    assert (collected.status, collected.provider_code, collected.data) == (status, code, None)


@pytest.mark.parametrize("kind", KINDS)
def test_nobody_answers_in_time(kind):
    """After eighteen minutes the page learns that nobody answered, and a callback that is that late changes nothing."""
    stage = RequestStage(generation=generation(kind))
    request = ask(stage, kind, stage.sign_in())
    stage.clock.advance(1080)
    assert stage.bridge.collect(request, session="s").status == "expired"
    stage.mocks.iamsmart.settle()
    assert [error.code for error in stage.refusals] == ["callback_invalid"]
    with pytest.raises(CallbackInvalid):
        stage.bridge.collect(request, session="s")


def test_a_callback_delivered_twice_changes_nothing():
    """The second delivery finds nothing to answer, before and after the result was collected."""
    stage = RequestStage()
    request = ask(stage, "form", stage.sign_in())
    stage.mocks.iamsmart.decide(request.business_id)
    stage.mocks.iamsmart.deliver_again(request.business_id)
    assert stage.bridge.collect(request, session="s").status == "done"
    stage.mocks.iamsmart.deliver_again(request.business_id)
    assert [getattr(error, "reason", "") for error in stage.refusals] == ["unknown", "unknown"]
    with pytest.raises(CallbackInvalid):
        stage.bridge.collect(request, session="s")


def test_two_requests_answered_out_of_order_do_not_mix():
    """Each answer goes to its own request, whichever comes first."""
    stage = RequestStage()
    person = stage.sign_in()
    first, second = ask(stage, "form", person), ask(stage, "step_up", person)
    stage.mocks.iamsmart.decide(second.business_id)
    stage.mocks.iamsmart.decide(first.business_id)
    assert stage.bridge.collect(first, session="s").kind == "form"
    assert stage.bridge.collect(second, session="s").kind == "step_up"


def test_two_workers_at_once_take_it_once():
    """Sixteen deliveries to two workers on one store leave one result; sixteen polls hand it out once."""
    stage = RequestStage()
    request = ask(stage, "form", stage.sign_in())
    bodies = stage.keep_callbacks()
    stage.mocks.iamsmart.decide(request.business_id)
    other = Bridge(
        stage.config, store=stage.store, clock=stage.clock.now, audit=stage.events.append,
        transport=InProcessTransport(stage.applications),
    )  # fmt: skip

    def works(call: Any) -> bool:
        try:
            call()
        except CallbackInvalid:
            return False
        return True

    with ThreadPoolExecutor(8) as pool:
        bridges = [stage.bridge, other] * 8
        took = list(pool.map(lambda each: works(lambda: each.receive_callback("iamsmart", bodies[0])), bridges))
        got = list(pool.map(lambda each: works(lambda: each.collect(request, session="s")), bridges))
    assert (sum(took), sum(got)) == (1, 1)
    other.close()


def test_a_step_up_is_fresh_and_never_higher():
    """The new proof is younger; who it is, how they are known and who started it stay as they were."""
    stage = RequestStage()
    person = stage.sign_in()
    stage.clock.advance(3000)
    request = ask(stage, "step_up", person)
    stage.clock.advance(60)
    stage.mocks.iamsmart.decide(request.business_id)
    answered = stage.clock.now()
    stage.clock.advance(120)
    fresh = stage.bridge.collect(request, session="s").data
    assert fresh.authenticated_at == answered
    assert fresh.assurance == person.assurance
    sealer = stage.bridge._deps.proof_sealer
    before, after = (LoginProof.model_validate_json(sealer.open(proof)) for proof in (person.proof, fresh.proof))
    assert after.authenticated_at == before.authenticated_at + 51 * 60
    unchanged = set(LoginProof.model_fields) - {"authenticated_at", "id"}
    assert all(getattr(before, name) == getattr(after, name) for name in unchanged)
    assert ask(stage, "form", fresh).business_id


@pytest.mark.parametrize("kind", KINDS)
def test_who_asks_must_have_logged_in_here_and_lately(kind):
    """Another session, a token that has ended, and a proof that was changed are refused before anything is sent."""
    stage = RequestStage(generation=generation(kind))
    person = stage.sign_in()
    stage.mocks.iamsmart.journal.clear()
    with pytest.raises(LinkRefused) as caught:
        ask(stage, kind, person, session="other")
    assert caught.value.reason == "session"
    stage.clock.advance(14400)
    with pytest.raises(LinkRefused) as caught:
        ask(stage, kind, person)
    assert caught.value.reason == "stale"
    assert stage.mocks.iamsmart.journal.entries() == ()


@pytest.mark.parametrize("fields", [(), ("idNo", "idNo"), ("salary",)])
def test_fields_are_known_before_they_are_asked_for(fields):
    """No field, a field twice, or one that nobody knows is a mistake of ours; nothing is left waiting."""
    stage = RequestStage()
    person = stage.sign_in()
    with pytest.raises(ConfigError):
        stage.bridge.request_form(person, fields=fields, title=TITLE, session="s")
    assert not stage.store._pending  # type: ignore[attr-defined]


def test_a_refused_request_leaves_nothing_waiting():
    """When the platform says no at once, so does the Bridge, and no callback could be believed any more."""
    stage = RequestStage(callback_uri="https://svc.test/not-registered")
    with pytest.raises(ProviderRejected) as caught:
        ask(stage, "form", stage.sign_in())
    assert caught.value.provider_code == "D20008"
    assert not stage.store._pending  # type: ignore[attr-defined]


@pytest.mark.parametrize(
    ("fault", "reason"),
    [
        ("callback_wrong_business_id", "unknown"),
        ("callback_wrong_state", "mismatch"),
        ("callback_state_missing", "missing"),
        ("callback_wrong_key", "unreadable"),
        ("callback_wrong_kek", "unreadable"),
        ("callback_plain", "unreadable"),
    ],
)
def test_a_spoiled_callback_leaves_the_request_waiting(fault, reason):
    """What does not fit is refused, and the true answer still arrives afterwards."""
    stage = RequestStage()
    request = ask(stage, "form", stage.sign_in())
    stage.mocks.iamsmart.faults.add(fault)
    stage.mocks.iamsmart.decide(request.business_id)
    assert [getattr(error, "reason", "") for error in stage.refusals] == [reason]
    assert stage.bridge.collect(request, session="s").status == "waiting"


def test_an_answer_before_the_reply_is_an_answer():
    """The request waits before it is sent, so a callback that overtakes the reply is believed."""
    stage = RequestStage()
    person = stage.sign_in()
    stage.mocks.iamsmart.faults.add("callback_before_reply")
    request = ask(stage, "form", person)
    assert len(stage.received) == 1
    assert stage.refusals == []
    assert stage.bridge.collect(request, session="s").status == "done"


def test_content_wrapped_once_more_is_read():
    """The nested content that one public client met is read like the other."""
    stage = RequestStage()
    request = ask(stage, "form", stage.sign_in())
    stage.mocks.iamsmart.faults.add("content_nested")
    stage.mocks.iamsmart.decide(request.business_id)
    assert stage.bridge.collect(request, session="s").status == "done"


@pytest.mark.parametrize(
    ("fault", "error", "seen"),
    [("business_id_taken", ProviderRejected, "D20011"), ("ticket_missing", ProtocolError, "ticket")],
)
def test_a_reply_that_starts_nothing_leaves_nothing_waiting(fault, error, seen):
    """A businessID that was used, or a reply without ticket, is an error at once; no answer is waited for."""
    stage = RequestStage()
    person = stage.sign_in(user_agent=IPHONE)
    stage.mocks.iamsmart.faults.add(fault)
    with pytest.raises(error) as caught:
        ask(stage, "form", person, user_agent=IPHONE)
    assert seen in (getattr(caught.value, "provider_code", ""), getattr(caught.value, "reason", ""))
    assert not stage.store._pending  # type: ignore[attr-defined]


def test_what_waits_is_sealed():
    """Neither the store's values nor the audit events hold the person's data, the state or the subject."""
    stage = RequestStage()
    person = stage.sign_in()
    request = ask(stage, "form", person)
    stage.mocks.iamsmart.decide(request.business_id)
    found = b"".join(value for value, _ in stage.store._pending.values())  # type: ignore[attr-defined]
    assert found.startswith(b"xb1.")
    number = person.profile.document("hkid")
    assert number
    texts = found.decode() + repr(stage.events)
    assert not any(secret in texts for secret in (number, number[:7], person.subject, person.profile.name))
    assert number[:7] not in repr(stage.bridge.collect(request, session="s"))


def test_generation_two_gives_the_profile_at_login():
    """Where the profile comes with the login, asking for it again is unsupported, and in generation one it does not come."""
    stage = RequestStage()
    person = stage.sign_in()
    assert person.profile.document("hkid")
    with pytest.raises(Unsupported):
        ask(stage, "profile", person)
    assert RequestStage(generation=1).sign_in().profile == Profile()


def test_guangdong_names_what_it_can():
    """A provider without an ability says which it has."""
    stage = RequestStage()
    person = stage.log_in("guangdong", PERSON, session="s")
    for call in (
        lambda: ask(stage, "form", person),
        lambda: ask(stage, "step_up", person),
        lambda: stage.bridge.receive_callback("guangdong", b"{}"),
        lambda: stage.bridge.revoke_key("guangdong"),
        lambda: stage.bridge.begin_direct_login("guangdong", url="https://svc.test/state", session="s"),
    ):
        with pytest.raises(Unsupported) as caught:
            call()
        assert caught.value.capabilities == ("gateway", "login", "logout", "national_gateway")


def test_a_revoked_key_is_replaced():
    """After revokeKey the next call agrees on another key, and everything goes on."""
    stage = RequestStage()
    person = stage.sign_in()
    stage.bridge.revoke_key("iamsmart")
    steps = [entry.operation for entry in stage.mocks.iamsmart.journal.entries()]
    assert ask(stage, "form", person).business_id
    after = [entry.operation for entry in stage.mocks.iamsmart.journal.entries()][len(steps) :]
    assert steps[-1] == "revokeKey"
    assert after[0] == "getKey"


def test_a_callback_never_replaces_the_content_key():
    """A callback under a fresh key is read; the next call starts from the remembered one, is told, and fetches its own."""
    stage = RequestStage()
    person = stage.sign_in()
    first, second = ask(stage, "form", person), ask(stage, "step_up", person)
    stage.mocks.iamsmart.faults.add("callback_fresh_key")
    stage.mocks.iamsmart.decide(first.business_id)
    assert stage.bridge.collect(first, session="s").status == "done"
    stage.mocks.iamsmart.journal.clear()
    assert ask(stage, "form", person).business_id
    assert [(entry.operation, entry.code) for entry in stage.mocks.iamsmart.journal.entries()] == [
        ("formRequest", "D30004"), ("getKey", "D00000"), ("formRequest", "D00000"),
    ]  # fmt: skip
    stage.mocks.iamsmart.decide(second.business_id)
    assert stage.bridge.collect(second, session="s").status == "done"


def test_fields_that_nobody_asked_for_are_dropped():
    """What comes beyond the request is not kept, however true it is."""
    stage = RequestStage()
    request = stage.bridge.request_form(stage.sign_in(), fields=("mobileNumber",), title=TITLE, session="s")
    stage.mocks.iamsmart.faults.add("callback_extra_fields")
    stage.mocks.iamsmart.decide(request.business_id)
    data = stage.bridge.collect(request, session="s").data
    assert data.model_fields_set <= {"mobile_number"}
    assert data.model_extra == {}


def test_the_other_colour_does_the_same():
    """The whole of a form request, awaited."""
    blocking = RequestStage()

    async def whole() -> str:
        world = AsyncWorld()
        world.mocks, world.clock, world.config = blocking.mocks, blocking.clock, blocking.config
        world.return_to = blocking.return_to
        bridge = world.bridge
        hop = await bridge.begin_login("iamsmart", return_to=world.return_to["iamsmart"], session="s")
        person = await bridge.finish_login(hop.pending, callback_url=world.visit(hop.url, PERSON), session="s")
        request = await bridge.request_form(person, fields=FIELDS, title=TITLE, session="s")
        assert (await bridge.collect(request, session="s")).status == "waiting"
        bodies = blocking.keep_callbacks()
        blocking.mocks.iamsmart.decide(request.business_id)
        await bridge.receive_callback("iamsmart", bodies[0])
        collected = await bridge.collect(request, session="s")
        await bridge.revoke_key("iamsmart")
        await bridge.close()
        return collected.status

    assert asyncio.run(whole()) == "done"
