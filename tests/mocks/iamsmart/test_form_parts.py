"""A form whose answer comes in several parts, because it may bring a large document with it (dossier 8.1, 8.2)."""

from __future__ import annotations

import base64
import json

import pytest

ASKED = {
    "eMEFields": ["mobileNumber", "addressDocInfo", "addressDocFile"],
    "callbackContentType": "multipart/form-data",
}


def test_the_document_is_a_part_of_its_own(world, service):
    """The envelope is one part, the document another, sealed under the same key; together they are the plain answer."""
    service.ask("form", **{**ASKED, "callbackContentType": "application/json"})
    world.iamsmart.decide("b-1")
    plain = service.open_callback()[1]
    service.ask("form", **ASKED, businessID="b-2")
    assert world.iamsmart.decide("b-2") == (200,)
    assert [name for name, _ in service.parts()] == ["content", "addressDocFile"]
    code, content, file = service.open_parts("content", "addressDocFile")
    assert code == "D00000"
    assert "addressDocFile" not in content
    assert {**content, "addressDocFile": file} == {**plain, "businessID": "b-2"}
    assert base64.b64decode(file["docFile"]).startswith(b"%PDF")
    assert set(json.loads(dict(service.parts())["content"])) == {"txID", "code", "message", "secretKey", "content"}


@pytest.mark.parametrize(
    ("persona", "fields"),
    [("ng-wing-sze", ASKED["eMEFields"]), ("chan-tai-man", ["mobileNumber"])],
    ids=["nobody keeps it", "nobody asked for it"],
)
def test_without_a_document_there_is_one_part(world, service, persona, fields):
    """Where there is no document the answer still comes in parts, of which the envelope is the only one."""
    token = service.token(persona, scope="eidapi_auth eidapi_formFilling")
    service.ask("form", token, **{**ASKED, "eMEFields": fields})
    world.iamsmart.decide("b-1")
    assert [name for name, _ in service.parts()] == ["content"]
    code, content, file = service.open_parts("content", "addressDocFile")
    assert (code, content["businessID"], file) == ("D00000", "b-1", None)


def test_declining_is_plain(world, service):
    """A refusal has nothing to put into parts."""
    service.ask("form", **ASKED)
    world.iamsmart.decide("b-1", "refuse")
    assert service.received[-1].headers["Content-Type"] == "application/json"
    assert service.open_callback()[0] == "D60001"


def test_each_message_has_its_own_boundary(world, service):
    """No two messages share a boundary, and none of them holds its own inside."""
    seen = set()
    for number in ("b-1", "b-2"):
        service.ask("form", **ASKED, businessID=number)
        world.iamsmart.decide(number)
        callback = service.received[-1]
        boundary = callback.headers["Content-Type"].partition("boundary=")[2].encode()
        assert callback.content.count(boundary) == 3
        seen.add(boundary)
    assert len(seen) == 2


@pytest.mark.parametrize(
    ("fault", "names"),
    [
        ("metadata_part_missing", ["addressDocFile"]), ("file_part_missing", ["content"]),
        ("file_part_twice", ["content", "addressDocFile", "addressDocFile"]),
        ("parts_swapped", ["content", "addressDocFile"]),
    ],
)  # fmt: skip
def test_mixed_up(world, service, fault, names):
    """Each mix-up of the parts happens to a form as well."""
    service.ask("form", **ASKED)
    world.iamsmart.faults.add(fault)
    world.iamsmart.decide("b-1")
    parts = service.parts()
    assert [name for name, _ in parts] == names
    assert (parts[0][1][:5] == b"AAAAD") is (fault in ("parts_swapped", "metadata_part_missing"))
    assert world.iamsmart.faults.armed() == ()


def test_a_mix_up_waits_for_parts(world, service):
    """An answer of one document has nothing to mix up."""
    service.ask("form")
    world.iamsmart.faults.add("parts_swapped")
    world.iamsmart.decide("b-1")
    assert service.open_callback()[0] == "D00000"
    assert [armed.name for armed in world.iamsmart.faults.armed()] == ["parts_swapped"]


def test_spoiled_envelopes(world, service):
    """What can be wrong with the envelope can be wrong with it in its part; the file stays whole."""
    service.ask("form", **ASKED)
    world.iamsmart.faults.add("json_truncated", operation="delivery")
    world.iamsmart.decide("b-1")
    parts = dict(service.parts())
    with pytest.raises(json.JSONDecodeError):
        json.loads(parts["content"])
    assert parts["addressDocFile"].startswith(b"AAAAD")
