"""How a callback is shown to belong to a login: by the state that it carries, or by being its session's only one.

Most platforms bring ``state`` back.  One may not (guangdong.md 2.1), so its provider says where our state travels, and
the checks stand here, where no provider can loosen them.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any
from urllib.parse import urlsplit

from xbridge.core.carriage import StateCarriage, StateCarrier
from xbridge.core.effects import Pending, peek_pending, put_pending, take_pending
from xbridge.core.errors import CallbackInvalid
from xbridge.core.provider import Provider
from xbridge.crypto.digest import constant_time_equal
from xbridge.protocols.redirect import Callback, split_at_commas, verify_state


def carriage_of(provider: Provider, settings: Any) -> StateCarriage:
    """Return how the provider's callbacks carry our state: as a parameter, unless it says otherwise."""
    return provider.state_carriage(settings) if isinstance(provider, StateCarrier) else StateCarriage()


def verify_callback(callback: Callback, carriage: StateCarriage, *, return_to: str, state: str) -> Callback:
    """Return the callback, shown to be where we sent it and to carry our state.  Raises ``CallbackInvalid``.

    Hosts may differ behind a proxy; the path is what tells one provider's callback from another's.  A state that is
    there must be ours even where none is needed.
    """
    if carriage.joint == ",":
        callback = split_at_commas(callback)
    expected, found = urlsplit(return_to).path, callback.path
    if carriage.where == "path":
        found, _, segment = callback.path.rpartition("/")
        if found == expected and not constant_time_equal(segment, state):
            raise CallbackInvalid("state", reason="mismatch" if segment else "missing")
    if found != expected:
        raise CallbackInvalid("redirect_uri", reason="mismatch")
    if carriage.where == "query" or callback.optional("state") is not None:
        verify_state(callback, expected_state=state, copies=carriage.copies)
    return callback


async def replace_waiting(session_ref: str, login_id: str, *, expires_at: datetime) -> None:
    """Let the login be the one without state that its session has.  Raises ``StoreConflict`` in a race."""
    item = Pending(key=_key(session_ref), value=login_id.encode(), expires_at=expires_at)
    await take_pending(item.key)
    await put_pending(item)


async def take_waiting(session_ref: str, login_id: str) -> None:
    """Take the session's one login without state.  Raises ``CallbackInvalid`` if that is another, or none is left."""
    # Looked at first: a login that was given up must not take away the one that replaced it.
    _verify_waiting(await peek_pending(_key(session_ref)), login_id)
    _verify_waiting(await take_pending(_key(session_ref)), login_id)


def _key(session_ref: str) -> str:
    return f"login-session/{session_ref}"


def _verify_waiting(waiting: bytes | None, login_id: str) -> None:
    if waiting is None:
        raise CallbackInvalid("login", reason="replayed")
    if not constant_time_equal(waiting, login_id):
        raise CallbackInvalid("login", reason="replaced")
