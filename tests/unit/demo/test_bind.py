"""The binding's walk-through: what it needs, what it shows of the wire, and that it would notice."""

from __future__ import annotations

import json
from base64 import urlsafe_b64encode
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import httpx
import pytest

from xbridge.cli.demonstration import run_demo
from xbridge.core.errors import Unsupported
from xbridge.demo import bind_journey
from xbridge.demo.bind_journey import BindJourney
from xbridge.demo.bind_portal import BindPortal
from xbridge.demo.bind_register import RENAMED, guangdong_register, hong_kong_register, subject_of
from xbridge.demo.bind_wire import Wire, payload, taken_apart
from xbridge.demo.server import LoopbackServer
from xbridge.demo.timeline import SilentScreen

PERSON: dict[str, Any] = {
    "key": "somebody", "home_return_permit": "H00000101", "birth_date": "19900101", "name_zh_hant": "陳大文",
    "name_zh_hans": "陈大文", "name_en": "CHAN, Tai Man", "guangdong": {"useridcode": "u-1"},
}  # fmt: skip


def message(items: list[dict[str, str]]) -> bytes:
    """A message as it crosses: an envelope whose signed text holds ``items``."""
    raw = b"xbridge/matching-opening/v1\n" + json.dumps({"items": items}, ensure_ascii=False).encode()
    return json.dumps({"raw": urlsafe_b64encode(raw).rstrip(b"=").decode(), "signatures": []}).encode()


def test_without_the_extra_one_line_says_what_to_install(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Nothing is started, and the exit code is 1."""

    def lacking() -> None:
        raise Unsupported("matching needs the extra match: pip install 'xbridge-gba[match]'")

    monkeypatch.setattr(bind_journey, "require_matching", lacking)
    assert run_demo("en", keep=None, as_json=False, journey="bind") == 1
    said = capsys.readouterr()
    assert said.out == ""
    assert "xbridge-gba[match]" in said.err
    assert said.err.count("\n") == 1


def test_each_register_writes_names_as_its_side_does() -> None:
    """Simplified here, Traditional there; both bring the same permit; whoever has none is in neither."""
    here = guangdong_register([PERSON, {**PERSON, "guangdong": None}, {**PERSON, "home_return_permit": None}])
    there = hong_kong_register([PERSON, {**PERSON, "key": RENAMED}], {"somebody": "o-1", RENAMED: "o-2"})
    assert (here["u-1"]["name_han"], there["o-1"]["name_han"]) == ("陈大文", "陳大文")
    assert subject_of(here["u-1"]).document == subject_of(there["o-1"]).document
    assert len(here) == 1
    assert there["o-2"]["name_han"] not in ("陳大文", "陈大文")


def test_the_wire_keeps_what_crossed_and_passes_it_on() -> None:
    """Both directions of the one address, whole; what goes elsewhere is not kept."""
    asked, answered = message([{"name": "document"}]), message([{"evaluated": "x"}])

    def peer(environ: Any, start_response: Any) -> list[bytes]:
        start_response("200 OK", [("Content-Type", "application/json")])
        return [answered]

    with LoopbackServer(peer) as server, httpx.Client(transport=Wire(f"{server.url}/matching")) as client:
        wire = client._transport
        assert isinstance(wire, Wire)
        client.post(f"{server.url}/elsewhere", content=b"{}")
        assert client.post(f"{server.url}/matching", content=asked).content == answered
        assert wire.messages == [("to Hong Kong", asked), ("to Guangdong", answered)]
    shown = taken_apart(wire.messages)
    assert [each["items"] for each in shown] == [[{"name": "document"}], [{"evaluated": "x"}]]
    assert taken_apart([("to Guangdong", b"")])[0]["type"] == "refused"
    assert payload(asked).startswith("xbridge/")


@pytest.mark.parametrize(
    "items",
    [[{"blinded": "H00000101"}], [{"blinded": "陳大文"}], [{"blinded": "x", "birth_date": "x"}]],
    ids=["a number", "a name", "another member"],
)
def test_something_personal_on_the_wire_fails_the_journey(items: list[dict[str, str]], tmp_path: Path) -> None:
    """The step looks at what really crossed: a value of a register, or a member nobody knows, ends it."""
    walk = BindJourney(tmp_path, language="en", screen=SilentScreen())
    sent = [("to Hong Kong", message(items))]
    walk._run = sent
    stage: Any = SimpleNamespace(wire=SimpleNamespace(messages=sent), secrets=("H00000101", "陳大文"))
    with pytest.raises(RuntimeError):
        walk._wire(stage)


@pytest.mark.parametrize("path", ["/staff/reviews", "/staff/reviews/some-id"])
def test_what_is_for_staff_opens_with_their_word_only(path: str) -> None:
    """Without the word, or with another one, nobody sees or decides a review."""
    from werkzeug.test import Client

    bridge: Any = SimpleNamespace(reviews=lambda: ())
    browser = Client(BindPortal(bridge, own_url="http://localhost", register={}, staff_word="the-word"))
    method = "GET" if path.endswith("reviews") else "POST"
    for headers in ({}, {"X-Staff": "another"}, {"X-Staff": ""}):
        assert browser.open(path, method=method, headers=headers).status_code == 403
    assert browser.get("/staff/reviews", headers={"X-Staff": "the-word"}).get_json() == {"reviews": []}
