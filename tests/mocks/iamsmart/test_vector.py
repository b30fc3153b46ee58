"""The published vectors of the dossier against the mock's own code."""

from __future__ import annotations

import json
from urllib.parse import quote

import pytest

from xbridge_mocks.iamsmart.envelope import EnvelopeError, frame, open_envelope, seal
from xbridge_mocks.iamsmart.signature import expected_signature

KEY, IV = bytes(range(32)), bytes(range(12))
PLAINTEXT = b'{"code":"abc","grantType":"authorization_code"}'
SEALED = "AAAADAABAgMEBQYHCAkKCzwgtXShgOAhryD16JPFWgrxt+lApAIvGRpdx+RoHWjdc3nUnduoffYrxxCJ7aVVYia7oHXt3O0qX8X3gawVHw=="


@pytest.mark.parametrize(
    ("body", "signature"),
    [
        ("", "yB9mmflyCZYdGGbmsElVDJIG0gSVsKl%2BvwIPKEzAeFg%3D"),
        ("{}", "gKwFv7BbQnKiufcE%2BZNhuiTeN8FLRTqoh6i1C15i5DY%3D"),
        (json.dumps({"content": SEALED}, separators=(",", ":")), "F6kTHrEPeiXan%2Brezfo7tqu3ltO1A66mathjd2Jg3J8%3D"),
    ],
)
def test_signature(body, signature):
    """The signature is over the joined parts and the exact body, URL-encoded once (dossier 2)."""
    made = expected_signature(
        "0123456789abcdef0123456789abcdef", "edae2e2529ff46228af1e4d18c8405d1", "1557048906183",
        "e893647dc4204eb9b7b8eddd527b687c", body.encode(),
    )  # fmt: skip
    assert quote(made, safe="") == signature


def test_envelope():
    """The envelope is length, IV, ciphertext and tag in base64 (dossier 3.1)."""
    assert seal(KEY, IV, PLAINTEXT) == SEALED
    assert open_envelope(KEY, SEALED) == (IV, PLAINTEXT)


def test_frame_announces_its_iv():
    """The frame writes the length of the IV it is given, in four bytes."""
    assert frame(b"abc", b"sealed") == b"\x00\x00\x00\x03abcsealed"


@pytest.mark.parametrize("place", range(len(SEALED) - 2))
def test_every_changed_character_is_refused(place):
    """No character of an envelope can be changed unnoticed."""
    other = "B" if SEALED[place] == "A" else "A"
    with pytest.raises(EnvelopeError):
        open_envelope(KEY, SEALED[:place] + other + SEALED[place + 1 :])


@pytest.mark.parametrize("length", [0, 1, 4, 16, 31, 75, 76])
def test_every_cut_is_refused(length):
    """A shortened envelope is refused, with a typed error however short it is."""
    with pytest.raises(EnvelopeError):
        open_envelope(KEY, SEALED[: length // 4 * 4])


@pytest.mark.parametrize(
    "spelling", [SEALED + "\n", " " + SEALED, SEALED[:-2], SEALED[:-3] + "x==", SEALED.replace("+", "-"), "é" + SEALED]
)
def test_only_canonical_base64(spelling):
    """One blob has one spelling."""
    with pytest.raises(EnvelopeError, match=r"base64"):
        open_envelope(KEY, spelling)
