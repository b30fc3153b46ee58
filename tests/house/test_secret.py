"""Nothing in the repository is a secret, and nothing ties it to one machine or one package index.

The patterns are put together from pieces, so that this file does not match itself.
"""

from __future__ import annotations

import re
from pathlib import Path

import pytest

PRIVATE_KEY = re.compile("-----BEGIN " + r"(?:[A-Z0-9]+ )*PRIVATE KEY-----")
PRIVATE_JWK = re.compile(r'"d"\s*:\s*"[A-Za-z0-9_-]{40,}"')
BEARER = re.compile(r"\b(?:gh[pousr]_[A-Za-z0-9]{36}|AKIA[0-9A-Z]{16}|xox[baprs]-[A-Za-z0-9-]{20,})\b")
INDEX_HOST = re.compile(
    "|".join(
        re.escape(host)
        for host in ("pypi" + ".org", "python" + "hosted.org", "registry.npm" + "js", "deb.debian" + ".org")
    ),
    re.IGNORECASE,
)
INDEX_OPTION = re.compile("--(?:extra-)?index" + r"-url[ =]\S|--find" + r"-links[ =]\S")
MACHINE_PATH = re.compile(
    r"(?:^|[^.\w/-])/(?:ro" + r"ot|wo" + r"rk|fa" + r"rm|ho" + r"me/\w+|Us" + r"ers/\w+)/", re.MULTILINE
)

FORBIDDEN = {
    "a private key": PRIVATE_KEY,
    "a private JWK": PRIVATE_JWK,
    "an access key": BEARER,
    "the host of a package index": INDEX_HOST,
    "a package index option": INDEX_OPTION,
    "a path of one machine": MACHINE_PATH,
}


@pytest.mark.parametrize("what", FORBIDDEN)
def test_no_file_holds(what: str, project_files: list[Path], root: Path) -> None:
    """No file holds a key, an index host or a machine's path: whoever clones this gets the same thing anywhere."""
    assert project_files, "nothing was looked at"
    found = [
        f"{path.relative_to(root)}:{text.count(chr(10), 0, match.start()) + 1}"
        for path in project_files
        for text in [path.read_bytes().decode("utf-8", "replace")]
        for match in FORBIDDEN[what].finditer(text)
    ]
    assert found == [], f"{what} in the repository"


@pytest.mark.parametrize(
    ("what", "line"),
    [
        ("a private key", "-----BEGIN " + "EC PRIVATE KEY-----"),
        ("a private key", "-----BEGIN " + "PRIVATE KEY-----"),
        ("a private JWK", '{"kty": "EC", "d" : "' + "A" * 43 + '"}'),
        ("an access key", "gh" + "p_" + "a1" * 18),
        ("the host of a package index", "https://py" + "pi.org/simple"),
        ("a package index option", "--index" + "-url https://index.example/simple"),
        ("a path of one machine", "see /ro" + "ot/.cache"),
        ("a path of one machine", '"/ho' + 'me/someone/x"'),
    ],
)
def test_the_scan_sees(what: str, line: str) -> None:
    """Each pattern finds the thing it is for, so that an empty result means something."""
    assert FORBIDDEN[what].search(line)


def test_no_database_or_archive_is_checked_in(project_files: list[Path], root: Path) -> None:
    """Ledgers, bundles and keys are made at run time; none is ever a file of the repository."""
    suffixes = {".db", ".sqlite", ".pem", ".key", ".p12", ".pfx", ".zip", ".whl"}
    assert [str(path.relative_to(root)) for path in project_files if path.suffix in suffixes] == []
