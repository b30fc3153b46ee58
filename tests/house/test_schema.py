"""The published JSON Schemas are those of the models, and what the library really writes satisfies them.

jsonschema is somebody else's reading of the schemas; the library itself never uses it.
"""

from __future__ import annotations

import copy
import io
import json
import logging
import os
import zipfile
from base64 import urlsafe_b64decode
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator  # type: ignore[import-untyped]

from tests.journey.traveller import Traveller
from tests.unit.flows.consent_desk import ConsentDesk
from tests.unit.flows.matching_stage import MatchingStage
from tools.schemas import rendered, schemas
from xbridge.core import errors
from xbridge.core.audit import AuditEvent
from xbridge.core.flow import DataFlow
from xbridge.crypto.key import SigningKey
from xbridge.crypto.signing import from_envelope
from xbridge.crypto.sm2 import has_sm2
from xbridge.drivers.audit_log import LOGGER, log_event
from xbridge.protocols.sm_envelope.ours import XbridgeProfile, seal_ours
from xbridge.testing import World
from xbridge.testing.world import NOON

FLOW = DataFlow(source="440000", target="HK", purpose="xb:social-benefit", categories=("name", "social_security"))
SCHEMAS = schemas()


def unpadded(text: str) -> bytes:
    """Decode base64url without padding."""
    return urlsafe_b64decode(text + "=" * (-len(text) % 4))


def type_of(envelope: bytes) -> str:
    """Return the type of a signed record."""
    return from_envelope(envelope).type


def logged(events: list[AuditEvent]) -> list[str]:
    """Return the lines that the default audit sink writes for ``events``."""
    stream = io.StringIO()
    handler, level = logging.StreamHandler(stream), LOGGER.level
    LOGGER.addHandler(handler)
    LOGGER.setLevel(logging.INFO)
    try:
        for event in events:
            log_event(event)
    finally:
        LOGGER.removeHandler(handler)
        LOGGER.setLevel(level)
    return stream.getvalue().splitlines()


class Wrapping:
    """A recipient whose key wraps nothing: what is looked at is the shape, and SM2 takes an extra."""

    kid = "recipient"

    def wrap(self, secret: bytes) -> bytes:
        """Return as many bytes as a wrapped key has."""
        return bytes(97 + len(secret))

    unwrap = wrap


def sm_envelope() -> Any:
    """The payload of an envelope of our own."""
    signer = SigningKey.generate("EdDSA")
    profile = XbridgeProfile(
        signer=signer, opener=Wrapping(), peer_verifier=signer.public(), peer_wrapper=Wrapping()
    )  # fmt: skip
    made = from_envelope(seal_ours(profile, b"{}", now=NOON, entropy=os.urandom).raw)
    return json.loads(made.raw.partition(b"\n")[2])


@pytest.fixture(scope="module")
def instances() -> dict[str, list[Any]]:
    """What one journey, with a refusal at its end, leaves behind: real records by schema name."""
    document: dict[str, Any] = {}
    world = World(overrides=document.update)
    bridge, session = world.bridge, "session-1"
    hk, gd = (world.log_in(provider, "chan-tai-man") for provider in ("iamsmart", "guangdong"))
    link = bridge.link(hk, gd, agreed_to=bridge.offer_link(session=session), session=session)
    offer = bridge.offer_consent(link, FLOW, audience="gd:hrss", session=session)
    consent = bridge.grant_consent(offer, approved_by=hk, session=session)
    release = bridge.exchange(link, consent, FLOW, audience="gd:hrss")
    withdrawn = bridge.withdraw(consent, requested_by=hk, session=session)
    with pytest.raises(errors.ConsentMissing):
        bridge.exchange(link, consent, FLOW, audience="gd:hrss")
    with zipfile.ZipFile(io.BytesIO(bridge.evidence(consent))) as archive:
        members = {name: archive.read(name) for name in archive.namelist()}
    envelopes = [json.loads(receipt) for receipt in (consent.receipt, withdrawn.receipt)]
    proofs = [json.loads(raw) for name, raw in members.items() if name.endswith(".json") and "ledger/" in name]
    claims = json.loads(unpadded(release.token.split(".")[1]))
    _, signed = ConsentDesk().signed_consent()
    matching = MatchingStage()
    matching.match()
    messages = {
        type_of(raw): [json.loads(from_envelope(raw).raw.partition(b"\n")[2])]
        for raw in (*matching.sent, *matching.answers)
    }
    # With the extra gm both carry SM2; without it they are two more of the usual kind.
    twice = Traveller(config=World(sm2=has_sm2()).config)
    envelopes.append(json.loads(twice.agreed()[1].receipt))
    return {
        **messages,
        "access-token": [claims],
        "audit-event": [json.loads(line) for line in logged(world.events)],
        "authorization-detail": claims["authorization_details"],
        "configuration": [document],
        "consent-record": [json.loads(unpadded(each["raw"]).partition(b"\n")[2]) for each in envelopes],
        "decision": [json.loads(raw) for name, raw in members.items() if name.startswith("decision/")],
        "inclusion-proof": proofs,
        "ledger-entry": [json.loads(proof["entry"]) for proof in proofs],
        "manifest": [json.loads(members["manifest.json"])],
        "signed-record": envelopes,
        "sm-envelope": [sm_envelope()],
        "subject-signature": [json.loads(signed.signature)],
        "trust-file": [json.loads(each) for each in (bridge.trust, members["keys.json"], twice.bridge.trust)],
    }


