"""The pages of a login: the QR page, the mock phone beside it or on another device, and the way back.

They work without JavaScript; the script only saves a press of a button when a second device decided. Which requests may
start a login is ``authorization``; what a login remembers is ``login``.
"""

from __future__ import annotations

import hmac
import json
from collections.abc import Sequence
from urllib.parse import quote, urlsplit

import segno
from markupsafe import Markup
from werkzeug.utils import redirect
from werkzeug.wrappers import Request, Response

from xbridge_mocks.clock import MockClock
from xbridge_mocks.iamsmart.authorization import SCHEME_SOURCES, SOURCES, check_authorization
from xbridge_mocks.iamsmart.callback import callback_address
from xbridge_mocks.iamsmart.device import device_of, mark
from xbridge_mocks.iamsmart.field_row import FieldRow, field_rows
from xbridge_mocks.iamsmart.grant import Grants
from xbridge_mocks.iamsmart.inquiry import Inquiries
from xbridge_mocks.iamsmart.login import Login, Logins
from xbridge_mocks.iamsmart.person_name import choices, person_name
from xbridge_mocks.iamsmart.refusal import Refused, Trail
from xbridge_mocks.iamsmart.registry import Registry
from xbridge_mocks.iamsmart.setting import IamSmartMockSettings
from xbridge_mocks.iamsmart.signing_view import SigningView, signing_view
from xbridge_mocks.iamsmart.text import TEXTS
from xbridge_mocks.page import negotiate, render
from xbridge_mocks.persona import Persona
from xbridge_mocks.random_source import RandomSource
from xbridge_mocks.text import Language

__all__ = ["CODE_HEADER", "LoginPages"]

CODE_HEADER = "X-Xbridge-Mock-Code"
_PATIENCE_SCRIPT = """
(function () {
  var box = document.querySelector("[data-qr-token]");
  if (!box) { return; }
  var at = "/mock/qr/" + box.getAttribute("data-qr-token"), seen = box.getAttribute("data-phase");
  function look() {
    fetch(at + "/status", { credentials: "same-origin" })
      .then(function (reply) { return reply.ok ? reply.json() : null; })
      .then(function (news) {
        if (news && news.decided) { window.location = at + "/continue"; }
        else if (news && news.phase !== seen) { window.location = at; }
        else { window.setTimeout(look, 2000); }
      })
      .catch(function () { window.setTimeout(look, 5000); });
  }
  window.setTimeout(look, 2000);
})();
"""


