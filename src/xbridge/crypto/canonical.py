"""Canonical JSON (RFC 8785) and a strict reader: the bytes that are hashed and signed, and the only way back in.

Our own records are canonical by construction: no floats, fields declared in RFC 8785 order, dumped by pydantic.  Plain
values are checked and sorted here.  This is not a general JSON library: floats have no canonical form in this house.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from math import isfinite
from typing import TYPE_CHECKING, Final

from pydantic_core import PydanticSerializationError, from_json, to_json

from xbridge.core.errors import VerificationError
from xbridge.crypto.schema import assert_canonical_schema as assert_canonical_schema

if TYPE_CHECKING:
    from pydantic import BaseModel

MAX_DEPTH: Final = 32
MAX_INTEGER: Final = 2**53 - 1
MAX_VALUES: Final = 100_000


def canonical_json(record: BaseModel) -> bytes:
    """Return the canonical bytes of one of our own records.

    Its class must satisfy :func:`assert_canonical_schema`; a house test holds every record to it.
    """
    return type(record).__pydantic_serializer__.to_json(record, by_alias=True)


def canonical_json_of(value: object) -> bytes:
    """Return the RFC 8785 bytes of a plain value: dict, list, tuple, str, int, bool or None, and nothing else.

    Raises ``VerificationError("canonical_json", …)``: ``malformed`` for a float, another type, a key that is not text
    or a lone surrogate; ``out_of_range`` for an integer beyond ±(2^53 − 1); ``too_deep`` beyond 32 levels.
    """
    try:
        return to_json(_ordered(value, 0))
    except (PydanticSerializationError, UnicodeEncodeError):
        # The cause is dropped on purpose: it holds the text, which may be personal.
        raise VerificationError("canonical_json", reason="malformed") from None


def _ordered(value: object, depth: int) -> object:
    """Return ``value`` checked, with the members of every object in UTF-16 code unit order (RFC 8785 section 3.2.3)."""
    kind = type(value)
    if kind is str or kind is bool or value is None:
        return value
    if isinstance(value, int) and kind is int:
        if not -MAX_INTEGER <= value <= MAX_INTEGER:
            raise VerificationError("canonical_json", reason="out_of_range")
        return value
    if depth >= MAX_DEPTH:
        raise VerificationError("canonical_json", reason="too_deep")
    if isinstance(value, dict):
        ordered: dict[str, object] = {}
        for name in _sorted_names(value):
            member = value[name]
            # Text is by far the commonest member, and asking here saves a call for each.
            ordered[name] = member if type(member) is str else _ordered(member, depth + 1)
        return ordered
    if isinstance(value, list | tuple):
        return [_ordered(item, depth + 1) for item in value]
    raise VerificationError("canonical_json", reason="malformed")


def _sorted_names(members: dict[str, object]) -> list[str]:
    """Return the member names in order; code points and UTF-16 code units agree as long as all are ASCII."""
    try:
        names = sorted(members)
        if "".join(names).isascii():
            return names
    except TypeError:
        # A name that is not text neither sorts nor joins.
        raise VerificationError("canonical_json", reason="malformed") from None
    return sorted(names, key=lambda name: name.encode("utf-16-be"))


def parse_strict(
    raw: bytes, *, max_bytes: int, max_depth: int = MAX_DEPTH, allow_floats: bool = False, claim: str = "json"
) -> object:
    """Return the value of hostile JSON text, or refuse it.

    UTF-8 without a byte order mark; no duplicate members, NaN, Infinity, lone surrogates, integers beyond ±(2^53 − 1)
    or, unless ``allow_floats``, floats.  ``max_bytes`` bounds the text and ``max_depth`` its nesting; it may hold 100 000
    values, where commas and brackets inside text count too.

    Raises ``VerificationError(claim, …)``: ``too_large``, ``too_deep``, ``malformed``, ``duplicated`` or
    ``out_of_range``.  Messages never hold any of the text.
    """
    # Ten megabytes of empty objects would take seconds and hundreds of megabytes to read.
    if len(raw) > max_bytes or _most_values(raw) > MAX_VALUES:
        raise VerificationError(claim, reason="too_large")
    try:
        value: object = from_json(raw, allow_inf_nan=False, cache_strings="none")
    except ValueError:
        # The cause is dropped on purpose: some parsers quote the text that they could not read.
        raise VerificationError(claim, reason="malformed") from None
    members = _count_members(value, max_depth, allow_floats, claim)
    # Without white space every member has a colon right after a quotation mark.  Counting those gives an upper bound
    # on the members in the text; where it equals the members we hold, none was lost to a duplicate name.
    if raw.translate(None, b" \t\r\n").count(b'":') != members:
        _refuse_duplicates(raw, claim)
    return value


def parse_strict_object(
    raw: bytes, *, max_bytes: int, max_depth: int = MAX_DEPTH, allow_floats: bool = False, claim: str = "json"
) -> dict[str, object]:
    """Return the members of a JSON object; like :func:`parse_strict`, and ``malformed`` for any other value."""
    value = parse_strict(raw, max_bytes=max_bytes, max_depth=max_depth, allow_floats=allow_floats, claim=claim)
    if not isinstance(value, dict):
        raise VerificationError(claim, reason="malformed")
    return value


def _most_values(raw: bytes) -> int:
    """Return an upper bound on the values in ``raw``: every value but the first follows a comma or an opening bracket."""
    return 1 + raw.count(b",") + raw.count(b"[") + raw.count(b"{")


def _count_members(value: object, levels: int, allow_floats: bool, claim: str) -> int:
    """Return how many object members ``value`` holds at all depths, refusing what the rules refuse."""
    kind = type(value)
    if kind is str or kind is bool or value is None:
        return 0
    if isinstance(value, int):
        if not -MAX_INTEGER <= value <= MAX_INTEGER:
            raise VerificationError(claim, reason="out_of_range")
        return 0
    if isinstance(value, float):
        if not allow_floats:
            raise VerificationError(claim, reason="malformed")
        if not isfinite(value):
            raise VerificationError(claim, reason="out_of_range")
        return 0
    if levels <= 0:
        raise VerificationError(claim, reason="too_deep")
    count = 0
    items: Iterable[object] = ()
    if isinstance(value, dict):
        count, items = len(value), value.values()
    elif isinstance(value, list):
        items = value
    for item in items:
        # Text and moderate integers are by far the commonest, and asking here saves a call for each.
        kind = type(item)
        if kind is not str and (kind is not int or not 0 <= item <= MAX_INTEGER):  # type: ignore[operator]
            count += _count_members(item, levels - 1, allow_floats, claim)
    return count


def _refuse_duplicates(raw: bytes, claim: str) -> None:
    """Raise ``duplicated`` if any object in ``raw`` names a member twice; ``raw`` is known to be sound JSON."""

    def check(pairs: list[tuple[str, object]]) -> None:
        if len({name for name, _ in pairs}) != len(pairs):
            raise VerificationError(claim, reason="duplicated")

    json.loads(raw.decode("utf-8"), object_pairs_hook=check)
