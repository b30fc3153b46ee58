"""The keys that the ledger's tests sign with."""

from __future__ import annotations

import pytest

from tests.conformance.log_key import LogKey


@pytest.fixture(scope="session")
def log_key() -> LogKey:
    """The key of the log under test."""
    return LogKey()


@pytest.fixture(scope="session")
def stranger_key() -> LogKey:
    """Another key that claims the same origin."""
    return LogKey()


@pytest.fixture(scope="session")
def witness_key() -> LogKey:
    """The key of somebody who signs beside the log."""
    return LogKey(origin="witness.example")
