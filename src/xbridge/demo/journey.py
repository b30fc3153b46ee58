"""The journey: one resident, both logins, a link, two consents, two records, a withdrawal, the proof."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, ClassVar

from xbridge.consent import wording
from xbridge.demo.proof import audited, one_byte_changed, tampered, verified
from xbridge.demo.resident import Resident
from xbridge.demo.stage import Stage
from xbridge.demo.story import STEPS
from xbridge.demo.walk import Act, Walk, expect
from xbridge.demo.wording import word

ENQUIRY, DELIVERY = "social-insurance-enquiry", "address-proof"


class Journey(Walk):
    """The whole journey."""

    name: ClassVar[str] = "whole"
    persona: ClassVar[str] = "chan-tai-man"
    steps_told: ClassVar = STEPS
    artefacts: ClassVar[tuple[str, ...]] = ("evidence.zip", "trust.json", "ledger.db", "timeline.json")

    def story(self, stage: Stage, resident: Resident) -> list[tuple[str, Act]]:
        """Return every step after the start."""
        return [
            ("hk_login", lambda: {"level": resident.log_in("iamsmart")["logged_in"]["iamsmart"]}),
            ("gd_login", lambda: {"level": resident.log_in("guangdong")["logged_in"]["guangdong"]}),
            ("link", lambda: self._link(resident)),
            ("consent", lambda: self._consent(resident, ENQUIRY)),
            ("release", lambda: self._release(resident)),
            ("delivery", lambda: self._deliver(resident)),
            ("withdraw", lambda: self._withdraw(resident)),
            ("token_refused", lambda: self._present_again(resident)),
            ("exchange_refused", lambda: self._exchange_again(resident)),
            ("evidence", lambda: self._export(stage, resident)),
            ("verify", lambda: verified(self._folder)),
            ("tamper", self._tamper),
            ("audit", lambda: audited(stage)),
        ]

    # --- the steps -------------------------------------------------------------------------------------------------

    def _link(self, resident: Resident) -> dict[str, Any]:
        notice = resident.read("/link")["text"]
        expect(resident.press("/link")["linked"], "the accounts were not linked")
        return {"characters": len(notice)}

    def _consent(self, resident: Resident, service: str) -> dict[str, Any]:
        page = resident.read(f"/consent/{service}")
        given = resident.press(f"/consent/{service}", answer="given")
        expect(given["consents"][service] == "given", "the consent was not given")
        line = next(line for line in page["text"].splitlines() if line.startswith("4."))
        categories = line.replace("：", ": ").split(": ", 1)[1].rstrip(".。")
        return {"categories": categories, "characters": len(page["text"])}

    def _release(self, resident: Resident) -> dict[str, Any]:
        result = resident.press(f"/use/{ENQUIRY}")["results"][ENQUIRY]
        expect(result["status"] == 200 and result["record"], f"no record was released: {result}")
        return {**self._decided(result), "fields": self._named(result["record"]), "record": result["record"]}

    def _deliver(self, resident: Resident) -> dict[str, Any]:
        self._consent(resident, DELIVERY)
        result = resident.press(f"/use/{DELIVERY}")["results"][DELIVERY]
        expect(result["status"] == 200 and result["received"], f"no record was delivered: {result}")
        return {**self._decided(result), "fields": self._named(result["received"])}

    def _named(self, categories: Iterable[str]) -> str:
        """Return the categories in the reader's words."""
        return ", ".join(wording.word(wording.CATEGORIES, code, self._language) for code in sorted(categories))

    def _decided(self, result: dict[str, Any]) -> dict[str, Any]:
        decision = result["decision"]
        return {
            "outcome": word(f"outcome_{decision['outcome']}", self._language),
            "outcome_code": decision["outcome"],
            "rules": decision["rules"],
            "duties": decision["duties"],
            "decision": decision["id"],
        }

    def _withdraw(self, resident: Resident) -> dict[str, Any]:
        state = resident.press(f"/withdraw/{ENQUIRY}")["consents"][ENQUIRY]
        expect(state == "withdrawn", f"the consent is {state}")
        return {"state": word(f"state_{state}", self._language), "state_code": state}

    def _present_again(self, resident: Resident) -> dict[str, Any]:
        result = resident.press(f"/again/{ENQUIRY}")["results"][ENQUIRY]
        expect(result["status"] == 401 and "record" not in result, f"the token still works: {result}")
        return {"status": result["status"], "error": result["error"], "reason": result.get("reason", "")}

    def _exchange_again(self, resident: Resident) -> dict[str, Any]:
        page = resident.press(f"/use/{ENQUIRY}", expected_status=403)
        expect(page["error"] == "consent_missing", f"refused for another reason: {page['error']}")
        state = word(f"state_{page['status']}", self._language)
        return {"error": page["error"], "state": state, "state_code": page["status"]}

    def _export(self, stage: Stage, resident: Resident) -> dict[str, Any]:
        bundle = resident.download(f"/evidence/{ENQUIRY}")
        (self._folder / "evidence.zip").write_bytes(bundle)
        (self._folder / "trust.json").write_bytes(stage.trust)
        return {"members": bundle.count(b"PK\x01\x02"), "size": len(bundle)}

    def _tamper(self) -> dict[str, Any]:
        """Change one byte in the middle."""
        raw = (self._folder / "evidence.zip").read_bytes()
        return tampered(self._folder, one_byte_changed(raw, len(raw) // 2), language=self._language)
