"""The façade's methods for what a provider is asked after or without a login, for blocking code.

``blocking.Bridge`` is what an application uses; this module is the part of it that speaks about requests.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Coroutine, Sequence
from datetime import datetime
from typing import Any, TypeVar

from xbridge.bridge.shared import Shared, business_id_of, proof_of
from xbridge.core.effects import Effect
from xbridge.core.identity import Identity, LoginHop
from xbridge.core.language import parse_language
from xbridge.core.request import Collected, FormHop, FormTitle, PendingRequest, StepUp
from xbridge.flows import anonymous_form as form_flow
from xbridge.flows import callback as callback_flow
from xbridge.flows import collect as collect_flow
from xbridge.flows import direct_login as direct_flow
from xbridge.flows import key_agreement as key_flow
from xbridge.flows import request as request_flow

T = TypeVar("T")


class BlockingRequests(Shared, ABC):
    """Requests, their callbacks and results, direct login, keys."""

    def request_profile(
        self,
        person: Identity | StepUp | str,
        *,
        fields: Sequence[str],
        session: str,
        lang: str = "zh-Hant",
        user_agent: str = "",
    ) -> PendingRequest:
        """Ask the person's provider for verified data; the answer comes by callback, :meth:`collect` hands it out.

        ``person`` logged in with this ``session``; ``fields`` are the provider's names, such as ``"idNo"``;
        ``user_agent`` is their browser's.  Raises ``LinkRefused`` (``session``, ``stale``), ``Unsupported``,
        ``ConfigError``, ``ProviderError``.
        """
        return self._run(
            "request_profile",
            lambda now: request_flow.make_request(
                self._deps,
                "profile",
                proof_of(person),
                fields=tuple(fields),
                session=session,
                language=parse_language(lang),
                user_agent=user_agent,
                now=now,
                entropy=self._entropy,
            ),
        )

    def request_form(
        self,
        person: Identity | StepUp | str,
        *,
        fields: Sequence[str],
        title: FormTitle,
        session: str,
        lang: str = "zh-Hant",
        user_agent: str = "",
    ) -> PendingRequest:
        """Ask the person's provider to fill the form ``title`` with ``fields``.  As :meth:`request_profile`."""
        return self._run(
            "request_form",
            lambda now: request_flow.make_request(
                self._deps,
                "form",
                proof_of(person),
                fields=tuple(fields),
                title=title,
                session=session,
                language=parse_language(lang),
                user_agent=user_agent,
                now=now,
                entropy=self._entropy,
            ),
        )

    def request_step_up(
        self, person: Identity | StepUp | str, *, session: str, lang: str = "zh-Hant", user_agent: str = ""
    ) -> PendingRequest:
        """Ask the same person to authenticate again.  As :meth:`request_profile`; the result is a ``StepUp``."""
        return self._run(
            "request_step_up",
            lambda now: request_flow.make_request(
                self._deps,
                "step_up",
                proof_of(person),
                session=session,
                language=parse_language(lang),
                user_agent=user_agent,
                now=now,
                entropy=self._entropy,
            ),
        )

    def receive_callback(self, provider: str, body: bytes, *, content_type: str = "application/json") -> None:
        """Take what ``provider`` POSTed to your callback address: the exact bytes, and its ``Content-Type`` header.

        Answer every ``VerificationError`` and ``ProtocolError`` in one way and without a word, because an answer that
        told reasons apart would help who forges (``xbridge.web`` does it: ADR 0012 says with which status), and 503
        for ``StoreUnavailable``: nothing was taken then, and a retry will do.
        Raises ``Unsupported`` where a callback in several parts comes and the extra ``web`` is not installed.
        """
        return self._run(
            "receive_callback",
            lambda now: callback_flow.receive_callback(
                self._deps, provider, body, content_type=content_type, now=now, entropy=self._entropy
            ),
        )

    def collect(self, request: PendingRequest | str, *, session: str) -> Collected:
        """Return how ``request`` (or its ``business_id``) stands; the page polls this.  A result is there once.

        Raises ``CallbackInvalid("request", "unknown")`` for what was collected already or is another session's.
        """
        return self._run(
            "collect",
            lambda now: collect_flow.collect(
                self._deps, business_id_of(request), session=session, now=now, entropy=self._entropy
            ),
        )

    def begin_anonymous_form(
        self,
        provider: str,
        *,
        fields: Sequence[str],
        title: FormTitle,
        return_to: str,
        session: str,
        lang: str = "zh-Hant",
        user_agent: str = "",
    ) -> FormHop:
        """Return where to send the browser of somebody who has not logged in, to fill ``title`` with ``fields``.

        Keep ``hop.pending`` in the application's session.  Raises ``Unsupported``, ``ConfigError``, ``ProviderError``.
        """
        return self._run(
            "begin_anonymous_form",
            lambda now: form_flow.begin_anonymous_form(
                self._deps,
                provider,
                fields=tuple(fields),
                title=title,
                return_to=return_to,
                session=session,
                language=parse_language(lang),
                user_agent=user_agent,
                now=now,
                entropy=self._entropy,
            ),
        )

    def finish_anonymous_form(self, pending: str, *, callback_url: str, session: str) -> Any:
        """Return the provider's own form (for iAM Smart, ``FormData``), once.

        Raises ``UserDeclined``, ``CallbackInvalid``, ``ProviderError``.
        """
        return self._run(
            "finish_anonymous_form",
            lambda now: form_flow.finish_anonymous_form(
                self._deps, pending, callback_url=callback_url, session=session, now=now, entropy=self._entropy
            ),
        )

    def begin_direct_login(self, provider: str, *, url: str, session: str) -> LoginHop:
        """Answer the provider's app that opened ``url`` to fetch a state: redirect it to ``hop.url``.

        Keep ``hop.pending`` for the half minute that it is good for.  Raises ``Unsupported``, ``CallbackInvalid``.
        """
        return self._run(
            "begin_direct_login",
            lambda now: direct_flow.begin_direct_login(
                self._deps, provider, url=url, session=session, now=now, entropy=self._entropy
            ),
        )

    def finish_direct_login(self, provider: str, *, callback_url: str, session: str, pending: str = "") -> Identity:
        """Return who logged in from the provider's own app; ``pending`` where a state was fetched first.

        Nobody at this browser is shown to have asked for it: let the person confirm who they are.  Such an identity
        is never linked.  An app that the provider opened passes on the link it was opened with; one that got an
        intent writes what came with it into the query of its own address.  Raises ``Unsupported``,
        ``CallbackInvalid``, ``UserDeclined``, ``ProviderError``.
        """
        return self._run(
            "finish_direct_login",
            lambda now: direct_flow.finish_direct_login(
                self._deps,
                provider,
                callback_url=callback_url,
                session=session,
                pending=pending,
                now=now,
                entropy=self._entropy,
            ),
        )

    def revoke_key(self, provider: str) -> None:
        """End the key under which messages to ``provider`` are encrypted; the next call agrees on another.

        Raises ``Unsupported``, ``ProviderError``.
        """
        return self._run(
            "revoke_key",
            lambda now: key_flow.revoke_key(self._deps, provider, now=now, entropy=self._entropy),
        )

    @abstractmethod
    def _run(self, operation: str, start: Callable[[datetime], Coroutine[Effect, Any, T]]) -> T:
        """Read the clock, run the flow, tell the audit sink how it ended, once."""
