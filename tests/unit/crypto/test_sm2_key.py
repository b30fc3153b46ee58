"""SM2 key files as PEM: both directions, what OpenSSL writes and reads, and what must not pass for a key."""

from __future__ import annotations

import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.unit.crypto.binding import require_binding
from tests.unit.crypto.openssl import require_openssl
from xbridge.core.errors import ConfigError, TokenInvalid
from xbridge.crypto.der import write_oid
from xbridge.crypto.pem import write_pem
from xbridge.crypto.sm2 import Sm2PrivateKey
from xbridge.crypto.sm2_key import (
    read_private_key,
    read_private_pem,
    read_public_pem,
    write_private_key,
    write_private_pem,
    write_private_sec1,
    write_private_sec1_pem,
    write_public_key,
    write_public_pem,
)

require_binding(whole_module=True)

KEY = Sm2PrivateKey.generate()
# In pieces: the house looks for the first line of a private key.
PRIVATE = "PRIVATE" + " KEY"
CURVE = write_oid("1.2.156.10197.1.301")


@pytest.fixture
def openssl(tmp_path: Path) -> Callable[..., bytes]:
    """``openssl`` with these arguments, in an empty folder: what it writes to its output."""
    program = require_openssl()

    def run(*arguments: str, given: bytes = b"") -> bytes:
        return subprocess.run([program, *arguments], cwd=tmp_path, check=True, capture_output=True, input=given).stdout

    return run


@pytest.mark.parametrize("write", [write_private_pem, write_private_sec1_pem])
def test_a_private_key_survives_its_text(write: Callable[[Sm2PrivateKey], bytes]) -> None:
    """PKCS#8 and SEC 1 give the same key back."""
    again = read_private_pem(write(KEY))
    assert (again.unsafe_scalar(), again.public()) == (KEY.unsafe_scalar(), KEY.public())
    assert read_private_key(write_private_sec1(KEY)).public() == KEY.public()


def test_openssl_reads_what_we_write(openssl: Callable[..., bytes]) -> None:
    """OpenSSL finds in our three files the key we put there."""
    public = write_public_pem(KEY.public())
    for private in (write_private_pem(KEY), write_private_sec1_pem(KEY)):
        assert openssl("pkey", "-pubout", given=private) == public
        assert openssl("pkcs8", "-topk8", "-nocrypt", "-outform", "DER", given=private) == write_private_key(KEY)
    assert openssl("pkey", "-pubin", "-pubout", "-outform", "DER", given=public) == write_public_key(KEY.public())


@pytest.mark.parametrize(
    "arguments",
    [["genpkey", "-algorithm", "SM2"], ["ecparam", "-name", "SM2", "-genkey"], ["ecparam", "-name", "SM2", "-genkey", "-noout"]],
    ids=["PKCS#8", "behind its parameters", "SEC 1"],
)  # fmt: skip
def test_we_read_what_openssl_writes(arguments: list[str], openssl: Callable[..., bytes]) -> None:
    """A new key of OpenSSL's, in each form it writes, is read and has the public key that OpenSSL says."""
    made = openssl(*arguments)
    assert read_public_pem(openssl("pkey", "-pubout", given=made)) == read_private_pem(made).public()


@pytest.mark.parametrize("form", ["pkcs8", "ec"])
def test_an_encrypted_file_is_refused_with_advice(form: str, openssl: Callable[..., bytes]) -> None:
    """An encrypted file, new form or old, is a wrong setting, and the error says how to take the password off."""
    password = ["-passout", "pass:correct-horse"]
    how = ["pkcs8", "-topk8", *password] if form == "pkcs8" else ["ec", "-aes128", *password]
    encrypted = openssl(*how, given=write_private_pem(KEY))
    assert b"ENCRYPTED" in encrypted
    with pytest.raises(ConfigError, match=r"take the password off with `openssl pkey"):
        read_private_pem(encrypted)


P256 = write_oid("1.2.840.10045.3.1.7")
BAD_PRIVATE = {
    "empty": b"",
    "der": write_private_key(KEY),
    "a public key": write_public_pem(KEY.public()),
    "a public key under a private label": write_pem(PRIVATE, write_public_key(KEY.public())),
    "PKCS#8 under the label of SEC 1": write_pem("EC " + PRIVATE, write_private_key(KEY)),
    "SEC 1 under the label of PKCS#8": write_pem(PRIVATE, write_private_sec1(KEY)),
    "another label": write_pem("RSA " + PRIVATE, write_private_sec1(KEY)),
    "two keys": write_private_pem(KEY) * 2,
    "parameters of another curve": write_pem("EC PARAMETERS", P256) + write_private_sec1_pem(KEY),
    "parameters of another kind": write_pem("DH PARAMETERS", CURVE) + write_private_pem(KEY),
    "parameters behind": write_private_sec1_pem(KEY) + write_pem("EC PARAMETERS", CURVE),
    "parameters alone": write_pem("EC PARAMETERS", CURVE),
    "not DER": write_pem(PRIVATE, b"\x30\x80"),
    "a text before": b"my key\n" + write_private_pem(KEY),
    "cut": write_private_pem(KEY)[:-30],
}


@pytest.mark.parametrize("name", BAD_PRIVATE)
def test_a_wrong_private_file_is_refused(name: str) -> None:
    """What is not exactly one key under its own label is a wrong setting, with no cause that could hold a part of it."""
    with pytest.raises(ConfigError) as caught:
        read_private_pem(BAD_PRIVATE[name])
    assert caught.value.__cause__ is None


@pytest.mark.parametrize(
    ("pem", "reason"),
    [
        (b"", "malformed"), (write_public_key(KEY.public()), "malformed"), (write_private_pem(KEY), "private"),
        (write_public_pem(KEY.public()) * 2, "malformed"), (write_public_pem(KEY.public()) + write_private_pem(KEY), "private"),
        (write_pem("EC PUBLIC KEY", write_public_key(KEY.public())), "malformed"),
        (write_pem("PUBLIC KEY", b"\x30\0"), "malformed"),
    ],
)  # fmt: skip
def test_a_wrong_public_file_is_refused(pem: bytes, reason: str) -> None:
    """One public key under its label is read; a private one beside or instead of it is called what it is."""
    with pytest.raises(TokenInvalid) as caught:
        read_public_pem(pem)
    assert (caught.value.claim, caught.value.reason) == ("key", reason)
