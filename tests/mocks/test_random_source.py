"""Drawn values: unpredictable by default, repeatable with a seed."""

from __future__ import annotations

import pytest

from xbridge_mocks.random_source import RandomSource, SeededRandomSource


@pytest.mark.parametrize("source", [RandomSource(), SeededRandomSource(1)])
def test_shapes(source):
    """The three forms have the length they promise, and no two draws are equal."""
    assert len(source.bytes(7)) == 7
    assert len(source.hex(16)) == 32
    assert len(source.token(24)) == 32
    assert len({source.hex(16) for _ in range(100)}) == 100


def test_seed_repeats():
    """The same seed and purpose repeat; another seed or purpose does not."""
    drawn = [SeededRandomSource(seed, purpose).hex(16) for seed, purpose in [(1, "a"), (1, "a"), (2, "a"), (1, "b")]]
    assert drawn[0] == drawn[1]
    assert len(set(drawn)) == 3


def test_systems_do_not_repeat():
    """Two unseeded sources never agree."""
    assert RandomSource().bytes(16) != RandomSource().bytes(16)
