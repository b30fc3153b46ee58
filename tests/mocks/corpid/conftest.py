"""A world whose clock stands still, and one service registered at both platforms."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime

import pytest
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey, generate_private_key

from tests.mocks.corpid.corporate_service import CorporateService
from xbridge_mocks import CorpIdMockSettings, MockClock, MockWorld

NOON = datetime(2025, 6, 2, 4, 0, tzinfo=UTC)


@pytest.fixture(scope="session")
def private_key() -> RSAPrivateKey:
    """A key-encryption key made for this run."""
    return generate_private_key(65537, 2048)


@pytest.fixture
def make_service(private_key: RSAPrivateKey) -> Callable[..., CorporateService]:
    """Makes a service in a world of its own, or in the one that is given, with chosen settings of the mock."""

    def make(world: MockWorld | None = None, **chosen: object) -> CorporateService:
        settings = CorpIdMockSettings(**chosen)  # type: ignore[arg-type]
        world = world or MockWorld(MockClock(NOON), corpid_settings=settings)
        return CorporateService(world, private_key)

    return make


@pytest.fixture
def service(make_service: Callable[..., CorporateService]) -> CorporateService:
    """The usual service."""
    return make_service()
