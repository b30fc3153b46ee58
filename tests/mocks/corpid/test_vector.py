"""The computed vectors against the mock's own code (``tests/vectors/corpid``)."""

from __future__ import annotations

import json

import pytest

from tests.vectors.corpid.test_vector import CODE, IV, KEY, VECTORS
from xbridge_mocks.iamsmart.envelope import open_envelope
from xbridge_mocks.iamsmart.signature import expected_signature, signature_fits

MEMBERS = {
    "sandbox": {"ticketID", "grantType", "iAMSmart_AccessToken", "iAMSmart_TokenizedID"},
    "v1_0_4": {"cAuthCode", "grantType"},
}


@pytest.mark.parametrize("shape", VECTORS)
def test_get_token(shape):
    """The mock opens what the vector sealed, finds the members of the shape in it, and accepts its signature."""
    _, content, signature = VECTORS[shape]
    iv, plaintext = open_envelope(KEY, content)
    document = json.loads(plaintext)
    assert (iv, set(document)) == (IV, MEMBERS[shape])
    assert CODE in document.values()
    body = json.dumps({"content": content}, separators=(",", ":")).encode()
    expected = expected_signature(
        "0123456789abcdef0123456789abcdef", "edae2e2529ff46228af1e4d18c8405d1", "1557048906183",
        "e893647dc4204eb9b7b8eddd527b687c", body,
    )  # fmt: skip
    assert signature_fits(signature, expected, raw_too=False)
