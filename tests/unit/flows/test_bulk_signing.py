"""Many documents signed at once: asked, answered once, handed out once, acknowledged, taken back."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from tests.unit.flows.bulk_desk import ACK, CANCEL, DOCUMENTS, INITIATE, STATUS, TOKEN, BulkDesk
from tests.unit.providers.bulk_answer import documents, rows
from tests.unit.providers.iamsmart_side import NOON, reply
from tests.unit.providers.signing_person import person
from xbridge import BulkSignatures
from xbridge.core.errors import (
    CallbackInvalid,
    ConfigError,
    LinkRefused,
    ProtocolError,
    ProviderRejected,
    TamperDetected,
    Unsupported,
    UserDeclined,
    VerificationError,
)
from xbridge.flows.bulk_signing import verify_bulk_answer
from xbridge.flows.waiting import WaitingRequest


@pytest.fixture
def desk() -> BulkDesk:
    """A Bridge and the platform's side."""
    return BulkDesk()


def test_signatures_are_handed_out_once(desk) -> None:
    """They wait for the session that asked, verified, for every document; nobody else and no second poll gets them."""
    request = desk.ask_many()
    assert desk.bridge.collect(request, session="s").status == "waiting"
    desk.clock.advance(60)
    desk.receive_parts(desk.answer_many())
    with pytest.raises(CallbackInvalid):
        desk.bridge.collect(request, session="other")
    collected = desk.bridge.collect(request, session="s")
    assert (collected.status, collected.kind) == ("done", "bulk_signing")
    assert isinstance(collected.data, BulkSignatures)
    assert [one.document_id for one in collected.data.signatures] == [document.id for document in DOCUMENTS]
    assert collected.data.signer.certificate == person().certificate
    with pytest.raises(CallbackInvalid):
        desk.bridge.collect(request, session="s")


def test_what_is_asked(desk) -> None:
    """Token and request go out in this order, and nothing of the documents is in a ``repr``."""
    request = desk.ask_many()
    assert [path for path, _ in desk.calls] == [TOKEN, INITIATE]
    assert request.identification_code == ""
    assert "CANARY" not in repr(DOCUMENTS) + repr(request)


@pytest.mark.slow
def test_a_thousand_documents_wait_and_come_back(desk) -> None:
    """The most that may be asked survive the store, the callback and the way out."""
    many = documents(1000)
    desk.ask_many(documents=many)
    request = desk.ties()["businessID"]
    desk.receive_parts(desk.answer_many(rows(many)))
    assert len(desk.bridge.collect(request, session="s").data.signatures) == 1000


@pytest.mark.parametrize(
    ("options", "error"),
    [
        ({"documents": ()}, ConfigError),
        ({"documents": (DOCUMENTS[0], DOCUMENTS[0])}, ConfigError),
        ({"algorithm": "MD5withRSA"}, (ConfigError, ValueError)),
        ({"department": ""}, ConfigError),
        ({"session": "other"}, LinkRefused),
        ({"lang": "fr"}, ConfigError),
    ],
)
def test_what_cannot_be_asked_leaves_nothing(desk, options: dict[str, Any], error: Any) -> None:
    """A mistake of ours or another session: nothing is sent and nothing is left waiting."""
    with pytest.raises(error):
        desk.ask_many(**options)
    assert desk.calls == []
    assert not desk.store._pending


def test_who_cannot_sign_is_not_asked(desk) -> None:
    """No iAM Smart+, no scope, no anchors, another provider: a typed refusal before anything is sent."""
    with pytest.raises(VerificationError, match="iAM Smart"):
        desk.ask_many(desk.person(source="default"))
    provider, settings = desk.bridge._deps.provider("guangdong")
    with pytest.raises(Unsupported) as caught:
        desk.ask_many(desk.person(provider="guangdong", issuer=provider.issuer(settings)))
    assert "bulk_signing" not in caught.value.capabilities
    assert desk.calls == []
    for other in (BulkDesk(scopes=["eidapi_auth"]), BulkDesk(signing={})):
        with pytest.raises(ConfigError):
            other.ask_many()
        assert other.calls == []


@pytest.mark.parametrize("path", [TOKEN, INITIATE])
@pytest.mark.parametrize("code", [f"D7100{number}" for number in range(10)])
def test_a_refusal_at_once_leaves_nothing(desk, path: str, code: str) -> None:
    """Each code, at the token or at the request, is its typed error, and nothing waits any longer."""
    desk.answers[path] = [reply(code=code)] * 2
    with pytest.raises(UserDeclined if code in ("D71000", "D71001") else ProviderRejected) as caught:
        desk.ask_many()
    assert getattr(caught.value, "provider_code", None) == code
    assert not desk.store._pending


