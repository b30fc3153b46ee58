"""What strangers, thieves of messages and dishonest peers can send in a matching, and that none of it is answered.

A dishonest peer signs whatever it likes with its own key, so every message here that is not a stranger's is soundly signed.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from os import urandom
from typing import Any

import pytest

from tests.unit.flows.matching_stage import (
    INITIATOR,
    PERSON,
    REFERENCE,
    RESPONDER,
    SAME,
    STRANGER,
    WHOM,
    MatchingStage,
    edited,
    rewritten,
)
from xbridge import Bridge, MemoryStore
from xbridge.core.effects import Pending
from xbridge.core.errors import ProtocolError, TamperDetected, VerificationError, XBridgeError
from xbridge.core.matching import MatchSubject
from xbridge.crypto import base64url
from xbridge.crypto.key import SigningKey
from xbridge.crypto.signing import SignedRecord, add_signature, from_envelope, to_envelope
from xbridge.linking.matching import _confirmation, new_evaluation
from xbridge.web.matching import answer_matching_request
from xbridge.web.message import WebRequest

IDENTITY = base64url.encode(bytes(32))
NO_ELEMENT = base64url.encode(b"\xff" * 32)
Members = dict[str, Any]


def first(name: str, value: Any) -> Callable[[Members], None]:
    """Set a member of the first item."""
    return lambda members: members["items"][0].update({name: value})


def put(name: str, value: Any) -> Callable[[Members], None]:
    """Set a member of the message."""
    return lambda members: members.update({name: value})


def unchanged(members: Members) -> None:
    """Change nothing."""


def repeat_first(members: Members) -> None:
    """Say the first item twice: a second evaluation under one key."""
    members["items"].insert(0, members["items"][0])


BAD_OPENINGS: dict[str, tuple[Callable[[Members], None], str, str]] = {
    "for another party": (put("responder", STRANGER), "peer", "mismatch"),
    "in another's name": (put("initiator", STRANGER), "peer", "mismatch"),
    "too old": (put("at", 1780286400 - 121), "at", "expired"),
    "ahead of time": (put("at", 1780286400 + 61), "at", "not_yet_valid"),
    "at no time": (put("at", -1), "record", "malformed"),
    "after the last year": (put("at", 253_402_300_800), "record", "malformed"),
    "no items": (put("items", []), "record", "malformed"),
    "an item twice": (repeat_first, "record", "malformed"),
    "items out of order": (lambda members: members["items"].reverse(), "record", "malformed"),
    "an unknown item": (first("name", "address"), "record", "malformed"),
    "a member more": (put("extra", 1), "record", "malformed"),
    "a short element": (first("blinded", "AAAA"), "record", "malformed"),
    "the identity": (first("blinded", IDENTITY), "oprf", "malformed"),
    "no element": (first("blinded", NO_ELEMENT), "oprf", "malformed"),
    "a document number for a name": (put("whom", "H12345678"), "record", "malformed"),
    "another version inside": (put("v", 2), "record", "malformed"),
    "a word for a number": (put("v", True), "record", "malformed"),
    "a number in text": (put("at", "1780286400"), "record", "malformed"),
}
BAD_HEADS = {
    "another type": {"head": "xbridge/matching-reply/v1"},
    "another version": {"head": "xbridge/matching-opening/v2"},
    "another role": {"role": "collector"},
}
BAD_EVALUATIONS: dict[str, tuple[Callable[[Members], None], str, str]] = {
    "another chain": (put("previous", "sha256:" + "0" * 64), "previous", "mismatch"),
    "fewer items": (lambda members: members["items"].pop(), "items", "mismatch"),
    "the identity": (first("evaluated", IDENTITY), "oprf", "malformed"),
    "no element": (first("evaluated", NO_ELEMENT), "oprf", "malformed"),
}
BAD_REPLIES: dict[str, tuple[Callable[[Members], None], str]] = {
    "another run": (put("run", "A" * 22), "mismatch"),
    "another chain": (put("previous", "sha256:" + "0" * 64), "mismatch"),
    "the identity evaluated": (first("evaluated", IDENTITY), "malformed"),
    "the identity blinded": (first("blinded", IDENTITY), "malformed"),
    "no element": (first("evaluated", NO_ELEMENT), "malformed"),
    "an item twice": (repeat_first, "malformed"),
    "a member more": (put("extra", 1), "malformed"),
}
BAD_RESULTS: dict[str, tuple[Callable[[Members], None], str]] = {
    "agreement that is not proved": (first("confirm", base64url.encode(b"\x01" * 32)), "mismatch"),
    "a difference that proves agreement": (first("agrees", 0), "mismatch"),
    "fewer items": (lambda members: members["items"].pop(), "mismatch"),
    "another run": (put("run", "A" * 22), "mismatch"),
    "another chain": (put("previous", "sha256:" + "0" * 64), "mismatch"),
    "a word for a number": (first("agrees", True), "malformed"),
}


class Recorded:
    """A stage, and the messages of an honest initiator until the ``stop``-th, which was lost on its way."""

    def __init__(self, *, stop: int) -> None:
        self.stage = MatchingStage()
        self.held = self.begin(stop=stop)

    def begin(self, *, stop: int) -> list[bytes]:
        """Run once more, and return the messages of that run."""
        held: list[bytes] = []

        def hold(raw: bytes) -> bytes:
            held.append(raw)
            return b"lost" if len(held) == stop else raw

        self.stage.on_the_way = hold
        with pytest.raises(XBridgeError):
            self.stage.match()
        self.stage.on_the_way = lambda raw: raw
        self.stage.asked.clear()
        return held

    @property
    def key(self) -> SigningKey:
        """The initiator's key."""
        return self.stage.keys[INITIATOR]


