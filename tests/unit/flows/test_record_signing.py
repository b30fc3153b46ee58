"""Signing as the operator: which records carry two signatures, which keys may make them, and a signer that is down."""

from __future__ import annotations

import asyncio
import sys
import threading
from collections.abc import Callable
from dataclasses import replace
from os import urandom
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric.ec import SECP384R1, generate_private_key
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from tests.journey.traveller import SESSION, NoWire, Traveller, shared_config
from tests.unit.consent.collector import sign_revision
from tests.unit.crypto.binding import require_binding
from tests.unit.evidence.binder import bound
from tests.unit.flows.consent_desk import ConsentDesk
from tests.unit.flows.remote_key import RemoteKey, new_remote, public_pem, with_keys
from xbridge import AsyncBridge, Bridge, errors
from xbridge.consent.life import ROLE, open_file
from xbridge.core.config import Config, RetiredKey, parse_config
from xbridge.core.effects import Write
from xbridge.core.errors import (
    ConfigError,
    ConsentMissing,
    SignerUnavailable,
    TamperDetected,
    Unsupported,
    XBridgeError,
)
from xbridge.core.ports import Store
from xbridge.crypto.key import SigningKey
from xbridge.crypto.signing import from_envelope
from xbridge.crypto.sm2 import Sm2PrivateKey
from xbridge.crypto.sm2_key import write_private_pem, write_private_sec1_pem, write_public_pem
from xbridge.crypto.sm2_signing import Sm2SigningKey
from xbridge.evidence.bundle import read_bundle
from xbridge.evidence.manifest import SIGNATURE_NAME
from xbridge.evidence.trust import Trust, parse_trust, trust_bytes
from xbridge.flows.consent import Consent
from xbridge.flows.shelf import consent_key
from xbridge.flows.verification import verify_bundle
from xbridge.stores.memory import MemoryStore
from xbridge.stores.sqlite import SQLiteStore
from xbridge.testing import World

require_binding(whole_module=True)

SM2_PEM = Sm2SigningKey.generate().to_pem().decode()


def both(trust: bytes) -> Trust:
    """Return the trust file of somebody who requires both signatures."""
    return parse_trust(trust_bytes(parse_trust(trust).model_copy(update={"require": "both"})))


def signatures(envelope: bytes) -> list[tuple[str, str]]:
    """Return algorithm and role of each signature."""
    return [(each.alg, each.role) for each in from_envelope(envelope).signatures]


# --- Which records ---------------------------------------------------------------------------------------------------


@pytest.mark.slow
@pytest.mark.parametrize("alg", ["EdDSA", "ES256"])
@pytest.mark.parametrize("store", ["memory", "sqlite"])
def test_every_signed_record_carries_both(alg: str, store: str, tmp_path: Path) -> None:
    """Given, refused, withdrawn, the link's authorisation and the manifest, with either international algorithm."""
    kept: Store = MemoryStore() if store == "memory" else SQLiteStore(tmp_path / "store.db")
    config = with_keys(record=SigningKey.generate(alg).to_pem().decode(), record_sm2=SM2_PEM)
    traveller = Traveller(config=config, store=kept)
    link, consent = traveller.agreed()
    token = traveller.release(link, consent).token
    assert traveller.ask(token).active
    withdrawn = traveller.withdraw(consent)
    refused = traveller.bridge.refuse_consent(traveller.offer(link), refused_by=traveller.proof(), session=SESSION)
    assert link.consent is not None
    expected = [(alg, ROLE), ("SM2", ROLE)]
    for each in (link.consent, consent, withdrawn, refused):
        assert signatures(each.receipt) == expected
        bundle = traveller.bridge.evidence(each)
        members = read_bundle(bundle)
        assert all(signatures(members[name]) == expected for name in members if name.startswith("consent/"))
        assert signatures(members[SIGNATURE_NAME]) == [(alg, "issuer"), ("SM2", "issuer")]
        assert verify_bundle(bundle, both(traveller.bridge.trust)).everybody_known
    kept.close()