@pytest.mark.parametrize("code", [f"D7100{number}" for number in range(10)])
def test_a_refusal_by_callback(desk, code: str) -> None:
    """Each code ends the request for the session that asked, as declined or failed, with its number."""
    request = desk.ask_many()
    desk.receive(desk.refusal(code))
    collected = desk.bridge.collect(request, session="s")
    assert collected.status == ("declined" if code in ("D71000", "D71001") else "failed")
    assert (collected.provider_code, collected.data) == (code, None)


def test_codes_of_other_requests_end_nothing(desk) -> None:
    """A refusal of ordinary signing does not answer a bulk signing, nor the other way round."""
    request = desk.ask_many()
    with pytest.raises(CallbackInvalid) as caught:
        desk.receive(desk.refusal("D70001"))
    assert (caught.value.claim, caught.value.reason) == ("kind", "mismatch")
    assert desk.bridge.collect(request, session="s").status == "waiting"
    desk.ask()
    with pytest.raises(CallbackInvalid):
        desk.receive(desk.answer(code="D71001"))


def test_an_answer_in_parts_answers_no_ordinary_signing(desk) -> None:
    """Signatures in a file are for a bulk signing only, whatever request their ties name."""
    desk.ask_many()
    request = desk.ask()
    asked = desk.calls[-1][1]
    body = desk.answer_many(businessID=asked["businessID"], state=asked["state"])
    with pytest.raises(CallbackInvalid):
        desk.receive_parts(body)
    assert desk.bridge.collect(request, session="s").status == "waiting"


def wrong(desk: BulkDesk) -> list[tuple[bytes, type[Exception]]]:
    """Answers that must not be believed."""
    good = rows(DOCUMENTS)
    return [
        (desk.answer_many(good[:2]), TamperDetected),
        (desk.answer_many([*good, *rows(documents(5))[4:]]), TamperDetected),
        (desk.answer_many([good[0], good[1], {**good[2], "signature": good[0]["signature"]}]), TamperDetected),
        (desk.answer_many(rows(DOCUMENTS, signer=person(by=1)), signer=person(by=1)), TamperDetected),
        (desk.answer_many(timestamp="soon"), ProtocolError),
        (desk.answer_many(state="x" * 22), CallbackInvalid),
        (desk.refusal("D00000"), ProtocolError),
    ]


def test_a_wrong_answer_keeps_nobody_out(desk) -> None:
    """Whatever is refused leaves the request waiting, and the true answer still counts."""
    request = desk.ask_many()
    for body, error in wrong(desk):
        with pytest.raises(error):
            desk.receive_parts(body) if body.startswith(b"--mark") else desk.receive(body)
        assert desk.bridge.collect(request, session="s").status == "waiting"
    desk.receive_parts(desk.answer_many())
    assert desk.bridge.collect(request, session="s").status == "done"


def test_of_two_deliveries_one_counts(desk) -> None:
    """Delivered twice, late or at the same moment to two workers: one result, and the second learns nothing."""
    request = desk.ask_many()
    body = desk.answer_many()
    workers = [desk.bridge, desk.another_bridge()]

    def deliver(bridge) -> bool:
        try:
            bridge.receive_callback("iamsmart", body, content_type="multipart/form-data; boundary=mark")
        except CallbackInvalid:
            return False
        return True

    with ThreadPoolExecutor(2) as pool:
        assert sorted(pool.map(deliver, workers)) == [False, True]
    with pytest.raises(CallbackInvalid):
        desk.receive_parts(body)
    assert desk.bridge.collect(request, session="s").status == "done"
    late = desk.ask_many()
    body = desk.answer_many()
    desk.clock.advance(18 * 60)
    with pytest.raises(CallbackInvalid) as caught:
        desk.receive_parts(body)
    assert caught.value.reason == "expired"
    assert desk.bridge.collect(late, session="s").status == "expired"


def test_a_record_that_does_not_say_what_is_sought_believes_nothing(desk) -> None:
    """A request of this kind without its documents was not written by us: no answer fits it."""
    desk.ask_many()
    provider, settings = desk.bridge._deps.provider("iamsmart")
    record = WaitingRequest(
        business_id="b", expires_at=0, fields=(), issuer="i", kind="bulk_signing", proof="", provider="iamsmart",
        session_ref="", state="", subject_ref="", v=2,
    )  # fmt: skip
    with pytest.raises(TamperDetected) as caught:
        verify_bulk_answer(provider, settings, record, {}, at=NOON)
    assert (caught.value.claim, caught.value.reason) == ("request", "malformed")


# --- Telling the platform ----------------------------------------------------------------------------------------------


def told(desk: BulkDesk) -> list[str]:
    """What the platform was told, at the address of bulk signing."""
    return [plain["signingResult"] for path, plain in desk.calls if path == ACK]


