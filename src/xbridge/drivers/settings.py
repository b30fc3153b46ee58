"""Reading the configuration from a TOML file; the only place that reads files for settings."""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import Any

from xbridge.core.config import Config, parse_config
from xbridge.core.errors import ConfigError

MAX_FILE_BYTES = 1024 * 1024


def load_config(path: str | Path) -> Config:
    """Return the configuration in the TOML file ``path``.

    A member ``NAME_file = "PATH"`` becomes ``NAME`` with the text of that file, and ``NAME_files`` a list of texts, so
    that keys stay outside the configuration; relative paths start at the TOML file's folder.  Raises ``ConfigError``.
    """
    source = Path(path)
    try:
        document = _resolved(tomllib.loads(_text(source)), source.parent)
    except tomllib.TOMLDecodeError as exc:
        raise ConfigError(f"{source.name} is not TOML: {exc}") from exc
    except (ValueError, RecursionError):
        raise ConfigError(
            f"{source.name} is not TOML that can be read: a number too long, or nested too deeply"
        ) from None
    return parse_config(document)


def _resolved(value: Any, folder: Path) -> Any:
    """Return ``value`` with every ``*_file`` and ``*_files`` member replaced by the text it names."""
    if isinstance(value, list):
        return [_resolved(item, folder) for item in value]
    if not isinstance(value, dict):
        return value
    result: dict[str, Any] = {}
    for name, member in value.items():
        if name.endswith("_file") and isinstance(member, str):
            name, member = name.removesuffix("_file"), _text(folder / member).strip()
        elif name.endswith("_files") and isinstance(member, list):
            name, member = name.removesuffix("_files"), [_text(folder / str(item)).strip() for item in member]
        if name in result:
            raise ConfigError(f"{name} is given twice, in the open and as a file")
        result[name] = _resolved(member, folder)
    return result


def _text(path: Path) -> str:
    try:
        # Not by its stated size: a pipe, which is a good place for a secret, states none.
        with path.open("rb") as file:
            raw = file.read(MAX_FILE_BYTES + 1)
        if len(raw) > MAX_FILE_BYTES:
            raise ConfigError(f"{path.name} is too large for a settings or key file")
        return raw.decode("utf-8")
    except (OSError, ValueError) as exc:
        raise ConfigError(f"{path.name} cannot be read as UTF-8 text") from exc
