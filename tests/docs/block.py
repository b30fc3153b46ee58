"""Reading Markdown: fenced blocks, tables and links.  Enough for our own documents; not a Markdown parser."""

from __future__ import annotations

import re
from pathlib import Path

_FENCE = re.compile(r"^```([\w-]*)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
_LINK = re.compile(r"(?<!!)\[[^\]]*\]\(([^)\s]+)\)")


def blocks(path: Path, language: str) -> list[str]:
    """Return the content of the fenced blocks of ``language``, in order."""
    return [content for name, content in _FENCE.findall(path.read_text("utf-8")) if name == language]


def links(path: Path) -> list[str]:
    """Return the targets of the links outside fenced blocks."""
    return _LINK.findall(_FENCE.sub("", path.read_text("utf-8")))


def rows(path: Path, heading: str) -> list[list[str]]:
    """Return the cells of every table row under the line ``heading``, up to the next heading; not the head rows."""
    text = _FENCE.sub("", path.read_text("utf-8"))
    _, found, rest = text.partition(f"{heading}\n")
    assert found, f"{path.name} has no line {heading!r}"
    section = re.split(r"^#+ ", rest, maxsplit=1, flags=re.MULTILINE)[0]
    found_rows: list[list[str]] = []
    lines = section.splitlines()
    for above, line in zip(["", *lines], lines, strict=False):
        is_head = re.fullmatch(r"\|( ?-+ ?\|)+", line) is not None
        if is_head:
            found_rows.pop()
        elif line.startswith("|"):
            found_rows.append([cell.strip() for cell in line.strip("|").split(" | ")])
        assert not (is_head and not above.startswith("|")), f"{path.name}: a table without a head"
    return found_rows


def codes(cell: str) -> list[str]:
    """Return what stands in backticks in ``cell``."""
    return re.findall(r"`([^`]+)`", cell)
