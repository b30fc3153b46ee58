"""The CorpID mock's OpenAPI document as seen from inside both gates: plaintext instead of sealed content, nothing signed.

What a lawful request says where only this run knows the answer stands in ``KNOWN``; ``clear_door`` has the answers.
"""

from __future__ import annotations

import copy

from tests.mocks.corpid.corporate_service import CALLBACK
from tests.mocks.fuzz import operations
from tests.mocks.stand_in import Known, Schema, with_stand_ins

CLIENT, CODE, COMPANY_CODE, ACCESS_TOKEN = (digit * 32 for digit in "abcd")
OPEN_ID, TOKEN, WORD = "openidofsomebody", "tokenofthispage", "wordofthisform"

KNOWN: Known = {
    "clientID": {"const": CLIENT},
    "source": {"enum": ["PC_Browser", "iOS_Safari"]},
    "redirectURI": {"const": CALLBACK},
    "scope": {"const": "eidapi_auth"},
    "cScope": {"enum": ["corpidapi_auth", "corpidapi_corplist", "corpidapi_corplist corpidapi_auth"]},
    "token": {"const": TOKEN},
    "csrf": {"const": WORD},
    "persona": {"enum": ["chan-tai-man", "lee-siu-ming"]},
    "company": {"enum": ["sample-trading", ""]},
    "code": {"const": CODE},
    "ticketID": {"const": COMPANY_CODE},
    "cAuthCode": {"const": COMPANY_CODE},
    "iAMSmart_AccessToken": {"const": ACCESS_TOKEN},
    "iAMSmart_TokenizedID": {"const": OPEN_ID},
    # Whether a code is that of a direct login is the code's own affair; these are not.
    "isDirectLogin": {"enum": [False, "false"]},
    "isDirectLoginV2": {"enum": [False, "false"]},
    "code_verifier": {"not": {}},
}


def clear_document(document: Schema) -> Schema:
    """Return ``document`` for somebody inside."""
    clear = copy.deepcopy(document)
    for path, _, operation in operations(clear):
        if any(each.get("name") == "signature" for each in operation.get("parameters", [])):
            _unseal(operation, company=path.startswith("/corpid/"))
    return with_stand_ins(clear, KNOWN)


def _unseal(operation: Schema, *, company: bool) -> None:
    """Describe the plaintexts in place of what is sealed, and take the signature away."""
    operation["parameters"] = []
    inside = operation.get("x-plaintext", {})
    envelope = {"$ref": f"#/components/schemas/{'Company' if company else 'Person'}Envelope"}
    lawful: Schema = {"properties": {"code": {"const": "M00000" if company else "D00000"}}}
    success = operation["responses"]["200"]["content"]["application/json"]["schema"]
    if inside:
        operation["requestBody"]["content"]["application/json"] = {"schema": inside["request"]}
        success = {"allOf": [envelope], "required": ["content"], "properties": {"content": inside["reply"]}}
    for status, schema in {"200": {"allOf": [success, lawful]}, "400": {"allOf": [envelope, {"not": lawful}]}}.items():
        operation["responses"][status] = {
            "description": "From inside.",
            "content": {"application/json": {"schema": schema}},
        }
