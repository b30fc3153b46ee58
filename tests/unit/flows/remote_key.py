"""Record keys that are kept elsewhere: what an HSM or a remote signer would be, on its good days and on its bad ones."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Any

from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from pydantic import SecretStr

from tests.journey.traveller import shared_config
from xbridge.core.config import Config
from xbridge.core.ports import Signer
from xbridge.crypto.key import SigningKey
from xbridge.crypto.sm2 import Sm2PrivateKey
from xbridge.crypto.sm2_key import write_public_pem
from xbridge.crypto.sm2_signing import Sm2SigningKey


class RemoteKey:
    """A signer outside: exactly the port, and a switch for what goes wrong there."""

    def __init__(self, inside: Signer) -> None:
        """Sign truly until told otherwise."""
        self._inside = inside
        self.kid, self.alg = inside.kid, inside.alg
        self.asked: list[bytes] = []
        self.threads: set[int] = set()
        self.fault: Callable[[bytes], bytes] | None = None

    def sign(self, message: bytes) -> bytes:
        """Sign, or do what went wrong."""
        self.asked.append(message)
        self.threads.add(threading.get_ident())
        return self._inside.sign(message) if self.fault is None else self.fault(message)


def public_pem(key: SigningKey) -> str:
    """Return the public key of a software key as PEM."""
    public = key._private.public_key()
    return public.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo).decode()


def new_remote(alg: str = "EdDSA") -> tuple[RemoteKey, str]:
    """Return a signer elsewhere, and the public key (PEM) that the configuration has."""
    if alg != "SM2":
        key = SigningKey.generate(alg)
        return RemoteKey(key), public_pem(key)
    private = Sm2PrivateKey.generate()
    return RemoteKey(Sm2SigningKey(private)), write_public_pem(private.public()).decode()


def with_keys(config: Config | None = None, **changes: Any) -> Config:
    """Return the shared configuration with some members of ``keys`` changed; PEM texts become secrets."""
    config = config or shared_config()
    secret = {"record", "log", "token", "record_sm2"}
    update = {name: SecretStr(value) if name in secret else value for name, value in changes.items()}
    return config.model_copy(update={"keys": config.keys.model_copy(update=update)})
