"""docs/web.md runs as it stands, and names every endpoint and every hook."""

from __future__ import annotations

import re
from dataclasses import asdict
from pathlib import Path

from tests.docs.block import blocks, codes, rows
from tests.docs.test_example import run
from xbridge.web import FrontDesk, Hooks, Paths
from xbridge.web.button import TEXTS

PAGE = Path(__file__).resolve().parents[2] / "docs/web.md"


def test_the_page_runs() -> None:
    """Its blocks are one program; its assertions hold."""
    found = blocks(PAGE, "python")
    assert sum(block.count("\nassert ") for block in found) >= 3
    run("\n".join(found), PAGE.name)


def test_every_endpoint_is_listed() -> None:
    """The table of addresses has exactly the paths of a desk."""
    listed = {
        re.sub(r"/…$", "", code.partition(" ")[2])
        for cells in rows(PAGE, "## 2. What is answered")
        for code in codes(cells[0])
    }
    assert listed == set(asdict(Paths()).values())


def test_every_hook_is_listed() -> None:
    """The table of hooks has exactly the methods that an application may override."""
    listed = {code for cells in rows(PAGE, "## 3. What you say") for code in codes(cells[0])}
    assert listed == {name for name in vars(Hooks) if not name.startswith("_")}


def test_every_button_is_named() -> None:
    """Each kind of button is there, and the page for it too."""
    named = set(codes(PAGE.read_text("utf-8").partition("## 4. Buttons")[2].partition("##")[0]))
    assert {*TEXTS, "form"} <= named


def test_every_example_is_named() -> None:
    """The four frameworks have an example each, of at most 120 lines."""
    folder = PAGE.parents[1] / "examples"
    examples = {path.name: len(path.read_text("utf-8").splitlines()) for path in folder.glob("*_service.py")}
    assert set(examples) == {f"{name}_service.py" for name in ("starlette", "fastapi", "flask", "django")}
    assert max(examples.values()) <= 120
    assert FrontDesk.__name__ in PAGE.read_text("utf-8")
