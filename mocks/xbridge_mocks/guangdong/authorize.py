"""``GET B/oauth2/authorize``: a service sends its user to log in (dossier 2.1).

Answers with a code at once when the browser is signed in, otherwise with the way to the login page of the generation. A
request that is wrong in any way gets a page and never a redirect, also when the address itself is registered: whether
the platform ever redirects with an error is UNKNOWN, and none was seen.
"""

from __future__ import annotations

from urllib.parse import urlencode

from werkzeug.datastructures import MultiDict
from werkzeug.wrappers import Response

from xbridge_mocks.guangdong.callback import send_back, verify_destination
from xbridge_mocks.guangdong.destination import Destination
from xbridge_mocks.guangdong.platform import Platform
from xbridge_mocks.guangdong.route import AM, TIF
from xbridge_mocks.guangdong.setting import Kind
from xbridge_mocks.guangdong.visit import Visit

_WORDS = {"response_type": "code", "scope": "all", "service": "initService"}


def authorize(platform: Platform, visit: Visit) -> Response:
    """Answer one authorize request.  Raises Refused.

    (1) method   (2) client and redirect address   (3) response_type, scope, service   (4) session
    """
    query = visit.request.args
    # (1) A link or a redirect brings the person here, nothing else.
    visit.require("method", visit.request.method in {"GET", "HEAD"}, Kind.METHOD, "only GET")
    # (2) Before anything else is believed.
    destination = verify_destination(platform, visit, query)
    # (3) The fixed words of the protocol. client_secret is ignored: some first-generation clients send it here.
    verify_words(platform, visit, query)
    # (4) A live platform session means no prompt (INFERRED, dossier 2.5).
    who = platform.signed_in(visit)
    if who is not None and visit.request.method == "GET":
        return send_back(platform, visit, destination, who)
    onward = f"{visit.generation.login}?{urlencode(_onward(visit, destination))}"
    return Response(status=302, headers={"Location": onward, "Cache-Control": "no-store"})


def verify_words(platform: Platform, visit: Visit, query: MultiDict[str, str]) -> None:
    """Check the fixed words of the protocol.  Raises Refused."""
    wanted = visit.single(query, "response_type")
    visit.require("response_type", wanted == "code", Kind.REQUEST, "response_type not code")
    visit.require("scope", visit.single(query, "scope") == "all", Kind.REQUEST, "scope not all")
    service_word = visit.optional(query, "service")
    rule = platform.settings.require_service
    required = visit.generation.needs_service if rule is None else rule
    absent_is_fine = service_word is None and not required
    visit.require("service", absent_is_fine or service_word == "initService", Kind.REQUEST, "service not initService")


def _onward(visit: Visit, destination: Destination) -> dict[str, str]:
    """Return the query of the login page, as each generation writes it."""
    onward = {"redirect_uri": destination.requested, "client_id": destination.service.client_id}
    if destination.state is not None:
        onward["state"] = destination.state
    if visit.generation is TIF:
        onward |= _WORDS
    if visit.generation is AM:
        # The whole authorize address, of which only the query is ever read again. Whether the platform writes its own
        # host before it is UNKNOWN.
        onward = {"gotoUrl": f"{AM.authorize}?{urlencode(_WORDS | onward)}"}
    # The platform has no such parameter; the mock's pages do, and a demo in a browser would lose it here.
    if "lang" in visit.request.args:
        onward["lang"] = visit.request.args["lang"]
    return onward
