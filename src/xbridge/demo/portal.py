"""The portal: a small Hong Kong service that embeds a Bridge, for a person with a browser or for the scripted resident.

It shows what an integrator writes: start a login, finish it, show a notice, take the answer, exchange, call the service,
withdraw.  With ``Accept: application/json`` each page answers as data instead.
"""

from __future__ import annotations

import json
from contextlib import suppress
from typing import Any

import httpx
from werkzeug.exceptions import HTTPException
from werkzeug.routing import Map, Rule
from werkzeug.utils import redirect
from werkzeug.wrappers import Request, Response

from xbridge.bridge.blocking import Bridge
from xbridge.core.errors import (
    ConsentMissing,
    PolicyDenied,
    PolicyReferred,
    TokenInvalid,
    UserDeclined,
    XBridgeError,
)
from xbridge.core.flow import DataFlow
from xbridge.core.language import parse_language
from xbridge.demo import address_proof, social_insurance
from xbridge.demo.asking import PUSH_PATH
from xbridge.demo.page import render
from xbridge.demo.signing import Signing, may_sign
from xbridge.demo.visitor import Visitor, Visitors
from xbridge.policy.explanation import explain
from xbridge.protocols.client_assertion import ASSERTION_TYPE

COOKIE = "portal-session"
FLOWS: dict[str, tuple[str, DataFlow]] = {
    "social-insurance-enquiry": (
        social_insurance.AUDIENCE,
        DataFlow(source="440000", target="HK", purpose="xb:social-benefit", categories=("name", "social_security")),
    ),
    "address-proof": (
        address_proof.AUDIENCE,
        DataFlow(source="HK", target="440000", purpose="xb:service-delivery", categories=("name", "address")),
    ),
}
PROVIDERS = {"iamsmart": "/cb/hk", "guangdong": "/cb/gd"}

_ROUTES = Map(
    [
        Rule("/", endpoint="home", methods=["GET"]),
        Rule("/login/<provider>", endpoint="login", methods=["POST"]),
        Rule("/cb/hk", endpoint="callback", defaults={"provider": "iamsmart"}, methods=["GET"]),
        Rule("/cb/gd", endpoint="callback", defaults={"provider": "guangdong"}, methods=["GET"]),
        Rule("/link", endpoint="offer_link", methods=["GET"]),
        Rule("/link", endpoint="link", methods=["POST"]),
        Rule("/consent/<service>", endpoint="offer", methods=["GET"]),
        Rule("/consent/<service>", endpoint="reply", methods=["POST"]),
        Rule("/use/<service>", endpoint="use", methods=["POST"]),
        Rule("/again/<service>", endpoint="again", methods=["POST"]),
        Rule("/withdraw/<service>", endpoint="withdraw", methods=["POST"]),
        Rule("/sign/<service>", endpoint="ask_signature", methods=["POST"]),
        Rule("/sign/<service>/answer", endpoint="signature_answer", methods=["GET"]),
        Rule("/form", endpoint="form", methods=["GET"]),
        Rule("/form", endpoint="ask_form", methods=["POST"]),
        Rule("/form/answer", endpoint="form_answer", methods=["GET"]),
        Rule(PUSH_PATH, endpoint="push", methods=["POST"]),
        Rule("/evidence/<service>", endpoint="evidence", methods=["GET"]),
        Rule("/trust.json", endpoint="trust", methods=["GET"]),
        Rule("/.well-known/jwks.json", endpoint="jwks", methods=["GET"]),
        Rule("/introspect", endpoint="introspect", methods=["POST"]),
    ]
)
_MACHINE = frozenset({"trust", "jwks", "introspect", "push"})


