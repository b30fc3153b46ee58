"""What ``import xbridge`` costs over a bare interpreter, and what the first use of its main names adds.

Medians of new processes, started in turn so that a slow moment of the machine falls on all alike.  Bytecode is warm.
"""

from __future__ import annotations

import os
import subprocess
import sys
import time
from statistics import median

PROGRAMS = {
    "bare interpreter": "pass",
    "import xbridge": "import xbridge",
    "from xbridge import errors": "from xbridge import errors",
    "from xbridge import DataFlow": "from xbridge import DataFlow",
    "from xbridge import Bridge": "from xbridge import Bridge",
    "from xbridge import AsyncBridge": "from xbridge import AsyncBridge",
    "its dependencies, eagerly": "import cryptography.x509, httpx, pydantic",
}
PROMISE_MS = 20.0


def measure(program: str) -> float:
    """Return how long a new interpreter takes to run ``program``, in milliseconds."""
    started = time.perf_counter()
    subprocess.run([sys.executable, "-I", "-c", program], check=True)
    return (time.perf_counter() - started) * 1000


def main() -> None:
    """Print one row for each program: its median, and the median of what it adds to the bare interpreter."""
    rounds = 11 if os.environ.get("XBRIDGE_BENCH_QUICK") else 31
    for program in PROGRAMS.values():
        measure(program)
    times: dict[str, list[float]] = {name: [] for name in PROGRAMS}
    for _ in range(rounds):
        for name, program in PROGRAMS.items():
            times[name].append(measure(program))
    print(f"{'':34}{'median ms':>10}{'over bare':>12}")
    over: dict[str, float] = {}
    for name, samples in times.items():
        # Each sample is compared with the bare interpreter of its own round: both met the same moment of the machine.
        over[name] = median(sample - bare for sample, bare in zip(samples, times["bare interpreter"], strict=True))
        print(f"{name:34}{median(samples):10.1f}{over[name]:12.1f}")
    cost = over["import xbridge"]
    print(f"`import xbridge` costs {cost:.1f} ms over bare; the promise is at most {PROMISE_MS:.0f} ms here")


if __name__ == "__main__":
    main()
