"""The callback that carries a person's answer to the service: ``{txID, code, message, secretKey, content}`` (8.2).

Some come in several parts, of which that document is one (``answer_part``). It writes the bytes, spoils them if a fault
strikes, and keeps what waits to be carried. Carrying is ``courier``, and happens outside the mock's lock, because the
service may call back while it listens.
"""

from __future__ import annotations

import base64
from collections.abc import Mapping
from dataclasses import dataclass, field

from cryptography.hazmat.primitives.asymmetric.rsa import generate_private_key

from xbridge_mocks.clock import MockClock
from xbridge_mocks.iamsmart.answer_part import answer_parts, take_files
from xbridge_mocks.iamsmart.content_key import ContentKey, ContentKeys, wrap
from xbridge_mocks.iamsmart.courier import CallbackRequest
from xbridge_mocks.iamsmart.envelope import seal
from xbridge_mocks.iamsmart.inquiry import OUTCOMES, Inquiry, InquiryPhase
from xbridge_mocks.iamsmart.multipart import form_data
from xbridge_mocks.iamsmart.profile import profile
from xbridge_mocks.iamsmart.refusal import MEANING, SUCCESS, Trail
from xbridge_mocks.iamsmart.registry import Client, Registry
from xbridge_mocks.iamsmart.reply import dump, seal_content
from xbridge_mocks.iamsmart.setting import IamSmartMockSettings
from xbridge_mocks.iamsmart.signer import Signer
from xbridge_mocks.persona import Persona
from xbridge_mocks.random_source import RandomSource

__all__ = ["Delivery", "Outbox", "Writer"]

_FORCED: tuple[tuple[str, InquiryPhase], ...] = (
    ("request_refused", "refused"), ("request_cancelled", "cancelled"), ("request_failed", "failed"),
    ("request_timed_out", "timed_out"), ("request_not_plus", "not_plus"), ("request_other_card", "other_card"),
)  # fmt: skip


@dataclass(slots=True, kw_only=True, eq=False)
class Delivery:
    """One callback on its way: due at ``due_ms``, to be carried ``copies`` times; ``statuses`` is what came back."""

    business_id: str
    callback: CallbackRequest
    code: str
    trail: Trail
    due_ms: int
    copies: int = 1
    statuses: list[int] = field(default_factory=list)


class Outbox:
    """What waits to be carried, and what was."""

    def __init__(self, clock: MockClock) -> None:
        self._clock = clock
        self._waiting: list[Delivery] = []
        self._sent: list[Delivery] = []

    def put(self, delivery: Delivery) -> None:
        """Queue a callback."""
        self._waiting.append(delivery)

    def take_due(self) -> Delivery | None:
        """Take out the oldest callback whose time has come."""
        now = self._clock.now_ms()
        due = [held for held in self._waiting if held.due_ms <= now]
        if not due:
            return None
        self._waiting.remove(due[0])
        self._sent.append(due[0])
        return due[0]

    def take(self, business_id: str) -> Delivery | None:
        """The callback of this businessID to be carried now: one that waits, or the one sent last, once more."""
        held = [one for one in self._waiting if one.business_id == business_id]
        if held:
            self._waiting.remove(held[0])
            self._sent.append(held[0])
            return held[0]
        sent = [one for one in self._sent if one.business_id == business_id]
        return sent[-1] if sent else None

    def all(self) -> tuple[Delivery, ...]:
        """Everything, what was sent first."""
        return (*self._sent, *self._waiting)

    def clear(self) -> None:
        """Forget everything."""
        self._waiting.clear()
        self._sent.clear()


