"""What both sides of a matching count and record: the guesses that are spent, and the run's entries in the ledger."""

from __future__ import annotations

from collections.abc import Sequence
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
from xbridge.linking.matching_item import Brought
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


def own_ref(deps: Deps, brought: Sequence[Brought], peer: str) -> str:
    """Return the keyed reference under which guesses at our own values count: of the document, or of the names without one.

    It is made of a document number and so never leaves the store's markers, which are digests of it.
    """
    counted = [each for each in brought if each.name == "document"] or brought
    return keyed_ref(deps.pseudonym_key, "matching-own", peer, *(each.value for each in counted))


async def spend_guess(deps: Deps, story: Story, *, own: str = "", now: datetime, entropy: Entropy) -> None:
    """Spend one of the guesses that this peer has about this person.  Raises ``LinkRefused("limit")``, recorded.

    ``own`` is :func:`own_ref` where we begin: whom we ask about is the peer's own name for the person, so a peer that
    renames them would have as many guesses at our values as it has names.
    """
    limits = deps.config.limits
    expires_at = now + timedelta(seconds=limits.matching_window_s)
    counters = [f"matching-guess/{story.whom_ref}", *([f"matching-own/{own}"] if own else [])]
    for counter in counters:
        if not await _spend_one(counter, limits.matchings, expires_at):
            break
    else:
        return
    await record("matching.refused", story, now=now, entropy=entropy, reason="limit")
    raise LinkRefused("limit", "this person has been matched with this party as often as is allowed for now")


async def _spend_one(counter: str, allowed: int, expires_at: datetime) -> bool:
    """Spend one of the ``allowed`` markers of ``counter``, and return whether one was left."""
    for number in range(allowed):
        if await spend(f"{counter}/{number}", expires_at=expires_at):
            return True
    return False


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
