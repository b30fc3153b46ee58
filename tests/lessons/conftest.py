"""Two sides for each lesson: the library in both colours before the mocks, and the mocks before a service of our own.

The service is ``tests/mocks/iamsmart/online_service.py``: it signs and seals by the dossier alone, so what it finds out
about the mock does not rest on the library.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey, generate_private_key
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from tests.mocks.guangdong.relying_service import REDIRECT, RelyingService
from tests.mocks.iamsmart.online_service import CALLBACK, NOTIFY, OnlineService
from tests.negative.stage import COLOURS, Stage
from xbridge_mocks import IamSmartMockSettings, MockClock, MockWorld

NOON = datetime(2026, 6, 1, 4, 0, tzinfo=UTC)


@pytest.fixture(scope="package", params=COLOURS)
def shared_stage(request: pytest.FixtureRequest) -> Iterator[Stage]:
    """The library of one colour before both mocks, made once."""
    stage = Stage(request.param)
    yield stage
    stage.close()


@pytest.fixture
def stage(shared_stage: Stage) -> Stage:
    """The library, before mocks that behave."""
    shared_stage.calm()
    return shared_stage


@pytest.fixture(params=COLOURS)
def fresh_stage(request: pytest.FixtureRequest) -> Iterator[Stage]:
    """The library of one colour in a world of its own, for tests that turn the clock or need an empty memory."""
    stage = Stage(request.param)
    yield stage
    stage.close()


@pytest.fixture(scope="session")
def private_key() -> RSAPrivateKey:
    """The service's key-encryption key, made for this run."""
    return generate_private_key(65537, 2048)


@pytest.fixture
def world() -> MockWorld:
    """Both mocks at a noon that stands still."""
    return MockWorld(MockClock(NOON))


@pytest.fixture
def make_service(private_key: RSAPrivateKey) -> Callable[..., OnlineService]:
    """Makes a service of our own at the iAM Smart mock of a world."""

    def make(world: MockWorld, **bent: Any) -> OnlineService:
        public = private_key.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
        wanted: dict[str, Any] = {
            "name": "Test service", "redirect_uris": [CALLBACK, NOTIFY], "kek_public_keys": [public], **bent,
        }  # fmt: skip
        return OnlineService(world, world.iamsmart.register_client(**wanted), private_key)

    return make


@pytest.fixture
def service(world: MockWorld, make_service: Callable[..., OnlineService]) -> OnlineService:
    """The usual service at iAM Smart."""
    return make_service(world)


@pytest.fixture
def neighbour(world: MockWorld) -> RelyingService:
    """A service at the Guangdong mock of the same world."""
    return RelyingService(
        world.guangdong, world.guangdong.register_client(name="Test service", redirect_uris=[REDIRECT])
    )


@pytest.fixture
def world_with() -> Callable[..., MockWorld]:
    """Makes a world whose iAM Smart mock has other settings."""
    return lambda **chosen: MockWorld(MockClock(NOON), iamsmart_settings=IamSmartMockSettings(**chosen))
