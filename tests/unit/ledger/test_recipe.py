"""The specification's recipe works: a stranger with a shell checks an entry without any of our code."""

from __future__ import annotations

import re
import shutil
import subprocess
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from tests.conformance.log_key import LogKey
from xbridge.ledger.merkle import leaf_hash
from xbridge.ledger.tree import Tree

SPEC = Path(__file__).resolve().parents[3] / "specs" / "ledger.md"
TOOLS = ("bash", "openssl", "sha256sum", "od", "sed", "grep", "tail", "head")

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(not all(map(shutil.which, TOOLS)), reason="needs a POSIX shell with openssl and sha256sum"),
]


def write_case(folder: Path, key: LogKey, size: int, index: int) -> None:
    """Write the files of the recipe for one entry of a log of ``size``."""
    entries = [b'{"entry":%d}' % number for number in range(size)]
    tree = Tree(map(leaf_hash, entries))
    public = Ed25519PublicKey.from_public_bytes(key.note_key.public_key_raw)
    (folder / "entry.json").write_bytes(entries[index])
    (folder / "index.txt").write_text(f"{index}\n")
    (folder / "checkpoint.txt").write_bytes(key.sign(size, tree.root()))
    (folder / "path.txt").write_text("".join(f"{step.hex()}\n" for step in tree.inclusion_path(index)))
    (folder / "log.pem").write_bytes(public.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo))


def run_recipe(folder: Path) -> bool:
    """Run the specification's shell script in ``folder`` and say whether it was content."""
    (script,) = re.findall(r"```bash\n(.*?)```", SPEC.read_text("utf-8"), re.DOTALL)
    return subprocess.run(["bash", "-c", script], cwd=folder, capture_output=True).returncode == 0


@pytest.mark.parametrize(("size", "index"), [(1, 0), (7, 0), (7, 4), (7, 6), (8, 5), (21, 20), (300, 255)])
def test_the_recipe_accepts_what_is_true(tmp_path, log_key, size, index):
    """Entry, path, checkpoint and key as we write them pass, at even and ragged sizes."""
    write_case(tmp_path, log_key, size, index)
    assert run_recipe(tmp_path)


@pytest.mark.parametrize(
    ("name", "old", "new"),
    [
        ("entry.json", "4", "5"),
        ("index.txt", "4", "5"),
        ("index.txt", "4", "7"),
        ("path.txt", "\n", "\n" + "00" * 32 + "\n"),
        ("checkpoint.txt", "\n7\n", "\n8\n"),
        ("checkpoint.txt", "bridge", "fridge"),
    ],
)
def test_the_recipe_refuses_what_is_not(tmp_path, log_key, name, old, new):
    """One change in any file and the recipe fails."""
    write_case(tmp_path, log_key, 7, 4)
    file = tmp_path / name
    text = file.read_bytes().decode()
    assert old in text
    file.write_bytes(text.replace(old, new, 1).encode())
    assert not run_recipe(tmp_path)


def test_the_recipe_refuses_another_key(tmp_path, log_key, stranger_key):
    """A log signed whole by somebody else fails under the key that the reader trusts."""
    write_case(tmp_path, stranger_key, 7, 4)
    pem = (tmp_path / "log.pem").read_bytes()
    write_case(tmp_path, log_key, 7, 4)
    assert run_recipe(tmp_path)
    (tmp_path / "log.pem").write_bytes(pem)
    assert not run_recipe(tmp_path)
