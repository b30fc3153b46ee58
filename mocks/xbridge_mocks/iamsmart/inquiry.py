"""What a service asks of a person after login, or with a ticket: profile, form filling, confirming again, signing.

It remembers who asked for what until the person decided or the time was over. Which questions may be asked is
``initiation`` and ``anonymous``; how the answer travels is ``delivery``.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Literal

from xbridge_mocks.clock import MockClock
from xbridge_mocks.iamsmart.registry import Client
from xbridge_mocks.iamsmart.signing_order import SigningOrder, impediment
from xbridge_mocks.persona import Persona
from xbridge_mocks.random_source import RandomSource

__all__ = ["OUTCOMES", "SCOPE_OF_KIND", "FormText", "Inquiries", "Inquiry", "InquiryPhase", "Kind", "PendingInquiry"]

Kind = Literal["profile", "form", "step_up", "hash_signing", "pdf_signing", "bulk_signing"]
InquiryPhase = Literal["waiting", "approved", "refused", "cancelled", "failed", "timed_out", "not_plus", "other_card"]

SCOPE_OF_KIND: dict[Kind, str] = {
    "profile": "eidapi_profiles", "form": "eidapi_formFilling", "step_up": "eidapi_fr", "hash_signing": "eidapi_sign",
    "pdf_signing": "eidapi_sign", "bulk_signing": "eidapi_bulksign",
}  # fmt: skip

# All of signing has the same outcomes. The last two are found out when the person is there, not chosen.
_SIGNING: dict[InquiryPhase, str] = {
    "approved": "D00000", "cancelled": "D70000", "refused": "D70001", "failed": "D70002", "timed_out": "D70003",
    "not_plus": "D70004", "other_card": "D70005",
}  # fmt: skip

# Profile and step-up have no code for turning back (dossier 5), so only a form can be cancelled.
OUTCOMES: dict[Kind, dict[InquiryPhase, str]] = {
    "profile": {"approved": "D00000", "refused": "D50001", "failed": "D50002", "timed_out": "D50003"},
    "form": {
        "approved": "D00000", "cancelled": "D60000", "refused": "D60001", "failed": "D60002", "timed_out": "D60003",
    },
    "step_up": {"approved": "D00000", "refused": "D80001", "failed": "D80002", "timed_out": "D80003"},
    "hash_signing": _SIGNING,
    "pdf_signing": _SIGNING,
    "bulk_signing": {phase: code.replace("D70", "D71") for phase, code in _SIGNING.items()},
}  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class FormText:
    """What the service says about its form."""

    name: str = ""
    number: str = ""
    description: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class PendingInquiry:
    """A question waiting for a person, as tests see it. ``expires_ms`` is on the mock's clock."""

    business_id: str
    kind: Kind
    client_id: str
    persona: str
    fields: tuple[str, ...]
    auth_by_qr: bool
    ticket_id: str = field(repr=False)
    expires_ms: int


@dataclass(slots=True, kw_only=True)
class Inquiry:
    """One question to one person. An anonymous one learns its ``persona`` when a phone takes it up.

    ``token`` names it on pages; ``ticket`` opens it on the same device, and is empty where the person is told by a
    push message instead. ``redirect_uri`` is where the answer is posted, empty for an anonymous one. ``order`` is what
    is to be signed, ``signed`` the signature that was made of it, ``acknowledged`` what the service said about it.
    ``in_parts`` asks for the answer as multipart/form-data, ``opened`` says that its person has looked at it.
    """

    token: str = field(repr=False)
    kind: Kind
    client: Client
    business_id: str
    created_ms: int
    expires_ms: int
    profile_fields: tuple[str, ...] = ()
    eme_fields: tuple[str, ...] = ()
    form: FormText = FormText()
    order: SigningOrder | None = None
    persona: Persona | None = None
    redirect_uri: str = ""
    state: str | None = None
    in_parts: bool = False
    by_qr: bool = False
    ticket: str = field(default="", repr=False)
    phase: InquiryPhase = "waiting"
    opened: bool = False
    decided_ms: int = 0
    signed: dict[str, object] | None = field(default=None, repr=False)
    acknowledged: str = ""

    @property
    def fields(self) -> tuple[str, ...]:
        """Every field asked for."""
        return self.profile_fields + self.eme_fields

    @property
    def code(self) -> str:
        """The result code of a decided question."""
        return OUTCOMES[self.kind][self.phase]

    @property
    def impediment(self) -> InquiryPhase | None:
        """Why its person cannot sign, where something is to be signed and somebody is there."""
        return impediment(self.order.hkic_hash, self.persona) if self.order and self.persona else None

    def decide(self, phase: InquiryPhase, now_ms: int) -> None:
        """Give it its outcome; who agrees to sign but may not ends in the impediment."""
        self.phase = self.impediment or phase if phase == "approved" else phase
        self.decided_ms = now_ms


class Inquiries:
    """All questions of one mock, and every businessID a client has used."""

    def __init__(self, *, clock: MockClock, random: RandomSource) -> None:
        self._clock = clock
        self._random = random
        self._held: dict[str, Inquiry] = {}
        self._business: dict[tuple[str, str], Inquiry] = {}

    def is_used(self, client_id: str, business_id: str) -> bool:
        """Say whether this client has asked under this businessID before."""
        return (client_id, business_id) in self._business

    def add(self, inquiry: Inquiry) -> None:
        """Remember a question, and its businessID for good."""
        self._business[inquiry.client.client_id, inquiry.business_id] = inquiry
        self._held[inquiry.token] = inquiry

    def new_name(self) -> str:
        """A name nobody guesses, for a page or a ticket: 32 hexadecimal characters."""
        return self._random.hex(16)

    def find(self, token: str) -> Inquiry | None:
        """The question with this page name."""
        return self._held.get(token)

    def find_ticket(self, ticket: str) -> Inquiry | None:
        """The question this ticket opens, if its time is not over."""
        found = [held for held in self._held.values() if ticket and held.ticket == ticket]
        return found[0] if found and self._clock.now_ms() < found[0].expires_ms else None

    def find_business(self, client_id: str, business_id: str) -> Inquiry | None:
        """The question that this client asked under this businessID."""
        return self._business.get((client_id, business_id))

    def waiting(self) -> Iterator[Inquiry]:
        """The questions that nobody has decided, oldest first."""
        return iter([held for held in self._held.values() if held.phase == "waiting"])

    def overdue(self) -> list[Inquiry]:
        """The waiting questions whose time is over, oldest first."""
        now = self._clock.now_ms()
        return [held for held in self.waiting() if now >= held.expires_ms]

    def clear(self) -> None:
        """Forget all questions and all businessIDs."""
        self._held.clear()
        self._business.clear()
