"""The national gateway's signature, and its replies, read by hand."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any

import pytest

from xbridge.core.errors import ConfigError, ProtocolError, ProviderRejected, ProviderUnavailable
from xbridge.core.http import HTTPReply
from xbridge.protocols.national_gateway import (
    build_address,
    build_content,
    parse_reply,
    sign_request,
    signature_of,
)

SECRET = "example-app-secret"
SIGN = "vQJmz8tDJTYkdPfPiUiLSVkgc/nXJasNEMXsZK3zfIs="
AT = datetime(2023, 11, 14, 22, 13, 20, tzinfo=UTC)


def test_vector() -> None:
    """The vector of section 7: base64 of HMAC-SHA256 over sid, rid and time, in that order and nothing between."""
    assert signature_of(SECRET, sid="SID-1", rid="RID-1", rtime="1700000000000") == SIGN
    assert signature_of(SECRET, sid="RID-1", rid="SID-1", rtime="1700000000000") != SIGN


def test_headers() -> None:
    """The four headers by name, the time in whole milliseconds."""
    assert sign_request(SECRET, sid="SID-1", rid="RID-1", now=AT) == (
        ("gjzwfwpt_rid", "RID-1"), ("gjzwfwpt_sid", "SID-1"), ("gjzwfwpt_rtime", "1700000000000"), ("gjzwfwpt_sign", SIGN),
    )  # fmt: skip
    late = sign_request(SECRET, sid="SID-1", rid="RID-1", now=AT.replace(microsecond=999_999))
    assert dict(late)["gjzwfwpt_rtime"] == "1700000000999"


@pytest.mark.parametrize("bad", ["", "a b", "a\r\nx: y", "a,b", "é", "a" * 129, "a\n"])
def test_identifiers(bad: str) -> None:
    """Nothing that could end a header, be joined, or be read as two goes into one."""
    for given in ({"sid": bad, "rid": "r"}, {"sid": "s", "rid": bad}):
        with pytest.raises(ConfigError):
            sign_request(SECRET, now=AT, **given)


@pytest.mark.parametrize(
    "path", ["", "/", "a", "//a", "/a/", "/../a", "/a/..", "/a?b", "/a#b", "/a%2f", "/a\n", "/é", "@evil"]
)
def test_paths(path: str) -> None:
    """Only plain names between slashes: no address can mean another one, or another host."""
    with pytest.raises(ConfigError):
        build_address("https://national.example", path)
    assert build_address("https://national.example", "/a/b.c-d_e~1") == "https://national.example/sysapi/a/b.c-d_e~1"


def test_content() -> None:
    """Compact JSON as it was given; capitals and what is no JSON are refused without being quoted."""
    assert build_content({"name": "陳大文", "no": 1}) == '{"name":"陳大文","no":1}'.encode()
    bodies: tuple[dict[Any, Any], ...] = ({"Name": 1}, {1: 2}, {"a": {1, 2}}, {"a": float("nan")})
    bodies += ({"a": {"Name": 1}}, {"a": [0, {"b": ({"noT": 1},)}]}, {"a": {"b": {1: 2}}}, holds_itself())
    for body in bodies:
        with pytest.raises(ConfigError) as caught:
            build_content(body)
        assert caught.value.__cause__ is None


def holds_itself() -> dict[str, Any]:
    """A body without an end."""
    body: dict[str, Any] = {"a": []}
    body["a"].append(body)
    return body


def read(document: object, *, status: int = 200) -> object:
    """Read a reply."""
    raw = document if isinstance(document, bytes) else json.dumps(document).encode()
    return parse_reply(HTTPReply(status=status, content=raw), provider_id="guangdong", step="call_national")


@pytest.mark.parametrize("data", [None, [], {"a": 1.5}, "text", 7])
@pytest.mark.parametrize("code", [200, "200"])
def test_success(code: object, data: object) -> None:
    """Code 200, a number or its text, brings whatever is in ``data``."""
    assert read({"code": code, "message": "x", "data": data}) == data


@pytest.mark.parametrize(("document", "status", "code"), [
    ({"code": 300, "message": "陳大文"}, 200, "300"), ({"code": 301}, 200, "301"), ({"code": "陳"}, 200, "unprintable"),
    ({"code": 200}, 404, "http_404"), (b"<html>", 403, "http_403"), ({}, 400, "http_400"), ({"code": True}, 401, "http_401"),
])  # fmt: skip
def test_refusals(document: object, status: int, code: str) -> None:
    """Any other code is a refusal; the platform's text is kept apart and never shown."""
    with pytest.raises(ProviderRejected) as caught:
        read(document, status=status)
    assert caught.value.provider_code == code
    assert "陳" not in f"{caught.value} {caught.value.diagnostics()}"


@pytest.mark.parametrize(("document", "reason"), [
    (b"<html>", "not_json"), (b'{"code":300,"code":200}', "duplicated"), ([], "shape"), ({}, "shape"),
    ({"code": True}, "shape"), ({"code": None}, "shape"), ({"code": {}}, "shape"),
])  # fmt: skip
def test_broken_replies(document: object, reason: str) -> None:
    """A reply that two readers could understand differently, or that says neither yes nor no, is nobody's success."""
    with pytest.raises(ProtocolError) as caught:
        read(document)
    assert caught.value.reason == reason


@pytest.mark.parametrize("status", [429, 500, 503])
def test_outages(status: int) -> None:
    """An overloaded or broken gateway is unavailable, whatever it sends along."""
    with pytest.raises(ProviderUnavailable):
        read({"code": 200, "data": 1}, status=status)
