"""The recipe of specs/evidence.md works: a stranger with openssl and sha256sum reaches the library's own verdict."""

from __future__ import annotations

import io
import json
import re
import shutil
import subprocess
import zipfile
from collections.abc import Callable
from hashlib import sha256
from pathlib import Path

import pytest

from tests.docs.block import blocks
from tests.unit.evidence.binder import bound
from tests.unit.flows.consent_desk import ConsentDesk
from tests.unit.providers.signing_person import authority, hash_answer
from xbridge.core.flow import DataFlow
from xbridge.core.ports import Signer
from xbridge.crypto.key import SigningKey
from xbridge.crypto.signing import sign_record, to_envelope
from xbridge.evidence.bundle import read_bundle
from xbridge.evidence.manifest import Manifest
from xbridge.evidence.trust import parse_trust, resident_anchor, trust_bytes
from xbridge.flows.verification import verify_bundle
from xbridge.testing import World

PAGE = Path(__file__).resolve().parents[2] / "specs/evidence.md"
FLOW = DataFlow(source="440000", target="HK", purpose="xb:social-benefit", categories=("name", "social_security"))
TOOLS = ("bash", "openssl", "sha256sum", "unzip", "sed", "grep", "od", "diff", "date", "fold")
MISSING = [tool for tool in TOOLS if shutil.which(tool) is None]

pytestmark = pytest.mark.skipif(bool(MISSING), reason=f"the recipe needs {', '.join(MISSING)}, not found here")

Journey = tuple[bytes, bytes]


@pytest.fixture(scope="module")
def world() -> World:
    """Where the bundle comes from."""
    return World()


@pytest.fixture(scope="module")
def exporter(world: World) -> Signer:
    """The key that signs the manifest, for changes that a dishonest exporter would make."""
    return world.bridge._deps.record_keyring[0].signer


@pytest.fixture(scope="module")
def journey(world: World) -> Journey:
    """The bundle of a consent that was used and withdrawn, and the trust file."""
    bridge, session = world.bridge, "session-1"
    trust = bridge.trust
    hk, gd = (world.log_in(provider, "chan-tai-man") for provider in ("iamsmart", "guangdong"))
    link = bridge.link(hk, gd, agreed_to=bridge.offer_link(session=session), session=session)
    offer = bridge.offer_consent(link, FLOW, audience="gd:hrss", session=session)
    consent = bridge.grant_consent(offer, approved_by=hk, session=session)
    bridge.exchange(link, consent, FLOW, audience="gd:hrss")
    bridge.withdraw(consent, requested_by=hk, session=session)
    return bridge.evidence(consent), trust


def follow(folder: Path, bundle: bytes, trust: bytes) -> subprocess.CompletedProcess[str]:
    """Follow the recipe in ``folder`` and return how it ended."""
    (recipe,) = blocks(PAGE, "bash")
    (folder / "evidence.zip").write_bytes(bundle)
    (folder / "trust.json").write_bytes(trust)
    return subprocess.run(["bash", "-c", recipe], cwd=folder, capture_output=True, text=True)


def changed(bundle: bytes, name: str, old: bytes, new: bytes, exporter: Signer) -> bytes:
    """Return ``bundle`` with ``old`` replaced in one member, the manifest made to agree and signed again."""
    with zipfile.ZipFile(io.BytesIO(bundle)) as archive:
        members = {each: archive.read(each) for each in archive.namelist()}
    assert old in members[name]
    before = sha256(members[name]).hexdigest().encode()
    members[name] = members[name].replace(old, new, 1)
    after = sha256(members[name]).hexdigest().encode()
    members["manifest.json"] = members["manifest.json"].replace(before, after)
    manifest = Manifest.model_validate_json(members["manifest.json"])
    members["manifest.sig.json"] = to_envelope(sign_record("evidence-manifest", 1, manifest, exporter, "issuer"))
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        for each, content in members.items():
            archive.writestr(each, content)
    return buffer.getvalue()


@pytest.mark.slow
def test_the_recipe_verifies_a_bundle(journey: Journey, tmp_path: Path) -> None:
    """A true bundle passes every step, and the story is printed in order."""
    done = follow(tmp_path, *journey)
    assert done.returncode == 0, done.stderr
    kinds = [line.split()[1] for line in done.stdout.splitlines() if line.startswith("20") and "[" in line]
    assert kinds[0] == "consent.offered"
    assert kinds[-1] == "consent.withdrawn"
    assert "every signature, digest and path holds" in done.stdout


