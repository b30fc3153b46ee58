"""Build the wheel, install it where no source of ours can be seen, and run it there, on each Python at hand.

The packages it depends on are the pinned ones of ``requirements/demo.txt``.  What the installed copy must do is in
``tools/smoke.py``; what must be inside the wheel is in ``tests/house/test_wheel.py``.
"""

from __future__ import annotations

import os
import re
import subprocess
import sys
import tomllib
from pathlib import Path
from tempfile import TemporaryDirectory

ROOT = Path(__file__).resolve().parents[1]
CLASSIFIER = re.compile(r"Programming Language :: Python :: (3\.\d+)$")


def run(*command: str | Path, cwd: Path) -> None:
    """Run ``command`` and raise ``CalledProcessError`` if it fails; nothing of this tree is on its path."""
    environment = {name: value for name, value in os.environ.items() if name not in {"PYTHONPATH", "VIRTUAL_ENV"}}
    subprocess.run([str(part) for part in command], cwd=cwd, env=environment, check=True)


def pip(python: Path | str, *arguments: str | Path, cwd: Path) -> None:
    """Run pip of ``python``, quietly."""
    run(python, "-m", "pip", "--disable-pip-version-check", "--quiet", "--quiet", *arguments, cwd=cwd)


def answers(python: str) -> bool:
    """Whether ``python`` can be started; a version manager's shim may exist without an interpreter behind it."""
    try:
        return subprocess.run([python, "-c", "import venv"], capture_output=True).returncode == 0
    except FileNotFoundError:
        return False


def interpreters(classifiers: list[str]) -> list[str]:
    """Return this interpreter, and each other version the project's ``classifiers`` promise that is on this machine."""
    own = "{}.{}".format(*sys.version_info)
    promised = [match[1] for line in classifiers if (match := CLASSIFIER.match(line))]
    return [sys.executable, *(name for version in promised if version != own and answers(name := f"python{version}"))]


def try_wheel(wheel: Path, python: str, extras: list[str]) -> None:
    """Install ``wheel`` into a clean environment of ``python`` and run ``tools/smoke.py`` there."""
    place = wheel.parent / f"clean-{Path(python).name}"
    run(python, "-m", "venv", place, cwd=wheel.parent)
    clean = place / ("Scripts" if os.name == "nt" else "bin") / "python"
    pip(clean, "install", "--require-hashes", "--requirement", ROOT / "requirements/demo.txt", cwd=place)
    pip(clean, "install", "--no-deps", wheel, cwd=place)
    # With no index to ask, this passes only if the pinned packages are all that the wheel and its extras ask for.
    pip(clean, "install", "--no-index", f"{wheel}[{','.join(extras)}]", cwd=place)
    pip(clean, "check", cwd=place)
    run(clean, "-I", ROOT / "tools/smoke.py", cwd=place)


def locked_extras(optional: dict[str, list[str]]) -> list[str]:
    """Return the extras whose packages are all pinned; reserved names (tests/house/reserved.py) are not."""
    pinned = set(re.findall(r"^([a-z0-9-]+)==", (ROOT / "requirements/demo.txt").read_text("utf-8"), re.MULTILINE))
    asked = {extra: {re.split(r"[<>=~! ;\[]", line)[0].lower() for line in lines} for extra, lines in optional.items()}
    return sorted(extra for extra, packages in asked.items() if packages <= pinned)


def main() -> None:
    """Build once, try everywhere; the first failure ends it with a non-zero exit."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    with TemporaryDirectory(prefix="xbridge-wheel-") as folder:
        place = Path(folder).resolve()
        pip(sys.executable, "wheel", "--no-deps", "--no-build-isolation", "--wheel-dir", place, ROOT, cwd=place)
        (wheel,) = place.glob("*.whl")
        print(f"built {wheel.name}, {wheel.stat().st_size // 1024} KiB", flush=True)
        for python in interpreters(project["classifiers"]):
            try_wheel(wheel, python, locked_extras(project["optional-dependencies"]))


if __name__ == "__main__":
    main()
