"""Evidence: what a stranger can check offline, and everything that must not pass."""

from __future__ import annotations

import zipfile
from collections.abc import Callable
from io import BytesIO
from os import urandom
from typing import Any

import pytest

from tests.journey.traveller import Traveller
from tests.unit.consent.collector import sign_revision
from tests.unit.evidence.binder import Binder, bound
from xbridge.core.errors import ConfigError, TamperDetected
from xbridge.core.ports import Signer
from xbridge.crypto.canonical import canonical_json_of, parse_strict_object
from xbridge.crypto.key import SigningKey
from xbridge.evidence.bundle import read_bundle, write_bundle
from xbridge.evidence.manifest import NAME, SIGNATURE_NAME
from xbridge.evidence.trust import Trust, parse_trust, trust_bytes, trusted_key
from xbridge.flows.verification import CHECKS, verify_bundle


@pytest.fixture(scope="module")
def whole() -> tuple[bytes, Trust, Traveller]:
    """The evidence of a whole life: given, exchanged, released, withdrawn, refused."""
    traveller = Traveller()
    link, consent = traveller.agreed()
    token = traveller.release(link, consent).token
    traveller.ask(token)
    traveller.clock.advance(60)
    traveller.withdraw(consent)
    traveller.ask(token)
    return traveller.bridge.evidence(consent), parse_trust(traveller.bridge.trust), traveller


def exporter_of(traveller: Traveller) -> Signer:
    """Return the record key of a Bridge, for tests in which the exporter itself is dishonest."""
    return traveller.bridge._deps.record_keyring[0].signer


@pytest.fixture
def binder(whole: tuple[bytes, Trust, Traveller]) -> Binder:
    """The parts of that evidence, ready to be signed with keys that the test knows."""
    return Binder.of(read_bundle(whole[0]), whole[2].deps.record_keys)


def public_key(alg: str) -> dict[str, str]:
    """Return a new public key for ``alg`` as a JWK."""
    return SigningKey.generate(alg, urandom).public().to_jwk()


def refused(raw: bytes, trust: Trust | None) -> TamperDetected:
    """Return the refusal of a bundle; its claim must be the name of a check."""
    with pytest.raises(TamperDetected) as caught:
        verify_bundle(raw, trust)
    assert caught.value.claim in CHECKS
    return caught.value


def test_an_honest_bundle_verifies(whole: tuple[bytes, Trust, Traveller]) -> None:
    """With the trust file every check is made, in order, and the whole story is told."""
    raw, trust, _ = whole
    verified = verify_bundle(raw, trust)
    assert verified.signer_known
    assert tuple(name for name, _ in verified.checks) == CHECKS
    assert [entry.kind for _, entry in verified.story] == [
        "consent.offered", "consent.granted", "decision", "token.issued", "release", "consent.withdrawn",
        "release.refused",
    ]  # fmt: skip
    assert [revision.record.event_state for revision in verified.revisions] == ["given", "withdrawn"]


def test_without_a_trust_file_the_signer_is_unknown(whole: tuple[bytes, Trust, Traveller]) -> None:
    """Consistent is all that can be said: the bundle's own keys vouch for nobody."""
    assert verify_bundle(whole[0], None).signer_known is False


def test_later_evidence_of_an_older_consent_verifies(whole: tuple[bytes, Trust, Traveller]) -> None:
    """A bundle made long after the consent holds, with and without a trust file made just as late."""
    traveller = Traveller()
    _, consent = traveller.agreed()
    traveller.clock.advance(10_000)
    raw = traveller.bridge.evidence(consent)
    assert verify_bundle(raw, parse_trust(traveller.bridge.trust)).signer_known
    assert not verify_bundle(raw, None).signer_known


def test_the_binder_makes_what_a_bridge_makes(binder: Binder) -> None:
    """Put together again under other keys, the parts verify under those: what follows fails for its own reason."""
    assert verify_bundle(binder.bind(), binder.trust()).signer_known
    assert not verify_bundle(binder.bind(), None).signer_known