def refused(stage: MatchingStage, raw: bytes, claim: str, reason: str) -> None:
    """The Bridge refuses ``raw`` for this reason, and the web part says none."""
    with pytest.raises(VerificationError) as caught:
        stage.answer(raw)
    assert (caught.value.claim, caught.value.reason) == (claim, reason)


# --- The first message -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("fault", BAD_OPENINGS)
def test_a_bad_opening(fault: str) -> None:
    """A first message that breaks any rule is refused, and nobody is looked up for what is not for us, fresh and sound."""
    change, claim, reason = BAD_OPENINGS[fault]
    recorded = Recorded(stop=1)
    refused(recorded.stage, edited(recorded.held[0], change, recorded.key), claim, reason)
    assert (recorded.stage.asked != []) == (claim == "oprf")


def test_the_recorded_opening_is_sound() -> None:
    """Unchanged, and even signed anew, the same message is answered: the rows above are refused for their own reasons."""
    recorded = Recorded(stop=1)
    assert recorded.stage.answer(edited(recorded.held[0], unchanged, recorded.key))


@pytest.mark.parametrize("known", [True, False])
def test_names_in_another_form_are_not_compared(known: bool) -> None:
    """Whose tables fold otherwise would differ for no fault of the person: the item is left out, known or not."""
    recorded = Recorded(stop=1)
    if not known:
        recorded.stage.holds.clear()

    def fold_otherwise(members: Members) -> None:
        members["items"][1]["form"] = "han-1-0000000000000000"

    answer = recorded.stage.answer(edited(recorded.held[0], fold_otherwise, recorded.key))
    assert [item["name"] for item in members_of(answer)["items"]] == ["document", "name_roman"]


@pytest.mark.parametrize("fault", BAD_HEADS)
def test_another_head(fault: str) -> None:
    """Type, version and role are part of what is signed: a message of another kind is none."""
    recorded = Recorded(stop=1)
    with pytest.raises(TamperDetected):
        recorded.stage.answer(edited(recorded.held[0], unchanged, recorded.key, **BAD_HEADS[fault]))
    assert recorded.stage.asked == []


def test_one_spelling() -> None:
    """A soundly signed message in another spelling, with a blank or members in another order, is none."""
    recorded = Recorded(stop=1)
    for change in (lambda text: text.replace('"at":', '"at": '), lambda text: text.replace('{"at":', '{"v":1,"at":')):
        refused(recorded.stage, rewritten(recorded.held[0], change, recorded.key), "record", "malformed")


def test_a_stranger() -> None:
    """A key of nobody, a party's key in another's name, no signature, and a broken one open nothing."""
    recorded = Recorded(stop=1)
    stage, raw = recorded.stage, recorded.held[0]
    sound = from_envelope(raw)
    refused(stage, edited(raw, unchanged, SigningKey.generate()), "signature", "unknown")
    refused(stage, edited(raw, unchanged, stage.keys[STRANGER]), "peer", "mismatch")
    refused(stage, to_envelope(SignedRecord(raw=sound.raw, signatures=())), "signature", "malformed")
    broken = SignedRecord(raw=sound.raw.replace(REFERENCE.encode(), b"binding:0a1c"), signatures=sound.signatures)
    refused(stage, to_envelope(broken), "signature", "mismatch")
    swapped = SignedRecord(raw=sound.raw.replace(WHOM.encode(), b"somebody-else"), signatures=sound.signatures)
    refused(stage, to_envelope(swapped), "signature", "mismatch")
    two = add_signature(sound, stage.keys[STRANGER], "matching")
    refused(stage, to_envelope(two), "signature", "duplicated")
    three = add_signature(two, SigningKey.generate(), "matching")
    refused(stage, to_envelope(three), "signature", "malformed")
    assert (stage.asked, stage.entries(RESPONDER)) == ([], [])


