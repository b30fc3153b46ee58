"""One-off tokens, one-time codes and login sessions: who they stand for, and for how long.

Counts uses and keeps times; what each is good for is the endpoints' business. Not thread-safe: used under the mock's lock.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from xbridge_mocks.clock import MockClock
from xbridge_mocks.random_source import RandomSource
from xbridge_mocks.tif.account import LoginSession
from xbridge_mocks.tif.setting import TifMockSettings

__all__ = ["CODE_KINDS", "CodeKind", "Handles"]

CodeKind = Literal["one_off", "mini_program", "app", "session", "company"]
CODE_KINDS: tuple[CodeKind, ...] = ("one_off", "mini_program", "app", "session", "company")
_PREFIX = {"one_off": "tif:yrz:userdata:"}


@dataclass(frozen=True, slots=True, kw_only=True)
class _Code:
    kind: CodeKind
    persona: str
    expires: int


class Handles:
    """Everything of one mock that stands for a person for a while."""

    def __init__(self, *, clock: MockClock, random: RandomSource, settings: TifMockSettings) -> None:
        self._clock = clock
        self._random = random
        self._settings = settings
        self._codes: dict[str, _Code] = {}
        self._sessions: dict[str, LoginSession] = {}

    def clear(self) -> None:
        """Forget everything."""
        self._codes.clear()
        self._sessions.clear()

    def issue(self, kind: CodeKind, persona: str) -> str:
        """A fresh code of ``kind`` for ``persona``."""
        now = self._now()
        self._codes = {code: held for code, held in self._codes.items() if held.expires > now}
        code = f"{_PREFIX.get(kind, '')}{self._random.hex(16)}"
        self._codes[code] = _Code(kind=kind, persona=persona, expires=now + self._settings.code_ttl_s)
        return code

    def redeem(self, kind: CodeKind, code: str, *, keep: bool = False) -> str | None:
        """The persona behind ``code``, None if there is none any more; the code is used up unless ``keep``."""
        held = self._codes.get(code)
        if held is None or held.kind != kind or held.expires <= self._now():
            return None
        if not keep:
            del self._codes[code]
        return held.persona

    def open_session(self, persona: str, platform: str, *, face: bool = False, realname: bool = True) -> LoginSession:
        """A fresh session; ``face`` and ``realname`` say which proofs were made for it just now."""
        now = self._now()
        self._sessions = {sid: held for sid, held in self._sessions.items() if held.expires > now}
        made = LoginSession(
            sid=f"YSSRZ{self._random.hex(16)}", persona=persona, platform=platform, since=now,
            expires=now + self.lifetime_s(platform), face_time=now if face else 0, realname_time=now if realname else 0,
        )  # fmt: skip
        self._sessions[made.sid] = made
        return made

    def session(self, sid: str) -> LoginSession | None:
        """The live session with this id, or None."""
        held = self._sessions.get(sid)
        return held if held is not None and held.expires > self._now() else None

    def lifetime_s(self, platform: str) -> int:
        """How long a session of ``platform`` lives."""
        return self._settings.mini_program_session_s if platform == "mp" else self._settings.app_session_s

    def _now(self) -> int:
        return self._clock.now_ms() // 1000
