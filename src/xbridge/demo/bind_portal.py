"""The Guangdong site of the binding demonstration: log in, read the notice, go to iAM Smart, come back bound.

A small service that embeds the Bridge of Guangdong, for the scripted resident: every page is data.  What staff decide about
names that do not agree has two addresses of its own, behind a word that only staff have.
"""

from __future__ import annotations

import hmac
import json
from collections.abc import Callable
from typing import Any

from werkzeug.exceptions import HTTPException
from werkzeug.routing import Map, Rule
from werkzeug.utils import redirect
from werkzeug.wrappers import Request, Response

from xbridge.bridge.blocking import Bridge
from xbridge.core.errors import XBridgeError
from xbridge.core.language import parse_language
from xbridge.demo.bind_register import subject_of
from xbridge.demo.portal import COOKIE, PROVIDERS
from xbridge.demo.visitor import Visitor, Visitors
from xbridge.flows.link import Link
from xbridge.linking.review import Review

STAFF_HEADER = "X-Staff"
_ROUTES = Map(
    [
        Rule("/", endpoint="home", methods=["GET"]),
        Rule("/login/guangdong", endpoint="login", methods=["POST"]),
        Rule(PROVIDERS["guangdong"], endpoint="logged_in", methods=["GET"]),
        Rule("/bind", endpoint="notice", methods=["GET"]),
        Rule("/login/iamsmart", endpoint="agree", methods=["POST"]),
        Rule(PROVIDERS["iamsmart"], endpoint="came_back", methods=["GET"]),
        Rule("/staff/reviews", endpoint="reviews", methods=["GET"]),
        Rule("/staff/reviews/<review_id>", endpoint="decide", methods=["POST"]),
    ]
)
_STAFF = frozenset({"reviews", "decide"})


class BindPortal:
    """The WSGI application.  ``register`` is what Guangdong holds about its people, by account key."""

    def __init__(self, bridge: Bridge, *, own_url: str, register: dict[str, dict[str, str]], staff_word: str) -> None:
        """``own_url`` is where browsers reach it; ``staff_word`` opens what is for staff."""
        self._bridge = bridge
        self._own_url = own_url
        self._register = register
        self._staff_word = staff_word
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
        if endpoint in _STAFF:
            return self._staff(request, lambda: handle(request, **arguments))
        visitor = self._visitors.find(request.cookies.get(COOKIE)) or self._visitors.welcome("en")
        if request.method == "POST" and not visitor.verify_guard(request.form.get("guard", "")):
            return Response("This form is not from this session.", status=403)
        try:
            response: Response = handle(request, visitor)
        except XBridgeError as exc:
            response = _data({**_state(visitor), **_refusal(exc)}, 400)
        # Not Secure: this portal speaks http on loopback only.  A real one uses a __Host- cookie.
        response.set_cookie(COOKIE, visitor.id, httponly=True, samesite="Lax")
        return response

    # --- the resident ----------------------------------------------------------------------------------------------

    def _home(self, request: Request, visitor: Visitor) -> Response:
        if "lang" in request.args:
            visitor.language = parse_language(request.args["lang"])
        return _data(_state(visitor))

    def _login(self, request: Request, visitor: Visitor) -> Response:
        return_to = self._own_url + PROVIDERS["guangdong"]
        hop = self._bridge.begin_login("guangdong", return_to=return_to, session=visitor.id, lang=visitor.language)
        visitor.pending["guangdong"] = hop.pending
        return redirect(hop.url, 303)

    def _logged_in(self, request: Request, visitor: Visitor) -> Response:
        pending = visitor.pending.get("guangdong", "")
        visitor.identities["guangdong"] = self._bridge.finish_login(
            pending, callback_url=request.url, session=visitor.id
        )
        return _data(_state(visitor))

    def _notice(self, request: Request, visitor: Visitor) -> Response:
        visitor.link_offer = self._bridge.offer_binding(session=visitor.id, lang=visitor.language)
        return _data({**_state(visitor), "text": visitor.link_offer.text})

    def _agree(self, request: Request, visitor: Visitor) -> Response:
        """Take the press on "I agree, go to iAM Smart"."""
        if visitor.link_offer is None or "guangdong" not in visitor.identities:
            return _data({"error": "read_the_notice_first"}, 409)
        hop = self._bridge.begin_binding(
            visitor.identities["guangdong"],
            return_to=self._own_url + PROVIDERS["iamsmart"],
            session=visitor.id,
            lang=visitor.language,
        )
        visitor.pending["iamsmart"] = hop.pending
        return redirect(hop.url, 303)

    def _came_back(self, request: Request, visitor: Visitor) -> Response:
        """Match what this side holds about its resident with the other side, and bind."""
        pending = visitor.pending.get("iamsmart", "")
        binding = self._bridge.finish_binding(pending, callback_url=request.url, session=visitor.id)
        if visitor.link_offer is None:
            return _data({"error": "read_the_notice_first"}, 409)
        matching = self._bridge.match_binding(
            binding,
            subject_of(self._register[visitor.identities["guangdong"].subject]),
            agreed_to=visitor.link_offer,
            session=visitor.id,
        )
        visitor.results["matching"] = {"document": matching.document, "names": matching.names, "run": matching.run}
        visitor.link = self._bridge.bind(binding, matching, agreed_to=visitor.link_offer, session=visitor.id)
        return _data(_state(visitor))

    # --- staff -----------------------------------------------------------------------------------------------------

    def _staff(self, request: Request, handle: Callable[[], Response]) -> Response:
        given = request.headers.get(STAFF_HEADER, "")
        if not hmac.compare_digest(given.encode(), self._staff_word.encode()):
            return _data({"error": "staff_only"}, 403)
        try:
            return handle()
        except XBridgeError as exc:
            return _data(_refusal(exc), 400)

    def _reviews(self, request: Request) -> Response:
        return _data({"reviews": [_shown(review) for review in self._bridge.reviews()]})

    def _decide(self, request: Request, review_id: str) -> Response:
        approve, reviewer = request.form.get("decision") == "approve", request.form.get("reviewer", "")
        return _data(_shown(self._bridge.decide_review(review_id, approve=approve, reviewer=reviewer)))


def _state(visitor: Visitor) -> dict[str, Any]:
    return {
        "guard": visitor.guard,
        "logged_in": {name: identity.assurance.level for name, identity in visitor.identities.items()},
        "linked": _link(visitor.link),
        "matching": visitor.results.get("matching"),
    }


def _link(link: Link | None) -> dict[str, str] | None:
    return None if link is None else {"origin": link.origin, "hk": link.hk_level, "cn_gd": link.cn_gd_level}


def _refusal(error: XBridgeError) -> dict[str, Any]:
    """Say what happened and what can be done, nothing personal."""
    return {"error": error.code, "message": error.message, **error.diagnostics()}


def _shown(review: Review) -> dict[str, Any]:
    return review.model_dump(mode="json")


def _data(document: dict[str, Any], status: int = 200) -> Response:
    return Response(json.dumps(document, ensure_ascii=False), status=status, content_type="application/json")
