"""What the inner floors need from the outer ones, as Protocols: entropy, signatures, the store.

Shapes only.  Implementations live in ``crypto/`` (software keys), ``stores/`` and with the operator (KMS, HSM).
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Protocol, runtime_checkable

from xbridge.core.effects import Appended, LogView, Pending, Row, Stamp, Write

Entropy = Callable[[int], bytes]
"""``entropy(n)`` returns ``n`` fresh random bytes; ``os.urandom`` in production, a seeded source in tests."""


@runtime_checkable
class Signer(Protocol):
    """A private key that signs bytes; it may live in an HSM or a KMS."""

    @property
    def kid(self) -> str:
        """The key's id: its RFC 7638 thumbprint, base64url."""
        ...

    @property
    def alg(self) -> str:
        """The one JOSE algorithm this key is for, for example ``"Ed25519"`` or ``"ES256"``."""
        ...

    def sign(self, message: bytes) -> bytes:
        """Return the raw signature over ``message``."""
        ...


class Verifier(Protocol):
    """A public key that checks raw signatures."""

    @property
    def kid(self) -> str:
        """The key's id: its RFC 7638 thumbprint, base64url."""
        ...

    @property
    def alg(self) -> str:
        """The one JOSE algorithm this key is for."""
        ...

    def verify(self, signature: bytes, message: bytes) -> None:
        """Return if ``signature`` is this key's over ``message``; raise ``TokenInvalid("signature", …)`` otherwise."""
        ...


CheckpointSigner = Callable[[int, bytes], bytes]
"""``sign(size, root)`` returns the signed note (C2SP tlog-checkpoint) for a log of ``size`` entries."""


class Store(Protocol):
    """Where rows, single-use markers, stamps and the ledger live.

    A contract, not a base class: each back end is written natively and ``tests/conformance/`` runs the same laws on
    all of them.  Methods are synchronous; the asynchronous driver gives them a worker thread with one slot.  Every
    method raises ``StoreUnavailable`` when the back end cannot be reached and never half-writes.
    """

    def bind_log(self, *, origin: str, sign: CheckpointSigner) -> None:
        """Say which log this is and how its checkpoints are signed.

        Called once before the first append.  Raises ``ConfigError`` if the store already holds a log of another
        origin, and ``TamperDetected`` if what it holds is not consistent with its last checkpoint.
        """
        ...

    def append(
        self,
        entries: Sequence[bytes],
        writes: Sequence[Write],
        *,
        marks: Sequence[tuple[str, int]] = (),
        now: datetime,
    ) -> Appended:
        """Append ``entries``, apply ``writes``, sign the new checkpoint: one durable transaction, all or nothing.

        Each mark ``(key, n)`` makes a new row ``key`` with the log index of ``entries[n]`` as decimal text.
        Raises ``StoreConflict`` when a write's ``expected`` version is not the stored one.
        """
        ...

    def read(self, key: str) -> Row | None:
        """Return the row under ``key``, or None."""
        ...

    def scan(self, prefix: str) -> tuple[Row, ...]:
        """Return the rows whose key starts with ``prefix``, in key order (code points)."""
        ...

    def spend(self, marker: str, *, expires_at: datetime, now: datetime) -> bool:
        """Return True if ``marker`` was never spent or its earlier spending has expired; spend it, durably."""
        ...

    def was_spent(self, marker: str, *, now: datetime) -> bool:
        """Return whether ``marker`` was spent and its spending has not expired; nothing is spent by asking."""
        ...

    def put_pending(self, item: Pending, *, now: datetime) -> None:
        """Let ``item`` wait, durably.  Raises ``StoreConflict`` when an item that has not expired has its key."""
        ...

    def peek_pending(self, key: str, *, now: datetime) -> bytes | None:
        """Return the value that waits under ``key`` and has not expired, or None."""
        ...

    def take_pending(self, key: str, *, successor: Pending | None = None, now: datetime) -> bytes | None:
        """Remove what waits under ``key`` and return its value: to one caller only, across threads and processes.

        Where there was something to take, ``successor`` is put in the same transaction; its key must be free, or
        ``StoreConflict`` is raised and nothing is taken.
        """
        ...

    def take_stamp(self, client: str, *, now: datetime, nonce: str) -> Stamp:
        """Return ``nonce`` with a timestamp ≥ ``now`` that is ≥ every earlier one of ``client``, in milliseconds."""
        ...

    def view_log(self, indices: Sequence[int]) -> LogView:
        """Return the last checkpoint and inclusion proofs against its size.

        Raises ``StoreError`` for an index that is not in the log.
        """
        ...

    def entries(self, start: int, stop: int) -> tuple[bytes, ...]:
        """Return ledger entries ``start`` (inclusive) to ``stop`` (exclusive), fewer where the log ends."""
        ...

    def close(self) -> None:
        """Release files and connections; a second call does nothing."""
        ...
