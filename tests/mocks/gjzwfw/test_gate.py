"""What the national gateway's mock demands of a call: a second opinion, written from the dossier alone."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest
from werkzeug.test import Client, TestResponse

from xbridge_mocks import GjzwfwMockSettings, MockClock, MockWorld
from xbridge_mocks.gjzwfw import NationalCredentials
from xbridge_mocks.gjzwfw.gate import signature

NOW_MS = 1_700_000_000_000


def world(**settings: Any) -> MockWorld:
    """A world at the time of the vector."""
    return MockWorld(
        MockClock(datetime(2023, 11, 14, 22, 13, 20, tzinfo=UTC)), gjzwfw_settings=GjzwfwMockSettings(**settings)
    )


class Caller:
    """A registered caller that can be told to send nonsense."""

    def __init__(self, **settings: Any) -> None:
        self.mock = world(**settings).gjzwfw
        self.given = self.mock.register_caller()
        self._count = 0

    def post(
        self, path: str = "/sysapi/mock/echo", *, at: int = NOW_MS, raw: bytes = b'{"a":1}', **changes: Any
    ) -> TestResponse:
        """A call, changed; a header None is left out."""
        self._count += 1
        values = {"sid": self.given.sid, "rid": f"rid{self._count}", "rtime": str(at)}
        values |= {name: value for name, value in changes.items() if name in values and value is not None}
        sign = signature(self.given.app_secret, values["sid"], values["rid"], values["rtime"])
        headers = {
            f"gjzwfwpt_{name}": value
            for name, value in {**values, "sign": sign, **changes}.items()
            if value is not None
        }
        return Client(self.mock).post(path, data=raw, headers=headers, content_type="application/json")


def code(reply: TestResponse) -> object:
    """The code of a reply in the gateway's envelope."""
    document = reply.get_json()
    assert set(document) == {"code", "message", "data"}
    return document["code"]


def test_vector() -> None:
    """The vector of section 7."""
    expected = "vQJmz8tDJTYkdPfPiUiLSVkgc/nXJasNEMXsZK3zfIs="
    assert signature("example-app-secret", "SID-1", "RID-1", "1700000000000") == expected


def test_a_right_call() -> None:
    """A signed call reaches its service, once; the journal keeps the path and no value."""
    caller = Caller()
    reply = caller.post(rid="R")
    assert reply.get_json() == {"code": 200, "message": "success", "data": {"a": 1}}
    assert code(caller.post(rid="R")) == 300
    assert [(entry.path, entry.outcome, entry.code) for entry in caller.mock.journal.entries()] == [
        ("/sysapi/mock/echo", "ok", "200"), ("/sysapi/mock/echo", "refused", "300"),
    ]  # fmt: skip
    caller.mock.reset()
    assert code(caller.post(rid="R")) == 200


@pytest.mark.parametrize("changes", [
    {"sid": None}, {"rid": None}, {"rtime": None}, {"sign": None}, {"sign": ""}, {"sign": "x"}, {"sign": "\u00e9"},
    {"sid": "sid-other"},
    {"rtime": "1700000000"}, {"rtime": "170000000000x"}, {"at": NOW_MS - 300_001}, {"at": NOW_MS + 300_001}, {"rid": "a,b"},
])  # fmt: skip
def test_wrong_calls(changes: dict[str, Any]) -> None:
    """A missing header, an unknown caller, a wrong signature and a time outside the window are refused with 300."""
    assert code(Caller().post(**changes)) == 300


@pytest.mark.parametrize("raw", [b"", b"[]", b"{", b'{"a":1,"a":2}', b'{"Name":1}', b'"x"'])
def test_wrong_bodies(raw: bytes) -> None:
    """What is no JSON object, or has a member twice or in capitals, is refused."""
    assert code(Caller().post(raw=raw)) == 300


def test_the_unknowns_are_settings() -> None:
    """The window, replays and the status of a refusal are what somebody decided here, so they can be changed."""
    caller = Caller(window_ms=None, refuse_replays=False, error_status=400)
    assert code(caller.post(at=NOW_MS // 10 * 10 - 10**9, rid="R")) == 200
    assert code(caller.post(at=NOW_MS // 10 * 10 - 10**9, rid="R")) == 200
    assert caller.post(sign="x").status_code == 400
    for bad in ({"window_ms": 0}, {"error_status": 99}):
        with pytest.raises(ValueError, match="must be"):
            GjzwfwMockSettings(**bad)  # type: ignore[arg-type]


def test_off_the_map() -> None:
    """Of the platform nothing but POST below /sysapi is served, and a body without end is not read."""
    mock = world().gjzwfw
    assert Client(mock).get("/sysapi").status_code == 404
    reply = Client(mock).get("/sysapi/mock/echo")
    assert (reply.status_code, reply.headers["Allow"]) == (405, "POST")
    assert Caller().post(raw=b" " * 1_000_001).status_code == 413
    assert [(entry.path, entry.code) for entry in mock.journal.entries()] == [
        ("(unknown)", "HTTP 404"), ("(unknown)", "HTTP 405"),
    ]  # fmt: skip
    with pytest.raises(ValueError, match="slash"):
        mock.put_service("a/", dict)


def test_over_http() -> None:
    """A suite that only has an address admits its caller, arms a fault, reads the journal and starts again; nobody logs in."""
    mock = world().gjzwfw
    caller = Caller()
    caller.mock = mock
    browser = Client(mock)

    def control(name: str, /, **body: Any) -> Any:
        return browser.post(f"/__mock__/{name}", json=body, headers={"X-Mock-Secret": mock.control_secret})

    made = control("clients", name="A bureau", redirect_uris=["https://bureau.example/"]).get_json()
    caller.given = NationalCredentials(sid=made["client_id"], app_secret=made["client_secret"])
    assert control("faults", name="refused").status_code == 200
    assert [code(caller.post()), code(caller.post())] == [300, 200]
    journal = browser.get("/__mock__/journal", headers={"X-Mock-Secret": mock.control_secret}).get_json()["entries"]
    assert [entry["outcome"] for entry in journal] == ["fault", "ok"]
    assert control("logins", login_url="https://bureau.example/", persona="chan-tai-man").status_code == 400
    assert control("clients", name="A bureau", redirect_uris=["nowhere"]).status_code == 400
    assert control("reset").get_json() == {"reset": True}
    assert mock.journal.entries() == ()
    assert browser.post("/__mock__/reset").status_code == 403
    page = browser.get("/", headers={"Accept-Language": "zh-HK"}).text
    assert "/sysapi/mock/echo" in page
    assert "\u6a21\u64ec" in page
