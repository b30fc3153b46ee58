"""The pinned requirement files say what pyproject.toml says, hash everything, and agree with each other."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

import pytest

from tests.house.reserved import NATIVE, RESERVED

PINNED = re.compile(r"^([a-z0-9-]+)==([^ ;]+)(?: ; [^\\]+?)? \\$")


def locked(root: Path, name: str) -> dict[str, tuple[str, int]]:
    """Return ``{package: (version, number of hashes)}`` of one requirements file."""
    packages: dict[str, tuple[str, int]] = {}
    current = ""
    for line in (root / "requirements" / name).read_text("utf-8").splitlines():
        if match := PINNED.match(line):
            current = match[1]
            packages[current] = (match[2], 0)
        elif line.strip().startswith("--hash=sha256:"):
            version, hashes = packages[current]
            packages[current] = (version, hashes + 1)
        else:
            assert line.lstrip().startswith("#"), f"{name}: {line!r} is not a pinned, hashed requirement"
    return packages


def names(specifiers: list[str]) -> set[str]:
    """Return the requirement lines without spaces."""
    return {line.replace(" ", "") for line in specifiers}


@pytest.mark.parametrize("name", ["demo.txt", "dev.txt", "lock.txt"])
def test_everything_is_pinned_and_hashed(root: Path, name: str) -> None:
    """Each line pins one version with at least one hash; there is no URL, no option, no path."""
    packages = locked(root, name)
    assert packages
    assert [package for package, (_, hashes) in packages.items() if hashes == 0] == []


def test_the_tools_do_not_change_what_is_tested(root: Path) -> None:
    """What the demonstration runs with is, version for version, what the tests run with."""
    demo, dev = locked(root, "demo.txt"), locked(root, "dev.txt")
    assert {package: dev.get(package) for package in demo} == demo


def test_the_names_are_those_of_the_project(root: Path) -> None:
    """demo.in lists exactly the dependencies, the extras with code, and the build backend of pyproject.toml."""
    project = tomllib.loads((root / "pyproject.toml").read_text("utf-8"))
    optional = project["project"]["optional-dependencies"]
    extras = [lines for extra, lines in optional.items() if extra not in RESERVED | NATIVE]
    said = names([*project["project"]["dependencies"], *(line for lines in extras for line in lines)])
    said |= names(project["build-system"]["requires"])
    lines = (root / "requirements/demo.in").read_text("utf-8").splitlines()
    assert names([line for line in lines if line and not line.startswith("#")]) == said
