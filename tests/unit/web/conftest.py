"""One key-encryption key for all worlds of these tests: making RSA keys is the slow part of a world."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache

import pytest

from xbridge.testing import world


@pytest.fixture(autouse=True, scope="package")
def _one_kek() -> Iterator[None]:
    """Make the key once."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(world, "new_kek", cache(world.new_kek))
        yield
