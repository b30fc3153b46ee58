"""The app's catalogue of services, as a page: choose who you are and which service to open (dossier 6.7).

Only direct login begins here; what it does is ``direct_login``.
"""

from __future__ import annotations

import hmac
from collections.abc import Sequence

from werkzeug.utils import redirect
from werkzeug.wrappers import Request, Response

from xbridge_mocks.iamsmart.device import device_of, form_word, mark
from xbridge_mocks.iamsmart.direct_login import DirectLogins
from xbridge_mocks.iamsmart.person_name import choices
from xbridge_mocks.iamsmart.refusal import Trail
from xbridge_mocks.iamsmart.registry import Registry
from xbridge_mocks.iamsmart.text import TEXTS
from xbridge_mocks.page import negotiate, render
from xbridge_mocks.persona import Persona
from xbridge_mocks.random_source import RandomSource

__all__ = ["CataloguePages"]


class CataloguePages:
    """Serves the catalogue and sends the browser on."""

    def __init__(
        self, *, personas: Sequence[Persona], random: RandomSource, registry: Registry, direct: DirectLogins
    ) -> None:
        self._people = tuple(person for person in personas if person.iamsmart is not None)
        self._random = random
        self._registry = registry
        self._direct = direct
        self._key = random.bytes(32)

    def show(self, request: Request, _: str, __: Trail) -> Response:
        """``GET /mock/catalogue``: the services that take direct logins."""
        lang = negotiate(request)
        device = device_of(request) or self._random.hex(16)
        services = [
            {"client_id": client.client_id, "name": client.name.in_language(lang), "version": version}
            for client in self._registry.all()
            for version, uri in (
                ("2", client.direct_login_uri), ("2app", client.direct_login_app_uri), ("1", client.get_state_uri),
            )
            if uri
        ]  # fmt: skip
        response = render(
            "iamsmart/catalogue.html", lang, request=request, catalogue=TEXTS, people=choices(self._people, lang),
            services=services, csrf=form_word(self._key, "catalogue", device),
        )  # fmt: skip
        mark(response, device)
        return response

    def open(self, request: Request, _: str, trail: Trail) -> Response:
        """``POST /mock/catalogue``: open the chosen service. Raises Refused."""
        device = device_of(request)
        given = request.form.get("csrf", "").encode("utf-8", "replace")
        lawful = bool(device) and hmac.compare_digest(given, form_word(self._key, "catalogue", device).encode())
        trail.require("csrf", lawful, "D20000", detail="the form is not one this device was given")
        client_id, _, version = request.form.get("service", "").partition(":")
        return _away(self._direct.open(client_id, request.form.get("persona", ""), version, request.url_root, trail))

    def resume(self, request: Request, token: str, trail: Trail) -> Response:
        """``GET /mock/direct/<token>``: the service's answer to getState; on to its callback. Raises Refused."""
        return _away(self._direct.resume(token, request.query_string.decode("latin-1"), trail))


def _away(address: str) -> Response:
    response = redirect(address, 302)
    response.headers["Cache-Control"] = "no-store"
    response.headers["Referrer-Policy"] = "no-referrer"
    return response
