"""People as the pages list them: a name in the reader's language, and which kind of account.

Only what a page shows in a list. What a service receives about a person is ``profile``.
"""

from __future__ import annotations

from collections.abc import Iterable

from xbridge_mocks.persona import Persona
from xbridge_mocks.text import Language

__all__ = ["choices", "person_name"]


def person_name(person: Persona, lang: Language) -> str:
    """The name in ``lang``, or the English one where the person has no Chinese name."""
    names = {"en": person.name_en, "zh-Hant": person.name_zh_hant, "zh-Hans": person.name_zh_hans}
    return names[lang] or person.name_en


def choices(people: Iterable[Persona], lang: Language) -> list[dict[str, str]]:
    """One row for each person: key, name, and ``plus`` or ``basic``."""
    return [
        {
            "key": person.key,
            "name": person_name(person, lang),
            "kind": "plus" if person.iamsmart and person.iamsmart.user_type == "sign" else "basic",
        }
        for person in people
    ]
