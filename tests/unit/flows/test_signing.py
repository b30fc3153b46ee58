"""Asking for a signature, believing the answer once, handing it out once, and telling the platform: every end of it."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any

import httpx
import pytest

from tests.unit.flows.signing_desk import ACK, ANONYMOUS, INITIATE, RESULT, TITLE, SigningDesk
from tests.unit.providers.iamsmart_side import NOON, OPEN_ID, RETURN_TO, reply
from tests.unit.providers.signing_person import DIGEST, HASH_TEXT, HKID, authority, hash_answer, person, text
from xbridge import HashSignature, SigningStepUp, SigningTitle
from xbridge.core.errors import (
    CallbackInvalid,
    ConfigError,
    DocumentInvalid,
    LinkRefused,
    ProtocolError,
    ProviderRejected,
    ProviderUnavailable,
    StoreUnavailable,
    TamperDetected,
    Unsupported,
    UserDeclined,
    VerificationError,
)
from xbridge.providers.iamsmart.identification_code import identification_code


@pytest.fixture
def desk() -> SigningDesk:
    """A Bridge and the platform's side."""
    return SigningDesk()


def reason_of(error: pytest.ExceptionInfo[Any]) -> tuple[str, str]:
    """The claim and the reason of a refusal."""
    return error.value.claim, error.value.reason


# --- Asking ------------------------------------------------------------------------------------------------------------


def test_a_request_shows_its_four_digits(desk):
    """The code that the app shows is on the request, and nothing of it or of the person in its ``repr``."""
    request = desk.ask()
    assert request.identification_code == identification_code(HASH_TEXT, OPEN_ID)
    assert request.expires_at == NOON + timedelta(minutes=18)
    assert f"'{request.identification_code}'" not in repr(request)
    assert desk.bridge.collect(request, session="s").status == "waiting"


def test_everything_that_is_asked_for_goes_out(desk):
    """Algorithm, step-up, title and device reach the platform."""
    title = SigningTitle(document_name="d", service_name="s", department="x")
    desk.ask(
        algorithm="NONEwithRSA", step_up=SigningStepUp(method="face", period_h=24), title=title, lang="en",
        user_agent="Mozilla/5.0 (iPhone) Version/17.5 Mobile Safari/604.1",
    )  # fmt: skip
    (path, plain), = desk.calls  # fmt: skip
    assert path == INITIATE
    assert (plain["sigAlgo"], plain["stepupAuthPeriod"], plain["source"]) == ("NONEwithRSA", 24, "iOS_Safari")
    assert (plain["documentName"], plain["serviceName"], plain["department"]) == ("d", "s", "x")


def test_a_document_is_asked_for_at_its_own_address(desk):
    """``request_document_signature`` asks for a PDF's signature."""
    request = desk.bridge.request_document_signature(desk.person(), DIGEST, hkid=HKID, title=TITLE, session="s")
    assert desk.calls[0][0] == "/api/v1/account/pdfsigning/initiateRequest"
    assert desk.bridge.collect(request, session="s").kind == "document_signing"


@pytest.mark.parametrize(
    ("options", "error"),
    [
        ({"hkid": "A123456(4)"}, DocumentInvalid), ({"digest": b"x"}, ConfigError), ({"session": "other"}, LinkRefused),
        ({"title": SigningTitle(document_name="", service_name="s")}, ConfigError),
        ({"step_up": SigningStepUp(period_h=721)}, ConfigError), ({"lang": "fr"}, ConfigError),
        ({"algorithm": "MD5withRSA"}, ConfigError),
    ],
)  # fmt: skip
def test_what_cannot_be_asked_is_not_asked(desk, options, error):
    """A mistake of ours, a mistyped number or another session: nothing is sent and nothing is left waiting."""
    with pytest.raises(error):
        desk.ask(**options)
    assert desk.calls == []
    assert not desk.store._pending


def test_who_has_no_iam_smart_plus_is_refused_before_anything_is_sent(desk):
    """The login says that the account cannot sign: a typed refusal that does not pretend that the platform spoke."""
    with pytest.raises(VerificationError) as caught:
        desk.ask(desk.person(source="default"))
    assert reason_of(caught) == ("assurance", "cannot_sign")
    assert desk.calls == []
    assert not desk.store._pending


