"""Every way in which bulk signing can go wrong at the platform: all signatures or none, and every refusal typed."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from typing import Any

import pytest

from tests.negative.asking import Asking
from tests.negative.bulk_signing import AROUND, ASKED, CODES, SPOILED
from tests.negative.test_signing import HKID, SIGNER, arm, told_once
from xbridge import BulkDocument, PendingRequest
from xbridge.core.errors import XBridgeError
from xbridge.core.signing import SIGNATURE_ALGORITHMS, SignatureAlgorithm
from xbridge.testing import World
from xbridge_mocks.iamsmart.courier import CallbackRequest

pytestmark = pytest.mark.slow

DOCUMENTS = tuple(
    BulkDocument(id=f"d-{number}", name=f"Document {number}", hash_code=hashlib.sha256(b"%d" % number).digest())
    for number in range(3)
)


class BulkWorld(World):
    """A service that may also sign in bulk, and what is POSTed to it with the headers."""

    def __init__(self) -> None:
        self.posted: list[CallbackRequest] = []
        super().__init__(asking=True)

    def _deliver(self, callback: CallbackRequest) -> int:
        self.posted.append(callback)
        return super()._deliver(callback)

    def receive(self) -> None:
        """Take what was POSTed last, as a web layer would."""
        callback = self.posted[-1]
        self.bridge.receive_callback("iamsmart", callback.content, content_type=callback.headers["Content-Type"])


@pytest.fixture(scope="module")
def shared() -> BulkWorld:
    """One service for all rows; making keys for each would be slow."""
    return BulkWorld()


@pytest.fixture
def world(shared: BulkWorld) -> BulkWorld:
    """The service with no fault armed and no event told."""
    shared.mocks.iamsmart.faults.clear()
    shared.events.clear()
    return shared


def ask(world: BulkWorld, person: Any = None, **options: Any) -> PendingRequest:
    """Ask for the signatures of the documents."""
    person = person or world.log_in("iamsmart", SIGNER.key, session="s")
    wanted = {"service_name": "Sample service", "department": "Sample office", "hkid": HKID, "session": "s", **options}
    return world.bridge.request_bulk_signing(person, DOCUMENTS, **wanted)


@pytest.mark.parametrize("algorithm", SIGNATURE_ALGORITHMS)
def test_the_mock_and_the_client_agree(world: BulkWorld, algorithm: SignatureAlgorithm) -> None:
    """Two opinions of one proposal: asked, looked at, signed, handed out, acknowledged, under each algorithm."""
    request = ask(world, algorithm=algorithm)
    assert world.bridge.bulk_signing_status(request, session="s") == "pending"
    world.respond(request.business_id)
    world.receive()
    collected = world.bridge.collect(request, session="s")
    assert collected.status == "done"
    assert [one.document_id for one in collected.data.signatures] == [document.id for document in DOCUMENTS]
    assert world.bridge.acknowledge_signature(request, session="s") == "accepted"


@pytest.mark.parametrize(
    ("decision", "status", "code"),
    [("refuse", "declined", "D71001"), ("cancel", "declined", "D71000"), ("fail", "failed", "D71002")],
)
def test_a_person_who_does_not_sign(world: BulkWorld, decision: str, status: str, code: str) -> None:
    """The page learns which it was."""
    request = ask(world)
    world.respond(request.business_id, decision)
    world.receive()
    collected = world.bridge.collect(request, session="s")
    assert (collected.status, collected.provider_code) == (status, code)


def test_taken_back(world: BulkWorld) -> None:
    """Taken back before anybody looked: the platform reports the end."""
    request = ask(world)
    world.bridge.cancel_bulk_signing(request, session="s")
    world.receive()
    collected = world.bridge.collect(request, session="s")
    assert (collected.status, collected.provider_code) == ("declined", "D71000")


@pytest.mark.parametrize("row", ASKED, ids=str)
def test_asking(world: BulkWorld, row: Asking) -> None:
    """A broken reply, to either call, is refused and leaves nothing waiting; an odd one changes nothing for the person."""
    person = world.log_in("iamsmart", SIGNER.key, session="s")
    arm(world, row.fault, row.operation)
    if row.code:
        with pytest.raises(XBridgeError) as caught:
            ask(world, person)
        told_once(world, row, caught.value)
        assert not [key for key in world.store._pending if key.startswith("request/")]  # type: ignore[attr-defined]
        return
    before = len(world.posted)
    request = ask(world, person)
    # A callback that overtook the reply is here already.
    if len(world.posted) == before:
        world.respond(request.business_id)
    world.receive()
    assert world.bridge.collect(request, session="s").status == row.status


@pytest.mark.parametrize("fault", sorted(SPOILED))
def test_a_false_answer_is_never_kept(world: BulkWorld, fault: str) -> None:
    """Whatever is wrong with one document or with the whole, all is refused for its reason, and the person may still sign."""
    request = ask(world)
    arm(world, fault, "delivery")
    world.respond(request.business_id)
    with pytest.raises(XBridgeError) as caught:
        world.receive()
    assert (getattr(caught.value, "claim", ""), getattr(caught.value, "reason", "")) == SPOILED[fault]
    assert world.bridge.collect(request, session="s").status == "waiting"
    assert not world.mocks.iamsmart.faults.armed(), "the fault never struck"


@pytest.mark.parametrize("fault", sorted(CODES))
def test_who_cannot_sign_ends_the_request(world: BulkWorld, fault: str) -> None:
    """No iAM Smart+, or another card: the page learns the platform's code."""
    request = ask(world)
    arm(world, fault, "delivery")
    world.respond(request.business_id)
    world.receive()
    collected = world.bridge.collect(request, session="s")
    assert (collected.status, collected.provider_code) == ("failed", CODES[fault])


@pytest.mark.parametrize("row", [row for row in AROUND if row.operation != "bulkSignCancel"], ids=str)
def test_the_calls_around(world: BulkWorld, row: Asking) -> None:
    """A broken reply is an error that can be tried again; neither the request nor the signatures are lost by it."""
    request = ask(world)
    call: Callable[..., str] = world.bridge.bulk_signing_status
    expected = "pending"
    if row.operation == "bulkSignAck":
        world.respond(request.business_id)
        world.receive()
        assert world.bridge.collect(request, session="s").status == "done"
        call, expected = world.bridge.acknowledge_signature, "accepted"
    arm(world, row.fault, row.operation)
    if row.code:
        with pytest.raises(XBridgeError) as caught:
            call(request, session="s")
        told_once(world, row, caught.value)
        world.mocks.iamsmart.faults.clear()
    assert call(request, session="s") == expected


@pytest.mark.parametrize("row", [row for row in AROUND if row.operation == "bulkSignCancel"], ids=str)
def test_taking_back_goes_wrong(world: BulkWorld, row: Asking) -> None:
    """Whatever the reply was, the request waits until the platform reports its end."""
    request = ask(world)
    arm(world, row.fault, row.operation)
    before = len(world.posted)
    if row.code:
        with pytest.raises(XBridgeError) as caught:
            world.bridge.cancel_bulk_signing(request, session="s")
        told_once(world, row, caught.value)
    else:
        world.bridge.cancel_bulk_signing(request, session="s")
    assert world.bridge.collect(request, session="s").status == "waiting"
    if len(world.posted) == before:
        world.mocks.iamsmart.faults.clear()
        world.bridge.cancel_bulk_signing(request, session="s")
    world.receive()
    assert world.bridge.collect(request, session="s").status == "declined"
