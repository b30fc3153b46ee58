"""The document each mock serves: it is one, it is complete, and it is about this mock."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from operator import attrgetter
from typing import Any

import pytest
import schemathesis
from jsonschema import Draft202012Validator  # type: ignore[import-untyped]
from werkzeug.routing import Map
from werkzeug.test import Client

from tests.mocks.fuzz import operations
from tools.openapi import PARTS, load, merged
from xbridge_mocks import MockWorld
from xbridge_mocks.control import _ROUTES as CONTROL_CALLS
from xbridge_mocks.corpid.route import ROUTES as CORPID_ROUTES
from xbridge_mocks.gjzwfw.route import ROUTES as GJZWFW_ROUTES
from xbridge_mocks.guangdong.steering import CALLS as GUANGDONG_CALLS
from xbridge_mocks.iamsmart.route import ROUTES as IAMSMART_ROUTES
from xbridge_mocks.iamsmart.steering import _ROUTES as IAMSMART_CALLS
from xbridge_mocks.tif.route import ROUTES as TIF_ROUTES
from xbridge_mocks.tif.steering import _ROUTES as TIF_CALLS
from xbridge_mocks.zwrz.office_app.route import ROUTES as OFFICE_APP_ROUTES
from xbridge_mocks.zwrz.route import ROUTES as ZWRZ_ROUTES

MOCKS = sorted(PARTS)
STEERING_CALLS: dict[str, dict[str, Any]] = {
    "guangdong": GUANGDONG_CALLS,
    "iamsmart": IAMSMART_CALLS,
    "tif": TIF_CALLS,
}
TABLES: dict[str, Map] = {
    "corpid": CORPID_ROUTES,
    "gjzwfw": GJZWFW_ROUTES,
    "iamsmart": IAMSMART_ROUTES,
    "tif": TIF_ROUTES,
    "zwrz": ZWRZ_ROUTES,
    "zwrz/office_app": OFFICE_APP_ROUTES,
}
# The same operation at another address: form filling has two, and so has what CorpID's production shape only moves.
AGAIN = {"formRequestUnderAuth": "formRequest"}
DOCUMENTS = {f"{mock}": merged(parts) for mock, parts in PARTS.items()}


def served(mock: str) -> set[tuple[str, str]]:
    """Path and method of everything ``mock`` answers, as its route tables say."""
    table = TABLES.get(mock) or MockWorld().guangdong._routes
    found = set()
    for rule in table.iter_rules():
        path = re.sub(r"<(?:[^<>:]+:)?\w+>", "{}", str(rule))
        for method in rule.methods or {"GET"}:
            if method not in ("HEAD", "OPTIONS"):
                found.add((path, method))
    for calls in (CONTROL_CALLS, STEERING_CALLS.get(mock, {})):
        found |= {(f"/__mock__/{name}", method) for name, methods in calls.items() for method in methods}
    return found


def parts_of(value: Any) -> Iterator[dict[str, Any]]:
    """Yield every object in ``value``, itself included."""
    if isinstance(value, dict):
        yield value
    for each in value.values() if isinstance(value, dict) else value if isinstance(value, list) else ():
        yield from parts_of(each)


@pytest.mark.parametrize("mock", MOCKS)
def test_the_mock_serves_it(mock):
    """GET /openapi.json brings the document made from specs/, without any secret, and nothing else does."""
    browser = Client(attrgetter(mock.replace("/", "."))(MockWorld()))
    reply = browser.get("/openapi.json")
    assert (reply.status_code, reply.mimetype) == (200, "application/json")
    assert json.loads(reply.get_data()) == DOCUMENTS[mock]
    assert browser.post("/openapi.json").status_code == 405


@pytest.mark.parametrize("mock", MOCKS)
def test_it_is_openapi_3_1(mock):
    """The document is valid OpenAPI 3.1 by somebody else's reading, and so is every schema in it."""
    document = DOCUMENTS[mock]
    assert document["openapi"].startswith("3.1.")
    schemathesis.openapi.from_dict(document).validate()
    for schema in document["components"]["schemas"].values():
        Draft202012Validator.check_schema(schema)