class Portal(Signing):
    """The WSGI application.  ``services`` maps an audience to the address of the service behind it."""

    def __init__(
        self, bridge: Bridge, *, own_url: str, services: dict[str, str], http: httpx.Client, phone_url: str = ""
    ) -> None:
        """``own_url`` is where browsers and services reach this portal, ``phone_url`` the mock's telephone, if any."""
        self._bridge = bridge
        self._own_url = own_url
        self._services = services
        self._http = http
        self._phone_url = phone_url
        self._visitors = Visitors()

    def __call__(self, environ: Any, start_response: Any) -> Any:
        """Answer one request (PEP 3333)."""
        request = Request(environ)
        request.max_content_length = request.max_form_memory_size = 64 * 1024
        return self._answer(request)(environ, start_response)

    def _answer(self, request: Request) -> Response:
        try:
            endpoint, arguments = _ROUTES.bind_to_environ(request.environ).match()
        except HTTPException as exc:
            return exc.get_response(request.environ)
        handle = getattr(self, f"_{endpoint}")
        if endpoint in _MACHINE:
            return handle(request)  # type: ignore[no-any-return]
        visitor, fresh = self._visitor(request)
        if request.method == "POST" and not visitor.verify_guard(request.form.get("guard", "")):
            return Response("This form is not from this session.", status=403)
        try:
            if arguments.get("service", "address-proof") not in FLOWS:
                return Response("There is no such service.", status=404)
            response: Response = handle(request, visitor, **arguments)
        except XBridgeError as exc:
            response = self._refusal(request, visitor, exc)
        if fresh:
            # Not Secure: this portal speaks http on loopback only.  A real one uses a __Host- cookie.
            response.set_cookie(COOKIE, visitor.id, httponly=True, samesite="Lax")
        return response

    def _visitor(self, request: Request) -> tuple[Visitor, bool]:
        """Return the session and whether it is new; ``?lang=`` changes its language."""
        visitor = self._visitors.find(request.cookies.get(COOKIE))
        fresh = visitor is None
        if visitor is None:
            visitor = self._visitors.welcome("zh-Hant")
        if "lang" in request.args:
            # A language that nobody speaks here changes nothing.
            with suppress(XBridgeError):
                visitor.language = parse_language(request.args["lang"])
        return visitor, fresh

    # --- pages ---------------------------------------------------------------------------------------------------

    def _home(self, request: Request, visitor: Visitor) -> Response:
        return self._page(request, visitor, "home")

    def _login(self, request: Request, visitor: Visitor, provider: str) -> Response:
        if provider not in PROVIDERS:
            return Response("There is no such provider.", status=404)
        hop = self._bridge.begin_login(
            provider,
            return_to=self._own_url + PROVIDERS[provider],
            session=visitor.id,
            lang=visitor.language,
            user_agent=request.headers.get("User-Agent", ""),
        )
        visitor.pending[provider] = hop.pending
        return redirect(hop.url, 303)

    def _callback(self, request: Request, visitor: Visitor, provider: str) -> Response:
        # Kept, not taken: that a login ends once is the Bridge's business, and a callback opened again shows it.
        pending = visitor.pending.get(provider, "")
        visitor.identities[provider] = self._bridge.finish_login(pending, callback_url=request.url, session=visitor.id)
        return self._back(request, visitor)

    def _offer_link(self, request: Request, visitor: Visitor) -> Response:
        visitor.link_offer = self._bridge.offer_link(session=visitor.id, lang=visitor.language)
        return self._page(
            request, visitor, "notice", text=visitor.link_offer.text, action="/link", refusable=False, sign_path=""
        )

    def _link(self, request: Request, visitor: Visitor) -> Response:
        if visitor.link_offer is None or len(visitor.identities) < 2:
            return Response("Log in on both sides first.", status=409)
        visitor.link = self._bridge.link(
            visitor.identities["iamsmart"],
            visitor.identities["guangdong"],
            agreed_to=visitor.link_offer,
            session=visitor.id,
        )
        return self._back(request, visitor)

    def _offer(self, request: Request, visitor: Visitor, service: str) -> Response:
        if visitor.link is None:
            return Response("Link the accounts first.", status=409)
        audience, flow = FLOWS[service]
        offer = self._bridge.offer_consent(
            visitor.link, flow, audience=audience, session=visitor.id, lang=visitor.language
        )
        visitor.offers[service] = offer
        sign_path = f"/sign/{service}" if may_sign(visitor) else ""
        return self._page(
            request,
            visitor,
            "notice",
            text=offer.text,
            action=f"/consent/{service}",
            refusable=True,
            sign_path=sign_path,
        )

    def _reply(self, request: Request, visitor: Visitor, service: str) -> Response:
        if service not in visitor.offers:
            return Response("Read the notice first.", status=409)
        answer, person = request.form.get("answer"), visitor.identities["iamsmart"]
        if answer == "signed" and f"sign/{service}" not in visitor.asked:
            return Response("Nothing was signed.", status=409)
        if answer in ("given", "signed"):
            visitor.consents[service] = self._grant(visitor, service, signed=answer == "signed")
        else:
            visitor.consents[service] = self._bridge.refuse_consent(
                visitor.offers[service], refused_by=person, session=visitor.id
            )
        del visitor.offers[service]
        visitor.results.pop(service, None)
        return self._back(request, visitor)

    def _use(self, request: Request, visitor: Visitor, service: str) -> Response:
        if visitor.link is None or service not in visitor.consents:
            return Response("Read the notice and agree first.", status=409)
        audience, flow = FLOWS[service]
        release = self._bridge.exchange(visitor.link, visitor.consents[service], flow, audience=audience)
        visitor.releases[service] = release
        result = self._present(service, release.token)
        visitor.results[service] = {
            **result,
            "decision": {
                "id": release.decision_id,
                "outcome": release.decision.outcome,
                "rules": len(release.decision.reasons),
                "duties": len(release.decision.obligations),
                "explanation": explain(release.decision, visitor.language),
            },
        }
        return self._back(request, visitor)

    def _again(self, request: Request, visitor: Visitor, service: str) -> Response:
        release = visitor.releases.get(service)
        if release is None:
            return Response("There is no token yet.", status=409)
        visitor.results[service] = self._present(service, release.token)
        return self._back(request, visitor)

    def _withdraw(self, request: Request, visitor: Visitor, service: str) -> Response:
        if service not in visitor.consents:
            return Response("There is no consent yet.", status=409)
        visitor.consents[service] = self._bridge.withdraw(
            visitor.consents[service], requested_by=visitor.identities["iamsmart"], session=visitor.id
        )
        visitor.results.pop(service, None)
        return self._back(request, visitor)

    def _evidence(self, request: Request, visitor: Visitor, service: str) -> Response:
        if service not in visitor.consents:
            return Response("There is no consent yet.", status=409)
        bundle = self._bridge.evidence(visitor.consents[service])
        response = Response(bundle, content_type="application/zip")
        response.headers["Content-Disposition"] = 'attachment; filename="evidence.zip"'
        return response

    # --- for machines ----------------------------------------------------------------------------------------------

    def _trust(self, request: Request) -> Response:
        return Response(self._bridge.trust, content_type="application/json")

    def _jwks(self, request: Request) -> Response:
        return Response(self._bridge.jwks, content_type="application/jwk-set+json")

    def _introspect(self, request: Request) -> Response:
        """RFC 7662, with the client authenticated by RFC 7523."""
        form = request.form
        if form.get("client_assertion_type") != ASSERTION_TYPE or not form.get("token"):
            return _json({"error": "invalid_request"}, 400)
        try:
            found = self._bridge.introspect(
                form["token"], party=form.get("client_id", ""), assertion=form.get("client_assertion", "")
            )
        except TokenInvalid:
            return _json({"error": "invalid_client"}, 401)
        if not found.active:
            return _json({"active": False})
        return _json(
            {
                "active": True,
                "sub": found.subject,
                "account": found.account,
                "purpose": found.purpose,
                "categories": list(found.categories),
                "consent": found.consent,
            }
        )

    # --- helpers of the pages ----------------------------------------------------------------------------------------

    def _present(self, service: str, token: str) -> dict[str, Any]:
        """Present ``token`` where the data is, or hand it to the Guangdong service that fetches the Hong Kong record."""
        if service == "address-proof":
            reply = self._http.post(
                f"{self._services[social_insurance.AUDIENCE]}/deliveries",
                json={"token": token, "from": self._services[address_proof.AUDIENCE]},
            )
        else:
            audience, _ = FLOWS[service]
            reply = self._http.post(f"{self._services[audience]}/records", headers={"Authorization": f"Bearer {token}"})
        return {"status": reply.status_code, **reply.json()}

    def _back(self, request: Request, visitor: Visitor) -> Response:
        if _wants_json(request):
            return self._page(request, visitor, "home")
        return redirect("/", 303)

    def _page(self, request: Request, visitor: Visitor, name: str, **details: Any) -> Response:
        if _wants_json(request):
            return _json({**_state(visitor), **details})
        return render(name, visitor, flows=list(FLOWS), phone_url=self._phone_url, **details)

    def _refusal(self, request: Request, visitor: Visitor, error: XBridgeError) -> Response:
        """Show a refusal: what happened and what can be done, nothing personal."""
        details: dict[str, Any] = {"error": error.code, "message": error.message, **error.diagnostics()}
        if isinstance(error, PolicyDenied | PolicyReferred):
            details["explanation"] = explain(error.decision, visitor.language)
        status = 403 if isinstance(error, ConsentMissing | PolicyDenied | PolicyReferred | UserDeclined) else 400
        if _wants_json(request):
            return _json({**_state(visitor), **details}, status)
        response = render("refusal", visitor, declined=isinstance(error, UserDeclined), **details)
        response.status_code = status
        return response


def _state(visitor: Visitor) -> dict[str, Any]:
    """Return what the session's page shows, as data."""
    return {
        "guard": visitor.guard,
        "logged_in": {name: who.assurance.level for name, who in sorted(visitor.identities.items())},
        "linked": visitor.link is not None,
        "consents": {name: consent.state for name, consent in sorted(visitor.consents.items())},
        "signed": {name: bool(consent.signature) for name, consent in sorted(visitor.consents.items())},
        "results": visitor.results,
    }


def _wants_json(request: Request) -> bool:
    return request.accept_mimetypes.best == "application/json"


def _json(document: dict[str, Any], status: int = 200) -> Response:
    response = Response(json.dumps(document, ensure_ascii=False), status=status, content_type="application/json")
    response.headers["Cache-Control"] = "no-store"
    return response
