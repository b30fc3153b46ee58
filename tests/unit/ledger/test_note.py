"""Signed notes: the published example, and the rules about known and unknown keys."""

from __future__ import annotations

import pytest

from xbridge.core.errors import ConfigError, TamperDetected
from xbridge.crypto.key import SigningKey
from xbridge.ledger.note import NoteKey, note_key, note_verifier, parse_vkey, sign_note, split_note, verify_note

# The example of the reference implementation's documentation (golang.org/x/mod/sumdb/note): the signature proves it.
PUBLISHED_KEY = "PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW"
PUBLISHED_NOTE = (
    "If you think cryptography is the answer to your problem,\n"
    "then you don't know what your problem is.\n"
    "\n"
    "— PeterNeumann x08go/ZJkuBS9UG/SffcvIAQxVBtiFupLLr8pAcElZInNIuGUgYN1FFYC2pZSNXgKvqfqdngotpRZb6KE6RyyBwJnAM=\n"
).encode()
TEXT = "origin.example\n卷宗\n".encode()


def test_the_published_note_verifies():
    """A note that another implementation signed is read as it reads it."""
    verified = verify_note(PUBLISHED_NOTE, verifiers=[note_verifier(parse_vkey(PUBLISHED_KEY))])
    assert verified.names == ("PeterNeumann",)
    assert verified.text == PUBLISHED_NOTE.split(b"\n\n")[0] + b"\n"


def test_a_vkey_reads_back(log_key):
    """The text form of a key is the key."""
    assert parse_vkey(log_key.note_key.vkey) == log_key.note_key
    assert parse_vkey(PUBLISHED_KEY).vkey == PUBLISHED_KEY


@pytest.mark.parametrize(
    "text",
    [
        "",
        "PeterNeumann",
        "PeterNeumann+c74f20a3",
        "PeterNeumann+c74f20a4+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW",
        "PeterNeumann+C74F20A3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW",
        "PeterNeumann+c74f20a3+AhpcAQcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW",
        "Peter Neumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW",
        "PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10T",
    ],
)
def test_a_wrong_vkey_is_refused(text):
    """A trust file with a damaged key is a configuration error, not a key."""
    with pytest.raises(ConfigError):
        parse_vkey(text)


@pytest.mark.parametrize("name", ["", "a b", "a+b", "a\nb", "a\u3000b"])
def test_a_name_that_a_line_cannot_hold_is_refused(name):
    """Spaces and plus signs would break the signature line."""
    with pytest.raises(ConfigError):
        NoteKey(name=name, public_key_raw=bytes(32))


def test_only_ed25519_keys_sign_notes():
    """A P-256 key has no note form."""
    with pytest.raises(ConfigError):
        note_key("a", SigningKey.generate("ES256").public())
    with pytest.raises(ConfigError):
        NoteKey(name="a", public_key_raw=bytes(31))


def test_unknown_signatures_are_passed_over(log_key, witness_key):
    """A line of a key that we do not know neither helps nor harms."""
    note = sign_note(TEXT, signer=log_key.signer)
    line = sign_note(TEXT, signer=witness_key.signer).removeprefix(TEXT + b"\n")
    assert verify_note(note + line, verifiers=log_key.verifiers).names == (log_key.origin,)
    both = verify_note(note + line, verifiers=log_key.verifiers + witness_key.verifiers)
    assert both.names == (log_key.origin, witness_key.origin)


def test_one_known_failure_rejects_the_note(log_key, witness_key):
    """A known key whose signature fails spoils the note, although another known key's holds."""
    note = sign_note(TEXT, signer=log_key.signer)
    foreign = sign_note(b"another text\n", signer=witness_key.signer).split(b"\n\n")[1]
    with pytest.raises(TamperDetected) as caught:
        verify_note(note + foreign, verifiers=log_key.verifiers + witness_key.verifiers)
    assert caught.value.reason == "mismatch"


def test_a_note_without_known_signature_is_refused(log_key, stranger_key):
    """A note signed whole by somebody else under the same name is not the log's."""
    note = sign_note(TEXT, signer=stranger_key.signer)
    with pytest.raises(TamperDetected) as caught:
        verify_note(note, verifiers=log_key.verifiers)
    assert caught.value.reason == "unknown"
    with pytest.raises(TamperDetected):
        verify_note(note, verifiers=[])


def test_every_byte_counts(log_key):
    """Whichever bit of a note is changed, it is refused."""
    note = sign_note(TEXT, signer=log_key.signer)
    for at in range(len(note)):
        changed = bytearray(note)
        changed[at] ^= 1
        with pytest.raises(TamperDetected):
            verify_note(bytes(changed), verifiers=log_key.verifiers)


def test_base64_has_one_spelling(log_key):
    """The last character's unused bits are not a place to hide a second form of one signature."""
    note = sign_note(TEXT, signer=log_key.signer)
    assert note.endswith(b"=\n")
    last = note[-3:-2]
    for other in b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/":
        if bytes([other]) != last:
            with pytest.raises(TamperDetected):
                verify_note(note[:-3] + bytes([other]) + note[-2:], verifiers=log_key.verifiers)


@pytest.mark.parametrize(
    "note",
    [
        b"",
        b"text\n",
        b"text\n\n",
        b"\n\n",
        "text\n— a AAAAAAA=\n".encode(),
        b"text\n\n- a AAAAAAA=\n",
        "text\n\n— a AAAAAAA=".encode(),
        "text\n\n— a\n".encode(),
        "text\n\n— a b AAAAAAA=\n".encode(),
        "text\n\n— a+b AAAAAAA=\n".encode(),
        "text\n\n— a AAAA\n".encode(),
        "te\txt\n\n— a AAAAAAA=\n".encode(),
        b"te\xffxt\n\n\xe2\x80\x94 a AAAAAAA=\n",
        b"text\n\n" + "— a AAAAAAA=\n".encode() * 65,
        b"x" * (128 * 1024) + "\n\n— a AAAAAAA=\n".encode(),
    ],
)
def test_a_malformed_note_is_refused(note):
    """What is not exactly a note is not read as one."""
    with pytest.raises(TamperDetected):
        split_note(note)


def test_two_like_verifiers_are_a_mistake(log_key):
    """Verifiers that cannot be told apart are refused when given, not when one of them matters."""
    with pytest.raises(ConfigError):
        verify_note(PUBLISHED_NOTE, verifiers=log_key.verifiers * 2)


@pytest.mark.parametrize("text", [b"no newline", b"tab\there\n", b"\xff\n", b""])
def test_only_text_is_signed(log_key, text):
    """A text that could not be read back is not signed."""
    with pytest.raises(ConfigError):
        sign_note(text, signer=log_key.signer)
