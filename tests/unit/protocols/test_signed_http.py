"""Request signing: what may be signed at all (the vectors are in ``tests/vectors/iamsmart``)."""

from __future__ import annotations

from urllib.parse import unquote

import pytest
from hypothesis import given
from hypothesis import strategies as st

from xbridge.core.effects import Stamp
from xbridge.core.errors import ConfigError
from xbridge.protocols.signed_http import sign_request
from xbridge_mocks.iamsmart.signature import HEADERS, NONCE_FORM, TIMESTAMP_FORM, expected_signature, signature_fits

SECRET = "0123456789abcdef0123456789abcdef"
CLIENT = "edae2e2529ff46228af1e4d18c8405d1"
NONCE = "e893647dc4204eb9b7b8eddd527b687c"


def headers(body: bytes = b"", *, timestamp_ms: int = 1557048906183, nonce: str = NONCE, encoding="url"):
    """The five headers."""
    stamp = Stamp(timestamp_ms=timestamp_ms, nonce=nonce)
    return dict(sign_request(client_id=CLIENT, client_secret=SECRET, stamp=stamp, body=body, encoding=encoding))


@given(st.binary(max_size=200), st.integers(10**12, 10**13 - 1), st.from_regex(r"[A-Za-z0-9-]{16,36}", fullmatch=True))
def test_a_second_opinion_agrees(body: bytes, timestamp_ms: int, nonce: str) -> None:
    """The mock, written separately from the same facts, accepts every signature and every form."""
    made = headers(body, timestamp_ms=timestamp_ms, nonce=nonce)
    assert tuple(made) == HEADERS
    assert TIMESTAMP_FORM.fullmatch(made["timestamp"])
    assert NONCE_FORM.fullmatch(made["nonce"])
    expected = expected_signature(SECRET, CLIENT, made["timestamp"], nonce, body)
    assert signature_fits(made["signature"], expected, raw_too=False)


def test_encoded_exactly_once() -> None:
    """``url`` encodes the base64 once, in capitals; ``raw`` not at all (lesson H3)."""
    encoded, raw = headers()["signature"], headers(encoding="raw")["signature"]
    assert unquote(encoded) == raw
    assert "%" not in raw
    assert encoded.endswith("%3D")


@pytest.mark.parametrize("timestamp_ms", [0, -1, 999_999_999_999, 10**13, -1557048906183])
def test_timestamp_form(timestamp_ms: int) -> None:
    """Only thirteen digits are signed: the parts are joined without separators, so lengths must be fixed (H1)."""
    with pytest.raises(ConfigError, match="13 digits"):
        headers(timestamp_ms=timestamp_ms)


@pytest.mark.parametrize(
    "nonce", ["", "a" * 15, "a" * 37, "a" * 16 + "{", "a" * 16 + "\n", "é" * 16, "a_" * 8, "٣" * 16]
)
def test_nonce_form(nonce: str) -> None:
    """Only a nonce that cannot run into the body is signed (H1)."""
    with pytest.raises(ConfigError, match="nonce"):
        headers(nonce=nonce)


def test_no_character_moves_between_parts() -> None:
    """Moving a character from the nonce to the body makes another signature or no signature at all (H1)."""
    assert headers(b"", nonce=NONCE)["signature"] != headers(b"c", nonce=NONCE)["signature"]
    # The joined text would be the same; the forms of the two nonces tell them apart for the verifier's headers.
    assert headers(b"", nonce=NONCE)["signature"] == headers(NONCE[-1:].encode(), nonce=NONCE[:-1])["signature"]
    assert headers(b"", nonce=NONCE)["nonce"] != headers(NONCE[-1:].encode(), nonce=NONCE[:-1])["nonce"]


def test_the_secret_is_not_among_the_headers() -> None:
    """No header holds the secret."""
    assert SECRET not in str(headers(b"{}"))
