"""``make bench``: run every ``bench_*.py`` beside this file and let each print its own table.

Numbers are for reading, ratios within one run: no test depends on them, and this file measures nothing itself.
``--quick`` asks each for a short run (environment ``XBRIDGE_BENCH_QUICK=1``); other arguments choose by name.
"""

from __future__ import annotations

import os
import platform
import subprocess
import sys
from pathlib import Path

HERE = Path(__file__).resolve().parent
ROOT = HERE.parent


def main(arguments: list[str]) -> int:
    """Run the benchmarks whose names hold any of ``arguments`` (all when none) and return 1 if one failed."""
    quick = "--quick" in arguments
    words = [word for word in arguments if not word.startswith("-")]
    environment = dict(os.environ, XBRIDGE_BENCH_QUICK="1") if quick else dict(os.environ)
    chosen = [file for file in sorted(HERE.glob("bench_*.py")) if not words or any(word in file.stem for word in words)]
    if not chosen:
        print(f"no benchmark is called {' or '.join(words)}", file=sys.stderr)
        return 2
    print(f"Python {platform.python_version()} on {platform.machine()}, {os.cpu_count()} CPUs", flush=True)
    failed = []
    for file in chosen:
        print(f"\n== {file.stem.removeprefix('bench_')}", flush=True)
        if subprocess.run([sys.executable, file], cwd=ROOT, env=environment).returncode:
            failed.append(file.stem)
    if failed:
        print(f"\nfailed: {', '.join(failed)}", file=sys.stderr)
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
