"""Checkpoints: what a log says about itself, signed (C2SP tlog-checkpoint): origin, size and root.

Built and verified here; stores decide when one is made, and make one with every append.
"""

from __future__ import annotations

from base64 import b64decode, b64encode
from collections.abc import Sequence
from dataclasses import dataclass, field
from hashlib import sha256
from re import compile as regex

from xbridge.core.errors import ConfigError, TamperDetected
from xbridge.core.ports import CheckpointSigner, Signer
from xbridge.ledger.merkle import EMPTY_ROOT, HASH_SIZE
from xbridge.ledger.note import NoteKey, NoteSigner, NoteVerifier, sign_note, split_note, verify_note

FIRST_PREVIOUS = bytes(HASH_SIZE)
"""What the first stored checkpoint has in place of its predecessor's hash."""

_BODY = regex(rb"([^\n]+)\n(0|[1-9][0-9]{0,18})\n([A-Za-z0-9+/]{43}=)\n")


@dataclass(frozen=True, slots=True, kw_only=True)
class Checkpoint:
    """A log's statement: ``origin`` names the log, ``size`` counts its entries, ``root`` commits to all of them."""

    origin: str
    size: int
    root: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredCheckpoint:
    """A checkpoint as stores keep it: the note, and ``previous`` = SHA-256 of the note before it.

    ``size`` and ``root`` repeat what the note says so that a store can look them up; an audit compares them.
    """

    size: int
    root: bytes
    previous: bytes
    note: bytes = field(repr=False)


def note_digest(note: bytes) -> bytes:
    """Return the SHA-256 by which the next stored checkpoint names this one."""
    return sha256(note).digest()


def build_checkpoint(checkpoint: Checkpoint, *, signer: NoteSigner) -> bytes:
    """Return the signed note for ``checkpoint``.

    Raises ``ConfigError`` when the signer's name is not the log's origin: whoever reads the note looks for that name.
    """
    if signer.key.name != checkpoint.origin:
        raise ConfigError("a log signs its checkpoints with a key that bears its origin as name")
    root = b64encode(checkpoint.root).decode("ascii")
    return sign_note(f"{checkpoint.origin}\n{checkpoint.size}\n{root}\n".encode(), signer=signer)


def checkpoint_signer(*, origin: str, public_key_raw: bytes, signer: Signer) -> CheckpointSigner:
    """Return what ``Store.bind_log`` wants: a function from size and root to the signed note.

    ``public_key_raw`` is the 32-byte public half of ``signer``.  Raises ``ConfigError`` when the key is not Ed25519.
    """
    if signer.alg not in ("Ed25519", "EdDSA"):
        raise ConfigError("checkpoints are signed with an Ed25519 key")
    note_signer = NoteSigner(key=NoteKey(name=origin, public_key_raw=public_key_raw), signer=signer)

    def sign(size: int, root: bytes) -> bytes:
        return build_checkpoint(Checkpoint(origin=origin, size=size, root=root), signer=note_signer)

    return sign


def parse_checkpoint(text: bytes) -> Checkpoint:
    """Return what a checkpoint's text says; exactly three lines, no extension lines.

    The text carries no proof: it comes from :func:`verify_checkpoint`, or from a store that reads its own last one.
    Raises ``TamperDetected("checkpoint", …)``.
    """
    match = _BODY.fullmatch(text)
    if match is None:
        raise TamperDetected("checkpoint", reason="malformed")
    size, root = int(match[2]), b64decode(match[3])
    if b64encode(root) != match[3] or (size == 0 and root != EMPTY_ROOT):
        raise TamperDetected("checkpoint", reason="malformed")
    try:
        return Checkpoint(origin=match[1].decode("utf-8"), size=size, root=root)
    except UnicodeDecodeError as exc:
        raise TamperDetected("checkpoint", reason="malformed") from exc


def unverified_checkpoint(note: bytes) -> Checkpoint:
    """Return what a note says **without checking who signed it**.  Raises ``TamperDetected`` for a wrong form."""
    return parse_checkpoint(split_note(note)[0])


def verify_checkpoint(note: bytes, *, origin: str, verifiers: Sequence[NoteVerifier]) -> Checkpoint:
    """Verify a checkpoint of the log ``origin`` and return what it says.

    (1) every known signature holds and the log's own key is among them  (2) the text is a checkpoint  (3) of this log.
    Raises ``TamperDetected("note", …)`` or ``TamperDetected("checkpoint", …)``.
    """
    # (1) Witnesses may sign beside the log, never instead of it.
    verified = verify_note(note, verifiers=verifiers)
    if origin not in verified.names:
        raise TamperDetected("checkpoint", reason="unknown", message="the log's own key did not sign the checkpoint")
    # (2)
    checkpoint = parse_checkpoint(verified.text)
    # (3)
    if checkpoint.origin != origin:
        raise TamperDetected("checkpoint", reason="mismatch", message="the checkpoint is of another log")
    return checkpoint
