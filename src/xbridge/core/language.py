"""The three languages people read: English, Traditional Chinese (Hong Kong), Simplified Chinese (Mainland).

Tags are BCP 47.  This module knows the tags and how others spell them, and holds no wording of its own.
"""

from __future__ import annotations

from typing import Literal, get_args

from xbridge.core.errors import ConfigError

Language = Literal["en", "zh-Hant", "zh-Hans"]
LANGUAGES: tuple[Language, ...] = get_args(Language)

_SPELLINGS: dict[str, Language] = {
    "en": "en", "en-us": "en", "en-gb": "en", "en-hk": "en",
    "zh-hant": "zh-Hant", "zh-hk": "zh-Hant", "zh-tw": "zh-Hant", "zh-mo": "zh-Hant", "zh-hant-hk": "zh-Hant",
    "zh-hans": "zh-Hans", "zh-cn": "zh-Hans", "zh-sg": "zh-Hans", "zh-hans-cn": "zh-Hans", "zh": "zh-Hans",
}  # fmt: skip


def parse_language(text: str) -> Language:
    """Return the tag that ``text`` spells (``zh-HK`` is ``zh-Hant``).  Raises ``ConfigError`` for any other."""
    language = _SPELLINGS.get(text.strip().lower().replace("_", "-"))
    if language is None:
        raise ConfigError(f"unknown language; use one of {', '.join(LANGUAGES)}")
    return language