class TwoKeys(ConsentDesk):
    """Somebody with iAM Smart+ at a service with two record keys."""

    def _configure(self, document: dict[str, Any]) -> None:
        super()._configure(document)
        document["keys"]["record_sm2"] = SM2_PEM


@pytest.mark.slow
def test_what_the_person_signed_carries_both() -> None:
    """Beside the person's own signature the collector's are two, over the bytes that the person signed."""
    desk = TwoKeys()
    _, consent = desk.signed_consent()
    assert signatures(consent.receipt) == [("EdDSA", ROLE), ("SM2", ROLE)]
    assert verify_bundle(desk.bridge.evidence(consent), both(desk.bridge.trust)).everybody_known


@pytest.mark.slow
def test_a_world_signs_twice_when_asked() -> None:
    """``World(sm2=True)`` is a world whose records carry both."""
    world = World(sm2=True)
    assert len(parse_trust(world.bridge.trust).keys) == 4
    assert len(parse_trust(World().bridge.trust).keys) == 3


# --- Migration -------------------------------------------------------------------------------------------------------


def test_a_second_key_is_added_to_a_running_service() -> None:
    """What was signed with one key is read, used, withdrawn and proved by a Bridge that has two since."""
    before = Traveller()
    link, consent = before.agreed()
    old_trust, old_bundle = before.bridge.trust, before.bridge.evidence(consent)
    since = "2026-06-01T04:00:30Z"
    after = Traveller(
        config=with_keys(record_sm2=SM2_PEM, record_sm2_valid_from=since), store=before.store, clock=before.clock
    )
    after.clock.advance(60)
    after.ask(after.release(link, consent).token)
    withdrawn = after.withdraw(consent)
    assert signatures(consent.receipt) == [("EdDSA", ROLE)]
    assert signatures(withdrawn.receipt) == [("EdDSA", ROLE), ("SM2", ROLE)]
    found = verify_bundle(after.bridge.evidence(consent), both(after.bridge.trust))
    assert [each.alg for each in found.signatures] == ["EdDSA", "EdDSA", "SM2", "EdDSA", "SM2"]
    assert verify_bundle(old_bundle, parse_trust(after.bridge.trust)).signer_known
    assert verify_bundle(after.bridge.evidence(consent), parse_trust(old_trust)).signer_known


@pytest.mark.slow
def test_a_key_is_as_old_as_the_other_unless_said() -> None:
    """``record_sm2_valid_from`` is ``valid_from`` where it is left out, and both are moments."""
    config = with_keys(record_sm2=SM2_PEM, valid_from="2026-01-01T00:00:00Z")
    trust = parse_trust(Bridge(config, store=MemoryStore(), transport=NoWire()).trust)
    assert {key.valid_from for key in trust.keys} == {"2026-01-01T00:00:00Z"}
    seen: list[dict[str, Any]] = []
    World(overrides=seen.append)
    for name in ("record_sm2_valid_from", "valid_from"):
        wrong = {**seen[0], "keys": {**seen[0]["keys"], name: "soon"}}
        with pytest.raises(ConfigError, match=name):
            parse_config(wrong)


# --- Which keys ------------------------------------------------------------------------------------------------------


def test_an_sm2_key_may_be_pkcs8_or_sec1_and_have_its_own_id() -> None:
    """Both forms of a key file are the same key, and the trust file says under which id it signs."""
    private = Sm2PrivateKey.generate()
    trusts = []
    for pem in (write_private_pem(private), write_private_sec1_pem(private)):
        config = with_keys(record_sm2=pem.decode(), record_sm2_id="operator@example")
        traveller = Traveller(config=config)
        _, consent = traveller.agreed()
        trusts.append(traveller.bridge.trust)
        assert verify_bundle(traveller.bridge.evidence(consent), both(trusts[-1])).everybody_known
    assert trusts[0] == trusts[1]
    assert b'"sm2_id":"operator@example"' in trusts[0]


P384 = generate_private_key(SECP384R1()).public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
SM2_PUBLIC = write_public_pem(Sm2PrivateKey.generate().public()).decode()
ED_PUBLIC = public_pem(SigningKey.generate("EdDSA"))


