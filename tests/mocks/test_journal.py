"""The journal keeps what happened and hides what is secret."""

from __future__ import annotations

from datetime import UTC, datetime

from xbridge_mocks.client import ClientCredentials
from xbridge_mocks.journal import Check, Journal, mask_path


def record(journal, operation):
    """One entry with one check."""
    return journal.record(
        at=datetime(2025, 6, 2, tzinfo=UTC), method="GET", path="/", operation=operation, outcome="ok",
        checks=[Check(name="client", passed=True)],
    )  # fmt: skip


def test_order_and_capacity():
    """Entries come oldest first, and only the newest are kept."""
    journal = Journal(capacity=2)
    made = [record(journal, name) for name in ("a", "b", "c")]
    assert journal.entries() == tuple(made[1:])
    journal.clear()
    assert journal.entries() == ()


def test_masking_hides_everything_not_declared():
    """Only declared names keep their value; blanks, repeats and odd characters survive the masking."""
    query = "code=S3CRET&lang=zh-HK&state=%20S3CRET&lang=en&new_secret=S3CRET&empty="
    masked = mask_path("/cb", query, shown={"lang"})
    assert masked == "/cb?code=***&lang=zh-HK&state=***&lang=en&new_secret=***&empty=***"
    assert mask_path("/cb", "", shown=()) == "/cb"
    assert mask_path("/cb", "lang=%22%3E%0Ax", shown={"lang"}) == "/cb?lang=%22%3E%0Ax"


def test_credentials_do_not_show_their_secret():
    """The repr of credentials is safe to log (I3)."""
    assert "S3CRET" not in repr(ClientCredentials(client_id="c", client_secret="S3CRET"))
