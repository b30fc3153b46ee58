"""A process killed between any two effects of a flow: the ledger, the rows and the evidence still tell one story."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
EFFECTS = {
    "link": 8, "grant": 2, "exchange": 4, "introspect": 5, "withdraw": 3, "ask": 4, "receive": 2, "sign": 5,
}  # fmt: skip
"""How many effects each flow has at least; fewer deaths than twice that would mean that nothing was tried."""

pytestmark = [pytest.mark.slow, pytest.mark.skipif(not hasattr(os, "fork"), reason="needs fork")]


@pytest.mark.parametrize(("flow", "effects"), EFFECTS.items())
def test_a_flow_may_die_anywhere(tmp_path: Path, flow: str, effects: int) -> None:
    """Before and after each effect: no token without its decision, no half link, no signature lost, every bundle verifies."""
    paths = [str(ROOT), str(ROOT / "src"), str(ROOT / "mocks")]
    done = subprocess.run(
        [sys.executable, "-m", "tests.faults.released", str(tmp_path / "store.db"), flow],
        cwd=ROOT,
        env=dict(os.environ, PYTHONPATH=os.pathsep.join(paths)),
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stderr
    assert int(done.stdout) >= 2 * effects