@pytest.mark.parametrize("raw", [b"", b"{}", b"[]", b"\xff", b"null", b'{"raw":"","signatures":[]}', b" " * 20_000])
def test_no_message(raw: bytes) -> None:
    """What is no message at all is refused before anything else, however large."""
    stage = MatchingStage()
    with pytest.raises(TamperDetected):
        stage.answer(raw)
    assert stage.entries(RESPONDER) == []


def test_a_replayed_opening() -> None:
    """A first message is answered once: a second evaluation of the same value would be under another key."""
    recorded = Recorded(stop=1)
    recorded.stage.answer(recorded.held[0])
    refused(recorded.stage, recorded.held[0], "run", "replayed")
    recorded.stage.clock.advance(119)
    refused(recorded.stage, recorded.held[0], "run", "replayed")
    recorded.stage.clock.advance(61)
    refused(recorded.stage, recorded.held[0], "at", "expired")
    assert len(recorded.stage.asked) == 1


def test_a_replayed_opening_from_ahead() -> None:
    """The marker of a run outlives the moment at which its message is too old, also where the clock was ahead."""
    recorded = Recorded(stop=1)
    ahead = edited(recorded.held[0], put("at", 1780286400 + 60), recorded.key)
    recorded.stage.answer(ahead)
    for _ in range(18):
        recorded.stage.clock.advance(10)
        with pytest.raises(TamperDetected):
            recorded.stage.answer(ahead)
    assert len(recorded.stage.asked) == 1


# --- The third message -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("fault", BAD_EVALUATIONS)
def test_a_bad_evaluation(fault: str) -> None:
    """A third message that is not the next of its run, or holds no elements, ends the run: nothing is told, once for all."""
    change, claim, reason = BAD_EVALUATIONS[fault]
    recorded = Recorded(stop=2)
    refused(recorded.stage, edited(recorded.held[1], change, recorded.key), claim, reason)
    refused(recorded.stage, recorded.held[1], "run", "unknown")
    assert recorded.stage.story(RESPONDER)[-1] == ("matching.failed", "", "")


def test_a_replayed_evaluation() -> None:
    """The secrets of a run are taken once: the same message again finds none."""
    recorded = Recorded(stop=2)
    recorded.stage.answer(recorded.held[1])
    refused(recorded.stage, recorded.held[1], "run", "unknown")
    assert recorded.stage.story(RESPONDER)[-1] == ("matching.finished", "agree", "agree")


def test_an_evaluation_too_late() -> None:
    """The secrets of a run wait for two minutes."""
    recorded = Recorded(stop=2)
    recorded.stage.clock.advance(120)
    refused(recorded.stage, recorded.held[1], "run", "unknown")


def test_an_evaluation_of_another_run() -> None:
    """Messages of two runs do not mix: the third of one is not the third of the other, whichever run it names."""
    recorded = Recorded(stop=2)
    later = recorded.begin(stop=2)
    run = members_of(recorded.held[1])["run"]
    refused(recorded.stage, edited(later[1], put("run", run), recorded.key), "previous", "mismatch")
    assert recorded.stage.answer(later[1])


def test_another_peer_cannot_end_a_run() -> None:
    """Who steals a run's id takes nothing: the run waits for the party that began it, and is still there."""
    recorded = Recorded(stop=2)
    stage, raw = recorded.stage, recorded.held[1]
    refused(stage, edited(raw, unchanged, stage.keys[STRANGER]), "run", "unknown")
    refused(stage, edited(raw, unchanged, SigningKey.generate()), "signature", "unknown")
    assert stage.answer(raw)


