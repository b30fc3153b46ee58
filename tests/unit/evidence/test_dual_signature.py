"""Two signatures over the same bytes: either alone verifies, a bad one refuses, and whoever requires both misses one."""

from __future__ import annotations

import sys
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from tests.journey.traveller import Traveller
from tests.unit.consent.collector import sign_revision
from tests.unit.crypto.binding import require_binding
from tests.unit.evidence.binder import Binder, bound
from xbridge.consent.life import ROLE, verify_revision
from xbridge.core.errors import ConfigError, TamperDetected, Unsupported
from xbridge.crypto.canonical import canonical_json_of, parse_strict_object
from xbridge.crypto.key import KeySet, SigningKey
from xbridge.crypto.signing import SignedRecord, from_envelope, message_to_sign, to_envelope
from xbridge.crypto.sm2_signing import Sm2SigningKey
from xbridge.evidence.bundle import read_bundle, write_bundle
from xbridge.evidence.manifest import SIGNATURE_NAME
from xbridge.evidence.trust import Trust, parse_trust, trust_bytes
from xbridge.flows.verification import VerifiedBundle, verify_bundle

require_binding(whole_module=True)

SM2 = Sm2SigningKey.generate()
FIRST, SECOND = "consent/0001.json", "consent/0002.json"


@pytest.fixture(scope="module", params=["EdDSA", "ES256"])
def binder(request: pytest.FixtureRequest) -> Binder:
    """A consent that was given and withdrawn, signed with SM2 beside each of the international algorithms."""
    traveller = Traveller()
    _, consent = traveller.agreed()
    traveller.clock.advance(60)
    traveller.withdraw(consent)
    binder = Binder.of(read_bundle(traveller.bridge.evidence(consent)), traveller.deps.record_keys)
    return replace(binder, record_key=SigningKey.generate(request.param), sm2_key=SM2)


def listing(trust: Trust, *kinds: str, require: Any = "any") -> Trust:
    """Return ``trust`` with the record keys of these kinds alone, as a file that was written and read."""
    keys = tuple(key for key in trust.keys if key.use != "record" or ("sm2" if key.is_sm2 else "other") in kinds)
    return parse_trust(trust_bytes(trust.model_copy(update={"keys": keys, "require": require})))


def states(found: VerifiedBundle) -> list[tuple[str, str, str]]:
    """Return what became of each signature."""
    return [(each.member, each.alg, each.state) for each in found.signatures]


def refused(raw: bytes, trust: Trust) -> tuple[str, str]:
    """Return which check refused the bundle, and why."""
    with pytest.raises(TamperDetected) as caught:
        verify_bundle(raw, trust)
    return caught.value.claim, caught.value.reason


def changed(binder: Binder, change: Callable[[SignedRecord], SignedRecord], *names: str) -> bytes:
    """Return the bundle with ``change`` made to the envelopes ``names``, under a manifest that its exporter signed again."""

    def bend(members: dict[str, bytes]) -> None:
        for name in names:
            members[name] = to_envelope(change(from_envelope(members[name])))

    return binder.bind(bend)


def without(position: int) -> Callable[[SignedRecord], SignedRecord]:
    """Return the change that strips one signature."""

    def change(signed: SignedRecord) -> SignedRecord:
        kept = tuple(each for index, each in enumerate(signed.signatures) if index != position)
        return replace(signed, signatures=kept)

    return change


