"""Canonical JSON against the rfc8785 package, and the strict reader against the standard library."""

from __future__ import annotations

import json
from typing import Literal

import pytest
import rfc8785
from hypothesis import example, given
from hypothesis import strategies as st
from pydantic import BaseModel, ConfigDict

from xbridge.core.errors import VerificationError
from xbridge.crypto.canonical import MAX_INTEGER, canonical_json, canonical_json_of, parse_strict

# Names on both sides of the surrogates, where code points and UTF-16 code units sort differently.
TEXT = st.one_of(
    st.text(max_size=12), st.sampled_from(["\U0001f600", "\uffee", "\ue000", "\x7f", "\u2028", "\x1f\b\f\n\r\t"])
)
SCALARS = st.one_of(st.none(), st.booleans(), st.integers(-MAX_INTEGER, MAX_INTEGER), TEXT)
VALUES = st.recursive(
    SCALARS,
    lambda inner: st.one_of(st.lists(inner, max_size=4), st.dictionaries(TEXT, inner, max_size=4)),
    max_leaves=20,
)


class Inner(BaseModel):
    """A nested record."""

    model_config = ConfigDict(frozen=True, strict=True, extra="forbid")

    n: int
    z: tuple[str, ...]


class Outer(BaseModel):
    """A record declared in RFC 8785 order."""

    model_config = ConfigDict(frozen=True, strict=True, extra="forbid")

    Alpha: str
    a: Literal["x", "y"]
    inner: Inner
    maybe: str | None
    zh_Hans: bool  # noqa: N815


@given(VALUES)
@example({"\U0001f600": 1, "\uffee": 2, "a": [{"b": None}]})
def test_plain_values_are_rfc8785(value: object) -> None:
    """Our bytes are those of the rfc8785 package, for every value that both admit."""
    assert canonical_json_of(value) == rfc8785.dumps(value)  # type: ignore[arg-type]


@given(TEXT, TEXT, st.integers(-MAX_INTEGER, MAX_INTEGER), st.lists(TEXT, max_size=3), st.one_of(st.none(), TEXT))
def test_records_are_rfc8785(alpha: str, other: str, n: int, z: list[str], maybe: str | None) -> None:
    """A record whose fields are declared in order dumps to the bytes of the rfc8785 package."""
    record = Outer(Alpha=alpha, a="x", inner=Inner(n=n, z=(*z, other)), maybe=maybe, zh_Hans=True)
    assert canonical_json(record) == rfc8785.dumps(record.model_dump(mode="json"))


@given(VALUES)
def test_reading_undoes_writing(value: object) -> None:
    """Whatever is written can be read strictly, and writing it again gives the same bytes."""
    raw = canonical_json_of(value)
    assert canonical_json_of(parse_strict(raw, max_bytes=len(raw))) == raw


@given(VALUES, st.sampled_from([None, 1, "\t"]), st.booleans())
def test_sound_json_in_any_layout_is_read(value: object, indent: int | str | None, ascii_only: bool) -> None:
    """White space and escapes make no difference: we read what the standard library reads."""
    text = json.dumps(value, indent=indent, ensure_ascii=ascii_only, separators=(" , ", " : ") if indent else None)
    assert parse_strict(text.encode(), max_bytes=100_000) == json.loads(text)


@given(
    st.dictionaries(TEXT, VALUES, min_size=1, max_size=4), st.data(), st.sampled_from([":", " :", "\n:", "\t:", "\r: "])
)
def test_a_member_named_twice_is_always_found(members: dict[str, object], data: st.DataObject, colon: str) -> None:
    """No layout, nesting, escape or text that looks like JSON hides a duplicate member (lesson C10)."""
    name = data.draw(st.sampled_from(sorted(members)))
    pairs = [*members.items(), (name, data.draw(VALUES))]
    names = [json.dumps(key, ensure_ascii=data.draw(st.booleans())) for key, _ in pairs]
    text = (
        "{" + ",".join(f"{key}{colon}{json.dumps(value)}" for key, (_, value) in zip(names, pairs, strict=True)) + "}"
    )
    nested = data.draw(st.sampled_from(["%s", "[1,%s]", '{"deep":%s}', '{"\\":":%s}']))
    with pytest.raises(VerificationError) as caught:
        parse_strict((nested % text if nested != "%s" else text).encode(), max_bytes=100_000)
    assert caught.value.reason == "duplicated"


@given(st.binary(max_size=60))
def test_random_bytes_never_escape_the_typed_error(raw: bytes) -> None:
    """Garbage gives a value or a VerificationError, and nothing else."""
    reason = None
    try:
        parse_strict(raw, max_bytes=50)
    except VerificationError as error:
        reason = error.reason
    assert reason in {None, "malformed", "too_large", "out_of_range", "duplicated", "too_deep"}
