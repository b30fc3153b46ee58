"""JSON as a mock accepts it: one object, no member twice, no NaN, UTF-8 without surrogates.

Reading only. A lenient reader here would let two parties understand the same signed bytes differently.
"""

from __future__ import annotations

import json
from typing import NoReturn

__all__ = ["StrictJsonError", "load_object"]

_DEPTH_LIMIT = 32


class StrictJsonError(Exception):
    """The bytes are not one strict JSON object. The message holds nothing of their content."""


def load_object(raw: bytes) -> dict[str, object]:
    """Parse ``raw`` as one JSON object. Raises StrictJsonError."""
    try:
        text = raw.decode("utf-8")
        if _too_deep(text):
            raise StrictJsonError("the JSON is nested too deeply")
        value = json.loads(text, object_pairs_hook=_once, parse_constant=_refuse_constant)
        json.dumps(value, ensure_ascii=False).encode("utf-8")
    except (ValueError, RecursionError) as exc:
        # A decoding error quotes its input, so only its kind is passed on.
        raise StrictJsonError(f"not strict JSON ({type(exc).__name__})") from None
    if not isinstance(value, dict):
        raise StrictJsonError("the JSON is not an object")
    return value


def _once(pairs: list[tuple[str, object]]) -> dict[str, object]:
    made = dict(pairs)
    if len(made) != len(pairs):
        raise StrictJsonError("a member appears twice")
    return made


def _refuse_constant(_: str) -> NoReturn:
    raise StrictJsonError("NaN and Infinity are not JSON")


def _too_deep(text: str) -> bool:
    # Brackets inside strings count too: a harmless overestimate that keeps the parser from recursing at all.
    depth = deepest = 0
    for character in text:
        if character in "[{":
            depth += 1
            deepest = max(deepest, depth)
        elif character in "]}":
            depth -= 1
    return deepest > _DEPTH_LIMIT
