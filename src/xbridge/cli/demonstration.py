"""``xbridge demo``: run the journey, show it, keep what it made."""

from __future__ import annotations

import json
import shutil
import sys
import tempfile
import threading
import webbrowser
from pathlib import Path

from xbridge.cli.screen import TerminalScreen
from xbridge.core.language import parse_language
from xbridge.demo.journey import Journey
from xbridge.demo.stage import open_stage
from xbridge.demo.story import say
from xbridge.demo.timeline import Screen, SilentScreen, as_document

ARTEFACTS = ("evidence.zip", "trust.json", "ledger.db", "timeline.json")


def run_demo(lang: str, *, keep: Path | None, as_json: bool) -> int:
    """Run the scripted journey.  Return 0 when every step succeeded, otherwise 1."""
    language = parse_language(lang)
    terminal = None if as_json else TerminalScreen(language)
    screen: Screen = terminal or SilentScreen()
    if terminal is not None:
        terminal.say(say("title", language), "bold")
        terminal.say(say("note", language), "dim")
    with tempfile.TemporaryDirectory(prefix="xbridge-demo-") as folder:
        work = Path(folder)
        journey = Journey(work, language=language, screen=screen)
        ok = journey.run()
        document = as_document(journey.steps, language=language)
        text = json.dumps(document, ensure_ascii=False, indent=2)
        (work / "timeline.json").write_text(text + "\n", encoding="utf-8")
        if keep is not None:
            keep_artefacts(work, keep)
    if terminal is None:
        print(text)
    else:
        terminal.say(say("done" if ok else "failed", language), "bold green" if ok else "bold red")
        if keep is not None:
            kept = [name for name in ARTEFACTS if (keep / name).exists()]
            terminal.say(f"{say('kept', language)} {keep}/: {', '.join(kept)}")
            if "evidence.zip" in kept:
                terminal.say(f"xbridge verify {keep}/evidence.zip --trust {keep}/trust.json", "dim")
    return 0 if ok else 1


def run_interactive(lang: str, *, keep: Path | None) -> int:
    """Start everything and wait, until Ctrl-C, for a person with a browser.  Return 0."""
    language = parse_language(lang)
    with tempfile.TemporaryDirectory(prefix="xbridge-demo-") as folder:
        work = Path(folder)
        try:
            with open_stage(work / "ledger.db") as stage:
                (work / "trust.json").write_bytes(stage.trust)
                screen = TerminalScreen(language)
                screen.say(say("title", language), "bold")
                screen.say(say("open", language))
                url = f"{stage.portal_url}/?lang={language}"
                screen.say(f"  {url}", "bold cyan")
                sys.stdout.flush()
                if sys.stdout.isatty():
                    webbrowser.open(url)
                threading.Event().wait()
        except KeyboardInterrupt:
            pass
        if keep is not None:
            keep_artefacts(work, keep)
    return 0


def keep_artefacts(work: Path, keep: Path) -> None:
    """Copy what the journey made into ``keep``, replacing what an earlier one left."""
    keep.mkdir(parents=True, exist_ok=True)
    for name in ARTEFACTS:
        (keep / name).unlink(missing_ok=True)
        if (work / name).exists():
            shutil.copyfile(work / name, keep / name)
