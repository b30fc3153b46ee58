"""Proving a walk-through's evidence: in another process, as a stranger would, and after a byte of it was changed."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from typing import Any

from xbridge.core.language import Language
from xbridge.demo.stage import LOG_ORIGIN, Stage
from xbridge.demo.walk import expect
from xbridge.evidence.trust import parse_trust
from xbridge.flows.verification import CHECKS
from xbridge.ledger.note import note_key, note_verifier


def verified(
    folder: Path, *, trust: str = "trust.json", language: Language = "en", expected: int = 0
) -> dict[str, Any]:
    """Let another process verify ``evidence.zip`` under ``trust``; raise ``RuntimeError`` for another exit code."""
    done = _verifier(folder / "evidence.zip", folder / trust, language)
    expect(done.returncode == expected, f"verification ended with {done.returncode}: {done.stdout}{done.stderr}")
    return {"checks": len(CHECKS), "code": done.returncode, "says": done.stdout.strip().splitlines()[-1]}


def tampered(folder: Path, forged: bytes, *, language: Language = "en") -> dict[str, Any]:
    """Let another process verify a ``forged`` bundle and expect to be told which check failed."""
    copy = folder / "tampered.zip"
    copy.write_bytes(forged)
    try:
        done = _verifier(copy, folder / "trust.json", language)
    finally:
        copy.unlink()
    expect(done.returncode == 1, f"a changed bundle ended with exit code {done.returncode}")
    return {"code": done.returncode, "check": done.stdout.strip().splitlines()[-1].strip()}


def one_byte_changed(raw: bytes, position: int) -> bytes:
    """Return ``raw`` with one bit of the byte at ``position`` changed."""
    return raw[:position] + bytes([raw[position] ^ 1]) + raw[position + 1 :]


def audited(stage: Stage) -> dict[str, Any]:
    """Recompute every hash of the ledger and check every checkpoint's signature."""
    trust = parse_trust(stage.trust)
    verifiers = [note_verifier(note_key(LOG_ORIGIN, key)) for key in trust.verification_keys("log")]
    report = stage.store.audit(origin=LOG_ORIGIN, verifiers=verifiers)
    return {"entries": report.size, "checkpoints": report.checkpoints}


def _verifier(bundle: Path, trust: Path, language: Language = "en") -> subprocess.CompletedProcess[str]:
    """Run ``xbridge verify`` in a process of its own."""
    return subprocess.run(  # noqa: S603  (our own interpreter and module)
        [sys.executable, "-m", "xbridge.cli", "verify", str(bundle), "--trust", str(trust), "--lang", language],
        capture_output=True,
        encoding="utf-8",
        check=False,
        timeout=60,
    )
