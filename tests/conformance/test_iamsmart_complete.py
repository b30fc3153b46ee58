"""Every API has a function, a façade method, a mock route, a success and an error for each of its codes: no cell is empty."""

from __future__ import annotations

import importlib
import inspect
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

import pytest

from tests.conformance.iamsmart_table import (
    API,
    BULK_CODES,
    FORM_CODES,
    LOGIN_CODES,
    SIGNING_CODES,
    TABLE,
    anonymous_form,
    anonymous_signature,
    bulk_signing,
    form,
    hash_signing,
    profile,
    step_up,
)
from xbridge import AsyncBridge, Bridge
from xbridge.core.errors import ProviderRejected, UserDeclined, XBridgeError
from xbridge.providers.iamsmart.code import MEANINGS
from xbridge.testing import World
from xbridge.testing.world import ASKING_SCOPES
from xbridge_mocks.iamsmart.inquiry import OUTCOMES
from xbridge_mocks.iamsmart.responder import CHOICES
from xbridge_mocks.iamsmart.route import API_OPERATIONS

CELLS = [(api, code) for api in TABLE for code in api.codes.split()]


def made(generation: int) -> World:
    """A service that may do everything, in one generation of the interface."""

    def change(document: dict[str, Any]) -> None:
        section = document["providers"]["iamsmart"]
        section["generation"] = generation
        section["scopes"] = list(ASKING_SCOPES)

    return World(asking=True, overrides=change)


@pytest.fixture(scope="module")
def worlds() -> dict[int, World]:
    """A world for each generation; making keys for each cell would be slow."""
    return {generation: made(generation) for generation in (1, 2)}


@pytest.fixture(autouse=True)
def _calm(worlds: dict[int, World]) -> None:
    """Mocks that behave."""
    for world in worlds.values():
        world.mocks.iamsmart.faults.clear()
        for operation in API_OPERATIONS:
            world.mocks.iamsmart.insist(operation, None)


def test_every_operation_stands_in_the_table_once() -> None:
    """What the mock serves between servers is what the table lists, no more and no less."""
    listed = [api.operation for api in TABLE]
    assert len(set(listed)) == len(listed)
    assert set(listed) == API_OPERATIONS


def test_every_code_stands_in_some_cell() -> None:
    """Each code that we know is answered by some API, a browser's callback or a posted one."""
    cells = {code for _, code in CELLS}
    outcomes = {code for kind in OUTCOMES.values() for code in kind.values()}
    assert cells | set(LOGIN_CODES.split()) | outcomes | {"D00000"} >= set(MEANINGS)


@pytest.mark.parametrize("api", TABLE, ids=str)
def test_an_api_has_its_functions(api: API) -> None:
    """The provider has a coroutine for it, and both façades have the method, in their colour."""
    module, _, name = api.provider.rpartition(".")
    function = getattr(importlib.import_module(f"xbridge.providers.iamsmart.{module}"), name)
    assert inspect.iscoroutinefunction(function)
    assert inspect.iscoroutinefunction(getattr(AsyncBridge, api.method))
    assert not inspect.iscoroutinefunction(getattr(Bridge, api.method))


@pytest.mark.parametrize("api", TABLE, ids=str)
def test_an_api_succeeds(worlds: dict[int, World], api: API) -> None:
    """The call ends well, and the mock says that this was the operation and that it had nothing against it."""
    world = worlds[api.generation]
    call = api.ready(world)
    seen = len(world.mocks.iamsmart.journal.entries())
    call()
    entries = [entry for entry in world.mocks.iamsmart.journal.entries()[seen:] if entry.operation == api.operation]
    assert [(entry.outcome, entry.code) for entry in entries] == [("ok", "D00000")]


def check_error(error: XBridgeError, code: str) -> None:
    """The error is the one of the code's meaning, and keeps the code."""
    declined = MEANINGS[code].result == "declined"
    assert isinstance(error, UserDeclined) if declined else isinstance(error, ProviderRejected)
    assert isinstance(error, UserDeclined | ProviderRejected)
    assert error.provider_code == code
    assert code in str(error) or declined


@pytest.mark.slow
@pytest.mark.parametrize(("api", "code"), CELLS, ids=[f"{api}-{code}" for api, code in CELLS])
def test_an_api_fails_with_each_of_its_codes(worlds: dict[int, World], api: API, code: str) -> None:
    """Whatever code an API answers with, the caller gets the typed error of that code and the step, once told.

    The request passed the mock's gate first, so the refusal is all that is different.
    """
    world = worlds[api.generation]
    call = api.ready(world)
    world.mocks.iamsmart.insist(api.operation, code)
    told = len(world.events)
    with pytest.raises((ProviderRejected, UserDeclined)) as caught:
        call()
    check_error(caught.value, code)
    assert getattr(caught.value, "step", "") == api.step
    assert [event.outcome for event in world.events[told:]] == ["refused"]
    world.mocks.iamsmart.insist(api.operation, None)
    # Nothing of the refusal stays behind: the same service does the same for the next person.
    api.ready(world)()


