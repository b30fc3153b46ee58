"""Every way in which signing can go wrong at the platform: the refusal is typed, and no false signature is ever kept."""

from __future__ import annotations

import hashlib
from typing import Any

import pytest

from tests.negative.asking import Asking
from tests.negative.signing import ACKNOWLEDGED, ASKED, BEGUN, ENDED, FETCHED, KINDS, REQUESTS, SPOILED
from xbridge import PendingRequest, SigningTitle
from xbridge.core.errors import ProtocolError, TamperDetected, XBridgeError
from xbridge.testing import World
from xbridge_mocks.persona import POPULATION

pytestmark = pytest.mark.slow

SIGNER = next(person for person in POPULATION if person.key == "lee-siu-ming")
HKID = f"{SIGNER.hkid}({SIGNER.hkid_check})"
DIGEST = hashlib.sha256(b"what is signed").digest()
TITLE = SigningTitle(document_name="Tenancy agreement", service_name="Sample service")
KIND_OF = {operation: kind for kind, operation in REQUESTS.items()}


@pytest.fixture(scope="module")
def shared() -> World:
    """One service and one signer's login for all rows; making keys for each would be slow."""
    return World(asking=True)


@pytest.fixture
def world(shared: World) -> World:
    """The service with no fault armed and no event told."""
    shared.mocks.iamsmart.faults.clear()
    shared.events.clear()
    return shared


def arm(world: World, fault: str, operation: str) -> None:
    """Let ``fault`` strike from now on."""
    world.mocks.iamsmart.faults.add(fault, operation=operation)


def ask(world: World, kind: str, person: Any = None) -> PendingRequest:
    """Ask for a signature of ``kind``."""
    person = person or world.log_in("iamsmart", SIGNER.key, session="s")
    asked = world.bridge.request_hash_signature if kind == "hash" else world.bridge.request_document_signature
    return asked(person, DIGEST, hkid=HKID, title=TITLE, session="s")


def told_once(world: World, row: Asking, error: XBridgeError) -> None:
    """The code and the details are those of the row, and exactly one audit event says so."""
    assert error.code == row.code
    assert row.details.items() <= error.diagnostics().items()
    assert [event.code for event in world.events if event.outcome == "refused"] == [row.code]


@pytest.mark.parametrize("row", ASKED, ids=str)
def test_asking_to_sign(world: World, row: Asking) -> None:
    """A broken reply is refused and leaves nothing waiting; an odd one changes nothing for the person."""
    person = world.log_in("iamsmart", SIGNER.key, session="s")
    arm(world, row.fault, row.operation)
    if row.code:
        with pytest.raises(XBridgeError) as caught:
            ask(world, KIND_OF[row.operation], person)
        told_once(world, row, caught.value)
        assert not [key for key in world.store._pending if key.startswith("request/")]  # type: ignore[attr-defined]
        return
    before = len(world.callbacks)
    request = ask(world, KIND_OF[row.operation], person)
    # A callback that overtook the reply is here already.
    body = world.callbacks[-1] if len(world.callbacks) > before else world.respond(request.business_id)
    if row.fault == "callback_before_reply":
        assert len(world.callbacks) == before + 1
    world.bridge.receive_callback("iamsmart", body)
    assert world.bridge.collect(request, session="s").status == row.status


def sign_anonymously(world: World, row: Asking, kind: str) -> object:
    """Sign without a login, the fault armed where it strikes."""
    if row in BEGUN:
        arm(world, row.fault, row.operation)
    hop = world.bridge.begin_anonymous_signature(
        "iamsmart", DIGEST, kind="hash_signing" if kind == "hash" else "document_signing", hkid=HKID, title=TITLE,
        return_to=world.return_to["iamsmart"], session="s",
    )  # fmt: skip
    back = world.visit(hop.url, SIGNER.key)
    if row in FETCHED:
        arm(world, row.fault, row.operation)
    return world.bridge.finish_anonymous_signature(hop.pending, callback_url=back, session="s")


@pytest.mark.parametrize("row", [*BEGUN, *FETCHED], ids=str)
def test_signing_without_a_login(world: World, row: Asking) -> None:
    """The same for people who have not logged in: a signature that verifies, or the reason why there is none."""
    kind = "hash" if "Hash" in row.operation else "document"
    if not row.code:
        assert sign_anonymously(world, row, kind)
        return
    with pytest.raises(XBridgeError) as caught:
        sign_anonymously(world, row, kind)
    told_once(world, row, caught.value)


@pytest.mark.parametrize(("fault", "kind"), [(fault, kind) for fault in sorted(SPOILED) for kind in SPOILED[fault]])
def test_a_false_signature_is_never_kept(world: World, fault: str, kind: str) -> None:
    """Whatever is wrong with it, it is refused for its reason, and the person may still sign."""
    claim, reason = SPOILED[fault][kind]
    request = ask(world, kind)
    arm(world, fault, "delivery")
    body = world.respond(request.business_id)
    with pytest.raises(TamperDetected if claim else ProtocolError) as caught:
        world.bridge.receive_callback("iamsmart", body)
    assert (getattr(caught.value, "claim", ""), caught.value.reason) == (claim, reason)  # type: ignore[attr-defined]
    assert world.bridge.collect(request, session="s").status == "waiting"
    assert not world.mocks.iamsmart.faults.armed(), "the fault never struck"


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("fault", sorted(ENDED))
def test_who_cannot_sign_ends_the_request(world: World, fault: str, kind: str) -> None:
    """No iAM Smart+, or another card: the page learns the platform's code."""
    request = ask(world, kind)
    arm(world, fault, "delivery")
    world.bridge.receive_callback("iamsmart", world.respond(request.business_id))
    collected = world.bridge.collect(request, session="s")
    assert (collected.status, collected.provider_code) == ("failed", ENDED[fault])


@pytest.mark.parametrize("row", ACKNOWLEDGED, ids=str)
def test_acknowledging(world: World, row: Asking) -> None:
    """A broken reply to the acknowledgement is an error that can be tried again; the signature is ours all the same."""
    request = ask(world, "hash")
    world.bridge.receive_callback("iamsmart", world.respond(request.business_id))
    assert world.bridge.collect(request, session="s").status == "done"
    arm(world, row.fault, row.operation)
    if row.code:
        with pytest.raises(XBridgeError) as caught:
            world.bridge.acknowledge_signature(request, session="s")
        told_once(world, row, caught.value)
        world.mocks.iamsmart.faults.clear()
    assert world.bridge.acknowledge_signature(request, session="s") == "accepted"