def test_a_bundle_forged_whole_fails(whole: tuple[bytes, Trust, Traveller], binder: Binder) -> None:
    """Perfectly consistent, signed with the forger's keys: only the trust file tells, and it does."""
    assert refused(binder.bind(), whole[1]).claim == "manifest"
    # Not even a manifest that the true exporter signed makes strangers' records acceptable.
    assert refused(binder.bind(exporter=exporter_of(whole[2])), whole[1]).claim == "consent"


def test_a_withdrawal_cannot_be_left_out(whole: tuple[bytes, Trust, Traveller]) -> None:
    """Whoever passes a bundle on and drops its end, with a list that agrees, has no signature for that list."""
    raw, trust, traveller = whole
    members = read_bundle(raw)
    marks = (b"consent.withdrawn", b"release.refused")
    ends = {
        name for name, content in members.items() if name.startswith("ledger/0") and any(m in content for m in marks)
    }
    cut = {name: content for name, content in members.items() if name not in ends | {"consent/0002.json"}}
    consent = str(parse_strict_object(members[NAME], max_bytes=1 << 20)["consent"])
    # It would pass, if only the exporter had signed it: that is what the signature is for.
    assert verify_bundle(bound(cut, consent=consent, exporter=exporter_of(traveller)), trust).signer_known
    stranger = SigningKey.generate("EdDSA", urandom)
    assert refused(bound(cut, consent=consent, exporter=stranger), trust).claim == "manifest"
    kept = parse_strict_object(read_bundle(bound(cut, consent=consent, exporter=stranger))[NAME], max_bytes=1 << 20)
    assert kept["consent"] == consent
    old_signature = {**cut, NAME: read_bundle(bound(cut, consent=consent, exporter=stranger))[NAME]}
    old_signature[SIGNATURE_NAME] = members[SIGNATURE_NAME]
    assert refused(write_bundle(old_signature), trust).claim == "manifest"
    unsigned = {name: content for name, content in members.items() if name != SIGNATURE_NAME}
    assert refused(write_bundle(unsigned), trust).claim == "manifest"


def test_a_log_forged_beside_a_genuine_record_fails(whole: tuple[bytes, Trust, Traveller], binder: Binder) -> None:
    """A genuine signed consent inside a ledger of the forger's making is refused at the checkpoint."""
    genuine = read_bundle(whole[0])
    receipts = {name: content for name, content in genuine.items() if name.startswith("consent/")}
    forged = binder.bind(lambda members: members.update(receipts), exporter=exporter_of(whole[2]))
    assert refused(forged, whole[1]).claim == "checkpoint"


def test_another_log_or_issuer_is_not_the_trusted_one(whole: tuple[bytes, Trust, Traveller]) -> None:
    """A trust file of another issuer or log does not verify this bundle."""
    for changes in ({"issuer": "https://other.test"}, {"log_origin": "other.test/ledger"}):
        assert refused(whole[0], whole[1].model_copy(update=changes)).claim == "manifest"


# --- Any byte --------------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def maker() -> Traveller:
    """Who made the smallest evidence."""
    return Traveller()


@pytest.fixture(scope="module")
def small(maker: Traveller) -> tuple[bytes, Trust]:
    """The smallest evidence: offered and given, and not used yet."""
    _, consent = maker.agreed()
    return maker.bridge.evidence(consent), parse_trust(maker.bridge.trust)


def test_one_byte_of_each_member_is_enough(small: tuple[bytes, Trust]) -> None:
    """The quick form of the loop below: the last byte of each member, changed, is the manifest's business."""
    raw, trust = small
    members = read_bundle(raw)
    for name, content in members.items():
        changed = write_bundle({**members, name: flipped(content, len(content) - 1)})
        assert refused(changed, trust).claim == "manifest"


@pytest.mark.slow
def test_every_byte_of_every_member_counts(small: tuple[bytes, Trust]) -> None:
    """Any single byte of any member changed, the zip written properly anew: refused, and the check is named."""
    raw, trust = small
    members = read_bundle(raw)
    for name, content in members.items():
        for position in range(len(content)):
            failure = refused(write_bundle({**members, name: flipped(content, position)}), trust)
            assert failure.claim == "manifest" or name == NAME


