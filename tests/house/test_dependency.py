"""What the code imports is what pyproject.toml asks for: nothing missing, nothing promised in vain."""

from __future__ import annotations

import ast
import re
import sys
import tomllib
from collections.abc import Iterable
from pathlib import Path

import pytest

from tests.house.reserved import RESERVED

# The distribution that brings each module we import, where the names differ or another package brings it along.
BROUGHT_BY = {"jwt": "pyjwt", "markupsafe": "jinja2", "pydantic_core": "pydantic", "click": "typer"}
OURS = {"xbridge", "xbridge_mocks"}
# Declared for people who use us: they serve the mocks in their tests with the first, and the web parts with the second.
FOR_USERS = {"pytest-httpserver", "uvicorn"}
# Files of the core whose package belongs to an extra; they load it when it is needed and say so when it is not there.
OF_AN_EXTRA = {
    "asgi.py": "web", "matching_route.py": "web", "multipart_message.py": "web",
    "oprf.py": "match", "person_name.py": "match", "sm2.py": "gm",
}  # fmt: skip
# Of these, what nobody imports who has not got the package anyway.
FOR_A_FRAMEWORK = {"asgi.py", "matching_route.py"}


def imported(files: Iterable[Path]) -> set[str]:
    """Return the distributions that ``files`` import, wherever in the file the import stands."""
    modules: set[str] = set()
    for file in files:
        for node in ast.walk(ast.parse(file.read_text("utf-8"))):
            if isinstance(node, ast.Import):
                modules |= {alias.name.partition(".")[0] for alias in node.names}
            elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
                modules.add(node.module.partition(".")[0])
    # `_typeshed` exists for type checkers only.
    foreign = modules - OURS - set(sys.stdlib_module_names) - {"_typeshed"}
    return {BROUGHT_BY.get(module, module) for module in foreign}


def declared(root: Path) -> dict[str, set[str]]:
    """Return the distributions that the project asks for: ``core``, and each extra by its name."""
    project = tomllib.loads((root / "pyproject.toml").read_text("utf-8"))["project"]
    groups = {"core": project["dependencies"], **project["optional-dependencies"]}
    return {group: {re.split(r"[<>=~! ;\[]", line)[0] for line in lines} for group, lines in groups.items()}


def parts(root: Path) -> dict[str, list[Path]]:
    """Return the files of each part that has requirements of its own."""
    library = sorted((root / "src/xbridge").rglob("*.py"))
    command_line = [file for file in library if "cli" in file.relative_to(root).parts]
    mocked = [file for file in library if {"demo", "testing.py", "testing"} & set(file.relative_to(root).parts)]
    return {
        "core": [file for file in library if file not in [*command_line, *mocked] and file.name not in OF_AN_EXTRA],
        "web": [file for file in library if OF_AN_EXTRA.get(file.name) == "web"],
        "gm": [file for file in library if OF_AN_EXTRA.get(file.name) == "gm"],
        "match": [file for file in library if OF_AN_EXTRA.get(file.name) == "match"],
        "cli": command_line,
        "demo": mocked,
        "mocks": sorted((root / "mocks").rglob("*.py")),
    }


@pytest.mark.parametrize(
    ("part", "groups"),
    [
        ("core", ["core"]),
        ("web", ["core", "web"]),
        ("gm", ["core", "gm"]),
        ("match", ["core", "match"]),
        ("cli", ["core", "cli"]),
        ("demo", ["core", "cli", "mocks"]),
        ("mocks", ["core", "mocks"]),
    ],
)
def test_each_part_imports_only_what_is_asked_for(root: Path, part: str, groups: list[str]) -> None:
    """The library lives on its three dependencies; typer and rich are the command line's, Werkzeug is the mocks'."""
    asked = declared(root)
    assert imported(parts(root)[part]) - set().union(*(asked[group] for group in groups)) == set()


@pytest.mark.parametrize("extra", sorted(set(OF_AN_EXTRA.values())))
def test_an_extra_is_imported_when_it_is_asked_for(root: Path, extra: str) -> None:
    """A module that can use an extra is imported without it: no import of it stands outside a function."""
    for file in (each for each in parts(root)[extra] if each.name not in FOR_A_FRAMEWORK):
        top = ast.parse(file.read_text("utf-8")).body
        modules = {alias.name for node in top if isinstance(node, ast.Import) for alias in node.names}
        modules |= {node.module or "" for node in top if isinstance(node, ast.ImportFrom)}
        assert {module.partition(".")[0] for module in modules} & declared(root)[extra] == set()


def test_every_dependency_is_used(root: Path) -> None:
    """A package is asked for when code imports it; a reserved extra stops being reserved when code does."""
    used = imported([file for files in parts(root).values() for file in files])
    groups = declared(root)
    asked = set().union(*(names for group, names in groups.items() if group not in RESERVED))
    assert asked - used == FOR_USERS
    for group in RESERVED:
        assert groups[group] & used == set(), f"the extra {group} has code now: take it off the reserved list"


def test_the_package_gmssl_is_nowhere(root: Path) -> None:
    """No file imports gmssl, which draws SM2's nonces from a predictable generator, and no requirement names it."""
    imports = re.compile(r"^\s*(?:import|from) gmssl\b", re.MULTILINE)
    folders = [root / folder for folder in ("src", "mocks", "tests", "benchmarks", "tools", "examples")]
    files = [file for folder in folders for file in folder.rglob("*.py")]
    assert [file.name for file in files if imports.search(file.read_text("utf-8"))] == []
    # gmssl_pyx, spelled with either sign, is another project.
    names = re.compile(r"\bgmssl(?![\w-]*pyx)\b", re.IGNORECASE)
    asked = [root / "pyproject.toml", *(root / "requirements").iterdir()]
    assert [file.name for file in asked if names.search(file.read_text("utf-8"))] == []
