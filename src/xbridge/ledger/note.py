"""Signed notes: a text and the signatures below it (C2SP signed-note), with Ed25519 keys.

The envelope only: what the text means is the business of ``checkpoint``.  Other signature types (cosignatures, ML-DSA)
are lines of keys that this module does not know, and are passed over as the specification demands.
"""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Sequence
from dataclasses import dataclass, field
from hashlib import sha256

from xbridge.core.errors import ConfigError, TamperDetected, TokenInvalid, VerificationError
from xbridge.core.ports import Signer, Verifier
from xbridge.crypto import base64url
from xbridge.crypto.key import PublishedKey, VerificationKey

MAX_NOTE_BYTES = 128 * 1024
MAX_SIGNATURES = 64
ED25519_TYPE = b"\x01"
_DASH = "— "


@dataclass(frozen=True, slots=True, kw_only=True)
class NoteKey:
    """A public key as notes name it: ``name`` without spaces or plus signs, and the 32 raw bytes of the Ed25519 key.

    Raises ``ConfigError`` when either is not of that form.
    """

    name: str
    public_key_raw: bytes

    def __post_init__(self) -> None:
        """Refuse what could not be written into a note."""
        if not self.name or not self.name.isprintable() or any(c.isspace() or c == "+" for c in self.name):
            raise ConfigError("a note key's name must be printable, without spaces and plus signs")
        if len(self.public_key_raw) != 32:
            raise ConfigError("a note key needs the 32 raw bytes of an Ed25519 public key")

    @property
    def key_id(self) -> bytes:
        """The four bytes that announce this key on a signature line: a hint, never a proof."""
        return sha256(self.name.encode() + b"\n" + ED25519_TYPE + self.public_key_raw).digest()[:4]

    @property
    def vkey(self) -> str:
        """The key as one line of text, ``name+hex id+base64 key``: what a trust file holds."""
        return f"{self.name}+{self.key_id.hex()}+{b64encode(ED25519_TYPE + self.public_key_raw).decode()}"


@dataclass(frozen=True, slots=True, kw_only=True)
class NoteSigner:
    """A key that may sign notes: its public form and the private key behind the ``Signer`` port."""

    key: NoteKey
    signer: Signer = field(repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class NoteVerifier:
    """A key whose signatures on notes are believed: its public form and the check behind the ``Verifier`` port."""

    key: NoteKey
    verifier: Verifier = field(repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class VerifiedNote:
    """The text of a note whose known signatures all hold; ``names`` of the keys that signed, in the note's order."""

    text: bytes
    names: tuple[str, ...]


def note_key(name: str, key: PublishedKey) -> NoteKey:
    """Return ``key`` as notes name it.  Raises ``ConfigError`` unless it is an Ed25519 key."""
    jwk = key.to_jwk()
    if jwk.get("crv") != "Ed25519":
        raise ConfigError("notes are signed with Ed25519 keys")
    return NoteKey(name=name, public_key_raw=base64url.decode(jwk["x"]))


def note_verifier(key: NoteKey) -> NoteVerifier:
    """Return the verifier for a key that is trusted, for example one that :func:`parse_vkey` read in a trust file."""
    jwk = {"kty": "OKP", "crv": "Ed25519", "x": base64url.encode(key.public_key_raw)}
    return NoteVerifier(key=key, verifier=VerificationKey.from_jwk(jwk))


def parse_vkey(text: str) -> NoteKey:
    """Return the key that a ``vkey`` line spells.  Raises ``ConfigError`` for another form or a wrong id."""
    parts = text.split("+", 2)
    raw = _decode(parts[2]) if len(parts) == 3 else None
    if raw is None or raw[:1] != ED25519_TYPE:
        raise ConfigError("not an Ed25519 note key of the form name+id+key")
    key = NoteKey(name=parts[0], public_key_raw=raw[1:])
    if key.key_id.hex() != parts[1]:
        raise ConfigError("the note key's id does not belong to its name and key")
    return key


def sign_note(text: bytes, *, signer: NoteSigner) -> bytes:
    """Return the note: ``text`` (which ends in a newline), a blank line, one signature line.

    Raises ``ConfigError`` for a text that is not a note's.
    """
    if not _is_text(text):
        raise ConfigError("a note's text must be UTF-8, end in a newline and hold no control characters")
    signature = b64encode(signer.key.key_id + signer.signer.sign(text)).decode("ascii")
    return text + f"\n{_DASH}{signer.key.name} {signature}\n".encode()


def verify_note(note: bytes, *, verifiers: Sequence[NoteVerifier]) -> VerifiedNote:
    """Verify every signature whose key we know, and return the text.

    (1) size  (2) form  (3) every known key's signature holds  (4) at least one known key signed.
    Raises ``TamperDetected("note", …)``, and ``ConfigError`` when two verifiers cannot be told apart.
    """
    known = {(verifier.key.name, verifier.key.key_id): verifier.verifier for verifier in verifiers}
    if len(known) != len(verifiers):
        raise ConfigError("two note verifiers share a name and an id")
    # (1) and (2)
    text, lines = split_note(note)
    # (3) A known key that fails rejects the whole note, whoever else signed it.
    names: list[str] = []
    for name, raw in lines:
        check = known.get((name, raw[:4]))
        if check is None:
            continue
        try:
            check.verify(raw[4:], text)
        except TokenInvalid as exc:
            raise TamperDetected("note", reason="mismatch", message="a signature on the note does not hold") from exc
        names.append(name)
    # (4)
    if not names:
        raise TamperDetected("note", reason="unknown", message="no known key signed the note")
    return VerifiedNote(text=text, names=tuple(names))


def split_note(note: bytes) -> tuple[bytes, tuple[tuple[str, bytes], ...]]:
    """Return the text and the signature lines as ``(name, id + signature)``: form only, **nothing is verified**.

    Raises ``TamperDetected("note", …)``.
    """
    if len(note) > MAX_NOTE_BYTES:
        raise TamperDetected("note", reason="too_large")
    text, blank, tail = note.rpartition(b"\n\n")
    text += b"\n"
    if not blank or not _is_text(text) or not _is_text(tail):
        raise TamperDetected("note", reason="malformed")
    rows = tail.decode()[:-1].split("\n")
    if len(rows) > MAX_SIGNATURES:
        raise TamperDetected("note", reason="too_large")
    return text, tuple(map(_split_line, rows))


def _split_line(row: str) -> tuple[str, bytes]:
    """Return one signature line's name and bytes.  Raises ``TamperDetected``."""
    name, space, encoded = row.removeprefix(_DASH).partition(" ")
    raw = _decode(encoded)
    if not row.startswith(_DASH) or not name or "+" in name or not space or raw is None or len(raw) < 5:
        raise TamperDetected("note", reason="malformed")
    return name, raw


def _is_text(text: bytes) -> bool:
    """Say whether ``text`` is UTF-8, ends in a newline and holds no other control character."""
    try:
        characters = text.decode("utf-8")
    except UnicodeDecodeError:
        return False
    return characters.endswith("\n") and not any(c < " " and c != "\n" for c in characters)


def _decode(encoded: str) -> bytes | None:
    """Return what strict standard base64 spells, or None; each value has one spelling only."""
    try:
        return base64url.decode_standard(encoded, claim="note")
    except VerificationError:
        return None
