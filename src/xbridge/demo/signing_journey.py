"""The walk-through of a signature: the resident signs a consent, another one not, and a stranger checks both."""

from __future__ import annotations

from typing import Any, ClassVar

from xbridge.consent import wording
from xbridge.core.language import Language
from xbridge.demo.journey import DELIVERY, ENQUIRY
from xbridge.demo.proof import audited, one_byte_changed, tampered, verified
from xbridge.demo.resident import Resident
from xbridge.demo.signing_story import STEPS
from xbridge.demo.stage import Stage
from xbridge.demo.walk import Act, Walk, expect
from xbridge.demo.wording import word
from xbridge.evidence.bundle import read_bundle, write_bundle
from xbridge.evidence.trust import parse_trust, trust_bytes

WITHOUT_PLUS = "chan-tai-man"
UNANCHORED = "trust-without-authority.json"


class SigningJourney(Walk):
    """One consent signed by the resident, one not, and one by somebody who cannot."""

    name: ClassVar[str] = "sign"
    persona: ClassVar[str] = "lee-siu-ming"
    steps_told: ClassVar = STEPS
    artefacts: ClassVar[tuple[str, ...]] = ("evidence.zip", "trust.json", "ledger.db", "timeline.json")

    def story(self, stage: Stage, resident: Resident) -> list[tuple[str, Act]]:
        """Return every step after the start."""
        return [
            ("hk_login", lambda: {"level": resident.log_in("iamsmart")["logged_in"]["iamsmart"]}),
            ("gd_login", lambda: {"level": resident.log_in("guangdong")["logged_in"]["guangdong"]}),
            ("link", lambda: _link(resident)),
            ("read", lambda: _read(resident)),
            ("ask", lambda: self._ask(resident)),
            ("compare", lambda: self._compare(resident)),
            ("sign", lambda: _decide(resident, "approve")),
            ("look", lambda: _look(resident)),
            ("grant", lambda: _grant(resident, ENQUIRY, signed=True)),
            ("release", lambda: _release(resident, self._language)),
            ("refuse", lambda: self._refuse(resident)),
            ("alone", lambda: _grant(resident, DELIVERY, signed=False)),
            ("without_plus", lambda: self._without_plus(stage)),
            ("evidence", lambda: self._export(stage, resident)),
            ("verify", lambda: verified(self._folder)),
            ("no_authority", self._unanchored),
            ("tamper", self._tamper),
            ("audit", lambda: audited(stage)),
        ]

    def _ask(self, resident: Resident) -> dict[str, Any]:
        self._code = resident.press(f"/sign/{ENQUIRY}")["waiting"]["code"]
        expect(len(self._code) == 4, "the page shows no code")
        return {"code": self._code}

    def _compare(self, resident: Resident) -> dict[str, Any]:
        """Open the request on the phone, as the resident does, and read the digits there."""
        page = resident.phone()
        expect(f">{self._code}<" in page, "the phone shows another code")
        return {"code": self._code}

    def _refuse(self, resident: Resident) -> dict[str, Any]:
        resident.read(f"/consent/{DELIVERY}")
        resident.press(f"/sign/{DELIVERY}")
        _decide(resident, "refuse")
        page = resident.read(f"/sign/{DELIVERY}/answer")
        expect(page["status"] == "declined" and DELIVERY not in page["consents"], f"a no ended as {page['status']}")
        return {"status": word("signature_declined", self._language), "code": page["provider_code"]}

    def _without_plus(self, stage: Stage) -> dict[str, Any]:
        """Let somebody with another account link, be offered no signature, and agree."""
        other = self.welcome(stage, WITHOUT_PLUS)
        try:
            for provider in ("iamsmart", "guangdong"):
                other.log_in(provider)
            _link(other)
            page = other.read(f"/consent/{ENQUIRY}")
            expect(not page["sign_path"], "somebody without iAM Smart+ was offered to sign")
            status = other.press_for_status(f"/sign/{ENQUIRY}")
            expect(status == 409, f"asking all the same ended with HTTP {status}")
            _grant(other, ENQUIRY, signed=False)
            return {"status": status}
        finally:
            other.close()

    def _export(self, stage: Stage, resident: Resident) -> dict[str, Any]:
        bundle = resident.download(f"/evidence/{ENQUIRY}")
        (self._folder / "evidence.zip").write_bytes(bundle)
        (self._folder / "trust.json").write_bytes(stage.trust)
        return {"members": bundle.count(b"PK\x01\x02"), "size": len(bundle)}

    def _unanchored(self) -> dict[str, Any]:
        """Verify as a reader whose trust file names no authority for residents."""
        trust = parse_trust((self._folder / "trust.json").read_bytes())
        without = trust_bytes(trust.model_copy(update={"resident_anchors": ()}))
        (self._folder / UNANCHORED).write_bytes(without)
        return verified(self._folder, trust=UNANCHORED, language=self._language, expected=2)

    def _tamper(self) -> dict[str, Any]:
        """Change a byte inside the member that holds the resident's signature; the container is then made anew."""
        members = read_bundle((self._folder / "evidence.zip").read_bytes())
        honest = members["subject/0001.json"]
        members["subject/0001.json"] = one_byte_changed(honest, honest.index(b'"signature":"') + 40)
        return tampered(self._folder, write_bundle(members), language=self._language)


def _link(resident: Resident) -> dict[str, Any]:
    notice = resident.read("/link")["text"]
    expect(resident.press("/link")["linked"], "the accounts were not linked")
    return {"characters": len(notice)}


def _read(resident: Resident) -> dict[str, Any]:
    page = resident.read(f"/consent/{ENQUIRY}")
    expect(page["sign_path"], "the page does not offer to sign")
    return {"characters": len(page["text"])}


def _decide(resident: Resident, decision: str) -> dict[str, Any]:
    (waiting,) = resident.steer("iamsmart", "requests")["requests"]
    document = {"business_id": waiting["business_id"], "decision": decision}
    (status,) = resident.steer("iamsmart", "decisions", document)["statuses"]
    return {"status": status}


def _look(resident: Resident) -> dict[str, Any]:
    first, second = (resident.read(f"/sign/{ENQUIRY}/answer") for _ in range(2))
    expect(first["status"] == "done", f"no signature came: {first['status']}")
    expect(first["fingerprint"] == second["fingerprint"], "looking changed something")
    return {"algorithm": first["algorithm"], "certificate": first["fingerprint"][:23]}


def _grant(resident: Resident, service: str, *, signed: bool) -> dict[str, Any]:
    page = resident.press(f"/consent/{service}", answer="signed" if signed else "given")
    expect(page["consents"][service] == "given", "the consent was not given")
    expect(page["signed"][service] is signed, "the record says otherwise who signed")
    return {"service": service}


def _release(resident: Resident, language: Language) -> dict[str, Any]:
    result = resident.press(f"/use/{ENQUIRY}")["results"][ENQUIRY]
    expect(result["status"] == 200 and result["record"], f"no record was released: {result}")
    decision = result["decision"]
    return {
        "outcome": word(f"outcome_{decision['outcome']}", language),
        "rules": decision["rules"],
        "duties": decision["duties"],
        "fields": ", ".join(wording.word(wording.CATEGORIES, code, language) for code in sorted(result["record"])),
    }
