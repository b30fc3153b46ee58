"""A callback in several parts: the document in one, the address document in another, both under one key."""

from __future__ import annotations

import hashlib
import json
import sys
from base64 import b64encode
from typing import Any

import pytest

from tests.unit.providers.iamsmart_side import CALLBACK_KEY, callback, settings
from xbridge.core.errors import CallbackInvalid, Unsupported
from xbridge.protocols.content_envelope import seal_content
from xbridge.providers.iamsmart.callback import JSON, open_callback, read_answer, wanted_content

PARTS = "multipart/form-data; boundary=mark"
MANY = settings(callback_content_type="multipart/form-data")
TIES = {"businessID": "b" * 32, "state": "s" * 22}
PDF = b"%PDF-1.4 synthetic"
BILL = {"docFile": b64encode(PDF).decode(), "docHash": hashlib.sha256(PDF).hexdigest(), "billDate": 1_780_000_000_000}


def sealed(document: object, *, key: bytes = CALLBACK_KEY) -> bytes:
    """A file part's content: encrypted like the document's own."""
    plaintext = document if isinstance(document, bytes) else json.dumps(document).encode()
    return seal_content(key, plaintext, iv=b"another--iv.").encode()


def body(*parts: tuple[str, bytes]) -> bytes:
    """A message of named parts."""
    return b"".join(
        b'--mark\r\nContent-Disposition: form-data; name="%s"\r\n\r\n%s\r\n' % (name.encode(), content)
        for name, content in parts
    ) + b"--mark--\r\n"  # fmt: skip


WHOLE = body(("content", callback({**TIES, "gender": "F"})), ("addressDocFile", sealed(BILL)))


def test_the_file_is_a_field_like_any_other():
    """The document's members and the file's are one form; only what was asked for is kept of it."""
    message = open_callback(MANY, WHOLE, content_type=PARTS)
    assert (message.business_id, message.state, message.outcome) == (TIES["businessID"], TIES["state"], "done")
    assert message.content == {"gender": "F", "addressDocFile": BILL}
    assert message.content["addressDocFile"]["docFile"] not in repr(message)  # type: ignore[index]
    wanted = wanted_content("form", ("addressDocFile",), message.content)
    assert read_answer("form", wanted).address_doc_file.document() == PDF


def test_the_parts_have_the_names_of_the_settings():
    """What the parts are called is UNKNOWN, so it is configured; parts of other names are left closed."""
    chosen = settings(
        callback_content_type="multipart/form-data",
        callback_parts={"metadata": "meta", "address_doc_file": "file"},
    )
    raw = body(("file", sealed(BILL)), ("meta", callback(TIES)), ("addressDocFile", b"of nobody"), ("content", b"?"))
    assert open_callback(chosen, raw, content_type=PARTS).content == {"addressDocFile": BILL}
    with pytest.raises(CallbackInvalid):
        open_callback(chosen, WHOLE, content_type=PARTS)


def test_one_part_alone_and_a_plain_document_are_answers_too():
    """A person without a bill, and a refusal, come without a file, in parts or as plain JSON."""
    assert open_callback(MANY, body(("content", callback(TIES))), content_type=PARTS).content == {}
    declined = open_callback(MANY, callback(TIES, code="D60001"), content_type="application/json;charset=UTF-8")
    assert (declined.outcome, declined.content) == ("declined", {})


@pytest.mark.parametrize(
    ("content_type", "claim", "reason"),
    [
        (PARTS, "content_type", "mismatch"),
        ("text/html", "content_type", "mismatch"),
        ("application/json+x", "content_type", "mismatch"),
        ("", "content_type", "malformed"),
        ("application/json; charset=utf-8; charset=utf-8", "content_type", "duplicated"),
        ("application/json;" + "x" * 2000, "content_type", "too_large"),
    ],
)
def test_what_nobody_asked_for_is_not_read(content_type, claim, reason):
    """Parts are read only where the settings ask for them, and no other type is read at all."""
    with pytest.raises(CallbackInvalid) as caught:
        open_callback(settings(), WHOLE, content_type=content_type)
    assert (caught.value.claim, caught.value.reason) == (claim, reason)


HOSTILE: dict[str, tuple[bytes, str, str]] = {
    "no document": (body(("addressDocFile", sealed(BILL))), "callback", "missing"),
    "no parts": (callback(TIES), "callback", "malformed"),
    "a part twice": (body(("content", callback(TIES)), ("content", callback(TIES))), "callback", "duplicated"),
    "the file twice": (
        body(("content", callback({**TIES, "addressDocFile": BILL})), ("addressDocFile", sealed(BILL))),
        "callback", "duplicated",
    ),
    "a clear file": (body(("content", callback(TIES)), ("addressDocFile", PDF)), "envelope", "unreadable"),
    "a clear file in JSON": (
        body(("content", callback(TIES)), ("addressDocFile", json.dumps(BILL).encode())), "envelope", "unreadable",
    ),
    "a file that is not ascii": (body(("content", callback(TIES)), ("addressDocFile", b"\xff")), "envelope", "unreadable"),
    "an empty file": (body(("content", callback(TIES)), ("addressDocFile", b"")), "envelope", "unreadable"),
    "a file under another key": (
        body(("content", callback(TIES)), ("addressDocFile", sealed(BILL, key=bytes(32)))), "envelope", "unreadable",
    ),
    "a file that is no document": (
        body(("content", callback(TIES)), ("addressDocFile", sealed(PDF))), "callback", "malformed",
    ),
    "a file that is a list": (body(("content", callback(TIES)), ("addressDocFile", sealed([1]))), "callback", "malformed"),
    "a file with a member twice": (
        body(("content", callback(TIES)), ("addressDocFile", sealed(b'{"docHash":"a","docHash":"b"}'))),
        "callback", "duplicated",
    ),
    "a document that is not JSON": (body(("content", b"<html>")), "callback", "malformed"),
    "a document that lies about its key": (
        body(("content", callback(TIES, key=bytes(32), content=sealed(TIES).decode()))), "envelope", "unreadable",
    ),
    "sixteen mebibytes": (body(("content", bytes(1 << 24))), "callback", "too_large"),
}  # fmt: skip


@pytest.mark.parametrize("name", sorted(HOSTILE))
def test_a_hostile_message_of_parts_is_refused(name):
    """Whatever is wrong with a part, the callback is refused as a whole, and the error holds none of it."""
    raw, claim, reason = HOSTILE[name]
    with pytest.raises(CallbackInvalid) as caught:
        open_callback(MANY, raw, content_type=PARTS)
    assert (caught.value.claim, caught.value.reason) == (claim, reason)
    assert caught.value.__cause__ is None


def test_without_the_package_the_answer_waits(monkeypatch: Any):
    """Where the reader is not installed, the refusal says what to install, and plain callbacks still work."""
    monkeypatch.setitem(sys.modules, "multipart", None)
    with pytest.raises(Unsupported, match="extra web"):
        open_callback(MANY, WHOLE, content_type=PARTS)
    assert open_callback(MANY, callback(TIES), content_type=JSON).outcome == "done"
