"""The specification and the mock say the same: routes, settings, numbers."""

from __future__ import annotations

import re
from dataclasses import fields
from pathlib import Path

from tools.openapi import load
from xbridge_mocks import ZwrzMockSettings
from xbridge_mocks.zwrz.route import ROUTES
from xbridge_mocks.zwrz.setting import INVENTED_CODES

PROSE = (Path(__file__).parents[3] / "specs" / "providers" / "zwrz.md").read_text("utf-8")


def test_described_routes_are_served():
    """Every route of the platform is described in both documents, and every described route is served."""
    served = {str(rule) for rule in ROUTES.iter_rules() if str(rule).startswith("/zwrz/")}
    assert {path for path in load("providers/zwrz")["paths"] if path.startswith("/zwrz/")} == served
    assert all(path in PROSE for path in served)


def test_every_setting_is_in_the_table_of_unknowns():
    """A setting exists because something is UNKNOWN; the table names it with its default."""
    table = PROSE.partition("## 5. ")[2].partition("## 6. ")[0]
    lines = [line for line in table.splitlines() if line.startswith("|")][2:]
    rows = [[cell.strip().strip("`") for cell in line.split("|")[1:-1]] for line in lines]
    stated = {cells[1]: cells[2] for cells in rows}
    assert set(stated) == {field.name for field in fields(ZwrzMockSettings)}
    del stated["error_codes"]
    assert stated == {name: str(getattr(ZwrzMockSettings(), name)) for name in stated}


def test_invented_numbers_are_stated():
    """Each number the mock sends stands where it is called invented, with its kind."""
    stated = dict(re.findall(r"(4\d{3}) `(\w+)`", PROSE))
    assert stated == {str(number): kind.value for kind, number in INVENTED_CODES.items()}