class Writer:
    """Writes callbacks."""

    def __init__(
        self,
        *,
        clock: MockClock,
        random: RandomSource,
        settings: IamSmartMockSettings,
        keys: ContentKeys,
        registry: Registry,
        signer: Signer,
    ) -> None:
        self._clock = clock
        self._random = random
        self._settings = settings
        self._keys = keys
        self._registry = registry
        self._signer = signer

    def write(self, inquiry: Inquiry, trail: Trail, *, stranger: Persona) -> Delivery:
        """The callback of a decided question. ``stranger`` is whose data a swapped answer holds."""
        phase = inquiry.phase
        for fault, forced in _FORCED:
            if forced in OUTCOMES[inquiry.kind] and trail.strikes(fault):
                phase = forced
        code = OUTCOMES[inquiry.kind][phase]
        content = self._content(inquiry, code, trail, stranger)
        if trail.strikes("unknown_error_code"):
            code, content = "D99999", {name: content[name] for name in ("businessID", "state") if name in content}
        late = self._settings.late_callback_s * 1000 if trail.strikes("callback_late") else 0
        content_type, raw = self._message(inquiry, code, content, trail)
        headers = {"Content-Type": content_type, "X-Xbridge-Mock": "iamsmart"}
        return Delivery(
            business_id=inquiry.business_id,
            callback=CallbackRequest(url=inquiry.redirect_uri, headers=headers, content=raw),
            code=code,
            trail=trail,
            due_ms=self._clock.now_ms() + late,
            copies=0 if trail.strikes("callback_never") else 2 if trail.strikes("callback_twice") else 1,
        )

    def _content(self, inquiry: Inquiry, code: str, trail: Trail, stranger: Persona) -> dict[str, object]:
        wrong_id, wrong_state = trail.strikes("callback_wrong_business_id"), trail.strikes("callback_wrong_state")
        content: dict[str, object] = {
            "businessID": self._random.hex(16) if wrong_id else inquiry.business_id,
        }
        if inquiry.state is not None and not trail.strikes("callback_state_missing"):
            content["state"] = self._random.token(16) if wrong_state else inquiry.state
        if code != SUCCESS or inquiry.persona is None:
            return content
        person = stranger if trail.strikes("swapped_user") else inquiry.persona
        if inquiry.order is not None:
            content |= self._signer.sign(inquiry, person, trail, stranger=stranger)
        content |= profile(person, inquiry.fields, now_ms=self._clock.now_ms())
        if trail.strikes("callback_extra_fields"):
            content |= profile(person, ("idNo", "birthDate", "gender"))
        return content

    def _message(self, inquiry: Inquiry, code: str, content: dict[str, object], trail: Trail) -> tuple[str, bytes]:
        """The media type and the bytes of the answer: one JSON document, or several parts where it was a success."""
        # A newer KEK may have been configured since the service asked.
        client = self._registry.find(inquiry.client.client_id) or inquiry.client
        if trail.strikes("callback_fresh_key"):
            self._keys.revoke(client.client_id)
        held = self._keys.obtain(client)
        if not inquiry.in_parts or code != SUCCESS:
            return "application/json", self._document(client, held, code, content, trail)
        files = take_files(inquiry, content)
        metadata = self._document(client, held, code, content, trail)
        boundary = f"xbridge-mock-{self._random.hex(16)}"
        parts = answer_parts(
            inquiry, metadata, files, lambda value: seal(held.key, self._keys.new_iv(held), dump(value)), trail
        )
        return f"multipart/form-data; boundary={boundary}", form_data(parts, boundary)

    def _document(
        self, client: Client, held: ContentKey, code: str, content: Mapping[str, object], trail: Trail
    ) -> bytes:
        newest = self._settings.callback_kek == "newest"
        kek = client.keks[-1] if newest else held.kek
        if trail.strikes("callback_wrong_kek"):
            kek = generate_private_key(65537, 2048).public_key()
        key = self._random.bytes(32) if trail.strikes("callback_wrong_key") else held.key
        wrapped = wrap(kek, key, self._settings.kek_padding)
        document: dict[str, object] = {
            "txID": f"<T={self._random.hex(16)}>",
            "code": code,
            "message": MEANING.get(code, "an error of the future"),
            "secretKey": wrapped,
        }
        document["content"] = (
            dict(content)
            if trail.strikes("callback_plain")
            else seal_content(trail, self._keys, held, self._random, content)
        )  # fmt: skip
        for fault, name in (("content_missing", "content"), ("callback_key_missing", "secretKey")):
            if trail.strikes(fault):
                del document[name]
        return _spoil(dump(document), trail)


def _spoil(raw: bytes, trail: Trail) -> bytes:
    if trail.strikes("json_duplicate_members"):
        raw = raw.replace(b'"code":', b'"code":"D20000","code":', 1)
    if trail.strikes("json_truncated"):
        raw = raw[: len(raw) // 2]
    if trail.strikes("body_over_limit"):
        raw = raw[:-1] + b',"padding":"' + base64.b64encode(bytes(2 * 1024 * 1024)) + b'"}'
    return raw
