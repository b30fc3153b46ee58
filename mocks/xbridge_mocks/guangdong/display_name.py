"""What a page calls a person, in the language of whoever reads it."""

from __future__ import annotations

from xbridge_mocks.persona import Persona
from xbridge_mocks.text import Language


def display_name(person: Persona, lang: Language) -> str:
    """Return the person's name in ``lang``; the romanised one where there is no Chinese one."""
    chinese = {"en": "", "zh-Hant": person.name_zh_hant, "zh-Hans": person.name_zh_hans}[lang]
    return chinese or person.name_en


def hidden(value: str) -> str:
    """Return a number with its middle hidden, as account pages show it."""
    return f"{value[:2]}{'*' * max(len(value) - 4, 3)}{value[-2:]}" if len(value) > 5 else "*" * len(value)
