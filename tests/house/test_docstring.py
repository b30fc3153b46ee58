"""Every test says which law it checks, and every module says what it is.

Public functions and classes are ruff's business (rules D); tests and empty modules slip through its net.
"""

from __future__ import annotations

import ast
from pathlib import Path

ENDINGS = (".", "?", "!", "。", "…")


def is_test(node: ast.AST) -> bool:
    """Whether pytest would collect ``node`` as a test."""
    return isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) and node.name.startswith("test_")


def test_every_test_states_its_law(root: Path) -> None:
    """A test has a docstring whose first line is a sentence."""
    silent = []
    for file in sorted((root / "tests").rglob("test_*.py")):
        for node in ast.walk(ast.parse(file.read_text("utf-8"))):
            if is_test(node):
                assert isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
                first = (ast.get_docstring(node) or "").partition("\n\n")[0].rstrip()
                if not first.endswith(ENDINGS):
                    silent.append(f"{file.relative_to(root)}:{node.lineno} {node.name}")
    assert silent == []


def test_every_module_says_what_it_is(root: Path) -> None:
    """A module of the library or of the mocks opens with a docstring, an empty ``__init__`` too."""
    silent = [
        str(file.relative_to(root))
        for folder in ("src", "mocks", "benchmarks", "tools")
        for file in sorted((root / folder).rglob("*.py"))
        if not ast.get_docstring(ast.parse(file.read_text("utf-8")))
    ]
    assert silent == []
