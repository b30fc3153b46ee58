"""What a flow may ask of the world, as values and the ``await``-able functions that yield them.

A flow is an ``async def`` that awaits only functions from this module.  Each yields one frozen value to whoever steps
the coroutine; a driver performs it and sends the answer back, or throws the translated error in.  There is no event
loop here, and nothing in this module does anything: ``drivers/`` does (house.md section 4).
"""

from __future__ import annotations

from collections.abc import Generator
from dataclasses import dataclass, field
from datetime import datetime
from types import coroutine
from typing import TYPE_CHECKING, Any

from xbridge.core.http import HTTPReply, HTTPRequest

if TYPE_CHECKING:
    from xbridge.core.ports import Signer


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """A stored value and its version; the version starts at 1 and grows by one with each write."""

    key: str
    value: bytes = field(repr=False)
    version: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Write:
    """Put ``value`` under ``key`` if the row's version is still ``expected`` (0: the row must not exist).

    ``value=None`` deletes the row.
    """

    key: str
    value: bytes | None = field(repr=False)
    expected: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Pending:
    """Something that waits in the store under ``key``, to be taken once before ``expires_at``."""

    key: str
    value: bytes = field(repr=False)
    expires_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Stamp:
    """What makes one signed request unlike any other: ``timestamp_ms`` never goes back, ``nonce`` never repeats."""

    timestamp_ms: int
    nonce: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Appended:
    """Where ledger entries landed: the index of the first, and the size of the log after them."""

    first_index: int
    size: int


# --- The effects -----------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Send:
    """Send ``request`` and answer with its :class:`HTTPReply`; raises ``ProviderUnavailable`` or ``ProtocolError``."""

    provider: str
    request: HTTPRequest


@dataclass(frozen=True, slots=True)
class Append:
    """Append ``entries`` (canonical bytes) to the ledger and apply ``writes``: durably, and all or nothing.

    ``marks`` are ``(key, n)`` pairs: the row ``key``, which must not exist, gets the log index of ``entries[n]`` as
    decimal text, because nobody knows an index before the append.  Answers with :class:`Appended`; raises
    ``StoreConflict`` when a write's version has moved.
    """

    entries: tuple[bytes, ...]
    writes: tuple[Write, ...] = ()
    marks: tuple[tuple[str, int], ...] = ()


@dataclass(frozen=True, slots=True)
class Read:
    """Answer with the :class:`Row` under ``key``, or None."""

    key: str


@dataclass(frozen=True, slots=True)
class Scan:
    """Answer with every :class:`Row` whose key starts with ``prefix``, as a tuple in key order."""

    prefix: str


@dataclass(frozen=True, slots=True)
class Spend:
    """Mark ``marker`` as used until ``expires_at``; answer True for the first caller only, across processes."""

    marker: str
    expires_at: datetime


@dataclass(frozen=True, slots=True)
class WasSpent:
    """Answer whether ``marker`` is spent now; it is not spent by asking, so only ``Spend`` decides between two."""

    marker: str


@dataclass(frozen=True, slots=True)
class PutPending:
    """Let ``item`` wait, durably; raises ``StoreConflict`` when something waits under its key already."""

    item: Pending


@dataclass(frozen=True, slots=True)
class PeekPending:
    """Answer with the value that waits under ``key``, or None; it goes on waiting."""

    key: str


@dataclass(frozen=True, slots=True)
class TakePending:
    """Take what waits under ``key`` and answer with its value: the first taker only, across processes; None otherwise.

    ``successor`` is put in the same transaction, so that a crash leaves either the one or the other waiting.  It is
    put only if there was something to take.
    """

    key: str
    successor: Pending | None = None


@dataclass(frozen=True, slots=True)
class TakeStamp:
    """Answer with a fresh :class:`Stamp` for ``client``: atomic across threads and processes on one store."""

    client: str


@dataclass(frozen=True, slots=True)
class ReadClock:
    """Answer with the time now, aware and in UTC: for a flow that waits for a peer while something runs out."""


@dataclass(frozen=True, slots=True)
class Recall:
    """Answer with what this process remembers under ``key``, or None.  Never on disk: content keys live here."""

    key: str


@dataclass(frozen=True, slots=True)
class Remember:
    """Remember ``value`` under ``key`` in this process until ``expires_at``; None forgets it."""

    key: str
    value: bytes | None = field(repr=False)
    expires_at: datetime