def test_without_anchors_nobody_is_asked():
    """An operator who trusts nobody learns it before a person signs, in both ways of signing."""
    desk = SigningDesk(signing={})
    for call in (desk.ask, desk.begin):
        with pytest.raises(ConfigError, match="trust_anchors"):
            call()
    assert desk.calls == []


def test_a_login_that_is_no_use_asks_for_nothing(desk):
    """A token that has ended, and a login at a provider that does not sign."""
    with pytest.raises(LinkRefused) as caught:
        desk.ask(desk.person(access_expires_at=int(NOON.timestamp())))
    assert caught.value.reason == "stale"
    provider, settings = desk.bridge._deps.provider("guangdong")
    other = desk.person(provider="guangdong", issuer=provider.issuer(settings))
    with pytest.raises(Unsupported) as lacking:
        desk.ask(other)
    assert "signing" not in lacking.value.capabilities
    assert {"signing", "anonymous_signing"} <= set(_abilities(desk, "iamsmart"))


def _abilities(desk: SigningDesk, provider: str) -> tuple[str, ...]:
    from xbridge.core.provider import abilities

    return abilities(desk.bridge._deps.provider(provider)[0])


@pytest.mark.parametrize("code", ["D20008", "D20012", "D70004", "D70005", "D70006", "D70002"])
def test_a_request_that_the_platform_refuses_waits_no_longer(desk, code):
    """Also where the platform says at once what it might say later: typed, and nothing is left waiting."""
    desk.answers[INITIATE] = [reply(code=code)]
    with pytest.raises(ProviderRejected) as caught:
        desk.ask()
    assert caught.value.provider_code == code
    assert not desk.store._pending


# --- The answer --------------------------------------------------------------------------------------------------------


def test_a_signature_is_handed_out_once(desk):
    """It waits for the session that asked, verified; another session and a second poll get nothing."""
    request = desk.ask()
    desk.clock.advance(60)
    desk.receive(desk.answer())
    with pytest.raises(CallbackInvalid):
        desk.bridge.collect(request, session="other")
    desk.clock.advance(120)
    collected = desk.bridge.collect(request, session="s")
    assert (collected.status, collected.kind, collected.provider_code) == ("done", "hash_signing", "")
    signature = collected.data
    assert isinstance(signature, HashSignature)
    assert signature.hash_code == DIGEST
    assert signature.signer.certificate == person().certificate
    # Checked for the moment at which it came, not for the one at which the page fetched it.
    assert signature.signer.checked_at == signature.signed_at == NOON + timedelta(minutes=1)
    with pytest.raises(CallbackInvalid) as caught:
        desk.bridge.collect(request, session="s")
    assert reason_of(caught) == ("request", "unknown")


@pytest.mark.parametrize(
    ("code", "status"),
    [
        ("D70000", "declined"), ("D70001", "declined"), ("D70002", "failed"), ("D70003", "failed"), ("D70004", "failed"),
        ("D70005", "failed"), ("D70006", "failed"), ("D20000", "failed"), ("D20009", "failed"), ("D40003", "failed"),
    ],
)  # fmt: skip
def test_a_no_is_an_answer(desk, code, status):
    """Every code of signing, and a general one, reaches the page with its number and without data."""
    request = desk.ask()
    desk.receive(desk.answer(code=code))
    collected = desk.bridge.collect(request, session="s")
    assert (collected.status, collected.provider_code, collected.data) == (status, code, None)
    # Nothing was signed, so there is nothing to acknowledge.
    with pytest.raises(CallbackInvalid) as caught:
        desk.bridge.acknowledge_signature(request, session="s")
    assert reason_of(caught) == ("request", "unknown")


@pytest.mark.parametrize("code", ["D50001", "D60000", "D80001", "D71000"])
def test_a_code_of_another_step_is_no_answer(desk, code):
    """A refusal of a profile, form, step-up or bulk signing does not end a signature."""
    request = desk.ask()
    with pytest.raises(CallbackInvalid) as caught:
        desk.receive(desk.answer(code=code))
    assert reason_of(caught) == ("kind", "mismatch")
    assert desk.bridge.collect(request, session="s").status == "waiting"