def test_acknowledged_at_its_own_address(desk) -> None:
    """After it was collected: accepted once, the same again is done, and the other signing's address hears nothing."""
    request = desk.ask_many()
    desk.receive_parts(desk.answer_many())
    with pytest.raises(CallbackInvalid):
        desk.bridge.acknowledge_signature(request, session="s")
    desk.bridge.collect(request, session="s")
    assert desk.bridge.acknowledge_signature(request, session="s") == "accepted"
    assert desk.bridge.acknowledge_signature(request, session="s") == "accepted"
    assert (told(desk), desk.told) == (["SR001"], [])
    with pytest.raises(VerificationError):
        desk.bridge.acknowledge_signature(request, session="s", accepted=False)
    with pytest.raises(CallbackInvalid):
        desk.bridge.acknowledge_signature(request, session="other")


@pytest.mark.parametrize(("came", "word", "verdict"), [(True, "SR002", "rejected"), (False, "SR003", "missing")])
def test_what_did_not_verify_is_not_accepted(desk, came: bool, word: str, verdict: str) -> None:
    """After its time: rejected where an answer came that did not hold, missing where none came, whatever we say."""
    request = desk.ask_many()
    if came:
        with pytest.raises(TamperDetected):
            desk.receive_parts(desk.answer_many(rows(DOCUMENTS)[:2]))
    desk.clock.advance(18 * 60)
    assert desk.bridge.collect(request, session="s").status == "expired"
    assert desk.bridge.acknowledge_signature(request, session="s") == verdict
    assert told(desk) == [word]


def test_a_failed_acknowledgement_is_made_again(desk) -> None:
    """D71006 and a platform that is away lose nothing; the next call tells it."""
    request = desk.ask_many()
    desk.receive_parts(desk.answer_many())
    desk.bridge.collect(request, session="s")
    desk.answers[ACK] = [reply(code="D71006")]
    with pytest.raises(ProviderRejected):
        desk.bridge.acknowledge_signature(request, session="s")
    assert desk.bridge.acknowledge_signature(request, session="s", accepted=False) == "rejected"
    assert told(desk) == ["SR001", "SR002"]


# --- How it stands, and taking it back -----------------------------------------------------------------------------------


def test_how_it_stands(desk) -> None:
    """The session that asked may ask, while the answer is awaited; anybody else learns nothing."""
    request = desk.ask_many()
    desk.answers[STATUS] = [reply({"businessID": request.business_id, "status": "SS002"})]
    assert desk.bridge.bulk_signing_status(request, session="s") == "signing"
    assert desk.calls[-1] == (STATUS, {"businessID": request.business_id})
    before = len(desk.calls)
    for business_id, session in ((request.business_id, "other"), ("f" * 32, "s"), (desk.ask().business_id, "s")):
        for call in (desk.bridge.bulk_signing_status, desk.bridge.cancel_bulk_signing):
            with pytest.raises(CallbackInvalid) as caught:
                call(business_id, session=session)
            assert (caught.value.claim, caught.value.reason) == ("request", "unknown")
    assert len(desk.calls) == before + 1


def test_after_the_answer_nothing_is_taken_back(desk) -> None:
    """Once the answer is here there is nothing to ask the platform about."""
    request = desk.ask_many()
    desk.receive_parts(desk.answer_many())
    with pytest.raises(CallbackInvalid):
        desk.bridge.cancel_bulk_signing(request, session="s")
    with pytest.raises(CallbackInvalid):
        desk.bridge.bulk_signing_status(request, session="s")
    assert desk.bridge.collect(request, session="s").status == "done"


def test_taken_back(desk) -> None:
    """The platform reports the end by callback, which the page collects as declined."""
    request = desk.ask_many()
    desk.bridge.cancel_bulk_signing(request, session="s")
    assert desk.calls[-1] == (CANCEL, {"businessID": request.business_id})
    assert desk.bridge.collect(request, session="s").status == "waiting"
    desk.receive(desk.refusal("D71000"))
    collected = desk.bridge.collect(request, session="s")
    assert (collected.status, collected.provider_code) == ("declined", "D71000")


def test_taken_back_too_late(desk) -> None:
    """D71007 is a typed refusal, and a signature that was on its way still counts."""
    request = desk.ask_many()
    desk.answers[CANCEL] = [reply(code="D71007")]
    with pytest.raises(ProviderRejected) as caught:
        desk.bridge.cancel_bulk_signing(request, session="s")
    assert caught.value.provider_code == "D71007"
    desk.receive_parts(desk.answer_many())
    assert desk.bridge.collect(request, session="s").status == "done"


def test_another_client_asks_about_nothing_of_ours(desk) -> None:
    """A Bridge for another client at the platform neither asks about nor takes back what this one began."""
    request = desk.ask_many()
    document = desk.config.model_dump()
    document["providers"]["iamsmart"]["client_id"] = "f" * 32
    other = desk.another_bridge(desk.config.model_copy(update={"providers": document["providers"]}))
    for call in (other.bulk_signing_status, other.cancel_bulk_signing):
        with pytest.raises(CallbackInvalid) as caught:
            call(request, session="s")
        assert (caught.value.claim, caught.value.reason) == ("issuer", "mismatch")
    other.close()
