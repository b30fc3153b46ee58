"""Form filling and signing without a login at the service: two calls with a browser hop between them (dossier 9, 10).

The first call yields a ticket; the browser takes it to getQR; the code that comes back yields a token for the second
call, which fetches the form or the signature. The hop itself is the ordinary login page.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

from xbridge_mocks.clock import MockClock
from xbridge_mocks.iamsmart.grant import Grants
from xbridge_mocks.iamsmart.initiation import answer_in_parts, business_id, form_text, lang, order_of
from xbridge_mocks.iamsmart.inquiry import SCOPE_OF_KIND, FormText, Inquiries, Inquiry, Kind
from xbridge_mocks.iamsmart.parameter import FieldWish, field_wish, owner, text
from xbridge_mocks.iamsmart.profile import FORM_FIELDS, profile
from xbridge_mocks.iamsmart.refusal import Refused, Trail
from xbridge_mocks.iamsmart.registry import Client
from xbridge_mocks.iamsmart.setting import IamSmartMockSettings
from xbridge_mocks.iamsmart.signer import Signer
from xbridge_mocks.persona import Persona

__all__ = ["ANONYMOUS_REQUESTS", "ANONYMOUS_RESULTS", "Anonymous"]

ANONYMOUS_REQUESTS: dict[str, Kind] = {
    "anonymousRequest": "form",
    "anonymousHashSignRequest": "hash_signing",
    "anonymousPdfSignRequest": "pdf_signing",
}
ANONYMOUS_RESULTS: dict[str, Kind] = {
    "anonymousResult": "form",
    "anonymousHashSignResult": "hash_signing",
    "anonymousPdfSignResult": "pdf_signing",
}


class Anonymous:
    """Takes questions to whoever scans the code, and hands out what that person agreed to send or signed."""

    def __init__(
        self,
        *,
        clock: MockClock,
        settings: IamSmartMockSettings,
        grants: Grants,
        inquiries: Inquiries,
        signer: Signer,
        someone_else: Callable[[Persona], Persona],
    ) -> None:
        self._clock = clock
        self._settings = settings
        self._grants = grants
        self._inquiries = inquiries
        self._signer = signer
        self._someone_else = someone_else

    def ask(self, client: Client, parameters: Mapping[str, object], trail: Trail) -> dict[str, object]:
        """Remember a question to a person not yet known; the content of the reply holds its ticket. Raises Refused."""
        kind = ANONYMOUS_REQUESTS[trail.operation]
        business = business_id(parameters, trail)
        lang(parameters, trail)
        wish: FieldWish = ((), ())
        form = FormText()
        if kind == "form":
            refuse = self._settings.refuse_empty_field_array
            wish = field_wish(parameters, trail, eme_fields=FORM_FIELDS, refuse_empty=refuse)
            form = form_text(parameters, trail, self._settings)
            # Its answer is fetched, so there is no callback that could come in several parts.
            in_parts = answer_in_parts(parameters, trail)
            trail.require(
                "no_parts", not in_parts, "D20003", parameter="callbackContentType", detail="no callback here"
            )
        order = order_of(kind, parameters, trail)
        taken = self._inquiries.is_used(client.client_id, business) or trail.strikes("business_id_taken")
        trail.require("business_id_new", not taken, "D20011", parameter="businessID", detail="used before")
        now = self._clock.now_ms()
        inquiry = Inquiry(
            token=self._inquiries.new_name(), kind=kind, client=client, business_id=business, created_ms=now,
            expires_ms=now + self._settings.anonymous_ticket_ttl_s * 1000, profile_fields=wish[0],
            eme_fields=wish[1], form=form, order=order, ticket=self._inquiries.new_name(),
        )  # fmt: skip
        self._inquiries.add(inquiry)
        if trail.strikes("ticket_expired"):
            inquiry.expires_ms = now
        shown = self._inquiries.new_name() if trail.strikes("ticket_unknown") else inquiry.ticket
        content: dict[str, object] = {"ticketID": shown, "businessID": business}
        if trail.strikes("ticket_missing"):
            del content["ticketID"]
        return content

    def result(self, client: Client, parameters: Mapping[str, object], trail: Trail) -> dict[str, object]:
        """What the person of this token agreed to send, or signed. Raises Refused."""
        kind = ANONYMOUS_RESULTS[trail.operation]
        given = {name: text(parameters, name, trail) for name in ("accessToken", "openID")}
        business = business_id(parameters, trail) if "businessID" in parameters else None
        token = owner(given, client, self._grants, trail, scope=SCOPE_OF_KIND[kind])
        inquiry = token.origin.inquiry
        fits = inquiry is not None and inquiry.kind == kind
        trail.require("anonymous", fits, "D20009", detail="not the token of such an anonymous request")
        if inquiry is None:
            raise Refused("D20009")
        same = business in (None, inquiry.business_id)
        trail.require("business_id", same, "D20003", parameter="businessID", detail="not the one of this token")
        stranger = self._someone_else(token.persona)
        person = stranger if trail.strikes("swapped_user") else token.persona
        if inquiry.order is not None:
            return {"businessID": inquiry.business_id, **self._signer.sign(inquiry, person, trail, stranger=stranger)}
        return {
            "businessID": inquiry.business_id,
            **profile(person, inquiry.fields, now_ms=self._clock.now_ms()),
        }
