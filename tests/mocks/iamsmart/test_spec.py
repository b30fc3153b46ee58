"""The specification and the mock say the same: routes, sources, fields, codes, settings, vectors."""

from __future__ import annotations

import json
import re
from dataclasses import fields
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from jsonschema import Draft202012Validator  # type: ignore[import-untyped]

from tests.mocks.iamsmart.online_service import ALL_SCOPES, RESULT, SIGN_SCOPES, SIGNED
from tests.mocks.iamsmart.signing_journey import signed_anonymously
from tools.openapi import load
from xbridge_mocks.iamsmart import IamSmartMockSettings
from xbridge_mocks.iamsmart.authorization import APP_SOURCES, SOURCES
from xbridge_mocks.iamsmart.profile import EME_FIELDS, FORM_FIELDS, PROFILE_FIELDS, profile
from xbridge_mocks.iamsmart.refusal import MEANING
from xbridge_mocks.iamsmart.signing_order import ALGORITHMS
from xbridge_mocks.persona import POPULATION

SPECS = Path(__file__).parents[3] / "specs" / "providers"
PROSE = (SPECS / "iamsmart.md").read_text("utf-8")
OPENAPI = load("providers/iamsmart")
SCHEMAS: dict[str, Any] = OPENAPI["components"]["schemas"]


def closed(schema: Any) -> Any:
    """The schema with every member closed to what is not described, however deep it stands."""
    if isinstance(schema, list):
        return [closed(each) for each in schema]
    if not isinstance(schema, dict):
        return schema
    made = {name: closed(each) for name, each in schema.items()}
    for name, member in made.get("properties", {}).items():
        if isinstance(member, dict):
            made["properties"][name] = {**member, "unevaluatedProperties": False}
    return made


def complaints(name: str, document: object) -> list[str]:
    """What keeps ``document`` from being exactly what the schema ``name`` describes, without a member more."""
    whole = {"properties": {"document": {"$ref": f"#/components/schemas/{name}"}}, "components": OPENAPI["components"]}
    found = Draft202012Validator(closed(whole)).iter_errors({"document": document})
    return [f"{error.json_path}: {error.message}" for error in found]


def test_sources():
    """The sources for a browser and for an app are those of the document."""
    assert set(SCHEMAS["Source"]["enum"]) == SOURCES
    assert set(SCHEMAS["AnySource"]["anyOf"][0]["enum"]) == APP_SOURCES


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
    """Key, token, profile, questions and answers carry nothing that is not described, in the described forms."""
    key = service.get_key()
    token = service.open(service.get_token(service.code())["content"])
    profile = service.open(service.profiles(token)["content"])
    seen = {"WrappedKey": key, "Token": token, "Profile": profile, **asked(service)}
    for name, document in seen.items():
        assert complaints(name, document) == [], name
        assert complaints(name, {**document, "more": 1}), name


@pytest.mark.parametrize("person", POPULATION, ids=lambda person: person.key)
def test_everybody_s_data_are_described(person):
    """Whatever a person keeps has the shape the document gives it, down to the last line of an address."""
    kept: dict[str, Any] = profile(person, FORM_FIELDS, now_ms=1_700_000_000_000)
    assert complaints("Fields", kept) == []
    assert complaints("Fields", {**kept, "idNo": {**kept["idNo"], "more": 1}})


def test_requests_of_these_tests_are_described(service):
    """What the service of these tests sends after login is what the document says it may send."""
    token = service.token(scope=ALL_SCOPES)
    for kind, name in (("profile", "ProfileQuestion"), ("form", "FormQuestion"), ("step_up", "Question")):
        question = service.question(kind, token)
        assert complaints(name, question) == []
        assert complaints(name, {**question, "source": "Smoke_Signal"})


def signed(service):
    """One document of each kind that signing brings."""
    seen = {}
    for number, (kind, name) in enumerate((("hash_signing", "HashSigned"), ("pdf_signing", "PdfSigned"))):
        service.ask_to_sign(kind, businessID=f"b-{number}")
        service.world.iamsmart.decide(f"b-{number}")
        seen[name] = service.open_callback()[1]
        token = signed_anonymously(service, kind, businessID=f"c-{number}")
        name = {"hash_signing": "AnonymousHashSignature", "pdf_signing": "AnonymousPdfSignature"}[kind]
        seen[name] = service.open(service.call(SIGNED[kind], token)["content"])
    seen["BulkToken"] = service.open(service.bulk_token()["content"])
    service.ask_bulk(businessID="d-1")
    seen["BulkStatus"] = service.open(service.about_bulk("status", "d-1")["content"])
    service.world.iamsmart.decide("d-1")
    _, seen["BulkSigned"], seen["BulkSignatures"] = service.open_parts("sigMetada", "sigFile")
    return seen


def test_signatures_have_the_described_members(world, make_service):
    """Every answer to an order to sign carries exactly what is described, in the described forms."""
    for name, document in signed(make_service(world, scopes=SIGN_SCOPES.split())).items():
        assert complaints(name, document) == [], name
        assert complaints(name, {**document, "more": 1}), name
        assert set(document) == set(SCHEMAS[name]["properties"]), name


def test_orders_of_these_tests_are_described(signing):
    """What is sent to order a signature is what the document says may be sent, and what is said about it after."""
    token = signing.tokens["lee-siu-ming"] = signing.token("lee-siu-ming", scope=SIGN_SCOPES)
    further = {"stepupAuthMethod": '{"and":["FR","NFC"]}', "stepupAuthPeriod": 720}
    for kind, name in (("hash_signing", "HashSignQuestion"), ("pdf_signing", "PdfSignQuestion")):
        question = {**signing.question(kind, token), **further}
        assert complaints(name, question) == []
        for wrong in ({"HKICHash": "ZZ000102"}, {"stepupAuthPeriod": 721}, {"serviceName": ""}):
            assert complaints(name, {**question, **wrong})
    assert complaints("BulkSignQuestion", signing.bulk_question("0" * 32)) == []
    assert complaints("BulkSignQuestion", signing.bulk_question("0" * 32, documents=[]))
    form = {**signing.question("form", token), "callbackContentType": "multipart/form-data"}
    assert complaints("FormQuestion", form) == []
    assert SCHEMAS["SigAlgo"]["enum"] == list(ALGORITHMS)
    signing_prose = PROSE.partition("## 12. ")[2]
    results = SCHEMAS["Acknowledgement"]["properties"]["signingResult"]["enum"]
    for word in (*ALGORITHMS, *results, "2417", "LPJNul+wow4m6DsqxbninhsWHlwfp0JecwQzYpOLmCQ="):
        assert word in signing_prose


def test_signature_form(service):
    """The described form of the signature is the one that is sent."""
    pattern = OPENAPI["components"]["parameters"]["Signature"]["schema"]["pattern"]
    assert re.search(pattern, service.headers(b"")["signature"])
    assert not re.search(pattern, "yB9mmflyCZYdGGbmsElVDJIG0gSVsKl+vwIPKEzAeFg=")


def test_profile_fields():
    """The fields of the document are those of the mock, verified ones and the person's own."""
    assert tuple(SCHEMAS["ProfileFields"]["items"]["enum"]) == PROFILE_FIELDS
    assert tuple(SCHEMAS["MaintainedField"]["enum"]) == EME_FIELDS
    assert (*EME_FIELDS, *SCHEMAS["FormFields"]["items"]["anyOf"][1]["enum"]) == FORM_FIELDS


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
