"""JSON from hostile hands: values of every type, sound documents with one member bent, and texts that are not JSON at all."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from typing import Any

from hypothesis import strategies as st

from tests.properties.strategy.mark import MARK

ANY = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(max_size=20)
    | st.sampled_from([
        "", " ", "null", "0", "true", "\x00", "\u202e", "A" * 3000, MARK, 0, -1, 2**53 - 1, -(2**53) + 1, 2**53, 2**64, 10**30,
        -10**15, 10**15, -62135596800000, 253402300799000,
    ]),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=12), inner, max_size=4),
    max_leaves=8,
)  # fmt: skip
"""Any JSON value, those that often break readers more often than chance would have them."""


@st.composite
def bent(draw: st.DrawFn, document: Mapping[str, Any]) -> dict[str, Any]:
    """``document`` with one to three members, at any depth, replaced by anything, left out, or added."""
    copy: dict[str, Any] = json.loads(json.dumps(document))
    for _ in range(draw(st.integers(1, 3))):
        place: dict[str, Any] = copy
        while True:
            name = draw(st.sampled_from(sorted(place)) if place else st.just("more"))
            inner = place.get(name)
            if not (isinstance(inner, dict) and inner and draw(st.booleans())):
                break
            place = inner
        how = draw(st.sampled_from(["replace", "replace", "replace", "remove", "add"]))
        if how == "remove":
            place.pop(name, None)
        else:
            place[name if how == "replace" else draw(st.text(max_size=12))] = draw(ANY)
    return copy


def written(document: object) -> bytes:
    """``document`` as JSON; what JSON cannot hold is escaped as Python does."""
    return json.dumps(document).encode()


def _member(text: bytes) -> Callable[[bytes], bytes]:
    """Put one more member first."""
    return lambda raw: b"{" + text + (b"," if raw != b"{}" else b"") + raw[1:]


SPOILED: dict[str, Callable[[bytes], bytes]] = {
    "nothing at all": lambda raw: b"",
    "cut in half": lambda raw: raw[: len(raw) // 2],
    "cut at its end": lambda raw: raw[:-1],
    "a byte order mark": lambda raw: b"\xef\xbb\xbf" + raw,
    "in UTF-16": lambda raw: raw.decode().encode("utf-16"),
    "in UTF-32": lambda raw: raw.decode().encode("utf-32-be"),
    "a byte behind it": lambda raw: raw + b"\x00",
    "a letter behind it": lambda raw: raw + b"x",
    "another object behind it": lambda raw: raw + raw,
    "a comma behind it": lambda raw: raw + b",",
    "a letter before it": lambda raw: b"x" + raw,
    "inside a list": lambda raw: b"[" + raw + b"]",
    "as a text": lambda raw: json.dumps(raw.decode()).encode(),
    "a comment": lambda raw: b"/* */" + raw,
    "single quotes": lambda raw: b"{'a':1," + raw[1:],
    "a trailing comma": lambda raw: raw[:-1] + b",}",
    "a name without quotes": _member(b"a:1"),
    "a member twice": _member(b'"twice":1,"twice":1'),
    "a member twice, once escaped": _member(b'"twice":1,"\\u0074wice":1'),
    "a member twice, further in": _member(b'"x":{"y":[{"twice":1,"z":{},"twice":2}]}'),
    "NaN": _member(b'"n":NaN'),
    "Infinity": _member(b'"n":Infinity'),
    "minus Infinity": _member(b'"n":-Infinity'),
    "a float": _member(b'"n":1.0'),
    "an exponent": _member(b'"n":1e999999'),
    "a huge number": _member(b'"n":' + b"9" * 400),
    "a number of a million digits": _member(b'"n":' + b"9" * 1_000_000),
    "a number with a zero first": _member(b'"n":01'),
    "a lone surrogate": _member(b'"s":"\\ud800"'),
    "a lone surrogate as a name": _member(b'"\\udfff":1'),
    "half an escape": _member(b'"s":"\\u12"'),
    "a line break in a text": _member(b'"s":"\n"'),
    "no UTF-8": _member(b'"s":"\xff\xfe"'),
    "overlong UTF-8": _member(b'"s":"\xc0\xaf"'),
    "a surrogate in UTF-8": _member(b'"s":"\xed\xa0\x80"'),
    "thirty-three levels": _member(b'"d":' + b"[" * 33 + b"]" * 33),
    "a hundred thousand levels": _member(b'"d":' + b"[" * 100_000 + b"]" * 100_000),
    "levels that never end": _member(b'"d":' + b'{"d":' * 100_000),
    "a hundred thousand values": _member(b'"v":[' + b"0," * 100_000 + b"0]"),
}
"""Ways to make a sound JSON object unreadable to a strict reader, by name."""
