"""Ledger entries: canonical, strict, and no place for personal data."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta, timezone
from typing import Any

import pytest
import rfc8785
from hypothesis import given
from hypothesis import strategies as st

from xbridge.core.errors import TamperDetected
from xbridge.core.ids import new_record_id
from xbridge.ledger.entry import LedgerEntry, build_entry, entry_bytes, parse_entry

NOON = datetime(2026, 11, 22, 12, 0, 0, 250_000, tzinfo=UTC)
ENTRY_ID = new_record_id(NOON, bytes)
DIGEST = "sha256:" + "0a" * 32


def example(**change):
    """An entry with every field filled."""
    given_values: dict[str, Any] = {
        "kind": "decision",
        "now": NOON,
        "entry_id": ENTRY_ID,
        "link": "Zm9vYmFy-_9",
        "consent": ENTRY_ID,
        "body_digest": DIGEST,
        "detail": {"outcome": "deny", "code": "policy_denied", "target": "440000", "purpose": "xb:social-benefit"},
    }
    return build_entry(**(given_values | change))


def test_the_bytes_are_canonical():
    """What enters the log is what RFC 8785 would write, by an independent implementation."""
    raw = entry_bytes(example())
    assert raw == rfc8785.dumps(json.loads(raw))


def test_fields_are_declared_in_canonical_order():
    """The promise that keeps the bytes canonical without a canonicaliser."""
    assert list(LedgerEntry.model_fields) == sorted(LedgerEntry.model_fields)


def test_an_entry_reads_back():
    """Reading the bytes gives the entry."""
    assert parse_entry(entry_bytes(example())) == example()


def test_instants_are_utc_seconds():
    """One instant has one spelling, whatever zone it came in."""
    east = NOON.astimezone(timezone(timedelta(hours=8)))
    assert example(now=east).at == example().at == "2026-11-22T12:00:00Z"


def test_a_naive_instant_is_refused():
    """A time without zone is not a time."""
    with pytest.raises(ValueError, match="time zone"):
        example(now=NOON.replace(tzinfo=None))


@given(
    st.dictionaries(st.from_regex(r"\A[a-z][a-z0-9_.]{0,9}\Z"), st.from_regex(r"\A[A-Za-z_.:,/+-]{0,20}\Z"), max_size=5)
)
def test_detail_is_canonical_whatever_it_holds(detail):
    """Any accepted detail is written canonically and reads back."""
    entry = example(detail=detail)
    raw = entry_bytes(entry)
    assert raw == rfc8785.dumps(json.loads(raw))
    assert parse_entry(raw) == entry


@pytest.mark.parametrize(
    "change",
    [
        {"detail": {"name": "Chan Tai Man"}},
        {"detail": {"name": "陳大文"}},
        {"detail": {"document": "A123456"}},
        {"detail": {"document": "A123456A"}},
        {"detail": {"document": "AB1234563"}},
        {"detail": {"document": "H01234567"}},
        {"detail": {"document": "440101199001011234"}},
        {"detail": {"document": "44010119900101123X"}},
        {"detail": {"phone": "91234567"}},
        {"detail": {"Phone": "x"}},
        {"detail": {"x": "y" * 513}},
        {"link": "with space"},
        {"link": "ends-in-newline\n"},
        {"consent": "x" * 129},
        {"body_digest": "0a" * 32},
        {"body_digest": DIGEST.upper()},
        {"kind": "whatever"},
        {"entry_id": "00000000-0000-4000-8000-000000000000"},
    ],
)
def test_what_has_no_place_is_refused_and_not_repeated(change):
    """Free text, document numbers and unknown words are refused, and the error does not quote them."""
    with pytest.raises(ValueError, match="LedgerEntry") as caught:
        example(**change)
    (value,) = change.values()
    for secret in value.values() if isinstance(value, dict) else [value]:
        assert len(secret) < 2 or secret not in str(caught.value)


def _with(**change):
    return json.dumps(json.loads(entry_bytes(example())) | change, separators=(",", ":"), sort_keys=True).encode()


@pytest.mark.parametrize(
    "raw",
    [
        b"",
        b"null",
        b"[]",
        b"\xff",
        entry_bytes(example()) + b"\n",
        entry_bytes(example()).replace(b'"v":1', b'"v": 1'),
        entry_bytes(example()).replace(b'"v":1', b'"v":1.0'),
        entry_bytes(example()).replace(b'"v":1', b'"v":1,"v":1'),
        entry_bytes(example()).replace(b'"v":1', b'"v":"1"'),
        entry_bytes(example()).replace(b'"deny"', b'"den\\u0079"'),
        _with(v=2),
        _with(extra=""),
        _with(detail=[["b", ""], ["a", ""]]),
        _with(detail=[["a", ""], ["a", ""]]),
        _with(detail=[["a", "", ""]]),
        _with(at="2026-11-22T12:00:00+00:00"),
        _with(at="2026-11-22T12:00:00.0Z"),
        b" " * 65_536,
    ],
)
def test_anything_but_the_canonical_bytes_is_refused(raw):
    """An entry has one byte form; members added, doubled, reordered or respelt are tampering."""
    with pytest.raises(TamperDetected) as caught:
        parse_entry(raw)
    assert caught.value.claim == "entry"
    assert caught.value.__cause__ is None


def test_the_respelt_base_is_good():
    """The helper that makes the wrong forms makes a right one when it changes nothing."""
    assert parse_entry(_with()) == example()
