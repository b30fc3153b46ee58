"""The specification and the gateway mock say the same: settings, routes, codes."""

from __future__ import annotations

import re
from dataclasses import fields
from pathlib import Path

from tests.docs.block import codes, rows
from tools.openapi import load
from xbridge_mocks.tif import TifMockSettings, refusal
from xbridge_mocks.tif.route import ROUTES
from xbridge_mocks.tif.service import ENDPOINTS

PAGE = Path(__file__).parents[3] / "specs" / "providers" / "tif.md"
PROSE = PAGE.read_text("utf-8")
NOT_UNKNOWN = {"forward_timeout_s"}


def test_every_setting_is_in_the_table_of_unknowns() -> None:
    """A setting exists because something is UNKNOWN; the table says what, and shows its default."""
    shown: dict[str, str] = {}
    for _, names, defaults in rows(PAGE, "## 6. What is UNKNOWN"):
        shown |= dict(zip(codes(names), codes(defaults), strict=True))
    assert shown == {
        each.name: str(each.default) for each in fields(TifMockSettings) if each.name not in NOT_UNKNOWN
    }  # fmt: skip


def test_every_service_has_a_route_and_a_description() -> None:
    """An endpoint, its route and its description belong together; the prose names the end of each path."""
    assert {str(rule.endpoint) for rule in ROUTES.iter_rules()} >= set(ENDPOINTS)
    described = load("providers/tif")["paths"]
    assert {item["post"]["operationId"] for item in described.values()} == set(ENDPOINTS)
    for path in described:
        assert re.sub(r"^.*/r/", "", path) in PROSE, path


def test_every_code_is_in_the_table() -> None:
    """The gateway's codes that the mock sends are those of the table."""
    sent = {refusal.REFUSED, refusal.BAD_SIGNATURE, refusal.NOT_FOUND, refusal.TROUBLE}
    assert {int(code) for code in re.findall(r"\b4000\d{5}\b", PROSE)} == sent


def test_prose_marks_its_claims() -> None:
    """The three marks are in use."""
    assert all(PROSE.count(mark) > 5 for mark in ("VERIFIED", "INFERRED", "UNKNOWN"))
