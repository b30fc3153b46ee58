"""The mocks are a second opinion: they stand without the library, and load lazily."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import pytest

import xbridge_mocks
from xbridge_mocks.text import LANGUAGES, SHARED, Catalogue, Text

HOME = Path(xbridge_mocks.__file__).parent


def test_no_module_imports_the_library():
    """Nothing in the mocks imports ``xbridge``."""
    for path in HOME.rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            names = [alias.name for alias in node.names] if isinstance(node, ast.Import) else []
            if isinstance(node, ast.ImportFrom):
                names = [node.module or ""]
            assert not [name for name in names if name.split(".")[0] == "xbridge"], path


def test_no_key_is_stored():
    """No private key, certificate or long random text lies in the package (G4)."""
    for path in HOME.rglob("*"):
        if path.is_file() and path.suffix != ".pyc":
            text = path.read_text("utf-8")
            assert not re.search(r"BEGIN [A-Z ]*PRIVATE KEY-----\s*\n", text), path
            assert not re.search(r"\b[0-9a-f]{40,}\b|[A-Za-z0-9+/]{80,}={0,2}", text), path


def test_public_names():
    """What can be imported from the top is what is promised, and nothing else."""
    for name in xbridge_mocks.__all__:
        assert getattr(xbridge_mocks, name) is not None
    assert sorted(xbridge_mocks.__all__, key=str.casefold) == xbridge_mocks.__all__
    with pytest.raises(AttributeError, match="nonsense"):
        xbridge_mocks.nonsense  # noqa: B018 - looking is the test


def test_no_template_switches_escaping_off():
    """No template marks a value as safe or turns autoescape off."""
    for path in (HOME / "template").rglob("*.html"):
        assert not re.search(r"\|\s*safe\b|autoescape", path.read_text("utf-8")), path


def test_shared_texts():
    """Every shared sentence exists in three languages, and a catalogue cannot redefine one."""
    for key in SHARED:
        assert len({SHARED.say(key, lang) for lang in LANGUAGES}) == 3
    with pytest.raises(ValueError, match="banner"):
        SHARED | Catalogue({"banner": Text("a", "b", "c")})
