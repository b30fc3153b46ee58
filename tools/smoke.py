"""Run an installed xbridge the way a stranger would: import it, run the demonstration, check its proof.

Uses the standard library and what is installed; never the sources.  ``tools/wheel.py`` runs this in a clean
environment as ``python -I smoke.py``.
"""

from __future__ import annotations

import importlib.metadata
import json
import platform
import subprocess
import sys
from pathlib import Path
from tempfile import TemporaryDirectory


def check(holds: bool, law: str) -> None:
    """Exit with ``law`` unless it ``holds``; an ``assert`` would vanish under ``python -O``."""
    if not holds:
        sys.exit(f"smoke: not so: {law}")


def installed_packages() -> None:
    """Both packages come from site-packages, with their type markers."""
    import xbridge
    import xbridge_mocks

    for package in (xbridge, xbridge_mocks):
        folder = Path(package.__path__[0]).resolve()
        check("site-packages" in folder.parts, f"{package.__name__} is the installed copy, not {folder}")
        check((folder / "py.typed").is_file(), f"{package.__name__} says that it is typed")
    for name in xbridge.__all__:
        check(getattr(xbridge, name) is not None, f"xbridge.{name} can be had")


def command(*arguments: str, folder: Path, code: int = 0) -> str:
    """Run the installed ``xbridge`` command in ``folder``, expect exit ``code``, and return what it printed."""
    program = Path(sys.executable).with_name("xbridge")
    done = subprocess.run([program, *arguments], cwd=folder, capture_output=True, text=True, timeout=120)
    law = f"`xbridge {' '.join(arguments)}` ends with {code}, not {done.returncode}"
    check(done.returncode == code, f"{law}\n{done.stdout}\n{done.stderr}")
    return done.stdout


def documents(printed: str) -> list[object]:
    """Return the JSON documents in ``printed``: one over many lines, or one on each line."""
    try:
        return [json.loads(printed)]
    except ValueError:
        return [json.loads(line) for line in printed.splitlines() if line.strip()]


def demonstration(folder: Path) -> None:
    """The whole journey runs from the wheel, and its bundle verifies; one changed byte and it does not."""
    check(bool(documents(command("demo", "--json", "--keep", "kept", folder=folder))), "the timeline is not empty")
    command("verify", "kept/evidence.zip", "--trust", "kept/trust.json", folder=folder)

    bundle = folder / "kept" / "evidence.zip"
    raw = bytearray(bundle.read_bytes())
    raw[len(raw) // 3] ^= 1
    bundle.write_bytes(raw)
    command("verify", "kept/evidence.zip", "--trust", "kept/trust.json", folder=folder, code=1)


def main() -> None:
    """Run every check; say so when all hold."""
    installed_packages()
    with TemporaryDirectory(prefix="xbridge-smoke-") as folder:
        demonstration(Path(folder))
    version = importlib.metadata.version("xbridge-gba")
    print(f"smoke: xbridge-gba {version} works as installed, Python {platform.python_version()}", flush=True)


if __name__ == "__main__":
    main()
