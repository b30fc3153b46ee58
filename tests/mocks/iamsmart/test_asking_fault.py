"""Each fault of asking and of the callback does what its description says, once (dossier 8.1, 8.2)."""

from __future__ import annotations

import base64
import json

import pytest
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.asymmetric import padding

from tests.mocks.iamsmart.online_service import ALL_SCOPES


def asked(world, service, fault, kind="profile", number="b-1", **bent):
    """Ask and approve with ``fault`` armed; returns what the service answered the callback with."""
    world.iamsmart.faults.add(fault, operation="delivery")
    assert service.ask(kind, businessID=number, **bent)["code"] == "D00000"
    return world.iamsmart.decide(number)


def envelope(service):
    """The clear envelope of the last callback."""
    return json.loads(service.received[-1].content)


def test_business_id_taken(world, service):
    """A unique businessID is called duplicated, once."""
    world.iamsmart.faults.add("business_id_taken")
    assert [service.ask("profile")["code"] for _ in range(2)] == ["D20011", "D00000"]


@pytest.mark.parametrize(("source", "shown"), [("PC_Browser", False), ("iOS_Safari", True)])
def test_auth_by_qr_flipped(world, service, source, shown):
    """The reply claims the other case, and the request waits as it did."""
    token = service.token(scope=ALL_SCOPES, source=source)
    world.iamsmart.faults.add("auth_by_qr_flipped")
    content = service.open(service.ask("profile", token)["content"])
    assert content["authByQR"] is shown
    assert ("ticketID" in content) is not shown
    assert world.iamsmart.requests()[0].auth_by_qr is not shown


def test_ticket_faults(world, service):
    """The ticket is missing, opens nothing, or is too old at once."""
    token = service.token(scope=ALL_SCOPES, source="iOS_Safari")

    def ticket(fault, number):
        world.iamsmart.faults.add(fault)
        return service.open(service.ask("profile", token, businessID=number)["content"]).get("ticketID")

    assert ticket("ticket_missing", "b-1") is None
    unknown = ticket("ticket_unknown", "b-2")
    assert unknown not in [waiting.ticket_id for waiting in world.iamsmart.requests()]
    assert service.browser.get(f"/mock/app/profile?ticketID={unknown}").status_code == 400
    expired = ticket("ticket_expired", "b-3")
    assert service.browser.get(f"/mock/app/profile?ticketID={expired}").status_code == 400
    assert service.open_callback()[0] == "D50003"


def test_before_the_reply(world, service):
    """The callback is there before the reply to initiateRequest is."""
    order = []
    take = service.receive

    def note(callback):
        order.append("callback")
        return take(callback)

    world.iamsmart.deliver = note
    world.iamsmart.faults.add("callback_before_reply")
    service.ask("profile")
    order.append("reply")
    assert order == ["callback", "reply"]
    assert service.open_callback()[0] == "D00000"


def test_how_often_and_when(world, service):
    """Twice the same bytes; twenty minutes late; never."""
    assert asked(world, service, "callback_twice") == (200, 200)
    assert service.received[0].content == service.received[1].content
    assert asked(world, service, "callback_late", number="b-2") == ()
    world.clock.advance(20 * 60 - 1)
    world.iamsmart.settle()
    assert len(service.received) == 2
    world.clock.advance(1)
    world.iamsmart.settle()
    assert service.open_callback()[1]["businessID"] == "b-2"
    assert asked(world, service, "callback_never", number="b-3") == ()
    world.clock.advance(3600)
    world.iamsmart.settle()
    assert len(service.received) == 3


def test_reference_faults(world, service):
    """BusinessID or state is another one, or there is no state."""
    asked(world, service, "callback_wrong_business_id")
    code, content = service.open_callback()
    assert (code, content["state"]) == ("D00000", "state-2")
    assert content["businessID"] != "b-1"
    asked(world, service, "callback_wrong_state", number="b-2")
    content = service.open_callback()[1]
    assert content["businessID"] == "b-2"
    assert content["state"] != "state-2"
    asked(world, service, "callback_state_missing", number="b-3")
    assert "state" not in service.open_callback()[1]


def test_key_faults(world, service, private_key):
    """The key is wrapped for a stranger, is not the one that sealed, or is a new one while the old one lived."""
    asked(world, service, "callback_wrong_kek")
    with pytest.raises((ValueError, InvalidTag)):
        service.open_callback()
    assert service.open(envelope(service)["content"])["businessID"] == "b-1"
    asked(world, service, "callback_wrong_key", number="b-2")
    with pytest.raises(InvalidTag):
        service.open_callback()
    old = service.cek
    asked(world, service, "callback_fresh_key", number="b-3")
    assert service.open_callback()[1]["businessID"] == "b-3"
    assert private_key.decrypt(base64.b64decode(envelope(service)["secretKey"]), padding.PKCS1v15()) != old
    assert service.call("/api/v1/profiles", {})["code"] == "D30004"


def test_shape_faults(world, service):
    """Clear content, nested content, no content, no key, duplicate members, half a document, far too much."""
    asked(world, service, "callback_plain")
    assert envelope(service)["content"]["businessID"] == "b-1"
    asked(world, service, "content_nested", number="b-2")
    assert service.open_callback()[1]["content"]["businessID"] == "b-2"
    asked(world, service, "callback_key_missing", number="b-3")
    assert "secretKey" not in envelope(service)
    for number, name in enumerate(
        ("content_missing", "json_duplicate_members", "json_truncated", "body_over_limit"), 4
    ):
        world.iamsmart.faults.add(name, operation="delivery")
        service.ask("profile", businessID=f"b-{number}")
        world.iamsmart.decide(f"b-{number}")
    missing, duplicated, truncated, huge = (one.content for one in service.received[-4:])
    assert "content" not in json.loads(missing)
    assert duplicated.count(b'"code":') == 2
    with pytest.raises(json.JSONDecodeError):
        json.loads(truncated)
    assert len(huge) > 2 * 1024 * 1024
    assert json.loads(huge)["code"] == "D00000"


def test_too_much_or_about_another(world, service):
    """Three fields come unasked, or the answer is about another person."""
    asked(world, service, "callback_extra_fields", profileFields=["enName"])
    assert set(service.open_callback()[1]) == {"businessID", "state", "enName", "idNo", "birthDate", "gender"}
    asked(world, service, "swapped_user", number="b-2")
    assert service.open_callback()[1]["idNo"]["Identification"] != "ZZ000101"


@pytest.mark.parametrize(
    ("fault", "code"),
    [
        ("request_refused", "D60001"), ("request_cancelled", "D60000"), ("request_failed", "D60002"),
        ("request_timed_out", "D60003"), ("unknown_error_code", "D99999"),
    ],
)  # fmt: skip
def test_forced_outcomes(world, service, fault, code):
    """Whatever was pressed, that outcome is reported, and no data with it."""
    world.iamsmart.faults.add(fault, operation="delivery")
    service.ask("form")
    world.iamsmart.decide("b-1")
    assert service.open_callback() == (code, {"businessID": "b-1", "state": "state-2"})


@pytest.mark.parametrize("fault", ["envelope_bit_flipped", "envelope_truncated", "iv_length_11", "content_not_base64"])
def test_spoiled_envelopes(world, service, fault):
    """The envelope faults of replies strike at callbacks as well."""
    world.iamsmart.faults.add(fault, operation="delivery")
    service.ask("profile")
    world.iamsmart.decide("b-1")
    with pytest.raises((ValueError, AssertionError, InvalidTag)):
        service.open_callback()
