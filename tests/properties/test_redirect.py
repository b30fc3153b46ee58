"""Callback addresses from any browser: exactly one reading, or none, and no login used up by one that does not fit."""

from __future__ import annotations

from functools import cache
from urllib.parse import quote, urlencode

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from tests.properties.law import read_or_refused, refused
from tests.properties.strategy.mark import MARK
from tests.unit.providers.online_service import NOON, entropy
from xbridge.core.errors import CallbackInvalid, ProviderRejected, UserDeclined
from xbridge.flows.deps import build_deps
from xbridge.flows.login import begin_login, finish_login
from xbridge.policy import builtin_pack
from xbridge.protocols.redirect import MAX_URL_CHARS, MAX_VALUE_CHARS, parse_callback
from xbridge.providers.guangdong import PROVIDER as GUANGDONG
from xbridge.providers.iamsmart import PROVIDER as IAMSMART
from xbridge.providers.iamsmart.token import callback_code
from xbridge.testing import World

NAMES = ("state", "code", "error_code", "errcode", "error", "businessID", "RefID", "lang")
CHARACTERS = st.text(max_size=30) | st.sampled_from(
    ["", " ", "%", "%%", "%zz", "%ff", "%C0%AF", "%ED%A0%80", "%00", "&", "=", "#", "?", ";", "+", "\ud800", "\u202e", "\x00",
     "a" * (MAX_VALUE_CHARS + 1), MARK]
)  # fmt: skip
PAIRS = st.lists(st.tuples(st.sampled_from(NAMES) | CHARACTERS, CHARACTERS), max_size=6)
RAW = st.lists(
    st.sampled_from([*NAMES, "=", "&", "&&", ";", "#", "?", "%2", "%41", "%E9%99", "/", "//", "\\", "[", "@", MARK]),
    max_size=12,
)
PLACES = st.sampled_from(
    ["https://svc.test/cb/hk", "/cb/hk", "", "https://[::1/cb", "https://svc.test:x/cb", "javascript:"]
)


def encoded(pairs: list[tuple[str, str]]) -> str:
    """A query as a browser writes it; what UTF-8 cannot hold is escaped all the same."""
    return urlencode(pairs, errors="surrogatepass")


URLS = st.builds(lambda place, query: f"{place}?{query}", PLACES, PAIRS.map(encoded) | RAW.map("".join)) | st.text(
    max_size=60
)


@given(URLS)
@example("https://svc.test/cb/hk?" + "a=1&" * (MAX_URL_CHARS // 4))
def test_any_address(url):
    """An address is read once, with every parameter as it was encoded, or refused; its text is in no error."""
    read, _ = read_or_refused(lambda: parse_callback(url), CallbackInvalid)
    if read is not None:
        assert MARK not in repr(read)
        for name, value in read.parameters:
            assert (name + value).isprintable()
            assert max(len(name), len(value)) <= MAX_VALUE_CHARS
        for name in NAMES:
            values = [value for key, value in read.parameters if key == name]
            found, error = read_or_refused(lambda: read.optional(name), CallbackInvalid)  # noqa: B023
            assert (found, error is None) == (values[0] if len(values) == 1 else None, len(values) < 2)


PRINTABLE = st.characters(exclude_categories=("C", "Z"))
PLAIN = st.lists(
    st.tuples(st.text(PRINTABLE, min_size=1, max_size=12), st.text(PRINTABLE, max_size=20)), min_size=1, max_size=5
)


@given(PLAIN)
def test_what_is_encoded_plainly_is_read_back(pairs):
    """Printable parameters come back in their order and to the letter, decoded exactly once."""
    assert parse_callback(f"https://svc.test/cb?{encoded(pairs)}").parameters == tuple(pairs)
    twice = [(quote(name, safe=""), quote(value, safe="")) for name, value in pairs]
    assert parse_callback(f"https://svc.test/cb?{encoded(twice)}").parameters == tuple(twice)


@given(URLS)
def test_any_outcome(url):
    """What a callback says of itself is one code, a refusal, or a typed error that repeats none of it."""

    def read() -> str:
        return callback_code(parse_callback(url), step="login")

    code, _ = read_or_refused(read, CallbackInvalid, ProviderRejected, UserDeclined)
    assert code is None or code.strip()


WORLD = World()
DEPS = build_deps(WORLD.config, (IAMSMART, GUANGDONG), builtin_pack())


@cache
def pending(provider: str) -> str:
    """A login under way, sealed."""
    flow = begin_login(
        DEPS, provider, return_to=WORLD.return_to[provider], session="s", language="en", now=NOON, entropy=entropy
    )
    with pytest.raises(StopIteration) as done:
        flow.send(None)
    return str(done.value.value.pending)


@given(st.sampled_from(["iamsmart", "guangdong"]), URLS | PAIRS.map(lambda pairs: "PATH?" + encoded(pairs)))
def test_nothing_is_used_up_by_an_address_that_does_not_fit(provider, url):
    """Without our state no effect happens: no login is spent, nobody is asked."""
    url = url.replace("PATH", WORLD.return_to[provider])
    flow = finish_login(DEPS, pending(provider), callback_url=url, session="s", now=NOON, entropy=entropy)
    refused(lambda: flow.send(None), CallbackInvalid)
