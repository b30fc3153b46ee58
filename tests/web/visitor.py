"""A person with a browser at an example: opens pages, presses the buttons that are there, answers on the phone.

The phone is the mock's control API.  Nothing here knows the library.
"""

from __future__ import annotations

from html.parser import HTMLParser
from types import TracebackType
from typing import Any, Self

import httpx

from examples.stage import Mocks

PERSON = "chan-tai-man"


class Page(HTMLParser):
    """A page as a browser sees it: its one form, and its words."""

    def __init__(self, reply: httpx.Response) -> None:
        super().__init__()
        self.action = ""
        self.fields: dict[str, str] = {}
        self.links: list[dict[str, str]] = []
        self.words = ""
        self.feed(reply.text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Note forms, hidden fields and links."""
        held = {name: value or "" for name, value in attrs}
        if tag == "form":
            self.action = held["action"]
        elif tag == "input":
            self.fields[held["name"]] = held["value"]
        elif tag == "a":
            self.links.append(held)

    def handle_data(self, data: str) -> None:
        """Note words."""
        self.words += f" {data.strip()}" if data.strip() else ""


class Visitor:
    """One person."""

    def __init__(self, url: str, mocks: Mocks) -> None:
        self.url = url
        self.mocks = mocks
        self.http = httpx.Client(base_url=url, timeout=10, trust_env=False)

    def __enter__(self) -> Self:
        """Return the person."""
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Close the browser."""
        self.http.close()

    def home(self) -> Page:
        """Open the service."""
        return Page(self.http.get("/").raise_for_status())

    def press(self, page: Page, **instead: str) -> httpx.Response:
        """Press the button of a page; ``instead`` changes its fields."""
        return self.http.post(page.action, data={**page.fields, **instead})

    def log_in(self, decision: str = "approve") -> httpx.Response:
        """Log in with iAM Smart, and come back."""
        away = self.press(self.home())
        assert away.status_code == 303, away.text
        said = {"login_url": away.headers["location"], "persona": PERSON, "decision": decision}
        return self.http.get(self.mocks.control("logins", said)["callback_url"])

    def ask(self) -> str:
        """Press the button of the form, and return the address of the wait page."""
        waits = self.press(self.home())
        assert waits.status_code == 303, waits.text
        address: str = waits.headers["location"]
        assert address.startswith(f"{self.url}/iamsmart/wait/")
        return address

    def decide(self, wait_address: str, decision: str = "approve") -> list[int]:
        """Answer on the phone; return what the service said to the platform's callback."""
        answer: dict[str, Any] = self.mocks.control(
            "decisions", {"business_id": wait_address.rpartition("/")[2], "decision": decision}
        )
        statuses: list[int] = answer["statuses"]
        return statuses
