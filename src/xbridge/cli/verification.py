"""``xbridge verify``: read two files, check, say what was checked and what failed."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from xbridge.cli.screen import console
from xbridge.core.errors import ConfigError, TamperDetected
from xbridge.evidence.bundle import MAX_BUNDLE_BYTES
from xbridge.evidence.trust import Trust, parse_trust
from xbridge.flows.verification import CHECKS, VerifiedBundle, verify_bundle

VERIFIED, FAILED, SIGNER_UNKNOWN, UNREADABLE = 0, 1, 2, 3


def run_verify(bundle: Path, trust: Path | None, *, as_json: bool) -> int:
    """Return the exit code: see the command's help."""
    try:
        raw = _read(bundle)
        trusted = _trust(trust)
    except (OSError, ConfigError) as exc:
        return _unreadable(exc, as_json=as_json)
    try:
        found = verify_bundle(raw, trusted)
    except TamperDetected as exc:
        return _failed(bundle, exc, as_json=as_json)
    return _held(bundle, found, as_json=as_json)


def _read(path: Path) -> bytes:
    if path.stat().st_size > MAX_BUNDLE_BYTES:
        raise ConfigError(f"{path.name} is too large to be an evidence bundle")
    return path.read_bytes()


def _trust(path: Path | None) -> Trust | None:
    return None if path is None else parse_trust(_read(path))


def _held(bundle: Path, found: VerifiedBundle, *, as_json: bool) -> int:
    code = VERIFIED if found.signer_known else SIGNER_UNKNOWN
    result = "verified" if found.signer_known else "consistent, signer unknown"
    if as_json:
        _print_json({"result": result, "exit_code": code, "checks": dict(found.checks), "story": _story(found)})
        return code
    screen = console()
    screen.print(f"{bundle.name}: consent {found.manifest.consent}", highlight=False)
    for name, detail in found.checks:
        screen.print(f"  [green]ok[/]  {name:<11} {detail}", highlight=False)
    screen.print("What happened, as the ledger has it:", highlight=False)
    for line in _story(found):
        screen.print(f"  {line['index']:>6}  {line['at']}  {line['what']}", highlight=False, markup=False)
    if found.signer_known:
        screen.print("[bold green]verified[/]: every check holds under the trusted keys", highlight=False)
    else:
        screen.print(
            "[bold yellow]consistent, signer unknown[/]: without --trust, a bundle forged whole looks the same",
            highlight=False,
        )
    return code


def _story(found: VerifiedBundle) -> list[dict[str, Any]]:
    """Return one line for each ledger entry."""
    lines = []
    for index, entry in found.story:
        detail = dict(entry.detail)
        about = detail.get("outcome") or detail.get("categories") or detail.get("language") or ""
        lines.append({"index": index, "at": entry.at, "what": f"{entry.kind} {about}".rstrip()})
    return lines


def _failed(bundle: Path, error: TamperDetected, *, as_json: bool) -> int:
    if as_json:
        _print_json({"result": "failed", "exit_code": FAILED, "check": error.claim, "reason": error.reason})
        return FAILED
    screen = console()
    screen.print(f"{bundle.name}:", highlight=False)
    for name in CHECKS[: CHECKS.index(error.claim)] if error.claim in CHECKS else ():
        screen.print(f"  [green]ok[/]  {name}", highlight=False)
    screen.print(f"  [bold red]FAILED[/]  {error.claim}: {error.message}", highlight=False)
    return FAILED


def _unreadable(error: Exception, *, as_json: bool) -> int:
    message = error.message if isinstance(error, ConfigError) else "a file cannot be read: check the two paths"
    if as_json:
        _print_json({"result": "unreadable", "exit_code": UNREADABLE, "message": message})
    else:
        console().print(f"[bold red]{message}[/]", highlight=False)
    return UNREADABLE


def _print_json(document: dict[str, Any]) -> None:
    print(json.dumps(document, ensure_ascii=False, indent=2))