@pytest.mark.slow
def test_the_recipe_reads_members_and_not_the_container(journey: Journey, exporter: Signer, tmp_path: Path) -> None:
    """Packed again without a change, the members still pass: what follows is refused for the change alone."""
    bundle, trust = journey
    done = follow(tmp_path, changed(bundle, "manifest.json", b"sha256:", b"sha256:", exporter), trust)
    assert done.returncode == 0, done.stderr


@pytest.mark.slow
@pytest.mark.parametrize(
    ("pattern", "old", "new"),
    [
        ("notice/", b"1", b"2"),
        ("consent/0001", b'"value":"', b'"value":"A'),
        ("consent/0002", b'"raw":"', b'"raw":"A'),
        ("ledger/checkpoint", b"svc.test/ledger", b"svc.test/ledgor"),
        ("ledger/0", b"2026-06-01", b"2026-06-02"),
        ("decision/", b"permit", b"permat"),
        ("facts/", b"name", b"game"),
    ],
)
def test_the_recipe_refuses_a_changed_bundle(
    journey: Journey, exporter: Signer, tmp_path: Path, pattern: str, old: bytes, new: bytes
) -> None:
    """A change in any kind of member stops the recipe, even where the manifest was made to agree."""
    bundle, trust = journey
    with zipfile.ZipFile(io.BytesIO(bundle)) as archive:
        name = next(each for each in archive.namelist() if each.startswith(pattern))
    done = follow(tmp_path, changed(bundle, name, old, new, exporter), trust)
    assert done.returncode != 0
    assert "every signature" not in done.stdout


@pytest.mark.slow
def test_the_recipe_refuses_a_change_that_the_manifest_does_not_know(
    journey: Journey, exporter: Signer, tmp_path: Path
) -> None:
    """A member that is not what the manifest lists stops the recipe at its second step."""
    bundle, trust = journey
    done = follow(tmp_path, changed(bundle, "manifest.json", b"sha256:", b"sha256:0", exporter), trust)
    assert done.returncode != 0
    assert "given" not in done.stdout


@pytest.mark.slow
def test_the_recipe_refuses_a_manifest_that_the_issuer_did_not_sign(journey: Journey, tmp_path: Path) -> None:
    """A list of members that somebody else signed stops the recipe: nothing can be left out and the list corrected."""
    bundle, trust = journey
    stranger = SigningKey.generate("EdDSA")
    done = follow(tmp_path, changed(bundle, "manifest.json", b"sha256:", b"sha256:", stranger), trust)
    assert done.returncode != 0
    assert "given" not in done.stdout


@pytest.mark.slow
def test_the_recipe_refuses_other_keys(journey: Journey, tmp_path: Path) -> None:
    """With another party's trust file nothing passes: who signed is what the trust file says, not the bundle."""
    stranger = json.loads(World().bridge.trust)
    done = follow(tmp_path, journey[0], json.dumps(stranger, separators=(",", ":")).encode())
    assert done.returncode != 0
    assert "given" not in done.stdout


# --- The person's own signature --------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def desk() -> ConsentDesk:
    """Somebody with iAM Smart+."""
    return ConsentDesk()


@pytest.fixture(scope="module", params=["SHA256withRSA", "NONEwithRSA"])
def signed(desk: ConsentDesk, request: pytest.FixtureRequest) -> Journey:
    """The bundle of a consent that the person signed, used and withdrew, and the trust file with the authority."""
    link = desk.link()
    offer = desk.offer(link)
    asked = desk.ask_consent(offer, algorithm=request.param)
    desk.clock.advance(600)
    desk.sign(**hash_answer(desk.asked(), algorithm=request.param, at_ms=int(desk.clock.now().timestamp() * 1000)))
    consent = desk.grant(offer, asked)
    desk.bridge.exchange(link, consent, FLOW, audience="gd:hrss")
    desk.bridge.withdraw(consent, requested_by=desk.login(), session="s")
    assert link.consent is not None
    bundle, trust = desk.bridge.evidence(consent), desk.bridge.trust
    # The next one begins with accounts that are not linked.
    desk.bridge.withdraw(link.consent, requested_by=desk.login(), session="s")
    return bundle, trust


