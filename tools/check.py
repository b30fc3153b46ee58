"""``make check``: every judgement CI passes on this tree, in order, with the time each one took.

It runs tools and stops at the first that fails; it judges nothing itself.  Run it with the environment's own Python.
"""

from __future__ import annotations

import subprocess
import sys
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
PYTHON = sys.executable

# The cheap answers first.  The tests come last, so that their closing line ends the log of a good run.
STEPS: tuple[tuple[str, tuple[str, ...]], ...] = (
    ("format", (PYTHON, "-m", "ruff", "format", "--check", "--quiet", ".")),
    ("lint", (PYTHON, "-m", "ruff", "check", "--quiet", ".")),
    ("types", (PYTHON, "-m", "mypy")),
    ("imports", (str(Path(PYTHON).with_name("lint-imports")), "--no-cache")),
    ("wheel", (PYTHON, "tools/wheel.py")),
    ("tests", ("make", "--no-print-directory", "test", "T=", "ARGS=")),
)


def main(wanted: list[str]) -> int:
    """Run the steps called ``wanted`` (all when empty) and return the first failing exit code, or 0."""
    known = [name for name, _ in STEPS]
    if unknown := sorted(set(wanted) - set(known)):
        print(f"unknown step {', '.join(unknown)}; there are: {', '.join(known)}", file=sys.stderr)
        return 2
    took: list[str] = []
    for name, command in STEPS:
        if wanted and name not in wanted:
            continue
        print(f"-- {name}", flush=True)
        started = time.monotonic()
        code = subprocess.run(command, cwd=ROOT).returncode
        seconds = time.monotonic() - started
        if code:
            print(f"-- {name}: FAILED after {seconds:.1f} s (again: make check ARGS={name})", file=sys.stderr)
            return code
        print(f"-- {name}: ok, {seconds:.1f} s", flush=True)
        took.append(f"{name} {seconds:.0f} s")
    print("-- all of it: " + ", ".join(took))
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