@pytest.mark.slow
def test_every_byte_of_the_file_counts(small: tuple[bytes, Trust]) -> None:
    """Any single byte of the zip file itself changed, headers and directory included: refused."""
    raw, trust = small
    for position in range(len(raw)):
        refused(flipped(raw, position), trust)


@pytest.mark.slow
def test_every_byte_counts_even_under_a_corrected_manifest(small: tuple[bytes, Trust], maker: Traveller) -> None:
    """Not even the exporter, correcting the manifest, can change a byte of what is signed or logged.

    The bundle's own copy of the keys is outside this law: nobody with a trust file believes it.
    """
    raw, trust = small
    members = read_bundle(raw)
    consent = str(parse_strict_object(members[NAME], max_bytes=1 << 20)["consent"])
    for name, content in members.items():
        if name in (NAME, SIGNATURE_NAME, "keys.json"):
            continue
        for position in range(len(content)):
            changed = {**members, name: flipped(content, position)}
            refused(bound(changed, consent=consent, exporter=exporter_of(maker)), trust)


@pytest.mark.slow
def test_no_byte_of_a_whole_life_is_outside_the_law(whole: tuple[bytes, Trust, Traveller]) -> None:
    """The same for decisions, facts and releases, at places that step through every member of the large bundle."""
    raw, trust, traveller = whole
    members = read_bundle(raw)
    consent = str(parse_strict_object(members[NAME], max_bytes=1 << 20)["consent"])
    for name, content in members.items():
        for position in range(0, len(content), 61):
            changed = {**members, name: flipped(content, position)}
            refused(write_bundle(changed), trust)
            if name not in (NAME, SIGNATURE_NAME, "keys.json"):
                refused(bound(changed, consent=consent, exporter=exporter_of(traveller)), trust)


def flipped(content: bytes, position: int) -> bytes:
    """Return ``content`` with one bit of one byte changed."""
    return content[:position] + bytes([content[position] ^ 0x01]) + content[position + 1 :]


# --- Members ---------------------------------------------------------------------------------------------------------


def test_no_member_can_be_dropped(whole: tuple[bytes, Trust, Traveller]) -> None:
    """Each member in turn left out, with the manifest as it was: the manifest notices."""
    raw, trust, _ = whole
    members = read_bundle(raw)
    for name in members:
        rest = {other: content for other, content in members.items() if other != name}
        assert refused(write_bundle(rest), trust).claim == "manifest"


DROPPED = {
    "notice/": "notice",
    "consent/0001": "consent",
    "consent/0002": "story",
    "decision/": "decisions",
    "facts/": "decisions",
    "ledger/checkpoint": "checkpoint",
    "ledger/000000000001": "story",
    "ledger/000000000002": "story",
    "keys.json": "manifest",
}


@pytest.mark.parametrize(("start", "check"), DROPPED.items())
def test_no_needed_member_can_be_dropped_with_a_corrected_manifest(binder: Binder, start: str, check: str) -> None:
    """Even when the manifest agrees, what is missing is missed by the check that needs it."""

    def drop(members: dict[str, bytes]) -> None:
        (name,) = [name for name in members if name.startswith(start)]
        del members[name]

    assert refused(binder.bind(drop), binder.trust()).claim == check


@pytest.mark.parametrize(
    "name",
    [
        "readme.txt",
        "notice/zh-Hant.txt",
        "decision/019e8156-a600-7463-b918-ff50b92dc3f0.json",
        "facts/unknown.json",
        "consent/0003.json",
        "consent/1.json",
        "ledger/000000000099.json",
        "ledger/notes.txt",
        "keys.json.sig",
    ],
)
def test_nothing_can_be_added(binder: Binder, name: str) -> None:
    """A member that no check looks at would borrow the bundle's good name."""
    refused(binder.bind(lambda members: members.update({name: b"{}"})), binder.trust())


