"""``xbridge demo``: run the journey, show it, keep what it made."""

from __future__ import annotations

import json
import shutil
import sys
import tempfile
import threading
import webbrowser
from collections.abc import Sequence
from pathlib import Path

from xbridge.cli.screen import TerminalScreen
from xbridge.core.language import parse_language
from xbridge.demo.bind_journey import BindJourney
from xbridge.demo.form_journey import FormJourney
from xbridge.demo.journey import Journey
from xbridge.demo.login_journey import LoginJourney
from xbridge.demo.signing_journey import SigningJourney
from xbridge.demo.stage import open_stage
from xbridge.demo.story import say
from xbridge.demo.timeline import Screen, SilentScreen, as_document
from xbridge.demo.walk import Walk

JOURNEYS: dict[str, type[Walk]] = {
    each.name: each for each in (Journey, LoginJourney, FormJourney, SigningJourney, BindJourney)
}
"""The scripted journeys by name; the first is what ``xbridge demo`` runs when nobody asks for another."""


def run_demo(lang: str, *, keep: Path | None, as_json: bool, journey: str = Journey.name) -> int:
    """Run a scripted journey.  Return 0 when every step succeeded, otherwise 1."""
    chosen = JOURNEYS[journey]
    if missing := chosen.missing():
        print(missing, file=sys.stderr)
        return 1
    language = parse_language(lang)
    terminal = None if as_json else TerminalScreen(language)
    screen: Screen = terminal or SilentScreen()
    if terminal is not None:
        terminal.say(say(f"title_{journey}", language), "bold")
        terminal.say(say("note", language), "dim")
    with tempfile.TemporaryDirectory(prefix="xbridge-demo-") as folder:
        work = Path(folder)
        walk = chosen(work, language=language, screen=screen)
        ok = walk.run()
        document = as_document(journey, walk.steps, language=language)
        text = json.dumps(document, ensure_ascii=False, indent=2)
        (work / "timeline.json").write_text(text + "\n", encoding="utf-8")
        if keep is not None:
            keep_artefacts(work, keep, chosen.artefacts)
    if terminal is None:
        print(text)
    else:
        terminal.say(say("done" if ok else "failed", language), "bold green" if ok else "bold red")
        if keep is not None:
            kept = [name for name in chosen.artefacts if (keep / name).exists()]
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
                screen.say(say("title_whole", language), "bold")
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
            keep_artefacts(work, keep, Journey.artefacts)
    return 0


def keep_artefacts(work: Path, keep: Path, names: Sequence[str]) -> None:
    """Copy the files ``names`` that a journey made into ``keep``, replacing what an earlier one left."""
    keep.mkdir(parents=True, exist_ok=True)
    for name in {name for walk in JOURNEYS.values() for name in walk.artefacts}:
        (keep / name).unlink(missing_ok=True)
    for name in names:
        if (work / name).exists():
            shutil.copyfile(work / name, keep / name)
