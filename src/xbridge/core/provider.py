"""What an identity provider is to the rest of the house (house.md section 5).

A provider is one file (or a package with the same face) that offers a ``PROVIDER`` with these members.  Further
abilities are small Protocols beside this one; the façade asks "can you?" and raises ``Unsupported`` otherwise.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any, Protocol

from xbridge.core.identity import Authentication, Jurisdiction
from xbridge.core.language import Language
from xbridge.core.ports import Entropy


class CallbackParameters(Protocol):
    """The decoded parameters of a callback, each at most once."""

    def optional(self, name: str) -> str | None:
        """Return the value of ``name`` or None; raises ``CallbackInvalid`` when duplicated."""
        ...

    def required(self, name: str) -> str:
        """Return the value of ``name``; raises ``CallbackInvalid`` when missing or duplicated."""
        ...


class Provider(Protocol):
    """One identity provider.  Stateless: its settings come with every call."""

    @property
    def id(self) -> str:
        """The name of its section in the configuration and of its errors."""
        ...

    @property
    def jurisdiction(self) -> Jurisdiction:
        """Which side of the boundary it proves people on."""
        ...

    def read_settings(self, section: Mapping[str, Any]) -> Any:
        """Return the checked settings in ``section``.  Raises ``ConfigError``."""
        ...

    def issuer(self, settings: Any) -> str:
        """Return the issuer that, with the subject, identifies an account; compared byte for byte."""
        ...

    def begin(self, settings: Any, *, return_to: str, state: str, language: Language) -> str:
        """Return the URL to send the browser to.  Pure.  Raises ``ConfigError`` for an unregistered ``return_to``."""
        ...

    async def finish(
        self,
        settings: Any,
        callback: CallbackParameters,
        *,
        return_to: str,
        state: str,
        now: datetime,
        entropy: Entropy,
    ) -> Authentication:
        """Exchange the callback's code and return who logged in.

        Raises ``UserDeclined``, ``CallbackInvalid``, ``ProviderError`` and ``VerificationError``.
        """
        ...