def test_a_copied_member_under_another_name_is_refused(binder: Binder) -> None:
    """Two entries swapped, or one told twice, do not fit their places in the log."""

    def swap(members: dict[str, bytes]) -> None:
        first, second = "ledger/000000000002.json", "ledger/000000000003.json"
        members[first], members[second] = members[second], members[first]

    def repeat(members: dict[str, bytes]) -> None:
        members["ledger/000000000007.json"] = members["ledger/000000000004.json"]

    for change in (swap, repeat):
        assert refused(binder.bind(change), binder.trust()).claim == "inclusion"


def zipped(members: list[tuple[str, bytes]], *, compression: int = zipfile.ZIP_STORED, comment: bytes = b"") -> bytes:
    """Return a zip file as somebody else would write it."""
    buffer = BytesIO()
    with zipfile.ZipFile(buffer, "w", compression) as archive:
        for name, content in members:
            info = zipfile.ZipInfo(name, (1980, 1, 1, 0, 0, 0))
            info.create_system, info.external_attr, info.compress_type = 3, 0o644 << 16, compression
            archive.writestr(info, content)
        archive.comment = comment
    return buffer.getvalue()


def test_there_is_one_way_to_write_a_bundle(whole: tuple[bytes, Trust, Traveller]) -> None:
    """Another order, compression, a comment, bytes around it or names that climb: refused at the container."""
    raw, trust, _ = whole
    members = list(read_bundle(raw).items())
    assert zipped(members) == raw
    variants = {
        "reversed": zipped(members[::-1]),
        "compressed": zipped(members, compression=zipfile.ZIP_DEFLATED),
        "a comment": zipped(members, comment=b"x"),
        "bytes before": b"x" + raw,
        "bytes after": raw + b"x",
        "a folder": zipped([*members, ("zz/", b"")]),
        "a climbing name": zipped([("../evil", b"x"), *members]),
        "an absolute name": zipped([("/etc/evil", b"x"), *members]),
        "an upper-case name": zipped([("EVIL", b"x"), *members]),
        "empty": b"",
        "no zip": b"PK" + bytes(100),
        "an empty zip": zipped([]),
    }
    for what, variant in variants.items():
        expected = "manifest" if what == "an empty zip" else "container"
        assert refused(variant, trust).claim == expected, what


def test_the_same_name_twice_is_refused(whole: tuple[bytes, Trust, Traveller]) -> None:
    """Two readers could each take another one of the two."""
    raw, trust, _ = whole
    members = list(read_bundle(raw).items())
    with pytest.warns(UserWarning, match="Duplicate name"):
        doubled = zipped([*members, members[0]])
    assert refused(doubled, trust).reason == "duplicated"


# --- The story -------------------------------------------------------------------------------------------------------


def move_release_after_withdrawal(binder: Binder) -> None:
    """A release below the withdrawal in the log."""
    binder.move("release", 5)


def move_issue_after_withdrawal(binder: Binder) -> None:
    """A token that was issued after the end."""
    binder.move("token.issued", 5)


def release_before_the_giving(binder: Binder) -> None:
    """A release above the giving."""
    binder.move("release", 0)


def decide_after_the_release(binder: Binder) -> None:
    """A decision that was recorded when the data had left already."""
    binder.move("decision", 4)


def release_on_another_decision(binder: Binder) -> None:
    """A release that names a decision which is not here."""
    binder.edit("release", detail={"decision": "019e8156-a600-7463-b918-ff50b92dc3f0"})


def release_without_a_decision(binder: Binder) -> None:
    """A release that names none."""
    binder.edit("release", detail={"decision": ""})


def release_more_than_agreed(binder: Binder) -> None:
    """A category that nobody agreed to."""
    binder.edit("release", detail={"categories": "name,social_security,tax_record"})


def release_to_another_audience(binder: Binder) -> None:
    """A release to somebody whom the consent does not name."""
    binder.edit("release", detail={"audience": "gd:police"})


