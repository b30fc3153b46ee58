"""Matching without disclosure: two sides learn whether their values agree, and nothing else about each other's.

Each side's value goes through **both** sides' oblivious functions (RFC 9497), under keys made for this run and this item
alone: F_I(x), F_R(x).  Only equal values give both sides the same pair, and each side can have the other's function
evaluated once.  What is compared is a tag over that pair and the whole run, by an HMAC in each direction.

Pure: no store, no clock, no signature.  ``flows/matching.py`` counts, records, signs and sends.  The extra ``match`` is
needed.  ADR 0013 says why not a salted hash, and why this mode.
"""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Mapping
from typing import Final, Literal

from pydantic import Field

from xbridge.core.decision import Record
from xbridge.core.errors import TamperDetected
from xbridge.core.matching import Agreement, MatchSubject
from xbridge.core.ports import Entropy
from xbridge.crypto import base64url
from xbridge.crypto.digest import constant_time_equal
from xbridge.crypto.oprf import SEED_BYTES, blind, derive_key, evaluate, evaluate_blinded, finalize
from xbridge.linking.matching_item import DOMAIN, Brought, packed, responding
from xbridge.linking.matching_message import (
    AnsweredItem,
    AskedItem,
    ComparedItem,
    EvaluatedItem,
    Evaluation,
    ItemName,
    Opening,
    Reply,
    Result,
)

_CONFIRM_BYTES: Final = 32
Results = Mapping[ItemName, bool]


class HeldItem(Record):
    """What a side keeps of one item until the run is over: its value and blind, base64url."""

    blind: str = Field(repr=False)
    form: str
    name: ItemName
    value: str = Field(repr=False)


class Held(Record):
    """One side's secrets of one run.  Where they wait, they wait sealed; they serve one run and then nobody."""

    items: tuple[HeldItem, ...]
    seed: str = Field(repr=False)


class Waiting(Record):
    """What the responder keeps between the second message and the third."""

    held: Held
    opening: Opening
    opening_digest: str
    reply_digest: str
    v: Literal[1]


def new_opening(
    brought: tuple[Brought, ...],
    *,
    run: str,
    reference: str,
    whom: str,
    initiator: str,
    responder: str,
    at: int,
    entropy: Entropy,
) -> tuple[Opening, Held]:
    """Return the first message and what the initiator keeps.  Raises ``ValueError`` for ids of another form."""
    held, elements = _hold(brought, entropy)
    items = tuple(
        AskedItem(blinded=base64url.encode(elements[each.name]), form=each.form, name=each.name) for each in brought
    )
    opening = Opening(
        at=at, initiator=initiator, items=items, reference=reference, responder=responder, run=run, v=1, whom=whom
    )
    return opening, held


def new_reply(
    opening: Opening, *, opening_digest: str, subject: MatchSubject | None, entropy: Entropy
) -> tuple[Reply, Held]:
    """Return the responder's message and what it keeps; ``subject`` is None where it knows nobody of that name.

    Raises ``VerificationError`` for a blinded value that is no element of the group.
    """
    brought = responding(opening, subject, entropy)
    held, elements = _hold(brought, entropy)
    asked = {each.name: _octets(each.blinded) for each in opening.items}
    items = tuple(
        AnsweredItem(
            blinded=base64url.encode(elements[each.name]),
            evaluated=base64url.encode(evaluate_blinded(_key(held, each.name), asked[each.name])),
            name=each.name,
        )
        for each in brought
    )
    return Reply(items=items, previous=opening_digest, run=opening.run, v=1), held


def new_evaluation(
    opening: Opening, held: Held, reply: Reply, *, opening_digest: str, reply_digest: str
) -> tuple[Evaluation | None, Mapping[ItemName, bytes]]:
    """Return the third message, None where there is nothing to compare, and the tags by which to read the fourth.

    Raises ``TamperDetected`` for a reply of another run or about other items, ``VerificationError`` for no element.
    """
    _verify_chain(reply, run=opening.run, previous=opening_digest)
    mine = {each.name: each for each in held.items}
    if not {each.name for each in reply.items} <= set(mine):
        raise TamperDetected("items", reason="mismatch")
    tags: dict[ItemName, bytes] = {}
    items = []
    for each in reply.items:
        item, key = mine[each.name], _key(held, each.name)
        value = _bytes(item.value)
        ours, theirs = evaluate(key, value), finalize(value, _bytes(item.blind), _octets(each.evaluated))
        evaluated = evaluate_blinded(key, _octets(each.blinded))
        tag = _tag(opening, item, opening_digest, reply_digest, of_initiator=ours, of_responder=theirs)
        tags[each.name] = tag
        confirm = base64url.encode(_confirmation(tag, "initiator"))
        items.append(EvaluatedItem(confirm=confirm, evaluated=base64url.encode(evaluated), name=each.name))
    if not items:
        return None, tags
    return Evaluation(items=tuple(items), previous=reply_digest, run=opening.run, v=1), tags


