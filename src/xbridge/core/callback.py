"""What comes back to us: the parameters that a browser brings, and the messages that a platform POSTs."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Protocol, runtime_checkable

from xbridge.core.request import CallbackMessage, RequestKind


class CallbackParameters(Protocol):
    """The decoded parameters of a callback, each at most once."""

    @property
    def path(self) -> str:
        """The path of the address that it came to."""
        ...

    def optional(self, name: str) -> str | None:
        """Return the value of ``name`` or None; raises ``CallbackInvalid`` when duplicated."""
        ...

    def required(self, name: str) -> str:
        """Return the value of ``name``; raises ``CallbackInvalid`` when missing or duplicated."""
        ...


@runtime_checkable
class CallbackReceiver(Protocol):
    """A provider that POSTs results server to server."""

    def open_callback(self, settings: Any, raw: bytes, *, content_type: str = "application/json") -> CallbackMessage:
        """Return what ``raw``, a request body of ``content_type`` from anybody, says.  Pure.

        Raises ``CallbackInvalid``, and ``Unsupported`` where reading that type needs a package that is not there.
        """
        ...

    def read_answer(self, settings: Any, kind: RequestKind, content: Mapping[str, object]) -> Any:
        """Return the typed result in ``content``; None for a step-up.  Pure.  Raises ``ProtocolError``."""
        ...

    def wanted_content(
        self, kind: RequestKind, fields: tuple[str, ...], content: Mapping[str, object]
    ) -> Mapping[str, object]:
        """Return the part of ``content`` that ``fields`` asked for: nobody agreed to us keeping more."""
        ...
