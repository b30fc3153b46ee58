"""File names are nouns that say what is inside (house.md section 6)."""

from __future__ import annotations

from pathlib import Path

VAGUE = {"base", "common", "helper", "helpers", "manager", "misc", "stuff", "util", "utils"}
MAX_LINES = 350


def test_no_file_has_a_name_that_says_nothing(project_files: list[Path], root: Path) -> None:
    """A folder listing is the table of contents, so no entry may be called utils."""
    vague = [
        str(path.relative_to(root))
        for path in project_files
        if VAGUE & set(path.relative_to(root).with_suffix("").parts)
    ]
    assert vague == []


def test_no_module_is_two_modules(root: Path) -> None:
    """A module of more than 350 lines holds more than one idea."""
    long = {
        str(file.relative_to(root)): lines
        for folder in ("src", "mocks")
        for file in (root / folder).rglob("*.py")
        if (lines := len(file.read_text("utf-8").splitlines())) > MAX_LINES
    }
    assert long == {}
