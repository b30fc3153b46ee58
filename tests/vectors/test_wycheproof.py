"""C2SP Wycheproof vectors for JWS and JWK, read beside the checkout; the score is printed (run with ``-s``).

Our door admits no symmetric key, so MAC vectors cannot pass through it whole: the file's MAC cases go through the
door's own strict reader with the HMAC mathematics done here, and are counted apart.
"""

from __future__ import annotations

import hashlib
import hmac
import json
from pathlib import Path
from typing import Any

import pytest

from xbridge.core.errors import TokenInvalid
from xbridge.crypto import base64url
from xbridge.crypto.algorithm import ALGORITHMS
from xbridge.crypto.jose import read_compact, verify_jws
from xbridge.crypto.key import KeySet

FOLDER = Path(__file__).resolve().parents[3] / "shared" / "vectors" / "wycheproof"
# The reasons are in the README beside the vectors: contradictory labels, or an ``alg`` that contradicts the key.
DISPUTED = frozenset({346, 347, 350, 351, 367, 370, 372, 373})
MAX_BYTES = 64 * 1024


def load(name: str) -> list[tuple[dict[str, Any], dict[str, Any]]]:
    """Return ``(key or key set, case)`` pairs, or skip, saying why."""
    path = FOLDER / name
    if not path.is_file():
        pytest.skip(f"vectors not at hand: expected {name} in ../shared/vectors/wycheproof beside the checkout")
    groups = json.loads(path.read_bytes())["testGroups"]
    return [(group.get("public") or group["private"], case) for group in groups for case in group["tests"]]


def compact(case: dict[str, Any]) -> str:
    """Return what a peer would send: compact text, or a JSON serialisation as text."""
    jws = case["jws"]
    return jws if isinstance(jws, str) else json.dumps(jws)


def verdict_of_the_door(keys: dict[str, Any], case: dict[str, Any]) -> str:
    """Return ``valid`` or ``invalid``, with the key and its algorithm pinned."""
    try:
        key_set = KeySet.from_jwks(keys)
        verify_jws(compact(case), key_set, expected_typ=None, algorithms=ALGORITHMS, max_bytes=MAX_BYTES)
    except TokenInvalid:
        return "invalid"
    return "valid"


def verdict_of_the_reader(key: dict[str, Any], case: dict[str, Any]) -> str:
    """Return the verdict on a MAC: form and header by our reader, ``alg`` and ``kid`` pinned, HMAC by the stdlib."""
    try:
        parts = read_compact(compact(case), max_bytes=MAX_BYTES)
    except TokenInvalid:
        return "invalid"
    mac = hmac.new(base64url.decode(key["k"]), parts.signing_input, hashlib.sha256).digest()
    header = parts.unverified_header
    pinned = (header.get("alg"), header.get("kid")) == (key["alg"], key["kid"]) == ("HS256", key["kid"])
    return "valid" if pinned and hmac.compare_digest(mac, parts.signature) else "invalid"


def test_signature_vectors() -> None:
    """Every undisputed signature vector gets its published verdict: 393 of 393."""
    scores = {"door": [0, 0], "reader and HMAC": [0, 0]}
    failures = []
    for key, case in load("json_web_signature_test.json"):
        if case["tcId"] in DISPUTED:
            continue
        symmetric = key["kty"] == "oct"
        verdict = verdict_of_the_reader(key, case) if symmetric else verdict_of_the_door({"keys": [key]}, case)
        if symmetric:
            assert verdict_of_the_door({"keys": [key]}, case) == "invalid", "the door admits no symmetric key"
        score = scores["reader and HMAC" if symmetric else "door"]
        score[0] += verdict == case["result"]
        score[1] += 1
        if verdict != case["result"]:
            failures.append((case["tcId"], case["comment"]))
    print("\nWycheproof JWS:", ", ".join(f"{name} {good}/{total}" for name, (good, total) in scores.items()))  # noqa: T201  (the score is for people)
    assert failures == []
    assert scores == {"door": [357, 357], "reader and HMAC": [36, 36]}


def test_key_vectors() -> None:
    """Every key that must be refused is refused: 21 of 21; a sound public key is admitted, a sound secret never is.

    The remaining four of 26 are well-formed HS256–HS512 secrets: other libraries may use them, this one says no.
    """
    tally = {"refused as it must be": 0, "admitted as it should be": 0, "sound secret, refused on principle": 0}
    failures = []
    for keys, case in load("json_web_key_test.json"):
        verdict = verdict_of_the_door(keys, case)
        symmetric = any(key["kty"] == "oct" for key in keys["keys"])
        if verdict == case["result"]:
            tally["refused as it must be" if verdict == "invalid" else "admitted as it should be"] += 1
        elif symmetric and case["result"] == "valid":
            tally["sound secret, refused on principle"] += 1
        else:
            failures.append((case["tcId"], case["comment"]))
    print("\nWycheproof JWK:", ", ".join(f"{name} {count}" for name, count in tally.items()), "of 26")  # noqa: T201  (the score is for people)
    assert failures == []
    assert list(tally.values()) == [21, 1, 4]
