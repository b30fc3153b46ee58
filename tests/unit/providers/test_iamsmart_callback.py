"""Reading a callback from anybody: what opens, what is kept, and that hostile bodies end in one typed error, quickly."""

from __future__ import annotations

import json
from time import perf_counter

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from tests.unit.providers.iamsmart_side import CALLBACK_KEY, JSON, callback, kek, settings
from xbridge.core.errors import CallbackInvalid
from xbridge.protocols.content_envelope import seal_content
from xbridge.providers.iamsmart.callback import open_callback, wanted_content

ONE = settings()
TIES = {"businessID": "b" * 32, "state": "s" * 22}
EVERY = ("form", "profile", "step_up", "hash_signing", "document_signing", "bulk_signing")


def test_a_callback_is_opened_under_its_own_key():
    """Both ties are taken out of the content; the rest is what was sent."""
    message = open_callback(ONE, callback({**TIES, "birthDate": "19900000"}))
    assert (message.business_id, message.state, message.outcome) == (TIES["businessID"], TIES["state"], "done")
    assert message.content == {"birthDate": "19900000"}
    assert message.provider_code == ""
    assert "19900000" not in repr(message)
    assert TIES["state"] not in repr(message)


def test_either_key_encryption_key_opens_it():
    """During a rotation the platform may still use the older key, and the callback does not say which."""
    both = settings(kek_private_keys=[kek(1)[0], kek(0)[0]])
    for number in (0, 1):
        assert open_callback(both, callback(TIES, number=number)).business_id == TIES["businessID"]
    with pytest.raises(CallbackInvalid):
        open_callback(ONE, callback(TIES, number=1))


def test_content_may_be_wrapped_once_more():
    """One public client meets an inner ``content``; it is unwrapped."""
    assert open_callback(ONE, callback({"content": {**TIES, "gender": "F"}})).content == {"gender": "F"}


@pytest.mark.parametrize(
    ("code", "outcome", "kinds"),
    [
        ("D00000", "done", EVERY),
        ("D50001", "declined", ("profile",)),
        ("D60000", "declined", ("form",)),
        ("D60003", "failed", ("form",)),
        ("D80002", "failed", ("step_up",)),
        ("D20009", "failed", EVERY),
        ("D40000", "declined", EVERY),
        ("D99999", "failed", EVERY),
        ("D70001", "declined", ("hash_signing", "document_signing")),
        ("D70004", "failed", ("hash_signing", "document_signing")),
        ("D71000", "declined", ("bulk_signing",)),
        ("D71002", "failed", ("bulk_signing",)),
    ],
)
def test_a_code_says_how_it_ended_and_of_what(code, outcome, kinds):
    """The families of the table decide which requests a code can answer."""
    message = open_callback(ONE, callback(TIES, code=code))
    assert (message.outcome, message.kinds) == (outcome, kinds)
    assert message.provider_code == ("" if code == "D00000" else code)


def test_only_what_was_asked_for_is_kept():
    """A field that nobody agreed to give is dropped; the verified name accompanies the name."""
    content = {"chName": {"ChineseName": "陳大文"}, "chNameVerified": "陳大文", "idNo": {}, "txx": 1}
    assert wanted_content("form", ("chName", "gender"), content) == {
        "chName": {"ChineseName": "陳大文"}, "chNameVerified": "陳大文",
    }  # fmt: skip
    assert wanted_content("profile", ("idNo",), content) == {"idNo": {}}
    assert wanted_content("step_up", (), content) == {}


def nested(depth: int) -> bytes:
    """JSON text that is nested ``depth`` times."""
    return b'{"businessID":' + b"[" * depth + b"]" * depth + b"}"