def test_a_code_of_signing_is_no_answer_to_anything_else(desk):
    """Nor does a refused signature end a step-up, or a signature's members pass for a form."""
    request = desk.bridge.request_step_up(desk.person(), session="s")
    asked = desk.calls[-1][1]
    from tests.unit.providers.iamsmart_side import callback

    body = callback({"businessID": asked["businessID"], "state": asked["state"]}, code="D70000")
    with pytest.raises(CallbackInvalid) as caught:
        desk.receive(body)
    assert reason_of(caught) == ("kind", "mismatch")
    assert desk.bridge.collect(request, session="s").status == "waiting"


OTHER = bytes(32)
EXPIRED = person("Expired", end=NOON - timedelta(days=1), start=NOON - timedelta(days=9))
FORGED: dict[str, tuple[dict[str, Any], type[Exception]]] = {
    "another digest, truly signed": (hash_answer(OTHER), TamperDetected),
    "our digest, another signed": ({**hash_answer(OTHER), "hashCode": HASH_TEXT}, TamperDetected),
    "another person's certificate": ({"cert": text(person("LEE Siu Ming").certificate)}, TamperDetected),
    "an untrusted authority": (hash_answer(signer=person("Stranger", by=1)), TamperDetected),
    "another algorithm": (hash_answer(algorithm="NONEwithRSA"), TamperDetected),
    "an expired certificate": (hash_answer(signer=EXPIRED), TamperDetected),
    "a truncated signature": ({"signature": text(person().sign_hash(DIGEST, "SHA256withRSA")[:128])}, TamperDetected),
    "long before it was asked for": ({"timestamp": 1}, TamperDetected),
    "no signature": ({"signature": ...}, ProtocolError),
    "no certificate": ({"cert": ...}, ProtocolError),
    "nothing at all": ({"hashCode": ..., "timestamp": ..., "signature": ..., "cert": ...}, ProtocolError),
}


@pytest.mark.parametrize("name", sorted(FORGED))
def test_a_forged_answer_leaves_the_request_waiting(desk, name):
    """With the right ties and a wrong signature it is refused, nothing is kept, and the true answer still arrives."""
    changes, error = FORGED[name]
    request = desk.ask()
    for _ in range(2):
        with pytest.raises(error):
            desk.receive(desk.answer(**changes))
    assert desk.bridge.collect(request, session="s").status == "waiting"
    desk.receive(desk.answer())
    assert desk.bridge.collect(request, session="s").status == "done"
    # What came before the true answer changes nothing about it.
    assert desk.bridge.acknowledge_signature(request, session="s") == "accepted"


def test_a_signature_for_another_request_is_no_answer(desk):
    """Two requests for different digests: each takes its own signature only, in whichever order they come."""
    other = b"\x01" * 32
    first, second = desk.ask(), desk.ask(digest=other)
    with pytest.raises(TamperDetected) as caught:
        desk.receive(desk.answer(call=1))
    assert reason_of(caught) == ("digest", "mismatch")
    desk.receive(desk.answer(call=1, **hash_answer(other)))
    desk.receive(desk.answer(call=0))
    found = [desk.bridge.collect(request, session="s").data.hash_code for request in (first, second)]
    assert found == [DIGEST, other]


@pytest.mark.parametrize(("changes", "claim"), [({"state": "x" * 22}, "state"), ({"businessID": "f" * 32}, "request")])
def test_the_ties_come_first(desk, changes, claim):
    """A true signature with another state, or for nobody, is refused like any callback."""
    request = desk.ask()
    with pytest.raises(CallbackInvalid) as caught:
        desk.receive(desk.answer(**changes))
    assert caught.value.claim == claim
    assert desk.bridge.collect(request, session="s").status == "waiting"


def test_a_callback_delivered_twice_changes_nothing(desk):
    """The second delivery finds nothing to answer, before and after the signature was collected."""
    request = desk.ask()
    body = desk.answer()
    desk.receive(body)
    for _ in range(2):
        with pytest.raises(CallbackInvalid) as caught:
            desk.receive(body)
        assert reason_of(caught) == ("request", "unknown")
        if _ == 0:
            assert desk.bridge.collect(request, session="s").status == "done"


