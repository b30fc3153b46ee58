"""One byte string, one spelling."""

from __future__ import annotations

import base64

import pytest
from hypothesis import given
from hypothesis import strategies as st

from xbridge.core.errors import VerificationError
from xbridge.crypto import base64url


@given(st.binary(max_size=200))
def test_round_trip_agrees_with_the_standard_library(data: bytes) -> None:
    """Encoding is the RFC 4648 form without padding, and decoding undoes it."""
    text = base64url.encode(data)
    assert text == base64.urlsafe_b64encode(data).rstrip(b"=").decode()
    assert base64url.decode(text) == base64url.decode(text.encode()) == data
    assert base64url.decode_standard(base64url.encode_standard(data)) == data


@given(st.text(alphabet="AQgwBCab01-_+/= \n", max_size=12))
def test_whatever_decodes_is_the_one_spelling(text: str) -> None:
    """No two texts decode to the same bytes: whatever is accepted is what encoding writes."""
    try:
        data = base64url.decode(text)
    except VerificationError:
        return
    assert base64url.encode(data) == text


@pytest.mark.parametrize(
    "text", ["Zg==", "Zh", "Zm9", "Z", "Zm9v\n", " Zm9v", "Zm+v", "Zm/v", "Zm9v!", "Zm9vé", "Zm.v", "="]
)
def test_junk_is_refused(text: str) -> None:
    """Padding, trailing bits, white space, the other alphabet and odd lengths are malformed."""
    with pytest.raises(VerificationError) as caught:
        base64url.decode(text, claim="signature")
    assert (caught.value.claim, caught.value.reason) == ("signature", "malformed")
    assert caught.value.__cause__ is None


@pytest.mark.parametrize("text", ["Zg", "Zh==", "Zg===", "Zg==\n", "Z g==", "Zm-v", "Zm_v", "Zm9vé", "Zg==Zg=="])
def test_standard_base64_is_strict_too(text: str) -> None:
    """Missing or extra padding, line breaks, trailing bits and the URL alphabet are malformed."""
    with pytest.raises(VerificationError):
        base64url.decode_standard(text)
