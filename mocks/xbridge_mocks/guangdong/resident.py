"""A scripted person with a browser: opens the login page, picks who they are, and is sent back.

For tests and demos. It reads the page and submits its form as a person would, through the WSGI application and
without a socket; it has no back door, so a page that does not work fails here too.
"""

from __future__ import annotations

from html.parser import HTMLParser
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from werkzeug.test import Client, TestResponse

if TYPE_CHECKING:
    from _typeshed.wsgi import WSGIApplication

_HOPS = 5


class LoginUnfinished(ValueError):
    """The browser was not sent back to the service.  ``status`` is the status of the page it stayed on."""

    def __init__(self, reason: str, status: int) -> None:
        """Say why, in words that hold no value of the request."""
        super().__init__(f"{reason} (HTTP {status})")
        self.reason = reason
        self.status = status


class _LoginForm(HTMLParser):
    """The hidden mark of the form in which a persona can be picked, and the personas offered there."""

    def __init__(self) -> None:
        super().__init__()
        self.mark = ""
        self.offered: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Note the two kinds of element that matter."""
        given = dict(attrs)
        if tag == "input" and given.get("name") == "form_mark":
            self.mark = given.get("value") or ""
        if tag == "button" and given.get("name") == "persona":
            self.offered.append(given.get("value") or "")


class Resident:
    """One person with one browser: cookies stay with it from login to login."""

    def __init__(self, app: WSGIApplication, *, base_url: str) -> None:
        """Open a browser without cookies.  ``base_url`` is the origin under which the mock is known."""
        self._app = app
        self._browser = Client(app)
        self._base_url = base_url

    def log_in(self, login_url: str, persona: str, *, decision: str = "approve") -> str:
        """Follow ``login_url`` and sign in as ``persona``; return the address the browser is sent back to.

        With a live session the platform asks nothing, and the persona is whoever signed in before.

        ``decision`` is ``approve``, ``scan`` (the same, with a phone), ``refuse`` (on that phone) or ``leave``.
        Raises LoginUnfinished when the browser stays with the platform, and ValueError for a persona the page does
        not offer or another decision.
        """
        if decision not in {"approve", "scan", "refuse", "leave"}:
            raise ValueError("a decision on this platform is approve, scan, refuse or leave")
        address = login_url
        for _ in range(_HOPS):
            page = self._get(address)
            if page.status_code == 302:
                address = page.headers["Location"]
                # The platform's own redirects are relative; an absolute address belongs to the service.
                if urlsplit(address).netloc:
                    return address
                continue
            if page.status_code != 200:
                raise LoginUnfinished("the platform refused the request", page.status_code)
            if decision == "leave":
                raise LoginUnfinished("the person left the login page", page.status_code)
            if decision == "approve":
                return self._submit(address, page, persona)
            return self._scan(address, page, persona, "confirm" if decision == "scan" else decision)
        raise LoginUnfinished("too many redirects", 302)

    def _submit(self, address: str, page: TestResponse, persona: str) -> str:
        """Pick ``persona`` on the page and return where that leads."""
        form = _read(page, persona)
        answer = self._browser.post(
            self._path(address), base_url=self._base_url, data={"form_mark": form.mark, "persona": persona}
        )
        if answer.status_code != 302:
            raise LoginUnfinished("the browser was not sent back", answer.status_code)
        return answer.headers["Location"]

    def _scan(self, address: str, page: TestResponse, persona: str, decision: str) -> str:
        """Scan the code with a phone of its own, decide there, and return where that leads the browser."""
        mark = _read(page, persona).mark
        shown = self._browser.post(
            self._path(address), base_url=self._base_url, data={"form_mark": mark, "way": "scan"}
        )
        desk = shown.headers.get("Location", "")
        if shown.status_code != 303:
            raise LoginUnfinished("no code was shown", shown.status_code)
        phone, held = Client(self._app), desk.replace("/scan/", "/phone/")
        for step, form in (("scan", {"persona": persona}), ("decision", {"decision": decision})):
            word = _read(phone.get(held, base_url=self._base_url)).mark
            phone.post(f"{held}/{step}", base_url=self._base_url, data={"form_mark": word, **form})
        answer = self._get(f"{desk}/continue")
        if answer.status_code != 302:
            raise LoginUnfinished("the browser was not sent back", answer.status_code)
        return answer.headers["Location"]

    def _get(self, address: str) -> TestResponse:
        return self._browser.get(self._path(address), base_url=self._base_url)

    def _path(self, address: str) -> str:
        parts = urlsplit(address)
        return f"{parts.path}?{parts.query}" if parts.query else parts.path


def _read(page: TestResponse, persona: str | None = None) -> _LoginForm:
    """Read a page's forms.  Raises ValueError for a persona that is not offered on it."""
    form = _LoginForm()
    form.feed(page.get_data(as_text=True))
    if persona is not None and persona not in form.offered:
        raise ValueError(f"the login page does not offer {persona!r}; it offers {', '.join(form.offered)}")
    return form