def test_a_callback_that_comes_too_late_changes_nothing(desk):
    """After eighteen minutes a true signature is refused, and the page learns that nobody answered."""
    request = desk.ask()
    desk.clock.advance(18 * 60)
    with pytest.raises(CallbackInvalid) as caught:
        desk.receive(desk.answer())
    assert reason_of(caught) == ("request", "expired")
    assert desk.bridge.collect(request, session="s").status == "expired"


def test_two_workers_at_once_take_it_once(desk):
    """Sixteen deliveries to two workers on one store leave one signature; sixteen polls hand it out once."""
    request = desk.ask()
    body = desk.answer()
    other = desk.another_bridge()

    def works(call: Any) -> bool:
        try:
            call()
        except CallbackInvalid:
            return False
        return True

    with ThreadPoolExecutor(8) as pool:
        bridges = [desk.bridge, other] * 8
        took = list(pool.map(lambda each: works(lambda: each.receive_callback("iamsmart", body)), bridges))
        got = list(pool.map(lambda each: works(lambda: each.collect(request, session="s")), bridges))
    assert (sum(took), sum(got)) == (1, 1)
    other.close()


def test_an_anchor_that_is_taken_away_keeps_the_signature_back(desk):
    """No signature that the operator no longer believes is handed out, accepted or lost: with the anchor it is there."""
    request = desk.ask()
    desk.receive(desk.answer())
    document = desk.config.model_dump()
    document["providers"]["iamsmart"]["signing"] = {"trust_anchors": [authority(1).anchor_pem]}
    other = desk.another_bridge(desk.config.model_copy(update={"providers": document["providers"]}))
    with pytest.raises(TamperDetected) as caught:
        other.collect(request, session="s")
    assert reason_of(caught) == ("certificate", "unknown")
    with pytest.raises(CallbackInvalid) as unknown:
        other.acknowledge_signature(request, session="s")
    assert reason_of(unknown) == ("request", "unknown")
    other.close()
    assert desk.bridge.collect(request, session="s").data.hash_code == DIGEST
    with pytest.raises(CallbackInvalid) as second:
        desk.bridge.collect(request, session="s")
    assert reason_of(second) == ("request", "unknown")


# --- The acknowledgement -----------------------------------------------------------------------------------------------


def test_a_collected_signature_is_acknowledged_once(desk):
    """The platform is told once, however often the application says it, and by whichever worker."""
    request = desk.ask()
    desk.receive(desk.answer())
    desk.bridge.collect(request, session="s")
    other = desk.another_bridge()
    for bridge in (desk.bridge, desk.bridge, other):
        assert bridge.acknowledge_signature(request.business_id, session="s") == "accepted"
    assert desk.told == [{"businessID": request.business_id, "signingResult": "SR001"}]
    other.close()


def test_the_application_may_reject_a_signature(desk):
    """What verified and is of no use is rejected; afterwards it cannot be accepted any more."""
    request = desk.ask()
    desk.receive(desk.answer())
    desk.bridge.collect(request, session="s")
    assert desk.bridge.acknowledge_signature(request, session="s", accepted=False) == "rejected"
    with pytest.raises(VerificationError) as caught:
        desk.bridge.acknowledge_signature(request, session="s")
    assert reason_of(caught) == ("acknowledgement", "mismatch")
    assert [told["signingResult"] for told in desk.told] == ["SR002"]


@pytest.mark.parametrize("first", [True, False])
@pytest.mark.parametrize("accepted", [True, False])
def test_of_two_verdicts_told_at_once_one_is_refused(desk, monkeypatch, first, accepted):
    """What was remembered first stands: the same told in the same moment agrees with it, the other one is an error."""
    request = desk.ask()
    desk.receive(desk.answer())
    desk.bridge.collect(request, session="s")
    other = desk.another_bridge()
    put = desk.store.put_pending

    def put_second(item: Any, *, now: Any) -> None:
        monkeypatch.setattr(desk.store, "put_pending", put)
        other.acknowledge_signature(request, session="s", accepted=first)
        put(item, now=now)

    monkeypatch.setattr(desk.store, "put_pending", put_second)
    if accepted == first:
        told = desk.bridge.acknowledge_signature(request, session="s", accepted=accepted)
        assert told == ("accepted" if accepted else "rejected")
    else:
        with pytest.raises(VerificationError) as caught:
            desk.bridge.acknowledge_signature(request, session="s", accepted=accepted)
        assert reason_of(caught) == ("acknowledgement", "mismatch")
    assert [each["signingResult"] for each in desk.told] == ["SR001" if each else "SR002" for each in (accepted, first)]
    other.close()


