"""Whatever is sent to the CorpID mock, it answers as its own OpenAPI document says, and never with a server error."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from schemathesis import Case

import xbridge_mocks.corpid
from tests.mocks.corpid.clear_document import clear_document
from tests.mocks.corpid.clear_door import ClearDoor
from tests.mocks.corpid.corporate_service import CorporateService
from tests.mocks.fuzz import api, beside_the_point

DOCUMENT = json.loads((Path(xbridge_mocks.corpid.__path__[0]) / "openapi.json").read_text("utf-8"))
OUTSIDE_API = api(DOCUMENT, stranger=True)
INSIDE_API = api(clear_document(DOCUMENT))


@pytest.fixture
def door(service: CorporateService) -> Iterator[ClearDoor]:
    """The way in for a service registered at both platforms."""
    way_in = ClearDoor(service)
    yield way_in
    # Of an operation behind a gate, some requests must have got through and some not, or nothing was tried.
    assert not way_in.codes or {"00000"} < set(way_in.codes)


@OUTSIDE_API.parametrize()
def test_a_stranger(case: Case[Any], service: CorporateService) -> None:
    """Without credentials every operation refuses in the described form, whatever comes."""
    case.call_and_validate(app=service.mock, excluded_checks=beside_the_point(case, outside=True))


@INSIDE_API.parametrize()
def test_a_service(case: Case[Any], door: ClearDoor) -> None:
    """Behind the gates every lawful request is taken, every unlawful one refused, and each reply is as described."""
    case.call_and_validate(app=door, excluded_checks=beside_the_point(case, outside=False))