def other(alg: str) -> RemoteKey:
    """Return a signer of a key that nobody configured."""
    return new_remote(alg)[0]


@pytest.mark.parametrize(
    ("keys", "signers", "says"),
    [
        ({"record_sm2": "no key"}, {}, "keys.record_sm2: "),
        ({"record_sm2": SigningKey.generate("ES256").to_pem().decode()}, {}, "keys.record_sm2: "),
        ({"record_sm2": SigningKey.generate("EdDSA").to_pem().decode()}, {}, "keys.record_sm2: "),
        ({"record": SM2_PEM}, {}, "an SM2 key belongs into keys.record_sm2"),
        ({"log": SigningKey.generate("ES256").to_pem().decode()}, {}, "keys.log: expected Ed25519"),
        ({"record": shared_config().keys.token.get_secret_value()}, {}, "one key, one job"),
        ({"record": ED_PUBLIC}, {}, "signers={'record': …}"),
        ({"record_sm2": SM2_PUBLIC}, {}, "signers={'record_sm2': …}"),
        ({"record": ED_PUBLIC}, {"record": other("EdDSA")}, "must be for the key in keys.record: kid"),
        ({"record_sm2": SM2_PUBLIC}, {"record_sm2": other("SM2")}, "must be for the key in keys.record_sm2: kid"),
        ({"record": P384.decode()}, {"record": other("ES256")}, "expected Ed25519 or P-256"),
        ({"record": SM2_PUBLIC}, {"record": other("SM2")}, "an SM2 key belongs into keys.record_sm2"),
        ({"record_sm2": ED_PUBLIC}, {"record_sm2": other("EdDSA")}, "keys.record_sm2: expected the PEM text"),
        ({}, {"record": other("EdDSA")}, "no private one"),
        ({"record_sm2": SM2_PEM}, {"record_sm2": other("SM2")}, "no private one"),
        ({}, {"record_sm2": other("SM2")}, "put its public key"),
        ({}, {"token": other("EdDSA")}, "'token' is no record key"),
    ],
)
@pytest.mark.parametrize("colour", [Bridge, AsyncBridge])
def test_a_key_in_the_wrong_place_is_refused(
    colour: Any, keys: dict[str, Any], signers: dict[str, RemoteKey], says: str
) -> None:
    """Both colours refuse at once, say which member it is and what belongs there, and repeat no key."""
    with pytest.raises(ConfigError) as caught:
        colour(with_keys(**keys), store=MemoryStore(), transport=NoWire(), signers=signers)
    assert says in str(caught.value)
    assert "-----" not in str(caught.value)
    assert caught.value.__cause__ is None or isinstance(caught.value.__cause__, XBridgeError)


def test_a_signer_of_the_key_under_another_algorithm_is_refused() -> None:
    """One key, one algorithm: the name is part of what the configuration and the signer agree about."""
    remote, pem = new_remote("EdDSA")
    remote.alg = "ES256"
    with pytest.raises(ConfigError, match="alg 'EdDSA'"):
        Bridge(with_keys(record=pem), store=MemoryStore(), transport=NoWire(), signers={"record": remote})


@pytest.mark.parametrize("elsewhere", [False, True])
def test_without_the_extra_it_says_what_to_install(monkeypatch: pytest.MonkeyPatch, elsewhere: bool) -> None:
    """An SM2 key, here or elsewhere, takes the extra; the Bridge says so when it is built and not at the first consent."""
    remote, pem = new_remote("SM2")
    monkeypatch.setitem(sys.modules, "gmssl_pyx", None)
    config, signers = (with_keys(record_sm2=pem), {"record_sm2": remote}) if elsewhere else (None, {})
    with pytest.raises(Unsupported, match=r"xbridge-gba\[gm\]"):
        Bridge(config or with_keys(record_sm2=SM2_PEM), store=MemoryStore(), transport=NoWire(), signers=signers)


# --- A signer elsewhere ----------------------------------------------------------------------------------------------


