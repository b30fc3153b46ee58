"""What a person sees of the fields a service asks for: the name of each, and exactly what would be sent.

For reading on a page. The same values go on the wire through ``profile``.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from xbridge_mocks.iamsmart.inquiry import Inquiry
from xbridge_mocks.iamsmart.profile import profile
from xbridge_mocks.iamsmart.text import TEXTS
from xbridge_mocks.persona import Persona
from xbridge_mocks.text import Language

__all__ = ["FieldRow", "field_rows"]

_LONGEST = 120


@dataclass(frozen=True, slots=True, kw_only=True)
class FieldRow:
    """One field: its wire name, its label, where it comes from, and what would be sent (nothing, if not held)."""

    field: str
    label: str
    verified: bool
    lines: tuple[str, ...]


def field_rows(inquiry: Inquiry, person: Persona | None, lang: Language, *, now_ms: int) -> list[FieldRow]:
    """The rows of ``inquiry``, filled with the data of ``person`` where one is known."""
    return [
        FieldRow(
            field=name,
            label=TEXTS.say(f"field.{name}", lang),
            verified=name in inquiry.profile_fields,
            lines=tuple(_lines(profile(person, (name,), now_ms=now_ms))) if person else (),
        )
        for name in inquiry.fields
    ]


def _lines(value: object, name: str = "") -> Iterator[str]:
    if isinstance(value, dict):
        for key, inner in value.items():
            yield from _lines(inner, key)
        return
    text = str(value)
    shown = text if len(text) <= _LONGEST else f"{text[:20]}… ({len(text)})"
    yield f"{name}: {shown}"
