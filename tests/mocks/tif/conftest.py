"""One fresh gateway mock for every test, its clock standing still, and one registered service."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from tests.mocks.tif.calling_service import CallingService
from xbridge_mocks.clock import MockClock
from xbridge_mocks.persona import POPULATION
from xbridge_mocks.random_source import SeededRandomSource
from xbridge_mocks.tif import TifMock

AT = datetime(2030, 1, 2, 3, 4, 5, tzinfo=UTC)


@pytest.fixture
def mock() -> TifMock:
    """A gateway that nobody has called yet."""
    return TifMock(clock=MockClock(AT), personas=POPULATION, random=SeededRandomSource(1))


@pytest.fixture
def service(mock: TifMock) -> CallingService:
    """A service registered with it."""
    return CallingService(mock)
