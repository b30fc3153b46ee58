"""The JSON Schemas of every record that leaves the process, made from the models and written to ``specs/schemas/``.

Run ``python tools/schemas.py`` after a change of a record; ``--check`` only compares.  Schemas describe shapes: what a
value means is in ``specs/``, and what a shape cannot say (canonical form, signatures) the library checks itself.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from pydantic import BaseModel
from pydantic.json_schema import GenerateJsonSchema

from xbridge.consent.record import ConsentRecord
from xbridge.consent.subject import SubjectSignature
from xbridge.core.config import Config
from xbridge.core.decision import Decision
from xbridge.core.errors import XBridgeError
from xbridge.evidence.manifest import Manifest
from xbridge.evidence.trust import Trust
from xbridge.exchange.access_token import DETAIL_TYPE, AuthorizationDetail
from xbridge.ledger.entry import LedgerEntry
from xbridge.linking.matching_message import Evaluation, Opening, Reply, Result
from xbridge.protocols.sm_envelope.ours import SmEnvelope
from xbridge.providers.corpid import CorpIdSettings
from xbridge.providers.guangdong.settings import GuangdongSettings
from xbridge.providers.iamsmart.settings import IamSmartSettings
from xbridge.providers.zwrz.settings import ZwrzSettings

FOLDER = Path(__file__).resolve().parents[1] / "specs" / "schemas"
DIALECT = "https://json-schema.org/draft/2020-12/schema"
BASE64URL = "^[A-Za-z0-9_-]+$"
WORD = "^[a-z][a-z0-9]*(-[a-z0-9]+)*$"

Schema = dict[str, Any]

RECORDS: dict[str, tuple[type[BaseModel], str]] = {
    "authorization-detail": (
        AuthorizationDetail,
        "What an access token allows, as RFC 9396 authorization details of xbridge's own type.",
    ),
    "consent-record": (
        ConsentRecord,
        "One revision of one consent: the payload of a signed record of type consent, version 1.",
    ),
    "decision": (
        Decision,
        "The policy's answer to one data flow, with every rule that mattered and what it read.",
    ),
    "ledger-entry": (LedgerEntry, "One entry of the ledger; its exact bytes are a leaf of the Merkle tree."),
    "matching-evaluation": (
        Evaluation,
        "Third message of a matching: the payload of a signed record of type matching-evaluation, version 1.",
    ),
    "matching-opening": (
        Opening,
        "First message of a matching: the payload of a signed record of type matching-opening, version 1.",
    ),
    "matching-reply": (
        Reply,
        "Second message of a matching: the payload of a signed record of type matching-reply, version 1.",
    ),
    "matching-result": (
        Result,
        "Fourth message of a matching: the payload of a signed record of type matching-result, version 1.",
    ),
    "manifest": (Manifest, "The member manifest.json of an evidence bundle: the digest of every other member."),
    "sm-envelope": (
        SmEnvelope,
        "The envelope profile xbridge-1, ours and nobody else's: the payload of a signed record of type sm-envelope, version 1.",
    ),
    "subject-signature": (
        SubjectSignature,
        "The member subject/NNNN.json of an evidence bundle: a person's own signature beside a consent record.",
    ),
    "trust-file": (Trust, "Whose keys count, for what, and when; a reader gets it elsewhere than the bundle."),
}
"""Schemas that are a model and nothing else: name to model and description."""


class _Plain(GenerateJsonSchema):
    """pydantic's generator without the titles it makes up from member names."""

    def field_title_should_be_set(self, schema: Any) -> bool:
        """Say no, always."""
        return False


def schemas() -> dict[str, Schema]:
    """Return every published schema by name, in order of the names."""
    found = {name: _document(name, _model(model), text) for name, (model, text) in RECORDS.items()}
    found["access-token"] = _access_token()
    found["audit-event"] = _audit_event()
    found["configuration"] = _configuration()
    found["inclusion-proof"] = _inclusion_proof()
    found["signed-record"] = _signed_record()
    return dict(sorted(found.items()))


def rendered() -> dict[str, str]:
    """Return the text of every schema file by file name."""
    return {
        f"{name}.json": json.dumps(schema, indent=2, ensure_ascii=False) + "\n" for name, schema in schemas().items()
    }


def _document(name: str, body: Schema, description: str) -> Schema:
    """Return ``body`` with what every published schema says about itself first."""
    rest = {member: value for member, value in body.items() if member not in ("title", "description")}
    head = {
        "$schema": DIALECT,
        "$id": f"urn:xbridge:schema:{name}:v1",
        "title": name.replace("-", " ").capitalize(),
        "description": description,
    }
    return head | rest


def _model(model: type[BaseModel]) -> Schema:
    """Return the schema of ``model``; its docstring becomes the description, on one line."""
    return dict(_flattened(model.model_json_schema(schema_generator=_Plain)))


def _flattened(value: Any) -> Any:
    """Return ``value`` with descriptions on one line and in plain text instead of reStructuredText."""
    if isinstance(value, dict):
        return {
            name: " ".join(member.replace("``", "`").split())
            if name == "description" and isinstance(member, str)
            else _flattened(member)
            for name, member in value.items()
        }
    return [_flattened(item) for item in value] if isinstance(value, list) else value


def _object(properties: Schema, *, optional: tuple[str, ...] = ()) -> Schema:
    """Return the schema of an object that has exactly ``properties``."""
    required = [name for name in properties if name not in optional]
    return {"type": "object", "additionalProperties": False, "properties": properties, "required": required}