@pytest.mark.parametrize("part", sorted({part for parts in PARTS.values() for part in parts}))
def test_each_part_stands_alone(part):
    """Every document in specs/ is valid on its own and refers to nothing outside itself."""
    document = load(part)
    schemathesis.openapi.from_dict(document).validate()
    for piece in parts_of(document):
        if isinstance(reference := piece.get("$ref"), str):
            target: Any = document
            for step in reference.removeprefix("#/").split("/"):
                target = target[step]


@pytest.mark.parametrize("mock", TABLES)
def test_every_route_is_described_and_every_description_is_served(mock):
    """What the route tables hold and what the document lists are the same, path by path and method by method."""
    described = {(re.sub(r"{\w+}", "{}", path), method) for path, method, _ in operations(DOCUMENTS[mock])}
    assert described == served(mock)


def test_every_guangdong_route_is_described_and_every_description_is_served():
    """The same for Guangdong, whose endpoints judge the method themselves: what is not described they answer with 405."""
    document = DOCUMENTS["guangdong"]
    described = {re.sub(r"{\w+}", "{}", path) for path, _, _ in operations(document)}
    assert described == {path for path, _ in served("guangdong")}
    browser = Client(MockWorld().guangdong)
    for path, item in document["paths"].items():
        for method in {"get", "post", "put", "delete", "patch"} - set(item):
            if not path.startswith("/__mock__/"):
                assert browser.open(path, method=method.upper()).status_code == 405, (method, path)


@pytest.mark.parametrize("mock", MOCKS)
def test_operations_have_names(mock):
    """Every operation has an operationId and a summary; where a route table has names, they are these."""
    found = [(path, operation) for path, _, operation in operations(DOCUMENTS[mock])]
    names = [operation["operationId"] for _, operation in found]
    assert len(set(names)) == len(names)
    assert all(operation["summary"] for _, operation in found)
    if mock in TABLES:
        routed = {
            (re.sub(r"<(?:[^<>:]+:)?\w+>", "{}", str(rule)), str(rule.endpoint)) for rule in TABLES[mock].iter_rules()
        }
        named = {
            (re.sub(r"{\w+}", "{}", path), AGAIN.get(name, name.removesuffix("InProduction")))
            for (path, _), name in zip(found, names, strict=True)
            if not path.startswith("/__mock__/")
        }
        assert named == routed


@pytest.mark.parametrize("mock", MOCKS)
def test_what_is_the_mock_s_own_says_so(mock):
    """Nobody mistakes a page of the mock for a part of the platform: exactly those operations carry the tag."""
    for path, _, operation in operations(DOCUMENTS[mock]):
        own = path in ("/", "/openapi.json") or path.startswith(("/mock/", "/__mock__/"))
        assert (operation.get("tags") == ["mock"]) is own, path


@pytest.mark.parametrize("mock", MOCKS)
def test_examples_are_examples(mock):
    """Every example satisfies the schema it stands in."""
    document = DOCUMENTS[mock]
    seen = 0
    for piece in parts_of(document):
        schema = {**piece, "components": document["components"]}
        for example in piece.get("examples", []) if isinstance(piece.get("examples"), list) else []:
            Draft202012Validator(schema).validate(example)
            seen += 1
    assert seen or mock in ("guangdong", "zwrz", "zwrz/office_app")


@pytest.mark.parametrize("mock", MOCKS)
def test_no_real_thing_is_in_it(mock):
    """The document holds no HTML, no key, and names no server but the mock and, in prose, the platform."""
    text = json.dumps(DOCUMENTS[mock])
    assert [server["url"] for server in DOCUMENTS[mock]["servers"]] == ["/"]
    assert "PRIVATE KEY" not in text
    assert set(re.findall(r"https?://([\w.-]+)", text)) <= {"svc.example"}


@pytest.mark.parametrize(("mock", "at_least"), {"corpid": 3, "iamsmart": 8}.items())
def test_sealed_operations_say_what_is_inside(mock, at_least):
    """Every operation whose body is sealed names the plaintexts, so nothing behind the gate is left to guessing."""
    sealed = {"$ref": "#/components/schemas/Sealed"}
    count = 0
    for path, _, operation in operations(DOCUMENTS[mock]):
        content = operation.get("requestBody", {}).get("content", {})
        if any(media["schema"] == sealed for media in content.values()):
            assert "request" in operation["x-plaintext"], path
            count += 1
        else:
            assert "x-plaintext" not in operation, path
    assert count >= at_least
