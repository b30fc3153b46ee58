"""The examples as they stand: each a process of its own, beside the mocks in another, on loopback."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from examples.stage import Mocks, mocks_running, service_running
from tests.web.visitor import Visitor

EXAMPLES = ("starlette_service", "fastapi_service", "flask_service", "django_service")


@pytest.fixture(scope="package")
def mocks() -> Iterator[Mocks]:
    """Both mock platforms."""
    with mocks_running() as running:
        yield running


@pytest.fixture(scope="package", params=EXAMPLES)
def service(request: pytest.FixtureRequest, mocks: Mocks, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of an example that runs."""
    folder: Path = tmp_path_factory.mktemp(request.param)
    with service_running(request.param, mocks, folder) as url:
        yield url


@pytest.fixture
def visitor(service: str, mocks: Mocks) -> Iterator[Visitor]:
    """A person with a new browser at the service."""
    with Visitor(service, mocks) as made:
        yield made
