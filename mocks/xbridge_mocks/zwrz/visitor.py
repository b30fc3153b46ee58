"""A scripted officer with a browser: opens the login page, signs in, and is sent back.

It reads the pages and submits their forms as a person would, without a socket; it has no back door.
"""

from __future__ import annotations

from html.parser import HTMLParser
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from werkzeug.test import Client, TestResponse

if TYPE_CHECKING:
    from _typeshed.wsgi import WSGIApplication

__all__ = ["DECISIONS", "LoginUnfinished", "Visitor"]

DECISIONS = ("approve", "app", "leave")
_HOPS = 5


class LoginUnfinished(ValueError):
    """The browser was not sent back to the service.  ``status`` is the status of the page it stayed on."""

    def __init__(self, reason: str, status: int) -> None:
        """Say why, in words that hold no value of the request."""
        super().__init__(f"{reason} (HTTP {status})")
        self.reason = reason
        self.status = status


class _Forms(HTMLParser):
    """The hidden fields of a page, where its form goes, and the officers offered there."""

    def __init__(self) -> None:
        super().__init__()
        self.hidden: dict[str, str] = {}
        self.offered: list[str] = []
        self.action = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Note the elements that matter."""
        given = {name: value or "" for name, value in attrs}
        if tag == "form":
            self.action = given.get("action", "")
        if tag == "input" and given.get("type") == "hidden":
            self.hidden[given["name"]] = given.get("value", "")
        if tag == "button" and given.get("name") == "persona":
            self.offered.append(given["value"])


class Visitor:
    """One officer with one browser: cookies stay with it from login to login."""

    def __init__(self, app: WSGIApplication, *, base_url: str) -> None:
        self._browser = Client(app)
        self._base_url = base_url

    def log_in(self, login_url: str, persona: str, *, decision: str = "approve") -> str:
        """Follow ``login_url`` and sign in as ``persona``; return the address the browser is sent back to.

        ``decision`` is ``approve``, ``app`` (through the office app) or ``leave``. With a live session the platform asks
        nothing. Raises LoginUnfinished when the browser stays with the platform, ValueError for anything unknown.
        """
        if decision not in DECISIONS:
            raise ValueError(f"a decision on this platform is one of {', '.join(DECISIONS)}")
        address = login_url
        for _ in range(_HOPS):
            page = self._browser.get(_path(address), base_url=self._base_url)
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
            return self._submit(address, page, persona, by_app=decision == "app")
        raise LoginUnfinished("too many redirects", 302)

    def _submit(self, address: str, page: TestResponse, persona: str, *, by_app: bool) -> str:
        """Pick ``persona`` on the page, confirm in the app where that is the way, and return where it leads."""
        forms = _read(page)
        if persona not in forms.offered:
            raise ValueError(f"the login page does not offer {persona!r}; it offers {', '.join(forms.offered)}")
        answer = self._post(address, {**forms.hidden, "app" if by_app else "persona": persona})
        if by_app and answer.status_code == 200:
            forms = _read(answer)
            answer = self._post(forms.action, forms.hidden)
        if answer.status_code != 302:
            raise LoginUnfinished("the browser was not sent back", answer.status_code)
        return answer.headers["Location"]

    def _post(self, address: str, form: dict[str, str]) -> TestResponse:
        return self._browser.post(_path(address), base_url=self._base_url, data=form)


def _read(page: TestResponse) -> _Forms:
    forms = _Forms()
    forms.feed(page.get_data(as_text=True))
    return forms


def _path(address: str) -> str:
    parts = urlsplit(address)
    return f"{parts.path}?{parts.query}" if parts.query else parts.path
