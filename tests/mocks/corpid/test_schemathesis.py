"""Whatever a stranger sends to the CorpID mock, it refuses as its OpenAPI document says, and never with a server error."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest
import schemathesis
from jsonschema import Draft202012Validator  # type: ignore[import-untyped]
from schemathesis import Case

from tests.mocks.fuzz import api
from tools.openapi import load
from xbridge_mocks import CorpIdMock, MockClock, MockWorld

DOCUMENT = load("providers/corpid")
API = api(DOCUMENT, stranger=True)


@pytest.fixture
def mock() -> CorpIdMock:
    """A mock whose clock stands still."""
    return MockWorld(MockClock(datetime(2025, 6, 2, 4, tzinfo=UTC)), seed=1).corpid


@API.parametrize()
def test_a_stranger(case: Case[Any], mock: CorpIdMock) -> None:
    """Without credentials every operation refuses in the described form, whatever comes."""
    case.call_and_validate(app=mock)


def test_it_is_openapi_3_1() -> None:
    """The document is valid OpenAPI 3.1 by somebody else's reading, and so is every schema in it."""
    assert DOCUMENT["openapi"].startswith("3.1.")
    schemathesis.openapi.from_dict(DOCUMENT).validate()
    for schema in DOCUMENT["components"]["schemas"].values():
        Draft202012Validator.check_schema(schema)
