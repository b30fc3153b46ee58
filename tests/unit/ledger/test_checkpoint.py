"""Checkpoints: what a log signs, and what is not one."""

from __future__ import annotations

import pytest

from xbridge.core.errors import ConfigError, TamperDetected
from xbridge.crypto.key import SigningKey
from xbridge.ledger.checkpoint import (
    Checkpoint,
    build_checkpoint,
    checkpoint_signer,
    parse_checkpoint,
    unverified_checkpoint,
    verify_checkpoint,
)
from xbridge.ledger.merkle import leaf_hash
from xbridge.ledger.note import sign_note

ROOT = leaf_hash(b"one")
ROOT64 = b"MqQLpvg+wiVz59s0JIUoJ5XzfJmIWTnqYhWIrTNYnS4="


def test_the_text_is_three_lines(log_key):
    """Origin, size, root: what anybody can read without a parser."""
    note = log_key.sign(1, ROOT)
    assert note.split(b"\n")[:2] == [b"bridge.example/ledger", b"1"]
    assert note.split(b"\n")[3] == b""
    assert verify_checkpoint(note, origin=log_key.origin, verifiers=log_key.verifiers) == Checkpoint(
        origin=log_key.origin, size=1, root=ROOT
    )
    assert unverified_checkpoint(note).size == 1


def test_a_checkpoint_of_another_log_is_refused(log_key, witness_key):
    """A good signature of a log that was not asked for proves nothing about the one that was."""
    note = witness_key.sign(1, ROOT)
    with pytest.raises(TamperDetected):
        verify_checkpoint(note, origin=log_key.origin, verifiers=log_key.verifiers + witness_key.verifiers)


def test_a_witness_alone_does_not_make_a_checkpoint(log_key, witness_key):
    """Witnesses sign beside the log's key, never instead of it."""
    text = log_key.sign(1, ROOT).split(b"\n\n")[0] + b"\n"
    with pytest.raises(TamperDetected) as caught:
        verify_checkpoint(
            sign_note(text, signer=witness_key.signer),
            origin=log_key.origin,
            verifiers=log_key.verifiers + witness_key.verifiers,
        )
    assert (caught.value.claim, caught.value.reason) == ("checkpoint", "unknown")


def test_the_logs_key_vouches_for_its_own_origin_only(log_key):
    """A note by the log's key whose text names another log is not a checkpoint of either."""
    text = log_key.sign(1, ROOT).split(b"\n\n")[0].replace(b"bridge", b"fridge") + b"\n"
    with pytest.raises(TamperDetected) as caught:
        verify_checkpoint(sign_note(text, signer=log_key.signer), origin=log_key.origin, verifiers=log_key.verifiers)
    assert (caught.value.claim, caught.value.reason) == ("checkpoint", "mismatch")


@pytest.mark.parametrize(
    "text",
    [
        b"",
        b"o\n1\n",
        b"\n1\n" + ROOT64 + b"\n",
        b"o\n01\n" + ROOT64 + b"\n",
        b"o\n-1\n" + ROOT64 + b"\n",
        b"o\n+1\n" + ROOT64 + b"\n",
        b"o\n1 \n" + ROOT64 + b"\n",
        "o\n١\n".encode() + ROOT64 + b"\n",
        b"o\n99999999999999999999\n" + ROOT64 + b"\n",
        b"o\n1\n" + ROOT64[:-1] + b"\n",
        b"o\n1\n" + ROOT64[:-2] + b"5=\n",
        b"o\n1\n" + ROOT64,
        b"o\n1\n" + ROOT64 + b"\nextension\n",
        b"o\r\n1\n" + ROOT64 + b"\n\n",
        b"\xff\n1\n" + ROOT64 + b"\n",
        b"o\n0\n" + ROOT64 + b"\n",
    ],
)
def test_a_malformed_text_is_refused(text):
    """One log state has one text; everything else, extension lines too, is refused."""
    with pytest.raises(TamperDetected):
        parse_checkpoint(text)


def test_the_good_text_beside_the_malformed_ones_is_read():
    """The text that the refused ones deviate from is a checkpoint."""
    assert parse_checkpoint(b"o\n1\n" + ROOT64 + b"\n").size == 1


def test_a_key_bears_its_logs_origin(log_key):
    """A log's note key is named after the log, or a reader could not find it."""
    with pytest.raises(ConfigError):
        build_checkpoint(Checkpoint(origin="another.example", size=1, root=ROOT), signer=log_key.signer)


def test_only_ed25519_signs_checkpoints(log_key):
    """The note format has no line for a P-256 signature."""
    with pytest.raises(ConfigError):
        checkpoint_signer(
            origin="o", public_key_raw=log_key.note_key.public_key_raw, signer=SigningKey.generate("ES256")
        )
