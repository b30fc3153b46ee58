"""Callback URLs, read strictly (lessons.md B1, B4, H9)."""

from __future__ import annotations

from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from xbridge.core.errors import CallbackInvalid
from xbridge.protocols.redirect import MAX_URL_CHARS, Callback, parse_callback, verify_state, with_query

GOOD = "https://svc.test/cb/hk"

HOSTILE = {
    # What ``urlsplit`` would drop without a word, so that two texts read as one URL.
    "tab": f"{GOOD}?state=a\tb&code=c",
    "line break": f"{GOOD}?state=a&code=c\n",
    "carriage return": f"{GOOD}\r?state=a&code=c",
    "leading blank": f" {GOOD}?state=a&code=c",
    "trailing blank": f"{GOOD}?state=a&code=c ",
    "blank inside": f"{GOOD}?state=a &code=c",
    "leading control": f"\x00{GOOD}?state=a&code=c",
    "delete": f"{GOOD}?state=a\x7f&code=c",
    "no-break space": f"{GOOD}?state=a\u00a0&code=c",
    "ideographic space": f"{GOOD}?state=a\u3000&code=c",
    "zero width": f"{GOOD}?state=a\u200b&code=c",
    "right to left": f"{GOOD}?state=a\u202eb&code=c",
    "line separator": f"{GOOD}?state=a\u2028&code=c",
    "lone surrogate": f"{GOOD}?state=a\ud800&code=c",
    # The same, percent-encoded.
    "encoded line break": f"{GOOD}?state=a%0Ab&code=c",
    "encoded null": f"{GOOD}?state=a&code=c%00",
    "encoded escape": f"{GOOD}?state=a&code=%1B[2J",
    "encoded zero width": f"{GOOD}?state=a&code=%E2%80%8B",
    "encoded name": f"{GOOD}?sta%0Ate=a&code=c",
    # What is not UTF-8 or not a query.
    "broken UTF-8": f"{GOOD}?state=%FF&code=c",
    "cut UTF-8": f"{GOOD}?state=%E9%99&code=c",
    "overlong UTF-8": f"{GOOD}?state=%C0%AF&code=c",
    "encoded surrogate": f"{GOOD}?state=%ED%A0%80&code=c",
    "no equals sign": f"{GOOD}?state&code=c",
    "empty pair": f"{GOOD}?state=a&&code=c",
    "only an ampersand": f"{GOOD}?&",
    # Hosts that no parser agrees on.
    "open bracket": "https://[::1/cb?state=a&code=c",
    "closed bracket": "https://::1]/cb?state=a&code=c",
    "bracketed name": "https://[svc.test]/cb?state=a&code=c",
    "normalises to a slash": "https://evil.test\u2100.svc.test/cb?state=a&code=c",
    "too long": f"{GOOD}?state=a&code={'c' * MAX_URL_CHARS}",
    "long value": f"{GOOD}?state=a&code={'c' * 2049}",
    "long name": f"{GOOD}?{'n' * 2049}=a&code=c",
}


@pytest.mark.parametrize("url", HOSTILE.values(), ids=HOSTILE.keys())
def test_hostile(url: str) -> None:
    """A URL that two readers could understand differently is refused by this one, and not repeated in the error."""
    with pytest.raises(CallbackInvalid) as caught:
        parse_callback(url)
    assert caught.value.claim == "url"
    assert caught.value.reason in ("malformed", "too_large")
    assert url not in str(caught.value)


# Nothing of these reaches the flow as the registered path, so ``finish_login`` refuses them there.
ELSEWHERE = [
    "https://svc.test", "https://svc.test/", "https://svc.test/cb/hk/", "https://svc.test/cb/hk;x", "/cb/hk/..",
    "https://svc.test//cb/hk", "https://svc.test/cb//hk", "https://svc.test/cb/%68k", "https://svc.test/CB/HK",
    "https://svc.test/cb/hk%2F", "https://svc.test/cb/hk%3Fcode=x", "https://svc.test\\cb\\hk", "cb/hk", "", "?code=x",
    "#/cb/hk", "javascript:/cb/hk/", "data:text/html,/cb/hk", "https:/svc.test/cb/hk", "https://svc.test/x/../cb/hk",
    "https://svc.test/./cb/hk",
]  # fmt: skip


