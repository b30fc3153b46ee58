"""The person's side of a request after login: deciding, letting the time run out, and sending the answer on its way.

It takes the mock's lock for itself, and lets it go before a callback is carried. What a callback looks like is
``delivery``; the page on which a person presses is ``inquiry_page``.
"""

from __future__ import annotations

import threading
from collections.abc import Sequence

from xbridge_mocks.clock import MockClock
from xbridge_mocks.fault import Faults
from xbridge_mocks.iamsmart.content_key import ContentKeys
from xbridge_mocks.iamsmart.courier import Deliver
from xbridge_mocks.iamsmart.delivery import Delivery, Outbox, Writer
from xbridge_mocks.iamsmart.inquiry import OUTCOMES, Inquiries, Inquiry, InquiryPhase, PendingInquiry
from xbridge_mocks.iamsmart.refusal import Trail
from xbridge_mocks.iamsmart.registry import Registry
from xbridge_mocks.iamsmart.setting import IamSmartMockSettings
from xbridge_mocks.iamsmart.signer import Signer
from xbridge_mocks.journal import Check, Journal, Outcome, mask_path
from xbridge_mocks.persona import Persona
from xbridge_mocks.random_source import RandomSource

__all__ = ["CHOICES", "Responder"]

CHOICES: dict[str, InquiryPhase] = {
    "approve": "approved", "refuse": "refused", "cancel": "cancelled", "fail": "failed",
}  # fmt: skip


class Responder:
    """Answers requests for people and carries the answers."""

    def __init__(
        self,
        *,
        clock: MockClock,
        random: RandomSource,
        settings: IamSmartMockSettings,
        personas: Sequence[Persona],
        keys: ContentKeys,
        registry: Registry,
        inquiries: Inquiries,
        faults: Faults,
        journal: Journal,
        lock: threading.RLock,
        signer: Signer,
    ) -> None:
        self._clock = clock
        self._settings = settings
        self._people = tuple(person for person in personas if person.iamsmart is not None)
        self._inquiries = inquiries
        self._faults = faults
        self._journal = journal
        self._lock = lock
        self._outbox = Outbox(clock)
        self._writer = Writer(
            clock=clock, random=random, settings=settings, keys=keys, registry=registry, signer=signer
        )

    def pending(self) -> tuple[PendingInquiry, ...]:
        """What waits for an answer after login, oldest first. An anonymous form is answered on its own login page."""
        with self._lock:
            return tuple(
                PendingInquiry(
                    business_id=held.business_id, kind=held.kind, client_id=held.client.client_id,
                    persona=held.persona.key, fields=held.fields, auth_by_qr=held.by_qr, ticket_id=held.ticket,
                    expires_ms=held.expires_ms,
                )
                for held in self._inquiries.waiting()
                if held.persona is not None and held.redirect_uri
            )  # fmt: skip

    def decide(self, business_id: str, decision: str, client_id: str | None) -> Delivery:
        """Answer the one waiting request with this businessID. Raises KeyError or ValueError."""
        with self._lock:
            found = [
                held
                for held in self._inquiries.waiting()
                if held.business_id == business_id and held.redirect_uri and client_id in (None, held.client.client_id)
            ]
            if len(found) != 1:
                raise KeyError(f"{len(found)} requests wait under businessID {business_id!r}")
            return self.answer(found[0], decision)

    def answer(self, inquiry: Inquiry, decision: str) -> Delivery:
        """Decide a waiting request and queue its callback. Raises ValueError for a choice this kind does not offer."""
        phase = CHOICES.get(decision)
        if phase is None or phase not in OUTCOMES[inquiry.kind] or inquiry.phase != "waiting":
            offered = [word for word, chosen in CHOICES.items() if chosen in OUTCOMES[inquiry.kind]]
            raise ValueError(f"a waiting {inquiry.kind} request takes {', '.join(offered)}, not {decision!r}")
        return self._finish(inquiry, phase)

    def approve(self, inquiry: Inquiry) -> None:
        """Approve at once, before the service even has its reply."""
        self._finish(inquiry, "approved")

    def withdraw(self, inquiry: Inquiry) -> None:
        """End a waiting request because the service takes it back: as if its person had cancelled."""
        self._finish(inquiry, "cancelled")

    def expire(self) -> None:
        """Let the requests time out whose time is over, and queue their callbacks."""
        with self._lock:
            for inquiry in self._inquiries.overdue():
                # The ticket of an anonymous form only opens the login page; what happens after is timed there.
                if inquiry.redirect_uri:
                    self._finish(inquiry, "timed_out")

    def settle(self, deliver: Deliver) -> None:
        """Expire what is overdue and carry every callback that is due. Called without the lock."""
        self.expire()
        while True:
            with self._lock:
                delivery = self._outbox.take_due()
            if delivery is None:
                return
            self._carry(delivery, deliver, copies=delivery.copies)

    def carry_again(self, business_id: str, deliver: Deliver) -> Delivery:
        """Carry a held callback now, or one that was carried before once more. Raises KeyError."""
        with self._lock:
            delivery = self._outbox.take(business_id)
        if delivery is None:
            raise KeyError(f"there is no callback for businessID {business_id!r}")
        self._carry(delivery, deliver, copies=1)
        return delivery

    def deliveries(self) -> tuple[Delivery, ...]:
        """Every callback so far."""
        with self._lock:
            return self._outbox.all()

    def clear(self) -> None:
        """Forget all callbacks."""
        self._outbox.clear()

    def _finish(self, inquiry: Inquiry, phase: InquiryPhase) -> Delivery:
        inquiry.decide(phase, self._clock.now_ms())
        others = [person for person in self._people if person != inquiry.persona]
        stranger = (others or list(self._people))[0]
        delivery = self._writer.write(inquiry, Trail("delivery", self._faults), stranger=stranger)
        self._outbox.put(delivery)
        return delivery

    def _carry(self, delivery: Delivery, deliver: Deliver, *, copies: int) -> None:
        if copies == 0:
            self._record(delivery, "kept back for good", passed=False)
        for _ in range(copies):
            for _ in range(self._settings.callback_tries):
                status = deliver(delivery.callback)
                delivery.statuses.append(status)
                self._record(delivery, f"HTTP {status}" if status else "nobody answered", passed=status == 200)
                if status == 200:
                    break

    def _record(self, delivery: Delivery, detail: str, *, passed: bool) -> None:
        outcome: Outcome = "fault" if delivery.trail.struck else "ok" if passed else "refused"
        path, _, query = delivery.callback.url.partition("?")
        self._journal.record(
            at=self._clock.now(), method="POST", path=mask_path(path, query, shown=()), operation="delivery",
            outcome=outcome, checks=(*delivery.trail.checks, Check(name="taken", passed=passed, detail=detail)),
            code=delivery.code,
        )  # fmt: skip