@dataclass(frozen=True, slots=True)
class ReadLog:
    """Answer with a :class:`LogView` of the ledger as it stands: checkpoint note, and proofs for ``indices``."""

    indices: tuple[int, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class LogProof:
    """One ledger entry with its RFC 9162 inclusion path, leaf side first."""

    index: int
    entry: bytes = field(repr=False)
    path: tuple[bytes, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class LogView:
    """The signed checkpoint (a C2SP signed note) of ``size`` entries, and proofs against exactly that size."""

    size: int
    checkpoint: bytes
    proofs: tuple[LogProof, ...]


@dataclass(frozen=True, slots=True)
class Sign:
    """Let ``signer`` sign ``message``; answers with the raw signature, unchecked.

    For keys that are not in this process (an HSM, a remote signer); a software key is a computation and needs no effect.
    Raises ``SignerUnavailable``.
    """

    signer: Signer
    message: bytes = field(repr=False)


Effect = (
    Send
    | Append
    | Read
    | Scan
    | Spend
    | WasSpent
    | PutPending
    | PeekPending
    | TakePending
    | TakeStamp
    | ReadClock
    | Recall
    | Remember
    | ReadLog
    | Sign
)


@coroutine
def _perform(effect: Effect) -> Generator[Effect, Any, Any]:
    """Yield ``effect`` to the driver and return its answer."""
    return (yield effect)


async def send(provider: str, request: HTTPRequest) -> HTTPReply:
    """Send ``request`` on behalf of ``provider`` (the id that errors will name)."""
    reply: HTTPReply = await _perform(Send(provider, request))
    return reply


async def append(*entries: bytes, writes: tuple[Write, ...] = (), marks: tuple[tuple[str, int], ...] = ()) -> Appended:
    """Append ``entries``, apply ``writes`` and set ``marks`` in one durable transaction."""
    appended: Appended = await _perform(Append(entries, writes, marks))
    return appended


async def read(key: str) -> Row | None:
    """Return the row under ``key``, or None."""
    row: Row | None = await _perform(Read(key))
    return row


async def scan(prefix: str) -> tuple[Row, ...]:
    """Return the rows whose key starts with ``prefix``, in key order."""
    rows: tuple[Row, ...] = await _perform(Scan(prefix))
    return rows


async def spend(marker: str, *, expires_at: datetime) -> bool:
    """Mark ``marker`` as used; True for the first caller only."""
    first: bool = await _perform(Spend(marker, expires_at))
    return first


async def was_spent(marker: str) -> bool:
    """Return whether ``marker`` is spent now, without spending it."""
    spent: bool = await _perform(WasSpent(marker))
    return spent


async def put_pending(item: Pending) -> None:
    """Let ``item`` wait in the store until it is taken or expires."""
    await _perform(PutPending(item))


async def peek_pending(key: str) -> bytes | None:
    """Return the value that waits under ``key``, or None."""
    value: bytes | None = await _perform(PeekPending(key))
    return value


async def take_pending(key: str, *, successor: Pending | None = None) -> bytes | None:
    """Return the value that waited under ``key``, to its first taker only; ``successor`` waits in its stead."""
    value: bytes | None = await _perform(TakePending(key, successor))
    return value


async def take_stamp(client: str) -> Stamp:
    """Return a fresh timestamp and nonce for ``client``."""
    stamp: Stamp = await _perform(TakeStamp(client))
    return stamp


async def read_clock() -> datetime:
    """Return the time now; ``now`` is when the call began."""
    moment: datetime = await _perform(ReadClock())
    return moment


async def recall(key: str) -> bytes | None:
    """Return what this process remembers under ``key``, or None."""
    value: bytes | None = await _perform(Recall(key))
    return value


async def remember(key: str, value: bytes | None, *, expires_at: datetime) -> None:
    """Remember ``value`` in this process until ``expires_at``; None forgets it."""
    await _perform(Remember(key, value, expires_at))


async def read_log(*indices: int) -> LogView:
    """Return the latest checkpoint and inclusion proofs for ``indices``."""
    view: LogView = await _perform(ReadLog(indices))
    return view


async def sign(signer: Signer, message: bytes) -> bytes:
    """Return what ``signer``, which is outside this process, makes of ``message``: not checked yet."""
    signature: bytes = await _perform(Sign(signer, message))
    return signature