@pytest.mark.parametrize("content", ["proof", "{}", "text", "bytes"])
def test_a_store_that_was_written_to(content: str) -> None:
    """What waits for the third message opens only if we sealed it, for this: anything else is tampering, and told to nobody."""
    recorded = Recorded(stop=2)
    stage, deps = recorded.stage, recorded.stage.responder._deps
    key = f"matching/{INITIATOR}/{members_of(recorded.held[1])['run']}"
    now = stage.clock.now()
    assert stage.stores[RESPONDER].take_pending(key, now=now)
    planted = {
        "proof": deps.matching_sealer.seal(b"{}", entropy=urandom, context=b"proof").encode(),
        "{}": deps.matching_sealer.seal(b"{}", entropy=urandom, context=b"waiting").encode(),
        "text": b"xb1.aaaa",
        "bytes": b"\xff",
    }[content]
    item = Pending(key=key, value=planted, expires_at=now + timedelta(seconds=60))
    stage.stores[RESPONDER].put_pending(item, now=now)
    with pytest.raises(TamperDetected):
        stage.answer(recorded.held[1])


def test_an_evaluation_before_its_opening() -> None:
    """A third message of a run that never began is not answered."""
    recorded = Recorded(stop=2)
    refused(recorded.stage, edited(recorded.held[1], put("run", "A" * 22), recorded.key), "run", "unknown")


def test_our_own_messages_come_back() -> None:
    """Reflection: what either side wrote is never taken for the other's."""
    stage = MatchingStage()
    stage.match()
    mirror = Bridge(stage.config(INITIATOR), store=MemoryStore(), clock=stage.clock.now)
    for raw in stage.sent:
        with pytest.raises(TamperDetected) as caught:
            mirror.answer_matching(raw, look_up=stage.look_up)
        assert caught.value.reason == "unknown"
    for raw in stage.answers:
        refused(stage, raw, "signature", "unknown")
    stage.on_the_way_back = lambda raw: stage.sent[-1]
    with pytest.raises(ProtocolError) as refusal:
        stage.match()
    assert refusal.value.reason == "unknown"


# --- What a dishonest responder answers ---------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("message", "fault"), [(1, name) for name in BAD_REPLIES] + [(2, name) for name in BAD_RESULTS]
)
def test_a_bad_answer(message: int, fault: str) -> None:
    """An answer that breaks a rule is an error, recorded as such: never agreement, and never difference."""
    change, reason = (BAD_REPLIES if message == 1 else BAD_RESULTS)[fault]
    stage = MatchingStage()

    def tamper(raw: bytes) -> bytes:
        return edited(raw, change, stage.keys[RESPONDER]) if len(stage.sent) == message else raw

    stage.on_the_way_back = tamper
    with pytest.raises(XBridgeError) as caught:
        stage.match()
    assert getattr(caught.value, "reason", "") == reason
    assert stage.story(INITIATOR) == [("matching.begun", "", ""), ("matching.failed", "", "")]


def test_an_answer_about_what_was_not_asked() -> None:
    """An item that the initiator did not bring cannot be slipped in: nothing of it would be evaluated for anybody."""
    stage = MatchingStage()

    def slip_in(members: Members) -> None:
        members["items"].append({**members["items"][0], "name": "name_han"})

    stage.on_the_way_back = lambda raw: edited(raw, slip_in, stage.keys[RESPONDER])
    with pytest.raises(TamperDetected) as caught:
        stage.match(replace(PERSON, name_han="", name_roman=""))
    assert (caught.value.claim, caught.value.reason) == ("items", "mismatch")
    assert len(stage.sent) == 1


@pytest.mark.parametrize("message", [1, 2])
def test_another_party_answers(message: int) -> None:
    """An answer signed by another party that we match with is none, and neither is one that nobody we know signed."""
    for key in (None, SigningKey.generate()):
        stage = MatchingStage()

        def tamper(raw: bytes, stage: MatchingStage = stage, key: SigningKey | None = key) -> bytes:
            return edited(raw, unchanged, key or stage.keys[STRANGER]) if len(stage.sent) == message else raw

        stage.on_the_way_back = tamper
        with pytest.raises(ProtocolError) as caught:
            stage.match()
        assert caught.value.reason == "unknown"


def test_an_answer_of_an_earlier_run() -> None:
    """The answers of one run do not answer another, although their signatures hold."""
    for message in (1, 2):
        stage = MatchingStage()
        stage.match()
        kept = list(stage.answers)
        stage.on_the_way_back = lambda raw, message=message, kept=kept, stage=stage: (  # type: ignore[misc]
            kept[message - 1] if len(stage.sent) == 2 + message else raw
        )
        with pytest.raises(TamperDetected) as caught:
            stage.match()
        assert caught.value.reason == "mismatch"


