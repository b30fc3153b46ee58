"""Constants that stand for what a generator cannot guess, in a document and in the requests made from it.

No generator comes up with an access token, a form's word or a registered address. So those parameters become constants in
the document, and whoever passes a request on puts the real thing in each constant's place. All else stays as generated.
"""

from __future__ import annotations

import copy
from typing import Any

from werkzeug.test import Client, TestResponse
from werkzeug.wrappers import Request, Response

Schema = dict[str, Any]
Known = dict[str, Schema]

SECRET = "secretofthisrun"
SECRET_KNOWN: Known = {"X-Mock-Secret": {"const": SECRET}}


def with_stand_ins(document: Schema, known: Known, known_in: dict[str, Known] | None = None) -> Schema:
    """Return ``document`` with every parameter in ``known`` made what stands there; ``known_in`` has exceptions by operation.

    Requests are spelled out without references on the way; replies are left alone.
    """
    made = copy.deepcopy(document)
    for path, item in made["paths"].items():
        made["paths"][path] = {name: each for name, each in item.items() if name != "parameters"}
        for method, operation in made["paths"][path].items():
            here = known | SECRET_KNOWN | (known_in or {}).get(operation["operationId"], {})
            parameters = inlined([*item.get("parameters", []), *operation.get("parameters", [])], document)
            operation = {**operation, "parameters": [_parameter(each, here) for each in parameters]}
            if "requestBody" in operation:
                body = inlined(operation["requestBody"], document)
                for media in body["content"].values():
                    media["schema"] = _members(media["schema"], here)
                operation["requestBody"] = body
            made["paths"][path][method] = operation
    return made


def put(raw: bytes, live: dict[str, str]) -> bytes:
    """Return ``raw`` with each real thing in the place of what stands for it."""
    for stand_in, real in live.items():
        raw = raw.replace(stand_in.encode(), real.encode())
    return raw


def pass_on(request: Request, browser: Client, live: dict[str, str]) -> Response:
    """Send ``request`` on with the cookies of ``browser`` and return the answer as it came."""
    headers = {name: put(value.encode("latin-1"), live).decode("latin-1") for name, value in request.headers}
    reply = browser.open(
        put(request.path.encode(), live).decode(),
        method=request.method,
        query_string=put(request.query_string, live).decode("latin-1"),
        data=put(request.get_data(), live),
        headers={name: value for name, value in headers.items() if name not in ("Cookie", "Content-Length", "Host")},
    )
    return as_it_came(reply)


def as_it_came(reply: TestResponse) -> Response:
    """Return ``reply`` as an answer of our own."""
    return Response(reply.get_data(), status=reply.status_code, headers=reply.headers)


def inlined(value: Any, document: Schema) -> Any:
    """Return ``value`` with every reference replaced by what it refers to."""
    if isinstance(value, list):
        return [inlined(each, document) for each in value]
    if not isinstance(value, dict):
        return value
    if "$ref" in value:
        target: Any = document
        for step in value["$ref"].removeprefix("#/").split("/"):
            target = target[step]
        return inlined(target, document)
    return {name: inlined(each, document) for name, each in value.items()}


def _parameter(parameter: Schema, known: Known) -> Schema:
    schema = known.get(parameter["name"], parameter["schema"])
    return {**{name: value for name, value in parameter.items() if name != "example"}, "schema": schema}


def _members(schema: Schema, known: Known) -> Schema:
    """Return the schema with its known members made constant, and without examples, which know nothing of them."""
    made = {name: value for name, value in schema.items() if name not in ("examples", "properties")}
    if "properties" in schema:
        made["properties"] = {name: known.get(name, member) for name, member in schema["properties"].items()}
    for joined in ("allOf", "anyOf", "oneOf"):
        if joined in schema:
            made[joined] = [_members(each, known) for each in schema[joined]]
    return made