class Scene:
    """A traveller whose two record keys are both kept elsewhere."""

    def __init__(self, alg: str = "EdDSA", *, store: Store | None = None) -> None:
        """Begin with a link, so that there is something to agree to."""
        (self.first, first_pem), (self.second, second_pem) = new_remote(alg), new_remote("SM2")
        self.signers = {"record": self.first, "record_sm2": self.second}
        self.config: Config = with_keys(record=first_pem, record_sm2=second_pem)
        self.traveller = Traveller(config=self.config, signers=self.signers, store=store)
        self.link = self.traveller.link()

    def kept(self) -> tuple[Any, ...]:
        """Return everything that the store holds, markers included."""
        store = self.traveller.store
        assert isinstance(store, MemoryStore)
        return store.scan(""), store.entries(0, 1_000), dict(store._spent)


def test_keys_kept_elsewhere_sign_what_keys_here_would() -> None:
    """The private keys never enter this process; both sign the same message, and it verifies as ever."""
    for alg in ("EdDSA", "ES256"):
        scene = Scene(alg)
        consent = scene.traveller.consent(scene.link)
        assert scene.first.asked == scene.second.asked
        assert scene.first.asked[-1].startswith(b"xbridge-signature/v1 collector\nxbridge/consent/v1\n{")
        bundle = scene.traveller.bridge.evidence(consent)
        assert verify_bundle(bundle, both(scene.traveller.bridge.trust)).everybody_known


ACTS: dict[str, Callable[[Scene], Callable[[], object]]] = {}


def act(make: Callable[[Scene], Callable[[], object]]) -> Callable[[Scene], Callable[[], object]]:
    """Add a call that signs a record; ``make`` does what comes before it."""
    ACTS[make.__name__] = make
    return make


@act
def linking(scene: Scene) -> Callable[[], object]:
    """Another person links."""
    traveller = scene.traveller
    proofs = [traveller.proof(side, account="two") for side in ("HK", "CN-GD")]
    offer = traveller.bridge.offer_link(session=SESSION, lang="en")
    return lambda: traveller.bridge.link(proofs[0], proofs[1], agreed_to=offer, session=SESSION)


@act
def granting(scene: Scene) -> Callable[[], object]:
    """The person agrees."""
    traveller = scene.traveller
    offer = traveller.offer(scene.link)
    return lambda: traveller.bridge.grant_consent(offer, approved_by=traveller.proof(), session=SESSION)


@act
def refusing(scene: Scene) -> Callable[[], object]:
    """The person says no."""
    traveller = scene.traveller
    offer = traveller.offer(scene.link)
    return lambda: traveller.bridge.refuse_consent(offer, refused_by=traveller.proof(), session=SESSION)


@act
def withdrawing(scene: Scene) -> Callable[[], object]:
    """The person takes it back."""
    consent = scene.traveller.consent(scene.link)
    return lambda: scene.traveller.withdraw(consent)


@act
def proving(scene: Scene) -> Callable[[], object]:
    """Somebody exports the evidence."""
    consent = scene.traveller.consent(scene.link)
    return lambda: scene.traveller.bridge.evidence(consent)


def down(message: bytes) -> bytes:
    """Fail as a network does."""
    raise ConnectionError("hsm.internal.example:9004 refused, token=s3cret")


@pytest.mark.parametrize("broken", ["first", "second"])
@pytest.mark.parametrize("name", ACTS)
def test_a_signer_that_is_down_changes_nothing(name: str, broken: str) -> None:
    """Typed, retryable, without the signer's own words; no row, no entry, no marker; and the same call then succeeds."""
    scene = Scene()
    call = ACTS[name](scene)
    before = scene.kept()
    remote: RemoteKey = getattr(scene, broken)
    remote.fault = down
    with pytest.raises(SignerUnavailable) as caught:
        call()
    assert (caught.value.code, caught.value.retryable) == ("signer_unavailable", True)
    assert "hsm" not in f"{caught.value} {caught.value.diagnostics()}"
    assert isinstance(caught.value.__cause__, ConnectionError)
    assert scene.kept() == before
    assert scene.traveller.events[-1].code == "signer_unavailable"
    remote.fault = None
    call()