def flipped(position: int, bit: int) -> Callable[[SignedRecord], SignedRecord]:
    """Return the change that flips one bit of one signature."""

    def change(signed: SignedRecord) -> SignedRecord:
        each = signed.signatures[position]
        value = bytearray(each.value)
        value[bit // 8] ^= 1 << bit % 8
        bent = replace(each, value=bytes(value))
        return replace(signed, signatures=tuple(bent if other is each else other for other in signed.signatures))

    return change


def test_both_are_over_the_same_bytes(binder: Binder) -> None:
    """One role, one message: each key verifies its signature over literally the same bytes."""
    signed = sign_revision(binder.records[0], *binder.record_signers).signed
    message = message_to_sign(ROLE, signed.raw)
    assert [each.role for each in signed.signatures] == [ROLE, ROLE]
    binder.record_key.public().verify(signed.signatures[0].value, message)
    SM2.public().verify(signed.signatures[1].value, message)


@pytest.mark.parametrize(("kinds", "seen"), [(("sm2",), "SM2"), (("other",), ""), (("sm2", "other"), "all")])
def test_either_alone_verifies(binder: Binder, kinds: tuple[str, ...], seen: str) -> None:
    """A reader who trusts one key needs not know the other: its signature is passed over, and said to be."""
    found = verify_bundle(binder.bind(), listing(binder.trust(), *kinds))
    assert found.signer_known
    international = binder.record_key.alg
    for member in (FIRST, SECOND, SIGNATURE_NAME):
        assert [state for state in states(found) if state[0] == member] == [
            (member, international, "unknown" if seen == "SM2" else "verified"),
            (member, "SM2", "verified" if seen else "unknown"),
        ]


@pytest.mark.parametrize("position", [0, 1], ids=["international", "SM2"])
def test_a_stripped_signature_is_missed_where_both_are_required(binder: Binder, position: int) -> None:
    """One signature less is enough for those whom either satisfies, and refused by those who require both."""
    both = listing(binder.trust(), "sm2", "other", require="both")
    assert verify_bundle(binder.bind(), both).signer_known
    for names, check in (((FIRST,), "consent"), ((SECOND,), "consent"), ((FIRST, SECOND), "consent")):
        stripped = changed(binder, without(position), *names)
        assert verify_bundle(stripped, listing(binder.trust(), "sm2", "other")).signer_known
        assert refused(stripped, both) == (check, "missing")
    exporter = binder.record_signers[1 - position]
    assert refused(binder.bind(exporter=exporter), both) == ("manifest", "missing")
    assert verify_bundle(binder.bind(exporter=exporter), listing(binder.trust(), "sm2", "other")).signer_known


@pytest.mark.parametrize("kinds", [("sm2",), ("other",), ("sm2", "other")], ids="+".join)
def test_who_passes_a_bundle_on_cannot_strip_it(binder: Binder, kinds: tuple[str, ...]) -> None:
    """Inside a bundle the manifest tells, whatever the reader requires: it names the envelopes as they were."""
    members = read_bundle(binder.bind())
    for position in (0, 1):
        stripped = {**members, FIRST: to_envelope(without(position)(from_envelope(members[FIRST])))}
        assert refused(write_bundle(stripped), listing(binder.trust(), *kinds)) == ("manifest", "mismatch")


@pytest.mark.parametrize("position", [0, 1], ids=["international", "SM2"])
def test_a_bad_signature_refuses_although_the_other_holds(binder: Binder, position: int) -> None:
    """Every 37th bit of either signature flipped: refused by whoever lists its key; the other key's readers do not see it."""
    mine, other = (("other",), ("sm2",)) if position == 0 else (("sm2",), ("other",))
    for bit in range(0, 512, 37):
        bent = changed(binder, flipped(position, bit), FIRST)
        for kinds in (mine, ("sm2", "other")):
            assert refused(bent, listing(binder.trust(), *kinds)) == ("consent", "mismatch")
        assert verify_bundle(bent, listing(binder.trust(), *other)).signer_known


def swapped_values(signed: SignedRecord) -> SignedRecord:
    """Each signature under the other's name."""
    one, two = signed.signatures
    return replace(signed, signatures=(replace(one, value=two.value), replace(two, value=one.value)))


def relabelled(signed: SignedRecord) -> SignedRecord:
    """The SM2 signature as one of another algorithm."""
    one, two = signed.signatures
    return replace(signed, signatures=(one, replace(two, alg="ES256")))


def in_another_role(signed: SignedRecord) -> SignedRecord:
    """The SM2 signature as somebody else's."""
    one, two = signed.signatures
    return replace(signed, signatures=(one, replace(two, role="issuer")))


def twice(signed: SignedRecord) -> SignedRecord:
    """The SM2 signature in place of the other."""
    return replace(signed, signatures=(signed.signatures[1], signed.signatures[1]))


@pytest.mark.parametrize("bend", [swapped_values, relabelled, in_another_role, twice], ids=lambda bend: bend.__name__)
def test_signatures_cannot_change_places(binder: Binder, bend: Callable[[SignedRecord], SignedRecord]) -> None:
    """Another name, algorithm or role on a signature refuses for whoever knows its key, and one key signs once."""
    claim, reason = refused(changed(binder, bend, FIRST), listing(binder.trust(), "sm2", "other"))
    assert (claim, reason) == ("consent", "duplicated" if bend is twice else "mismatch")


def test_both_means_in_the_same_role(binder: Binder) -> None:
    """A signature that the SM2 key truly made, for another part in the story, does not count where both are required."""

    def bend(members: dict[str, bytes]) -> None:
        signed = sign_revision(binder.records[0], binder.record_key).signed
        other = sign_revision(binder.records[0], SM2, role="issuer").signed
        both = replace(signed, signatures=(*signed.signatures, *other.signatures))
        members[FIRST] = to_envelope(both)

    raw = binder.bind(bend)
    assert verify_bundle(raw, listing(binder.trust(), "sm2", "other")).signer_known
    assert refused(raw, listing(binder.trust(), "sm2", "other", require="both")) == ("consent", "missing")


def test_what_was_signed_before_the_second_key_keeps_verifying(binder: Binder) -> None:
    """Where both are required, a record of a time before the SM2 key takes the first alone; one of its time takes both."""
    early = replace(binder, sm2_key=None)
    trust = binder.trust()

    def since(moment: str) -> Trust:
        keys = tuple(key.model_copy(update={"valid_from": moment}) if key.is_sm2 else key for key in trust.keys)
        return listing(trust.model_copy(update={"keys": keys}), "sm2", "other", require="both")

    assert verify_bundle(early.bind(), since("2026-06-02T00:00:00Z")).signer_known
    assert refused(early.bind(), since("2026-06-01T04:01:00Z")) == ("manifest", "missing")
    assert refused(early.bind(exporter=None), since("2026-06-01T04:00:00Z"))[1] == "missing"
    # And a signature of a key that was not valid yet is none, required or not.
    late = listing(since("2026-06-01T04:01:00Z"), "sm2", "other")
    assert refused(binder.bind(), late) == ("consent", "not_yet_valid")


# --- Without the extra gm --------------------------------------------------------------------------------------------


@pytest.fixture
def unread(binder: Binder, monkeypatch: pytest.MonkeyPatch) -> bytes:
    """A bundle in the hands of a reader who did not install the extra."""
    raw = binder.bind()
    monkeypatch.setitem(sys.modules, "gmssl_pyx", None)
    return raw


def test_without_the_extra_the_other_signature_is_enough(binder: Binder, unread: bytes) -> None:
    """Nothing needs SM2 to read what the first key signed; a listed SM2 key is said not to have been asked."""
    for kinds, state in ((("other",), "unknown"), (("sm2", "other"), "not_checked")):
        found = verify_bundle(unread, listing(binder.trust(), *kinds))
        assert found.signer_known
        assert {each.state for each in found.signatures if each.alg == "SM2"} == {state}
        assert {each.state for each in found.signatures if each.alg != "SM2"} == {"verified"}
    assert not verify_bundle(unread, None).signer_known


@pytest.mark.parametrize(("kinds", "require"), [(("sm2",), "any"), (("sm2", "other"), "both")])
def test_without_the_extra_nothing_passes_that_takes_it(
    binder: Binder, unread: bytes, kinds: tuple[str, ...], require: str
) -> None:
    """Where SM2 is all that is trusted, or is required, the reader hears what to install, and no verdict."""
    with pytest.raises(Unsupported, match=r"xbridge-gba\[gm\]"):
        verify_bundle(unread, listing(binder.trust(), *kinds, require=require))


# --- The trust file --------------------------------------------------------------------------------------------------


def test_a_trust_file_is_written_and_read(binder: Binder) -> None:
    """With SM2 keys and requirement it comes back as it was; without them it is, byte for byte, what it was before."""
    trust = binder.trust().model_copy(update={"require": "both"})
    assert parse_trust(trust_bytes(trust)) == trust
    plain = trust_bytes(replace(binder, sm2_key=None).trust())
    assert b"require" not in plain
    assert b"sm2" not in plain


def test_both_of_one_kind_is_no_requirement(binder: Binder) -> None:
    """A file that requires both and lists one kind of record key would refuse nothing: it is not read."""
    for kinds in (("sm2",), ("other",)):
        with pytest.raises(ConfigError, match="of each kind"):
            listing(binder.trust(), *kinds, require="both")


@pytest.mark.parametrize(
    "change",
    [
        lambda key: key.pop("sm2_id"),
        lambda key: key.update(sm2_id=""),
        lambda key: key.update(sm2_id="x" * 65),
        lambda key: key.update(sm2_id="x" * 9000),
        lambda key: key.update(sm2_id="two words"),
        lambda key: key.update(sm2_id="\u4e2d"),
        lambda key: key.update(use="log"),
        lambda key: key.update(use="token"),
        lambda key: key["jwk"].update(x=key["jwk"]["y"]),
        lambda key: key["jwk"].update(alg="ES256"),
        lambda key: key["jwk"].update(d="AAAA"),
        lambda key: key["jwk"].update(crv="P-256"),
    ],
    ids=[
        "no id",
        "an empty id",
        "an id too long for ours",
        "an id too long for anybody",
        "an id with a blank",
        "an id that is not ASCII",
        "a log key",
        "a token key",
        "off the curve",
        "another alg",
        "private",
        "another curve",
    ],
)
def test_an_sm2_key_that_is_not_one_is_refused(binder: Binder, change: Callable[[dict[str, Any]], object]) -> None:
    """The id is always said, records alone are signed with it, and the key must be on its curve."""
    document: dict[str, Any] = dict(parse_strict_object(trust_bytes(binder.trust()), max_bytes=1 << 20))
    (key,) = [each for each in document["keys"] if each["jwk"]["crv"] == "SM2"]
    change(key)
    with pytest.raises(ConfigError):
        parse_trust(canonical_json_of(document))


def test_a_bundle_whose_own_keys_have_an_impossible_id_is_refused(binder: Binder) -> None:
    """What a bundle brings is a finding about the bundle, with or without a trust file, and no fault of the reader's file."""

    def lengthen(members: dict[str, bytes]) -> None:
        members["keys.json"] = members["keys.json"].replace(b'"sm2_id":"', b'"sm2_id":"' + b"x" * 9000)

    raw = binder.bind(lengthen)
    for trust in (None, binder.trust()):
        with pytest.raises(TamperDetected) as caught:
            verify_bundle(raw, trust)
        assert (caught.value.claim, caught.value.reason) == ("manifest", "malformed")


def test_an_id_belongs_to_sm2_alone(binder: Binder) -> None:
    """A key of another kind with an SM2 id says something that nobody reads."""
    trust = binder.trust()
    keys = (trust.keys[0].model_copy(update={"sm2_id": "1234567812345678"}), *trust.keys[1:])
    with pytest.raises(ConfigError):
        parse_trust(trust_bytes(trust.model_copy(update={"keys": keys})))


def test_another_id_is_another_signature(binder: Binder) -> None:
    """The id is under the signature: with the wrong one in the file nothing verifies."""
    trust = binder.trust()
    keys = tuple(key.model_copy(update={"sm2_id": "8765432187654321"}) if key.is_sm2 else key for key in trust.keys)
    assert refused(binder.bind(), listing(trust.model_copy(update={"keys": keys}), "sm2")) == ("manifest", "mismatch")


def test_one_key_under_two_ids_is_refused(binder: Binder) -> None:
    """Two entries of one key that disagree about its id cannot both be right."""
    trust = binder.trust()
    more = tuple(key.model_copy(update={"sm2_id": "8765432187654321"}) for key in trust.keys if key.is_sm2)
    with pytest.raises(ConfigError):
        parse_trust(trust_bytes(trust.model_copy(update={"keys": (*trust.keys, *more)})))


def test_a_receipt_verifies_by_either_key(binder: Binder) -> None:
    """What a person keeps is one envelope: either key reads it, alone."""
    receipt = to_envelope(sign_revision(binder.records[0], *binder.record_signers).signed)
    for key in (binder.record_key.public(), SM2.public()):
        assert verify_revision(from_envelope(receipt), KeySet([key])).record == binder.records[0]
    with pytest.raises(TamperDetected):
        verify_revision(from_envelope(receipt), KeySet([SigningKey.generate("EdDSA").public()]))


def test_a_bundle_forged_with_one_stolen_key(binder: Binder) -> None:
    """Whoever has one of the two keys makes what satisfies "any", and nothing that satisfies "both": that is the difference."""
    thief = replace(binder, sm2_key=None)
    forged = bound(thief.members(), consent=thief.consent, exporter=thief.record_key)
    assert verify_bundle(forged, listing(binder.trust(), "sm2", "other")).signer_known
    assert refused(forged, listing(binder.trust(), "sm2", "other", require="both")) == ("manifest", "missing")
    assert refused(forged, listing(binder.trust(), "sm2")) == ("manifest", "unknown")


@pytest.mark.parametrize(
    ("created_at", "check"),
    [
        ("2020-01-01T00:00:00Z", ("story", "mismatch")),
        ("2026-05-31T23:59:59Z", ("story", "mismatch")),
        ("2026-06-01T00:00:00Z", ("manifest", "missing")),
        ("2026-06-01T04:00:59Z", ("manifest", "missing")),
        ("2026-06-01T04:01:00Z", ("manifest", "missing")),
        ("2036-06-01T00:00:00Z", ("manifest", "missing")),
    ],
)
def test_a_date_of_the_thiefs_choice_does_not_help(binder: Binder, created_at: str, check: tuple[str, str]) -> None:
    """Genuine records, one stolen key: dated before the second key began, the manifest is older than what it lists."""
    keys = tuple(
        key.model_copy(update={"valid_from": "2026-06-01T00:00:00Z"}) if key.is_sm2 else key
        for key in binder.trust().keys
    )
    both = listing(binder.trust().model_copy(update={"keys": keys}), "sm2", "other", require="both")
    assert refused(binder.bind(exporter=binder.record_key, created_at=created_at), both) == check


def test_a_manifest_is_not_older_than_what_it_lists(binder: Binder) -> None:
    """One second before the newest entry refuses, whoever signed and whatever is required; its very second passes."""
    for trust in (listing(binder.trust(), "sm2", "other", require=require) for require in ("any", "both")):
        assert verify_bundle(binder.bind(created_at="2026-06-01T04:01:00Z"), trust).signer_known
        assert refused(binder.bind(created_at="2026-06-01T04:00:59Z"), trust) == ("story", "mismatch")


@pytest.mark.parametrize(
    "created_at", ["2026-06-01T05:00:00", "2026-06-01T05:00:00+00:00", "2026-06-01 05:00:00Z", "x"]
)
def test_a_manifests_time_has_one_form(binder: Binder, created_at: str) -> None:
    """A time without its zone would be another moment for each reader."""
    assert refused(binder.bind(created_at=created_at), listing(binder.trust(), "other")) == ("manifest", "malformed")


def test_what_the_issuers_own_copy_requires_counts_for_nobody(binder: Binder) -> None:
    """Without a trust file a bundle is consistent or not: its own keys cannot ask for more, nor for an extra."""
    early = replace(binder, sm2_key=None)
    keys = trust_bytes(binder.trust().model_copy(update={"require": "both"}))
    raw = early.bind(lambda members: members.update({"keys.json": keys}))
    assert not verify_bundle(raw, None).signer_known
