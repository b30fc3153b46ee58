"""specs/records.md section 9 is exact: what it says is enough to take part in a matching without the library.

Another reading of the page, on hashlib and the group alone; nothing here comes from ``xbridge`` but a run to check.
"""

from __future__ import annotations

import hashlib
import hmac
import json
from base64 import urlsafe_b64decode
from typing import Any

import pytest
import rbcl

from tests.unit.flows.matching_stage import PERSON, MatchingStage
from xbridge.crypto.signing import from_envelope
from xbridge.linking.matching import Held, new_opening, new_reply

DOMAIN = "xbridge/matching/v1"
CONTEXT = b"OPRFV1-\x00-ristretto255-SHA512"


def unpadded(text: str) -> bytes:
    """Decode base64url without padding."""
    return urlsafe_b64decode(text + "=" * (-len(text) % 4))


def packed(*parts: str | bytes) -> bytes:
    """Each part behind its length in four bytes."""
    raw = [part.encode() if isinstance(part, str) else part for part in parts]
    return b"".join(len(part).to_bytes(4, "big") + part for part in raw)


def expand(message: bytes, tag: bytes) -> bytes:
    """RFC 9380 section 5.3.1 for 64 bytes of SHA-512."""
    end = tag + bytes([len(tag)])
    first = hashlib.sha512(bytes(128) + message + b"\x00\x40\x00" + end).digest()
    return hashlib.sha512(first + b"\x01" + end).digest()


def function(seed: bytes, name: str, value: bytes) -> bytes:
    """RFC 9497: the key of one item, and the output for ``value`` under it."""
    info = packed(DOMAIN, "key", name)
    derived = seed + len(info).to_bytes(2, "big") + info + b"\x00"
    key = rbcl.crypto_core_ristretto255_scalar_reduce(expand(derived, b"DeriveKeyPair" + CONTEXT))
    point = rbcl.crypto_core_ristretto255_from_hash(expand(value, b"HashToGroup-" + CONTEXT))
    element = rbcl.crypto_scalarmult_ristretto255(key, point)
    return hashlib.sha512(len(value).to_bytes(2, "big") + value + b"\x00\x20" + element + b"Finalize").digest()


def test_a_run_by_the_page(monkeypatch: pytest.MonkeyPatch) -> None:
    """Values, keys, functions, tag and both confirmations, computed by the page, are those of a run that agreed."""
    seeds: list[bytes] = []

    def noting(*arguments: Any, **options: Any) -> Any:
        opening, held = new_opening(*arguments, **options)
        seeds.append(seed_of(held))
        return opening, held

    monkeypatch.setattr("xbridge.flows.matching.new_opening", noting)
    noted: list[bytes] = []

    def noting_reply(*arguments: Any, **options: Any) -> Any:
        reply, held = new_reply(*arguments, **options)
        noted.append(seed_of(held))
        return reply, held

    monkeypatch.setattr("xbridge.flows.matching_answer.new_reply", noting_reply)
    stage = MatchingStage()
    stage.match(PERSON)
    raws = [from_envelope(raw).raw for pair in zip(stage.sent, stage.answers, strict=True) for raw in pair]
    opening, _, evaluation, result = (json.loads(raw.partition(b"\n")[2]) for raw in raws)
    heads = [raw.partition(b"\n")[0].decode() for raw in raws]
    assert heads == [f"xbridge/matching-{kind}/v1" for kind in ("opening", "reply", "evaluation", "result")]
    digests = ["sha256:" + hashlib.sha256(raw).hexdigest() for raw in raws]
    parts = {"document": ("H12345678", "19800101"), "name_han": ("陈大文",), "name_roman": ("chantaiman",)}
    for asked, confirmed, told in zip(opening["items"], evaluation["items"], result["items"], strict=True):
        name, form = asked["name"], asked["form"]
        value = packed(DOMAIN, "value", name, form, *parts[name])
        terms = (opening[each] for each in ("run", "reference", "whom", "initiator", "responder"))
        functions = function(seeds[0], name, value), function(noted[0], name, value)
        tag = hashlib.sha512(packed(DOMAIN, "tag", *terms, name, form, *digests[:2], *functions)).digest()
        for side, message in (("initiator", confirmed), ("responder", told)):
            expected = hmac.digest(tag, packed(DOMAIN, "confirm", side), "sha256")
            assert unpadded(message["confirm"]) == expected
        assert told["agrees"] == 1


def seed_of(held: Held) -> bytes:
    """Return the seed of one side's keys."""
    return unpadded(held.seed)