def release_after_the_end_of_validity(binder: Binder) -> None:
    """A release on a consent that had expired."""
    binder.edit("release", at="2027-06-01T04:00:00Z")


def entry_of_another_consent(binder: Binder) -> None:
    """An entry that belongs to somebody else's story."""
    binder.edit("release", consent="019e8156-a600-7026-835e-7a95cdb94a62")


def entry_of_another_person(binder: Binder) -> None:
    """An entry about another person."""
    binder.edit("release", link="somebody-else")


def withdrawal_left_out_of_the_log(binder: Binder) -> None:
    """A revision that the ledger never heard of."""
    binder.entries = [entry for entry in binder.entries if entry.kind != "consent.withdrawn"]


def withdrawal_left_out_of_the_records(binder: Binder) -> None:
    """An entry whose revision is not here."""
    binder.records.pop()


def refusal_logged_as_giving(binder: Binder) -> None:
    """A person who said no, and a log that says they agreed: the entry commits to the refusal and calls it a giving."""
    refusal = binder.records[0].model_copy(update={"event_state": "refused"})
    binder.records = [refusal]
    binder.entries = [entry for entry in binder.entries if entry.kind in ("consent.offered", "consent.granted")]
    binder.bodies.clear()
    digest = sign_revision(refusal, binder.record_key).digest
    binder.edit("consent.granted", body_digest=digest)


def an_entry_about_another_revision(binder: Binder) -> None:
    """A giving that commits to a record which is not the one in the bundle."""
    binder.edit("consent.granted", body_digest="sha256:" + "0" * 64)


def another_consent_in_the_manifest(binder: Binder) -> None:
    """A bundle that is about something else than it says."""
    binder.consent = "019e8156-a600-7026-835e-7a95cdb94a62"


def decision_without_its_record(binder: Binder) -> None:
    """A decision that was swapped for a kinder one."""
    (name,) = [name for name in binder.bodies if name.startswith("decision/")]
    binder.bodies[name] = binder.bodies[name].replace(b'"outcome":"permit_with_obligations"', b'"outcome":"permit"')


def a_decision_reworded(binder: Binder) -> None:
    """The same outcome with a better-looking reason than the one that was recorded."""
    (name,) = [name for name in binder.bodies if name.startswith("decision/")]
    assert b'"citation":"' in binder.bodies[name]
    binder.bodies[name] = binder.bodies[name].replace(b'"citation":"', b'"citation":"Better: ', 1)


def facts_that_were_not_read(binder: Binder) -> None:
    """Facts that were improved afterwards."""
    (name,) = [name for name in binder.bodies if name.startswith("facts/")]
    document = parse_strict_object(binder.bodies[name], max_bytes=1 << 20)
    binder.bodies[name] = canonical_json_of({**document, "mechanism": "gba_sc_hk"})


def entry_that_says_permit_of_a_denial(binder: Binder) -> None:
    """A decision entry whose outcome is not the decision's."""
    binder.edit("decision", detail={"outcome": "permit"})


def a_denial_that_released(binder: Binder) -> None:
    """A release that stands on a decision which said no, everything signed and logged properly."""
    from xbridge.crypto.digest import sha256_hex

    (name,) = [name for name in binder.bodies if name.startswith("decision/")]
    binder.bodies[name] = binder.bodies[name].replace(b'"outcome":"permit_with_obligations"', b'"outcome":"deny"')
    binder.edit("decision", body_digest=sha256_hex(binder.bodies[name]), detail={"outcome": "deny"})


def a_notice_with_another_word(binder: Binder) -> None:
    """A text that is kinder than the one that was shown."""
    binder.notice = binder.notice.replace(b"7 days", b"1 days")


def a_thirteenth_month(binder: Binder) -> None:
    """A time that is none, properly logged."""
    binder.edit("release", at="2026-13-41T99:99:99Z")


