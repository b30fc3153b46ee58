"""Where SM2's package is needed: a test that needs it is skipped where it is missing, and fails in CI."""

from __future__ import annotations

import os

import pytest

from xbridge.crypto.sm2 import has_sm2

REASON = "SM2 needs gmssl_pyx, the extra gm: pip install xbridge-gba[gm]"


def require_binding(algorithm: str = "SM2", *, whole_module: bool = False) -> None:
    """Skip the test if ``algorithm`` is one of SM2 and its package is not installed; in CI, fail."""
    if not algorithm.endswith("SM2") or has_sm2():
        return
    if os.environ.get("CI"):
        pytest.fail(REASON)
    pytest.skip(REASON, allow_module_level=whole_module)
