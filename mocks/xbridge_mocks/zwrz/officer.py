"""The invented people of the mock world in their other hat: as civil servants of an invented office.

Who has a personal account at the Guangdong mock is an officer here, under another id; companies are not.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass

from xbridge_mocks.persona import Persona
from xbridge_mocks.text import Language

__all__ = ["OFFICE", "Officer", "officers_among"]

OFFICE = "示例市政务服务和数据管理局"


@dataclass(frozen=True, slots=True, kw_only=True)
class Officer:
    """One civil servant.  ``userid`` is the id that never changes; ``account`` the login name."""

    persona: Persona
    userid: str
    account: str

    @property
    def name(self) -> str:
        """The name as an office on the Mainland keeps it."""
        return self.persona.name_zh_hans or self.persona.name_en

    def name_in(self, lang: Language) -> str:
        """The name as a page shows it."""
        names = {"en": self.persona.name_en, "zh-Hant": self.persona.name_zh_hant, "zh-Hans": self.persona.name_zh_hans}
        return names[lang] or self.persona.name_en


def officers_among(personas: Iterable[Persona]) -> dict[str, Officer]:
    """The officers by persona key."""
    return {
        person.key: Officer(
            persona=person,
            userid=hashlib.sha256(f"xbridge mock officer {person.key}".encode()).hexdigest()[:24],
            account=f"office_{person.guangdong.uid}",
        )
        for person in personas
        if person.guangdong is not None and person.guangdong.usertype == "1"
    }