STORIES: list[tuple[Callable[[Binder], None], str]] = [
    (move_release_after_withdrawal, "story"),
    (move_issue_after_withdrawal, "story"),
    (release_before_the_giving, "story"),
    (decide_after_the_release, "story"),
    (release_on_another_decision, "story"),
    (release_without_a_decision, "story"),
    (release_more_than_agreed, "story"),
    (release_to_another_audience, "story"),
    (release_after_the_end_of_validity, "story"),
    (entry_of_another_consent, "story"),
    (entry_of_another_person, "story"),
    (withdrawal_left_out_of_the_log, "story"),
    (withdrawal_left_out_of_the_records, "story"),
    (refusal_logged_as_giving, "story"),
    (an_entry_about_another_revision, "story"),
    (another_consent_in_the_manifest, "story"),
    (decision_without_its_record, "decisions"),
    (a_decision_reworded, "decisions"),
    (facts_that_were_not_read, "decisions"),
    (entry_that_says_permit_of_a_denial, "decisions"),
    (a_denial_that_released, "story"),
    (a_notice_with_another_word, "notice"),
    (a_thirteenth_month, "checkpoint"),
]


@pytest.mark.parametrize(("forge", "check"), STORIES, ids=lambda value: getattr(value, "__name__", ""))
def test_a_story_that_cannot_be_is_refused_although_everything_is_signed(
    binder: Binder, forge: Callable[[Binder], None], check: str
) -> None:
    """An operator who signs a lie with the right keys is caught by the rules of the house."""
    forge(binder)
    assert refused(binder.bind(), binder.trust()).claim in {check, "story"}
    refused(binder.bind(), None)


# --- Keys and their time ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("periods", "check", "reason"),
    [
        ({"record_from": "2026-06-01T04:00:01Z"}, "consent", "not_yet_valid"),
        ({"record_until": "2026-06-01T04:01:00Z"}, "manifest", "expired"),
        ({"log_until": "2026-06-01T04:01:00Z"}, "checkpoint", "unknown"),
    ],
    ids=["record key too new", "record key over", "log key over"],
)
def test_a_key_signs_in_its_own_time_only(binder: Binder, periods: dict[str, str], check: str, reason: str) -> None:
    """A signature outside the period that the trust file gives its key proves nothing."""
    failure = refused(binder.bind(), binder.trust(**periods))
    assert (failure.claim, failure.reason) == (check, reason)


@pytest.mark.parametrize(
    ("until", "verifies"),
    [
        ("2026-06-01T04:00:00Z", False),
        ("2026-06-01T04:01:00Z", False),
        ("2026-06-01T04:01:01Z", True),
    ],
    ids=["over before the giving", "over before the withdrawal", "over after both"],
)
def test_an_old_record_key_counts_for_its_time_under_a_newer_exporter(
    binder: Binder, until: str, verifies: bool
) -> None:
    """After a rotation the newer key signs the manifest, and the older one still answers for what it signed in its time."""
    newer = SigningKey.generate("EdDSA", urandom)
    trust = binder.trust(record_until=until)
    keys = (*trust.keys, trusted_key(newer.public(), "record", valid_from="2020-01-01T00:00:00Z"))
    rotated = trust.model_copy(update={"keys": keys})
    if verifies:
        assert verify_bundle(binder.bind(exporter=newer), rotated).signer_known
    else:
        failure = refused(binder.bind(exporter=newer), rotated)
        assert (failure.claim, failure.reason) == ("consent", "expired")


@pytest.mark.parametrize(
    "periods",
    [
        {"record_from": "2026-06-01T04:00:00Z"},
        {"record_until": "2026-06-01T04:01:01Z"},
        {"log_until": "2026-06-01T04:01:01Z"},
        {"log_from": "2030-01-01T00:00:00Z"},
    ],
    ids=["from the first second", "to the last", "the log's to the last", "a newer log key for an older log"],
)
def test_a_key_is_good_in_its_whole_period(binder: Binder, periods: dict[str, str]) -> None:
    """The period includes its first second and ends before its last; a log may be signed again by a newer key."""
    raw = binder.bind(created_at="2026-06-01T04:01:00Z")
    assert verify_bundle(raw, binder.trust(**periods)).signer_known