def new_result(
    waiting: Waiting, evaluation: Evaluation, *, evaluation_digest: str, entropy: Entropy
) -> tuple[Result, Results]:
    """Return the fourth message and what the responder learned.

    Raises ``TamperDetected`` for an evaluation of another run or about other items, ``VerificationError`` for no element.
    """
    opening, held = waiting.opening, waiting.held
    _verify_chain(evaluation, run=opening.run, previous=waiting.reply_digest)
    mine = {each.name: each for each in held.items}
    if [each.name for each in evaluation.items] != list(mine):
        raise TamperDetected("items", reason="mismatch")
    results: dict[ItemName, bool] = {}
    items = []
    for each in evaluation.items:
        item = mine[each.name]
        value = _bytes(item.value)
        theirs = finalize(value, _bytes(item.blind), _octets(each.evaluated))
        tag = _tag(
            opening,
            item,
            waiting.opening_digest,
            waiting.reply_digest,
            of_initiator=theirs,
            of_responder=evaluate(_key(held, each.name), value),
        )
        agrees = constant_time_equal(_confirmation(tag, "initiator"), _octets(each.confirm))
        results[each.name] = agrees
        # Whoever did not confirm gets nothing to check a guess against, and cannot see that from the length.
        confirm = _confirmation(tag, "responder") if agrees else entropy(_CONFIRM_BYTES)
        items.append(ComparedItem(agrees=int(agrees), confirm=base64url.encode(confirm), name=each.name))
    return Result(items=tuple(items), previous=evaluation_digest, run=opening.run, v=1), results


def read_result(
    evaluation: Evaluation, tags: Mapping[ItemName, bytes], result: Result, *, evaluation_digest: str
) -> Results:
    """Return what the initiator learned.

    Agreement is believed where it is proved.  Raises ``TamperDetected("confirm", …)`` where it is claimed and not proved:
    that is neither agreement nor difference.
    """
    _verify_chain(result, run=evaluation.run, previous=evaluation_digest)
    if [each.name for each in result.items] != list(tags):
        raise TamperDetected("items", reason="mismatch")
    for each in result.items:
        proved = constant_time_equal(_confirmation(tags[each.name], "responder"), _octets(each.confirm))
        if bool(each.agrees) != proved:
            raise TamperDetected("confirm", reason="mismatch")
    return {each.name: bool(each.agrees) for each in result.items}


def agreements(results: Results) -> tuple[Agreement, Agreement]:
    """Return what the results say about the document and about the names; one name that differs makes them differ."""
    document = results.get("document")
    names = [agrees for name, agrees in results.items() if name != "document"]
    return (
        "not_compared" if document is None else _word(document),
        _word(all(names)) if names else "not_compared",
    )


def _hold(brought: tuple[Brought, ...], entropy: Entropy) -> tuple[Held, Mapping[ItemName, bytes]]:
    """Return what a side keeps, and the blinded values by name."""
    blinded = {each.name: blind(each.value, entropy) for each in brought}
    items = tuple(
        HeldItem(
            blind=base64url.encode(blinded[each.name].blind),
            form=each.form,
            name=each.name,
            value=base64url.encode(each.value),
        )
        for each in brought
    )
    held = Held(items=items, seed=base64url.encode(entropy(SEED_BYTES)))
    return held, {name: each.element for name, each in blinded.items()}


def _key(held: Held, name: ItemName) -> bytes:
    """Return this side's key for one item of one run: what is evaluated as a name says nothing about a document."""
    return derive_key(_bytes(held.seed), packed(DOMAIN, "key", name))


def _verify_chain(message: Reply | Evaluation | Result, *, run: str, previous: str) -> None:
    """Check that ``message`` is the next one of this very run.  Raises ``TamperDetected``."""
    if message.run != run:
        raise TamperDetected("run", reason="mismatch")
    if message.previous != previous:
        raise TamperDetected("previous", reason="mismatch")


def _tag(
    opening: Opening,
    item: HeldItem,
    opening_digest: str,
    reply_digest: str,
    *,
    of_initiator: bytes,
    of_responder: bytes,
) -> bytes:
    """Return what both sides hold where, and only where, their values agree; it is bound to this run and all its terms."""
    terms = (opening.run, opening.reference, opening.whom, opening.initiator, opening.responder)
    bound = packed(
        DOMAIN, "tag", *terms, item.name, item.form, opening_digest, reply_digest, of_initiator, of_responder
    )
    return hashlib.sha512(bound).digest()


def _confirmation(tag: bytes, role: Literal["initiator", "responder"]) -> bytes:
    """Return the proof that its author holds ``tag``; in one role it is none in the other."""
    return hmac.digest(tag, packed(DOMAIN, "confirm", role), "sha256")


def _octets(text: str) -> bytes:
    """Return the 32 bytes of a message's member.  Raises ``VerificationError``."""
    return base64url.decode(text, claim="oprf")


def _bytes(text: str) -> bytes:
    return base64url.decode(text)


def _word(agrees: bool) -> Literal["agree", "differ"]:
    return "agree" if agrees else "differ"
