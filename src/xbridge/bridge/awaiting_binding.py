"""The façade's methods for the second way to link, for asynchronous code.

``awaiting.AsyncBridge`` is what an application uses; this module is the part of it that binds.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Coroutine
from datetime import datetime
from typing import Any, TypeVar

from xbridge.bridge.shared import Shared, proof_of
from xbridge.core.effects import Effect
from xbridge.core.identity import Identity, LoginHop
from xbridge.core.language import parse_language
from xbridge.core.matching import Matching, MatchSubject
from xbridge.flows import binding as binding_flow
from xbridge.flows import binding_matching as binding_matching_flow
from xbridge.flows import link as link_flow
from xbridge.flows import review as review_flow
from xbridge.flows.binding import Binding
from xbridge.flows.consent import ConsentOffer
from xbridge.flows.link import Link
from xbridge.linking.review import Review

T = TypeVar("T")


class AwaitingBindings(Shared, ABC):
    """Bindings that Guangdong begins, and the reviews of names that do not agree."""

    async def begin_binding(
        self,
        gd: Identity | str,
        *,
        return_to: str,
        session: str,
        provider: str = "iamsmart",
        lang: str = "zh-Hant",
        user_agent: str = "",
    ) -> LoginHop:
        """As :meth:`xbridge.Bridge.begin_binding`, awaited."""
        return await self._run(
            "begin_binding",
            lambda now: binding_flow.begin_binding(
                self._deps,
                proof_of(gd),
                provider=provider,
                return_to=return_to,
                session=session,
                language=parse_language(lang),
                user_agent=user_agent,
                now=now,
                entropy=self._entropy,
            ),
        )

    async def finish_binding(self, pending: str, *, callback_url: str, session: str) -> Binding:
        """As :meth:`xbridge.Bridge.finish_binding`, awaited."""
        return await self._run(
            "finish_binding",
            lambda now: binding_flow.finish_binding(
                self._deps, pending, callback_url=callback_url, session=session, now=now, entropy=self._entropy
            ),
        )

    async def offer_binding(self, *, session: str, lang: str = "zh-Hant") -> ConsentOffer:
        """As :meth:`xbridge.Bridge.offer_binding`, awaited."""
        return await self._run(
            "offer_binding",
            lambda now: link_flow.offer_link(
                self._deps,
                origin="binding",
                session=session,
                language=parse_language(lang),
                now=now,
                entropy=self._entropy,
            ),
        )

    async def match_binding(
        self, binding: Binding | str, subject: MatchSubject, *, agreed_to: ConsentOffer, session: str
    ) -> Matching:
        """As :meth:`xbridge.Bridge.match_binding`, awaited."""
        return await self._run(
            "match_binding",
            lambda now: binding_matching_flow.match_binding(
                self._deps,
                binding if isinstance(binding, str) else binding.proof,
                subject,
                agreed_to=agreed_to,
                session=session,
                now=now,
                entropy=self._entropy,
            ),
        )

    async def bind(
        self, binding: Binding | str, matching: Matching | str, *, agreed_to: ConsentOffer, session: str
    ) -> Link:
        """As :meth:`xbridge.Bridge.bind`, awaited."""
        return await self._run(
            "bind",
            lambda now: binding_flow.bind(
                self._deps,
                binding if isinstance(binding, str) else binding.proof,
                matching if isinstance(matching, str) else matching.proof,
                agreed_to=agreed_to,
                session=session,
                now=now,
                entropy=self._entropy,
            ),
        )

    async def reviews(self) -> tuple[Review, ...]:
        """As :meth:`xbridge.Bridge.reviews`, awaited."""
        return await self._run(
            "reviews",
            lambda now: review_flow.reviews(now=now),
        )

    async def decide_review(self, review_id: str, *, approve: bool, reviewer: str) -> Review:
        """As :meth:`xbridge.Bridge.decide_review`, awaited."""
        return await self._run(
            "decide_review",
            lambda now: review_flow.decide_review(
                self._deps, review_id, approve=approve, reviewer=reviewer, now=now, entropy=self._entropy
            ),
        )

    @abstractmethod
    async def _run(self, operation: str, start: Callable[[datetime], Coroutine[Effect, Any, T]]) -> T:
        """Read the clock, run the flow, tell the audit sink how it ended, once."""