# --- Codes that come through the browser ------------------------------------------------------------------------------


def with_error(callback: str, code: str) -> str:
    """The callback that brings an error instead of a code."""
    address, _, query = callback.partition("?")
    pairs = {name: values[0] for name, values in parse_qs(query).items() if name != "code"}
    return f"{address}?{urlencode({**pairs, 'error_code': code})}"


@pytest.mark.parametrize("code", [*LOGIN_CODES.split(), "D20000", "D20008", "D20012"])
def test_a_login_ends_with_each_code(worlds: dict[int, World], code: str) -> None:
    """What the broker page brings back in place of a code is the error of that code."""
    world = worlds[2]
    hop = world.bridge.begin_login("iamsmart", return_to=world.return_to["iamsmart"], session="s")
    back = with_error(world.visit(hop.url, "chan-tai-man"), code)
    with pytest.raises((ProviderRejected, UserDeclined)) as caught:
        world.bridge.finish_login(hop.pending, callback_url=back, session="s")
    check_error(caught.value, code)


@pytest.mark.parametrize("code", FORM_CODES.split())
def test_an_anonymous_form_ends_with_each_code(worlds: dict[int, World], code: str) -> None:
    """The same for a form without a login."""
    world = worlds[2]
    hop = anonymous_form(world)()
    back = with_error(world.visit(hop.url, "chan-tai-man"), code)
    with pytest.raises((ProviderRejected, UserDeclined)) as caught:
        world.bridge.finish_anonymous_form(hop.pending, callback_url=back, session="s")
    check_error(caught.value, code)


@pytest.mark.parametrize("code", SIGNING_CODES.split())
@pytest.mark.parametrize("kind", ["hash_signing", "document_signing"])
def test_an_anonymous_signature_ends_with_each_code(worlds: dict[int, World], kind: str, code: str) -> None:
    """The same for a signature without a login."""
    world = worlds[2]
    hop = anonymous_signature(kind)(world)()
    back = with_error(world.visit(hop.url, "lee-siu-ming"), code)
    with pytest.raises((ProviderRejected, UserDeclined)) as caught:
        world.bridge.finish_anonymous_signature(hop.pending, callback_url=back, session="s")
    check_error(caught.value, code)


def test_a_page_shows_the_codes_of_its_person(worlds: dict[int, World]) -> None:
    """Refusing and turning back on the mock's own pages are the two declining codes of the login."""
    world = worlds[2]
    for decision, code in (("refuse", "D40001"), ("cancel", "D40000")):
        hop = world.bridge.begin_login("iamsmart", return_to=world.return_to["iamsmart"], session="s")
        back = world.visit(hop.url, "chan-tai-man", decision=decision)
        assert parse_qs(urlsplit(back).query)["error_code"] == [code]


# --- Codes that are posted -------------------------------------------------------------------------------------------

ASKING = {"profile": (1, profile), "form": (2, form), "step_up": (2, step_up), "hash_signing": (2, hash_signing),
          "bulk_signing": (2, bulk_signing)}  # fmt: skip


def posted() -> list[tuple[str, str, str, str]]:
    """Each kind of request with each way it can end, the person's word for it (or any, where a fault plays it), the code."""
    words: dict[str, str] = {str(phase): word for word, phase in CHOICES.items()}
    outcomes = {str(kind): {str(phase): code for phase, code in phases.items()} for kind, phases in OUTCOMES.items()}
    return [
        (kind, phase, words.get(phase, "approve"), code) for kind in ASKING for phase, code in outcomes[kind].items()
    ]


@pytest.mark.parametrize(("kind", "phase", "word", "code"), posted(), ids=lambda value: str(value))
def test_a_request_ends_with_each_code(worlds: dict[int, World], kind: str, phase: str, word: str, code: str) -> None:
    """However the person or the platform ends a request, the page learns it once, with the platform's code."""
    generation, ask = ASKING[kind]
    world = worlds[generation]
    request = ask(world)()
    if phase not in CHOICES.values():
        world.mocks.iamsmart.faults.add(f"request_{phase}", operation="delivery")
    world.mocks.iamsmart.decide(request.business_id, word)
    callback = world.mocks.iamsmart.deliveries()[-1].callback
    world.bridge.receive_callback("iamsmart", callback.content, content_type=callback.headers["Content-Type"])
    collected = world.bridge.collect(request, session="s")
    expected = {"success": "done", "declined": "declined"}.get(MEANINGS[code].result, "failed")
    assert (collected.status, collected.provider_code) == (expected, "" if code == "D00000" else code)


def test_the_posted_codes_are_those_of_the_tables() -> None:
    """Bulk signing's and signing's codes are the ways in which their requests end."""
    assert {*BULK_CODES.split(), *SIGNING_CODES.split()} <= {code for _, _, _, code in posted()}
