"""The gateway mock's gate: order, texts and codes of its refusals, and who may use up a nonce (specs/providers/tif.md 2)."""

from __future__ import annotations

import pytest

from tests.mocks.tif.calling_service import CallingService

CASES = [
    ({"paasid": None}, 400000400, "unknown paas info."),
    ({"paasid": "somebody"}, 400000400, "unknown paas info."),
    ({"paasid": "somebody", "nonce": None, "timestamp": "x"}, 400000400, "unknown paas info."),
    ({"timestamp": None}, 400000400, "missing headers."),
    ({"nonce": None, "timestamp": "x"}, 400000400, "missing headers."),
    ({"signature": ""}, 400000400, "missing headers."),
    ({"timestamp": "soon", "nonce": "x"}, 400000400, "invalid timestamp."),
    ({"timestamp": "18934e3445"}, 400000400, "invalid timestamp."),
    ({"timestamp": "1700000000", "nonce": "x"}, 400000400, "timestamp is out of date."),
    ({"nonce": "123456789", "signature": "0" * 64}, 400000400, "invalid nonce."),
    ({"nonce": "1" * 37}, 400000400, "invalid nonce."),
    ({"nonce": "0123456789,1"}, 400000400, "invalid nonce."),
    ({"signature": "0" * 64}, 400000401, "bad signature."),
    ({"signature": "é" * 64}, 400000401, "bad signature."),
]


@pytest.mark.parametrize(("changes", "errcode", "errmsg"), CASES)
def test_refusals(service: CallingService, changes: dict[str, str | None], errcode: int, errmsg: str) -> None:
    """Each check has its own text; of several that fail, the first in the gateway's order is named."""
    reply = service.one_off(service.headers(age=0, **changes))
    assert (reply.status_code, reply.get_json()) == (400, {"errcode": errcode, "errmsg": errmsg})
    assert service.mock.journal.entries()[-1].outcome == "refused"


@pytest.mark.parametrize(("age", "taken"), [(0, True), (179, True), (180, False), (-1, True), (-2, False)])
def test_the_window(service: CallingService, age: int, taken: bool) -> None:
    """A call is good from one second ahead of the clock until 180 seconds after its time."""
    assert (service.one_off(service.headers(age=age)).status_code == 200) is taken


def test_either_case_of_the_digest(service: CallingService) -> None:
    """Signatures in upper case and in lower case both count."""
    headers = service.headers()
    assert service.one_off({**headers, "x-tif-signature": headers["x-tif-signature"].upper()}).status_code == 200


def test_a_nonce_is_good_once_and_for_its_owner_only(service: CallingService) -> None:
    """A forged call does not use a nonce up, a real one does, for as long as ten minutes."""
    headers = service.headers()
    assert service.one_off({**headers, "x-tif-signature": "0" * 64}).get_json()["errcode"] == 400000401
    assert service.one_off(headers).status_code == 200
    assert service.one_off(headers).get_json()["errmsg"] == "invalid nonce."
    service.mock.clock.advance(599)
    again = service.headers(nonce=headers["x-tif-nonce"])
    assert service.one_off(again).get_json()["errmsg"] == "invalid nonce."
    service.mock.clock.advance(1)
    assert service.one_off(service.headers(nonce=headers["x-tif-nonce"])).status_code == 200


def test_the_gate_stands_before_the_routes(service: CallingService) -> None:
    """Whoever is not admitted does not learn which services there are."""
    assert service.browser.post("/ebus/nothing").get_json()["errmsg"] == "unknown paas info."
    reply = service.post("/ebus/nothing", {})
    assert (reply.status_code, reply.get_json()["errcode"]) == (404, 400000404)


@pytest.mark.parametrize("raw", [b"", b"[]", b"{", b'{"a":1,"a":2}', b"\xff"])
def test_a_body_is_one_strict_object(service: CallingService, raw: bytes) -> None:
    """Anything else than one JSON object is refused by the service, in the same shape."""
    reply = service.browser.post(
        "/ebus/tif/sso/connect/page/oneoffcode2yrzuserinfo", data=raw, headers=service.headers(),
        content_type="application/json",
    )  # fmt: skip
    assert (reply.status_code, reply.get_json()["errcode"]) == (400, 40035)


def test_the_journal_holds_no_value(service: CallingService) -> None:
    """What is written down about a call names its checks, and nothing that was in it."""
    service.one_off()
    service.browser.get(f"/app/{service.credentials.client_id}/secret-path?code=1")
    text = repr(service.mock.journal.entries())
    for value in (service.credentials.client_secret, "tif:yrz", "secret-path", "f" + "6225c9c35addd2e"):
        assert value not in text
    assert [check.name for check in service.mock.journal.entries()[0].checks][:6] == [
        "paasid", "headers", "timestamp", "window", "nonce", "signature",
    ]  # fmt: skip
