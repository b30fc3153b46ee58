"""The scripted resident: does over HTTP what a person would do with a browser and a phone."""

from __future__ import annotations

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
        hop = self._browser.post(f"/login/{provider}", data={"guard": self._guard()})
        approved = httpx.post(
            f"{self._mock_urls[provider]}/__mock__/logins",
            json={"login_url": hop.headers["location"], "persona": self._persona},
            headers={"X-Mock-Secret": self._secret},
            timeout=10.0,
            trust_env=False,
        )
        approved.raise_for_status()
        return self._read(self._browser.get(approved.json()["callback_url"]))

    def read(self, path: str) -> dict[str, Any]:
        """Open a page and return what it says."""
        return self._read(self._browser.get(path))

    def press(self, path: str, *, expected_status: int = 200, **fields: str) -> dict[str, Any]:
        """Press a button: send its form with this session's guard, and return what the page says."""
        reply = self._browser.post(path, data={"guard": self._guard(), **fields})
        return self._read(reply, expected_status)

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
