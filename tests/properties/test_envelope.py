"""Replies of the iAM Smart family from a platform that may send anything: read, or refused in one of the documented ways."""

from __future__ import annotations

import json
from collections.abc import Coroutine
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from tests.properties.law import read_or_refused, refused
from tests.properties.strategy.document import TOKEN_REPLY
from tests.properties.strategy.json_text import ANY, SPOILED, bent, written
from tests.properties.strategy.mark import MARK
from tests.unit.providers.online_service import (
    CONTENT_KEY,
    NOON,
    NOON_MS,
    entropy,
    envelope,
    iamsmart_settings,
    key_reply,
    sealed,
)
from xbridge.core.effects import Effect, Recall, Remember, Send, Stamp, TakeStamp
from xbridge.core.errors import ProtocolError, ProviderError, ProviderRejected, ProviderUnavailable, UserDeclined
from xbridge.core.http import HTTPReply
from xbridge.crypto import canonical
from xbridge.protocols.content_envelope import seal_content
from xbridge.providers.iamsmart.call import call, content_key
from xbridge.providers.iamsmart.reply import CODE, MAX_DOCUMENT_BYTES, parse_envelope, parse_object
from xbridge.providers.iamsmart.token import exchange_code

SETTINGS = iamsmart_settings()
ENVELOPE = {"txID": "<T=0>", "code": "D00000", "message": MARK, "content": "AAAADA=="}
STATUSES = st.sampled_from([200, 201, 204, 302, 304, 400, 401, 403, 404, 418, 429, 500, 502, 503, 599])
BODIES = (
    bent(ENVELOPE).map(written)
    | st.binary(max_size=60)
    | ANY.map(written)
    | st.sampled_from(sorted(SPOILED)).map(lambda how: SPOILED[how](written(ENVELOPE)))
)
STAMP = Stamp(timestamp_ms=NOON_MS, nonce="0" * 32)


def step(
    flow: Coroutine[Effect, Any, Any], *replies: HTTPReply, key: bytes | None = CONTENT_KEY
) -> tuple[Any, list[Effect]]:
    """Step ``flow``: the remembered key is ``key``, each request gets the next reply; return its end and every effect."""
    seen: list[Effect] = []
    waiting = list(replies)
    answer: Any = None
    try:
        while True:
            seen.append(flow.send(answer))
            match seen[-1]:
                case Recall():
                    answer = key
                case TakeStamp():
                    answer = STAMP
                case Send():
                    answer = waiting.pop(0) if len(waiting) > 1 else waiting[0]
                case _:
                    answer = None
    except StopIteration as stop:
        return stop.value, seen
    except ProviderError as error:
        error.seen = seen  # type: ignore[attr-defined]
        raise
    finally:
        flow.close()


@given(STATUSES, BODIES)
def test_any_reply(status, body):
    """Whatever HTTP brings is an envelope with a code of the documented form, or a ``ProviderError``."""
    read, error = read_or_refused(
        lambda: parse_envelope(HTTPReply(status=status, content=body), step="getToken"), ProviderError
    )
    if status == 429 or status >= 500:
        assert isinstance(error, ProviderUnavailable)
    elif read is not None:
        assert CODE.fullmatch(read.code)
        assert MARK not in repr(read)
    else:
        assert isinstance(error, ProtocolError | ProviderRejected)


@pytest.mark.parametrize("how", SPOILED)
@pytest.mark.parametrize("document", [ENVELOPE, TOKEN_REPLY, {"a": MARK}])
def test_what_is_not_json_is_never_read(how, document):
    """A text that two readers could understand differently is refused, in the clear and inside an envelope."""
    raw = SPOILED[how](written(document))
    for read in (
        lambda: parse_envelope(HTTPReply(status=200, content=raw), step="getToken"),
        lambda: parse_object(raw, step="getToken"),
        lambda: step(
            call(SETTINGS, "/x", {}, step="getToken", now=NOON, entropy=entropy),
            envelope(seal_content(CONTENT_KEY, raw, iv=bytes(12))),
        ),
    ):
        error = refused(read, ProtocolError)
        assert isinstance(error, ProtocolError)
        assert error.reason in {"not_json", "duplicated", "shape"}


@pytest.mark.parametrize("size", [MAX_DOCUMENT_BYTES + 1, 16 * 1024 * 1024])
@pytest.mark.parametrize("filling", [b" ", b"[", b'{"a":', b'"', b"\xff"])
def test_a_reply_over_the_limit_is_not_parsed(size, filling, monkeypatch):
    """A driver bounds what it reads; should one not, the parser never sees more than the limit."""
    monkeypatch.setattr(canonical, "from_json", lambda *_, **__: pytest.fail("parsed"))
    raw = (filling * (size // len(filling) + 1))[:size]
    refused(lambda: parse_envelope(HTTPReply(status=200, content=raw), step="getToken"), ProtocolError)


TRUE_KEY = json.loads(key_reply().content)["content"]
KEY = {**TRUE_KEY, "secretKey": "AAAA"}
EXTREMES = [0, 1, -1, 2**53 - 1, -(2**53) + 1, -62_135_596_800_000, 253_402_300_799_999, 10**12, 10**12 + 1]


@given(bent(KEY))
def test_any_key_reply(content):
    """A reply to getKey that is not one is a ``ProtocolError``, and no key is remembered of it."""
    error = refused(lambda: step(content_key(SETTINGS, now=NOON), envelope(content), key=None), ProtocolError, marks=())
    assert not any(isinstance(effect, Remember) for effect in error.seen)  # type: ignore[attr-defined]


@given(
    st.sampled_from(EXTREMES) | st.integers(-(2**53), 2**53), st.sampled_from(EXTREMES) | st.integers(-(2**53), 2**53)
)
@example(-62_135_596_800_000, 0)
def test_any_lifetime_of_a_key(issued_ms, lifetime_ms):
    """A true key with any two times is used; it is remembered only for a time that is still to come."""
    reply = envelope({**TRUE_KEY, "issueAt": issued_ms, "expiresIn": lifetime_ms})
    read, _ = read_or_refused(lambda: step(content_key(SETTINGS, now=NOON), reply, key=None), ProtocolError)
    if read is not None:
        key, seen = read
        assert key == CONTENT_KEY
        assert all(effect.expires_at > NOON for effect in seen if isinstance(effect, Remember))


@given(bent(TOKEN_REPLY))
def test_any_token_reply(content):
    """What getToken brings is a token with an end that a clock knows, or a ``ProtocolError``."""

    def read() -> Any:
        token, _ = step(exchange_code(SETTINGS, "0" * 32, now=NOON, entropy=entropy), sealed(content))
        return token, token.access()

    found, _ = read_or_refused(read, ProtocolError)
    if found is not None:
        assert MARK not in repr(found)


@given(st.from_regex(CODE, fullmatch=True) | st.text(max_size=8), ANY, STATUSES)
def test_any_code_and_message(code, message, status):
    """Every code is typed; the platform's own words reach neither message nor log, whatever they are."""
    raw = written({"txID": "<T=0>", "code": code, "message": message})
    read_or_refused(
        lambda: step(
            call(SETTINGS, "/x", {}, step="getToken", now=NOON, entropy=entropy),
            HTTPReply(status=status, content=raw),
        ),
        ProviderError,
        UserDeclined,
    )
