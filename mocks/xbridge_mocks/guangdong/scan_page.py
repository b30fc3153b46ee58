"""The pages of signing in with 粤省事: the code on the screen, the mock phone, and the way back.

They work without scripts, by a button; the script only saves the press when a phone of its own decided. The real app,
its code and its words are UNKNOWN: all of this stands under ``/mock/``.
"""

from __future__ import annotations

import hmac
import json
from functools import partial
from urllib.parse import urlsplit

import segno
from markupsafe import Markup
from werkzeug.wrappers import Response

from xbridge_mocks.guangdong.account import SCAN
from xbridge_mocks.guangdong.callback import finish_login
from xbridge_mocks.guangdong.destination import Destination
from xbridge_mocks.guangdong.display_name import display_name
from xbridge_mocks.guangdong.platform import Platform
from xbridge_mocks.guangdong.scan import Scan
from xbridge_mocks.guangdong.setting import Kind
from xbridge_mocks.guangdong.visit import Visit
from xbridge_mocks.guangdong.wording import WORDING
from xbridge_mocks.page import negotiate, render

_PATIENCE_SCRIPT = """
(function () {
  var box = document.querySelector("[data-scan-token]");
  if (!box) { return; }
  var at = "/mock/scan/" + box.getAttribute("data-scan-token"), seen = box.getAttribute("data-phase");
  function look() {
    fetch(at + "/status", { credentials: "same-origin" })
      .then(function (reply) { return reply.ok ? reply.json() : null; })
      .then(function (news) {
        if (news && news.phase === "confirmed") { window.location = at + "/continue"; }
        else if (news && news.phase !== seen) { window.location = at; }
        else { window.setTimeout(look, 2000); }
      })
      .catch(function () { window.setTimeout(look, 5000); });
  }
  window.setTimeout(look, 2000);
})();
"""


def begin_scan(platform: Platform, visit: Visit, destination: Destination) -> Response:
    """Start a sign-in by scanning, from a login page whose form was checked: on to the page with the code."""
    scan = platform.scans.start(
        destination, visit.generation, browser=platform.device(visit), login_page=visit.request.full_path
    )
    return _see_other(f"/mock/scan/{scan.token}")


def scan_desk(platform: Platform, visit: Visit) -> Response:
    """Show the code, or how far it has come, to the browser that began.  Raises Refused."""
    visit.require("method", visit.request.method in {"GET", "HEAD"}, Kind.METHOD, "only GET")
    scan = _own(platform, visit)
    return _page(platform, visit, scan, "guangdong/scan.html", script=_PATIENCE_SCRIPT if scan.open else "")


def scan_status(platform: Platform, visit: Visit) -> Response:
    """Say how far it has come, as JSON, to the browser that began.  Raises Refused."""
    visit.require("method", visit.request.method in {"GET", "HEAD"}, Kind.METHOD, "only GET")
    news = json.dumps({"phase": _own(platform, visit).phase})
    return Response(news, content_type="application/json", headers={"Cache-Control": "no-store"})


def scan_continue(platform: Platform, visit: Visit) -> Response:
    """Sign the browser that began in, once, and send it back to the service.  Raises Refused."""
    visit.require("method", visit.request.method == "GET", Kind.METHOD, "only GET")
    scan = _own(platform, visit)
    if not platform.scans.finish(scan.token):
        return _see_other(f"/mock/scan/{scan.token}")
    visit.generation = scan.generation
    return finish_login(platform, visit, scan.destination, scan.persona, account_type=SCAN)


def scan_phone(platform: Platform, visit: Visit) -> Response:
    """Show the mock phone, on whatever device followed the code.  Raises Refused."""
    visit.require("method", visit.request.method in {"GET", "HEAD"}, Kind.METHOD, "only GET")
    return _page(platform, visit, _known(platform, visit), "guangdong/phone.html")


def scan_pick(platform: Platform, visit: Visit) -> Response:
    """Take the press on "scan": from now on this phone holds the code, as the chosen person.  Raises Refused."""
    scan, device = _pressed(platform, visit)
    person = platform.holder(visit.single(visit.request.form, "persona"))
    if person is None:
        visit.refuse("persona", Kind.REQUEST, "nobody with an account")
    visit.passed("persona", person.key)
    visit.require("scan", platform.scans.take(scan.token, device, person.key), Kind.SCAN, "scanned before, or too late")
    return _back(visit, scan, device)


def scan_decide(platform: Platform, visit: Visit) -> Response:
    """Take the press on "confirm" or "refuse" from the phone that scanned.  Raises Refused."""
    scan, device = _pressed(platform, visit)
    decision = visit.single(visit.request.form, "decision")
    taken = platform.scans.decide(scan.token, device, decision)
    visit.require("decision", taken, Kind.SCAN, "another phone, unknown word, or too late")
    return _back(visit, scan, device)


def _known(platform: Platform, visit: Visit) -> Scan:
    scan = platform.scans.find(visit.token)
    if scan is None:
        visit.refuse("scan", Kind.SCAN, "no such code")
    return scan


def _own(platform: Platform, visit: Visit) -> Scan:
    """Return the scan that began in the browser that asks.  Raises Refused."""
    scan = _known(platform, visit)
    same = hmac.compare_digest(platform.device(visit).encode("utf-8", "replace"), scan.browser.encode())
    visit.require("same_browser", same, Kind.FORM, "not the browser that began")
    return scan


def _pressed(platform: Platform, visit: Visit) -> tuple[Scan, str]:
    """Return the scan and the device of a form that was pressed on a phone.  Raises Refused."""
    visit.require("method", visit.request.method == "POST", Kind.METHOD, "only POST")
    scan = _known(platform, visit)
    platform.require_form(visit, "scan", scan.token)
    return scan, platform.device(visit)


def _back(visit: Visit, scan: Scan, device: str) -> Response:
    """Return to the page whose form was pressed: the desk shows a phone beside its code, too."""
    at_desk = visit.request.form.get("at") == "desk" and device == scan.browser
    if at_desk and scan.phase == "confirmed":
        return _see_other(f"/mock/scan/{scan.token}/continue")
    return _see_other(f"/mock/{'scan' if at_desk else 'phone'}/{scan.token}")


def _page(platform: Platform, visit: Visit, scan: Scan, template: str, *, script: str = "") -> Response:
    """Return a page about ``scan``; its forms belong to the device that asks."""
    lang, device = negotiate(visit.request), platform.device(visit)
    address = f"{visit.request.url_root}mock/phone/{scan.token}"
    response = render(
        template,
        lang,
        request=visit.request,
        catalogue=WORDING,
        script=script,
        scan=scan,
        at="desk" if visit.operation == "scan_desk" else "phone",
        mine=scan.phone == device,
        service=scan.destination.service.name.in_language(lang),
        host=urlsplit(scan.destination.registered).netloc,
        people=platform.account_holders(),
        person=platform.holder(scan.persona),
        name_of=partial(display_name, lang=lang),
        form_mark=platform.guard.mark(device, "scan", scan.token),
        phone_address=address,
        lifetime_s=platform.settings.scan_lifetime_s,
        qr=_drawn(address) if scan.phase == "waiting" else "",
    )
    return platform.keep_device(visit, response, device)


def _drawn(text: str) -> Markup:
    # Any mask makes a valid code; choosing the prettiest of the eight would take most of the time.
    made = segno.make_qr(text, error="m", mask=4)
    return Markup(made.svg_inline(scale=6, border=3, dark="#000", light="#fff", omitsize=True))  # noqa: S704 - numbers


def _see_other(path: str) -> Response:
    return Response(status=303, headers={"Location": path, "Cache-Control": "no-store"})
