"""Two colours, one face: what ``Bridge`` can do, ``AsyncBridge`` can do, with the same names and the same arguments."""

from __future__ import annotations

import inspect

import pytest

from xbridge import AsyncBridge, Bridge


def public(colour: type) -> dict[str, object]:
    """Return everything that a caller may use of ``colour``, by name."""
    return {name: member for name, member in inspect.getmembers_static(colour) if not name.startswith("_")}


METHODS = sorted(name for name, member in public(Bridge).items() if inspect.isfunction(member))


def test_both_colours_have_the_same_names() -> None:
    """Nothing can be done in one colour only."""
    assert set(public(Bridge)) == set(public(AsyncBridge))
    assert {"exchange", "withdraw", "evidence", "trust", "jwks"} <= set(public(Bridge))


@pytest.mark.parametrize("name", METHODS)
def test_both_colours_take_the_same_arguments(name: str) -> None:
    """Names, order, kinds, defaults, annotations and result are equal; only the ``await`` differs."""
    blocking, awaiting = getattr(Bridge, name), getattr(AsyncBridge, name)
    assert inspect.signature(blocking) == inspect.signature(awaiting)
    assert inspect.iscoroutinefunction(awaiting)
    assert not inspect.iscoroutinefunction(blocking)


def test_both_colours_are_built_alike() -> None:
    """The constructors differ in the type of the transport and in nothing else."""

    def shape(colour: type) -> list[tuple[str, object, object]]:
        parameters = inspect.signature(colour).parameters.values()
        return [(each.name, each.kind, each.default) for each in parameters]

    assert shape(Bridge) == shape(AsyncBridge)


@pytest.mark.parametrize("name", ["trust", "jwks"])
def test_what_needs_no_effect_is_the_same_object(name: str) -> None:
    """Properties belong to both colours and are written once."""
    assert public(Bridge)[name] is public(AsyncBridge)[name]
    assert isinstance(public(Bridge)[name], property)
