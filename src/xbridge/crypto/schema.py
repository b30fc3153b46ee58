"""The law that makes our records canonical by construction, as a check that a house test runs on every record class.

It inspects classes, never values: :mod:`xbridge.crypto.canonical` writes the bytes.
"""

from __future__ import annotations

from collections.abc import Iterator
from enum import Enum
from types import NoneType, UnionType
from typing import TYPE_CHECKING, Annotated, Literal, Union, get_args, get_origin

if TYPE_CHECKING:
    from pydantic import BaseModel

_PLAIN = (str, int, bool, NoneType)


def assert_canonical_schema(model: type[BaseModel]) -> None:
    """Return if every instance of ``model`` dumps to RFC 8785 bytes; raise ``AssertionError`` naming each fault if not.

    The law, recursively: members declared in UTF-16 code unit order of the names that are written; types from str,
    int, bool, None, Literal, text enumerations, tuples, lists, unions and other such records; frozen; no unknown
    members.  Floats, ``Any``, mappings, sets, dates and bytes have no single form and are faults.
    """
    faults = list(_model_faults(model, set()))
    if faults:
        raise AssertionError("not canonical: " + "; ".join(faults))


def _model_faults(model: type[BaseModel], seen: set[type[BaseModel]]) -> Iterator[str]:
    """Yield what is wrong with ``model`` and the records inside it, each record once."""
    if model in seen:
        return
    seen.add(model)
    if model.model_config.get("extra") != "forbid" or not model.model_config.get("frozen"):
        yield f"{model.__name__} is not frozen with extra=forbid"
    names = [field.serialization_alias or name for name, field in model.model_fields.items()]
    if names != sorted(names, key=lambda name: name.encode("utf-16-be")):
        yield f"{model.__name__} declares its members out of order: {names}"
    if model.model_computed_fields:
        yield f"{model.__name__} has computed members, which are written after the declared ones"
    for name, field in model.model_fields.items():
        yield from _type_faults(field.annotation, f"{model.__name__}.{name}", seen)


def _type_faults(annotation: object, where: str, seen: set[type[BaseModel]]) -> Iterator[str]:
    """Yield what is wrong with one annotation."""
    from pydantic import BaseModel

    origin = get_origin(annotation)
    if origin is Annotated:
        yield from _type_faults(get_args(annotation)[0], where, seen)
    elif origin is Literal:
        if not all(type(value) in _PLAIN for value in get_args(annotation)):
            yield f"{where}: a literal that is not text, integer, boolean or null"
    elif origin in (Union, UnionType, tuple, list):
        for part in get_args(annotation):
            if part is not Ellipsis:
                yield from _type_faults(part, where, seen)
    elif isinstance(annotation, type) and issubclass(annotation, BaseModel):
        yield from _model_faults(annotation, seen)
    elif isinstance(annotation, type) and issubclass(annotation, Enum):
        if not all(type(member.value) is str for member in annotation):
            yield f"{where}: an enumeration whose values are not text"
    elif annotation not in _PLAIN:
        yield f"{where}: {annotation!r} has no single canonical form"
