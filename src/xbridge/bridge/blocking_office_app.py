"""The façade's methods for the civil servants' office app, for blocking code.

``blocking.Bridge`` is what an application uses; this module is the part of it that speaks about the office app.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Coroutine, Mapping
from datetime import datetime
from typing import Any, TypeVar

from xbridge.bridge.shared import Shared
from xbridge.core.effects import Effect
from xbridge.flows import office_app as office_app_flow

T = TypeVar("T")


class BlockingOfficeApp(Shared, ABC):
    """People of an office, by its app."""

    def office_user_id(self, code: str, *, provider: str = "zwrz") -> str:
        """Return the ``UserId`` of whoever opened our page in the office app, by the ``code`` that the app gave the page.

        This is no login of xbridge: there is no ``state`` and no proof, and nothing of it links.  Tie it to the browser's
        session yourself, and take it only on a page that the app opened.  Raises ``ProviderRejected``,
        ``ProviderUnavailable``, ``ProtocolError`` (also for somebody who is not of this office), ``Unsupported``.
        """
        return self._run(
            "office_user_id",
            lambda now: office_app_flow.office_user_id(
                self._deps, code, provider_id=provider, now=now, entropy=self._entropy
            ),
        )

    def office_user(self, user_id: str, *, provider: str = "zwrz") -> Mapping[str, object]:
        """Return what the office's directory says about a user, plain JSON as it came: its members are UNKNOWN.

        Raises as :meth:`office_user_id`.
        """
        return self._run(
            "office_user",
            lambda now: office_app_flow.office_user(
                self._deps, user_id, provider_id=provider, now=now, entropy=self._entropy
            ),
        )

    @abstractmethod
    def _run(self, operation: str, start: Callable[[datetime], Coroutine[Effect, Any, T]]) -> T:
        """Read the clock, run the flow, tell the audit sink how it ended, once."""
