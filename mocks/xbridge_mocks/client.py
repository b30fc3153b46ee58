"""What a relying service receives when it is registered with a mock.

Only the credentials are here. What each platform keeps about a client (redirect URIs, keys, scopes) differs and lives
with that mock.
"""

from __future__ import annotations

from dataclasses import dataclass, field

__all__ = ["ClientCredentials", "ServiceName"]


@dataclass(frozen=True, slots=True, kw_only=True)
class ClientCredentials:
    """A client id and its secret. The secret is left out of ``repr``."""

    client_id: str
    client_secret: str = field(repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class ServiceName:
    """The name of a relying service as people see it, in each of the three languages."""

    en: str
    zh_hant: str
    zh_hans: str

    @classmethod
    def of(cls, name: str, texts: dict[str, str] | None = None) -> ServiceName:
        """Build the name from one text and, where given, its translations keyed ``en``, ``zh-Hant``, ``zh-Hans``.

        Raises ValueError for an empty name or an unknown language key.
        """
        given = dict(texts or {})
        unknown = set(given) - {"en", "zh-Hant", "zh-Hans"}
        if unknown or not name.strip():
            raise ValueError("a service needs a name, and translations only for en, zh-Hant and zh-Hans")
        return cls(en=given.get("en", name), zh_hant=given.get("zh-Hant", name), zh_hans=given.get("zh-Hans", name))

    def in_language(self, lang: str) -> str:
        """The name in ``lang`` ("en", "zh-Hant" or "zh-Hans")."""
        return {"en": self.en, "zh-Hant": self.zh_hant, "zh-Hans": self.zh_hans}[lang]
