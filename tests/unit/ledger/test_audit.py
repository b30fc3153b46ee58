"""The audit recomputes everything, and nothing that was changed gets past it."""

from __future__ import annotations

from dataclasses import replace

import pytest

from xbridge.core.errors import TamperDetected
from xbridge.ledger.audit import audit_log
from xbridge.ledger.checkpoint import FIRST_PREVIOUS, Checkpoint, StoredCheckpoint, note_digest
from xbridge.ledger.merkle import leaf_hash
from xbridge.ledger.tile import Edge, Tiles

ENTRIES = [f'{{"entry":{index}}}'.encode() for index in range(7)]


def make_log(key, batches=(0, 3, 1, 3)):
    """Return entries, checkpoints and tiles of a log that grew in ``batches``."""
    edge, previous, checkpoints, stored = Edge(), FIRST_PREVIOUS, [], Tiles()
    for batch in batches:
        edge, tiles = edge.grow([leaf_hash(entry) for entry in ENTRIES[edge.size : edge.size + batch]])
        stored |= tiles
        note = key.sign(edge.size, edge.root())
        checkpoints.append(StoredCheckpoint(size=edge.size, root=edge.root(), previous=previous, note=note))
        previous = note_digest(note)
    return ENTRIES[: edge.size], checkpoints, stored


@pytest.fixture
def log(log_key):
    """A log of seven entries and four checkpoints."""
    return make_log(log_key)


@pytest.fixture
def audit(log_key):
    """The audit under the log's own key."""

    def run(entries, checkpoints, **options):
        return audit_log(entries, checkpoints, origin=log_key.origin, verifiers=log_key.verifiers, **options)

    return run


def test_a_good_log_passes(log, audit):
    """The report says what was checked."""
    entries, checkpoints, tiles = log
    report = audit(entries, checkpoints, read_tile=lambda level, number: tiles.get((level, number)))
    assert (report.size, report.root, report.checkpoints, report.tiles) == (7, checkpoints[-1].root, 4, 1)


def _flips(data):
    for at in range(len(data)):
        changed = bytearray(data)
        changed[at] ^= 1 << at % 8
        yield bytes(changed)


def test_every_byte_of_every_entry_counts(log, audit):
    """One changed byte in one entry is found, and the index points into the batch that holds it."""
    entries, checkpoints, _ = log
    first_of_batch = [0, 0, 0, 3, 4, 4, 4]
    for index, entry in enumerate(entries):
        for changed in _flips(entry):
            with pytest.raises(TamperDetected) as caught:
                audit([*entries[:index], changed, *entries[index + 1 :]], checkpoints)
            assert caught.value.index == first_of_batch[index]


@pytest.mark.slow
def test_every_byte_of_every_checkpoint_counts(log, audit):
    """One changed byte in a root, a link to the predecessor or a note is found."""
    entries, checkpoints, _ = log
    for position, stored in enumerate(checkpoints):
        for name in ("root", "previous", "note"):
            for changed in _flips(getattr(stored, name)):
                damaged = replace(stored, **{name: changed})
                with pytest.raises(TamperDetected):
                    audit(entries, [*checkpoints[:position], damaged, *checkpoints[position + 1 :]])
        with pytest.raises(TamperDetected):
            audit(
                entries, [*checkpoints[:position], replace(stored, size=stored.size + 1), *checkpoints[position + 1 :]]
            )


def test_every_byte_of_every_tile_counts(log_key, audit):
    """One changed byte in a stored tile is found although entries and signatures are whole."""
    entries, checkpoints, tiles = make_log(log_key, (0, 7))
    for key, hashes in tiles.items():
        for changed in _flips(hashes):
            damaged = tiles | {key: changed}
            with pytest.raises(TamperDetected) as caught:
                audit(entries, checkpoints, read_tile=lambda level, number, d=damaged: d.get((level, number)))
            assert caught.value.claim == "tile"


@pytest.mark.parametrize(
    "damage",
    [
        lambda e, c: (e[:-1], c),
        lambda e, c: ([*e, b"more"], c),
        lambda e, c: (e[1:], c),
        lambda e, c: ([e[1], e[0], *e[2:]], c),
        lambda e, c: ([*e[:3], e[3], e[3], *e[4:]], c),
        lambda e, c: (e, c[:-1]),
        lambda e, c: (e, c[1:]),
        lambda e, c: (e, [c[0], *c[2:]]),
        lambda e, c: (e, [c[0], c[2], c[1], c[3]]),
        lambda e, c: (e, [c[0], *c]),
        lambda e, c: (e, []),
        lambda e, c: ([], []),
    ],
)
def test_dropped_added_and_reordered_rows_are_found(log, audit, damage):
    """Whole rows lost, added, doubled or moved are tampering like changed bytes (lesson E9)."""
    entries, checkpoints, _ = log
    with pytest.raises(TamperDetected):
        audit(*damage(list(entries), list(checkpoints)))


def test_a_log_forged_whole_is_refused(audit, stranger_key):
    """A consistent log under somebody else's key is not this log."""
    entries, checkpoints, _ = make_log(stranger_key)
    with pytest.raises(TamperDetected) as caught:
        audit(entries, checkpoints)
    assert caught.value.claim == "note"


def test_the_pin_finds_what_the_log_cannot_say_itself(log, log_key, audit):
    """A log cut back to an earlier whole state is consistent; only the pin kept outside it tells."""
    entries, checkpoints, _ = log
    pin = Checkpoint(origin=log_key.origin, size=7, root=checkpoints[-1].root)
    assert audit(entries, checkpoints, pin=pin).size == 7
    assert audit(entries[:4], checkpoints[:3]).size == 4
    with pytest.raises(TamperDetected) as caught:
        audit(entries[:4], checkpoints[:3], pin=pin)
    assert caught.value.claim == "log"
    with pytest.raises(TamperDetected):
        audit(entries, checkpoints, pin=replace(pin, root=bytes(32)))


def test_a_long_log_is_audited_in_pieces(log_key, audit):
    """A batch longer than the audit's own chunk gives the same answer."""
    leaves = [b"%d" % index for index in range(9000)]
    edge, tiles = Edge().grow(map(leaf_hash, leaves))
    stored = StoredCheckpoint(
        size=9000, root=edge.root(), previous=FIRST_PREVIOUS, note=log_key.sign(9000, edge.root())
    )
    report = audit(iter(leaves), [stored], read_tile=lambda level, number: tiles.get((level, number)))
    assert (report.size, report.tiles) == (9000, len(tiles))