@pytest.mark.parametrize("url", ELSEWHERE)
def test_path_is_not_normalised(url: str) -> None:
    """Only the exact path is the path: no dot, slash, case or percent-encoding is folded into it."""
    assert parse_callback(url).path != "/cb/hk"


@pytest.mark.parametrize(
    "url",
    [
        f"{GOOD}?code=a%2Bb&state=s", "/cb/hk?code=a%2Bb&state=s", "http://127.0.0.1:8000/cb/hk?state=s&code=a%2Bb",
        f"{GOOD}?code=a%2Bb&state=s#fragment", f"{GOOD}?state=s&code=a%2Bb&ticket=%E9%99%B3",
    ],
)  # fmt: skip
def test_accepts(url: str) -> None:
    """Order, unknown parameters, fragment and host do not matter; each value is decoded once."""
    callback = parse_callback(url)
    assert (callback.path, callback.required("code"), callback.required("state")) == ("/cb/hk", "a+b", "s")


def test_decoded_exactly_once() -> None:
    """A plus sign is a blank, and what was encoded twice stays encoded once."""
    callback = parse_callback(f"{GOOD}?a=x+y&b=x%2By&c=x%252By&d=%zz&e=100%25")
    assert [callback.required(name) for name in "abcde"] == ["x y", "x+y", "x%2By", "%zz", "100%"]


def test_fragment_is_not_a_query() -> None:
    """A code behind the number sign never reached a server, so it is not read."""
    with pytest.raises(CallbackInvalid, match="code: missing"):
        parse_callback(f"{GOOD}#?code=c&state=s").required("code")


@pytest.mark.parametrize("query", ["code=a&code=b", "code=a&code=a", "code=&code=a", "code=a&c%6Fde=a"])
def test_duplicates(query: str) -> None:
    """A parameter twice is refused, however it is spelled, also where it may be missing."""
    callback = parse_callback(f"{GOOD}?{query}")
    for read in (callback.required, callback.optional):
        with pytest.raises(CallbackInvalid) as caught:
            read("code")
        assert (caught.value.claim, caught.value.reason) == ("code", "duplicated")


@pytest.mark.parametrize("query", ["", "code=", "code=+", "code=%20%20", "Code=a", "code%20=a"])
def test_missing(query: str) -> None:
    """Absent, empty, blank and nearly so named are missing."""
    with pytest.raises(CallbackInvalid) as caught:
        parse_callback(f"{GOOD}?{query}").required("code")
    assert (caught.value.claim, caught.value.reason) == ("code", "missing")


def test_values_are_not_shown() -> None:
    """The repr of a callback holds its path only."""
    assert "s3cret" not in repr(parse_callback(f"{GOOD}?code=s3cret&state=s3cret"))


@pytest.mark.parametrize(
    ("given", "reason"), [("s", None), ("S", "mismatch"), ("s ", "mismatch"), ("ſ", "mismatch"), ("", "missing")]
)
def test_state(given: str, reason: str | None) -> None:
    """The state is compared byte for byte, also where characters look or fold alike."""
    callback = Callback(path="/", parameters=(("state", given),))
    if reason is None:
        return verify_state(callback, expected_state="s")
    with pytest.raises(CallbackInvalid) as caught:
        verify_state(callback, expected_state="s")
    assert (caught.value.claim, caught.value.reason) == ("state", reason)
    return None


@given(st.text(max_size=60))
def test_any_text_is_read_or_refused(text: str) -> None:
    """Whatever arrives, the answer is a callback or our own error."""
    with suppress(CallbackInvalid):
        parse_callback(text)


@given(st.dictionaries(st.sampled_from(["code", "state", "ref"]), st.text("abc+%&=#?/ 陳é", min_size=1), min_size=1))
def test_with_query_round_trip(parameters: dict[str, str]) -> None:
    """What is put into a query comes out of it, behind what stood there before."""
    callback = parse_callback(with_query(f"{GOOD}?tenant=1", **parameters))
    assert dict(callback.parameters) == {"tenant": "1", **parameters}
