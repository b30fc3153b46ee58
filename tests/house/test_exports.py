"""What can be imported from ``xbridge`` is what we promise, in order, and costs nothing until it is used."""

from __future__ import annotations

import json
import pkgutil
import subprocess
import sys

import pytest

import xbridge

SUBMODULES = {module.name for module in pkgutil.iter_modules(xbridge.__path__)}
HEAVY = {"asyncio", "cryptography", "httpx", "jwt", "pydantic", "rich", "sqlite3", "ssl", "typer", "xbridge_mocks"}


def fresh(expression: str) -> object:
    """Evaluate ``expression`` in a new interpreter that has only run ``import xbridge``."""
    program = f"import sys, json, xbridge; print(json.dumps({expression}))"
    answer = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    return json.loads(answer.stdout)


def test_public_names_are_sorted() -> None:
    """The list of public names is in one order, whatever their case, and names nothing twice."""
    assert sorted(xbridge.__all__, key=str.casefold) == list(xbridge.__all__)
    assert len(set(xbridge.__all__)) == len(xbridge.__all__)


def test_every_public_name_exists() -> None:
    """Each promised name can be had, and completion in an editor shows it."""
    assert [name for name in xbridge.__all__ if getattr(xbridge, name, None) is None] == []
    assert set(xbridge.__all__) <= set(dir(xbridge))


def test_nothing_else_is_public() -> None:
    """A fresh ``import xbridge`` holds no public name beyond those promised."""
    names = fresh("[name for name in vars(xbridge) if not name.startswith('_')]")
    assert isinstance(names, list)
    # `from __future__ import annotations` leaves its name behind, and it is nobody's promise.
    assert set(names) - SUBMODULES - {"annotations"} <= set(xbridge.__all__)


def test_an_unknown_name_is_an_attribute_error() -> None:
    """Lazy names fail the way any module's missing name does."""
    with pytest.raises(AttributeError, match="no_such_name"):
        getattr(xbridge, "no_such_name")  # noqa: B009  (a literal attribute would not type-check, rightly)


def test_importing_costs_nothing_heavy() -> None:
    """``import xbridge`` loads none of its dependencies: each first use pays for what it needs."""
    loaded = fresh("sorted({name.partition('.')[0] for name in sys.modules})")
    assert isinstance(loaded, list)
    assert HEAVY & set(loaded) == set()


def test_the_library_never_needs_an_extra() -> None:
    """Every public name can be had without the packages of the extras."""
    blocked = ["typer", "rich", "jinja2", "segno", "werkzeug", "pytest_httpserver", "xbridge_mocks"]
    program = (
        f"import sys; sys.modules.update(dict.fromkeys({blocked!r})); "
        "import xbridge; [getattr(xbridge, name) for name in xbridge.__all__]"
    )
    subprocess.run([sys.executable, "-c", program], check=True)
