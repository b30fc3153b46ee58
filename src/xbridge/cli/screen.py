"""What a person sees in the terminal: colour and a spinner where there is one, plain lines where there is not."""

from __future__ import annotations

from unicodedata import category

from rich.console import Console
from rich.status import Status
from rich.text import Text

from xbridge.consent.wording import CATEGORIES, word
from xbridge.core.language import Language
from xbridge.demo.timeline import Step

_SHAPELESS = {"Cc", "Cf", "Cs", "Zl", "Zp"}


def console() -> Console:
    """Return a console on standard output that never wraps a line in a pipe."""
    return Console(soft_wrap=True)


def printable(text: str) -> str:
    """Return hostile ``text`` as one line that cannot act on a terminal: what has no shape of its own becomes ``�``.

    That is controls (ESC, newlines), invisible and direction marks, line separators, and halves of characters.
    """
    return "".join("�" if category(each) in _SHAPELESS else each for each in text)


class TerminalScreen:
    """Shows a journey's steps as they happen."""

    def __init__(self, language: Language) -> None:
        """``language`` is the timeline's."""
        self._console = console()
        self._language: Language = language
        self._status: Status | None = None

    def say(self, text: str, style: str = "") -> None:
        """Print one line."""
        self._console.print(Text(text, style=style))

    def begin(self, title: str) -> None:
        """Show that a step is under way, where the terminal can take it back."""
        if self._console.is_terminal:
            self._status = self._console.status(Text(title), spinner="dots")
            self._status.start()

    def end(self, step: Step, number: int) -> None:
        """Print how a step ended: number, sign, title, and the outcome below it."""
        if self._status is not None:
            self._status.stop()
            self._status = None
        title, outcome = step.texts(self._language)
        good = step.status == "ok"
        line = Text.assemble(
            (f"{number:>2} ", "dim"),
            ("✓ " if good else "✗ ", "bold green" if good else "bold red"),
            (title, "bold"),
            (f"  {step.elapsed_ms} ms", "dim"),
        )
        self._console.print(line)
        self._console.print(Text(f"     {outcome}", style="" if good else "red"))
        record = step.facts.get("record")
        colon = ": " if self._language == "en" else "："
        if good and isinstance(record, dict):
            for name, value in record.items():
                shown = ", ".join(f"{key}: {item}" for key, item in value.items()) if isinstance(value, dict) else value
                label = word(CATEGORIES, name, self._language) if name in CATEGORIES else name
                self._console.print(Text(f"       {label}{colon}{shown}", style="cyan"))
