"""The mock's OpenAPI document as seen from inside the gate: plaintext instead of sealed content, nothing signed.

What a lawful request says where only this run knows the answer stands in ``KNOWN``; ``clear_door`` has the answers.
"""

from __future__ import annotations

import copy

from tests.mocks.fuzz import operations
from tests.mocks.iamsmart.online_service import NOTIFY, documents
from tests.mocks.stand_in import Known, Schema, with_stand_ins

ACCESS_TOKEN, ANONYMOUS_TOKEN, CODE, CLIENT, TICKET = (digit * 32 for digit in "abcde")
OPEN_ID, ANONYMOUS_OPEN_ID = "openidofsomebody", "openidofnobody"
TOKEN, WORD = "tokenofthispage", "wordofthisform"
NAME = "Fuzz"
SCOPE = "eidapi_auth eidapi_profiles eidapi_formFilling eidapi_fr eidapi_sign eidapi_bulksign"
SIGNED, BULK_TOKEN = "businessidofwhatwassigned", "tokenofabulkorder"

KNOWN: Known = {
    "accessToken": {"const": ACCESS_TOKEN},
    "openID": {"const": OPEN_ID},
    "code": {"const": CODE},
    "clientID": {"const": CLIENT},
    "redirectURI": {"const": NOTIFY},
    "scope": {"const": SCOPE},
    "ticketID": {"const": TICKET},
    "token": {"const": TOKEN},
    "csrf": {"const": WORD},
    "eserviceName": {"const": NAME},
    "service": {"enum": [f"{CLIENT}:1", f"{CLIENT}:2"]},
    "persona": {"enum": ["chan-tai-man", "lee-siu-ming", "fernandes-maria"]},
    "path": {"const": "re-auth"},
    # Whether a code is that of a direct login is the code's own affair; this one is not.
    "isDirectLoginV2": {"enum": [False, "false"]},
}
KNOWN_IN: dict[str, Known] = {
    "inbox": {"persona": {"enum": ["", "chan-tai-man"]}},
    "anonymousResult": {
        "accessToken": {"const": ANONYMOUS_TOKEN},
        "openID": {"const": ANONYMOUS_OPEN_ID},
        "businessID": {"const": "b-anonymous"},
    },
    **{
        operation: {
            "accessToken": {"const": ANONYMOUS_TOKEN},
            "openID": {"const": ANONYMOUS_OPEN_ID},
            "businessID": {"const": SIGNED},
        }
        for operation in ("anonymousHashSignResult", "anonymousPdfSignResult")
    },
    **{
        operation: {"businessID": {"const": SIGNED}}
        for operation in ("signAck", "bulkSignAck", "bulkSignStatus", "bulkSignCancel")
    },
    # An order bears the names of its token, and a documentID once.
    "bulkSignRequest": {
        "bsqcToken": {"const": BULK_TOKEN},
        "serviceName": {"const": "Fishing licence"},
        "department": {"const": ""},
        "documents": {"type": "array", "minItems": 1, "maxItems": 1, "items": {"const": documents(1)[0]}},
    },
}
REFUSED = ("400", "409")
"""The statuses that ``clear_door`` makes of result codes."""


def clear_document(document: Schema) -> Schema:
    """Return ``document`` for somebody inside."""
    clear = copy.deepcopy(document)
    for _, _, operation in operations(clear):
        operation.pop("callbacks", None)
        if {"$ref": "#/components/parameters/Signature"} in operation.get("parameters", []):
            _unseal(operation)
    return with_stand_ins(clear, KNOWN, KNOWN_IN)


def _unseal(operation: Schema) -> None:
    """Describe the plaintexts in place of what is sealed, and take the signature away."""
    operation["parameters"] = []
    inside = operation.get("x-plaintext", {})
    success: Schema = operation["responses"]["200"]["content"]["application/json"]["schema"]["oneOf"][1]
    if "request" in inside:
        operation["requestBody"]["content"]["application/json"] = {"schema": inside["request"]}
    if "reply" in inside:
        success = {
            "allOf": [{"$ref": "#/components/schemas/Success"}],
            "required": ["content"],
            "properties": {"content": inside["reply"]},
        }
    refusal = {"$ref": "#/components/schemas/Refusal"}
    for status, schema in {"200": success, **dict.fromkeys(REFUSED, refusal)}.items():
        media = {"application/json": {"schema": schema}}
        operation["responses"][status] = {"description": "From inside.", "content": media}