HOSTILE = {
    "empty": b"",
    "not json": b"<html>",
    "not utf-8": b'{"code":"\xff\xfe"}',
    "array": b"[]",
    "null": b"null",
    "byte order mark": b"\xef\xbb\xbf" + callback(TIES),
    "deep": nested(100_000),
    "no code": callback(TIES).replace(b'"D00000"', b"null"),
    "code in words": callback(TIES, code="SUCCESS"),
    "code with a line": callback(TIES, code="D00000\n"),
    "no key": callback(TIES, secretKey=...),
    "key of another type": callback(TIES, secretKey={"a": 1}),
    "key that is not base64": callback(TIES, secretKey="?"),
    "key not ascii": callback(TIES, secretKey="é"),
    "key too long": callback(TIES, secretKey="A" * 4096),
    "key of another size": callback(TIES, secretKey="AAAA"),
    "no content": callback(TIES, content=...),
    "clear content": callback(TIES, content=TIES),
    "empty content": callback(TIES, content=""),
    "content under another key": callback(TIES, content=seal_content(bytes(32), b"{}", iv=bytes(12))),
    "content that is not json": callback(b"\x00\x01"),
    "content that is an array": callback([TIES]),
    "content nested deeply": callback(nested(50_000)),
    "content not utf-8": callback(b'{"businessID":"\xff"}'),
    "content with a member twice": callback(b'{"businessID":"a","businessID":"b","state":"c"}'),
    "a member twice": callback(TIES)[:-1] + b',"code":"D00000"}',
    "business id missing": callback({"state": "s"}),
    "business id a number": callback({"businessID": 1, "state": "s"}),
    "business id empty": callback({"businessID": "", "state": "s"}),
    "business id too long": callback({"businessID": "b" * 37, "state": "s"}),
    "business id with a line": callback({"businessID": "b\n", "state": "s"}),
    "state missing": callback({"businessID": "b"}),
    "state a list": callback({"businessID": "b", "state": ["s"]}),
    "a number too large": callback(b'{"businessID":"b","state":"s","n":' + b"9" * 400 + b"}"),
    "a float": callback(b'{"businessID":"b","state":"s","n":1.5}'),
    "sixteen mebibytes": b" " * (16 * 1024 * 1024) + b"{}",
    "sixteen mebibytes of array": b"[" + b"0," * (8 * 1024 * 1024) + b"0]",
    "nine mebibytes of brackets": b"[" * (9 * 1024 * 1024),
}


@pytest.mark.parametrize("name", sorted(HOSTILE))
def test_a_hostile_body_is_refused(name):
    """Whatever is wrong, the error is ``CallbackInvalid``, holds none of the body, and comes quickly."""
    began = perf_counter()
    with pytest.raises(CallbackInvalid) as caught:
        open_callback(ONE, HOSTILE[name])
    assert perf_counter() - began < 5
    assert caught.value.claim in {"callback", "envelope", "business_id", "state"}


def test_the_error_never_says_which_part_failed():
    """A wrong key, a wrong padding and a changed ciphertext look the same (lessons.md H7)."""
    good = json.loads(callback(TIES))
    flipped = good["content"][:-8] + ("A" if good["content"][-8] != "A" else "B") + good["content"][-7:]
    bodies = [
        callback(TIES, number=1),
        callback(TIES, secretKey=good["secretKey"][:-8] + "AAAAAAA="),
        callback(TIES, content=flipped),
        callback(TIES, content=seal_content(CALLBACK_KEY[::-1], b"{}", iv=bytes(12))),
    ]
    refusals = set()
    for body in bodies:
        with pytest.raises(CallbackInvalid) as caught:
            open_callback(ONE, body)
        refusals.add((str(caught.value), caught.value.__cause__))
    assert len(refusals) == 1


MEMBERS = st.fixed_dictionaries(
    {},
    optional={
        "txID": JSON, "code": st.sampled_from(["D00000", "D60000", "D99999"]) | JSON, "message": JSON,
        "secretKey": JSON, "content": JSON,
    },
)  # fmt: skip


@given(st.binary(max_size=400))
@example(b'{"code":"D00000","secretKey":"","content":""}')
def test_any_bytes_end_in_one_kind_of_error(body):
    """Random bytes are never a callback and never anything but ``CallbackInvalid``."""
    with pytest.raises(CallbackInvalid):
        open_callback(ONE, body)


@given(MEMBERS)
def test_any_envelope_ends_in_one_kind_of_error(members):
    """Documents with the right members and wrong values are refused the same way."""
    with pytest.raises(CallbackInvalid):
        open_callback(ONE, json.dumps(members).encode())


@given(st.dictionaries(st.sampled_from(["businessID", "state", "idNo", "content"]), JSON, max_size=4))
def test_any_content_is_read_or_refused(content):
    """What opens is either a message with both ties, or ``CallbackInvalid``."""
    try:
        message = open_callback(ONE, callback(content))
    except CallbackInvalid:
        return
    assert 0 < len(message.business_id) <= 36
    assert 0 < len(message.state) <= 36
