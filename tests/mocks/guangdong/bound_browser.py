"""A person's browser at the Guangdong mock, connected to the iAM Smart mock of the same world, without sockets."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from urllib.parse import parse_qs, urlsplit

from werkzeug.test import Client, TestResponse

from xbridge_mocks import GuangdongMockSettings, MockClock, MockWorld
from xbridge_mocks.guangdong.iamsmart_login import BINDING_PATH, IamSmartLogin
from xbridge_mocks.guangdong.route import PSCP
from xbridge_mocks.journal import Check

GUANGDONG, IAMSMART, SERVICE = "http://guangdong.test", "http://iamsmart.test", "https://svc.test/cb"


class Town:
    """One world with both mocks, connected, and one service of the Guangdong mock."""

    def __init__(self, **settings: object) -> None:
        """``settings`` are those of the Guangdong mock."""
        self.world = MockWorld(
            clock=MockClock(datetime(2030, 1, 2, 3, 4, 5, tzinfo=UTC)),
            seed=1,
            guangdong_settings=GuangdongMockSettings(**settings),  # type: ignore[arg-type]
        )
        self.door: IamSmartLogin = self.world.connect(iamsmart_url=IAMSMART, guangdong_url=GUANGDONG)
        self.service = self.world.guangdong.register_client(name="Enquiry", redirect_uris=[SERVICE])

    def browser(self, language: str = "en") -> Browser:
        """A fresh browser."""
        return Browser(self, language)

    def moves(self) -> list[str]:
        """What the journal says about bindings, in order."""
        return [
            check.detail
            for entry in self.world.guangdong.journal.entries()
            for check in entry.checks
            if check.name == "binding"
        ]

    def last_checks(self) -> tuple[Check, ...]:
        """The checks of the last request."""
        return self.world.guangdong.journal.entries()[-1].checks

    def ways(self, persona: str = "chan-tai-man") -> list[tuple[str, str]]:
        """The ways of an account, as level and code."""
        return [(way.level, way.code) for way in self.world.guangdong.account(persona).ways]


class Browser:
    """One browser: its cookies, and what a person does with it."""

    def __init__(self, town: Town, language: str) -> None:
        """Start without cookies."""
        self.town = town
        self.http = Client(town.world.guangdong)
        self._language = {"Accept-Language": language}
        self._query = {"client_id": town.service.client_id, "redirect_uri": SERVICE}

    def open(self, address: str) -> TestResponse:
        """Open an address of the Guangdong mock."""
        parts = urlsplit(address)
        return self.http.get(parts.path, query_string=parts.query, base_url=GUANGDONG, headers=self._language)

    def login_page(self) -> TestResponse:
        """Open the login page for the service."""
        return self.http.get(PSCP.login, query_string=self._query, base_url=GUANGDONG, headers=self._language)

    def press_login(self, **form: str) -> TestResponse:
        """Press a button of the login page."""
        mark = form_mark(self.login_page())
        return self.http.post(
            PSCP.login, query_string=self._query, base_url=GUANGDONG, data={"form_mark": mark, **form},
            headers=self._language,
        )  # fmt: skip

    def use_iamsmart(self, persona: str = "chan-tai-man", decision: str = "approve") -> str:
        """Press "use iAM Smart", answer there, and return where the browser is sent back to."""
        there = self.press_login(way="iamsmart")
        assert there.status_code == 302, there.text
        return self.town.world.iamsmart.log_in(there.headers["Location"], persona, decision=decision)

    def back(self, persona: str = "chan-tai-man") -> str:
        """Go to iAM Smart and come back, unbound: the address of the binding page."""
        answer = self.open(self.use_iamsmart(persona))
        assert answer.status_code == 303, answer.text
        assert answer.headers["Location"].startswith(BINDING_PATH)
        return answer.headers["Location"]

    def press(self, address: str, **form: str) -> TestResponse:
        """Press a button of the page at ``address``."""
        mark = form_mark(self.open(address))
        parts = urlsplit(address)
        return self.http.post(
            parts.path, query_string=parts.query, base_url=GUANGDONG, data={"form_mark": mark, **form},
            headers=self._language,
        )  # fmt: skip

    def consent_page(self, account: str = "chan-tai-man", persona: str = "chan-tai-man") -> str:
        """Come back from iAM Smart as ``persona``, sign in as ``account``; the address of the consent page."""
        address = self.back(persona)
        assert self.press(address, press="sign_in", persona=account).status_code == 303
        return address

    def bind(self, account: str = "chan-tai-man", persona: str = "chan-tai-man") -> TestResponse:
        """Do all of it, and agree."""
        return self.press(self.consent_page(account, persona), press="agree")

    def status(self) -> TestResponse:
        """Open the binding page from the account centre."""
        return self.open(BINDING_PATH)


def form_mark(page: TestResponse) -> str:
    """The hidden field of a page's forms."""
    found = re.findall(r'name="form_mark" value="([0-9a-f]{64})"', page.text)
    assert found, page.text
    return str(found[0])


def code_of(answer: TestResponse) -> str:
    """The code that the browser carries back to the service."""
    assert answer.status_code == 302, answer.text
    assert answer.headers["Location"].startswith(SERVICE)
    return parse_qs(urlsplit(answer.headers["Location"]).query)["code"][0]
