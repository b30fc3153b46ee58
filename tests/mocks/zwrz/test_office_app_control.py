"""The office app's mock from a suite that only has an address."""

from __future__ import annotations

import hashlib
from typing import Any
from urllib.parse import parse_qs, urlsplit

from werkzeug.test import Client

from tests.mocks.zwrz.office_console import OfficeConsole


def test_over_http(console: OfficeConsole) -> None:
    """An application is admitted, an officer opens its page, a fault strikes once, and the journal says why, without values."""
    mock = console.mock.office_app
    browser = Client(mock)

    def control(name: str, /, **body: Any) -> Any:
        return browser.post(f"/__mock__/{name}", json=body, headers={"X-Mock-Secret": mock.control_secret}).get_json()

    def ask(path: str, nonce: str, **query: str) -> dict[str, Any]:
        timestamp = str(mock.clock.now_ms() // 1000)
        sign = hashlib.sha256(f"{timestamp}{given['client_secret']}{nonce}{timestamp}".encode()).hexdigest()
        values = {"paasid": given["client_id"], "timestamp": timestamp, "nonce": nonce, "signature": sign}
        headers = {f"x-tif-{name}": value for name, value in values.items()}
        document: dict[str, Any] = browser.get(
            f"/ebus/wwlapi/cgi-bin/{path}", query_string=query, headers=headers
        ).get_json()
        return document

    given = control("clients", name="Rota", redirect_uris=["https://rota.example/"])
    secrets = {"corpid": given["corp_client_id"], "corpsecret": given["corp_client_secret"]}
    token = ask("gettoken", "nonce-00001", **secrets)["access_token"]
    opened = control("logins", login_url="https://rota.example/?page=1", persona="lee-siu-ming")["callback_url"]
    query = parse_qs(urlsplit(opened).query)
    assert query["page"] == ["1"]
    code = query["code"][0]
    control("faults", name="token_over")
    assert ask("user/getuserinfo", "nonce-00002", access_token=token, code=code)["errcode"] == 42001
    token = ask("gettoken", "nonce-00003", **secrets)["access_token"]
    officer = ask("user/getuserinfo", "nonce-00004", access_token=token, code=code)["UserId"]
    assert officer == control("subjects", client_id="x")["subjects"]["lee-siu-ming"]
    assert ask("gettoken", "nonce-00004", **secrets)["errmsg"] == "invalid nonce."
    entries = mock.journal.entries()
    assert [entry.outcome for entry in entries] == ["ok", "fault", "ok", "ok", "refused"]
    assert entries[-1].checks[-1].detail == "invalid nonce."
    assert not [secret for secret in (token, code, officer, *given.values()) if secret in repr(entries)]
    for wrong in ({"persona": "nobody"}, {"persona": "lee-siu-ming", "decision": "leave"}):
        assert control("logins", login_url="https://rota.example/", **wrong)["error"] == "bad_request"


def test_off_the_map(console: OfficeConsole) -> None:
    """What is not served is 404, a wrong method 405 with the right one, and a front page says what is."""
    browser = Client(console.mock.office_app)
    assert browser.get("/ebus/other/cgi-bin/gettoken").status_code == 404
    reply = browser.get("/ebus/org/v2/getuserbyuserid")
    assert (reply.status_code, reply.headers["Allow"]) == (405, "POST")
    assert "getuserbyuserid" in browser.get("/").text
    assert browser.post("/ebus/org/v2/getuserbyuserid", data={"userid": "x" * 70_000}).status_code == 413
