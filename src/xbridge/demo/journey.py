"""The journey: one resident, both logins, a link, two consents, two records, a withdrawal, the proof.

Every step is done by the scripted resident over HTTP or by another process; the timeline is what came back.
"""

from __future__ import annotations

import subprocess
import sys
import time
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

from xbridge.consent import wording
from xbridge.core.language import Language
from xbridge.demo.resident import Resident
from xbridge.demo.stage import LOG_ORIGIN, Stage, open_stage
from xbridge.demo.story import STEPS
from xbridge.demo.timeline import Screen, Step
from xbridge.demo.wording import word
from xbridge.evidence.trust import parse_trust
from xbridge.flows.verification import CHECKS
from xbridge.ledger.note import note_key, note_verifier

PERSONA = "chan-tai-man"
ENQUIRY, DELIVERY = "social-insurance-enquiry", "address-proof"


class Journey:
    """Runs the steps in order and stops at the first that fails.  ``folder`` receives the artefacts."""

    def __init__(self, folder: Path, *, language: Language, screen: Screen) -> None:
        """``folder`` exists and is ours to write."""
        self._folder = folder
        self._language = language
        self._screen = screen
        self.steps: list[Step] = []

    def run(self) -> bool:
        """Return whether every step succeeded."""
        database = self._folder / "ledger.db"
        started = time.perf_counter()
        self._screen.begin(STEPS["start"].title(self._language))
        try:
            with open_stage(database) as stage:
                self._end(Step(name="start", status="ok", facts={"processes": stage.processes}), started)
                resident = Resident(
                    portal_url=stage.portal_url,
                    mock_urls=stage.mock_urls,
                    control_secret=stage.control_secret,
                    persona=PERSONA,
                )
                try:
                    return self._walk(stage, resident)
                finally:
                    resident.close()
        except (RuntimeError, OSError) as exc:
            self._end(Step(name="start", status="failed", facts={"problem": str(exc)}), started)
            return False

    def _walk(self, stage: Stage, resident: Resident) -> bool:
        resident.speak(self._language)
        story: list[tuple[str, Callable[[], dict[str, Any]]]] = [
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
            ("verify", self._verify),
            ("tamper", self._tamper),
            ("audit", lambda: self._audit(stage)),
        ]
        return all(self._step(name, act) for name, act in story)

    def _step(self, name: str, act: Callable[[], dict[str, Any]]) -> bool:
        """Do one step and show how it ended; whatever goes wrong ends the journey, and is shown."""
        self._screen.begin(STEPS[name].title(self._language))
        started = time.perf_counter()
        try:
            step = Step(name=name, status="ok", facts=act())
        except Exception as exc:
            step = Step(name=name, status="failed", facts={"problem": f"{type(exc).__name__}: {exc}"})
        self._end(step, started)
        return step.status == "ok"

    def _end(self, step: Step, started: float) -> None:
        elapsed_ms = int((time.perf_counter() - started) * 1000)
        timed = Step(name=step.name, status=step.status, facts=step.facts, elapsed_ms=elapsed_ms)
        self.steps.append(timed)
        self._screen.end(timed, len(self.steps))

    # --- the steps -------------------------------------------------------------------------------------------------

    def _link(self, resident: Resident) -> dict[str, Any]:
        notice = resident.read("/link")["text"]
        _expect(resident.press("/link")["linked"], "the accounts were not linked")
        return {"characters": len(notice)}

    def _consent(self, resident: Resident, service: str) -> dict[str, Any]:
        page = resident.read(f"/consent/{service}")
        given = resident.press(f"/consent/{service}", answer="given")
        _expect(given["consents"][service] == "given", "the consent was not given")
        line = next(line for line in page["text"].splitlines() if line.startswith("4."))
        categories = line.replace("：", ": ").split(": ", 1)[1].rstrip(".。")
        return {"categories": categories, "characters": len(page["text"])}

    def _release(self, resident: Resident) -> dict[str, Any]:
        result = resident.press(f"/use/{ENQUIRY}")["results"][ENQUIRY]
        _expect(result["status"] == 200 and result["record"], f"no record was released: {result}")
        return {**self._decided(result), "fields": self._named(result["record"]), "record": result["record"]}

    def _deliver(self, resident: Resident) -> dict[str, Any]:
        self._consent(resident, DELIVERY)
        result = resident.press(f"/use/{DELIVERY}")["results"][DELIVERY]
        _expect(result["status"] == 200 and result["received"], f"no record was delivered: {result}")
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
        _expect(state == "withdrawn", f"the consent is {state}")
        return {"state": word(f"state_{state}", self._language), "state_code": state}

    def _present_again(self, resident: Resident) -> dict[str, Any]:
        result = resident.press(f"/again/{ENQUIRY}")["results"][ENQUIRY]
        _expect(result["status"] == 401 and "record" not in result, f"the token still works: {result}")
        return {"status": result["status"], "error": result["error"], "reason": result.get("reason", "")}

    def _exchange_again(self, resident: Resident) -> dict[str, Any]:
        page = resident.press(f"/use/{ENQUIRY}", expected_status=403)
        _expect(page["error"] == "consent_missing", f"refused for another reason: {page['error']}")
        state = word(f"state_{page['status']}", self._language)
        return {"error": page["error"], "state": state, "state_code": page["status"]}

    def _export(self, stage: Stage, resident: Resident) -> dict[str, Any]:
        bundle = resident.download(f"/evidence/{ENQUIRY}")
        (self._folder / "evidence.zip").write_bytes(bundle)
        (self._folder / "trust.json").write_bytes(stage.trust)
        return {"members": bundle.count(b"PK\x01\x02"), "size": len(bundle)}

    def _verify(self) -> dict[str, Any]:
        done = _verifier(self._folder / "evidence.zip", self._folder / "trust.json")
        _expect(done.returncode == 0, f"verification failed: {done.stdout}{done.stderr}")
        return {"checks": len(CHECKS)}

    def _tamper(self) -> dict[str, Any]:
        """Change one byte in the middle of a copy and expect to be told which check failed."""
        forged = bytearray((self._folder / "evidence.zip").read_bytes())
        forged[len(forged) // 2] ^= 1
        copy = self._folder / "tampered.zip"
        copy.write_bytes(bytes(forged))
        try:
            done = _verifier(copy, self._folder / "trust.json")
        finally:
            copy.unlink()
        _expect(done.returncode == 1, f"a changed bundle ended with exit code {done.returncode}")
        return {"code": done.returncode, "check": done.stdout.strip().splitlines()[-1].strip()}

    def _audit(self, stage: Stage) -> dict[str, Any]:
        trust = parse_trust(stage.trust)
        verifiers = [note_verifier(note_key(LOG_ORIGIN, key)) for key in trust.verification_keys("log")]
        report = stage.store.audit(origin=LOG_ORIGIN, verifiers=verifiers)
        return {"entries": report.size, "checkpoints": report.checkpoints}


def _verifier(bundle: Path, trust: Path) -> subprocess.CompletedProcess[str]:
    """Run ``xbridge verify`` in a process of its own, as a stranger would."""
    return subprocess.run(  # noqa: S603  (our own interpreter and module)
        [sys.executable, "-m", "xbridge.cli", "verify", str(bundle), "--trust", str(trust)],
        capture_output=True,
        encoding="utf-8",
        check=False,
        timeout=60,
    )


def _expect(held: object, problem: str) -> None:
    if not held:
        raise RuntimeError(problem)