def _text(description: str, **more: Any) -> Schema:
    return {"type": "string", "description": description, **more}


def _signed_record() -> Schema:
    signature = _object(
        {
            "alg": _text("JOSE algorithm of the key", enum=["EdDSA", "Ed25519", "ES256", "SM2"]),
            "kid": _text("RFC 7638 thumbprint of the key", pattern=BASE64URL),
            "role": _text("whom the signer signs for; consent records are signed by the collector", pattern=WORD),
            "value": _text("the raw signature, base64url", pattern=BASE64URL),
        }
    )
    body = _object(
        {
            "raw": _text("the exact bytes, base64url: xbridge/TYPE/vN, a line feed, canonical JSON", pattern=BASE64URL),
            "signatures": {"type": "array", "minItems": 1, "maxItems": 8, "items": signature},
        }
    )
    text = "The envelope that carries a signed record: its exact bytes with the signatures beside them."
    return _document("signed-record", body, text)


def _inclusion_proof() -> Schema:
    body = _object(
        {
            "entry": _text("the entry's exact bytes as text", maxLength=65_535),
            "index": {"type": "integer", "minimum": 0, "description": "position in the log, from 0"},
            "path": {
                "type": "array",
                "maxItems": 64,
                "items": _text("one sibling hash, 32 bytes, leaf side first", pattern="^[A-Za-z0-9_-]{43}$"),
            },
        }
    )
    text = "A member ledger/INDEX.json of an evidence bundle: one entry and its Merkle path (RFC 9162 section 2.1)."
    return _document("inclusion-proof", body, text)


def _access_token() -> Schema:
    detail = _model(AuthorizationDetail)
    detail["properties"]["type"]["const"] = DETAIL_TYPE
    seconds = {"type": "integer", "description": "seconds since 1970"}
    body = _object(
        {
            "iss": _text("the issuer: the configuration's issuer"),
            "aud": _text("the one audience; a text, never a list"),
            "sub": _text("pairwise pseudonym of the person for this audience", pattern="^[A-Za-z0-9_-]{43}$"),
            "client_id": _text("the party that runs the bridge"),
            "jti": _text("random id of the token", pattern="^[A-Za-z0-9_-]{22}$"),
            "iat": seconds,
            "exp": seconds,
            "acr": _text("the lower of the two sides' assurance levels", enum=["L0", "L1", "L2", "L3"]),
            "authorization_details": {"type": "array", "minItems": 1, "maxItems": 1, "items": detail},
            "consent": _text("record id of the consent"),
            "txn": _text("id of the decision's ledger entry"),
        }
    )
    text = "The claims of an access token (RFC 9068); its header has typ at+jwt, alg and kid."
    return _document("access-token", body, text)


def _audit_event() -> Schema:
    body = _object(
        {
            "at": _text("RFC 3339 in UTC, to the second", pattern="^[0-9-]{10}T[0-9:]{8}Z$"),
            "code": _text("the error's stable code, empty for ok", enum=["", *sorted(_codes(XBridgeError))]),
            "details": {
                "type": "object",
                "additionalProperties": {"type": "string"},
                "description": "the error's diagnostics: short stable words, no personal data",
            },
            "operation": _text("the method that was called", pattern="^[a-z_]+$"),
            "outcome": _text("how it ended", enum=["ok", "refused"]),
        }
    )
    text = "One audit event as the default sink writes it: one JSON line on the logger xbridge.audit."
    return _document("audit-event", body, text)


def _codes(family: type[XBridgeError]) -> Iterator[str]:
    """Yield the code of ``family`` and of every error of ours below it."""
    yield family.code
    for member in family.__subclasses__():
        # Whoever imports this module may have defined errors of their own.
        if member.__module__ == XBridgeError.__module__:
            yield from _codes(member)


def _configuration() -> Schema:
    """The configuration, with the sections of the built-in providers in place of open mappings."""
    body = _model(Config)
    sections: Schema = {}
    for provider, settings in (
        ("corpid", CorpIdSettings),
        ("guangdong", GuangdongSettings),
        ("iamsmart", IamSmartSettings),
        ("zwrz", ZwrzSettings),
    ):
        section = _model(settings)
        body["$defs"] |= section.pop("$defs", {})
        body["$defs"][settings.__name__] = section
        sections[provider] = {"$ref": f"#/$defs/{settings.__name__}"}
    body["properties"]["providers"] |= {"properties": sections}
    text = (
        "What load_config reads from a TOML file, after every NAME_file and NAME_files member has become the text of "
        "the file it names. Members that hold secrets are marked writeOnly and have no default."
    )
    return _document("configuration", body, text)


def main(arguments: list[str]) -> int:
    """Write the files, or with ``--check`` say which differ; return the exit code."""
    texts = rendered()
    present = {path.name: path.read_text("utf-8") for path in FOLDER.glob("*.json")}
    stale = sorted(name for name in texts.keys() | present.keys() if texts.get(name) != present.get(name))
    if arguments == ["--check"]:
        print(
            "\n".join(f"specs/schemas/{name} is not what the models say" for name in stale) or "all as the models say"
        )
        return 1 if stale else 0
    if arguments:
        print("usage: python tools/schemas.py [--check]", file=sys.stderr)
        return 2
    FOLDER.mkdir(parents=True, exist_ok=True)
    for name in stale:
        if name in texts:
            (FOLDER / name).write_text(texts[name], "utf-8")
        else:
            (FOLDER / name).unlink()
    print(f"{len(texts)} schemas, {len(stale)} written anew")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
