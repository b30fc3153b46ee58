"""The façade's methods for the second way to link, for blocking code.

``blocking.Bridge`` is what an application uses; this module is the part of it that binds.
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


class BlockingBindings(Shared, ABC):
    """Bindings that Guangdong begins, and the reviews of names that do not agree."""

    def begin_binding(
        self,
        gd: Identity | str,
        *,
        return_to: str,
        session: str,
        provider: str = "iamsmart",
        lang: str = "zh-Hant",
        user_agent: str = "",
    ) -> LoginHop:
        """Return where to send a resident who is logged in at Guangdong.  Keep ``hop.pending`` in the session.

        ``gd`` is that login (or its ``proof``), at most ten minutes old, a person's who holds a Home Return Permit;
        ``provider`` is the one of Hong Kong.  The intent is of this ``session`` and this account alone, and ends when
        ``gd`` is too old to link with.  Raises ``LinkRefused``, ``TamperDetected``, ``Unsupported``, ``ConfigError``.
        """
        return self._run(
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

    def finish_binding(self, pending: str, *, callback_url: str, session: str) -> Binding:
        """Return the binding with both sides proved, from the callback that the browser brought to ``callback_url``.

        Match it next, with :meth:`match_binding`.  Raises as :meth:`finish_login`, and
        ``LinkRefused`` for an intent of another session, one that took too long, or logins that cannot be linked.
        """
        return self._run(
            "finish_binding",
            lambda now: binding_flow.finish_binding(
                self._deps, pending, callback_url=callback_url, session=session, now=now, entropy=self._entropy
            ),
        )

    def offer_binding(self, *, session: str, lang: str = "zh-Hant") -> ConsentOffer:
        """Return the notice of a binding, which also says what is compared and what crosses; show ``offer.text`` exactly.

        Raises ``Unsupported`` when no entry of the catalogue with the channel ``identity_binding`` has a
        ``matching_party``.
        """
        return self._run(
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

    def match_binding(
        self, binding: Binding | str, subject: MatchSubject, *, agreed_to: ConsentOffer, session: str
    ) -> Matching:
        """Match the two accounts of ``binding`` without disclosure, under the notice that the person agreed to.

        ``subject`` is what you hold about **this** Guangdong account; ``agreed_to`` the offer of :meth:`offer_binding`.
        That the person agreed is in the ledger before anything is sent.  :meth:`bind` takes this matching and no other,
        with the same offer.  Raises ``LinkRefused`` and ``ConsentMissing`` as :meth:`bind`, and as :meth:`match`.
        """
        return self._run(
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

    def bind(self, binding: Binding | str, matching: Matching | str, *, agreed_to: ConsentOffer, session: str) -> Link:
        """Link the two accounts of ``binding``, on what ``matching`` said about them and the person's authorisation.

        ``matching`` is of :meth:`match_binding`, under the same offer (``authorisation`` otherwise).  Everything that
        :meth:`link` checks is checked here too.  Raises ``LinkRefused``: ``document`` where the documents do not agree,
        ``name`` where a person must look at the names first (:meth:`reviews`); and as :meth:`link`.
        """
        return self._run(
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

    def reviews(self) -> tuple[Review, ...]:
        """Return the reviews that count, the longest waiting first: references, levels and times, no name and no number.

        ``hk_ref`` and ``cn_gd_ref`` are the :attr:`Identity.subject_ref` of the two accounts.
        """
        return self._run(
            "reviews",
            lambda now: review_flow.reviews(now=now),
        )

    def decide_review(self, review_id: str, *, approve: bool, reviewer: str) -> Review:
        """Record what a person of the operator decided about names that do not agree.

        ``reviewer`` is a staff reference such as ``"duty-officer-7"`` and enters the ledger.  An approval allows one
        link of these two accounts, on fresh logins.  Raises ``LinkRefused("unknown")`` for what does not wait,
        ``ConfigError`` for another form of reference.
        """
        return self._run(
            "decide_review",
            lambda now: review_flow.decide_review(
                self._deps, review_id, approve=approve, reviewer=reviewer, now=now, entropy=self._entropy
            ),
        )

    @abstractmethod
    def _run(self, operation: str, start: Callable[[datetime], Coroutine[Effect, Any, T]]) -> T:
        """Read the clock, run the flow, tell the audit sink how it ended, once."""
