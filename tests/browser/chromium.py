"""Debian's Chromium, driven by Playwright: where it is, what to say when it is missing, and how it is started.

Playwright's own download of a browser is never used.  What a person does with the browser is ``person``.
"""

from __future__ import annotations

import os
import shutil
from importlib.util import find_spec
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Playwright

_FLAGS = (
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    # No name is looked up and no other address is reached, whatever a page asks for.
    "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1",
)


def executable() -> str | None:
    """Return the path of the browser: ``CHROMIUM``, or the one on the search path; None where there is none."""
    return shutil.which(os.environ.get("CHROMIUM") or "chromium")


def missing() -> str:
    """Return what must be installed before these tests can run, in one line; empty when everything is here."""
    if find_spec("playwright") is None:
        return "the browser tests need the package playwright: make setup"
    if executable() is None:
        return "the browser tests need Chromium: apt-get install chromium, or name it in CHROMIUM"
    return ""


def demand() -> None:
    """Skip the test where something is missing, or fail it in CI, which promises that these tests ran."""
    if reason := missing():
        (pytest.fail if os.environ.get("CI") else pytest.skip)(reason)


def launch(playwright: Playwright) -> Browser:
    """Start the browser without a screen, with an empty profile."""
    # Chromium's sandbox does not start for root, and root is who runs CI in a container.
    return playwright.chromium.launch(executable_path=executable(), args=list(_FLAGS), chromium_sandbox=False)