def test_nothing_is_acknowledged_before_it_has_ended(desk):
    """A request that waits, and a signature that nobody has fetched yet, cannot be acknowledged."""
    request = desk.ask()
    for expected in ("waiting", "unknown"):
        with pytest.raises(CallbackInvalid) as caught:
            desk.bridge.acknowledge_signature(request, session="s")
        assert reason_of(caught) == ("request", expected)
        if expected == "waiting":
            desk.receive(desk.answer())
    assert desk.told == []


@pytest.mark.parametrize("stage", ["waiting", "ended"])
def test_another_session_acknowledges_nothing(desk, stage):
    """Knowing the businessID is not enough, before and after the end."""
    request = desk.ask()
    if stage == "ended":
        desk.receive(desk.answer())
        desk.bridge.collect(request, session="s")
    with pytest.raises(CallbackInvalid) as caught:
        desk.bridge.acknowledge_signature(request, session="other")
    assert reason_of(caught) == ("request", "unknown")
    assert desk.told == []


@pytest.mark.parametrize(
    ("forged", "word"), [({}, "SR003"), ({"timestamp": 1}, "SR002"), ({"signature": ...}, "SR003")]
)
@pytest.mark.parametrize("accepted", [True, False])
def test_without_a_signature_that_verified_nothing_is_accepted(desk, forged, word, accepted):
    """Nobody answered, or without a signature: missing.  One that did not verify: rejected.  Whatever is said."""
    request = desk.ask()
    if forged:
        with pytest.raises((TamperDetected, ProtocolError)):
            desk.receive(desk.answer(**forged))
    desk.clock.advance(18 * 60)
    assert desk.bridge.collect(request, session="s").status == "expired"
    desk.bridge.acknowledge_signature(request, session="s", accepted=accepted)
    assert desk.told == [{"businessID": request.business_id, "signingResult": word}]


@pytest.mark.parametrize(
    ("answer", "error"),
    [
        (reply(code="D70006"), ProviderRejected), (httpx.ConnectError("down"), ProviderUnavailable),
        (reply(code="D20000"), ProviderRejected),
    ],
)  # fmt: skip
def test_an_acknowledgement_that_failed_may_be_made_again(desk, answer, error):
    """The signature is the application's already, and the next try tells the platform."""
    request = desk.ask()
    desk.receive(desk.answer())
    desk.bridge.collect(request, session="s")
    desk.answers[ACK] = [answer]
    with pytest.raises(error):
        desk.bridge.acknowledge_signature(request, session="s")
    assert desk.bridge.acknowledge_signature(request, session="s") == "accepted"
    assert len(desk.told) == 2


def test_an_acknowledgement_has_a_day(desk):
    """After that nothing is left that could be acknowledged."""
    request = desk.ask()
    desk.receive(desk.answer())
    desk.bridge.collect(request, session="s")
    desk.clock.advance(24 * 3600)
    with pytest.raises(CallbackInvalid):
        desk.bridge.acknowledge_signature(request, session="s")


def test_other_requests_are_not_acknowledged(desk):
    """Only signatures leave something to tell: a step-up that expired does not."""
    request = desk.bridge.request_step_up(desk.person(), session="s")
    desk.clock.advance(18 * 60)
    assert desk.bridge.collect(request, session="s").status == "expired"
    with pytest.raises(CallbackInvalid) as caught:
        desk.bridge.acknowledge_signature(request, session="s")
    assert reason_of(caught) == ("request", "unknown")