class LoginPages:
    """Serves the pages and turns a person's presses into a login's next phase."""

    def __init__(
        self,
        *,
        clock: MockClock,
        personas: Sequence[Persona],
        random: RandomSource,
        settings: IamSmartMockSettings,
        registry: Registry,
        logins: Logins,
        grants: Grants,
        inquiries: Inquiries,
    ) -> None:
        self._clock = clock
        self._people = tuple(person for person in personas if person.iamsmart is not None)
        self._random = random
        self._settings = settings
        self._registry = registry
        self._logins = logins
        self._grants = grants
        self._inquiries = inquiries

    def index(self, request: Request, _: str, __: Trail) -> Response:
        """A page that says what this server is and who lives in it."""
        lang = negotiate(request)
        return render(
            "iamsmart/index.html", lang, request=request, catalogue=TEXTS, people=choices(self._people, lang)
        )  # fmt: skip

    def get_qr(self, request: Request, _: str, trail: Trail) -> Response:
        """``GET /api/v1/auth/getQR``: start a login and show its code. Raises Refused, and then redirects nowhere."""
        return self.start(request, trail)[0]

    def app_auth(self, request: Request, _: str, trail: Trail) -> Response:
        """``GET /mock/app/auth``: what the app does when a page opens ``<scheme>://auth?…`` on the same phone."""
        return self.start(request, trail, SCHEME_SOURCES)[0]

    def desk(self, request: Request, token: str, trail: Trail) -> Response:
        """The QR page again, for the browser that began."""
        login = self.own(request, token, trail)
        return self._desk(request, login, login.browser)

    def status(self, request: Request, token: str, trail: Trail) -> Response:
        """The phase as JSON, for the waiting browser; 429 when it asks too often."""
        login = self.own(request, token, trail)
        if not self._logins.may_poll(login):
            return Response('{"error":"too_many_requests"}', status=429, content_type="application/json")
        news = json.dumps({"phase": login.phase, "decided": login.decided})
        return Response(news, content_type="application/json", headers={"Cache-Control": "no-store"})

    def finish(self, request: Request, token: str, trail: Trail) -> tuple[Response, str]:
        """Send the browser that began back to the service, once. Also returns the result code."""
        login = self.own(request, token, trail)
        if not login.decided:
            return _see_other(f"/mock/qr/{token}"), ""
        trail.require("once", not login.delivered, "D20004", detail="the browser was sent back before")
        login.delivered = True
        address, code = callback_address(
            login, grants=self._grants, settings=self._settings, random=self._random, trail=trail,
            now_ms=self._clock.now_ms(),
        )  # fmt: skip
        response = redirect(address, 302)
        response.headers["Cache-Control"] = "no-store"
        response.headers["Referrer-Policy"] = "no-referrer"
        return response, code

    def phone(self, request: Request, token: str, trail: Trail) -> Response:
        """The mock phone as a page of its own, for a device that followed the QR code."""
        login = self._find(token, trail)
        device = device_of(request) or self._random.hex(16)
        response = self._render("iamsmart/phone.html", request, login, device, "phone")
        mark(response, device)
        return response

    def scan(self, request: Request, token: str, trail: Trail) -> Response:
        """Take the press on "scan": from now on this phone holds the login, as the chosen person."""
        login, device, at = self.pressed(request, token, trail)
        chosen = [person for person in self._people if person.key == request.form.get("persona")]
        trail.require("persona", bool(chosen), "D20003", parameter="persona", detail="nobody with iAM Smart")
        trail.require(
            "single_scan", self._logins.scan(login, device, chosen[0]), "D20004", detail="scanned before, or too late"
        )
        return _see_other(f"/mock/{'qr' if at == 'desk' else 'phone'}/{token}")

    def decide(self, request: Request, token: str, trail: Trail) -> Response:
        """Take the press on "agree", "refuse" or "cancel" from the phone that scanned."""
        login, device, at = self.pressed(request, token, trail)
        decision = request.form.get("decision", "")
        taken = self._logins.decide(login, device, decision)
        trail.require("decision", taken, "D20003", parameter="decision", detail="not this phone's, too late or unknown")
        return _see_other(f"/mock/qr/{token}/continue" if at == "desk" else f"/mock/phone/{token}")

    def error(self, request: Request, refused: Refused) -> Response:
        """The page that says no. Its status is 400 (the real one is UNKNOWN)."""
        reasons = {"D20008": "error.redirect", "D20000": "error.device", "D20004": "error.device"}
        # The address of a form takes no GET, so from its page another language leads to the phone's.
        here = quote(request.path.rpartition("/")[0]) if request.method == "POST" else ""
        response = render(
            "iamsmart/error.html", negotiate(request), request=request, status=400, catalogue=TEXTS, here=here,
            code=refused.code, parameter=refused.parameter, reason=reasons.get(refused.code, "error.general"),
        )  # fmt: skip
        response.headers[CODE_HEADER] = refused.code
        return response

    def start(self, request: Request, trail: Trail, sources: frozenset[str] = SOURCES) -> tuple[Response, Login]:
        """Check the query of ``request`` and start a login: its page, and the login. Raises Refused."""
        asked = check_authorization(
            request.args, self._registry, self._inquiries, self._settings, trail, sources=sources
        )
        login = self._logins.start(asked, device_of(request) or self._random.hex(16))
        response = self._desk(request, login, login.browser)
        mark(response, login.browser)
        return response, login

    def csrf(self, login: Login, device: str) -> str:
        """The word that a form about ``login`` on ``device`` must bring back."""
        return self._logins.csrf(login, device)

    def own(self, request: Request, token: str, trail: Trail) -> Login:
        """The login that began in the browser that asks. Raises Refused."""
        login = self._find(token, trail)
        own = hmac.compare_digest(device_of(request).encode(), login.browser.encode())
        trail.require("same_browser", own, "D20000", detail="not the browser that began")
        return login

    def pressed(self, request: Request, token: str, trail: Trail) -> tuple[Login, str, str]:
        """The login, device and place ("desk" or "phone") of a form that was pressed. Raises Refused."""
        login, device = self._find(token, trail), device_of(request)
        given = request.form.get("csrf", "").encode("utf-8", "replace")
        lawful = bool(device) and hmac.compare_digest(given, self._logins.csrf(login, device).encode())
        trail.require("csrf", lawful, "D20000", detail="the form is not one this device was given")
        at = request.form.get("at", "")
        return login, device, "desk" if at == "desk" and device == login.browser else "phone"

    def _find(self, token: str, trail: Trail) -> Login:
        login = self._logins.find(token)
        trail.require("login", login is not None, "D20000", detail="no such login")
        if login is None:
            raise Refused("D20000")
        return login

    def _desk(self, request: Request, login: Login, device: str) -> Response:
        return self._render("iamsmart/login.html", request, login, device, "desk")

    def _render(self, template: str, request: Request, login: Login, device: str, at: str) -> Response:
        lang = negotiate(request)
        show_code = at == "desk" and login.phase == "waiting"
        phone_url = f"{request.url_root}mock/phone/{login.token}"
        return render(
            template, lang, request=request, catalogue=TEXTS,
            here=f"/mock/{'qr' if at == 'desk' else 'phone'}/{login.token}",
            script=_PATIENCE_SCRIPT if at == "desk" and not login.decided else "",
            login=login, at=at, csrf=self._logins.csrf(login, device), mine=login.phone == device,
            people=choices(self._people, lang), person_name=person_name(login.persona, lang) if login.persona else "",
            service=login.asked.client.name.in_language(lang), host=urlsplit(login.asked.redirect_uri).netloc,
            time=self._clock.now().strftime("%Y-%m-%d %H:%M:%S UTC"),
            phone_url=phone_url, qr_ttl_s=self._settings.qr_ttl_s,
            rows=self._rows(login, lang), signing=self._signing(login), done=self._done(login),
            qr=_qr(phone_url) if show_code else "",
        )  # fmt: skip

    def _rows(self, login: Login, lang: Language) -> list[FieldRow]:
        inquiry = login.asked.inquiry
        return field_rows(inquiry, login.persona, lang, now_ms=self._clock.now_ms()) if inquiry else []

    def _signing(self, login: Login) -> SigningView | None:
        inquiry = login.asked.inquiry
        return signing_view(inquiry, login.persona, self._grants, self._settings) if inquiry else None

    def _done(self, login: Login) -> str:
        signing = self._signing(login) if login.phase == "approved" else None
        return (signing.impediment or "signed") if signing else login.phase


def _qr(text: str) -> Markup:
    # Any mask makes a valid code; choosing the prettiest of the eight would take most of the time of a login.
    drawn = segno.make_qr(text, error="m", mask=4).svg_inline(
        scale=6, border=3, dark="#000", light="#fff", omitsize=True
    )
    return Markup(drawn)  # noqa: S704 - a drawing made of numbers; the text in it is dots, not characters


def _see_other(path: str) -> Response:
    return redirect(path, 303)
