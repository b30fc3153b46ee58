"""The vectors of the TIF gateway's signatures (guangdong.md 5.4)."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest

from xbridge.protocols.tif_gateway import GatewayHeaders, sign_request, signature_of, verify_signature
from xbridge.protocols.tif_user import read_gateway_user

TIMESTAMP, TOKEN, NONCE = "1700000000", "example-paas-token", "1a2b3c4d5e"
VECTORS = [
    ((), "758a8dcd123b4dd69972f37511be472c3bbaa2ebe48e606c0152316cb5b25ace"),
    (("u-001", "uinfo", "ext"), "a2157d64b534e2462a829525029ab0331af1fbf18e627a4725caa081c25b90a1"),
    (
        ("0123456789abcdef01234567", "810000199001010019", "eyJuYW1lIjoi6Zmz5aSn5paHIn0="),
        "289c19dccac80a45e2ed2d47ef7f5b92d637787a43ee3c55fe17a43c652348c2",
    ),
]


@pytest.mark.parametrize(("user", "digest"), VECTORS)
def test_signature(user, digest):
    """Both forms of the signed text give the published digests, in the case that is asked for, and both verify."""
    uid, uinfo, ext = user or ("", "", "")
    made: dict[str, Any] = {"timestamp": TIMESTAMP, "nonce": NONCE, "uid": uid, "uinfo": uinfo, "ext": ext}
    assert signature_of(TOKEN, **made, case="lower") == digest
    assert signature_of(TOKEN, **made) == digest.upper()
    for signature in (digest, digest.upper()):
        verify_signature(GatewayHeaders(family="tif", signature=signature, **made), TOKEN)


def test_the_headers_of_a_call():
    """A call bears the four headers of 5.1, whose signature is the first vector."""
    now = datetime.fromtimestamp(int(TIMESTAMP), UTC)
    assert dict(sign_request(paasid="demo", token=TOKEN, nonce=NONCE, now=now, case="lower")) == {
        "x-tif-paasid": "demo",
        "x-tif-timestamp": TIMESTAMP,
        "x-tif-nonce": NONCE,
        "x-tif-signature": VECTORS[0][1],
    }


def test_the_user_of_the_third_vector():
    """What the third vector's fields hold is a person, who is not in any repr."""
    user = read_gateway_user(uid=VECTORS[2][0][0], uinfo=VECTORS[2][0][1], ext=VECTORS[2][0][2])
    assert (user.name, user.document_number) == ("陳大文", "810000199001010019")
    assert not any(each in repr(user) for each in ("陳", "8100001990", "0123456789abcdef"))
