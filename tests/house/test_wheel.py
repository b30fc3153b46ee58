"""What is in the wheel: all of the library and its mocks, and nothing else.

Built in process with the pinned backend; ``tools/wheel.py`` installs one and runs it.
"""

from __future__ import annotations

from email import message_from_bytes
from pathlib import Path
from zipfile import ZipFile

import pytest
from hatchling.builders.wheel import WheelBuilder

PACKAGES = {"xbridge": "src/xbridge", "xbridge_mocks": "mocks/xbridge_mocks"}


@pytest.fixture(scope="module")
def wheel(root: Path, tmp_path_factory: pytest.TempPathFactory) -> ZipFile:
    """A wheel of this tree."""
    folder = tmp_path_factory.mktemp("wheel")
    (path,) = WheelBuilder(str(root)).build(directory=str(folder), versions=["standard"])
    return ZipFile(path)


@pytest.mark.slow
def test_the_wheel_holds_every_file_of_both_packages(wheel: ZipFile, root: Path, project_files: list[Path]) -> None:
    """Templates, texts and type markers travel with the code; no test, key or database does."""
    expected = {
        f"{package}/{path.relative_to(root / folder).as_posix()}"
        for package, folder in PACKAGES.items()
        for path in project_files
        if path.is_relative_to(root / folder)
    }
    inside = {name for name in wheel.namelist() if ".dist-info/" not in name}
    assert inside == expected
    assert {"xbridge/py.typed", "xbridge_mocks/py.typed"} <= inside


@pytest.mark.slow
def test_the_wheel_says_who_it_is(wheel: ZipFile) -> None:
    """The distribution is ``xbridge-gba`` with the command ``xbridge``, under Apache-2.0 with its text inside."""
    info = next(name.partition("/")[0] for name in wheel.namelist() if ".dist-info/" in name)
    metadata = message_from_bytes(wheel.read(f"{info}/METADATA"))
    assert info.startswith("xbridge_gba-")
    assert metadata["Name"] == "xbridge-gba"
    assert metadata["License-Expression"] == "Apache-2.0"
    assert f"{info}/licenses/LICENSE" in wheel.namelist()
    assert b"xbridge = xbridge.cli:main" in wheel.read(f"{info}/entry_points.txt")


def test_no_document_installs_a_stranger(project_files: list[Path], root: Path) -> None:
    """Another project owns the name ``xbridge`` on the package index, so no document may tell people to install it."""
    wrong = "pip install " + "xbridge"
    found = [
        str(path.relative_to(root))
        for path in project_files
        if path.suffix in {".md", ".html", ".toml", ".py"}
        and wrong in (text := path.read_text("utf-8"))
        and text.replace(wrong + "-gba", "").count(wrong)
        and "stranger" not in text
    ]
    assert found == []
