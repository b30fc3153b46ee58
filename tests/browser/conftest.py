"""A browser for the tests of this folder, people who use it, and pictures of what they saw when a test fails."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from tests.browser.chromium import demand, launch
from tests.browser.person import LOCALES, Person
from tests.browser.relying_service import RelyingService
from xbridge_mocks import MockWorld, RunningMocks, serve
from xbridge_mocks.text import Language

if TYPE_CHECKING:
    from playwright.sync_api import Browser

MakePerson = Callable[..., Person]
TIMEOUT_MS = 10_000
_PEOPLE = pytest.StashKey[list[Person]]()


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item, call: pytest.CallInfo[None]) -> Any:
    """Keep pictures of what was on the screens when a test failed, in its ``tmp_path``, and say where they are."""
    report = yield
    people = item.stash.get(_PEOPLE, [])
    if report.when == "call" and report.failed and people:
        folder: Path = item.funcargs["tmp_path"]  # type: ignore[attr-defined]
        for number, person in enumerate(people, 1):
            # A browser that has crashed has no picture, and must not hide why the test failed.
            with suppress(Exception):
                person.photograph(folder / f"person-{number}.png")
        report.sections.append(("What was on the screens", "\n".join(map(str, sorted(folder.glob("person-*.png"))))))
    return report


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """Chromium, started for one module.

    Not for longer: while Playwright runs, its event loop is the one of this thread, and other tests start their own.
    """
    demand()
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        opened = launch(playwright)
        yield opened
        opened.close()


@pytest.fixture
def make_person(browser: Browser, request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[MakePerson]:
    """Makes people, each with a device of their own: ``make_person(language, **options of the browser context)``."""
    people = request.node.stash[_PEOPLE] = list[Person]()

    def make(language: Language = "en", **device: Any) -> Person:
        context = browser.new_context(locale=LOCALES[language], **device)
        context.set_default_timeout(TIMEOUT_MS)
        people.append(Person(context, language))
        return people[-1]

    yield make
    complaints = [text for person in people for text in person.take_complaints()]
    for person in people:
        person.close()
    assert complaints == []


@pytest.fixture(scope="module")
def started() -> Iterator[tuple[RunningMocks, RelyingService]]:
    """The mock platforms and a service on loopback; stopping servers takes longer than most of these tests."""
    with serve(MockWorld()) as mocks, RelyingService(mocks) as service:
        yield mocks, service


@pytest.fixture
def mocks(started: tuple[RunningMocks, RelyingService]) -> RunningMocks:
    """The mock platforms, which remember nothing of other tests but the time."""
    running, _ = started
    running.world.iamsmart.reset()
    running.world.guangdong.reset()
    running.world.corpid.reset()
    running.world.zwrz.reset()
    return running


@pytest.fixture
def service(mocks: RunningMocks, started: tuple[RunningMocks, RelyingService]) -> RelyingService:
    """A service that sends people to the mocks, and to which nobody has come back yet."""
    _, running = started
    running.returned.clear()
    return running
