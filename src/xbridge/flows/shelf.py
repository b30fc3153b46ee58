"""What the flows keep in the store, and under which key.  Reads and builds writes; every read is verified again."""

from __future__ import annotations

from dataclasses import replace
from typing import Literal

from xbridge.consent.life import ConsentHistory, Revision, open_file
from xbridge.core.decision import Record
from xbridge.core.effects import Row, Write, read, read_log, scan
from xbridge.core.errors import ConsentMissing, LinkRefused, TamperDetected
from xbridge.core.moment import from_text
from xbridge.crypto.canonical import canonical_json
from xbridge.flows.deps import Deps
from xbridge.flows.story import STATES
from xbridge.ledger.entry import parse_entry
from xbridge.linking.link import LinkRecord


class IssuedToken(Record):
    """Kept under ``token/<jti>``: what a token that we issued stands on."""

    audience: str
    consent: str
    decision: str
    link: str
    service: str
    v: Literal[1]


def link_key(link_id: str) -> str:
    """Return where a link is kept."""
    return f"link/{link_id}"


def subject_key(subject_ref: str) -> str:
    """Return where an account's link is named; at most one link per account hangs on this key."""
    return f"subject/{subject_ref}"


def consent_key(consent_id: str) -> str:
    """Return where a consent's revisions are kept."""
    return f"consent/{consent_id}"


def decision_key(decision_id: str) -> str:
    """Return where a decision is kept."""
    return f"decision/{decision_id}"


def token_key(token_id: str) -> str:
    """Return where an issued token is remembered."""
    return f"token/{token_id}"


def notice_key(digest: str) -> str:
    """Return where the text of a notice that somebody was shown is kept."""
    return f"notice/{digest}"


def mark_key(consent_id: str, entry_id: str) -> str:
    """Return where the log index of an entry about ``consent_id`` is kept; ids sort by time."""
    return f"trace/{consent_id}/{entry_id}"


async def read_link(link_id: str, *, even_ended: bool = False) -> tuple[LinkRecord, Row]:
    """Return a standing link and its row.  Raises ``LinkRefused("unknown")`` for none, or one that has ended.

    ``even_ended`` accepts one that has ended, for a person who comes back to withdraw what they agreed to under it.
    """
    row = await read(link_key(link_id))
    if row is None:
        raise LinkRefused("unknown", "there is no such link")
    record = _link(row)
    if record.state != "linked" and not even_ended:
        raise LinkRefused("unknown", "this link has ended")
    return record, row


def _link(row: Row) -> LinkRecord:
    try:
        return LinkRecord.model_validate_json(row.value)
    except ValueError as exc:
        raise TamperDetected("link", reason="malformed") from exc


async def read_consent(deps: Deps, consent_id: str) -> tuple[ConsentHistory, Row]:
    """Return a consent's verified history and its row.

    Whether the row is the newest that was written is not asked (docs/limitations.md).  Raises ``ConsentMissing("none")``,
    and ``TamperDetected`` for what no record key of ours signed, or a retired one outside its time, or one alone where
    the ledger does not name the record.
    """
    row = await read(consent_key(consent_id))
    if row is None:
        raise ConsentMissing("none", "there is no such consent")
    history = open_file(row.value, deps.record_keys, deps.subject_sealer)
    for revision in history.revisions:
        _verify_time(deps, revision)
    await _verify_entered(deps, consent_id, history.revisions)
    return history, row


def _verify_time(deps: Deps, revision: Revision) -> None:
    """Check that no retired key signed ``revision`` outside the key's time, as the revision itself tells its time."""
    for signature in revision.signed.signatures:
        retired = deps.retired_keys.get(signature.kid)
        if retired is not None and not retired.covers(from_text(revision.record.event_time)):
            raise TamperDetected("key_period", reason="expired", message="signed outside its key's time")


async def _verify_entered(deps: Deps, consent_id: str, revisions: tuple[Revision, ...]) -> None:
    """Check that the ledger names those of ``revisions`` that no key in use signed.

    Who stole a retired key writes the date that suits them, and the log, which another key signs, has no such record.
    """
    in_use = {key.public.kid for key in deps.record_keyring}
    sought = {each.digest for each in revisions if in_use.isdisjoint(made.kid for made in each.signed.signatures)}
    if not sought:
        return
    # One by one: the giving stands at the beginning, and whoever uses a consent seeks nothing but that.
    for mark in await scan(mark_key(consent_id, "")):
        view = await read_log(mark_index(mark.value))
        entry = parse_entry(view.proofs[0].entry)
        if entry.kind in STATES:
            sought.discard(entry.body_digest)
        if not sought:
            return
    raise TamperDetected("consent", reason="missing", message="a record by a retired key is not in the ledger")


def mark_index(mark: bytes) -> int:
    """Return the log index in a mark.  Raises ``TamperDetected`` for anything that we would not have written."""
    if not mark.isdigit() or len(mark) > 15:
        raise TamperDetected("trace", reason="malformed")
    return int(mark)


async def read_token(token_id: str) -> IssuedToken | None:
    """Return what we remember about a token, or None if we did not issue it."""
    row = await read(token_key(token_id))
    if row is None:
        return None
    try:
        return IssuedToken.model_validate_json(row.value)
    except ValueError as exc:
        raise TamperDetected("token", reason="malformed") from exc


def used_once_more(history: ConsentHistory, row: Row) -> Write:
    """Return the write that counts one more use; it fails if the consent changed since it was read."""
    counted = replace(history, uses=history.uses + 1)
    return Write(key=row.key, value=counted.to_file(), expected=row.version)


def written(write: Write) -> Row:
    """Return the row as ``write``, once applied, leaves it; saves reading it again."""
    return Row(key=write.key, value=write.value or b"", version=write.expected + 1)


def unchanged(row: Row) -> Write:
    """Return the write that changes nothing; it fails if the row changed since it was read."""
    return Write(key=row.key, value=row.value, expected=row.version)


def new_row(key: str, value: Record | bytes) -> Write:
    """Return the write of a row that must not exist yet."""
    return Write(key=key, value=value if isinstance(value, bytes) else canonical_json(value), expected=0)
