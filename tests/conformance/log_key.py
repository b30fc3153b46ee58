"""A log's key, made anew for each run, in every form that signing and checking takes.  No key is stored."""

from __future__ import annotations

from dataclasses import dataclass, field

from xbridge.core.ports import CheckpointSigner
from xbridge.crypto.key import SigningKey
from xbridge.ledger.checkpoint import checkpoint_signer
from xbridge.ledger.note import NoteKey, NoteSigner, NoteVerifier, note_key, note_verifier

ORIGIN = "bridge.example/ledger"


@dataclass(frozen=True, slots=True, kw_only=True)
class LogKey:
    """One Ed25519 key under the log's origin."""

    origin: str = ORIGIN
    key: SigningKey = field(default_factory=lambda: SigningKey.generate("EdDSA"))

    @property
    def note_key(self) -> NoteKey:
        """The public form."""
        return note_key(self.origin, self.key.public())

    @property
    def signer(self) -> NoteSigner:
        """The signing form."""
        return NoteSigner(key=self.note_key, signer=self.key)

    @property
    def verifiers(self) -> list[NoteVerifier]:
        """The verifying form, alone in its list."""
        return [note_verifier(self.note_key)]

    @property
    def sign(self) -> CheckpointSigner:
        """The form that a store takes."""
        return checkpoint_signer(origin=self.origin, public_key_raw=self.note_key.public_key_raw, signer=self.key)
