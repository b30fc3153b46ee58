"""The specification and the mock say the same: routes, settings, numbers, fields."""

from __future__ import annotations

import re
from dataclasses import fields
from pathlib import Path

import pytest
from werkzeug.test import Client

from tools.openapi import load
from xbridge_mocks.guangdong import GuangdongMockSettings
from xbridge_mocks.guangdong.route import FIND_ACCOUNT, GENERATIONS, INFO, LOGOUT, REALNAME
from xbridge_mocks.guangdong.setting import INVENTED_CODES

SPECS = Path(__file__).parents[3] / "specs" / "providers"
PROSE = (SPECS / "guangdong.md").read_text("utf-8")
OPENAPI = load("providers/guangdong")
SERVED = {
    LOGOUT,
    INFO,
    REALNAME,
    FIND_ACCOUNT,
    *(path for each in GENERATIONS.values() for path in (each.authorize, f"{each.authorize}/", each.login)),
    *(path for each in GENERATIONS.values() for path in (each.access_token, each.tokeninfo)),
    *(f"{path}/" for each in GENERATIONS.values() if each.slash_served for path in (each.access_token, each.tokeninfo)),
}


def members_of(schema: str) -> set[str]:
    """The property names of one schema of the OpenAPI document."""
    return set(OPENAPI["components"]["schemas"][schema]["properties"])


def test_openapi_lists_the_served_routes():
    """Every route of the platform is described, and every described route is served."""
    assert set(OPENAPI["paths"]) == SERVED


@pytest.mark.parametrize("path", sorted(SERVED))
def test_described_routes_are_served(mock, path):
    """No described route is answered as an unknown page."""
    assert Client(mock).get(path).status_code != 404


def settings_table() -> dict[str, str]:
    """The default of each setting, as the table of unknowns gives it."""
    table = PROSE.partition("## 5. ")[2].partition("## 6. ")[0]
    rows = [[cell.strip() for cell in line.split("|")[1:-1]] for line in table.splitlines() if line.startswith("|")]
    return {cells[1].strip("`"): cells[2].partition(" (")[0].strip("`") for cells in rows if cells[1].startswith("`")}


def test_every_setting_is_in_the_table_of_unknowns():
    """A setting exists because something is UNKNOWN, and the table says what."""
    assert set(settings_table()) == {field.name for field in fields(GuangdongMockSettings)}


def test_defaults_in_the_table_are_the_defaults():
    """A default in the table is the default in the code; the error numbers have a table of their own."""
    stated = {name: value for name, value in settings_table().items() if name != "error_codes"}
    assert stated == {name: str(getattr(GuangdongMockSettings(), name)) for name in stated}


def test_invented_numbers_are_in_the_table():
    """Each number the mock sends stands in the table that calls it invented."""
    table = PROSE.partition("### 2.4 ")[2].partition("### 2.5 ")[0]
    assert {int(number) for number in re.findall(r"\b4\d{4}\b", table)} == set(INVENTED_CODES.values())


@pytest.mark.parametrize("key", ["chan-tai-man", "yeung-man-yee", "tsang-ho-yin", "cheung-ka-yan"])
def test_replies_hold_what_the_schema_lists(service, key):
    """The mock sends every member the schema lists, and no other."""
    document = service.log_in(key)
    assert set(document) == members_of("TokenInfo")
    assert set(document["userobj"]) == members_of("UserObj")
    assert set(document["user_creditable_level"]) == members_of("UserCreditableLevel")
    if isinstance(document["pareobj"], dict):
        assert set(document["pareobj"]) == members_of("UserObj")


def test_prose_marks_its_claims():
    """The three marks are in use, and no claim carries a mark of another kind."""
    assert all(PROSE.count(mark) > 5 for mark in ("VERIFIED", "INFERRED", "UNKNOWN"))
