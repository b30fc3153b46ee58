"""The reference pages name what exists: codes, reasons, operations, settings, files.  Nothing more and nothing less."""

from __future__ import annotations

import ast
import inspect
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from pydantic import BaseModel
from pydantic.fields import FieldInfo

from tests.docs.block import codes, links, rows
from xbridge.bridge.awaiting import AsyncBridge
from xbridge.bridge.blocking import Bridge
from xbridge.cli.verification import FAILED, SOMEBODY_UNKNOWN, UNREADABLE, VERIFIED
from xbridge.core import errors
from xbridge.core.audit import AuditEvent
from xbridge.core.errors import XBridgeError
from xbridge.flows.verification import CHECKS
from xbridge.providers.corpid import CorpIdSettings
from xbridge.providers.guangdong.gateway_settings import GatewaySettings
from xbridge.providers.guangdong.settings import GuangdongSettings
from xbridge.providers.iamsmart.settings import IamSmartSettings
from xbridge.providers.zwrz.settings import ZwrzSettings

ROOT = Path(__file__).resolve().parents[2]
PAGES = sorted(
    page for pattern in ("*.md", "docs/**/*.md", "specs/**/*.md") for page in ROOT.glob(pattern) if page.is_file()
)


def families(root: type[XBridgeError] = XBridgeError) -> Iterator[type[XBridgeError]]:
    """Yield every error class of the library."""
    yield root
    for below in root.__subclasses__():
        if below.__module__ == errors.__name__:
            yield from families(below)


def literals(function: str) -> set[str]:
    """Return the first arguments of the calls of ``function`` in the library, where they are plain text."""
    return {
        str(node.args[0].value)
        for file in (ROOT / "src/xbridge").rglob("*.py")
        for node in ast.walk(ast.parse(file.read_text("utf-8")))
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == function
        if node.args and isinstance(node.args[0], ast.Constant)
    }


@pytest.mark.parametrize("page", PAGES, ids=[str(page.relative_to(ROOT)) for page in PAGES])
def test_links_lead_somewhere(page: Path) -> None:
    """Every link within the repository leads to a file or folder that is there."""
    inside = [target.partition("#")[0] for target in links(page) if not re.match(r"[a-z]+:", target)]
    assert [target for target in inside if not (page.parent / target).exists()] == []


def test_every_error_is_explained() -> None:
    """docs/errors.md has one row for each class, with its code and whether to retry, and says who must act."""
    documented = {}
    for code, name, retry, who, what in rows(ROOT / "docs/errors.md", "# Errors"):
        assert who, code
        assert len(what) > 10, code
        documented[codes(name)[0]] = (codes(code)[0], retry)
    assert documented == {each.__name__: (each.code, "yes" if each.retryable else "no") for each in families()}


def test_every_reason_of_a_refused_link_is_explained() -> None:
    """docs/errors.md lists exactly the reasons with which the library refuses a link."""
    documented = {codes(cells[0])[0] for cells in rows(ROOT / "docs/errors.md", "## Reasons of `link_refused`")}
    assert documented == literals("LinkRefused")


@pytest.mark.parametrize("colour", [Bridge, AsyncBridge])
def test_every_operation_is_listed(colour: type) -> None:
    """docs/audit-events.md lists exactly the calls that leave an event."""
    documented = {codes(cells[0])[0] for cells in rows(ROOT / "docs/audit-events.md", "## Operations")}
    methods = {name for name, _ in inspect.getmembers(colour, inspect.isfunction) if not name.startswith("_")}
    assert documented == methods - {"close", "aclose"}


def test_every_field_of_an_event_is_listed() -> None:
    """docs/audit-events.md describes exactly the fields of an event."""
    documented = {codes(cells[0])[0] for cells in rows(ROOT / "docs/audit-events.md", "## Fields")}
    assert documented == set(AuditEvent.__dataclass_fields__)


def setting(model: type[BaseModel], name: str) -> FieldInfo:
    """Return the field that ``name`` means; a dot leads into a section."""
    first, _, rest = name.partition(".")
    found = model.model_fields[first]
    if not rest:
        return found
    assert isinstance(found.default, BaseModel), name
    return setting(type(found.default), rest)


@pytest.mark.parametrize(
    ("heading", "settings"),
    [
        ("## iAM Smart: what is UNKNOWN", IamSmartSettings),
        ("## CorpID: what is UNKNOWN", CorpIdSettings),
        ("## Guangdong: what is UNKNOWN", GuangdongSettings),
        ("## Civil servants (zwrz): what is UNKNOWN", ZwrzSettings),
        ("## TIF gateway: what is UNKNOWN", GatewaySettings),
    ],
)
def test_every_unknown_is_a_setting(heading: str, settings: type[BaseModel]) -> None:
    """A setting that docs/limitations.md names exists, and the default it shows is the default."""
    named = 0
    for _, cell, shown in rows(ROOT / "docs/limitations.md", heading):
        for position, name in enumerate(codes(cell)):
            named += 1
            field = setting(settings, name)
            default = field.default
            if shown.startswith("none"):
                assert field.is_required(), name
            elif isinstance(default, dict):
                assert set(codes(shown)) <= set(default) | set(default.values()), name
            elif isinstance(default, str) and position == 0:
                assert codes(shown)[0] == default, name
    assert named >= 4


def test_no_limitation_is_told_twice() -> None:
    """No two rows of a table in docs/limitations.md begin alike: of two that say different things one is not true."""
    page = ROOT / "docs/limitations.md"
    headings = re.findall(r"^#+ .+$", page.read_text("utf-8"), re.MULTILINE)
    firsts = {heading: [cells[0].casefold() for cells in rows(page, heading)] for heading in headings}
    assert sum(map(len, firsts.values())) > 50
    assert {heading: [cell for cell in set(cells) if cells.count(cell) > 1] for heading, cells in firsts.items()} == {
        heading: [] for heading in headings
    }


def test_every_exit_code_is_listed() -> None:
    """specs/evidence.md lists exactly the codes with which ``xbridge verify`` ends."""
    documented = {cells[0] for cells in rows(ROOT / "specs/evidence.md", "## 5. The command")}
    assert documented == {str(code) for code in (VERIFIED, FAILED, SOMEBODY_UNKNOWN, UNREADABLE)}


def test_every_check_is_listed() -> None:
    """specs/evidence.md describes exactly the checks that a verifier reports."""
    documented = [codes(cells[0])[0] for cells in rows(ROOT / "specs/evidence.md", "## 4. The checks")]
    assert sorted(documented) == sorted(CHECKS)


@pytest.mark.parametrize("page", ["docs/threat-model.md", "CONTRIBUTING.md", "docs/limitations.md"])
def test_named_files_exist(page: str) -> None:
    """A promise names the code that holds it and the test that checks it, and both are there."""
    named = set(re.findall(r"`((?:src|tests|mocks|specs|docs)/[\w./-]+)`", (ROOT / page).read_text("utf-8")))
    assert sorted(name for name in named if not (ROOT / name).exists()) == []


def test_every_promise_is_held_and_tested() -> None:
    """In docs/threat-model.md no promise stands without its code and its test."""
    promises = rows(ROOT / "docs/threat-model.md", "## Promises, and what holds them")
    assert len(promises) > 10
    for promise, code, test in promises:
        assert any(name.startswith("src/") for name in codes(code)), promise
        assert any(name.startswith("tests/") for name in codes(test)), promise