def rebuilt(desk: ConsentDesk, bundle: bytes, change: Callable[[dict[str, bytes]], object]) -> bytes:
    """Return ``bundle`` as its own exporter would make it after ``change`` to its members."""
    members = read_bundle(bundle)
    change(members)
    consent = str(json.loads(members["manifest.json"])["consent"])
    return bound(members, consent=consent, exporter=desk.bridge._deps.record_keyring[0].signer)


def with_authorities(trust: bytes, *certificates: bytes) -> bytes:
    """Return ``trust`` with these authorities for residents."""
    anchors = tuple(resident_anchor(each, valid_from="2020-01-01T00:00:00Z") for each in certificates)
    return trust_bytes(parse_trust(trust).model_copy(update={"resident_anchors": anchors}))


@pytest.mark.slow
def test_the_recipe_verifies_the_persons_signature(signed: Journey, tmp_path: Path) -> None:
    """With the authority in the trust file everything passes, in either form, and the library says the same."""
    done = follow(tmp_path, *signed)
    assert done.returncode == 0, done.stdout + done.stderr
    assert "Verified OK" in done.stdout
    assert done.stdout.count("person.pem: OK") == 2
    found = verify_bundle(signed[0], parse_trust(signed[1]))
    assert found.everybody_known
    assert found.resident is not None
    assert found.resident.fingerprint[7:].upper() in done.stdout.replace(":", "")


@pytest.mark.slow
def test_the_recipe_says_when_nobody_vouches(signed: Journey, tmp_path: Path) -> None:
    """Without an authority the signature holds, nobody says whose certificate it is, and the script ends with 2."""
    done = follow(tmp_path, signed[0], with_authorities(signed[1]))
    assert done.returncode == 2, done.stderr
    assert "this trust file does not say" in done.stdout


SPOILED: dict[str, tuple[str, str]] = {
    "the signature": ("subject/0001.json", r'("signature":")(.)'),
    "the certificate": ("subject/0001.json", r'("certificate":"MII.{300})(.)'),
    "the record it is over": ("subject/0001.json", r'("record":"sha256:)(.)'),
    "its time": ("subject/0001.json", r'("signed_at":"202)(.)'),
    "the algorithm": ("subject/0001.json", r'("algorithm":")(.)'),
    "what the record says": ("consent/0001.json", r'("raw":".{900})(.)'),
}


@pytest.mark.slow
@pytest.mark.parametrize(("name", "pattern"), SPOILED.values(), ids=SPOILED.keys())
def test_the_recipe_refuses_a_spoiled_signature(
    desk: ConsentDesk, signed: Journey, tmp_path: Path, name: str, pattern: str
) -> None:
    """One character of the companion or of the record, the manifest made to agree: the script stops."""

    def spoil(members: dict[str, bytes]) -> None:
        text = members[name].decode()
        found = re.search(pattern, text)
        assert found is not None
        other = "B" if found[2] != "B" else "C"
        members[name] = (text[: found.start(2)] + other + text[found.end(2) :]).encode()

    done = follow(tmp_path, rebuilt(desk, signed[0], spoil), signed[1])
    assert done.returncode not in (0, 2)
    assert "every signature" not in done.stdout


@pytest.mark.slow
def test_the_recipe_misses_a_dropped_signature(desk: ConsentDesk, signed: Journey, tmp_path: Path) -> None:
    """The record says that there is one: leaving it out stops the script."""
    done = follow(tmp_path, rebuilt(desk, signed[0], lambda members: members.pop("subject/0001.json")), signed[1])
    assert done.returncode not in (0, 2)


@pytest.mark.slow
def test_the_recipe_refuses_an_added_signature(journey: Journey, world: World, signed: Journey, tmp_path: Path) -> None:
    """A signature beside a record that says that the collector alone signed stops the script."""
    members = read_bundle(journey[0])
    members["subject/0001.json"] = read_bundle(signed[0])["subject/0001.json"]
    consent = str(json.loads(members["manifest.json"])["consent"])
    bundle = bound(members, consent=consent, exporter=world.bridge._deps.record_keyring[0].signer)
    done = follow(tmp_path, bundle, journey[1])
    assert done.returncode not in (0, 2)


@pytest.mark.slow
def test_the_recipe_refuses_another_authority(signed: Journey, tmp_path: Path) -> None:
    """A certificate that the reader's authority did not issue stops the script."""
    done = follow(tmp_path, signed[0], with_authorities(signed[1], authority(1).certificate))
    assert done.returncode not in (0, 2)
    assert "every signature" not in done.stdout
