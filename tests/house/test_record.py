"""Every record that leaves the process has one canonical form, by construction (house.md section 1)."""

from __future__ import annotations

import importlib
import json
import pkgutil
from operator import attrgetter
from types import NoneType, UnionType
from typing import Annotated, Any, Literal, Union, get_args, get_origin

import pytest
import rfc8785
from hypothesis import given, settings
from hypothesis import strategies as st

import xbridge
from tests.journey.traveller import Traveller
from xbridge.core.decision import Record
from xbridge.crypto.canonical import MAX_INTEGER, canonical_json
from xbridge.crypto.schema import assert_canonical_schema
from xbridge.evidence.trust import Trust, TrustedKey
from xbridge.ledger.entry import LedgerEntry
from xbridge.linking import matching_message

FLOORS = (
    "core", "crypto", "protocols", "providers", "linking", "exchange", "consent", "policy", "ledger", "evidence",
    "flows", "stores", "drivers", "bridge",
)  # fmt: skip
KEY_FILES: tuple[type[Record], ...] = (Trust, TrustedKey)
"""A JWK is an open mapping by its own standard (RFC 7517); trust files are never signed, and hashed as the bytes they are."""


def everywhere(kind: type[Record]) -> set[type[Record]]:
    """Return ``kind`` with everything that was derived from it, however far."""
    return {kind}.union(*(everywhere(each) for each in kind.__subclasses__()))


def records() -> list[type[Record]]:
    """Import every floor below the roof and return all record classes of ours."""
    for floor in FLOORS:
        package = importlib.import_module(f"xbridge.{floor}")
        for module in pkgutil.walk_packages(package.__path__, f"xbridge.{floor}."):
            importlib.import_module(module.name)
    found = {each for each in everywhere(Record) - {Record} if each.__module__.startswith(xbridge.__name__ + ".")}
    return sorted(found, key=lambda each: each.__qualname__)


RECORDS = records()
CANONICAL = [each for each in RECORDS if each not in KEY_FILES]
NUMBERS = st.integers(-MAX_INTEGER, MAX_INTEGER)
# Quotes, controls, line separators, and characters on both sides of the surrogates.
TEXT = st.one_of(
    st.text(max_size=8), st.sampled_from(['"\\/', "\x00\x1f\x7f", "\u2028\u2029", "\U0001f600\uffee", "陳大文"])
)
PLAIN: dict[object, st.SearchStrategy[Any]] = {str: TEXT, int: NUMBERS, bool: st.booleans(), NoneType: st.none()}
CODES = st.from_regex(r"[A-Za-z_.:,/+-]{0,20}", fullmatch=True)

DIGEST = st.just("sha256:" + "0f" * 32)
POINT = st.from_regex(r"[A-Za-z0-9_-]{43}", fullmatch=True)
MATCHING_CODES: dict[str, st.SearchStrategy[Any]] = {
    "agrees": st.integers(0, 1), "at": st.integers(0, 253_402_300_799), "blinded": POINT, "confirm": POINT, "evaluated": POINT,
    "form": st.from_regex(r"[a-z0-9_-]{1,64}", fullmatch=True), "initiator": st.just("gd-identity"),
    "previous": DIGEST, "reference": st.just("binding:0a"), "responder": st.just("hk-portal"),
    "run": st.from_regex(r"[A-Za-z0-9_-]{22}", fullmatch=True), "whom": st.just("+/=~"),
}  # fmt: skip


def values(annotation: Any) -> st.SearchStrategy[Any]:
    """Return what a field of this annotation may hold."""
    origin, parts = get_origin(annotation), get_args(annotation)
    if annotation in PLAIN:
        return PLAIN[annotation]
    if origin is Annotated:
        return values(parts[0])
    if origin is Literal:
        return st.sampled_from(parts)
    if origin in (Union, UnionType):
        return st.one_of(*map(values, parts))
    if origin is tuple and parts[-1] is Ellipsis:
        return st.lists(values(parts[0]), max_size=2).map(tuple)
    if origin is tuple:
        return st.tuples(*map(values, parts))
    if origin is dict:
        return st.dictionaries(values(parts[0]), values(parts[1]), max_size=3)
    return instances(annotation)


def instances(model: type[Record]) -> st.SearchStrategy[Record]:
    """Return valid records of ``model`` with hostile text in every field that takes any."""
    fields = {name: values(field.annotation) for name, field in model.model_fields.items()}
    if model is LedgerEntry:
        fields |= {
            "at": st.just("2026-06-01T04:00:00Z"),
            "body_digest": st.sampled_from(["", "sha256:" + "0f" * 32]),
            "consent": CODES.filter(lambda text: not set(text) & set(",/+")),
            "detail": st.dictionaries(st.from_regex(r"[a-z][a-z_.]{0,9}", fullmatch=True), CODES, max_size=3).map(
                lambda found: tuple(sorted(found.items()))
            ),
            "id": st.just("019e8156-a600-7026-835e-7a95cdb94a62"),
            "link": st.just(""),
        }
    if model is TrustedKey:
        fields["sm2_id"] = st.from_regex(r"[!-~]{0,20}", fullmatch=True)
    if model.__module__ == matching_message.__name__:
        fields |= {name: code for name, code in MATCHING_CODES.items() if name in fields}
    if "items" in fields and model.__module__ == matching_message.__name__:
        item = get_args(model.model_fields["items"].annotation)[0]
        chosen = st.lists(instances(item), min_size=1, max_size=3, unique_by=attrgetter("name"))
        fields["items"] = chosen.map(lambda found: tuple(sorted(found, key=attrgetter("name"))))
    return st.fixed_dictionaries(fields).map(model.model_validate)


def test_there_are_records_to_check() -> None:
    """The look around found the records that everybody knows."""
    names = {each.__qualname__ for each in RECORDS}
    assert {"ConsentRecord", "Decision", "LedgerEntry", "LinkRecord", "LoginProof", "Manifest", "Offer"} <= names


@pytest.mark.parametrize("model", CANONICAL, ids=lambda each: each.__qualname__)
def test_every_record_is_canonical_by_construction(model: type[Record]) -> None:
    """Members in RFC 8785 order, no type with two spellings, frozen, nothing unknown."""
    assert_canonical_schema(model)


@pytest.mark.parametrize("model", CANONICAL, ids=lambda each: each.__qualname__)
@settings(max_examples=40)
@given(data=st.data())
def test_the_dump_is_that_of_the_reference(model: type[Record], data: st.DataObject) -> None:
    """Whatever a record holds, our bytes are those of the rfc8785 package, and they read back to the same record."""
    record = data.draw(instances(model))
    raw = canonical_json(record)
    assert raw == rfc8785.dumps(json.loads(record.model_dump_json()))
    assert model.model_validate_json(raw) == record


def test_a_trust_file_is_canonical_all_the_same() -> None:
    """The keys that we publish come out in RFC 8785 form, although their schema cannot promise it."""
    raw = Traveller().bridge.trust
    assert raw == rfc8785.dumps(json.loads(raw))


@pytest.mark.parametrize("model", RECORDS, ids=lambda each: each.__qualname__)
@settings(max_examples=5)
@given(data=st.data())
def test_a_record_never_changes(model: type[Record], data: st.DataObject) -> None:
    """Frozen means frozen: neither its fields nor new ones can be set, and lists do not hide inside."""
    record = data.draw(instances(model))
    for name in (*model.model_fields, "extra"):
        with pytest.raises(ValueError, match=r"frozen|no field"):
            setattr(record, name, None)
    assert not [name for name in model.model_fields if isinstance(getattr(record, name), list | set)]
