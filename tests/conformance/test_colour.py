"""The two colours are one program: same names, same arguments, same requests, same records; and each bears a crowd."""

from __future__ import annotations

import asyncio
import inspect
import threading
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from tests.negative.stage import COLOURS, PROVIDERS, Stage
from xbridge import AsyncBridge, Bridge
from xbridge.testing import AsyncWorld, World
from xbridge_mocks.persona import POPULATION

COLOURLESS = {"__enter__": "__aenter__", "__exit__": "__aexit__"}
CROWD = 64


def methods(colour: type) -> dict[str, Any]:
    """What a class offers, in the blocking spelling."""
    spelling = {awaited: blocking for blocking, awaited in COLOURLESS.items()}
    return {
        spelling.get(name, name): member
        for name, member in inspect.getmembers(colour, inspect.isroutine)
        if not name.startswith("_") or name in spelling or name in COLOURLESS
    }


def test_same_names() -> None:
    """What one colour can do, the other can."""
    assert methods(Bridge).keys() == methods(AsyncBridge).keys()
    assert {"begin_login", "finish_login", "close", "__enter__"} <= methods(Bridge).keys()


@pytest.mark.parametrize("name", sorted(methods(Bridge)))
def test_same_signature(name: str) -> None:
    """Arguments, defaults and annotations are the same, and both are explained; one blocks, the other is awaited."""
    blocking, awaited = methods(Bridge)[name], methods(AsyncBridge)[name]
    assert inspect.iscoroutinefunction(awaited)
    assert not inspect.iscoroutinefunction(blocking)
    if name in COLOURLESS:
        return
    assert inspect.signature(blocking) == inspect.signature(awaited)
    assert inspect.getdoc(blocking)
    assert inspect.getdoc(awaited)


def test_same_constructor() -> None:
    """Both are built from the same things; only the transport has a colour."""
    blocking, awaited = (inspect.signature(colour).parameters for colour in (Bridge, AsyncBridge))
    assert list(blocking) == list(awaited)
    for name in blocking:
        if name != "transport":
            assert (blocking[name].default, blocking[name].kind) == (awaited[name].default, awaited[name].kind)


@pytest.mark.parametrize("provider", PROVIDERS)
def test_same_requests(provider: str) -> None:
    """A login asks the platform for the same things in the same order, and tells the same story about it."""
    stories = []
    for colour in COLOURS:
        stage = Stage(colour)
        identity = stage.log_in(provider)
        entries = [(entry.operation, entry.outcome) for entry in stage.mock(provider).journal.entries()]
        stories.append((stage.wires[provider].paths, entries, stage.world.events, identity.profile, identity.assurance))
        stage.close()
    assert stories[0] == stories[1]


def crowd(provider: str) -> list[tuple[str, str, str]]:
    """A session and a person for each login of a crowd, with the name by which the person is known again."""
    people = [
        person for person in POPULATION
        if (person.companies if provider == "corpid" else person.iamsmart if provider == "iamsmart" else person.guangdong
            and person.guangdong.level in ("L2", "L3") and person.guangdong.usertype == "1")
    ]  # fmt: skip
    chosen = (people * CROWD)[:CROWD]
    return [
        (f"session-{number}", person.key, person.name_zh_hant) for number, person in enumerate(chosen)
    ]  # fmt: skip


def account_of(key: str) -> str:
    """The account key of a person at the Guangdong platform."""
    account = next(person for person in POPULATION if person.key == key).guangdong
    assert account is not None
    return account.useridcode


@pytest.mark.slow
@pytest.mark.parametrize("provider", PROVIDERS)
def test_crowd_of_threads(provider: str) -> None:
    """Lesson B11: 64 logins at once in one process all end well, each with its own person, in its own session."""
    world = World(providers=PROVIDERS)
    bridge = world.bridge
    start = threading.Barrier(CROWD)

    def log_in(case: tuple[str, str, str]) -> tuple[str, Any]:
        session, key, _ = case
        hop = bridge.begin_login(provider, return_to=world.return_to[provider], session=session)
        callback = world.visit(hop.url, key)
        start.wait()
        return key, bridge.finish_login(hop.pending, callback_url=callback, session=session)

    with ThreadPoolExecutor(CROWD) as pool:
        found = list(pool.map(log_in, crowd(provider)))
    check_crowd(provider, found)
    assert [event.outcome for event in world.events] == ["ok"] * 2 * CROWD


@pytest.mark.slow
@pytest.mark.parametrize("provider", PROVIDERS)
def test_crowd_of_tasks(provider: str) -> None:
    """The same with 64 tasks in one event loop."""
    world = AsyncWorld(providers=PROVIDERS)
    bridge = world.bridge

    async def log_in(case: tuple[str, str, str]) -> tuple[str, Any]:
        session, key, _ = case
        hop = await bridge.begin_login(provider, return_to=world.return_to[provider], session=session)
        callback = world.visit(hop.url, key)
        return key, await bridge.finish_login(hop.pending, callback_url=callback, session=session)

    async def main() -> list[tuple[str, Any]]:
        return await asyncio.gather(*(log_in(case) for case in crowd(provider)))

    check_crowd(provider, asyncio.run(main()))
    assert [event.outcome for event in world.events] == ["ok"] * 2 * CROWD


def check_crowd(provider: str, found: list[tuple[str, Any]]) -> None:
    """Everybody is who they are: one subject for each person (or company), and the person's own name."""
    people = {person.key: person for person in POPULATION}
    subjects: dict[str, set[str]] = {}
    for key, identity in found:
        company = people[key].companies[0].key if provider == "corpid" else ""
        subjects.setdefault(company or key, set()).add(identity.subject)
        if provider == "guangdong":
            assert identity.subject == account_of(key)
        person = people[key]
        name = person.name_zh_hans if provider == "zwrz" else person.name_zh_hant
        assert identity.profile.name == ("" if company else name)
    assert all(len(each) == 1 for each in subjects.values())
    assert len(set.union(*subjects.values())) == len(subjects)
    assert len({identity.proof for _, identity in found}) == CROWD


@pytest.mark.slow
@pytest.mark.parametrize("provider", PROVIDERS)
def test_one_winner(provider: str) -> None:
    """Of many who bring the same callback at once exactly one gets in; the others find it used."""
    world = World(providers=PROVIDERS)
    hop = world.bridge.begin_login(provider, return_to=world.return_to[provider], session="s")
    callback = world.visit(hop.url, "chan-tai-man")
    start = threading.Barrier(16)

    def finish(_: int) -> str:
        start.wait()
        try:
            world.bridge.finish_login(hop.pending, callback_url=callback, session="s")
        except Exception as error:
            return str(error)
        return "in"

    with ThreadPoolExecutor(16) as pool:
        answers = sorted(pool.map(finish, range(16)))
    assert answers == ["callback_invalid: login: replayed"] * 15 + ["in"]
