"""What the house tests look at: the repository's own files.  Nothing here runs the library."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
SKIPPED_FOLDERS = {".git", ".venv", "demo-out", "dist", "__pycache__", ".hypothesis"}


@pytest.fixture(scope="session")
def root() -> Path:
    """The folder that holds pyproject.toml."""
    return ROOT


@pytest.fixture(scope="session")
def project_files() -> list[Path]:
    """Every file that is in the repository or about to be: tracked, or new and not ignored."""
    listing = subprocess.run(
        ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"], cwd=ROOT, capture_output=True
    )
    if listing.returncode == 0:
        names = [name for name in listing.stdout.decode().split("\0") if name]
        return sorted(ROOT / name for name in names if (ROOT / name).is_file())
    # An unpacked source distribution has no git: take what is there.
    return sorted(
        path for path in ROOT.rglob("*") if path.is_file() and not SKIPPED_FOLDERS & set(path.relative_to(ROOT).parts)
    )
