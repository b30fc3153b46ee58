"""The part of the portal in which a resident signs a consent with iAM Smart+.

A mix-in of ``portal.Portal`` beside ``asking.Asking``: the notice offers to sign, the page waits with the four digits, and
the consent is recorded with the signature, or without one when the person says so.
"""

from __future__ import annotations

from contextlib import suppress

from werkzeug.wrappers import Request, Response

from xbridge.core.errors import XBridgeError
from xbridge.core.identity import Identity
from xbridge.core.signing import HashSignature
from xbridge.demo.asking import Asking
from xbridge.demo.visitor import Visitor
from xbridge.flows.consent import Consent

SIGNS = "sign"
"""The word of iAM Smart for an account that may sign (``userType``)."""


class Signing(Asking):
    """Asks for a signature over a consent, shows how it stands, and records the consent with it."""

    def _ask_signature(self, request: Request, visitor: Visitor, service: str) -> Response:
        """Ask iAM Smart, after the person pressed the button on the notice."""
        if service not in visitor.offers or not may_sign(visitor):
            return Response("Read the notice first, as somebody who can sign.", status=409)
        person = visitor.identities["iamsmart"]
        asked = self._bridge.request_consent_signature(
            visitor.offers[service],
            approved_by=person,
            hkid=_hkid(person),
            session=visitor.id,
            user_agent=request.headers.get("User-Agent", ""),
        )
        return self._await(request, visitor, f"sign/{service}", asked)

    def _signature_answer(self, request: Request, visitor: Visitor, service: str) -> Response:
        """Show how it stands.  A signature waits until it is part of the record, so looking takes nothing away."""
        what = f"sign/{service}"
        if what not in visitor.asked or service not in visitor.offers:
            return Response("Nothing was asked.", status=409)
        answer = self._bridge.collect(visitor.asked[what], session=visitor.id)
        if answer.status == "waiting":
            return self._wait(request, visitor, what)
        signed = answer.data if isinstance(answer.data, HashSignature) else None
        if signed is None:
            del visitor.asked[what]
        return self._page(
            request,
            visitor,
            "signed",
            service=service,
            status=answer.status,
            provider_code=answer.provider_code,
            algorithm="" if signed is None else signed.algorithm,
            fingerprint="" if signed is None else signed.signer.fingerprint,
        )

    def _grant(self, visitor: Visitor, service: str, *, signed: bool) -> Consent:
        """Record that the person agreed, with the signature that waits if they pressed that button."""
        request = visitor.asked.get(f"sign/{service}") if signed else None
        consent = self._bridge.grant_consent(
            visitor.offers[service],
            approved_by=visitor.identities["iamsmart"],
            session=visitor.id,
            signed_by=request or "",
        )
        visitor.asked.pop(f"sign/{service}", None)
        if consent.signature and request is not None:
            # The platform is told what became of its signature; if that fails, the consent stands all the same.
            with suppress(XBridgeError):
                self._bridge.acknowledge_signature(request, session=visitor.id)
        return consent


def may_sign(visitor: Visitor) -> bool:
    """Return whether the person's account can sign, as iAM Smart said at the login."""
    person = visitor.identities.get("iamsmart")
    return person is not None and person.assurance.source == SIGNS


def _hkid(person: Identity) -> str:
    """Return the person's identity card number from the login; empty is refused before anything is asked."""
    return person.profile.document("hkid") or ""
