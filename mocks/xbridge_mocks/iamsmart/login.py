"""One login on its way: from the QR code on a screen to the decision on a phone.

The browser that shows the code and the phone that scanned it are remembered, so that a forwarded code cannot end in
another browser and a second phone cannot join in (lessons B7). Pages are ``login_page``.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

from xbridge_mocks.clock import MockClock
from xbridge_mocks.iamsmart.authorization import AuthorizationRequest
from xbridge_mocks.iamsmart.device import form_word
from xbridge_mocks.iamsmart.setting import IamSmartMockSettings
from xbridge_mocks.persona import Persona
from xbridge_mocks.random_source import RandomSource

__all__ = ["DECISIONS", "Login", "Logins", "Phase"]

Phase = Literal["waiting", "scanned", "approved", "refused", "cancelled", "timed_out"]
DECISIONS: dict[str, Phase] = {"approve": "approved", "refuse": "refused", "cancel": "cancelled"}


@dataclass(slots=True, kw_only=True)
class Login:
    """A pending login. ``browser`` and ``phone`` mark devices; ``delivered`` says the browser was sent back."""

    token: str = field(repr=False)
    asked: AuthorizationRequest
    browser: str = field(repr=False)
    created_ms: int
    phase: Phase = "waiting"
    phone: str = field(default="", repr=False)
    persona: Persona | None = None
    delivered: bool = False
    polled_ms: int = 0

    @property
    def decided(self) -> bool:
        """Whether there is an outcome to take back to the service."""
        return self.phase not in ("waiting", "scanned")


class Logins:
    """All pending logins of one mock, by the token in the QR code."""

    def __init__(self, *, clock: MockClock, random: RandomSource, settings: IamSmartMockSettings) -> None:
        self._clock = clock
        self._random = random
        self._settings = settings
        self._csrf_key = random.bytes(32)
        self._logins: dict[str, Login] = {}

    def start(self, asked: AuthorizationRequest, browser: str) -> Login:
        """Begin a login shown in ``browser``. Logins nobody can finish any more are dropped on the way."""
        now = self._clock.now_ms()
        oldest = now - 2 * self._settings.login_wait_s * 1000
        self._logins = {token: held for token, held in self._logins.items() if held.created_ms > oldest}
        login = Login(token=self._random.token(24), asked=asked, browser=browser, created_ms=now)
        self._logins[login.token] = login
        return login

    def find(self, token: str) -> Login | None:
        """The login with this token, marked as timed out if its time has passed."""
        login = self._logins.get(token)
        if login is not None and not login.decided:
            limit_s = self._settings.qr_ttl_s if login.phase == "waiting" else self._settings.login_wait_s
            if self._clock.now_ms() >= login.created_ms + limit_s * 1000:
                login.phase = "timed_out"
        return login

    def scan(self, login: Login, phone: str, persona: Persona) -> bool:
        """Let ``phone`` scan the code as ``persona``. False when it was scanned before or is too old."""
        if login.phase != "waiting":
            return False
        login.phase, login.phone, login.persona = "scanned", phone, persona
        return True

    def decide(self, login: Login, phone: str, decision: str) -> bool:
        """Take the decision made on ``phone``. False when that phone has nothing to decide, or for an unknown word."""
        if login.phase != "scanned" or login.phone != phone or decision not in DECISIONS:
            return False
        login.phase = DECISIONS[decision]
        return True

    def may_poll(self, login: Login) -> bool:
        """Say whether the browser may ask again already, and remember that it asked."""
        now = self._clock.now_ms()
        if now - login.polled_ms < self._settings.poll_interval_ms:
            return False
        login.polled_ms = now
        return True

    def csrf(self, login: Login, device: str) -> str:
        """The word a form of this login on this device must bring back."""
        return form_word(self._csrf_key, login.token, device)

    def clear(self) -> None:
        """Forget all logins."""
        self._logins.clear()
