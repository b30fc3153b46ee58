"""``xbridge verify``: read two files, check, say what was checked and what failed."""

from __future__ import annotations

import json
from dataclasses import asdict
from pathlib import Path
from typing import Any

from cryptography import x509
from rich.text import Text

from xbridge.cli.screen import console, printable
from xbridge.cli.wording import check_lines, say, signature_lines
from xbridge.core.errors import ConfigError, TamperDetected, Unsupported
from xbridge.core.language import Language
from xbridge.core.moment import to_text
from xbridge.evidence.bundle import MAX_BUNDLE_BYTES
from xbridge.evidence.trust import Trust, parse_trust
from xbridge.flows.verification import CHECKS, VerifiedBundle, verify_bundle

VERIFIED, FAILED, SOMEBODY_UNKNOWN, UNREADABLE = 0, 1, 2, 3


def run_verify(bundle: Path, trust: Path | None, *, language: Language, show_signer: bool, as_json: bool) -> int:
    """Return the exit code: see the command's help."""
    try:
        raw = _read(bundle)
        trusted = _trust(trust)
    except (OSError, ConfigError, Unsupported) as exc:
        return _unreadable(exc, language, as_json=as_json)
    try:
        found = verify_bundle(raw, trusted)
    except TamperDetected as exc:
        return _failed(bundle, exc, language, as_json=as_json)
    except (ConfigError, Unsupported) as exc:
        # A trust file that cannot be used, or an SM2 signature that has to be checked without the extra that does it:
        # nothing failed, and nothing is known.
        return _unreadable(exc, language, as_json=as_json)
    holder = _holder(found) if show_signer else ""
    if as_json:
        return _as_json(found, holder)
    return _held(bundle, found, language, holder)


def _read(path: Path) -> bytes:
    if path.stat().st_size > MAX_BUNDLE_BYTES:
        raise ConfigError(f"{path.name} is too large to be an evidence bundle")
    return path.read_bytes()


def _trust(path: Path | None) -> Trust | None:
    return None if path is None else parse_trust(_read(path))


def _judged(found: VerifiedBundle) -> tuple[int, str]:
    """Return the exit code and the key of the words for it."""
    if not found.signer_known:
        return SOMEBODY_UNKNOWN, "signer_unknown"
    return (VERIFIED, "verified") if found.everybody_known else (SOMEBODY_UNKNOWN, "resident_unknown")


def _as_json(found: VerifiedBundle, holder: str) -> int:
    code, key = _judged(found)
    document: dict[str, Any] = {"result": say(key, "en"), "exit_code": code, "checks": dict(found.checks)}
    document["signatures"] = [asdict(each) for each in found.signatures]
    if found.resident is not None:
        document["resident"] = {
            "algorithm": found.resident.algorithm,
            "certificate": found.resident.fingerprint,
            "anchor": found.resident.anchor,
            "signed_at": to_text(found.resident.signed_at),
        }
        if holder:
            document["resident"]["holder"] = holder
    _print_json({**document, "story": _story(found)})
    return code


def _held(bundle: Path, found: VerifiedBundle, language: Language, holder: str) -> int:
    code, key = _judged(found)
    screen = console()
    screen.print(Text(printable(f"{bundle.name}: consent {found.manifest.consent}")))
    for name, detail in check_lines(found, language):
        screen.print(Text.assemble("  ", (say("ok", language), "green"), f"  {name:<11} {printable(detail)}"))
        for line in signature_lines(found, name, language):
            screen.print(Text(f"                  {printable(line)}"))
        if name == "subject" and found.resident is not None:
            # The fingerprint tells certificates apart without telling people; the name is for those who ask.
            screen.print(Text(f"                  {say('certificate', language)} {found.resident.fingerprint}"))
            if holder:
                screen.print(Text(f"                  {say('holder', language)} {printable(holder)}"))
    screen.print(Text(say("story_title", language)))
    for event in _story(found):
        screen.print(Text(printable(f"  {event['index']:>6}  {event['at']}  {event['what']}")))
    style = "bold green" if code == VERIFIED else "bold yellow"
    colon = ": " if language == "en" else "："
    screen.print(Text.assemble((say(key, language), style), f"{colon}{say(f'{key}_why', language)}"))
    return code


def _holder(found: VerifiedBundle) -> str:
    """Return whom the certificate was issued to, as it says itself; empty where nobody signed."""
    if found.resident is None:
        return ""
    try:
        return x509.load_der_x509_certificate(found.resident.certificate).subject.rfc4514_string()
    except ValueError:
        return "?"


def _story(found: VerifiedBundle) -> list[dict[str, Any]]:
    """Return one line for each ledger entry."""
    lines = []
    for index, entry in found.story:
        detail = dict(entry.detail)
        about = detail.get("outcome") or detail.get("categories") or detail.get("language") or ""
        lines.append({"index": index, "at": entry.at, "what": f"{entry.kind} {about}".rstrip()})
    return lines


def _failed(bundle: Path, error: TamperDetected, language: Language, *, as_json: bool) -> int:
    if as_json:
        _print_json({"result": "failed", "exit_code": FAILED, "check": error.claim, "reason": error.reason})
        return FAILED
    screen = console()
    screen.print(Text(printable(f"{bundle.name}:")))
    for name in CHECKS[: CHECKS.index(error.claim)] if error.claim in CHECKS else ():
        screen.print(Text.assemble("  ", (say("ok", language), "green"), f"  {name}"))
    screen.print(
        Text.assemble("  ", (say("failed", language), "bold red"), f"  {error.claim}: {printable(error.message)}")
    )
    return FAILED


def _unreadable(error: Exception, language: Language, *, as_json: bool) -> int:
    message = error.message if isinstance(error, ConfigError | Unsupported) else say("unreadable", language)
    if as_json:
        _print_json({"result": "unreadable", "exit_code": UNREADABLE, "message": message})
    else:
        # Not as markup: the name of an extra stands in brackets.
        console().print(Text(printable(message), "bold red"))
    return UNREADABLE


def _print_json(document: dict[str, Any]) -> None:
    text = json.dumps(document, ensure_ascii=False, indent=2)
    # Escaped, so that a script reads the value as it is and a terminal does not obey it.
    print("\n".join("".join(map(_escaped, line)) for line in text.split("\n")))


def _escaped(character: str) -> str:
    return character if printable(character) == character else json.dumps(character)[1:-1]