def test_a_responder_may_always_say_no() -> None:
    """The one lie that cannot be found out: a difference where there is none.  It binds nobody."""
    stage = MatchingStage()

    def deny(members: Members) -> None:
        for item in members["items"]:
            item.update(agrees=0, confirm=base64url.encode(b"\x02" * 32))

    stage.on_the_way_back = lambda raw: edited(raw, deny, stage.keys[RESPONDER]) if len(stage.sent) == 2 else raw
    assert stage.match().document == "differ"


def test_an_initiator_that_does_not_confirm_learns_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    """A guess that is right, behind a confirmation that is wrong, gets chance bytes: there is no quiet way to know."""
    tags: dict[Any, bytes] = {}

    def noting(*arguments: Any, **options: Any) -> Any:
        evaluation, found = new_evaluation(*arguments, **options)
        tags.update(found)
        return evaluation, found

    monkeypatch.setattr("xbridge.flows.matching.new_evaluation", noting)
    recorded = Recorded(stop=2)
    answer = recorded.stage.answer(
        edited(recorded.held[1], first("confirm", base64url.encode(b"\x03" * 32)), recorded.key)
    )
    told = members_of(answer)["items"]
    proved = [item["confirm"] == base64url.encode(_confirmation(tags[item["name"]], "responder")) for item in told]
    assert [item["agrees"] for item in told] == [0, 1, 1]
    assert proved == [False, True, True]
    assert recorded.stage.story(RESPONDER)[-1] == ("matching.finished", "differ", "agree")


# --- At the door --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("change", "status"),
    [
        ({"method": "GET"}, 405), ({"body": None}, 400), ({"body": b""}, 400), ({"body": b"{}"}, 400),
        ({"headers": {"content-encoding": "gzip"}}, 400),
    ],
)  # fmt: skip
def test_at_the_door(change: dict[str, Any], status: int) -> None:
    """Whatever is wrong, the answer is a status without a word, and nothing caches it."""
    recorded = Recorded(stop=1)
    request: dict[str, Any] = {"method": "POST", "path": "/matching", "body": recorded.held[0]} | change
    reply = answer_matching_request(recorded.stage.responder, WebRequest(**request), recorded.stage.look_up)
    assert (reply.status, reply.body) == (status, b"")
    assert dict(reply.headers)["Cache-Control"] == "no-store"


def test_every_refusal_looks_the_same() -> None:
    """A stranger, a replay, a wrong run, a broken element, about a person who is known or is not: one status, no body."""
    seen, asked = set(), []
    for holds in (SAME, None):
        recorded = Recorded(stop=2)
        stage = recorded.stage
        fresh = recorded.begin(stop=1)[0]
        stage.holds[WHOM] = holds
        for raw in (b"{}", recorded.held[0], edited(recorded.held[1], put("run", "A" * 22), recorded.key),
                    edited(recorded.held[0], unchanged, SigningKey.generate()),
                    edited(fresh, first("blinded", base64url.encode(b"\x00" * 32)), recorded.key)):  # fmt: skip
            reply = answer_matching_request(
                stage.responder, WebRequest(method="POST", path="/matching", body=raw), stage.look_up
            )
            seen.add((reply.status, reply.headers, reply.body))
        asked.append(stage.asked)
    # The last of each was refused only after the person had been looked up.
    assert asked == [[(INITIATOR, WHOM)]] * 2
    assert len(seen) == 1


@pytest.mark.parametrize("holds", [SAME, None], ids=["known", "unknown"])
def test_too_often_is_told_alike(holds: MatchSubject | None) -> None:
    """Whoever asks once too often about a person learns that, and not whether the person is known."""
    recorded = Recorded(stop=1)
    stage = recorded.stage
    raws = [recorded.held[0], *(recorded.begin(stop=1)[0] for _ in range(2))]
    stage.holds[WHOM] = holds
    last = edited(raws[0], put("run", "A" * 22), recorded.key)
    statuses = [
        answer_matching_request(
            stage.responder, WebRequest(method="POST", path="/matching", body=raw), stage.look_up
        ).status
        for raw in (*raws, last)
    ]
    assert statuses == [200, 200, 200, 429]
    assert len(stage.asked) == 3


def members_of(envelope: bytes) -> Members:
    """Return what a message says."""
    found: Members = json.loads(from_envelope(envelope).raw.partition(b"\n")[2])
    return found
