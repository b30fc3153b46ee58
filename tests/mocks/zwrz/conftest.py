"""One fresh mock for every test, its clock standing still, and one registered service."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime

import pytest

from tests.mocks.zwrz.office_console import BACK, OfficeConsole
from xbridge_mocks import MockClock, MockWorld, ZwrzMockSettings

MakeConsole = Callable[..., OfficeConsole]


@pytest.fixture
def make() -> MakeConsole:
    """Make a console on a mock of its own, with settings given by name."""

    def build(**settings: object) -> OfficeConsole:
        world = MockWorld(
            MockClock(datetime(2030, 1, 2, 3, 4, 5, tzinfo=UTC)), seed=1,
            zwrz_settings=ZwrzMockSettings(**settings),  # type: ignore[arg-type]
        )  # fmt: skip
        texts = {"zh-Hant": "檔案系統", "zh-Hans": "档案系统"}
        made = world.zwrz.register_client(name="Archive console", redirect_uris=[BACK], name_texts=texts)
        return OfficeConsole(world.zwrz, made)

    return build


@pytest.fixture
def console(make: MakeConsole) -> OfficeConsole:
    """A console on a mock with default settings."""
    return make()
