"""Asking a person who has logged in: the initiateRequest calls (dossier 7, 8.1, 10).

Each call checks, remembers the question, and answers at once with ``authByQR`` and ``ticketID``. The person's answer
comes later and elsewhere: ``inquiry`` and ``delivery``.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from urllib.parse import unquote

from xbridge_mocks.clock import MockClock
from xbridge_mocks.iamsmart.authorization import APP_SOURCES, SOURCES
from xbridge_mocks.iamsmart.bulk_order import BulkTokens, bulk_order
from xbridge_mocks.iamsmart.grant import Grants
from xbridge_mocks.iamsmart.inquiry import OUTCOMES, SCOPE_OF_KIND, FormText, Inquiries, Inquiry, Kind
from xbridge_mocks.iamsmart.parameter import LANGS, FieldWish, field_wish, optional_text, owner, text
from xbridge_mocks.iamsmart.profile import FORM_FIELDS, PROFILE_FIELDS
from xbridge_mocks.iamsmart.refusal import Trail
from xbridge_mocks.iamsmart.registry import Client
from xbridge_mocks.iamsmart.setting import IamSmartMockSettings
from xbridge_mocks.iamsmart.signing_order import SigningOrder, signing_order

__all__ = ["INITIATIONS", "Initiation", "answer_in_parts", "business_id", "form_text", "lang", "order_of"]

INITIATIONS: dict[str, Kind] = {
    "profileRequest": "profile",
    "formRequest": "form",
    "stepUpRequest": "step_up",
    "hashSignRequest": "hash_signing",
    "pdfSignRequest": "pdf_signing",
    "bulkSignRequest": "bulk_signing",
}
_BUSINESS_ID = re.compile(r"[!-~]{1,36}", re.ASCII)
_STATE = re.compile(r"[A-Za-z0-9_-]{1,36}", re.ASCII)


class Initiation:
    """Takes the questions of services that hold an access token."""

    def __init__(
        self,
        *,
        clock: MockClock,
        settings: IamSmartMockSettings,
        grants: Grants,
        inquiries: Inquiries,
        bulk_tokens: BulkTokens,
    ) -> None:
        self._clock = clock
        self._settings = settings
        self._grants = grants
        self._inquiries = inquiries
        self._bulk_tokens = bulk_tokens

    def ask(self, client: Client, parameters: Mapping[str, object], trail: Trail) -> tuple[Inquiry, dict[str, object]]:
        """Remember one question. Returns it and the content of the reply. Raises Refused.

        (1) forms  (2) token, openID, scope, BSQC token  (3) businessID new  (4) source  (5) address for the answer
        (6) who may sign
        """
        kind = INITIATIONS[trail.operation]
        # (1)
        names = ("accessToken", "openID", "source", "redirectURI")
        given = {name: text(parameters, name, trail) for name in names}
        business = business_id(parameters, trail)
        state = self._state(parameters, trail)
        lang(parameters, trail)
        profile, eme = self._wish(kind, parameters, trail)
        form = form_text(parameters, trail, self._settings) if kind == "form" else FormText()
        in_parts = kind == "bulk_signing" or (kind == "form" and answer_in_parts(parameters, trail))
        order = order_of(kind, parameters, trail)
        # (2)
        token = owner(given, client, self._grants, trail, scope=SCOPE_OF_KIND[kind])
        if kind == "bulk_signing" and order is not None:
            self._bulk_tokens.check(text(parameters, "bsqcToken", trail), client, token.persona, order, trail)
        # (3)
        taken = self._inquiries.is_used(client.client_id, business) or trail.strikes("business_id_taken")
        trail.require("business_id_new", not taken, "D20011", parameter="businessID", detail="used before")
        # (4)
        lawful = given["source"] in SOURCES | APP_SOURCES
        trail.require("source", lawful, "D20007", parameter="source", detail="not a source")
        # (5) One known client percent-encodes the address inside the JSON (dossier 8.1); once is understood, twice is not.
        target = given["redirectURI"]
        if target not in client.redirect_uris:
            target = unquote(target)
        registered = target in client.redirect_uris
        trail.require("redirect_uri", registered, "D20008", parameter="redirectURI", detail="not registered")
        by_qr = token.origin.by_qr
        now = self._clock.now_ms()
        inquiry = Inquiry(
            token=self._inquiries.new_name(), kind=kind, client=client, business_id=business, created_ms=now,
            expires_ms=now + self._settings.request_wait_s * 1000, profile_fields=profile, eme_fields=eme, form=form,
            order=order, persona=token.persona, redirect_uri=target, state=state,
            in_parts=in_parts, by_qr=by_qr, ticket="" if by_qr else self._inquiries.new_name(),
        )  # fmt: skip
        # (6) Whether the platform says so now or with the answer is UNKNOWN.
        if inquiry.impediment and self._settings.signing_refusal_at == "request":
            trail.require("may_sign", False, OUTCOMES[kind][inquiry.impediment], detail=inquiry.impediment)
        self._inquiries.add(inquiry)
        return inquiry, self._reply(inquiry, trail)

    def _reply(self, inquiry: Inquiry, trail: Trail) -> dict[str, object]:
        shown = inquiry.by_qr
        if trail.strikes("auth_by_qr_flipped"):
            shown = not shown
        if shown:
            return {"authByQR": True}
        ticket = self._inquiries.new_name() if trail.strikes("ticket_unknown") else inquiry.ticket
        if trail.strikes("ticket_expired"):
            inquiry.expires_ms = inquiry.created_ms
        if trail.strikes("ticket_missing"):
            return {"authByQR": False}
        return {"authByQR": False, "ticketID": ticket or self._inquiries.new_name()}

    def _wish(self, kind: Kind, parameters: Mapping[str, object], trail: Trail) -> FieldWish:
        if kind == "profile":
            return field_wish(parameters, trail, eme_fields=PROFILE_FIELDS, arrays=("profileFields",))
        if kind == "form":
            return field_wish(
                parameters, trail, eme_fields=FORM_FIELDS, refuse_empty=self._settings.refuse_empty_field_array
            )  # fmt: skip
        return (), ()

    def _state(self, parameters: Mapping[str, object], trail: Trail) -> str | None:
        if "state" not in parameters:
            return None
        state = parameters["state"]
        lawful = isinstance(state, str) and bool(_STATE.fullmatch(state))
        trail.require("state", lawful, "D20003", parameter="state", detail="not 1 to 36 of A-Z a-z 0-9 _ -")
        return str(state)


def order_of(kind: Kind, parameters: Mapping[str, object], trail: Trail) -> SigningOrder | None:
    """What is to be signed, for a kind that signs. Raises Refused."""
    if kind == "bulk_signing":
        return bulk_order(parameters, trail)
    if kind not in ("hash_signing", "pdf_signing"):
        return None
    return signing_order(parameters, trail, pdf=kind == "pdf_signing")


def business_id(parameters: Mapping[str, object], trail: Trail) -> str:
    """The businessID: 1 to 36 visible ASCII characters. Raises Refused."""
    value = text(parameters, "businessID", trail)
    lawful = bool(_BUSINESS_ID.fullmatch(value))
    trail.require("business_id_form", lawful, "D20003", parameter="businessID", detail="not 1 to 36 visible characters")
    return value


def lang(parameters: Mapping[str, object], trail: Trail) -> None:
    """Check the language, where one is given. Raises Refused."""
    lawful = parameters.get("lang", "zh-HK") in LANGS
    trail.require("lang", lawful, "D20003", parameter="lang", detail="not en-US, zh-HK or zh-CN")


def form_text(parameters: Mapping[str, object], trail: Trail, settings: IamSmartMockSettings) -> FormText:
    """What the service says about its form. Raises Refused for a text that is missing or too long."""
    needed = settings.form_texts_needed
    name, number, description = (
        optional_text(parameters, key, trail, longest=longest, needed=key in needed)
        for key, longest in (("formName", 255), ("formNum", 20), ("formDesc", 255))
    )
    return FormText(name=name, number=number, description=description)


def answer_in_parts(parameters: Mapping[str, object], trail: Trail) -> bool:
    """Whether the answer is asked for as multipart/form-data. Raises Refused for any other type but JSON."""
    asked = parameters.get("callbackContentType", "application/json")
    known = asked in ("application/json", "multipart/form-data")
    trail.require("callback_type", known, "D20003", parameter="callbackContentType", detail="neither of the two")
    return asked == "multipart/form-data"
