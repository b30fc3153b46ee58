"""Digests and keyed references."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from xbridge.core.errors import ConfigError
from xbridge.crypto.digest import constant_time_equal, is_digest, keyed_ref, sha256_hex

KEY = bytes(range(32))
PARTS = st.lists(st.one_of(st.binary(max_size=8), st.text(max_size=8)), min_size=1, max_size=4)


def test_sha256_of_abc() -> None:
    """The published FIPS 180-4 example, with the algorithm in front."""
    digest = sha256_hex(b"abc")
    assert digest == "sha256:ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"
    assert is_digest(digest)
    assert not is_digest(digest.upper())
    assert not is_digest(digest + "\n")


@given(PARTS, PARTS)
def test_different_parts_give_different_references(left: list[bytes | str], right: list[bytes | str]) -> None:
    """Lists that would look alike when joined never share a reference, and text is never its bytes (lesson E2)."""
    assert (keyed_ref(KEY, *left) == keyed_ref(KEY, *right)) == (left == right)


def test_reference_form_and_key() -> None:
    """A reference is 43 URL-safe characters and changes with the key."""
    ref = keyed_ref(KEY, "subject", "https://issuer.example", "s-1")
    assert re.fullmatch(r"[A-Za-z0-9_-]{43}", ref)
    assert ref != keyed_ref(KEY[::-1], "subject", "https://issuer.example", "s-1")


@pytest.mark.parametrize(("a", "b"), [("Abc", "abc"), ("abc", "abc "), ("\u00e9", "e\u0301"), ("\uff21", "A")])
def test_references_fold_nothing(a: str, b: str) -> None:
    """Case, trailing blanks, normal forms and width are different subjects (lesson A3)."""
    assert keyed_ref(KEY, a) != keyed_ref(KEY, b)
    assert not constant_time_equal(a, b)


def test_weak_keys_and_empty_lists_are_refused() -> None:
    """A short key is a configuration error; no parts is a programming error."""
    with pytest.raises(ConfigError):
        keyed_ref(b"k" * 31, "x")
    with pytest.raises(ValueError, match="nothing"):
        keyed_ref(KEY)


def test_constant_time_equal_takes_any_text() -> None:
    """Hostile text, even a lone surrogate, compares and does not fail."""
    assert constant_time_equal("陳大文", "陳大文")
    assert constant_time_equal("a", b"a")
    assert not constant_time_equal("\ud800", "a")
