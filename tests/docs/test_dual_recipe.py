"""The recipe of specs/evidence.md checks SM2 as well: openssl alone, on the key and the id that the trust file names."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from tests.docs.test_evidence_recipe import MISSING, follow
from tests.journey.traveller import Traveller
from tests.unit.crypto.binding import require_binding
from tests.unit.crypto.openssl import require_openssl
from tests.unit.evidence.binder import Binder
from xbridge.core.errors import TamperDetected
from xbridge.crypto.key import SigningKey
from xbridge.crypto.signing import SignedRecord, from_envelope, to_envelope
from xbridge.crypto.sm2_signing import Sm2SigningKey
from xbridge.evidence.bundle import read_bundle
from xbridge.evidence.trust import Trust, parse_trust, trust_bytes
from xbridge.flows.verification import verify_bundle

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(bool(MISSING), reason=f"the recipe needs {', '.join(MISSING)}, not found here"),
]


class ShortKey(Sm2SigningKey):
    """Signs until r or s begins with a zero byte, which DER leaves out and one signature in 128 has."""

    def sign(self, message: bytes) -> bytes:
        """Sign again and again."""
        while True:
            value = super().sign(message)
            if 0 in (value[0], value[32]):
                return value


@pytest.fixture(scope="module")
def binder() -> Binder:
    """A consent that was used and withdrawn, signed with Ed25519 and SM2."""
    require_binding()
    require_openssl()
    traveller = Traveller()
    link, consent = traveller.agreed()
    traveller.ask(traveller.release(link, consent).token)
    traveller.clock.advance(60)
    traveller.withdraw(consent)
    binder = Binder.of(read_bundle(traveller.bridge.evidence(consent)), traveller.deps.record_keys)
    return replace(binder, record_key=SigningKey.generate("EdDSA"), sm2_key=ShortKey.generate())


def listing(binder: Binder, kinds: str, require: Any = "any") -> Trust:
    """Return the trust file of a reader who lists the SM2 key, the other one, or both."""
    trust = binder.trust()
    kept = tuple(key for key in trust.keys if key.use != "record" or kinds == "both" or key.is_sm2 == (kinds == "SM2"))
    return parse_trust(trust_bytes(trust.model_copy(update={"keys": kept, "require": require})))


def dated(trust: Trust, *, sm2: bool, **period: str) -> Trust:
    """Return ``trust`` with another time for the record key of one kind."""
    keys = tuple(
        key.model_copy(update=period) if key.use == "record" and key.is_sm2 is sm2 else key for key in trust.keys
    )
    return trust.model_copy(update={"keys": keys})


def judge(folder: Path, raw: bytes, trust: Trust) -> bool:
    """Return whether the recipe accepts ``raw``, after seeing that the library says the same."""
    done = follow(folder, raw, trust_bytes(trust))
    accepted = "every signature, digest and path holds" in done.stdout
    assert accepted is (done.returncode == 0), done.stderr
    try:
        verify_bundle(raw, trust)
    except TamperDetected:
        assert not accepted, done.stdout
    else:
        assert accepted, done.stdout + done.stderr
    return accepted


@pytest.mark.parametrize(("kinds", "require"), [("SM2", "any"), ("other", "any"), ("both", "both")])
def test_either_key_is_enough_by_hand(binder: Binder, tmp_path: Path, kinds: str, require: str) -> None:
    """A court with SM2 alone, a reader with the other alone, and one who wants both all reach the end."""
    assert judge(tmp_path, binder.bind(), listing(binder, kinds, require))


def test_es256_by_hand(binder: Binder, tmp_path: Path) -> None:
    """The international key may be a P-256 key: openssl checks it in the same steps."""
    p256 = replace(binder, record_key=SigningKey.generate("ES256"))
    assert judge(tmp_path, p256.bind(), listing(p256, "both", "both"))


def bent(position: int, change: Callable[[SignedRecord, int], SignedRecord]) -> Callable[[dict[str, bytes]], None]:
    """Return the change of one signature of the withdrawal."""

    def bend(members: dict[str, bytes]) -> None:
        members["consent/0002.json"] = to_envelope(change(from_envelope(members["consent/0002.json"]), position))

    return bend


def spoiled(signed: SignedRecord, position: int) -> SignedRecord:
    """One bit of the signature changed."""
    each = signed.signatures[position]
    bad = replace(each, value=each.value[:-1] + bytes([each.value[-1] ^ 1]))
    return replace(signed, signatures=tuple(bad if other is each else other for other in signed.signatures))


def stripped(signed: SignedRecord, position: int) -> SignedRecord:
    """The signature left out."""
    return replace(signed, signatures=signed.signatures[1 - position : 2 - position])


@pytest.mark.parametrize(
    ("position", "kinds", "accepted"), [(0, "both", False), (1, "both", False), (1, "other", True)]
)
def test_a_bad_signature_stops_whoever_lists_its_key(
    binder: Binder, tmp_path: Path, position: int, kinds: str, accepted: bool
) -> None:
    """Also where the other holds; who does not list the key passes over it."""
    assert judge(tmp_path, binder.bind(bent(position, spoiled)), listing(binder, kinds)) is accepted


@pytest.mark.parametrize("require", ["any", "both"])
def test_a_stripped_signature_is_missed_by_whoever_wants_both(binder: Binder, tmp_path: Path, require: str) -> None:
    """The recipe reads the requirement in the trust file as the library does."""
    raw = binder.bind(bent(1, stripped))
    assert judge(tmp_path, raw, listing(binder, "both", require)) is (require == "any")


@pytest.mark.parametrize(
    ("created_at", "require", "accepted"),
    [
        ("2026-05-31T23:59:59Z", "both", False),
        ("2026-06-01T04:00:59Z", "any", False),
        ("2026-06-01T04:01:00Z", "any", True),
        ("2026-06-01T04:01:00Z", "both", False),
    ],
)
def test_a_manifest_is_not_older_than_what_it_lists(
    binder: Binder, tmp_path: Path, created_at: str, require: str, accepted: bool
) -> None:
    """The holder of one key dates the manifest before the other key began: older than the newest entry it stops the script."""
    trust = dated(listing(binder, "both", require), sm2=True, valid_from="2026-06-01T00:00:00Z")
    raw = binder.bind(exporter=binder.record_key, created_at=created_at)
    assert judge(tmp_path, raw, trust) is accepted


@pytest.mark.parametrize(
    ("period", "accepted"),
    [
        ({}, False),
        ({"valid_from": "2026-06-01T05:00:01Z"}, True),
        ({"valid_from": "2026-06-01T05:00:00Z"}, False),
        ({"valid_until": "2026-06-01T04:00:00Z"}, True),
        ({"valid_until": "2026-06-01T04:00:01Z"}, False),
    ],
)
def test_a_second_key_is_missed_in_its_time_only(
    binder: Binder, tmp_path: Path, period: dict[str, str], accepted: bool
) -> None:
    """What one key signed alone is enough, also for who wants both, where the other was not valid then."""
    alone = replace(binder, sm2_key=None)
    assert judge(tmp_path, alone.bind(), dated(listing(binder, "both", "both"), sm2=True, **period)) is accepted


@pytest.mark.parametrize(
    ("period", "accepted"),
    [
        ({"valid_until": "2026-06-01T05:00:01Z"}, True),
        ({"valid_until": "2026-06-01T05:00:00Z"}, False),
        ({"valid_until": "2026-06-01T04:01:00Z"}, False),
        ({"valid_from": "2026-06-01T04:00:00Z"}, True),
        ({"valid_from": "2026-06-01T04:00:01Z"}, False),
    ],
)
def test_a_signature_outside_its_keys_time_stops(
    binder: Binder, tmp_path: Path, period: dict[str, str], accepted: bool
) -> None:
    """A retired key signs nothing afterwards, and a new one nothing before, whatever the other key signed."""
    assert judge(tmp_path, binder.bind(), dated(listing(binder, "both"), sm2=True, **period)) is accepted


@pytest.mark.parametrize(("until", "accepted"), [("2026-06-01T04:01:00Z", False), ("2026-06-01T04:01:01Z", True)])
def test_a_log_key_is_not_over_when_the_newest_entry_is_made(
    binder: Binder, tmp_path: Path, until: str, accepted: bool
) -> None:
    """The log's key has an end as well, and the script knows it."""
    trust = listing(binder, "both")
    keys = tuple(key.model_copy(update={"valid_until": until}) if key.use == "log" else key for key in trust.keys)
    assert judge(tmp_path, binder.bind(), trust.model_copy(update={"keys": keys})) is accepted


def test_the_id_is_part_of_the_signature(binder: Binder, tmp_path: Path) -> None:
    """Under another id than the trust file's nothing verifies: openssl is told which, and takes no other."""
    trust = listing(binder, "SM2")
    keys = tuple(key.model_copy(update={"sm2_id": "8765432187654321"}) if key.is_sm2 else key for key in trust.keys)
    assert not judge(tmp_path, binder.bind(), trust.model_copy(update={"keys": keys}))
