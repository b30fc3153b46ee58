"""Our client sends to CorpID exactly the bytes that were computed apart from it (README.md beside this file)."""

from __future__ import annotations

import json
from base64 import b64encode
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric import padding

from tests.unit.providers.online_service import NOON, RETURN_TO, TOKEN, kek_pem, sealed
from xbridge.core.effects import Recall, Send, Stamp, TakeStamp
from xbridge.protocols.content_envelope import load_kek, unwrap_content_key
from xbridge.protocols.redirect import parse_callback
from xbridge.protocols.result_code import code_table
from xbridge.providers.corpid import COMPANY, PERSON, PROVIDER

KEY, IV = bytes(range(32)), bytes(range(12))
CODE = "00000000000000000000000000000002"
PERSON_TOKEN = {**TOKEN, "accessToken": "00000000000000000000000000000001"}
VECTORS = {
    "sandbox": (
        "corpMockCode",
        "AAAADAABAgMEBQYHCAkKCzwgsWmki7ZP9DHyqYvLGRj3vuhGmQE+CFEIi9p+BmTXIzyMle6MQfUV1guyyeRLXZ0qNOIxs834BbUaKSjTxd7ADPZK4+EW"
        "USxkml7fvz7YCLr5UkZTY1jNzLzgWpn4wJiVOJTQHpx19XlQ2zIQRTb+RViJj6x3q3naZY/0vks8/WdolcG6/iZu1Q3zXqA58n2Xp1t8W9J/zhLfMZWf"
        "2I/0rv0w2rvuUoUXtJm05fLy2ezwALubQ4xV7/D3QfWHwyN8uso97eb5B2bj1opx6bTRTshEH30Qe0FHRJpwD3yBf2yyUs9F",
        "P92U%2F69pQ9oarVFJEFlWtOkbImdg458xMvHsblf15FY%3D",
    ),
    "v1_0_4": (
        "cCode",
        "AAAADAABAgMEBQYHCAkKCzwgtVqwkapY4iXyqYvLSF2z5rcEwEtvTAhX1bUtWTCCMSCezJ/xIqhElE/duLUKFMw+Euw0ovejT/IIIzqCgJqYU7QTqbBS"
        "CHM69Q2A62vKRQZUDH+WpKueYmU5MbIqaeQ=",
        "Itv83bC5LIiLTWSX8DbzZEupT3IYZxW5QmYRr1Bu3ws%3D",
    ),
}
STAMP = Stamp(timestamp_ms=1557048906183, nonce="e893647dc4204eb9b7b8eddd527b687c")


def asked_of_corpid(shape: str) -> Any:
    """The request that a login in ``shape`` sends to CorpID."""
    side = {
        "client_id": "edae2e2529ff46228af1e4d18c8405d1", "client_secret": "0123456789abcdef0123456789abcdef",
        "kek_private_keys": [kek_pem()], "timestamp_step_ms": 1,
    }  # fmt: skip
    settings = PROVIDER.read_settings({
        **side, "base_url": "https://iamsmart.example", "redirect_uris": [RETURN_TO], "shape": shape,
        "corporate": {**side, "base_url": "https://corpid.example"},
    })  # fmt: skip
    callback = parse_callback(f"/cb?code=c&{VECTORS[shape][0]}={CODE}")
    flow = PROVIDER.finish(
        settings, callback, return_to=RETURN_TO, state="s", now=NOON, entropy=lambda size: bytes(range(size))
    )
    effect: Any = flow.send(None)
    sent: list[Any] = []
    while len(sent) < 2:
        match effect:
            case Recall():
                effect = flow.send(KEY)
            case TakeStamp():
                effect = flow.send(STAMP)
            case Send(request=request):
                sent.append(request)
                effect = flow.send(sealed(PERSON_TOKEN, key=KEY)) if len(sent) == 1 else None
    flow.close()
    return sent[1]


@pytest.mark.parametrize("shape", VECTORS)
def test_get_token(shape: str) -> None:
    """Envelope and signature of getToken, byte for byte, in each shape."""
    _, content, signature = VECTORS[shape]
    request = asked_of_corpid(shape)
    assert request.content == json.dumps({"content": content}, separators=(",", ":")).encode()
    assert dict(request.headers)["signature"] == signature


def test_a_content_key_of_text() -> None:
    """The 44 characters of base64 stand for the 32 bytes."""
    text = b64encode(KEY)
    assert text == b"AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8="
    kek = load_kek(kek_pem())
    wrapped = kek.public_key().encrypt(text, padding.PKCS1v15())
    assert unwrap_content_key(kek, wrapped, kek_padding="pkcs1v15") == KEY


def test_the_codes_are_the_same_numbers() -> None:
    """Every number that iAM Smart uses CorpID uses too, and neither's reply is read with the other's letter."""
    assert {code[1:] for code in code_table("D")} == {code[1:] for code in COMPANY.meanings}
    assert set(PERSON.meanings).isdisjoint(COMPANY.meanings)
