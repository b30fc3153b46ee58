"""Whatever is sent to the iAM Smart mock, it answers as its own OpenAPI document says, and never with a server error."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from schemathesis import Case

import xbridge_mocks.iamsmart
from tests.mocks.fuzz import api, beside_the_point
from tests.mocks.iamsmart.clear_document import NAME, clear_document
from tests.mocks.iamsmart.clear_door import ClearDoor
from tests.mocks.iamsmart.conftest import spki
from tests.mocks.iamsmart.online_service import CALLBACK, NOTIFY, SIGN_SCOPES, OnlineService
from xbridge_mocks import MockClock, MockWorld

DOCUMENT = json.loads((Path(xbridge_mocks.iamsmart.__path__[0]) / "openapi.json").read_text("utf-8"))
OUTSIDE_API = api(DOCUMENT, stranger=True)
INSIDE_API = api(clear_document(DOCUMENT))


@pytest.fixture
def world() -> MockWorld:
    """A world whose clock stands still."""
    return MockWorld(MockClock(datetime(2025, 6, 2, 4, tzinfo=UTC)), seed=1)


@pytest.fixture
def door(world: MockWorld, private_key) -> Iterator[ClearDoor]:
    """The way in, with somebody logged in and something asked."""
    credentials = world.iamsmart.register_client(
        name=NAME, redirect_uris=[NOTIFY, CALLBACK], kek_public_keys=[spki(private_key)],
        direct_login_uri="https://svc.example/direct", get_state_uri="https://svc.example/state",
        scopes=SIGN_SCOPES.split(),
    )  # fmt: skip
    way_in = ClearDoor(OnlineService(world, credentials, private_key), DOCUMENT)
    yield way_in
    # Of an operation behind the gate, some requests must have got through and some not, or nothing was tried.
    assert not way_in.codes or {"D00000"} < set(way_in.codes)


@OUTSIDE_API.parametrize()
def test_a_stranger(case: Case[Any], world) -> None:
    """Without any secret every operation refuses in the described form, whatever comes."""
    case.call_and_validate(app=world.iamsmart, excluded_checks=beside_the_point(case, outside=True))


@INSIDE_API.parametrize()
def test_a_service(case: Case[Any], door: ClearDoor) -> None:
    """Behind the gate every lawful request is taken, every unlawful one refused, and each reply is as described."""
    case.call_and_validate(app=door, excluded_checks=beside_the_point(case, outside=False))
