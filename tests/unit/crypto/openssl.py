"""Where the ``openssl`` command is the second opinion: a test that needs it is skipped where it is missing, and fails in CI."""

from __future__ import annotations

import os
import shutil

import pytest

REASON = "the openssl command is not here; its version 3 is the second opinion on SM2"


def require_openssl() -> str:
    """Return the path of ``openssl``."""
    program = shutil.which("openssl")
    if program is None:
        if os.environ.get("CI"):
            pytest.fail(REASON)
        pytest.skip(REASON)
    return program
