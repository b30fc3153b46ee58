"""The scripted resident: does over HTTP what a person would do with a browser and a phone."""

from __future__ import annotations

import re
from typing import Any

import httpx

JSON = {"Accept": "application/json"}


class Resident:
    """One person in one browser session at the portal; ``persona`` is their key in the mocks' population."""

    def __init__(self, *, portal_url: str, mock_urls: dict[str, str], control_secret: str, persona: str) -> None:
        """``mock_urls`` maps a provider to its mock's address."""
        self._persona = persona
        self._mock_urls = mock_urls
        self._secret = control_secret
        self._browser = httpx.Client(base_url=portal_url, timeout=10.0, trust_env=False, headers=JSON)

    def close(self) -> None:
        """Close the browser."""
        self._browser.close()

    def speak(self, language: str) -> None:
        """Choose the portal's language."""
        self._browser.get("/", params={"lang": language}).raise_for_status()

    def log_in(self, provider: str) -> dict[str, Any]:
        """Log in at ``provider``: press the button, approve at the platform, come back."""
        return self.read(self.approve(provider, self.start(provider)))

    def start(self, provider: str, *, user_agent: str = "") -> str:
        """Press the button that logs in at ``provider`` and return where it leads."""
        headers = {"User-Agent": user_agent} if user_agent else {}
        hop = self._browser.post(f"/login/{provider}", data={"guard": self._guard()}, headers=headers)
        if hop.status_code != 303:
            raise RuntimeError(f"HTTP {hop.status_code}, expected 303: {hop.text[:300]}")
        return str(hop.headers["location"])

    def approve(self, provider: str, login_url: str, *, decision: str = "approve") -> str:
        """Answer at the platform and return the address that the browser is sent back to."""
        document = {"login_url": login_url, "persona": self._persona, "decision": decision}
        return str(self.steer(provider, "logins", document)["callback_url"])

    def steer(self, provider: str, name: str, document: dict[str, Any] | None = None) -> dict[str, Any]:
        """Use the mock's control API: what a person does with their phone there, and what the mock has seen."""
        reply = httpx.request(
            "GET" if document is None else "POST",
            f"{self._mock_urls[provider]}/__mock__/{name}",
            json=document,
            headers={"X-Mock-Secret": self._secret},
            timeout=10.0,
            trust_env=False,
        )
        reply.raise_for_status()
        answer: dict[str, Any] = reply.json()
        return answer

    def read(self, path: str, *, expected_status: int = 200) -> dict[str, Any]:
        """Open a page and return what it says."""
        return self._read(self._browser.get(path), expected_status)

    def status(self, path: str) -> int:
        """Open a page and return its HTTP status."""
        return self._browser.get(path).status_code

    def press(self, path: str, *, expected_status: int = 200, user_agent: str = "", **fields: str) -> dict[str, Any]:
        """Press a button: send its form with this session's guard, and return what the page says."""
        headers = {"User-Agent": user_agent} if user_agent else {}
        reply = self._browser.post(path, data={"guard": self._guard(), **fields}, headers=headers)
        return self._read(reply, expected_status)

    def press_for_status(self, path: str) -> int:
        """Press a button and return the HTTP status."""
        return self._browser.post(path, data={"guard": self._guard()}).status_code

    def phone(self) -> str:
        """Take the phone, open the one request that waits there, and return what the page says."""
        with httpx.Client(base_url=self._mock_urls["iamsmart"], timeout=10.0, trust_env=False) as phone:
            inbox = phone.get("/mock/phone", params={"persona": self._persona}).raise_for_status().text
            (path,) = re.findall(r'href="(/mock/request/[^"]+)"', inbox)
            return phone.get(path).raise_for_status().text

    def post(self, path: str, body: bytes) -> int:
        """Send JSON as another server would, and return the HTTP status."""
        return self._browser.post(path, content=body, headers={"Content-Type": "application/json"}).status_code

    def download(self, path: str) -> bytes:
        """Return a file."""
        reply = self._browser.get(path)
        reply.raise_for_status()
        return reply.content

    def _guard(self) -> str:
        return str(self._read(self._browser.get("/"))["guard"])

    def _read(self, reply: httpx.Response, expected_status: int = 200) -> dict[str, Any]:
        if reply.status_code != expected_status:
            # The portal's refusals are typed and hold nothing personal.
            raise RuntimeError(f"HTTP {reply.status_code}, expected {expected_status}: {reply.text[:300]}")
        page = reply.json()
        if not isinstance(page, dict):
            raise TypeError("the page is not an object")
        return page
