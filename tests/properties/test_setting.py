"""Settings of any shape: a configuration or a ``ConfigError``, and no secret in what the error says."""

from __future__ import annotations

import copy
import json
import os
from contextlib import suppress
from functools import cache
from pathlib import Path
from threading import Thread
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.properties.law import read_or_refused, refused
from tests.properties.strategy.json_text import ANY, bent
from tests.properties.strategy.mark import MARK
from xbridge.core.config import Config, parse_config
from xbridge.core.errors import ConfigError
from xbridge.drivers.settings import MAX_FILE_BYTES, load_config
from xbridge.providers.guangdong import PROVIDER as GUANGDONG
from xbridge.providers.iamsmart import PROVIDER as IAMSMART
from xbridge.testing import World

SECRET = "canary-7b1de9a0"


@cache
def document() -> dict[str, Any]:
    """The configuration of a world, with a marked secret at each platform."""
    seen: list[dict[str, Any]] = []

    def look(made: dict[str, Any]) -> None:
        for section in made["providers"].values():
            section["client_secret"] = SECRET
        seen.append(copy.deepcopy(made))

    World(overrides=look)
    return dict(json.loads(json.dumps(seen[0], default=list)))


def secrets() -> list[str]:
    """Every text of the configuration that opens something, by a piece that is long enough to be found."""
    keys = document()["keys"]
    pem = [keys[name].splitlines()[1] for name in ("record", "log", "token")]
    kek = document()["providers"]["iamsmart"]["kek_private_keys"][0].splitlines()[1]
    return [SECRET, *pem, kek, *keys["sealing"], keys["pseudonym"]]


@st.composite
def bent_configuration(draw: st.DrawFn) -> dict[str, Any]:
    """The configuration with some members bent: at the top, in a section, or in a list of tables."""
    made = copy.deepcopy(document())
    where = draw(st.sampled_from(["top", "keys", "limits", "iamsmart", "guangdong", "parties", "services"]))
    if where == "top":
        return draw(bent(made))
    if where in ("iamsmart", "guangdong"):
        made["providers"][where] = draw(bent(made["providers"][where]))
    elif where in ("parties", "services"):
        made[where][0] = draw(bent(made[where][0]))
    else:
        made[where] = draw(bent(made.get(where, {})))
    return made


@given(bent_configuration())
def test_any_configuration(configuration):
    """A bent configuration is one all the same, or its first mistake is named without any secret of it."""
    config, _ = read_or_refused(lambda: parse_config(configuration), ConfigError, marks=secrets())
    if config is not None:
        assert isinstance(config, Config)
        assert not [secret for secret in secrets() if secret in repr(config)]


@settings(max_examples=50)
@given(st.sampled_from([("iamsmart", IAMSMART), ("guangdong", GUANGDONG)]), st.data())
def test_any_section(named, data):
    """So is the section of a provider, read by the provider itself."""
    name, provider = named
    section = data.draw(bent(document()["providers"][name]) | ANY)
    made, _ = read_or_refused(lambda: provider.read_settings(section), ConfigError, marks=secrets())
    if made is not None:
        assert not [secret for secret in secrets() if secret in repr(made)]


HOSTILE = {
    "nothing": b"",
    "no UTF-8": b'issuer = "\xff"',
    "a byte order mark": b"\xef\xbb\xbfissuer = 1",
    "UTF-16": 'issuer = "x"'.encode("utf-16"),
    "null bytes": b"\x00" * 100,
    "lists without end": b"issuer = " + b"[" * 100_000,
    "lists in lists": b"issuer = " + b"[" * 100_000 + b"]" * 100_000,
    "tables in tables": b"issuer = " + b"{a = " * 100_000 + b"1" + b"}" * 100_000,
    "a name of five thousand parts": b"[" + b"a." * 5_000 + b"a]\n",
    "a number of five thousand digits": b"issuer = " + b"9" * 5000,
    "a number that is none": b"issuer = nan",
    "a number without end": b"issuer = inf",
    "a moment": b"issuer = 1979-05-27T07:32:00Z",
    "a lone surrogate": b'issuer = "\\ud800"',
    "a member twice": b"issuer = 1\nissuer = 1",
    "a path that cannot be": b'[keys]\nrecord_file = "a\\u0000b"',
    "a path that is a folder": b'[keys]\nrecord_file = "."',
    "one byte too many": b"#" * (MAX_FILE_BYTES + 1),
}


@pytest.mark.parametrize("name", HOSTILE)
def test_a_hostile_file_is_refused(name, tmp_path):
    """Whatever stands in the file, the error is a ``ConfigError``: no parser's own, no endless reading."""
    path = tmp_path / "xbridge.toml"
    path.write_bytes(HOSTILE[name])
    refused(lambda: load_config(path), ConfigError)


def test_a_pipe_is_read_up_to_the_limit(tmp_path):
    """A pipe states no size, so what comes out of it is counted: a key does, a mebibyte and more does not."""
    pipe = tmp_path / "key.pipe"
    os.mkfifo(pipe)
    path = tmp_path / "xbridge.toml"
    path.write_text('[keys]\nrecord_file = "key.pipe"', "utf-8")
    for size, said in ((100, "issuer"), (MAX_FILE_BYTES + 1, "too large")):
        writer = Thread(target=_pour, args=(pipe, size), daemon=True)
        writer.start()
        assert said in str(refused(lambda: load_config(path), ConfigError))
        writer.join()


def _pour(pipe: Path, size: int) -> None:
    with suppress(BrokenPipeError):
        pipe.write_bytes(b"a" * size)


@settings(max_examples=50, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.binary(max_size=80) | st.text(max_size=80).map(lambda text: text.encode("utf-8", "surrogatepass")))
def test_any_file(tmp_path, raw):
    """Random bytes are never a configuration and never anything but a ``ConfigError``."""
    path: Path = tmp_path / "xbridge.toml"
    path.write_bytes(raw)
    refused(lambda: load_config(path), ConfigError, marks=(MARK,))
