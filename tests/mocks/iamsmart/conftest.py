"""A world whose clock stands still, and one online service registered in it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from itertools import count

import pytest
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey, generate_private_key
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from tests.mocks.iamsmart.online_service import CALLBACK, NOTIFY, SIGN_SCOPES, OnlineService
from xbridge_mocks import IamSmartMockSettings, MockClock, MockWorld
from xbridge_mocks.iamsmart import authority

NOON = datetime(2025, 6, 2, 4, 0, tzinfo=UTC)


@pytest.fixture(scope="session")
def private_key() -> RSAPrivateKey:
    """A key-encryption key made for this run."""
    return generate_private_key(65537, 2048)


@pytest.fixture(scope="session")
def stranger_key() -> RSAPrivateKey:
    """Another key, of nobody in particular."""
    return generate_private_key(65537, 2048)


@pytest.fixture(scope="session", autouse=True)
def _signing_keys() -> Iterator[None]:
    """Let the authorities of all these worlds take their RSA keys from twelve, in turn: making one takes 50 ms."""
    made: list[RSAPrivateKey] = []
    turn = count()

    def next_key(exponent: int, size: int) -> RSAPrivateKey:
        place = next(turn) % 12
        if place == len(made):
            made.append(generate_private_key(exponent, size))
        return made[place]

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(authority, "generate_private_key", next_key)
        yield


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
def signing(world: MockWorld, make_service: Callable[..., OnlineService]) -> OnlineService:
    """A service that may ask for signatures."""
    return make_service(world, scopes=SIGN_SCOPES.split())


@pytest.fixture
def world_with() -> Callable[..., MockWorld]:
    """Makes a world with chosen settings of the iAM Smart mock."""
    return lambda **chosen: MockWorld(MockClock(NOON), iamsmart_settings=IamSmartMockSettings(**chosen))


def spki(key: RSAPrivateKey) -> bytes:
    """The public half as PEM."""
    return key.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
