"""One fresh mock for every test, its clock standing still, and one registered service."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime

import pytest

from tests.mocks.guangdong.relying_service import REDIRECT, RelyingService
from xbridge_mocks.clock import MockClock
from xbridge_mocks.guangdong import GuangdongMock, GuangdongMockSettings
from xbridge_mocks.persona import POPULATION
from xbridge_mocks.random_source import SeededRandomSource

MakeService = Callable[..., RelyingService]


@pytest.fixture
def make() -> MakeService:
    """Make a service on a mock of its own, with settings given by name."""

    def build(*, redirect_uri: str = REDIRECT, generation: str = "pscp", **settings: object) -> RelyingService:
        mock = GuangdongMock(
            clock=MockClock(datetime(2030, 1, 2, 3, 4, 5, tzinfo=UTC)),
            personas=POPULATION,
            random=SeededRandomSource(1),
            settings=GuangdongMockSettings(**settings),  # type: ignore[arg-type]
        )
        credentials = mock.register_client(
            name="Social insurance enquiry",
            redirect_uris=[redirect_uri],
            name_texts={"zh-Hant": "社保查詢", "zh-Hans": "社保查询"},
        )
        return RelyingService(mock, credentials, redirect_uri, generation)

    return build


@pytest.fixture
def service(make: MakeService) -> RelyingService:
    """A service on a mock with default settings."""
    return make()


@pytest.fixture
def mock(service: RelyingService) -> GuangdongMock:
    """The mock of ``service``."""
    return service.mock
