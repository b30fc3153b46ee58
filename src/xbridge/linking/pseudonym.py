"""Pairwise pseudonyms: what each audience, and the ledger, call a linked person (protocols.md A11).

Derived under one secret key from the link's id, never from a document number; two audiences cannot join theirs.
"""

from __future__ import annotations

from xbridge.crypto.digest import keyed_ref


def pairwise_subject(key: bytes, *, link_id: str, audience: str) -> str:
    """Return the ``sub`` that ``audience`` sees for the person behind ``link_id``: 43 characters."""
    return keyed_ref(key, "pairwise", link_id, audience)


def ledger_subject(key: bytes, *, link_id: str) -> str:
    """Return the name under which the ledger and the consent records know the person: 43 characters."""
    return keyed_ref(key, "ledger", link_id)


def subject_ref(key: bytes, *, issuer: str, subject: str) -> str:
    """Return the reference of an account: equal only for byte-equal issuer and subject (lessons.md A3, A10)."""
    return keyed_ref(key, "account", issuer, subject)


def session_ref(key: bytes, *, session: str) -> str:
    """Return the reference of an application session; the session id itself is never kept."""
    return keyed_ref(key, "session", session)
