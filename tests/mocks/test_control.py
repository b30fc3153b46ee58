"""The control API: closed without the secret, strict in what it takes."""

from __future__ import annotations

import json
from datetime import UTC, datetime

import pytest
from cryptography.hazmat.primitives.asymmetric.rsa import generate_private_key
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from werkzeug.test import Client

from xbridge_mocks import MockClock, MockWorld
from xbridge_mocks.persona import POPULATION

PATHS = [
    ("POST", "clients"), ("POST", "logins"), ("GET", "personas"), ("GET", "journal"), ("GET", "clock"),
    ("POST", "clock"), ("GET", "faults"), ("POST", "faults"), ("POST", "reset"), ("GET", "nonsense"),
]  # fmt: skip


@pytest.fixture
def world() -> MockWorld:
    """A world at noon."""
    return MockWorld(MockClock(datetime(2025, 6, 2, 4, tzinfo=UTC)))


@pytest.fixture(params=["iamsmart", "guangdong", "corpid", "zwrz"])
def control(world, request):
    """Calls the control API of each mock with the right secret; returns status and JSON."""
    browser = Client(getattr(world, request.param))

    def call(method, path, document=None, *, secret=world.control_secret, raw=None):
        data = raw if raw is not None else b"" if document is None else json.dumps(document).encode()
        head = {} if secret is None else {"X-Mock-Secret": secret}
        reply = browser.open(f"/__mock__/{path}", method=method, data=data, headers=head)
        assert reply.mimetype == "application/json"
        return reply.status_code, reply.get_json()

    return call


@pytest.mark.parametrize(("method", "path"), PATHS)
@pytest.mark.parametrize("secret", [None, "", "wrong", "é"])
def test_nothing_without_the_secret(world, control, method, path, secret):
    """Without the per-run secret every address answers 403 and changes nothing (G6)."""
    status, body = control(method, path, {"advance_s": 5}, secret=secret)
    assert (status, body["error"]) == (403, "forbidden")
    assert world.clock.now() == datetime(2025, 6, 2, 4, tzinfo=UTC)


def test_the_secret_is_new_in_every_world():
    """Two worlds have two secrets, unless a seed makes them one for a test."""
    assert MockWorld().control_secret != MockWorld().control_secret
    assert MockWorld(seed=1).control_secret == MockWorld(seed=1).control_secret


def test_off_the_map(control):
    """Unknown addresses are 404 and wrong methods 405, each saying what there is."""
    assert control("GET", "nonsense")[0] == 404
    status, body = control("GET", "reset")
    assert (status, body["allowed"]) == (405, ["POST"])


def test_clock(world, control):
    """The clock is read, advanced and set."""
    assert control("POST", "clock", {"advance_s": 90})[1]["now"] == "2025-06-02T04:01:30+00:00"
    assert control("POST", "clock", {"set": "2030-01-01T00:00:00+08:00"})[0] == 200
    assert control("GET", "clock")[1]["now_ms"] == world.clock.now_ms() == 1893427200000
    for bad in ({}, {"advance_s": "5"}, {"advance_s": True}, {"advance_s": 1e300}, {"set": "2030-01-01T00:00:00"},
                {"set": "soon"}, {"advance_s": 1, "set": "2030-01-01T00:00:00Z"}, {"forward": 1}):  # fmt: skip
        assert control("POST", "clock", bad)[0] == 400, bad


def test_personas(control):
    """Everybody is listed, with all their synthetic data, so that other data sources can hold the same people."""
    people = control("GET", "personas")[1]["personas"]
    assert [person["key"] for person in people] == [person.key for person in POPULATION]
    assert people[0]["guangdong"]["level"] == "L2"


def test_faults(control):
    """Faults are listed with their stories, armed, and refused when unknown."""
    status, body = control("POST", "faults", {"name": "http_503", "times": 2})
    assert status == 200
    assert [(one["name"], one["times_left"]) for one in body["armed"]] == [("http_503", 2)]
    assert "http_500" in [one["name"] for one in control("GET", "faults")[1]["known"]]
    for bad in (
        {"name": "nonsense"}, {}, {"name": 5}, {"name": "http_503", "times": 0}, {"name": "http_503", "times": "2"},
        {"name": "http_503", "operation": 1}, {"name": "x", "y": 1},
    ):  # fmt: skip
        assert control("POST", "faults", bad)[0] == 400, bad


def test_reset(control):
    """A reset disarms faults and empties the journal."""
    control("POST", "faults", {"name": "http_503"})
    assert control("POST", "reset") == (200, {"reset": True})
    assert control("GET", "faults")[1]["armed"] == []
    assert control("GET", "journal")[1] == {"entries": []}


@pytest.mark.parametrize("raw", [b"[]", b"{", b'{"name":"a","name":"b"}', b"\xff"])
def test_bodies_are_strict_json(control, raw):
    """A body that is not one strict JSON object is 400."""
    assert control("POST", "faults", raw=raw)[0] == 400


def test_a_whole_login_over_the_control_api(world):
    """A test-suite in another process registers a client, logs a person in and reads the journal."""
    browser = Client(world.iamsmart)
    key = generate_private_key(65537, 2048).public_key()
    pem = key.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo).decode()

    def call(method, path, document=None):
        return browser.open(
            f"/__mock__/{path}", method=method, json=document, headers={"X-Mock-Secret": world.control_secret}
        )

    made = call(
        "POST", "clients", {"name": "S", "redirect_uris": ["https://svc.example/cb"], "kek_public_keys": [pem]}
    ).get_json()
    url = (
        f"http://localhost/api/v1/auth/getQR?clientID={made['client_id']}&responseType=code&source=PC_Browser"
        "&redirectURI=https%3A%2F%2Fsvc.example%2Fcb&scope=eidapi_auth&state=s"
    )
    done = call("POST", "logins", {"login_url": url, "persona": "chan-tai-man"})
    assert done.get_json()["callback_url"].startswith("https://svc.example/cb?code=")
    assert call("GET", "journal").get_json()["entries"][-1]["operation"] == "callback"
    assert made["client_secret"] not in call("GET", "journal").text
    assert call("POST", "logins", {"login_url": url, "persona": "nobody"}).status_code == 400
    assert call("POST", "logins", {"login_url": url + "x&state=s", "persona": "chan-tai-man"}).status_code == 400
    for bad in ({"name": "S"}, {"name": 1}, {"name": "S", "redirect_uris": "x"}, {"name": "S", "extra": 1},
                {"name": "S", "redirect_uris": ["https://svc.example/cb"], "kek_public_keys": ["x"]}):  # fmt: skip
        assert call("POST", "clients", bad).status_code == 400, bad
