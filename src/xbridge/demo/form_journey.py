"""The walk-through of a form: asked, read on the phone, answered from server to server, taken once, refused."""

from __future__ import annotations

from typing import Any, ClassVar

from xbridge.demo.asking import PUSH_PATH
from xbridge.demo.form_story import STEPS
from xbridge.demo.login_journey import IPHONE
from xbridge.demo.resident import Resident
from xbridge.demo.stage import Stage
from xbridge.demo.walk import Act, Walk, expect
from xbridge.demo.wording import word


class FormJourney(Walk):
    """One form filled on another device, one on the phone itself, one refused."""

    name: ClassVar[str] = "form"
    persona: ClassVar[str] = "chan-tai-man"
    steps_told: ClassVar = STEPS

    def story(self, stage: Stage, resident: Resident) -> list[tuple[str, Act]]:
        """Return every step after the start."""
        return [
            ("hk_login", lambda: {"level": resident.log_in("iamsmart")["logged_in"]["iamsmart"]}),
            ("read", lambda: {"fields": len(resident.read("/form")["fields"])}),
            ("ask", lambda: self._ask(resident)),
            ("look", lambda: self._look(resident)),
            ("forged", lambda: self._forge(resident)),
            ("approve", lambda: self._decide(resident, "approve")),
            ("collect", lambda: self._collect(resident)),
            ("twice", lambda: self._twice(resident)),
            ("device", lambda: self._device(stage)),
            ("refuse", lambda: self._refuse(resident)),
        ]

    def _ask(self, resident: Resident) -> dict[str, Any]:
        asked = resident.press("/form")
        expect(asked["waiting"]["auth_by_qr"], "the person was not notified on the phone")
        return self._status(resident)

    def _look(self, resident: Resident) -> dict[str, Any]:
        (waiting,) = resident.steer("iamsmart", "requests")["requests"]
        self._business_id = waiting["business_id"]
        expect(waiting["persona"] == self.persona, "somebody else was asked")
        return {"kind": waiting["kind"], "fields": len(waiting["fields"])}

    def _decide(self, resident: Resident, decision: str) -> dict[str, Any]:
        document = {"business_id": self._business_id, "decision": decision}
        (status,) = resident.steer("iamsmart", "decisions", document)["statuses"]
        return {"status": status}

    def _collect(self, resident: Resident) -> dict[str, Any]:
        page = resident.read("/form/answer")
        expect(page["status"] == "done" and page["form"], f"no form came: {page['status']}")
        record = {word(f"field_{name}", self._language): text for name, text in page["form"].items()}
        return {"fields": len(page["form"]), "record": record}

    def _twice(self, resident: Resident) -> dict[str, Any]:
        statuses = resident.steer("iamsmart", "deliveries", {"business_id": self._business_id})["statuses"]
        again = resident.status("/form/answer")
        expect(again == 409, f"the form was handed out twice (HTTP {again})")
        return {"status": statuses[-1], "again": again}

    def _device(self, stage: Stage) -> dict[str, Any]:
        """Do the same in the phone's own browser: another session, the same person."""
        phone = self.welcome(stage, self.persona)
        try:
            phone.read(phone.approve("iamsmart", phone.start("iamsmart", user_agent=IPHONE)))
            asked = phone.press("/form", user_agent=IPHONE)
            expect(not asked["waiting"]["auth_by_qr"], "the phone was sent to itself")
            self._look(phone)
            self._decide(phone, "approve")
            return {"scheme": asked["waiting"]["app_url"].partition(":")[0], **self._status(phone)}
        finally:
            phone.close()

    def _refuse(self, resident: Resident) -> dict[str, Any]:
        resident.press("/form")
        self._look(resident)
        self._decide(resident, "refuse")
        page = resident.read("/form/answer")
        expect(page["status"] == "declined" and not page["form"], f"a no ended as {page['status']}")
        return {**self._said(page["status"]), "code": page["provider_code"]}

    def _forge(self, resident: Resident) -> dict[str, Any]:
        """Post something that looks like an answer, as anybody on the network could."""
        body = b'{"txID":"x","code":"D00000","message":"SUCCESS","secretKey":"AAAA","content":"AAAA"}'
        return {"http_status": resident.post(PUSH_PATH, body), **self._status(resident)}

    def _status(self, resident: Resident) -> dict[str, Any]:
        """Return how the request stands, as the page says it."""
        page = resident.read("/form/answer")
        return self._said("waiting" if "waiting" in page else str(page["status"]))

    def _said(self, status: str) -> dict[str, Any]:
        return {"status": word(f"status_{status}", self._language), "status_code": status}
