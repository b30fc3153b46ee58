"""Replies through the gateway: what counts as a yes, what as a no, and what as neither."""

from __future__ import annotations

import pytest

from xbridge.core.errors import ProtocolError, ProviderRejected, ProviderUnavailable
from xbridge.core.http import HTTPReply
from xbridge.providers.guangdong.gateway_call import read_reply


def reply(content: str, status: int = 200) -> HTTPReply:
    """A reply with this body."""
    return HTTPReply(status=status, content=content.encode())


@pytest.mark.parametrize("code", ["0", '"0"'])
def test_a_yes(code: str) -> None:
    """The code 0, as a number or its text, brings the data."""
    assert read_reply(reply(f'{{"errcode":{code},"errmsg":"ok","data":{{"a":1.5}}}}'), step="s").data == {"a": 1.5}


@pytest.mark.parametrize(
    ("content", "status", "code"),
    [
        ('{"errcode":400000400,"errmsg":"missing headers."}', 200, "400000400"),
        ('{"errcode":"40014","errmsg":"x"}', 400, "40014"),
        ('{"errcode":-1}', 200, "-1"),
        ('{"errcode":"a name"}', 200, "unprintable"),
        ('{"errcode":0,"data":{}}', 403, "http_403"),
        ("<html>", 403, "http_403"),
        ("[]", 404, "http_404"),
    ],
)
def test_a_no(content: str, status: int, code: str) -> None:
    """Any other code is a refusal, whatever the HTTP status; what could be a person's is not repeated."""
    with pytest.raises(ProviderRejected) as caught:
        read_reply(reply(content, status), step="s")
    assert (caught.value.provider_code, caught.value.step) == (code, "s")
    assert "missing headers" not in f"{caught.value} {caught.value.diagnostics()}"


@pytest.mark.parametrize(
    "content",
    ["", "[]", "null", '{"data":{}}', '{"errcode":null}', '{"errcode":false}', '{"errcode":true}', '{"errcode":0.0}',
     '{"errcode":[0]}', '{"errcode":1,"errcode":0}', '{"errcode":0'],
)  # fmt: skip
def test_neither(content: str) -> None:
    """A reply that does not say in so many words that it is a success is none."""
    with pytest.raises(ProtocolError):
        read_reply(reply(content), step="s")


@pytest.mark.parametrize("status", [429, 500, 502, 503])
def test_out_of_order(status: int) -> None:
    """An overloaded or broken gateway is unavailable, even where it says that all is well; the call was sent."""
    with pytest.raises(ProviderUnavailable) as caught:
        read_reply(reply('{"errcode":0,"data":{}}', status), step="s")
    assert caught.value.sent
