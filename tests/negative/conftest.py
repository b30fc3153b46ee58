"""One stage for each colour, made once for this folder: a world costs a third of a second, a row a few milliseconds."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.negative.stage import COLOURS, Stage


@pytest.fixture(scope="package", params=COLOURS)
def shared_stage(request: pytest.FixtureRequest) -> Iterator[Stage]:
    """The stage of one colour."""
    stage = Stage(request.param)
    yield stage
    stage.close()


@pytest.fixture
def stage(shared_stage: Stage) -> Stage:
    """The stage, with mocks that behave."""
    shared_stage.calm()
    return shared_stage
