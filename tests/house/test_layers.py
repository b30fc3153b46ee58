"""The drawing of the house holds: contracts, and the two things that an import contract cannot see.

The contracts themselves are in ``pyproject.toml``; this file only asks import-linter and reads source.
"""

from __future__ import annotations

import ast
import subprocess
import sys
from pathlib import Path

ROOMS = ("providers", "linking", "exchange", "consent", "policy", "ledger", "evidence")
BELOW_THE_DOORS = ("core", "crypto", "protocols", *ROOMS, "flows")
WORLD_TOUCHING_BUILTINS = {"open", "print", "input", "breakpoint", "exec", "eval", "__import__"}


def calls_below_the_doors(root: Path) -> list[tuple[Path, ast.Call]]:
    """Return every call in the sans-IO floors with the file it stands in."""
    files = [file for floor in BELOW_THE_DOORS for file in (root / "src/xbridge" / floor).rglob("*.py")]
    assert files, "the floors are not where this test looks"
    return [
        (file.relative_to(root), node)
        for file in files
        for node in ast.walk(ast.parse(file.read_text("utf-8")))
        if isinstance(node, ast.Call)
    ]


def test_imports_go_down_never_up_never_sideways(root: Path) -> None:
    """Every import contract is kept, and every folder has its place in the drawing."""
    linter = Path(sys.executable).with_name("lint-imports")
    check = subprocess.run([linter, "--no-cache"], cwd=root, capture_output=True, text=True)
    assert check.returncode == 0, check.stdout + check.stderr


def test_no_floor_below_the_doors_opens_a_file(root: Path) -> None:
    """A built-in needs no import, so no contract sees it: files, terminals and code from text stay at the doors."""
    found = [
        f"{file}:{call.lineno}: {call.func.id}()"
        for file, call in calls_below_the_doors(root)
        if isinstance(call.func, ast.Name) and call.func.id in WORLD_TOUCHING_BUILTINS
    ]
    assert found == []


def test_no_floor_below_the_doors_imports_by_name(root: Path) -> None:
    """An import by name would hide a dependency from the contracts."""
    found = [
        f"{file}:{call.lineno}: {ast.unparse(call.func)}()"
        for file, call in calls_below_the_doors(root)
        if ast.unparse(call.func) in {"import_module", "importlib.import_module"}
    ]
    assert found == []


def test_the_tree_under_test_is_this_one(root: Path) -> None:
    """A copied or moved environment must not test somebody else's code in this one's name."""
    import xbridge
    import xbridge_mocks

    for package in (xbridge, xbridge_mocks):
        assert root in Path(package.__path__[0]).resolve().parents, package.__path__