def test_an_acknowledgement_goes_to_the_provider_that_was_asked(desk):
    """A service that has become another client in the meantime tells nobody."""
    request = desk.ask()
    desk.receive(desk.answer())
    desk.bridge.collect(request, session="s")
    document = desk.config.model_dump()
    document["providers"]["iamsmart"]["client_id"] = "f" * 32
    other = desk.another_bridge(desk.config.model_copy(update={"providers": document["providers"]}))
    with pytest.raises(CallbackInvalid) as caught:
        other.acknowledge_signature(request, session="s")
    assert reason_of(caught) == ("issuer", "mismatch")
    other.close()


# --- Without a login ---------------------------------------------------------------------------------------------------


def test_somebody_signs_without_a_login(desk):
    """Four digits before the browser leaves, a verified signature when it comes back, once, then the acknowledgement."""
    hop = desk.begin()
    assert hop.expires_at == NOON + timedelta(minutes=12)
    assert len(hop.identification_code) == 4
    for secret in (hop.url, hop.pending, f"'{hop.identification_code}'"):
        assert secret not in repr(hop)
    desk.result(hop)
    signature = desk.bridge.finish_anonymous_signature(hop.pending, callback_url=desk.back(hop), session="s")
    assert isinstance(signature, HashSignature)
    assert signature.hash_code == DIGEST
    with pytest.raises(CallbackInvalid) as caught:
        desk.bridge.finish_anonymous_signature(hop.pending, callback_url=desk.back(hop), session="s")
    assert reason_of(caught) == ("signing", "replayed")
    for _ in range(2):
        assert desk.bridge.acknowledge_signature(hop, session="s") == "accepted"
    assert desk.told == [{"businessID": hop.business_id, "signingResult": "SR001"}]


def test_an_anonymous_document_is_asked_for_at_its_own_address(desk):
    """A PDF's digest goes to the PDF's address."""
    path = ANONYMOUS.replace("/signing/", "/pdfsigning/")
    desk.answers[path] = [reply({"ticketID": "t1"})]
    desk.begin(kind="document_signing")
    assert [called for called, _ in desk.calls] == [path]


@pytest.mark.parametrize("name", sorted(FORGED))
def test_a_forged_result_is_refused_and_can_be_rejected(desk, name):
    """What does not verify is nobody's signature; the platform can be told that it was rejected, not that it was taken."""
    changes, error = FORGED[name]
    hop = desk.begin()
    desk.result(hop, **{key: None if value is ... else value for key, value in changes.items()})
    with pytest.raises(error):
        desk.bridge.finish_anonymous_signature(hop.pending, callback_url=desk.back(hop), session="s")
    expected = "rejected" if error is TamperDetected else "missing"
    assert desk.bridge.acknowledge_signature(hop, session="s") == expected


def test_a_signature_that_got_lost_is_missing(desk):
    """The code works once: where the result could not be fetched, the platform can be told that none came."""
    hop = desk.begin()
    desk.answers[RESULT] = [httpx.ConnectError("down")]
    with pytest.raises(ProviderUnavailable):
        desk.bridge.finish_anonymous_signature(hop.pending, callback_url=desk.back(hop), session="s")
    assert desk.bridge.acknowledge_signature(hop, session="s") == "missing"


@pytest.mark.parametrize("name", [None, *sorted(FORGED), "lost"])
def test_a_store_that_refuses_costs_the_acknowledgement_alone(desk, monkeypatch, name):
    """The signature that verified is handed out, and a refusal keeps its own reason; only the telling is impossible."""

    def refuse(item: Any, *, now: Any) -> None:
        raise StoreUnavailable("full")

    hop = desk.begin()
    if name == "lost":
        desk.answers[RESULT] = [httpx.ConnectError("down")]
        error: type[Exception] = ProviderUnavailable
    else:
        changes, error = FORGED[name] if name else ({}, Exception)
        desk.result(hop, **{key: None if value is ... else value for key, value in changes.items()})
    monkeypatch.setattr(desk.store, "put_pending", refuse)
    finish = {"callback_url": desk.back(hop), "session": "s"}
    if name is None:
        assert desk.bridge.finish_anonymous_signature(hop.pending, **finish).hash_code == DIGEST
    else:
        with pytest.raises(error):
            desk.bridge.finish_anonymous_signature(hop.pending, **finish)
    with pytest.raises(CallbackInvalid) as caught:
        desk.bridge.acknowledge_signature(hop, session="s")
    assert reason_of(caught) == ("request", "unknown")