LIES: dict[str, Callable[[bytes], bytes]] = {
    "nothing": lambda message: b"",
    "zeros": lambda message: bytes(64),
    "another key's": lambda message: SigningKey.generate("EdDSA").sign(message),
    "another SM2 key's": lambda message: Sm2SigningKey.generate().sign(message),
    "noise": lambda message: urandom(64),
}


@pytest.mark.parametrize("lie", LIES)
@pytest.mark.parametrize("broken", ["first", "second"])
@pytest.mark.parametrize("name", ["granting", "withdrawing"])
def test_a_signature_that_does_not_hold_is_never_kept(name: str, broken: str, lie: str) -> None:
    """What comes from elsewhere is checked before anybody builds on it; otherwise a consent could not be proved later."""
    scene = Scene()
    call = ACTS[name](scene)
    before = scene.kept()
    remote: RemoteKey = getattr(scene, broken)
    remote.fault = LIES[lie]
    with pytest.raises(ConfigError, match="does not verify: expected the raw signature"):
        call()
    assert scene.kept() == before
    remote.fault = None
    call()


def test_an_error_of_ours_passes_as_it_is() -> None:
    """A signer that knows what is wrong says it in our own errors."""
    scene = Scene()
    call = granting(scene)

    def full(message: bytes) -> bytes:
        raise errors.ConfigError("the key was destroyed")

    scene.first.fault = full
    with pytest.raises(ConfigError, match="destroyed"):
        call()


def test_the_asynchronous_colour_waits_elsewhere() -> None:
    """A signer blocks a worker thread and not the event loop, and the records are those of the blocking colour."""
    scene = Scene()
    traveller = scene.traveller
    offer = traveller.offer(scene.link)
    for remote in (scene.first, scene.second):
        remote.threads.clear()

    async def story() -> tuple[bytes, bytes]:
        bridge = AsyncBridge(
            scene.config, store=traveller.store, clock=traveller.clock.now, signers=scene.signers, transport=None
        )
        async with bridge:
            scene.second.fault = down
            with pytest.raises(SignerUnavailable):
                await bridge.grant_consent(offer, approved_by=traveller.proof(), session=SESSION)
            scene.second.fault = None
            consent = await bridge.grant_consent(offer, approved_by=traveller.proof(), session=SESSION)
            return await bridge.evidence(consent), bridge.trust

    bundle, trust = asyncio.run(story())
    assert verify_bundle(bundle, both(trust)).everybody_known
    assert threading.get_ident() not in scene.first.threads | scene.second.threads


# --- Rotation --------------------------------------------------------------------------------------------------------


def retired(pem: str, until: str = "2026-06-01T04:00:30Z", **more: str) -> RetiredKey:
    """Return a key that signed until half a minute after the tests begin."""
    return RetiredKey(public=pem, valid_from="2026-01-01T00:00:00Z", valid_until=until, **more)


def rotated(before: Traveller, *old: RetiredKey) -> Traveller:
    """Return the same service a minute later, with new record keys and ``old`` ones retired."""
    new = SigningKey.generate("ES256").to_pem().decode()
    config = with_keys(
        record=new, record_sm2=SM2_PEM, valid_from="2026-06-01T04:00:30Z", record_retired=old if old else ()
    )
    before.clock.advance(60)
    return Traveller(config=config, store=before.store, clock=before.clock)


