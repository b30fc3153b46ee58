"""The proof of one login: what linking and consent believe, sealed, so that nobody can make one by hand.

Linking on anything weaker (an e-mail, a name, a document number) is how brokers are taken over (lessons.md group A);
here the only way to a link row is two of these.
"""

from __future__ import annotations

from datetime import datetime
from typing import Literal

from pydantic import Field

from xbridge.core.decision import Record
from xbridge.core.errors import LinkRefused, TamperDetected
from xbridge.core.identity import Holder, Jurisdiction, Level, StartedBy
from xbridge.core.ports import Entropy
from xbridge.crypto.canonical import canonical_json
from xbridge.crypto.sealing import Sealer

PURPOSE = "login-proof"


class LoginProof(Record):
    """One login, as it was verified.

    ``session_ref`` is a keyed digest of the application's session id; ``document_kinds`` says which documents the profile
    held (GOV-ID-1 asks for a Home Return Permit), without their numbers, and is empty below L1, where nobody compared them
    with a register; ``permit_ref`` is the keyed reference of that permit, empty where none was told and in proofs from
    before.  ``access_token`` opens later calls to the
    provider about this person, empty where it gave none.  ``holder`` was not sealed at first: only people could log in
    then.  Times are seconds since 1970.
    """

    access_expires_at: int = 0
    access_token: str = Field(default="", repr=False)
    assurance: Level
    assurance_source: str
    authenticated_at: int
    document_kinds: tuple[str, ...]
    holder: Holder = "person"
    id: str
    issuer: str
    jurisdiction: Jurisdiction
    permit_ref: str = Field(default="", repr=False)
    provider: str
    session_ref: str
    started_by: StartedBy
    subject: str
    subject_ref: str
    under_14: Literal["yes", "no", "unknown"]
    v: Literal[1]


def seal_proof(proof: LoginProof, sealer: Sealer, *, entropy: Entropy) -> str:
    """Return ``proof`` sealed; ``sealer`` is the one for :data:`PURPOSE`."""
    return sealer.seal(canonical_json(proof), entropy=entropy)


def open_proof(sealed: str, sealer: Sealer, *, expected_session_ref: str, max_age_s: int, now: datetime) -> LoginProof:
    """Return the proof in ``sealed``.

    (1) the seal   (2) the session that it was made in   (3) its age.  Raises ``TamperDetected`` and ``LinkRefused``.
    """
    # (1) Whatever opens was written by us, so its shape is ours.
    try:
        proof = LoginProof.model_validate_json(sealer.open(sealed))
    except ValueError as exc:
        raise TamperDetected("proof", reason="malformed") from exc
    # (2) A proof that was made in another browser session is not this person's (lessons.md A11).
    if proof.session_ref != expected_session_ref:
        raise LinkRefused("session", "this login belongs to another session; log in again in this one")
    # (3)
    age = int(now.timestamp()) - proof.authenticated_at
    if not 0 <= age <= max_age_s:
        raise LinkRefused("stale", f"this login is older than {max_age_s} seconds; log in again")
    return proof
