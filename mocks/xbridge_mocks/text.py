"""The three languages of the mock pages, and the wording that both mocks share.

English, Traditional Chinese as written in Hong Kong, Simplified Chinese as written in the Mainland; each written by
hand. What only one platform says stands in that mock's own catalogue.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Literal

__all__ = ["HTML_LANG", "LANGUAGES", "LANGUAGE_NAME", "SHARED", "Catalogue", "Language", "Text"]

Language = Literal["en", "zh-Hant", "zh-Hans"]
LANGUAGES: tuple[Language, ...] = ("en", "zh-Hant", "zh-Hans")
HTML_LANG: Mapping[Language, str] = {"en": "en", "zh-Hant": "zh-Hant-HK", "zh-Hans": "zh-Hans-CN"}
LANGUAGE_NAME: Mapping[Language, str] = {"en": "English", "zh-Hant": "繁體中文", "zh-Hans": "简体中文"}


@dataclass(frozen=True, slots=True)
class Text:
    """One sentence in three languages, with ``{name}`` places to fill."""

    en: str
    zh_hant: str
    zh_hans: str

    def in_language(self, lang: Language) -> str:
        """The sentence in ``lang``."""
        return {"en": self.en, "zh-Hant": self.zh_hant, "zh-Hans": self.zh_hans}[lang]


class Catalogue(Mapping[str, Text]):
    """Sentences by key. Joining two with ``|`` lets a mock add its own to the shared ones.

    Raises ValueError when both halves of a join define a key.
    """

    def __init__(self, texts: Mapping[str, Text]) -> None:
        self._texts = dict(texts)

    def say(self, key: str, lang: Language, **values: object) -> str:
        """The sentence for ``key`` in ``lang``, its places filled. Raises KeyError for an unknown key or place."""
        return self._texts[key].in_language(lang).format(**values)

    def __or__(self, other: Catalogue) -> Catalogue:
        twice = sorted(set(self._texts) & set(other._texts))
        if twice:
            raise ValueError(f"defined twice: {', '.join(twice)}")
        return Catalogue({**self._texts, **other._texts})

    def __getitem__(self, key: str) -> Text:
        return self._texts[key]

    def __iter__(self) -> Iterator[str]:
        return iter(self._texts)

    def __len__(self) -> int:
        return len(self._texts)


SHARED = Catalogue(
    {
        "banner": Text(
            "MOCK – this is not the real service. Invented people only; enter nothing real.",
            "模擬系統──並非真正的服務。人物全屬虛構，請勿輸入真實資料。",
            "模拟系统——并非真实服务。人物均为虚构，请勿输入真实信息。",
        ),
        "language": Text("Language", "語言", "语言"),
        "skip": Text("Skip to the content", "跳至內容", "跳到正文"),
        "footer": Text(
            "Part of xbridge, for development and tests. Not made or endorsed by any government.",
            "xbridge 的一部分，供開發及測試之用；並非由任何政府製作或認可。",
            "xbridge 的组成部分，仅供开发和测试使用；并非任何政府机构制作或认可。",
        ),
    }
)