def test_keys_can_be_changed() -> None:
    """What retired keys of each kind signed in their time is used, withdrawn and proved under the new ones."""
    first, private = SigningKey.generate("EdDSA"), Sm2PrivateKey.generate()
    sm2_pem, own_id = write_private_pem(private).decode(), "old@example"
    before = Traveller(config=with_keys(record=first.to_pem().decode(), record_sm2=sm2_pem, record_sm2_id=own_id))
    link, consent = before.agreed()
    old = (retired(public_pem(first)), retired(write_public_pem(private.public()).decode(), sm2_id=own_id))
    after = rotated(before, *old)
    after.ask(after.release(link, consent).token)
    after.withdraw(consent)
    bundle, trust = after.bridge.evidence(consent), parse_trust(after.bridge.trust)
    found = verify_bundle(bundle, trust.model_copy(update={"require": "both"}))
    assert [(each.alg, each.state) for each in found.signatures] == [
        ("EdDSA", "verified"), ("SM2", "verified"), *[("ES256", "verified"), ("SM2", "verified")] * 2,
    ]  # fmt: skip
    assert [key.valid_until for key in trust.keys if key.use == "record"] == ["", "", *["2026-06-01T04:00:30Z"] * 2]


def test_without_the_old_key_nothing_is_believed() -> None:
    """A key that nobody listed signed nothing, and a retired one nothing outside its time, whoever wrote the row."""
    for old, reason in (((), "unknown"), (("2026-05-31T00:00:00Z",), "expired")):
        key = SigningKey.generate("EdDSA")
        before = Traveller(config=with_keys(record=key.to_pem().decode()))
        link, consent = before.agreed()
        after = rotated(before, *(retired(public_pem(key), until) for until in old))
        with pytest.raises(TamperDetected) as caught:
            after.release(link, consent)
        assert caught.value.reason == reason


def without_withdrawal(bundle: bytes, consent: Consent, thief: SigningKey, created_at: str) -> bytes:
    """Return what a thief with one key makes of a genuine bundle: no withdrawal, under a manifest dated ``created_at``."""
    members = {
        name: content
        for name, content in read_bundle(bundle).items()
        if name != "consent/0002.json" and b"consent.withdrawn" not in content
    }
    return bound(members, consent=consent.id, exporter=thief, created_at=created_at)


def test_one_stolen_key_hides_no_withdrawal_by_an_early_date() -> None:
    """Where both are required, the first key alone cannot sign a manifest as if the second did not exist yet."""
    first = SigningKey.generate("EdDSA")
    since = "2026-01-01T00:00:00Z"
    config = with_keys(record=first.to_pem().decode(), record_sm2=SM2_PEM, record_sm2_valid_from=since)
    traveller = Traveller(config=config)
    _, consent = traveller.agreed()
    traveller.withdraw(consent)
    genuine, trust = traveller.bridge.evidence(consent), both(traveller.bridge.trust)
    assert verify_bundle(genuine, trust).everybody_known
    for created_at, claim in (
        ("2025-01-01T00:00:00Z", "story"),
        (since, "manifest"),
        ("2026-06-01T05:00:00Z", "manifest"),
    ):
        with pytest.raises(TamperDetected) as caught:
            verify_bundle(without_withdrawal(genuine, consent, first, created_at), trust)
        assert caught.value.claim == claim


def test_a_stolen_retired_key_signs_no_manifest_of_what_came_later() -> None:
    """A consent given under the new keys: dated in the old key's time its manifest is too old, and later the key was over."""
    stolen = SigningKey.generate("EdDSA")
    before = Traveller(config=with_keys(record=stolen.to_pem().decode()))
    after = rotated(before, retired(public_pem(stolen)))
    _, consent = after.agreed()
    after.withdraw(consent)
    genuine, trust = after.bridge.evidence(consent), parse_trust(after.bridge.trust)
    assert verify_bundle(genuine, trust).everybody_known
    for created_at, claim, reason in (
        ("2026-05-01T00:00:00Z", "story", "mismatch"),
        ("2026-06-01T04:00:29Z", "story", "mismatch"),
        ("2026-06-01T04:01:00Z", "manifest", "expired"),
    ):
        with pytest.raises(TamperDetected) as caught:
            verify_bundle(without_withdrawal(genuine, consent, stolen, created_at), trust)
        assert (caught.value.claim, caught.value.reason) == (claim, reason)


