"""The code in the documents runs, as it stands."""

from __future__ import annotations

import re
import subprocess
import sys
from contextlib import redirect_stdout
from io import StringIO
from pathlib import Path
from typing import Any

import pytest

from tests.docs.block import blocks
from tests.unit.crypto.binding import require_binding

ROOT = Path(__file__).resolve().parents[2]
READMES = ("README.md", "README.zh-Hant.md", "README.zh-Hans.md")


def run(code: str, name: str) -> str:
    """Run ``code`` as a script of its own and return what it printed."""
    printed = StringIO()
    with redirect_stdout(printed):
        exec(compile(code, name, "exec"), {"__name__": "__main__"})
    return printed.getvalue()


@pytest.mark.parametrize("name", READMES)
def test_the_readme_example_runs(name: str) -> None:
    """The one example of each README runs in at most twenty lines and prints what its comments promise."""
    (example,) = blocks(ROOT / name, "python")
    assert len(example.splitlines()) <= 20
    assert run(example, name) == "permit_with_obligations 120\nwithdrawn\n"


def test_the_readmes_show_the_same_example() -> None:
    """Only comments differ between the three languages."""
    plain = [re.sub(r"  # .*", "", blocks(ROOT / name, "python")[0]) for name in READMES]
    assert plain[0] == plain[1] == plain[2]


@pytest.mark.parametrize("name", ["binding.md", "journey.md", "keys.md", "signing.md", "sm.md"])
def test_the_walk_through_runs(name: str) -> None:
    """The blocks of a walk-through are one program; its assertions hold."""
    require_binding("SM2" if name in {"keys.md", "sm.md"} else "")
    page = ROOT / "docs" / name
    found = blocks(page, "python")
    assert sum(block.count("\nassert ") for block in found) >= 6
    run("\n".join(found), page.name)


def test_the_make_targets_exist() -> None:
    """Every ``make`` command of a README is a target."""
    targets = set(re.findall(r"^([a-z]+):", (ROOT / "Makefile").read_text("utf-8"), re.MULTILINE))
    named = {
        word for name in READMES for word in re.findall(r"\bmake ([a-z]+)\b", "\n".join(blocks(ROOT / name, "sh")))
    }
    assert named >= {"demo", "test", "mocks"}
    assert named <= targets


def _shown_commands() -> dict[str, set[str]]:
    """Return the options shown with each ``xbridge`` command in the READMEs and the specification."""
    shown: dict[str, set[str]] = {}
    for page in (*READMES, "specs/evidence.md"):
        text = "\n".join(blocks(ROOT / page, "sh") + blocks(ROOT / page, "console"))
        for command, rest in re.findall(r"(?:^|/)xbridge ([a-z]+)([^#\n]*)", text, re.MULTILINE):
            shown.setdefault(command, set()).update(re.findall(r"--[a-z]+", rest))
    return shown


@pytest.mark.slow
@pytest.mark.parametrize("command", ["demo", "verify"])
def test_the_commands_exist_as_shown(command: str) -> None:
    """Each ``xbridge`` command that a document shows has the options that it shows."""
    shown = _shown_commands()
    assert set(shown) == {"demo", "verify"}
    environment: dict[str, Any] = {"COLUMNS": "200", "TERM": "dumb", "NO_COLOR": "1", "PYTHONPATH": ":".join(sys.path)}
    program = "from xbridge.cli import main; main()"
    answer = subprocess.run(
        [sys.executable, "-c", program, command, "--help"], capture_output=True, text=True, env=environment, check=True
    )
    assert shown[command]
    assert {option for option in shown[command] if option not in answer.stdout} == set()
