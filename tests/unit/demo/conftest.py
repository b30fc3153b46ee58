"""One stage for all tests of the demonstration: the processes are started once."""

from __future__ import annotations

from collections.abc import Iterator

import httpx
import pytest

from xbridge.demo.stage import Stage, open_stage


@pytest.fixture(scope="module")
def stage(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stage]:
    """Everything that runs in the demonstration."""
    with open_stage(tmp_path_factory.mktemp("stage") / "ledger.db") as opened:
        yield opened


class Browser:
    """A person's browser at the portal: pages as HTML, forms with their guard, logins approved at the mocks."""

    def __init__(self, stage: Stage, language: str) -> None:
        self.stage = stage
        self.http = httpx.Client(base_url=stage.portal_url, timeout=10.0, trust_env=False, follow_redirects=True)
        home = self.http.get("/", params={"lang": language}, headers={"Accept": "application/json"})
        self.guard = home.json()["guard"]

    def open(self, path: str) -> httpx.Response:
        """Open a page."""
        return self.http.get(path)

    def press(self, path: str, **fields: str) -> httpx.Response:
        """Press a button."""
        return self.http.post(path, data={"guard": self.guard, **fields})

    def log_in(self, provider: str, *, persona: str = "chan-tai-man", decision: str = "approve") -> httpx.Response:
        """Log in and come back to the portal."""
        hop = self.http.post(f"/login/{provider}", data={"guard": self.guard}, follow_redirects=False)
        approved = httpx.post(
            f"{self.stage.mock_urls[provider]}/__mock__/logins",
            json={"login_url": hop.headers["location"], "persona": persona, "decision": decision},
            headers={"X-Mock-Secret": self.stage.control_secret},
            trust_env=False,
        )
        return self.http.get(approved.raise_for_status().json()["callback_url"])


@pytest.fixture
def browser(stage: Stage, request: pytest.FixtureRequest) -> Iterator[Browser]:
    """A fresh browser, in the language of the test."""
    language = getattr(request, "param", "en")
    found = Browser(stage, language)
    yield found
    found.http.close()