@pytest.mark.parametrize(
    "change",
    [
        lambda keys: keys.update(keys=[]),
        lambda keys: keys["keys"][0]["jwk"].update(x="AAAA"),
        lambda keys: keys["keys"][0]["jwk"].update(d="AAAA"),
        lambda keys: keys["keys"][0].update(valid_from="soon"),
        lambda keys: keys.update(extra=1),
        lambda keys: (
            keys["keys"][1]["jwk"].update(kid=keys["keys"][0]["jwk"]["kid"]) or keys["keys"][1].update(use="record")
        ),
        lambda keys: keys["keys"].append({**keys["keys"][1], "jwk": {**keys["keys"][1]["jwk"], "kid": "x"}}),
        lambda keys: keys["keys"].append({**keys["keys"][1], "jwk": public_key("ES256")}),
        lambda keys: keys["keys"].append({**keys["keys"][1], "jwk": {"kty": "oct"}, "use": "token"}),
    ],
    ids=[
        "no keys",
        "a broken key",
        "a private part",
        "no moment",
        "an unknown member",
        "two keys of one id",
        "one log key of two ids",
        "a log key of another kind",
        "a token key that is none",
    ],
)
def test_bad_keys_inside_a_bundle_are_its_own_fault(binder: Binder, change: Callable[[Any], object]) -> None:
    """Without a trust file, unusable keys of the bundle are a refusal of the bundle and not a crash."""

    def bend(members: dict[str, bytes]) -> None:
        keys = parse_strict_object(members["keys.json"], max_bytes=1 << 20)
        change(keys)
        members["keys.json"] = canonical_json_of(keys)

    assert refused(binder.bind(bend), None).claim == "manifest"


def test_a_key_may_be_trusted_for_two_periods(binder: Binder) -> None:
    """Listing a key once more, for another time, takes nothing from what it signed in the first."""
    trust = binder.trust()
    over = "2020-02-01T00:00:00Z"
    keys = tuple(key.model_copy(update={"valid_until": over}) for key in trust.keys)
    twice = parse_trust(trust_bytes(trust.model_copy(update={"keys": (*keys, *trust.keys)})))
    assert verify_bundle(
        binder.bind(lambda members: members.update({"keys.json": trust_bytes(twice)})), twice
    ).signer_known


@pytest.mark.parametrize("member", ["valid_from", "valid_until"])
@pytest.mark.parametrize(
    "text",
    ["2026-06-01", "2026-06-01T00:00:00", "2026-06-01T08:00:00+08:00", "20260601T000000Z", "0001-01-01T00:00:00+08:00"],
)
def test_a_period_means_the_same_everywhere(binder: Binder, member: str, text: str) -> None:
    """Only the canonical form in UTC is read: a moment without a zone would depend on the reader's clock."""
    trust = binder.trust()
    key = trust.keys[0].model_copy(update={member: text})
    with pytest.raises(ConfigError):
        parse_trust(trust_bytes(trust.model_copy(update={"keys": (key, trust.keys[1])})))


@pytest.mark.parametrize("use", ["record", "log", "token"])
def test_a_trust_file_with_an_unusable_key_is_none(binder: Binder, use: str) -> None:
    """A key that is not admissible is found when the file is read, whatever it is for."""
    document = parse_strict_object(trust_bytes(binder.trust()), max_bytes=1 << 20)
    keys = document["keys"]
    assert isinstance(keys, list)
    keys.append({**keys[0], "use": use, "jwk": {"kty": "oct", "k": "AAAA"}})
    with pytest.raises(ConfigError):
        parse_trust(canonical_json_of(document))


@pytest.mark.parametrize(
    "raw", [b"", b"{}", b"[]", b"\xff", b'{"v":1}', b"x" * (1 << 20) + b"x"], ids=["", "{}", "[]", "bytes", "v", "big"]
)
def test_a_bad_trust_file_is_the_readers_problem(raw: bytes) -> None:
    """It is a configuration error, never a statement about the bundle."""
    with pytest.raises(ConfigError):
        parse_trust(raw)
