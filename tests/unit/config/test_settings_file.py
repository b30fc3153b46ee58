"""``load_config``: one TOML file, keys in files of their own, and errors that quote neither."""

from __future__ import annotations

import copy
import traceback
from pathlib import Path
from typing import Any

import pytest

from xbridge.core.errors import ConfigError
from xbridge.drivers.settings import MAX_FILE_BYTES, load_config
from xbridge.testing import World

SECRET = "canary-5d41402a"


@pytest.fixture(scope="module")
def complete() -> dict[str, Any]:
    """A complete document of the development profile, without catalogue."""
    seen: list[dict[str, Any]] = []
    World(overrides=lambda document: seen.append(copy.deepcopy(document)))
    document = seen[0]
    document["parties"], document["services"] = document["parties"][:1], []
    return document


@pytest.fixture
def folder(tmp_path: Path, complete: dict[str, Any]) -> Path:
    """A folder with ``xbridge.toml`` whose keys stand in files beside it, one of them in a folder below."""
    keys = complete["keys"]
    (tmp_path / "keys").mkdir()
    for name in ("record", "log", "token"):
        (tmp_path / "keys" / f"{name}.pem").write_text(keys[name])
    (tmp_path / "pseudonym.txt").write_text(keys["pseudonym"] + "\n")
    (tmp_path / "sealing.txt").write_text("  " + keys["sealing"][0] + "\r\n")
    (tmp_path / "hk.secret").write_text(complete["providers"]["iamsmart"]["client_secret"] + "\n")
    (tmp_path / "kek.pem").write_text(complete["providers"]["iamsmart"]["kek_private_keys"][0])
    party = complete["parties"][0]
    names = "\n".join(f"{key} = {value!r}" for key, value in party["names"].items())
    address = "\n".join(f"{key} = {value!r}" for key, value in party["address"].items())
    (tmp_path / "xbridge.toml").write_text(f"""
profile = "development"
issuer = "https://svc.test"
log_origin = "svc.test/ledger"
operator = "hk-portal"

[keys]
record_file = "keys/record.pem"
log_file = "keys/log.pem"
token_file = "keys/token.pem"
pseudonym_file = "pseudonym.txt"
sealing_files = ["sealing.txt"]

[providers.iamsmart]
base_url = "http://iamsmart.test"
client_id = "{complete["providers"]["iamsmart"]["client_id"]}"
client_secret_file = "hk.secret"
kek_private_keys_files = ["kek.pem"]
redirect_uris = ["https://svc.test/cb/hk"]

[[parties]]
id = "hk-portal"
kind = "hk_bureau"
place = "HK"
contact = "privacy@portal.example"
[parties.names]
{names}
[parties.address]
{address}
""", "utf-8")  # fmt: skip
    return tmp_path


def refusal(path: Path | str) -> str:
    """The message with which the file is refused, after checking that nobody sees a value."""
    with pytest.raises(ConfigError) as caught:
        load_config(path)
    assert SECRET not in "".join(traceback.format_exception(caught.value))
    return str(caught.value)


def edit(folder: Path, old: str, new: str) -> Path:
    """Change the TOML file and return its path."""
    path = folder / "xbridge.toml"
    text = path.read_text("utf-8")
    assert old in text
    path.write_text(text.replace(old, new), "utf-8")
    return path


def test_files_become_values(folder, complete):
    """``NAME_file`` becomes ``NAME`` with the file's text, blanks at the ends taken off; ``NAME_files`` a list."""
    config = load_config(folder / "xbridge.toml")
    assert config.keys.pseudonym.get_secret_value() == complete["keys"]["pseudonym"]
    assert [key.get_secret_value() for key in config.keys.sealing] == complete["keys"]["sealing"]
    section = config.providers["iamsmart"]
    assert section["client_secret"] == complete["providers"]["iamsmart"]["client_secret"]
    assert section["kek_private_keys"][0].strip() == complete["providers"]["iamsmart"]["kek_private_keys"][0].strip()


def test_relative_to_the_file(folder, monkeypatch, tmp_path_factory):
    """Relative paths start at the TOML file's folder, wherever the process stands."""
    monkeypatch.chdir(tmp_path_factory.mktemp("elsewhere"))
    assert load_config(str(folder / "xbridge.toml")).operator == "hk-portal"


@pytest.mark.parametrize("order", ["before", "after"])
def test_given_twice(folder, order):
    """A value in the open beside its file is a mistake, whichever stands first."""
    line, other = 'client_secret_file = "hk.secret"', f'client_secret = "{SECRET}"'
    path = edit(folder, line, f"{other}\n{line}" if order == "before" else f"{line}\n{other}")
    assert "client_secret is given twice" in refusal(path)


@pytest.mark.parametrize(("old", "new"), [
    ('"hk.secret"', '"missing.secret"'), ('"hk.secret"', '"keys"'), ('"hk.secret"', '"hk\\u0000.secret"'),
    ('"keys/log.pem"', '"keys/../keys/nothing.pem"'), ('["kek.pem"]', '["kek.pem", "nothing"]'), ('["kek.pem"]', "[5]"),
])  # fmt: skip
def test_file_that_cannot_be_read(folder, old, new):
    """A file that is not there, or is none, is a configuration error that names the file."""
    assert "cannot be read" in refusal(edit(folder, old, new))


def test_file_that_is_no_text(folder):
    """A file that is not UTF-8 is refused, and none of its bytes are shown."""
    (folder / "hk.secret").write_bytes(SECRET.encode() + b"\xff")
    assert "hk.secret cannot be read as UTF-8 text" in refusal(folder / "xbridge.toml")


def test_file_that_is_too_large(folder):
    """A key file of more than a mebibyte is none."""
    (folder / "hk.secret").write_bytes(b"a" * (MAX_FILE_BYTES + 1))
    assert "too large" in refusal(folder / "xbridge.toml")


@pytest.mark.parametrize("text", [
    "= 5", "[keys", f'a = "{SECRET}', f'a = "{SECRET}"\na = "{SECRET}"', f"{SECRET} {SECRET}", f"a = {SECRET}",
])  # fmt: skip
def test_what_is_not_toml(folder, text):
    """A text that is not TOML is refused with the place of the mistake and none of its values."""
    path = folder / "xbridge.toml"
    path.write_text(text, "utf-8")
    with pytest.raises(ConfigError, match=r"xbridge\.toml is not TOML"):
        load_config(path)


def test_missing_file(tmp_path):
    """No file, no configuration."""
    assert "cannot be read" in refusal(tmp_path / "nothing.toml")
    assert "cannot be read" in refusal(tmp_path)


def test_nothing_else_is_a_file(folder):
    """Only the endings ``_file`` and ``_files`` mean a file, and only for text."""
    path = edit(folder, 'operator = "hk-portal"', 'operator = "hk-portal"\nlimits_file = 5')
    assert "limits_file" in refusal(path)
