"""The sealed proof of a login: believed only whole, in its own session, and while it is fresh."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from os import urandom

import pytest

from xbridge.core.errors import LinkRefused, TamperDetected
from xbridge.crypto.canonical import canonical_json_of
from xbridge.crypto.sealing import Sealer
from xbridge.linking.proof import PURPOSE, LoginProof, open_proof, seal_proof

NOON = datetime(2026, 6, 1, 4, tzinfo=UTC)
KEY = bytes(range(32))
SEALER = Sealer(KEY, purpose=PURPOSE)
PROOF = LoginProof(
    assurance="L2",
    assurance_source="L2",
    authenticated_at=int(NOON.timestamp()),
    document_kinds=("home_return_permit",),
    holder="person",
    id="login-1",
    issuer="https://id.example",
    jurisdiction="HK",
    provider="iamsmart",
    session_ref="session-ref",
    started_by="relying_party",
    subject="subject",
    subject_ref="subject-ref",
    under_14="no",
    v=1,
)


def opened(sealed: str, *, session_ref: str = "session-ref", age_s: float = 0) -> LoginProof:
    """Open ``sealed`` ``age_s`` seconds after the login."""
    now = NOON + timedelta(seconds=age_s)
    return open_proof(sealed, SEALER, expected_session_ref=session_ref, max_age_s=600, now=now)


def test_a_proof_opens_to_what_was_sealed() -> None:
    """What was proved comes back unchanged."""
    assert opened(seal_proof(PROOF, SEALER, entropy=urandom)) == PROOF


def test_a_sealed_proof_shows_nothing() -> None:
    """The subject is not in the text that travels through the application."""
    sealed = seal_proof(PROOF.model_copy(update={"subject": "MARKED-SUBJECT"}), SEALER, entropy=urandom)
    assert "MARKED" not in sealed


def test_any_changed_character_is_refused() -> None:
    """No position of the sealed text can change (lessons.md A4)."""
    sealed = seal_proof(PROOF, SEALER, entropy=urandom)
    for position, old in enumerate(sealed):
        changed = sealed[:position] + ("A" if old != "A" else "B") + sealed[position + 1 :]
        with pytest.raises(TamperDetected):
            opened(changed)


@pytest.mark.parametrize("forged", ["", "xb1", "xb1.x.y", "proof", "{}", "xb1.." + "A" * 60], ids=repr)
def test_text_that_we_never_sealed_is_refused(forged: str) -> None:
    """A text made by hand is not a proof."""
    with pytest.raises(TamperDetected):
        opened(forged)


def test_a_text_sealed_for_another_purpose_is_refused() -> None:
    """A pending login or an offer cannot stand in for a proof, although the same master key sealed it."""
    with pytest.raises(TamperDetected):
        opened(seal_proof(PROOF, Sealer(KEY, purpose="pending-login"), entropy=urandom))


def test_what_opens_must_also_be_a_proof() -> None:
    """Our own seal around something of another shape is refused and not read with luck."""
    with pytest.raises(TamperDetected) as caught:
        opened(SEALER.seal(b'{"subject":"x"}', entropy=urandom))
    assert (caught.value.claim, caught.value.reason) == ("proof", "malformed")


def test_a_proof_from_before_holders_were_told_is_a_person_s() -> None:
    """A proof that was sealed without the member opens: only people could log in then."""
    older = PROOF.model_dump(mode="json", exclude={"holder"})
    assert opened(SEALER.seal(canonical_json_of(older), entropy=urandom)) == PROOF


def test_a_proof_of_another_session_is_refused() -> None:
    """A login that was made in another browser is not this person's (lessons.md A11)."""
    with pytest.raises(LinkRefused) as caught:
        opened(seal_proof(PROOF, SEALER, entropy=urandom), session_ref="another")
    assert caught.value.reason == "session"


@pytest.mark.parametrize("age_s", [0, 1, 599, 600, 600.9])
def test_a_fresh_proof_is_good_to_its_last_second(age_s: float) -> None:
    """The limit belongs to the time that is allowed."""
    assert opened(seal_proof(PROOF, SEALER, entropy=urandom), age_s=age_s) == PROOF


@pytest.mark.parametrize("age_s", [601, 3600, -1, -3600])
def test_a_stale_or_future_proof_is_refused(age_s: float) -> None:
    """A second beyond the limit is too late, and a login from the future never happened."""
    with pytest.raises(LinkRefused) as caught:
        opened(seal_proof(PROOF, SEALER, entropy=urandom), age_s=age_s)
    assert caught.value.reason == "stale"
