"""One protocol in two dialects: each platform's letter and member names count, the other's do not (iamsmart.md 4, 5)."""

from __future__ import annotations

import json

import pytest

from xbridge.core.errors import ProtocolError, ProviderRejected, UserDeclined
from xbridge.core.http import HTTPReply
from xbridge.protocols.dialect import Dialect
from xbridge.protocols.enveloped_reply import Envelope, parse_envelope, raise_for_code
from xbridge.protocols.result_code import code_table

MEANINGS = code_table("M", inferred={"20015"})
DIALECT = Dialect(
    provider_id="other", platform="Other", code_prefix="M", meanings=MEANINGS, message_member="msg", key_step="otherKey"
)


def read(**members: object) -> Envelope:
    """The envelope of a reply with these members."""
    reply = HTTPReply(status=200, content=json.dumps(members).encode())
    return parse_envelope(DIALECT, reply, step="step")


def test_the_letter_is_before_every_number():
    """A table has its own letter throughout, and marks as inferred what it was told."""
    assert {code[0] for code in MEANINGS} == {row.code[0] for row in MEANINGS.values()} == {"M"}
    assert [code for code, row in MEANINGS.items() if row.inferred] == ["M20015"]
    assert {DIALECT.success, DIALECT.overtaken, *DIALECT.stale_key} <= set(MEANINGS)


def test_the_text_beside_the_code_has_its_own_name():
    """The platform's wording is read where this platform puts it, and nowhere else."""
    assert read(code="M20003", msg="here", message="there").text == "here"
    assert read(code="M20003", message="there").text == ""


def test_another_platform_s_success_is_none():
    """A success in the other dialect is a code that nobody knows, so nothing goes on from it."""
    envelope = read(code="D00000", msg="SUCCESS", content="x")
    with pytest.raises(ProviderRejected) as caught:
        raise_for_code(DIALECT, envelope.code, step="step")
    assert (caught.value.provider, caught.value.provider_code) == ("other", "D00000")


def test_errors_bear_the_provider_s_name():
    """A refusal, a rejection and a broken reply name the provider that speaks this dialect."""
    with pytest.raises(UserDeclined, match="in Other"):
        raise_for_code(DIALECT, "M40001", step="login")
    with pytest.raises(ProviderRejected, match="client_secret") as rejected:
        raise_for_code(DIALECT, "M20006", step="step")
    assert rejected.value.provider == "other"
    with pytest.raises(ProtocolError) as broken:
        read(code="M0000", msg="")
    assert (broken.value.provider, broken.value.step) == ("other", "step")
