"""The specification and the mock say the same: routes, members, scopes, settings."""

from __future__ import annotations

import re
from dataclasses import fields
from pathlib import Path

import pytest

from tests.mocks.corpid.corporate_service import SHAPES
from xbridge_mocks import CorpIdMockSettings
from xbridge_mocks.corpid.registry import COMPANY_SCOPES
from xbridge_mocks.corpid.route import ROUTES

SPECS = Path(__file__).parents[3] / "specs" / "providers"
PROSE = (SPECS / "corpid.md").read_text("utf-8")
OPENAPI = (SPECS / "corpid.openapi.yaml").read_text("utf-8")
SERVED = {
    (str(rule), method.lower())
    for rule in ROUTES.iter_rules()
    for method in (rule.methods or set()) & {"GET", "POST"}
    if "/api/" in str(rule)
}


def described(name: str) -> dict[str, str]:
    """The properties of one schema of the OpenAPI document, each with its pattern where it has one."""
    block = re.split(r"\n    \S", OPENAPI.partition(f"\n    {name}:\n")[2])[0].partition("      properties:\n")[2]
    rows = re.findall(r"^        (\w+):(.*)$", block, re.MULTILINE)
    return {key: (re.findall(r'pattern: "([^"]+)"', rest) or [""])[0] for key, rest in rows}


def test_openapi_lists_the_served_routes(service):
    """Every described route is served with its method, and no other API route is served."""
    routes = set(re.findall(r"^  (/\S+):\n    (get|post):$", OPENAPI, re.MULTILINE))
    assert routes == SERVED
    for path, method in routes:
        other = {"get": "POST", "post": "GET"}[method]
        assert service.browser.open(path, method=method.upper()).status_code in (200, 400)
        assert service.browser.open(path, method=other).status_code == 405


@pytest.mark.parametrize("shape", SHAPES)
def test_messages_have_the_described_members(service, shape):
    """Questions, envelopes and tokens carry exactly what is described, in the described forms."""
    back = service.back(shape)
    question = service.question(shape, back)
    reply = service.company_token(shape, service.back(shape))
    optional = {"code_verifier", "isDirectLogin"}
    asked = described("SandboxTokenRequest" if shape == "sandbox" else "TokenRequest")
    assert set(question) == set(asked) - optional
    for name, document in (("CompanyEnvelope", reply), ("CompanyToken", service.company.open(reply["content"]))):
        properties = described(name)
        assert set(document) == set(properties), name
        for member, pattern in properties.items():
            assert re.search(pattern, str(document[member])), (name, member)


def test_scopes():
    """The scopes of the prose are those that a service may have."""
    listed = PROSE.partition("`cScope` holds")[2].partition("VERIFIED")[0]
    assert tuple(re.findall(r"`(corpidapi_\w+)`", listed)) == COMPANY_SCOPES


def test_every_setting_is_in_the_table_of_unknowns():
    """A setting exists because something is UNKNOWN; the table names it with its default."""
    table = PROSE.partition("## 6. ")[2].partition("## 7. ")[0]
    stated: dict[str, str] = {}
    for line in table.splitlines():
        if line.startswith("|") and "`" in line:
            cells = [cell.strip() for cell in line.split("|")[1:-1]]
            names = re.findall(r"`(\w+)`", cells[1])
            stated.update(zip(names, cells[2].split(", ") if len(names) > 1 else [cells[2]], strict=True))
    defaults = CorpIdMockSettings()
    assert set(stated) == {field.name for field in fields(CorpIdMockSettings)}
    assert stated.pop("iamsmart").endswith(f"`auth_code_ttl_s` = {defaults.iamsmart.auth_code_ttl_s}")
    assert {name: value.replace(" ", "") for name, value in stated.items()} == {
        name: str(getattr(defaults, name)) for name in stated
    }


@pytest.mark.parametrize("name", ["company_code_ttl_s", "access_token_ttl_ms"])
@pytest.mark.parametrize("value", [0, -1])
def test_settings_are_checked(name, value):
    """A lifetime that is none is refused when the settings are made."""
    with pytest.raises(ValueError, match="positive"):
        CorpIdMockSettings(**{name: value})


def test_prose_marks_its_claims():
    """The three marks are in use."""
    assert all(PROSE.count(mark) > 5 for mark in ("VERIFIED", "INFERRED", "UNKNOWN"))
