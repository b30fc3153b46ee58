"""What a decision costs: all built-in rules judged and every reason kept, beside a bare scan of as many dict entries.

The bare scan looks up one fact per rule in a flat dict and compares it: the least that any engine must do.  The ratio
says what citations, three values, reads, digests and a typed record cost on top.  Times are for reading, not promises.
"""

from __future__ import annotations

import os
import time
from collections.abc import Callable
from datetime import UTC, datetime
from statistics import median

from xbridge.policy import builtin_pack, decide, explain
from xbridge.policy.vocabulary import FACTS

NOW = datetime(2026, 11, 22, 4, 0, tzinfo=UTC)
CONSENT = {
    "state": "given", "explicit": True, "voluntary": True, "separate": True, "bundled": False, "cross_border": True,
    "by": "subject", "given_at": "2026-05-20T09:00:00+08:00", "valid_until": "2027-05-20T09:00:00+08:00",
    "purposes": ["xb:service-delivery"], "categories": ["name", "contact"], "recipients": ["rec"], "withdrawn_at": None,
    "withdrawn_in_writing": None, "notice_digest_ok": True, "notice_shown_before": True,
    "conditional_on_service": False, "record_missing": [], "signature_valid": True, "signature_covers_record": True,
    "timestamp_valid": True, "signer_role": "subject",
}  # fmt: skip
SHENZHEN = {"id": "exp", "kind": "company", "place": "440300", "sector": "other", "ciio": False}
HONG_KONG = {"id": "rec", "kind": "company", "place": "HK", "role": "controller", "sector": "other"}
EXPORT: dict[str, object] = {
    "at": "2026-06-01T10:00:00+08:00",
    "exporter": SHENZHEN,
    "recipient": HONG_KONG,
    "transfer": {
        "channel": "push", "purpose": "xb:service-delivery", "categories": ["name", "contact"],
        "states": ["identified"], "n_subjects": 1, "important_data": "no", "origin": "mainland",
        "mixed_with_mainland_pi": True, "necessary": True, "automated_decision": False,
    },
    "subjects": {"minor_u14": False, "role": "resident"},
    "legal_basis": {"cn": "PIPL-13.1.1", "hk": None, "exemption_cn": None, "exemption_hk": None},
    "collection": {"purposes": ["xb:service-delivery"], "directly_related": []},
    "notice": {
        "fields": [
            "handler", "contact", "purpose", "method", "categories", "retention", "rights", "recipient_name",
            "recipient_contact", "rights_vs_recipient",
        ],
        "hk_fields": ["purpose", "classes_of_transferees", "obligatory_or_voluntary", "access_rights", "contact"],
        "hk_classes_vague": False, "hk_class_includes_recipient": True,
    },
    "consent": CONSENT,
    "mechanism": "none",
    "security_assessment": None,
    "ytd": {"nonsensitive": 0, "sensitive": 0},
    "pipia": {"done": True, "date": "2026-05-01", "topics": ["necessity", "impact", "safeguards"]},
}  # fmt: skip


def timed(work: Callable[[], object], rounds: int, inner: int) -> float:
    """Return the median cost of one call of ``work``, in microseconds."""
    samples = []
    for _ in range(rounds):
        started = time.perf_counter()
        for _ in range(inner):
            work()
        samples.append((time.perf_counter() - started) / inner * 1e6)
    return median(samples)


def bare_scan() -> Callable[[], object]:
    """Return a scan of one flat dict with one lookup and one comparison for each built-in rule."""
    flat = dict.fromkeys(FACTS, True)
    table = [(rule.id, name) for rule, name in zip(builtin_pack().rules, FACTS, strict=False)]
    return lambda: [rule for rule, name in table if flat.get(name) is not True]


def main() -> None:
    """Print one row for each kind of work: its median, calls per second, and the ratio to the bare scan."""
    rounds, inner = (3, 50) if os.environ.get("XBRIDGE_BENCH_QUICK") else (15, 400)
    started = time.perf_counter()
    pack = builtin_pack()
    cold_ms = (time.perf_counter() - started) * 1000
    back = {**EXPORT, "exporter": {**HONG_KONG, "id": "exp"}, "recipient": {**SHENZHEN, "id": "rec"}}
    decided = decide(EXPORT, pack, now=NOW)
    # A refusal may stop early; only a flow that goes through shows what all the rules cost.
    assert decided.releases
    assert decide(back, pack, now=NOW).releases
    work: dict[str, Callable[[], object]] = {
        f"bare scan of {len(pack.rules)} dict entries": bare_scan(),
        "decide: two items, HK to GD": lambda: decide(back, pack, now=NOW),
        "decide: the same, GD to HK": lambda: decide(EXPORT, pack, now=NOW),
        "explain, zh-Hant": lambda: explain(decided, "zh-Hant"),
        "decision to JSON": decided.model_dump_json,
    }
    costs = {name: timed(call, rounds, inner) for name, call in work.items()}
    least = next(iter(costs.values()))
    print(f"{'':40}{'median µs':>11}{'per second':>12}{'ratio':>8}")
    for name, cost in costs.items():
        print(f"{name:40}{cost:11.1f}{1e6 / cost:12.0f}{cost / least:8.0f}")
    print(f"building and digesting the pack of {len(pack.rules)} rules: {cold_ms:.1f} ms, once")


if __name__ == "__main__":
    main()
