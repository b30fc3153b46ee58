"""A visitor who walks through the pages as a person would: for tests and scripted demos.

It reads the forms from the HTML and presses their buttons, inside the process, so that a scripted login passes every
check a browser's would. It knows nothing of the mock's insides.
"""

from __future__ import annotations

import re
from html.parser import HTMLParser
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from werkzeug.test import Client, TestResponse

from xbridge_mocks.iamsmart.login_page import CODE_HEADER
from xbridge_mocks.iamsmart.refusal import LoginRefused

if TYPE_CHECKING:
    from _typeshed.wsgi import WSGIApplication

__all__ = ["walk_through"]


class _Forms(HTMLParser):
    """Collects the forms that are posted: where they go, and their hidden fields."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.found: list[tuple[str, dict[str, str]]] = []
        self._posted = False
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Note a form that is posted, and the hidden fields inside one."""
        given = {name: value or "" for name, value in attrs}
        if tag == "form":
            self._posted = given.get("method") == "post"
            if self._posted:
                self.found.append((given["action"], {}))
        elif tag == "input" and self._posted and given.get("type") == "hidden":
            self.found[-1][1][given["name"]] = given["value"]


def walk_through(
    app: WSGIApplication, login_url: str, persona: str, decision: str, base_url: str, **further: str
) -> str:
    """Open ``login_url``, scan as ``persona``, decide, and return the address the browser is sent to.

    Where a form follows the decision, its button ``further`` is pressed.

    Raises LoginRefused when a page refuses on the way.
    """
    browser = Client(app)
    parts = urlsplit(login_url)
    page = browser.get(parts.path, query_string=parts.query, base_url=base_url)
    page = _press(browser, page, base_url, persona=persona)
    page = browser.get(_local(page), base_url=base_url)
    page = _press(browser, page, base_url, decision=decision)
    page = browser.get(_local(page), base_url=base_url)
    if further and page.status_code == 200:
        page = _press(browser, page, base_url, **further)
        page = browser.get(_local(page), base_url=base_url)
    if page.status_code != 302:
        raise _refusal(page)
    return page.headers["Location"]


def _press(browser: Client, page: TestResponse, base_url: str, **button: str) -> TestResponse:
    if page.status_code != 200:
        raise _refusal(page)
    forms = _Forms(page.get_data(as_text=True)).found
    if not forms:
        raise _refusal(page)
    action, hidden = forms[0]
    return browser.post(action, data={**hidden, **button}, base_url=base_url)


def _local(page: TestResponse) -> str:
    if page.status_code != 303:
        raise _refusal(page)
    return re.sub(r"^https?://[^/]+", "", page.headers["Location"])


def _refusal(page: TestResponse) -> LoginRefused:
    return LoginRefused(page.headers.get(CODE_HEADER, "none"), page.status_code)
