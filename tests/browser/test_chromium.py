"""Where there is no browser, the tests of this folder say what to install; CI does not let that pass."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.browser import chromium


@pytest.fixture(params=["browser", "package"])
def lacking(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """A machine that lacks one of the two; gives what the reason must name."""
    if request.param == "browser":
        monkeypatch.setenv("CHROMIUM", "no-such-browser")
        monkeypatch.setattr(chromium, "find_spec", lambda name: object())
        yield "apt-get install chromium"
    else:
        monkeypatch.setattr(chromium, "find_spec", lambda name: None)
        yield "make setup"


def test_elsewhere_the_tests_are_skipped(lacking: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """A newcomer without a browser is told in one line what to install, and the rest of the suite runs."""
    monkeypatch.delenv("CI", raising=False)
    with pytest.raises(pytest.skip.Exception, match=lacking):
        chromium.demand()


def test_in_ci_the_tests_fail(lacking: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """CI cannot be green without having driven a browser."""
    monkeypatch.setenv("CI", "true")
    with pytest.raises(pytest.fail.Exception, match=lacking):
        chromium.demand()
