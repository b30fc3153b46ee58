"""What the door for tokens costs above the bare mathematics, as ratios inside one interleaved run.

Each round times every subject once, in turn; a ratio is the median of the paired per-round ratios, so that a slow
minute of the machine touches both sides.  Goals: performance.md G1, G3 and G5.  Nothing here is a test.
"""

from __future__ import annotations

import os
import statistics
import sys
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from time import perf_counter_ns
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT / "src"))

import jwt as pyjwt  # noqa: E402
import rfc8785  # noqa: E402
from cryptography.hazmat.primitives import hashes  # noqa: E402
from cryptography.hazmat.primitives.asymmetric import ec, ed25519  # noqa: E402
from pydantic import BaseModel, ConfigDict  # noqa: E402

from xbridge.crypto.canonical import canonical_json, canonical_json_of  # noqa: E402
from xbridge.crypto.jose import sign_jwt, verify_jwt  # noqa: E402
from xbridge.crypto.key import KeySet, SigningKey  # noqa: E402

QUICK = bool(os.environ.get("XBRIDGE_BENCH_QUICK"))
ROUNDS, CALLS = (7, 60) if QUICK else (41, 200)
NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)
T = int(NOW.timestamp())
CLAIMS: dict[str, Any] = {
    "iss": "https://bridge.example/hk", "aud": "gd:hrss", "sub": "c" * 43, "client_id": "bridge", "jti": "j" * 22,
    "iat": T, "exp": T + 300, "scope": "record.read", "cnf": {"jkt": "k" * 43},
    "xb_consent": "0199f0c0-0000-7000-8000-000000000000", "xb_purpose": "xb:social-benefit",
    "xb_categories": ["name", "birth_date"], "xb_target": "440000",
}  # fmt: skip
RECORD_FIELDS = {f"field_{i:02}": f"value {i} 陳大文" for i in range(26)}


class Record(BaseModel):
    """A record of 26 text fields, declared in order."""

    model_config = ConfigDict(frozen=True, strict=True, extra="forbid")
    __annotations__ = dict.fromkeys(RECORD_FIELDS, str)


def compare(title: str, subjects: dict[str, Callable[[], object]]) -> None:
    """Time ``subjects`` in turn; print each one's microseconds and its speed as a fraction of the first one's."""
    times: dict[str, list[float]] = {name: [] for name in subjects}
    for _ in range(ROUNDS):
        for name, call in subjects.items():
            start = perf_counter_ns()
            for _ in range(CALLS):
                call()
            times[name].append((perf_counter_ns() - start) / CALLS / 1000)
    first = times[next(iter(subjects))]
    print(f"\n{title}")
    for name, measured in times.items():
        ratio = statistics.median(a / b for a, b in zip(first, measured, strict=True))
        print(f"  {name:<44}{statistics.median(measured):9.1f} µs   x {ratio:6.2f}")


def verification(alg: str) -> None:
    """Compare verification of one token with the raw check of the same bytes."""
    key = SigningKey.generate(alg)
    keys = KeySet([key.public()])
    token = sign_jwt(CLAIMS, key, typ="at+jwt")
    public: Any = pyjwt.PyJWK(key.public().to_jwk()).key
    message = token.rpartition(".")[0].encode()
    raw: Callable[[], object]
    if isinstance(public, ed25519.Ed25519PublicKey):
        signature = key.sign(message)
        raw = lambda: public.verify(signature, message)  # noqa: E731
    else:
        from cryptography.hazmat.primitives.asymmetric.utils import encode_dss_signature

        r_s = key.sign(message)
        der = encode_dss_signature(int.from_bytes(r_s[:32], "big"), int.from_bytes(r_s[32:], "big"))
        scheme = ec.ECDSA(hashes.SHA256())
        raw = lambda: public.verify(der, message, scheme)  # noqa: E731

    def ours() -> object:
        return verify_jwt(
            token, keys, expected_typ="at+jwt", expected_issuer=CLAIMS["iss"], expected_audience="gd:hrss", now=NOW,
            required=("iss", "aud", "exp", "iat", "sub", "client_id", "jti"),
        )  # fmt: skip

    def theirs() -> object:
        # The fixed instant is in the future of a slow clock and the past of a fast one: times are left to ours.
        options: Any = {"require": ["iss", "aud", "exp", "iat", "sub", "jti"], "verify_exp": False, "verify_iat": False}
        return pyjwt.decode(token, public, algorithms=[alg], audience="gd:hrss", issuer=CLAIMS["iss"], options=options)

    assert ours() == theirs() == CLAIMS
    compare(
        f"verify {alg}, {len(token)} bytes (1.00 = raw cryptography)", {"raw": raw, "xbridge": ours, "PyJWT": theirs}
    )


def signing(alg: str) -> None:
    """Compare making one token with the raw signature over the same bytes."""
    key = SigningKey.generate(alg)
    private: Any = key._private
    message = sign_jwt(CLAIMS, key, typ="at+jwt").rpartition(".")[0].encode()
    deterministic = ec.ECDSA(hashes.SHA256(), deterministic_signing=True)
    ed = isinstance(private, ed25519.Ed25519PrivateKey)
    headers = {"kid": key.kid, "typ": "at+jwt"}
    subjects: dict[str, Callable[[], object]] = {
        "raw": (lambda: private.sign(message)) if ed else (lambda: private.sign(message, deterministic)),
        "xbridge": lambda: sign_jwt(CLAIMS, key, typ="at+jwt"),
        "PyJWT": lambda: pyjwt.encode(CLAIMS, private, algorithm=alg, headers=headers),
    }
    compare(f"sign {alg} (1.00 = raw cryptography{'' if ed else ', RFC 6979'})", subjects)


def canonical() -> None:
    """Compare ways to canonical bytes; all give the same ones."""
    record = Record(**RECORD_FIELDS)
    plain = record.model_dump()
    assert canonical_json(record) == canonical_json_of(plain) == rfc8785.dumps(plain)
    compare("canonical JSON, 26 text fields (1.00 = rfc8785)", {
        "rfc8785": lambda: rfc8785.dumps(plain), "canonical_json (record)": lambda: canonical_json(record),
        "canonical_json_of (plain value)": lambda: canonical_json_of(plain),
        "validate and canonical_json": lambda: canonical_json(Record.model_validate(plain)),
    })  # fmt: skip


def main() -> None:
    """Print all tables."""
    for alg in ("ES256", "EdDSA"):
        verification(alg)
    for alg in ("ES256", "EdDSA"):
        signing(alg)
    canonical()


if __name__ == "__main__":
    main()