@pytest.mark.parametrize("withdrawn", [False, True])
def test_what_a_stolen_retired_key_puts_into_the_store_is_refused(withdrawn: bool) -> None:
    """A row written over by a giving that is dated in the old key's time: the ledger has no such record."""
    stolen = SigningKey.generate("EdDSA")
    before = Traveller(config=with_keys(record=stolen.to_pem().decode()))
    link, consent = before.agreed()
    if withdrawn:
        before.withdraw(consent)
    after = rotated(before, retired(public_pem(stolen)))
    row = after.store.read(consent_key(consent.id))
    assert row is not None
    history = open_file(row.value, after.deps.record_keys, after.deps.subject_sealer)
    record = history.first.model_copy(update={"event_time": "2026-03-01T00:00:00Z"})
    forged = replace(history, revisions=(sign_revision(record, stolen),)).to_file()
    after.store.append((), (Write(key=row.key, value=forged, expected=row.version),), now=after.clock.now())
    for call in (
        lambda: after.release(link, consent),
        lambda: after.withdraw(consent),
        lambda: after.bridge.evidence(consent),
    ):
        with pytest.raises(TamperDetected) as caught:
            call()
        assert (caught.value.claim, caught.value.reason) == ("consent", "missing")


def test_what_a_retired_key_signed_is_sought_to_the_end_of_the_trace() -> None:
    """A withdrawal comes after everything that was done on a consent: both records are found in the ledger."""
    old = SigningKey.generate("EdDSA")
    before = Traveller(config=with_keys(record=old.to_pem().decode()))
    link, consent = before.agreed()
    for _ in range(3):
        before.ask(before.release(link, consent).token)
    before.withdraw(consent)
    after = rotated(before, retired(public_pem(old)))
    found = verify_bundle(after.bridge.evidence(consent), parse_trust(after.bridge.trust))
    assert [each.record.event_state for each in found.revisions] == ["given", "withdrawn"]
    with pytest.raises(ConsentMissing):
        after.release(link, consent)
    assert link.consent is not None
    assert after.withdraw(link.consent).state == "withdrawn"


def test_a_clock_that_is_behind_makes_no_bundle_that_nobody_accepts() -> None:
    """The bundle is dated no earlier than the newest entry in it, whichever process dated that."""
    traveller = Traveller()
    _, consent = traveller.agreed()
    traveller.clock.advance(-5)
    found = verify_bundle(traveller.bridge.evidence(consent), parse_trust(traveller.bridge.trust))
    assert found.manifest.created_at == found.story[-1][1].at


@pytest.mark.parametrize(
    ("pem", "says"),
    [("no key", "keys.record_retired: expected"), (P384.decode(), "keys.record_retired: expected")],
    ids=["no key", "another curve"],
)
def test_a_retired_key_is_a_public_key_of_ours(pem: str, says: str) -> None:
    """What is no Ed25519, P-256 or SM2 public key is refused when the Bridge is built."""
    with pytest.raises(ConfigError, match=says):
        Traveller(config=with_keys(record_retired=(retired(pem),)))


@pytest.mark.parametrize("until", ["2026-01-01T00:00:00Z", "2025-12-31T16:00:00-08:00", "2025-01-01T00:00:00Z"])
def test_a_retired_key_had_a_time(until: str) -> None:
    """A period that ends where it begins, or before, is a slip of whoever wrote it: no signature would ever count."""
    with pytest.raises(ValueError, match="valid_until must be after valid_from"):
        retired(ED_PUBLIC, until)
    documents: list[dict[str, Any]] = []
    World(overrides=documents.append)
    old = {"public": ED_PUBLIC, "valid_from": "2026-01-01T00:00:00Z", "valid_until": until}
    wrong = {**documents[0], "keys": {**documents[0]["keys"], "record_retired": [old]}}
    with pytest.raises(ConfigError, match="record_retired"):
        parse_config(wrong)


def test_a_key_cannot_be_retired_and_in_use() -> None:
    """One key, one job, one time."""
    key = SigningKey.generate("EdDSA")
    config = with_keys(record=key.to_pem().decode(), record_retired=(retired(public_pem(key)),))
    with pytest.raises(ConfigError, match="different keys"):
        Traveller(config=config)
