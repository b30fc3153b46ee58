"""What a matching costs: the protocol beside the bare multiplications that it cannot do without, and whole runs.

Each round times every subject once, in turn; a ratio is the median of the paired per-round ratios.  One item of a run takes
eight multiplications by a secret scalar over both sides.  Nothing here is a test.
"""

from __future__ import annotations

import os
import statistics
import sys
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from time import perf_counter_ns

ROOT = Path(__file__).resolve().parent.parent
sys.path[:0] = [str(ROOT), str(ROOT / "src"), str(ROOT / "mocks")]

import rbcl  # noqa: E402

from tests.unit.flows.matching_stage import MatchingStage  # noqa: E402
from xbridge.core.matching import MatchSubject  # noqa: E402
from xbridge.crypto import oprf  # noqa: E402
from xbridge.linking.matching import Waiting, new_evaluation, new_opening, new_reply, new_result  # noqa: E402
from xbridge.linking.matching_item import brought_by  # noqa: E402

QUICK = bool(os.environ.get("XBRIDGE_BENCH_QUICK"))
ROUNDS, CALLS = (5, 4) if QUICK else (21, 20)
DIGEST = "sha256:" + "0" * 64
ONE = MatchSubject(document=("home_return_permit", "H12345678"), birth_date="19800101")
MULTIPLICATIONS = 8
"""For one item, on each side: blinding, evaluating the other's, unblinding, and evaluating one's own."""


def protocol() -> None:
    """Both sides' mathematics and messages for one item: no signatures, no store."""
    opening, held = new_opening(
        brought_by(ONE),
        run="A" * 22,
        reference="r",
        whom="w",
        initiator="gd-identity",
        responder="hk-portal",
        at=0,
        entropy=os.urandom,
    )
    reply, kept = new_reply(opening, opening_digest=DIGEST, subject=ONE, entropy=os.urandom)
    evaluation, _ = new_evaluation(opening, held, reply, opening_digest=DIGEST, reply_digest=DIGEST)
    assert evaluation is not None
    waiting = Waiting(held=kept, opening=opening, opening_digest=DIGEST, reply_digest=DIGEST, v=1)
    new_result(waiting, evaluation, evaluation_digest=DIGEST, entropy=os.urandom)


def main() -> None:
    """Print the table."""
    element = oprf.blind(b"value", os.urandom).element
    scalar = oprf.derive_key(os.urandom(32), b"bench")
    # So many runs about so many people that no limit is met.
    stage = MatchingStage()
    everybody = {
        f"person-{n}": replace(ONE, document=("home_return_permit", f"H{n:08}")) for n in range(ROUNDS * CALLS)
    }
    stage.holds = dict(everybody)
    people = iter(everybody.items())

    def multiplications() -> None:
        for _ in range(MULTIPLICATIONS):
            rbcl.crypto_scalarmult_ristretto255(scalar, element)

    def run() -> None:
        whom, subject = next(people)
        stage.match(subject, whom=whom)

    subjects: dict[str, Callable[[], object]] = {
        f"{MULTIPLICATIONS} bare scalar multiplications": multiplications,
        "the protocol for one item, both sides": protocol,
        "a whole run of two Bridges in memory": run,
    }
    times: dict[str, list[float]] = {name: [] for name in subjects}
    for _ in range(ROUNDS):
        for name, call in subjects.items():
            start = perf_counter_ns()
            for _ in range(CALLS):
                call()
            times[name].append((perf_counter_ns() - start) / CALLS / 1000)
    first = times[next(iter(subjects))]
    for name, measured in times.items():
        middle = statistics.median(measured)
        ratio = statistics.median(a / b for a, b in zip(measured, first, strict=True))
        print(f"  {name:<44}{middle:9.1f} µs   x {ratio:6.2f}   {1e6 / middle:8.0f} /s")


if __name__ == "__main__":
    main()
