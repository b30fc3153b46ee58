"""The mock phone after login: the list of requests waiting for a person, and one request to agree to or refuse.

A request comes by push message, and then stands in the list, or is opened with its ticket, as an app link would. They
work without JavaScript. Deciding is ``responder``; anonymous forms are decided on the login page.
"""

from __future__ import annotations

import hmac
from collections.abc import Sequence
from urllib.parse import urlsplit

from werkzeug.utils import redirect
from werkzeug.wrappers import Request, Response

from xbridge_mocks.clock import MockClock
from xbridge_mocks.iamsmart.device import device_of, form_word, mark
from xbridge_mocks.iamsmart.field_row import field_rows
from xbridge_mocks.iamsmart.grant import Grants
from xbridge_mocks.iamsmart.inquiry import OUTCOMES, Inquiries, Inquiry, Kind
from xbridge_mocks.iamsmart.person_name import choices, person_name
from xbridge_mocks.iamsmart.refusal import Refused, Trail
from xbridge_mocks.iamsmart.responder import CHOICES, Responder
from xbridge_mocks.iamsmart.setting import IamSmartMockSettings
from xbridge_mocks.iamsmart.signing_view import signing_view
from xbridge_mocks.iamsmart.text import TEXTS
from xbridge_mocks.page import negotiate, render
from xbridge_mocks.persona import Persona
from xbridge_mocks.random_source import RandomSource

__all__ = ["APP_PATHS", "InquiryPages"]

# The paths for form filling, PDF signing and bulk signing are UNKNOWN (dossier 6.6); the proposed ones stand in for them.
APP_PATHS: dict[str, Kind] = {
    "profile": "profile", "form-filling": "form", "re-auth": "step_up", "hash-sign": "hash_signing",
    "pdf-sign": "pdf_signing", "bulk-sign": "bulk_signing",
}  # fmt: skip


class InquiryPages:
    """Serves the pages and hands a person's presses to the responder."""

    def __init__(
        self,
        *,
        clock: MockClock,
        personas: Sequence[Persona],
        random: RandomSource,
        settings: IamSmartMockSettings,
        grants: Grants,
        inquiries: Inquiries,
        responder: Responder,
    ) -> None:
        self._clock = clock
        self._people = tuple(person for person in personas if person.iamsmart is not None)
        self._random = random
        self._settings = settings
        self._grants = grants
        self._inquiries = inquiries
        self._responder = responder
        self._key = random.bytes(32)

    def inbox(self, request: Request, _: str, trail: Trail) -> Response:
        """``GET /mock/phone?persona=``: what waits for that person. Raises Refused for somebody without an account."""
        lang = negotiate(request)
        key = request.args.get("persona", "")
        known = key == "" or any(person.key == key for person in self._people)
        trail.require("persona", known, "D20003", parameter="persona", detail="nobody with iAM Smart")
        waiting = [
            {"token": held.token, "kind": held.kind, "service": held.client.name.in_language(lang)}
            for held in self._inquiries.waiting()
            if held.by_qr and held.persona is not None and held.persona.key == key
        ]
        return render(
            "iamsmart/inbox.html", lang, request=request, catalogue=TEXTS, people=choices(self._people, lang),
            chosen=key, waiting=waiting,
        )  # fmt: skip

    def app_link(self, request: Request, path: str, trail: Trail) -> Response:
        """``GET /mock/app/<path>?ticketID=``: what the app does when a page opens it with a ticket. Raises Refused."""
        trail.require("app_path", path in APP_PATHS, "D20003", parameter="path", detail="not a function of the app")
        inquiry = self._inquiries.find_ticket(request.args.get("ticketID", ""))
        fits = inquiry is not None and inquiry.kind == APP_PATHS[path] and bool(inquiry.redirect_uri)
        trail.require("ticket", fits, "D20003", parameter="ticketID", detail="unknown, expired or for another function")
        return redirect(f"/mock/request/{inquiry.token if inquiry else ''}", 303)

    def show(self, request: Request, token: str, trail: Trail) -> Response:
        """``GET /mock/request/<token>``: who asks for what, and the choices. Raises Refused."""
        inquiry = self._find(token, trail)
        inquiry.opened = True
        lang = negotiate(request)
        device = device_of(request) or self._random.hex(16)
        signing = signing_view(inquiry, inquiry.persona, self._grants, self._settings)
        offered = [word for word, phase in CHOICES.items() if phase in OUTCOMES[inquiry.kind]]
        if signing and signing.impediment:
            offered = ["approve"]
        response = render(
            "iamsmart/request.html", lang, request=request, catalogue=TEXTS, inquiry=inquiry, offered=offered, signing=signing,
            csrf=form_word(self._key, token, device), service=inquiry.client.name.in_language(lang),
            host=urlsplit(inquiry.redirect_uri).netloc,
            person_name=person_name(inquiry.persona, lang) if inquiry.persona else "",
            rows=field_rows(inquiry, inquiry.persona, lang, now_ms=self._clock.now_ms()),
            time=self._clock.now().strftime("%Y-%m-%d %H:%M:%S UTC"),
        )  # fmt: skip
        mark(response, device)
        return response

    def decide(self, request: Request, token: str, trail: Trail) -> Response:
        """``POST /mock/request/<token>/decision``: take the press. Raises Refused."""
        inquiry, device = self._find(token, trail), device_of(request)
        given = request.form.get("csrf", "").encode("utf-8", "replace")
        lawful = bool(device) and hmac.compare_digest(given, form_word(self._key, token, device).encode())
        trail.require("csrf", lawful, "D20000", detail="the form is not one this device was given")
        decision = request.form.get("decision", "")
        phase = CHOICES.get(decision)
        taken = inquiry.phase == "waiting" and phase in OUTCOMES[inquiry.kind]
        trail.require("decision", taken, "D20003", parameter="decision", detail="too late, or not offered")
        self._responder.answer(inquiry, decision)
        return redirect(f"/mock/request/{token}", 303)

    def _find(self, token: str, trail: Trail) -> Inquiry:
        inquiry = self._inquiries.find(token)
        found = inquiry is not None and bool(inquiry.redirect_uri)
        trail.require("request", found, "D20000", detail="no such request")
        if inquiry is None:
            raise Refused("D20000")
        return inquiry
