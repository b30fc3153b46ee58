"""A world whose clock stands still, and one online service registered in it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime

import pytest
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey, generate_private_key
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from tests.mocks.iamsmart.online_service import CALLBACK, NOTIFY, OnlineService
from xbridge_mocks import IamSmartMockSettings, MockClock, MockWorld

NOON = datetime(2025, 6, 2, 4, 0, tzinfo=UTC)


@pytest.fixture(scope="session")
def private_key() -> RSAPrivateKey:
    """A key-encryption key made for this run."""
    return generate_private_key(65537, 2048)


@pytest.fixture(scope="session")
def stranger_key() -> RSAPrivateKey:
    """Another key, of nobody in particular."""
    return generate_private_key(65537, 2048)


@pytest.fixture
def world() -> MockWorld:
    """A fresh world at noon of some day."""
    return MockWorld(MockClock(NOON))


@pytest.fixture
def make_service(private_key: RSAPrivateKey) -> Callable[..., OnlineService]:
    """Makes a service registered in a world, by default with every usual right."""

    def make(world: MockWorld, **bent: object) -> OnlineService:
        wanted: dict[str, object] = {
            "name": "Test service",
            "redirect_uris": [CALLBACK, "https://svc.example/cb?tenant=1", NOTIFY],
            "kek_public_keys": [spki(private_key)],
            **bent,
        }
        return OnlineService(world, world.iamsmart.register_client(**wanted), private_key)  # type: ignore[arg-type]

    return make


@pytest.fixture
def service(world: MockWorld, make_service: Callable[..., OnlineService]) -> OnlineService:
    """The usual service."""
    return make_service(world)


@pytest.fixture
def world_with() -> Callable[..., MockWorld]:
    """Makes a world with chosen settings of the iAM Smart mock."""
    return lambda **chosen: MockWorld(MockClock(NOON), iamsmart_settings=IamSmartMockSettings(**chosen))


def spki(key: RSAPrivateKey) -> bytes:
    """The public half as PEM."""
    return key.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
