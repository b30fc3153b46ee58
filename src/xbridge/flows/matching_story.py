"""What both sides of a matching count and record: the guesses that are spent, and the run's entries in the ledger."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal

from xbridge.core.effects import append, spend
from xbridge.core.errors import LinkRefused
from xbridge.core.ids import new_record_id
from xbridge.core.ports import Entropy
from xbridge.crypto.digest import keyed_ref
from xbridge.flows.deps import Deps
from xbridge.ledger.entry import Kind, build_entry, entry_bytes
from xbridge.linking.matching import Results, agreements
from xbridge.linking.matching_message import Opening


@dataclass(frozen=True, slots=True, kw_only=True)
class Story:
    """What every ledger entry of one run says; ``whom_ref`` is keyed, so that the ledger names nobody."""

    peer: str
    reference: str
    run: str
    side: Literal["initiator", "responder"]
    whom_ref: str


def story_of(deps: Deps, opening: Opening, peer: str, side: Literal["initiator", "responder"]) -> Story:
    """Return what the entries about this run say."""
    # One name for both directions: a guess is a guess, whoever began the run.
    whom_ref = keyed_ref(deps.pseudonym_key, "matching", peer, opening.whom)
    return Story(peer=peer, reference=opening.reference, run=opening.run, side=side, whom_ref=whom_ref)


async def spend_guess(deps: Deps, story: Story, *, now: datetime, entropy: Entropy) -> None:
    """Spend one of the guesses that this peer has about this person.  Raises ``LinkRefused("limit")``, recorded."""
    limits = deps.config.limits
    expires_at = now + timedelta(seconds=limits.matching_window_s)
    for number in range(limits.matchings):
        if await spend(f"matching-guess/{story.whom_ref}/{number}", expires_at=expires_at):
            return
    await record("matching.refused", story, now=now, entropy=entropy, reason="limit")
    raise LinkRefused("limit", "this person has been matched with this party as often as is allowed for now")


async def record_end(story: Story, results: Results, *, now: datetime, entropy: Entropy, body_digest: str) -> None:
    """Append what a run told: words, never values."""
    document, names = agreements(results)
    await record(
        "matching.finished", story, now=now, entropy=entropy, body_digest=body_digest, document=document, names=names
    )


async def record(
    kind: Kind, story: Story, *, now: datetime, entropy: Entropy, body_digest: str = "", **more: str
) -> None:
    """Append one entry about the run; ``body_digest`` is that of the message it stands on, the same in both ledgers."""
    detail = {
        "peer": story.peer, "reference": story.reference, "run": story.run, "side": story.side,
        "whom_ref": story.whom_ref, **more,
    }  # fmt: skip
    entry_id = new_record_id(now, entropy)
    await append(
        entry_bytes(build_entry(kind=kind, now=now, entry_id=entry_id, body_digest=body_digest, detail=detail))
    )
