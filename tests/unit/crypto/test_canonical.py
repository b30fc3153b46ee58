"""What has no canonical form is refused, and so is every lenient reading of JSON."""

from __future__ import annotations

import json
from typing import Any

import pytest
from pydantic import BaseModel, ConfigDict

from xbridge.core.errors import VerificationError
from xbridge.crypto import canonical
from xbridge.crypto.canonical import (
    MAX_INTEGER,
    MAX_VALUES,
    assert_canonical_schema,
    canonical_json_of,
    parse_strict,
    parse_strict_object,
)


def nested(levels: int) -> object:
    """Return a value with ``levels`` lists around a number."""
    value: object = 1
    for _ in range(levels):
        value = [value]
    return value


@pytest.mark.parametrize(
    ("value", "reason"),
    [
        (1.5, "malformed"), (float("nan"), "malformed"), ({1: 2}, "malformed"), (b"x", "malformed"),
        ({1, 2}, "malformed"),
        ("\ud800", "malformed"), ({"\udfff": 1}, "malformed"), ({"é\udfff": 1}, "malformed"),
        (MAX_INTEGER + 1, "out_of_range"), (-MAX_INTEGER - 1, "out_of_range"), (nested(33), "too_deep"),
    ],
)  # fmt: skip
def test_values_without_a_canonical_form(value: object, reason: str) -> None:
    """Floats, other types, lone surrogates, large integers and deep nesting are refused when writing."""
    with pytest.raises(VerificationError) as caught:
        canonical_json_of(value)
    assert caught.value.reason == reason


@pytest.mark.parametrize(
    ("raw", "reason"),
    [
        (b"", "malformed"), (b"\xef\xbb\xbf{}", "malformed"), (b"NaN", "malformed"), (b"[Infinity]", "malformed"),
        (b"[-Infinity]", "malformed"), (b'"\\ud800"', "malformed"), (b'"\xff"', "malformed"),
        (b'"\xed\xa0\x80"', "malformed"),
        (b'"\x01"', "malformed"), (b"01", "malformed"), (b"{} {}", "malformed"), (b"[1,]", "malformed"),
        (b"1.0", "malformed"),
        (b"1e2", "malformed"), (b"{'a':1}", "malformed"), (b'"\\x41"', "malformed"),
        ("[1]".encode("utf-16"), "malformed"),
        (b'{"a":1,"a":2}', "duplicated"), (b'{"a":1,"\\u0061":2}', "duplicated"),
        (b'{"a":1,"a" :2,"b":":"}', "duplicated"),
        (b'[{"x":{"a":1,"a":1}}]', "duplicated"),
        (b"9007199254740992", "out_of_range"), (b"-9007199254740992", "out_of_range"), (b"9" * 500, "out_of_range"),
        (b"[" * 33 + b"]" * 33, "too_deep"), (b'{"a":' * 40 + b"1" + b"}" * 40, "too_deep"),
        (b"[" * 5000 + b"]" * 5000, "malformed"), (b'"' + b"x" * 20_000 + b'"', "too_large"),
    ],
)  # fmt: skip
def test_lenient_readings_are_refused(raw: bytes, reason: str) -> None:
    """Each way in which JSON readers differ has its own stable reason, and no cause that quotes the text."""
    with pytest.raises(VerificationError) as caught:
        parse_strict(raw, max_bytes=16_384)
    assert caught.value.reason == reason
    assert caught.value.__cause__ is None


def test_floats_are_read_only_on_request() -> None:
    """A foreign format may allow floats; an overflow to infinity is never one."""
    assert parse_strict(b"[1.5]", max_bytes=10, allow_floats=True) == [1.5]
    with pytest.raises(VerificationError) as caught:
        parse_strict(b"[1e400]", max_bytes=10, allow_floats=True)
    assert caught.value.reason == "out_of_range"


def test_depth_is_exact() -> None:
    """Exactly ``max_depth`` levels are read."""
    assert parse_strict(b"[[1]]", max_bytes=10, max_depth=2) == [[1]]
    with pytest.raises(VerificationError):
        parse_strict(b"[[[1]]]", max_bytes=10, max_depth=2)


def test_the_number_of_values_is_exact() -> None:
    """A list of ``MAX_VALUES`` less itself is read, and not one value more."""
    values = [0] * (MAX_VALUES - 1)
    assert parse_strict(json.dumps(values).encode(), max_bytes=1_000_000) == values
    many: tuple[object, ...] = (
        [*values, 0],
        [{}] * MAX_VALUES,
        [[]] * MAX_VALUES,
        {str(n): n for n in range(MAX_VALUES)},
    )
    for more in many:
        with pytest.raises(VerificationError) as caught:
            parse_strict(json.dumps(more).encode(), max_bytes=10_000_000)
        assert caught.value.reason == "too_large"


@pytest.mark.parametrize("raw", [b" " * 101, b"[" + b"0," * MAX_VALUES + b"0]", b"{" * MAX_VALUES, b"[" * MAX_VALUES])
def test_what_is_too_large_is_not_even_parsed(raw: bytes, monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing is built from a text over a limit: refusing it costs one look at its bytes."""
    monkeypatch.setattr(canonical, "from_json", lambda *_, **__: pytest.fail("parsed"))
    with pytest.raises(VerificationError) as caught:
        parse_strict(raw, max_bytes=100 if raw.isspace() else 10_000_000)
    assert caught.value.reason == "too_large"


@pytest.mark.parametrize("raw", [b"[]", b'"x"', b"1", b"null", b"true"])
def test_an_object_is_an_object(raw: bytes) -> None:
    """Where members are expected, any other value is malformed."""
    with pytest.raises(VerificationError, match="callback: malformed"):
        parse_strict_object(raw, max_bytes=100, claim="callback")


class Base(BaseModel):
    """The form of our records."""

    model_config = ConfigDict(frozen=True, strict=True, extra="forbid", defer_build=True)


class Sorted(Base):
    """A sound record."""

    Z: int
    a: tuple[str, ...]
    b: str | None


class Unsorted(Base):
    """Its members are out of order."""

    b: str
    a: str


class Holder(Base):
    """The fault is one level down."""

    inner: tuple[Unsorted, ...]


class WithFloat(Base):
    """A float has no canonical form in this house."""

    x: float


class WithAny(Base):
    """Anything may hold a float."""

    x: Any


class WithMapping(Base):
    """A mapping keeps the order of its maker."""

    x: dict[str, str]


class Open(BaseModel):
    """Neither frozen nor closed."""

    a: str


def test_a_sound_record_passes() -> None:
    """Order is by UTF-16 code units: capitals before small letters."""
    assert_canonical_schema(Sorted)


@pytest.mark.parametrize("model", [Unsorted, Holder, WithFloat, WithAny, WithMapping, Open])
def test_each_fault_is_named(model: type[BaseModel]) -> None:
    """A record that would not dump canonically is found by its class alone."""
    with pytest.raises(AssertionError, match="not canonical"):
        assert_canonical_schema(model)
