"""A signer that lives elsewhere: the port is bytes in, bytes out, so a key in another process signs as one of ours does."""

from __future__ import annotations

import socket
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass, field

import pytest

from tests.unit.crypto.binding import require_binding
from xbridge.core.errors import TokenInvalid
from xbridge.core.ports import Signer
from xbridge.crypto.jose import sign_jws, verify_jws
from xbridge.crypto.key import KeySet
from xbridge.crypto.signing import SignedRecord, add_signature, verify_record
from xbridge.crypto.sm2 import Sm2PublicKey
from xbridge.crypto.sm2_signing import Sm2VerifyingKey

require_binding(whole_module=True)

# What stands for a hardware module: it knows no code of ours, makes its own key, tells the public half once, then signs.
MODULE = """
import socket, sys
import gmalg
there = socket.create_connection(("127.0.0.1", int(sys.argv[1])))
secret = b"\\x11" * 32
point = gmalg.SM2(secret).generate_pk(secret)
stream = there.makefile("rwb")
stream.write(point); stream.flush()
while size := stream.read(4):
    message = stream.read(int.from_bytes(size, "big"))
    r, s = gmalg.SM2(secret, b"1234567812345678", point).sign(message)
    stream.write(r.rjust(32, b"\\0") + s.rjust(32, b"\\0")); stream.flush()
"""


@dataclass(frozen=True)
class Remote:
    """Speaks with the module; implements :class:`xbridge.core.ports.Signer` and holds no key."""

    kid: str
    connection: socket.socket = field(repr=False)
    alg: str = "SM2"

    def sign(self, message: bytes) -> bytes:
        """Ask the module."""
        self.connection.sendall(len(message).to_bytes(4, "big") + message)
        return received(self.connection, 64)


def received(connection: socket.socket, size: int) -> bytes:
    """Exactly ``size`` bytes."""
    made = b""
    while len(made) < size:
        part = connection.recv(size - len(made))
        assert part, "the module went away"
        made += part
    return made


@pytest.fixture(scope="module")
def module() -> Iterator[tuple[Remote, Sm2VerifyingKey]]:
    """A module in a process of its own, and its public key."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        server.settimeout(30)
        arguments = [sys.executable, "-c", MODULE, str(server.getsockname()[1])]
        with subprocess.Popen(arguments, stderr=subprocess.PIPE) as process:
            connection, _ = server.accept()
            with connection:
                connection.settimeout(30)
                public = Sm2VerifyingKey(Sm2PublicKey.from_point(received(connection, 65)))
                yield Remote(public.kid, connection), public
            assert process.wait(30) == 0
            assert process.stderr is not None
            assert process.stderr.read() == b""


@pytest.mark.slow
def test_a_key_in_another_process_signs_records_and_tokens(module: tuple[Remote, Sm2VerifyingKey]) -> None:
    """Records and tokens signed there verify here, under the public key alone, and a changed one does not."""
    remote, public = module
    assert isinstance(remote, Signer)
    keys = KeySet([public])
    record = add_signature(SignedRecord(raw=b"xbridge/receipt/v1\n{}", signatures=()), remote, "issuer")
    assert verify_record(record, keys, expected_type="receipt", expected_role="issuer") == b"{}"
    token = sign_jws(b'{"sub":"u"}', remote, typ="JWT")
    assert verify_jws(token, keys, expected_typ="JWT", algorithms={"SM2"}).payload == b'{"sub":"u"}'
    with pytest.raises(TokenInvalid, match="mismatch"):
        public.verify(remote.sign(b"m"), b"n")