def test_the_files_are_what_the_models_say(root: Path) -> None:
    """A record cannot change without its published schema: run ``python tools/schemas.py`` and read the difference."""
    committed = {path.name: path.read_text("utf-8") for path in (root / "specs/schemas").glob("*.json")}
    assert committed == rendered()


@pytest.mark.parametrize("name", SCHEMAS)
def test_each_schema_is_one(name: str) -> None:
    """Every file is a JSON Schema 2020-12 with a name of its own, and says what it describes."""
    schema = SCHEMAS[name]
    Draft202012Validator.check_schema(schema)
    assert schema["$id"] == f"urn:xbridge:schema:{name}:v1"
    assert len(schema["description"].split()) > 8


@pytest.mark.parametrize("name", SCHEMAS)
def test_what_the_library_writes_satisfies_it(name: str, instances: dict[str, list[Any]]) -> None:
    """Records of a real journey are valid by somebody else's validator."""
    assert instances[name]
    for instance in instances[name]:
        Draft202012Validator(SCHEMAS[name]).validate(instance)


@pytest.mark.parametrize("name", SCHEMAS)
def test_nothing_may_be_added_or_left_out(name: str, instances: dict[str, list[Any]]) -> None:
    """A record with a member more, or without one that it must have, is another format."""
    validator = Draft202012Validator(SCHEMAS[name])
    more = {**copy.deepcopy(instances[name][0]), "more": 1}
    assert not validator.is_valid(more)
    for required in SCHEMAS[name]["required"]:
        less = {key: value for key, value in instances[name][0].items() if key != required}
        assert not validator.is_valid(less), required


def test_secrets_are_write_only_and_have_no_default() -> None:
    """The configuration's schema marks every secret, and publishes none."""
    found: list[str] = []

    def look(value: Any, where: str) -> None:
        if isinstance(value, dict):
            if value.get("format") == "password":
                found.append(where)
                assert value["writeOnly"] is True, where
                assert "default" not in value, where
            for name, member in value.items():
                look(member, f"{where}.{name}")

    look(SCHEMAS["configuration"], "configuration")
    names = ["Keys.properties." + name for name in ("record", "log", "token", "sealing.items", "pseudonym")]
    names += ["IamSmartSettings.properties.client_secret", "IamSmartSettings.properties.kek_private_keys.items"]
    names += [f"{side}.properties.client_secret" for side in ("CorpIdSettings", "CompanySide")]
    names += [f"{side}.properties.kek_private_keys.items" for side in ("CorpIdSettings", "CompanySide")]
    names += ["KekContainer.properties.container", "KekContainer.properties.password"]
    names += ["GuangdongSettings.properties.client_secret", "ZwrzSettings.properties.client_secret"]
    names += ["NationalSettings.properties.app_secret"]
    names += [f"OfficeAppSettings.properties.{name}" for name in ("corp_secret", "token")]
    names += ["GatewaySettings.properties.token"]
    names += [f"MedicalInsuranceSettings.properties.{name}" for name in ("app_secret", "signing_key")]
    names += [f"XbridgeEnvelopeSettings.properties.{name}" for name in ("decryption_key", "signing_key")]
    assert sorted(found) == sorted(f"configuration.$defs.{name}" for name in names)
