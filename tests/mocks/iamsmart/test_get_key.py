"""Content keys: fetched, kept, rotated, revoked, expired (dossier 3.2, 3.3)."""

from __future__ import annotations

import base64

import pytest
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import padding
from cryptography.hazmat.primitives.asymmetric.rsa import generate_private_key
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat, PublicFormat

from tests.mocks.iamsmart.conftest import spki


def test_reply(world, service, private_key):
    """The reply is clear JSON: the wrapped key, the public key it is wrapped for, and its times in ms."""
    content = service.get_key()
    assert set(content) == {"secretKey", "pubKey", "issueAt", "expiresIn"}
    assert len(service.cek) == 32
    assert len(base64.b64decode(content["secretKey"])) == 256
    der = private_key.public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
    assert base64.b64decode(content["pubKey"]) == der
    assert (content["issueAt"], content["expiresIn"]) == (world.clock.now_ms(), 86_400_000)


@pytest.mark.parametrize(
    ("body", "code"), [(b"", "D00000"), (b"{}", "D00000"), (b"{ }", "D20003"), (b'{"a":1}', "D20003")]
)
def test_body(service, body, code):
    """An empty body and an empty object are taken, anything else is not."""
    assert service.post("/api/v1/security/getKey", body).get_json()["code"] == code


def test_content_type_is_not_looked_at(service):
    """Real clients send form types with no body, so the type of nothing does not matter here."""
    reply = service.browser.post(
        "/api/v1/security/getKey", content_type="application/x-www-form-urlencoded", headers=service.headers(b"")
    )
    assert reply.get_json()["code"] == "D00000"


def test_one_live_key(world, service):
    """Asking again gives the same key with the same times, until it expires."""
    first = service.get_key()
    key = service.cek
    world.clock.advance(86_399)
    again = service.get_key()
    assert (service.cek, again["issueAt"], again["expiresIn"]) == (key, first["issueAt"], first["expiresIn"])
    world.clock.advance(1)
    assert service.get_token("0" * 32)["code"] == "D30002"
    assert service.get_key()["issueAt"] == world.clock.now_ms()
    assert service.cek != key


def test_revoke(service):
    """After a revocation the old key is unknown and the next one is new; revoking nothing is fine."""
    service.get_key()
    key = service.cek
    reply = service.post("/api/v1/security/revokeKey").get_json()
    assert (reply["code"], reply["message"], "content" in reply) == ("D00000", "SUCCESS", False)
    assert service.get_token("0" * 32)["code"] == "D30002"
    service.get_key()
    assert service.cek != key
    for _ in range(2):
        assert service.post("/api/v1/security/revokeKey").get_json()["code"] == "D00000"


def test_keys_belong_to_clients(world, service, make_service):
    """Two clients have two keys, and one cannot use the other's."""
    other = make_service(world)
    service.get_key()
    other.get_key()
    assert service.cek != other.cek
    other.cek = service.cek
    assert other.get_token("0" * 32)["code"] == "D30004"


def test_no_kek(world, make_service):
    """A client without a registered key-encryption key is refused with D30001."""
    service = make_service(world, kek_public_keys=[])
    assert service.post("/api/v1/security/getKey").get_json()["code"] == "D30001"


def test_rotation(world, service, stranger_key):
    """A newer KEK is used for the next content key; the live one stays under the old KEK."""
    old = service.get_key()
    world.iamsmart.add_kek(service.credentials.client_id, spki(stranger_key))
    assert service.get_key()["pubKey"] == old["pubKey"]
    service.post("/api/v1/security/revokeKey")
    service.private_key = stranger_key
    assert service.get_key()["pubKey"] != old["pubKey"]
    assert len(service.cek) == 32


@pytest.mark.parametrize(("scheme", "digest"), [("oaep-sha1", hashes.SHA1()), ("oaep-sha256", hashes.SHA256())])
def test_padding_setting(world_with, make_service, private_key, scheme, digest):
    """The padding is one, chosen by setting, and no other opens the key (H7)."""
    service = make_service(world_with(kek_padding=scheme))
    content = service.post("/api/v1/security/getKey").get_json()["content"]
    oaep = padding.OAEP(mgf=padding.MGF1(digest), algorithm=digest, label=None)
    key = private_key.decrypt(base64.b64decode(content["secretKey"]), oaep)
    service.get_key()  # PKCS#1 v1.5 now gives other bytes: implicit rejection, not an error.
    assert len(key) == 32
    assert key != service.cek


def test_key_forms(world, make_service, private_key, stranger_key):
    """A KEK comes as PEM or DER; private, short and other keys are refused at registration."""
    der = private_key.public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
    assert make_service(world, kek_public_keys=[der]).get_key()["pubKey"] == base64.b64encode(der).decode()
    private = stranger_key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    for bad in (private, spki(generate_private_key(65537, 1024)), b"nonsense"):
        with pytest.raises(ValueError):  # noqa: PT011 - three different messages, one family
            make_service(world, kek_public_keys=[bad])
