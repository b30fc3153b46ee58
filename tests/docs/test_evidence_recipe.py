"""The recipe of specs/evidence.md works: a stranger with openssl and sha256sum reaches the library's own verdict."""

from __future__ import annotations

import io
import json
import shutil
import subprocess
import zipfile
from hashlib import sha256
from pathlib import Path

import pytest

from tests.docs.block import blocks
from xbridge.core.flow import DataFlow
from xbridge.crypto.key import SigningKey
from xbridge.crypto.signing import sign_record, to_envelope
from xbridge.evidence.manifest import Manifest
from xbridge.testing import World

PAGE = Path(__file__).resolve().parents[2] / "specs/evidence.md"
FLOW = DataFlow(source="440000", target="HK", purpose="xb:social-benefit", categories=("name", "social_security"))
TOOLS = ("bash", "openssl", "sha256sum", "unzip", "sed", "grep", "od", "diff")
MISSING = [tool for tool in TOOLS if shutil.which(tool) is None]

pytestmark = pytest.mark.skipif(bool(MISSING), reason=f"the recipe needs {', '.join(MISSING)}, not found here")

Journey = tuple[bytes, bytes]


@pytest.fixture(scope="module")
def world() -> World:
    """Where the bundle comes from."""
    return World()


@pytest.fixture(scope="module")
def exporter(world: World) -> SigningKey:
    """The key that signs the manifest, for changes that a dishonest exporter would make."""
    return world.bridge._deps.record_signer


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


def changed(bundle: bytes, name: str, old: bytes, new: bytes, exporter: SigningKey) -> bytes:
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
def test_the_recipe_reads_members_and_not_the_container(journey: Journey, exporter: SigningKey, tmp_path: Path) -> None:
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
    journey: Journey, exporter: SigningKey, tmp_path: Path, pattern: str, old: bytes, new: bytes
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
    journey: Journey, exporter: SigningKey, tmp_path: Path
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
