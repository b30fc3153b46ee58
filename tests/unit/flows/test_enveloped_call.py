"""Enveloped calls over real sockets: the Bridge, the gateway mock, its service, and every way in which a reply can be wrong."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pytest

from tests.unit.crypto.binding import require_binding
from xbridge import Bridge, errors
from xbridge.core.config import parse_config
from xbridge.crypto.sm2 import Sm2PrivateKey
from xbridge.crypto.sm2_key import write_private_pem, write_public_pem
from xbridge.stores.memory import MemoryStore
from xbridge.testing import World
from xbridge_mocks import MockWorld
from xbridge_mocks.server import serve
from xbridge_mocks.sm_envelope import FAULTS

require_binding(whole_module=True)
pytestmark = pytest.mark.slow

BODY = {"name": "陳大文", "page": 2, "regions": [{"code": "440000"}]}
PATHS = {"nhsa": "/ebus/fuwu/api/nthl/api/CommQuery/queryFixedHospital", "xbridge-1": "/ebus/mock/xbridge-1"}


@dataclass(frozen=True)
class Place:
    """The mocks on sockets, and one Bridge for each profile."""

    mocks: MockWorld
    bridges: dict[str, Bridge]

    def call(self, profile: str, path: str = "") -> Any:
        """What the service answered."""
        return self.bridges[profile].call_gateway(path or PATHS[profile], body=BODY).data

    def last(self) -> tuple[str, list[str]]:
        """The outcome of the latest call, and the names of the checks it did not pass."""
        entry = self.mocks.tif.journal.entries()[-1]
        return entry.outcome, [check.name for check in entry.checks if not check.passed]


@pytest.fixture(scope="module")
def place() -> Iterator[Place]:
    """One service that is enrolled for both profiles."""
    documents: list[dict[str, Any]] = []
    world = World(gateway=True, overrides=documents.append)
    signs, opens = Sm2PrivateKey.generate(), Sm2PrivateKey.generate()
    publics = {"signing_key": write_public_pem(signs.public()), "encryption_key": write_public_pem(opens.public())}
    enrolled = world.mocks.tif.enrol_envelope(**{name: pem.decode() for name, pem in publics.items()})
    common = {"signing_key": write_private_pem(signs).decode(), "peer_signing_key": enrolled.signing.to_pem()}
    tables = {
        "nhsa": {"app_code": enrolled.app_code, "app_secret": enrolled.app_secret},
        "xbridge-1": {
            "decryption_key": write_private_pem(opens).decode(), "peer_encryption_key": enrolled.encryption.to_pem(),
        },
    }  # fmt: skip
    with serve(world.mocks) as running:
        bridges = {}
        for profile, table in tables.items():
            gateway = documents[0]["providers"]["guangdong"]["gateway"]
            gateway |= {"base_url": running.tif_url, "sm_envelope": {"profile": profile, **common, **table}}
            bridges[profile] = Bridge(parse_config(documents[0]), store=MemoryStore(), clock=world.clock.now)
        yield Place(world.mocks, bridges)
        for bridge in bridges.values():
            bridge.close()


@pytest.fixture(autouse=True)
def fresh(place: Place) -> None:
    """A gateway without faults or a past."""
    place.mocks.tif.reset()


@pytest.mark.parametrize("profile", PATHS)
def test_a_call_and_its_reply(place: Place, profile: str) -> None:
    """The service behind the gateway reads the body, and the Bridge its answer; the gateway's own checks pass."""
    assert place.call(profile) == {"received": BODY}
    assert place.last() == ("ok", [])


# The medical-insurance envelope has nothing that says which call a reply answers.
SPOILT = [
    (profile, fault) for profile in PATHS for fault in FAULTS if (profile, fault) != ("nhsa", "envelope_other_call")
]


@pytest.mark.parametrize(("profile", "fault"), SPOILT)
def test_every_wrong_reply_is_refused(place: Place, profile: str, fault: str) -> None:
    """A reply with a bad signature, another key, a cut text, an old time or another call's name gives nothing."""
    place.mocks.tif.faults.add(fault)
    with pytest.raises(errors.ProtocolError) as caught:
        place.call(profile)
    assert (caught.value.step, caught.value.reason) == ("call_gateway", "envelope")
    assert place.last()[0] == "fault"
    assert place.call(profile) == {"received": BODY}


@pytest.mark.parametrize("fault", ["errcode_missing", "data_missing", "json_not_object", "html_instead_of_json"])
def test_a_garbled_reply_is_refused(place: Place, fault: str) -> None:
    """What no gateway promises is refused around an envelope as everywhere else."""
    place.mocks.tif.faults.add(fault)
    with pytest.raises(errors.ProtocolError):
        place.call("xbridge-1")


def test_one_profile_does_not_speak_to_the_other(place: Place) -> None:
    """The service of one profile refuses the envelope of the other, with its own code."""
    for profile, other in (("nhsa", "xbridge-1"), ("xbridge-1", "nhsa")):
        with pytest.raises(errors.ProviderRejected):
            place.call(profile, PATHS[other])
        assert place.last()[0] == "refused"


def test_nobody_is_nameless_elsewhere(place: Place) -> None:
    """The caller called ``undefined`` is known to the medical-insurance service and to no other."""
    with pytest.raises(errors.ProviderRejected) as caught:
        place.call("nhsa", "/ebus/tif/sso/connect/page/oneoffcode2yrzuserinfo")
    assert caught.value.provider_code == "400000400"
    assert place.last() == ("refused", ["paasid"])


def test_an_envelope_that_another_key_signed_is_refused(place: Place) -> None:
    """The service checks who signed: keys that were not enrolled get nothing."""
    document: list[dict[str, Any]] = []
    World(gateway=True, overrides=document.append)
    for profile, step in (("nhsa", "envelope_signature"), ("xbridge-1", "sender")):
        settings = place.bridges[profile]._deps.provider("guangdong")[1].gateway
        table = {name: getattr(settings.sm_envelope, name) for name in type(settings.sm_envelope).model_fields}
        table = {
            name: value.get_secret_value() if hasattr(value, "get_secret_value") else value
            for name, value in table.items()
        }
        table["signing_key"] = write_private_pem(Sm2PrivateKey.generate()).decode()
        document[0]["providers"]["guangdong"]["gateway"] = {
            "base_url": settings.base_url, "paasid": settings.paasid, "token": settings.token.get_secret_value(),
            "sm_envelope": table,
        }  # fmt: skip
        stranger = Bridge(parse_config(document[0]), store=MemoryStore(), clock=place.mocks.clock.now)
        with stranger, pytest.raises(errors.ProviderRejected):
            stranger.call_gateway(PATHS[profile], body=BODY)
        assert place.last() == ("refused", [step])