def test_a_service_that_has_become_another_fetches_nothing(desk):
    """A signature that was begun as one client is not finished as another."""
    hop = desk.begin()
    document = desk.config.model_dump()
    document["providers"]["iamsmart"]["client_id"] = "f" * 32
    other = desk.another_bridge(desk.config.model_copy(update={"providers": document["providers"]}))
    with pytest.raises(CallbackInvalid) as caught:
        other.finish_anonymous_signature(hop.pending, callback_url=desk.back(hop), session="s")
    assert reason_of(caught) == ("issuer", "mismatch")
    other.close()


def test_a_refusal_is_the_persons(desk):
    """Who refuses in the app is ``UserDeclined``, and the hop is spent."""
    hop = desk.begin()
    for expected in (UserDeclined, CallbackInvalid):
        with pytest.raises(expected):
            desk.bridge.finish_anonymous_signature(
                hop.pending, callback_url=desk.back(hop, error_code="D70001"), session="s"
            )
    with pytest.raises(CallbackInvalid):
        desk.bridge.acknowledge_signature(hop, session="s")


def test_a_signature_belongs_to_its_session_its_time_and_its_callback(desk):
    """Another session, address, state or businessID, and a ticket that has ended are refused before anything is sent."""
    hop = desk.begin()
    back = desk.back(hop)
    sent = len(desk.calls)
    for callback_url, session, claim in (
        (back, "other", "session"),
        (back.replace("/cb?", "/elsewhere?"), "s", "redirect_uri"),
        (back.replace("state=", "state=x"), "s", "state"),
        (desk.back(hop, businessID="f" * 32), "s", "business_id"),
    ):
        with pytest.raises(CallbackInvalid) as caught:
            desk.bridge.finish_anonymous_signature(hop.pending, callback_url=callback_url, session=session)
        assert caught.value.claim == claim
    late = desk.begin()
    desk.clock.advance(12 * 60)
    with pytest.raises(CallbackInvalid) as caught:
        desk.bridge.finish_anonymous_signature(late.pending, callback_url=desk.back(late), session="s")
    assert reason_of(caught) == ("signing", "expired")
    assert len(desk.calls) == sent + 1


@pytest.mark.parametrize("kind", ["", "xb1.a.b", "login", "form"])
def test_what_is_not_a_sealed_signature_is_refused(desk, kind):
    """A login's or a form's sealed text is no signature's, although the same keys seal all."""
    sealed = kind
    if kind == "login":
        sealed = desk.bridge.begin_login("iamsmart", return_to=RETURN_TO, session="s").pending
    if kind == "form":
        from xbridge import FormTitle

        desk.answers["/api/v1/anonymous/eme/initiateRequest"] = [reply({"ticketID": "t"})]
        sealed = desk.bridge.begin_anonymous_form(
            "iamsmart", fields=("gender",), title=FormTitle(name="F"), return_to=RETURN_TO, session="s"
        ).pending
    with pytest.raises(CallbackInvalid) as caught:
        desk.bridge.finish_anonymous_signature(sealed, callback_url=RETURN_TO, session="s")
    assert reason_of(caught) == ("signing", "malformed")


@pytest.mark.parametrize(
    ("options", "error"),
    [
        ({"hkid": "A123456(4)"}, DocumentInvalid), ({"return_to": "https://svc.test/elsewhere"}, ConfigError),
        ({"session": " "}, ConfigError), ({"algorithm": "none"}, ConfigError), ({"kind": "form"}, ConfigError),
    ],
)  # fmt: skip
def test_what_cannot_be_begun_is_not_begun(desk, options, error):
    """A mistyped number or an address that is not registered never becomes a page."""
    with pytest.raises(error):
        desk.begin(**options)


def test_a_provider_that_does_not_sign_says_so(desk):
    """Guangdong's platform offers no signing, and the refusal says what it offers."""
    with pytest.raises(Unsupported) as caught:
        desk.bridge.begin_anonymous_signature(
            "guangdong", DIGEST, hkid=HKID, title=TITLE, return_to=RETURN_TO, session="s"
        )
    assert "login" in caught.value.capabilities
