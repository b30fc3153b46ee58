"""The façade's methods for matching without disclosure, for blocking code.

``blocking.Bridge`` is what an application uses; this module is the part of it that speaks about matching.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Coroutine
from datetime import datetime
from typing import Any, TypeVar

from xbridge.bridge.shared import Shared
from xbridge.core.effects import Effect
from xbridge.core.matching import Matching, MatchSubject
from xbridge.flows import matching as matching_flow
from xbridge.flows import matching_answer as matching_answer_flow

T = TypeVar("T")


class BlockingMatching(Shared, ABC):
    """Matching: asking a peer, and answering one."""

    def match(self, subject: MatchSubject, *, reference: str, whom: str, peer: str) -> Matching:
        """Learn whether what we hold about a person agrees with what the party ``peer`` holds, and disclose none of it.

        ``whom`` is what the peer knows the person by (an account of its own, never a document number), ``reference`` an id
        of yours that both ledgers will hold.  One run is one guess for a dishonest peer, so they are counted on both sides
        (``limits.matchings`` for one person and peer within ``limits.matching_window_s``) and a failed run is not repeated.

        Raises ``LinkRefused`` (``limit``; ``document``: nothing to compare), ``Unsupported`` without the extra ``match`` or
        for a party without ``matching_url``, ``ConfigError``, ``ProviderError`` for what the peer did.
        """
        return self._run(
            "match",
            lambda now: matching_flow.match(
                self._deps, subject, reference=reference, whom=whom, peer=peer, now=now, entropy=self._entropy
            ),
        )

    def answer_matching(self, raw: bytes, *, look_up: Callable[[str, str], MatchSubject | None]) -> bytes:
        """Return the answer to the matching message ``raw`` that a peer POSTed; ``xbridge.web.matching`` calls this.

        ``look_up(peer, whom)`` returns what you hold about the person, or None; it must not wait, and takes the same time
        for somebody as for nobody.  Raises ``TamperDetected``, ``LinkRefused("limit")``, ``Unsupported``: say nothing of
        it to whoever asked.
        """
        return self._run(
            "answer_matching",
            lambda now: matching_answer_flow.answer_matching(self._deps, raw, look_up, now=now, entropy=self._entropy),
        )

    @abstractmethod
    def _run(self, operation: str, start: Callable[[datetime], Coroutine[Effect, Any, T]]) -> T:
        """Read the clock, run the flow, tell the audit sink how it ended, once."""
