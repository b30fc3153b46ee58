"""The effects that are the store's, performed synchronously; both colours use it (aio in a worker thread)."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from xbridge.core.effects import (
    Append,
    Effect,
    PeekPending,
    PutPending,
    Read,
    ReadLog,
    Scan,
    Spend,
    TakePending,
    TakeStamp,
    WasSpent,
)
from xbridge.core.ports import Entropy, Store


def perform_on_store(store: Store, effect: Effect, *, now: datetime, entropy: Entropy) -> Any:
    """Perform the effects that are the store's."""
    match effect:
        case Append(entries, writes, marks):
            return store.append(entries, writes, marks=marks, now=now)
        case Read(key):
            return store.read(key)
        case Scan(prefix):
            return store.scan(prefix)
        case Spend(marker, expires_at):
            return store.spend(marker, expires_at=expires_at, now=now)
        case WasSpent(marker):
            return store.was_spent(marker, now=now)
        case PutPending(item):
            return store.put_pending(item, now=now)
        case PeekPending(key):
            return store.peek_pending(key, now=now)
        case TakePending(key, successor):
            return store.take_pending(key, successor=successor, now=now)
        case TakeStamp(client):
            return store.take_stamp(client, now=now, nonce=entropy(16).hex())
        case ReadLog(indices):
            return store.view_log(indices)
        case _:
            raise TypeError(f"no driver performs {type(effect).__name__}")
