"""The walk-through of a login: the page, a no, a yes, and the ways in which somebody else's callback fails."""

from __future__ import annotations

import json
from typing import Any, ClassVar
from urllib.parse import parse_qs, urlsplit

from xbridge.demo.login_story import STEPS
from xbridge.demo.resident import Resident
from xbridge.demo.stage import Stage
from xbridge.demo.walk import Act, Walk, expect

IPHONE = "Mozilla/5.0 (iPhone; CPU iPhone OS 17_5 like Mac OS X) Version/17.5 Mobile/15E148 Safari/604.1"


class LoginJourney(Walk):
    """One login at iAM Smart from all sides, and one at the Guangdong platform."""

    name: ClassVar[str] = "login"
    persona: ClassVar[str] = "chan-tai-man"
    steps_told: ClassVar = STEPS
    artefacts: ClassVar[tuple[str, ...]] = ("journal.json", "timeline.json")

    def story(self, stage: Stage, resident: Resident) -> list[tuple[str, Act]]:
        """Return every step after the start."""
        return [
            ("page", lambda: _page(resident)),
            ("phone", lambda: _page(resident, user_agent=IPHONE)),
            ("refuse", lambda: _refused(resident, "refuse")),
            ("cancel", lambda: _refused(resident, "cancel")),
            ("approve", lambda: self._approve(resident)),
            ("other_session", lambda: self._elsewhere(stage)),
            ("identity", lambda: self._identity(resident)),
            ("replay", lambda: _invalid(resident, self._callback)),
            ("gd_login", lambda: {"level": resident.log_in("guangdong")["logged_in"]["guangdong"]}),
            ("journal", lambda: self._journal(resident)),
        ]

    def _approve(self, resident: Resident) -> dict[str, Any]:
        self._callback = resident.approve("iamsmart", resident.start("iamsmart"))
        return {"parameters": _names(self._callback)}

    def _elsewhere(self, stage: Stage) -> dict[str, Any]:
        """Open the resident's callback in a browser session of somebody who is logging in as well."""
        other = self.welcome(stage, "lee-siu-ming")
        try:
            other.start("iamsmart")
            return _invalid(other, self._callback)
        finally:
            other.close()

    def _identity(self, resident: Resident) -> dict[str, Any]:
        before = len(resident.steer("iamsmart", "journal")["entries"])
        level = resident.read(self._callback)["logged_in"]["iamsmart"]
        seen = resident.steer("iamsmart", "journal")["entries"][before:]
        expect(all(entry["outcome"] == "ok" for entry in seen), "the platform refused a request")
        return {"level": level, "calls": ", ".join(entry["operation"] for entry in seen)}

    def _journal(self, resident: Resident) -> dict[str, Any]:
        entries = resident.steer("iamsmart", "journal")["entries"]
        text = json.dumps(entries, ensure_ascii=False, indent=2)
        (self._folder / "journal.json").write_text(text + "\n", encoding="utf-8")
        return {"requests": len(entries), "refused": sum(entry["outcome"] == "refused" for entry in entries)}


def _page(resident: Resident, *, user_agent: str = "") -> dict[str, Any]:
    url = resident.start("iamsmart", user_agent=user_agent)
    return {"parameters": _names(url), "source": parse_qs(urlsplit(url).query)["source"][0]}


def _names(url: str) -> str:
    """Return the names of the parameters in ``url``; their values belong to one session."""
    return ", ".join(sorted(parse_qs(urlsplit(url).query, keep_blank_values=True)))


def _refused(resident: Resident, decision: str) -> dict[str, Any]:
    callback = resident.approve("iamsmart", resident.start("iamsmart"), decision=decision)
    page = resident.read(callback, expected_status=403)
    expect(page["error"] == "user_declined" and not page["logged_in"], f"a no ended as {page['error']}")
    return {"error": page["error"], "status": 403}


def _invalid(resident: Resident, callback: str) -> dict[str, Any]:
    page = resident.read(callback, expected_status=400)
    expect(page["error"] == "callback_invalid", f"refused for another reason: {page['error']}")
    return {"error": page["error"], "claim": page["claim"], "reason": page["reason"]}
