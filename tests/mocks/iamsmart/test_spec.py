"""The specification and the mock say the same: routes, sources, fields, codes, settings, vectors."""

from __future__ import annotations

import json
import re
from dataclasses import fields
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import pytest

from tests.mocks.iamsmart.online_service import ALL_SCOPES, RESULT
from xbridge_mocks.iamsmart import IamSmartMockSettings
from xbridge_mocks.iamsmart.authorization import APP_SOURCES, SOURCES
from xbridge_mocks.iamsmart.profile import FORM_FIELDS, PROFILE_FIELDS
from xbridge_mocks.iamsmart.refusal import MEANING
from xbridge_mocks.iamsmart.route import ROUTES

SPECS = Path(__file__).parents[3] / "specs" / "providers"
PROSE = (SPECS / "iamsmart.md").read_text("utf-8")
OPENAPI = (SPECS / "iamsmart.openapi.yaml").read_text("utf-8")
POSTED = {str(rule) for rule in ROUTES.iter_rules() if str(rule).startswith("/api/") and "POST" in (rule.methods or ())}


def schema(name: str) -> str:
    """The text of one schema of the OpenAPI document."""
    return re.split(r"\n    \S", OPENAPI.partition(f"\n    {name}:\n")[2])[0]


def described(name: str) -> dict[str, str]:
    """The properties of one schema, each with its pattern where it has one."""
    block = schema(name).partition("      properties:\n")[2]
    rows = re.findall(r"^        (\w+):(.*)$", block, re.MULTILINE)
    return {key: (re.findall(r'pattern: "([^"]+)"', rest) or [""])[0] for key, rest in rows}


def test_openapi_lists_the_served_routes(service):
    """Every described route is served with its method, and no other API route is served."""
    routes = re.findall(r"^  (/\S+):\n    (get|post):$", OPENAPI, re.MULTILINE)
    assert {path for path, method in routes if method == "post"} == POSTED
    assert [path for path, method in routes if method == "get"] == ["/api/v1/auth/getQR"]
    for path, method in routes:
        other = {"get": "POST", "post": "GET"}[method]
        assert service.browser.open(path, method=method.upper()).status_code in (200, 400)
        assert service.browser.open(path, method=other).status_code == 405


def test_sources():
    """The sources for a browser and for an app are those of the document."""
    assert set(re.findall(r"- (\w+)$", schema("Source"), re.MULTILINE)) == SOURCES
    assert set(re.findall(r"\[(App_[^\]]+)\]", schema("AnySource"))[0].split(", ")) == APP_SOURCES


def asked(service):
    """One document of each kind that asking a person and an anonymous form bring."""
    token = service.token(scope=ALL_SCOPES, source="iOS_Safari")
    question = service.open(service.ask("step_up", token)["content"])
    service.world.iamsmart.decide("b-1")
    ticket = service.open(service.anonymous(businessID="b-2", profileFields=..., eMEFields=["prefix"])["content"])
    back = service.world.iamsmart.log_in(service.ticket_url(ticket["ticketID"]), "ng-wing-sze")
    found = service.open(service.get_token(parse_qs(urlsplit(back).query)["code"][0])["content"])
    form = service.call(RESULT, {"accessToken": found["accessToken"], "openID": found["openID"]})
    return {
        "Asked": question,
        "Callback": json.loads(service.received[-1].content),
        "Answer": service.open_callback()[1],
        "Ticket": ticket,
        "AnonymousForm": service.open(form["content"]),
    }


def test_replies_have_the_described_members(service):
    """Envelope, key, token and profile carry exactly what is described, in the described forms."""
    key = service.get_key()
    reply = service.get_token(service.code())
    token = service.open(reply["content"])
    profile = service.open(service.profiles(token)["content"])
    seen = {"Envelope": reply, "WrappedKey": key, "Token": token, "Profile": profile, **asked(service)}
    for name, document in seen.items():
        properties = described(name)
        assert set(document) - {"content"} == set(properties) - {"content"}, name
        for member, pattern in properties.items():
            assert re.search(pattern, str(document[member])), (name, member)
    assert reply["content"].startswith("AAAAD")


def test_signature_form(service):
    """The described form of the signature is the one that is sent."""
    pattern = re.findall(r'pattern: "(\^\(\[A-Za-z0-9\]\|%2B[^"]+)"', OPENAPI)[0]
    assert re.search(pattern, service.headers(b"")["signature"])
    assert not re.search(pattern, "yB9mmflyCZYdGGbmsElVDJIG0gSVsKl+vwIPKEzAeFg=")


def test_profile_fields():
    """The verified fields of the document are those of the mock."""
    listed = re.findall(r"\[(idNo[^\]]+)\]", schema("ProfilesRequest"))[0]
    assert tuple(listed.split(", ")) == PROFILE_FIELDS
    assert tuple(re.findall(r"\[(idNo[^\]]+)\]", schema("ProfileFields"))[0].split(", ")) == PROFILE_FIELDS
    assert tuple(re.findall(r"- (\w+)$", schema("FormFields"), re.MULTILINE)) == FORM_FIELDS


@pytest.mark.parametrize("code", sorted(MEANING))
def test_every_code_is_documented(code):
    """Each result code the mock can send stands in the table."""
    assert code in PROSE.partition("## 5. ")[2].partition("## 6. ")[0]


def test_every_setting_is_in_the_table_of_unknowns():
    """A setting exists because something is UNKNOWN; the table names it with its default."""
    table = PROSE.partition("## 8. ")[2].partition("## 9. ")[0]
    rows = [
        [cell.strip() for cell in line.split("|")[1:-1]] for line in table.splitlines() if "`" in line and "|" in line
    ]
    stated: dict[str, str] = {}
    for cells in rows:
        names = re.findall(r"`(\w+)`", cells[1])
        values = cells[2].split(", ") if len(names) > 1 else [cells[2]] * len(names)
        stated.update(zip(names, values, strict=True))
    defaults = IamSmartMockSettings()
    assert set(stated) == {field.name for field in fields(IamSmartMockSettings)}
    said = {"body_limit": "10 MiB", "refuse_empty_field_array": "refused", "form_texts_needed": "formName"}
    for name, value in stated.items():
        default = said.get(name, str(getattr(defaults, name)))
        without_gaps = re.sub(r"(?<=\d) (?=\d)", "", value).lstrip("`")
        assert without_gaps.startswith(default), name


def test_vectors_in_the_prose():
    """The vectors people read are the vectors the tests run."""
    for vector in ("yB9mmflyCZYdGGbmsElVDJIG0gSVsKl%2BvwIPKEzAeFg%3D", "gawVHw=="):
        assert vector in PROSE
        assert vector in (Path(__file__).parent / "test_vector.py").read_text("utf-8")


DURATIONS = [field.name for field in fields(IamSmartMockSettings) if field.name.endswith(("ttl_s", "ttl_ms", "wait_s"))]


@pytest.mark.parametrize(
    "bent",
    [
        *({name: value} for name in (*DURATIONS, "body_limit", "late_callback_s", "callback_tries", "callback_timeout_ms")
          for value in (0, -1)),
        {"nonce_memory_ms": 599_999},
    ],
)  # fmt: skip
def test_settings_are_checked(bent):
    """A setting that would open a hole is refused when the settings are made."""
    with pytest.raises(ValueError, match=next(iter(bent))):
        IamSmartMockSettings(**bent)
