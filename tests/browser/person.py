"""A person at a device: a browser context of its own, whose every page is looked at with care.

Finds things as a person does, by what they are called.  It knows no page; the tests do.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Literal
from urllib.parse import urlsplit

from tests.browser.accessibility import audit
from xbridge_mocks.text import Language

if TYPE_CHECKING:
    from playwright.sync_api import BrowserContext, ConsoleMessage, Locator, Request, Response, WebError

LOCALES: dict[Language, str] = {"en": "en-HK", "zh-Hant": "zh-HK", "zh-Hans": "zh-CN"}
_NOT_FETCHED = frozenset({"about", "blob", "data"})
_DRAWN = re.compile(r"<svg.*?</svg>|[A-Za-z0-9_-]{16,}|\d+", re.DOTALL)
_APPROVED: set[str] = set()
Role = Literal["button", "link"]


class Person:
    """One person who reads ``language``, with one page open.

    ``press`` and ``open`` judge the page they lead to, by the basics of ``accessibility`` and by what the browser
    complained about; ``leave`` is for buttons that lead to a page that is not ours.
    """

    def __init__(self, context: BrowserContext, language: Language) -> None:
        self.language = language
        self._complaints: list[tuple[str, str]] = []
        self._refusals: set[str] = set()
        context.on("console", self._hear)
        context.on("weberror", self._stumble)
        context.on("request", self._follow)
        context.on("response", self._note)
        self._context = context
        self.page = context.new_page()

    def open(self, address: str) -> None:
        """Type an address."""
        self.page.goto(address)
        self.look()

    def press(self, name: str, role: Role = "button", *, within: Locator | None = None) -> None:
        """Press what is called ``name`` and look at the page it leads to."""
        self.leave(name, role, within=within)
        self.look()

    def leave(self, name: str, role: Role = "button", *, within: Locator | None = None) -> None:
        """Press what is called ``name`` and wait for the page it leads to."""
        with self.arrival():
            self.find(role, name, within=within).click()

    def stop_the_clock(self) -> None:
        """Let time stand still for the scripts of the pages to come; ``wait`` moves it."""
        self.page.clock.install(time=0)
        self.page.clock.pause_at(1)

    def wait(self, milliseconds: int) -> None:
        """Let time pass for the scripts of the page, at once."""
        self.page.clock.fast_forward(milliseconds)

    @contextmanager
    def arrival(self) -> Iterator[None]:
        """Wait until the page to which the block leads has loaded."""
        with self.page.expect_navigation():
            yield

    def find(self, role: Role, name: str, *, within: Locator | None = None) -> Locator:
        """Return the one control that is called exactly ``name``."""
        return (within or self.page).get_by_role(role, name=name, exact=True)

    def field(self, label: str) -> Locator:
        """Return the field with exactly this label."""
        return self.page.get_by_label(label, exact=True)

    def sees(self, text: str, *, within: Locator | None = None) -> None:
        """Expect one place of the page to say ``text``.  Raises ``AssertionError``."""
        from playwright.sync_api import expect

        expect(within or self.page.locator("body")).to_contain_text(text)

    def tab_to(self, name: str, *, at_most: int = 40) -> None:
        """Press Tab until the control called ``name`` has the focus.  Raises ``AssertionError`` if it never has."""
        told = "e => (e.labels && e.labels.length ? e.labels[0] : e).textContent.trim()"
        for _ in range(at_most):
            self.page.keyboard.press("Tab")
            if self.page.evaluate(f"({told})(document.activeElement)") == name:
                return
        raise AssertionError(f"the Tab key does not lead to {name!r}")

    def download(self, name: str, to: Path, *, within: Locator | None = None) -> Path:
        """Press the link called ``name``, which gives a file; keep it below ``to`` under the name it suggests."""
        with self.page.expect_download() as waiting:
            self.find("link", name, within=within).click()
        kept = to / waiting.value.suggested_filename
        waiting.value.save_as(kept)
        return kept

    def look(self) -> None:
        """Judge the page that is open, unless the same page has passed before in this run.

        Raises ``AssertionError`` with everything that is wrong with it.
        """
        wrong = self.take_complaints()
        # What differs from login to login (tokens, times, ports) does not make another page.
        page = self.language + _DRAWN.sub("", self.page.content())
        if page not in _APPROVED:
            wrong += audit(self.page, self.language)
        if not wrong:
            _APPROVED.add(page)
        assert not wrong, f"{urlsplit(self.page.url).path} ({self.language}): {'; '.join(wrong)}"

    def take_complaints(self) -> list[str]:
        """Return, once, what the browser had to complain about, on whatever page.

        It also reports that a page came with an error status; that is what a refusal is, so it does not count.
        """
        told, self._complaints = self._complaints, []
        return [text for text, address in told if address not in self._refusals]

    def photograph(self, file: Path) -> None:
        """Keep a picture of the page that is open."""
        self.page.screenshot(path=file, full_page=True)

    def close(self) -> None:
        """Switch the device off."""
        self._context.close()

    def _hear(self, message: ConsoleMessage) -> None:
        if message.type in {"error", "warning"}:
            self._complaints.append((f"console: {message.text}", message.location["url"]))

    def _stumble(self, error: WebError) -> None:
        self._complaints.append((f"script: {error.error}", ""))

    def _follow(self, request: Request) -> None:
        parts = urlsplit(request.url)
        if parts.scheme not in _NOT_FETCHED and parts.hostname != "127.0.0.1":
            self._complaints.append((f"a request left this machine: {parts.scheme}://{parts.netloc}", ""))

    def _note(self, response: Response) -> None:
        if response.status >= 400 and response.request.is_navigation_request():
            self._refusals.add(response.url)
