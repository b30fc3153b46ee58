"""The walk-through of a binding: Guangdong begins, two operators match without disclosure, and the ways in which it fails."""

from __future__ import annotations

import json
from collections import Counter
from contextlib import AbstractContextManager
from threading import Event
from typing import Any, ClassVar

import httpx

from xbridge.core.errors import Unsupported
from xbridge.demo.bind_register import RENAMED
from xbridge.demo.bind_stage import BindStage, open_bind_stage
from xbridge.demo.bind_story import STEPS
from xbridge.demo.bind_wire import CROSSES, payload, taken_apart
from xbridge.demo.hk_operator import ledger_kinds
from xbridge.demo.resident import Resident
from xbridge.demo.stage import Stage
from xbridge.demo.walk import Act, Walk, expect
from xbridge.demo.wording import word
from xbridge.drivers.clock import utc_now
from xbridge.flows.matching_wire import require_matching

TWIN, GUESSER = "chan-tai-man-2", "tsang-ho-yin"
STAFF = "duty-officer-7"


class BindJourney(Walk):
    """One binding from all sides: a namesake, the resident, a changed name, somebody who guesses."""

    name: ClassVar[str] = "bind"
    persona: ClassVar[str] = "chan-tai-man"
    steps_told: ClassVar = STEPS
    artefacts: ClassVar[tuple[str, ...]] = ("ledger.db", "ledger-hong-kong.db", "wire.json", "timeline.json")

    @classmethod
    def missing(cls) -> str:
        """Return what to install where the extra ``match`` is missing."""
        try:
            require_matching()
        except Unsupported as exc:
            return exc.message
        return ""

    def open(self) -> AbstractContextManager[Stage]:
        """Return the stage with two operators."""
        return open_bind_stage(self._folder)

    def story(self, stage: Stage, resident: Resident) -> list[tuple[str, Act]]:
        """Return every step after the start."""
        if not isinstance(stage, BindStage):
            raise TypeError("a binding needs the stage with two operators")
        return [
            ("twin", lambda: self._twin(stage)),
            ("gd_login", lambda: {"level": resident.log_in("guangdong")["logged_in"]["guangdong"]}),
            ("notice", lambda: {"characters": len(resident.read("/bind")["text"])}),
            ("hop", lambda: self._hop(resident)),
            ("other_browser", lambda: self._other_browser(stage)),
            ("bound", lambda: self._bound(stage, resident)),
            ("wire", lambda: self._wire(stage)),
            ("renamed", lambda: self._renamed(stage)),
            ("review", lambda: self._review(stage)),
            ("again", lambda: self._again(stage)),
            ("limit", lambda: self._limit(stage)),
            ("ledgers", lambda: self._ledgers(stage)),
        ]

    # --- the steps -------------------------------------------------------------------------------------------------

    def _twin(self, stage: BindStage) -> dict[str, Any]:
        """Let somebody of the resident's name, with an iAM Smart account of their own, try the resident's account."""
        page = self._attempt(stage, self.persona, TWIN, expected_status=400)
        expect(page.get("reason") == "document", f"refused for another reason: {page}")
        expect(page["matching"]["names"] == "agree", "the names were meant to agree")
        return {**self._said(page["matching"]), "error": page["error"], "reason": page["reason"]}

    def _hop(self, resident: Resident) -> dict[str, Any]:
        self._callback = resident.approve("iamsmart", resident.start("iamsmart"))
        return {}

    def _other_browser(self, stage: BindStage) -> dict[str, Any]:
        """Open the address that the resident was sent back to in a browser where somebody else is binding."""
        other = self.welcome(stage, RENAMED)
        try:
            self._leave(other, RENAMED)
            page = other.read(self._callback, expected_status=400)
            expect(not page["linked"], "somebody else's callback was taken")
            return {"error": page["error"], "claim": page.get("claim", "")}
        finally:
            other.close()

    def _bound(self, stage: BindStage, resident: Resident) -> dict[str, Any]:
        before = len(stage.wire.messages)
        page = resident.read(self._callback)
        expect(page["linked"] and page["linked"]["origin"] == "binding", "the accounts were not bound")
        self._run = stage.wire.messages[before:]
        return {**self._said(page["matching"]), "hk_level": page["linked"]["hk"], "gd_level": page["linked"]["cn_gd"]}

    def _wire(self, stage: BindStage) -> dict[str, Any]:
        """Take apart what crossed, and look in it for everything that either register holds."""
        shown = taken_apart(self._run)
        text = json.dumps(shown, ensure_ascii=False, indent=2)
        (self._folder / "wire.json").write_text(text + "\n", encoding="utf-8")
        crossed = "".join(payload(body) + body.decode() for _, body in stage.wire.messages if body)
        found = [secret for secret in stage.secrets if secret in crossed]
        expect(not found, f"{len(found)} values of a register crossed")
        members = Counter(name for message in shown for item in message["items"] for name in item)
        expect(set(members) == CROSSES, f"something else crossed: {sorted(members)}")
        return {
            "messages": len(shown),
            "bytes": sum(message["bytes"] for message in shown),
            "points": members["blinded"] + members["evaluated"],
            "confirmations": members["confirm"],
            "searched": len(stage.secrets),
        }

    def _renamed(self, stage: BindStage) -> dict[str, Any]:
        page = self._attempt(stage, RENAMED, RENAMED, expected_status=400)
        expect(page.get("reason") == "name", f"refused for another reason: {page}")
        return {**self._said(page["matching"]), "error": page["error"], "reason": page["reason"]}

    def _review(self, stage: BindStage) -> dict[str, Any]:
        """Let staff look at what waits, and approve; somebody without the word sees nothing."""
        expect(self._staff(stage, "GET", "", word="").status_code == 403, "the reviews are open to everybody")
        (review,) = self._staff(stage, "GET", "").json()["reviews"]
        personal = [secret for secret in stage.secrets if secret in json.dumps(review, ensure_ascii=False)]
        expect(not personal, "a review holds personal data")
        done = self._staff(stage, "POST", f"/{review['id']}", data={"decision": "approve", "reviewer": STAFF}).json()
        expect(done["state"] == "approved", f"the review is {done['state']}")
        return {"reviewer": STAFF, "waiting": review["state"], "state": done["state"]}

    def _again(self, stage: BindStage) -> dict[str, Any]:
        # What is proved in the very second of the approval does not count as proved after it; a person is never so fast.
        Event().wait(1.01 - utc_now().microsecond / 1e6)
        page = self._attempt(stage, RENAMED, RENAMED)
        expect(page["linked"], "the approved pair was not bound")
        return self._said(page["matching"])

    def _limit(self, stage: BindStage) -> dict[str, Any]:
        """Let one iAM Smart account be tried against account after account, until nothing is evaluated any more."""
        reasons = Counter(
            self._attempt(stage, account, GUESSER, expected_status=400)["reason"]
            for account in (TWIN, "chow-kat-cheung", TWIN, "chow-kat-cheung")
        )
        expect(reasons["limit"] == 1, f"the limit did not hold: {dict(reasons)}")
        return {"tried": reasons.total(), "evaluated": reasons["document"], "reason": "limit"}

    def _ledgers(self, stage: BindStage) -> dict[str, Any]:
        """Ask both operators what their ledgers hold."""
        here = ledger_kinds(stage.store)
        stage.hong_kong.tell({})
        there: dict[str, int] = stage.hong_kong.hear()["kinds"]
        expect(here["matching.begun"] == there["matching.begun"], "the ledgers count different runs")
        return {
            "begun": here["matching.begun"],
            "refused": here["matching.refused"],
            "created": here["link.created"],
            "record": {**_by_family("guangdong", here), **_by_family("hong-kong", there)},
        }

    # --- what the steps are made of --------------------------------------------------------------------------------

    def _leave(self, browser: Resident, account: str) -> str:
        """Log in at Guangdong as ``account``, agree to the notice, and return where iAM Smart begins."""
        login = browser.start("guangdong")
        document = {"login_url": login, "persona": account, "decision": "approve"}
        browser.read(str(browser.steer("guangdong", "logins", document)["callback_url"]))
        browser.read("/bind")
        return browser.start("iamsmart")

    def _attempt(self, stage: BindStage, account: str, holder: str, *, expected_status: int = 200) -> dict[str, Any]:
        """Bind ``account`` with the iAM Smart account of ``holder`` in a browser of their own."""
        browser = self.welcome(stage, holder)
        try:
            callback = browser.approve("iamsmart", self._leave(browser, account))
            return browser.read(callback, expected_status=expected_status)
        finally:
            browser.close()

    def _staff(
        self, stage: BindStage, method: str, path: str, *, word: str | None = None, data: dict[str, str] | None = None
    ) -> httpx.Response:
        headers = {"X-Staff": stage.staff_word if word is None else word}
        url = f"{stage.portal_url}/staff/reviews{path}"
        return httpx.request(method, url, headers=headers, data=data, timeout=10.0, trust_env=False)

    def _said(self, matching: dict[str, str]) -> dict[str, Any]:
        """Return a matching's results in words."""
        return {
            "document": word(f"matched_{matching['document']}", self._language),
            "names": word(f"matched_{matching['names']}", self._language),
            "matching": matching,
        }


def _by_family(side: str, kinds: dict[str, int]) -> dict[str, dict[str, int]]:
    """Return the counts of a ledger in the order of its kinds, a row for each family that a binding writes."""
    found: dict[str, dict[str, int]] = {}
    for kind, count in kinds.items():
        family, _, rest = kind.partition(".")
        if family in ("link", "matching", "review"):
            found.setdefault(f"{side} {family}", {})[rest] = count
    return found
