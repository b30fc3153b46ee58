"""Every lesson of groups B and H has its tests here, on the library and over HTTP against the mock."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator
from types import ModuleType

import pytest

import tests.lessons.test_group_b as group_b
import tests.lessons.test_group_h as group_h

LESSONS = {"b": range(1, 14), "h": range(1, 11)}
MODULES = {"b": group_b, "h": group_h}
NAME = re.compile(r"test_(?P<group>[bh])(?P<number>[0-9]+)_(?P<side>library|http)_[a-z0-9_]+")


def named(module: ModuleType) -> Iterator[tuple[str, str]]:
    """Each test of a module as its lesson and its side; a test of another name has no place there."""
    for name, member in vars(module).items():
        if name.startswith("test_"):
            found = NAME.fullmatch(name)
            assert found is not None, f"{name} names no lesson"
            lesson = f"{found['group'].upper()}{found['number']}"
            assert re.match(rf"{lesson}[:,]", member.__doc__ or ""), (
                f"the docstring of {name} does not begin with {lesson}"
            )
            yield lesson, found["side"]


@pytest.mark.parametrize("group", sorted(LESSONS))
def test_every_lesson_is_tested_on_both_sides(group: str) -> None:
    """Each number has at least one test on the library and one over HTTP, and no test bears a number beyond the list."""
    sides: dict[str, set[str]] = defaultdict(set)
    for lesson, side in named(MODULES[group]):
        sides[lesson].add(side)
    assert sides == {f"{group.upper()}{number}": {"library", "http"} for number in LESSONS[group]}
