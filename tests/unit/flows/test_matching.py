"""Matching between two Bridges: what both learn, what both record, how often, and that nothing else comes out."""

from __future__ import annotations

import json
from base64 import urlsafe_b64decode
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import datetime, timedelta
from functools import partial
from typing import Any

import httpx
import pytest

from tests.house.canary import Search
from tests.unit.flows.matching_stage import (
    INITIATOR,
    PERSON,
    REFERENCE,
    RESPONDER,
    SAME,
    WHOM,
    MatchingStage,
)
from tests.unit.flows.remote_key import public_pem
from xbridge import Bridge, MemoryStore
from xbridge.core.effects import Pending
from xbridge.core.errors import (
    ConfigError,
    LinkRefused,
    ProtocolError,
    ProviderRejected,
    ProviderUnavailable,
    StoreUnavailable,
    TamperDetected,
    Unsupported,
    XBridgeError,
)
from xbridge.core.matching import MatchSubject
from xbridge.crypto.key import SigningKey
from xbridge.crypto.signing import from_envelope
from xbridge.flows.matching import open_matching
from xbridge.flows.matching_story import own_ref
from xbridge.linking.matching_item import brought_by

OTHER = replace(SAME, document=("home_return_permit", "H87654321"))
EMPTY = MatchSubject(document=None, birth_date="")
OUTCOMES = {
    "the same person": (PERSON, SAME, "agree", "agree"),
    "another document": (PERSON, OTHER, "differ", "agree"),
    "another birthday": (PERSON, replace(SAME, birth_date="19800102"), "differ", "agree"),
    "another name": (PERSON, replace(SAME, name_han="陳大民"), "agree", "differ"),
    "another romanisation": (PERSON, replace(SAME, name_roman="CHEN Dawen"), "agree", "differ"),
    "nobody known": (PERSON, None, "differ", "differ"),
    "no romanised name there": (PERSON, replace(SAME, name_roman=""), "agree", "agree"),
    "no name there": (PERSON, replace(SAME, name_roman="", name_han=""), "agree", "not_compared"),
    "no name here": (replace(PERSON, name_roman="", name_han=""), SAME, "agree", "not_compared"),
    "names in other scripts": (replace(PERSON, name_roman=""), replace(SAME, name_han=""), "agree", "not_compared"),
    "no document here": (replace(PERSON, document=None), SAME, "not_compared", "agree"),
    "no document there": (PERSON, replace(SAME, document=None), "differ", "agree"),
    "a partial birthday here": (replace(PERSON, birth_date="19800000"), SAME, "not_compared", "agree"),
    "partial birthdays": (
        replace(PERSON, birth_date="19800000"), replace(SAME, birth_date="19800000"), "not_compared", "agree",
    ),
    "no such day": (replace(PERSON, birth_date="19800231"), SAME, "not_compared", "agree"),
    "another kind": (PERSON, replace(SAME, document=("hkid", "A123456(3)")), "differ", "agree"),
    "a number of no form": (replace(PERSON, document=("home_return_permit", "12")), SAME, "not_compared", "agree"),
    "the permit reissued": (
        replace(PERSON, document=("home_return_permit", "H1234567800")), SAME, "agree", "agree",
    ),
    "nothing in common": (replace(PERSON, document=None, name_roman=""), replace(SAME, name_han=""), "not_compared",
                          "not_compared"),
}  # fmt: skip


@pytest.mark.parametrize("case", OUTCOMES)
def test_what_both_sides_learn(case: str) -> None:
    """The initiator's answer and both ledgers say the same: agree, differ, or not compared."""
    subject, held, document, names = OUTCOMES[case]
    stage = MatchingStage(holds=held)
    matching = stage.match(subject)
    assert (matching.document, matching.names) == (document, names)
    for party in (INITIATOR, RESPONDER):
        assert stage.story(party) == [("matching.begun", "", ""), ("matching.finished", document, names)]
    ours, theirs = stage.entries(INITIATOR), stage.entries(RESPONDER)
    assert [each.body_digest for each in ours] == [each.body_digest for each in theirs] != ["", ""]


@pytest.mark.parametrize("colour", ["blocking", "awaiting"])
def test_both_colours(colour: str) -> None:
    """Both colours of the initiator do the same."""
    stage = MatchingStage(colour=colour)
    matching = stage.match()
    assert (matching.document, matching.names, matching.peer, matching.reference) == (
        "agree", "agree", RESPONDER, REFERENCE,
    )  # fmt: skip
    assert stage.asked == [(INITIATOR, WHOM)]
    assert [event.operation for event in stage.events] == ["answer_matching", "answer_matching", "match"]


def test_the_proof() -> None:
    """The proof opens for what it was made for, while it is fresh and the peer is one that we match with."""
    stage = MatchingStage()
    matching = stage.match()
    deps, now = stage.initiator._deps, stage.clock.now()
    proof = open_matching(deps, matching.proof, expected_reference=REFERENCE, now=now)
    assert (proof.document, proof.names, proof.run, proof.peer, proof.whom) == (
        "agree", "agree", matching.run, RESPONDER, WHOM,
    )  # fmt: skip
    refusals: list[tuple[type[XBridgeError], Callable[[], Any]]] = [
        (LinkRefused, lambda: open_matching(deps, matching.proof, expected_reference="binding:0b", now=now)),
        (LinkRefused, lambda: open_matching(
            deps, matching.proof, expected_reference=REFERENCE, now=now + timedelta(seconds=601))),
        (LinkRefused, lambda: open_matching(
            deps, matching.proof, expected_reference=REFERENCE, now=now - timedelta(seconds=1))),
        (TamperDetected, lambda: open_matching(deps, matching.proof[:-1], expected_reference=REFERENCE, now=now)),
        (TamperDetected, lambda: open_matching(
            stage.responder._deps, matching.proof, expected_reference=REFERENCE, now=now)),
    ]  # fmt: skip
    for kind, attempt in refusals:
        with pytest.raises(kind):
            attempt()
    object.__setattr__(deps.config, "parties", tuple(each for each in deps.config.parties if each.id != RESPONDER))
    with pytest.raises(LinkRefused) as caught:
        open_matching(deps, matching.proof, expected_reference=REFERENCE, now=now)
    assert caught.value.reason == "provider"


def test_a_sealed_run_is_no_proof(monkeypatch: pytest.MonkeyPatch) -> None:
    """What the responder keeps between two messages is sealed by the same key and opens as nothing else."""
    stage = MatchingStage()
    kept: list[bytes] = []
    store = stage.stores[RESPONDER]
    real = store.put_pending

    def keep(item: Pending, *, now: datetime) -> None:
        kept.append(item.value)
        real(item, now=now)

    monkeypatch.setattr(store, "put_pending", keep)
    stage.match()
    with pytest.raises(TamperDetected):
        open_matching(stage.responder._deps, kept[0].decode(), expected_reference=REFERENCE, now=stage.clock.now())


# --- How often -------------------------------------------------------------------------------------------------------


def test_a_person_is_matched_three_times() -> None:
    """The fourth run is refused here and nothing is sent; after the window one more is free for each that expired."""
    stage = MatchingStage()
    for _ in range(3):
        stage.match()
        stage.clock.advance(86_400)
    with pytest.raises(LinkRefused) as caught:
        stage.match()
    assert (caught.value.reason, len(stage.sent)) == ("limit", 6)
    assert stage.story(INITIATOR)[-1][0] == "matching.refused"
    stage.match(replace(PERSON, birth_date="19800103"), whom="somebody-else")
    stage.clock.advance(27 * 86_400)
    stage.match()
    with pytest.raises(LinkRefused):
        stage.match()


@pytest.mark.parametrize(
    "subject", [PERSON, replace(PERSON, document=None), replace(PERSON, document=None, name_roman="")]
)
def test_a_peer_that_renames_somebody_gets_no_more_guesses(subject: MatchSubject) -> None:
    """What is brought is counted as well, whatever the peer calls the person; another value counts for itself."""
    stage = MatchingStage()
    for number in range(3):
        stage.match(subject, whom=f"name-{number}")
    with pytest.raises(LinkRefused) as caught:
        stage.match(subject, whom="name-3")
    assert (caught.value.reason, len(stage.sent)) == ("limit", 6)
    assert stage.story(INITIATOR)[-1][0] == "matching.refused"
    stage.match(replace(subject, birth_date="19800102", name_han="王五"), whom="name-4")
    stage.clock.advance(31 * 86_400)
    stage.match(subject, whom="name-3")


def test_the_count_of_a_value_names_nobody() -> None:
    """Two peers, two values, two operators: never one reference, and never the value."""
    stage = MatchingStage()
    brought = brought_by(PERSON)
    refs = {
        own_ref(side._deps, values, peer)
        for side in (stage.initiator, stage.responder)
        for values in (brought, brought[1:], brought_by(replace(PERSON, birth_date="19800102")))
        for peer in (RESPONDER, "gd-hrss")
    }
    assert len(refs) == 12
    assert not [ref for ref in refs if "12345678" in ref]
    assert own_ref(stage.initiator._deps, brought, RESPONDER) == own_ref(stage.initiator._deps, brought[:1], RESPONDER)


def test_the_responder_counts_for_itself() -> None:
    """An initiator that forgets its own limit is refused by the other side, before anybody is looked up."""

    def forget(document: dict[str, Any]) -> None:
        if document["operator"] == INITIATOR:
            document["limits"] = {"matchings": 10}

    stage = MatchingStage(alter=forget)
    for _ in range(3):
        stage.match()
    with pytest.raises(ProviderRejected) as caught:
        stage.match()
    assert caught.value.provider_code == "http_429"
    assert len(stage.asked) == 3
    assert stage.story(RESPONDER)[-1][0] == "matching.refused"
    assert stage.story(INITIATOR)[-1][0] == "matching.failed"


@pytest.mark.parametrize("message", [1, 2])
def test_a_lost_answer_has_used_a_guess(message: int) -> None:
    """Whatever is lost, the run is over: its guess is spent on both sides, and a repetition is a new run."""
    stage = MatchingStage()

    def lose(raw: bytes) -> bytes:
        return b"" if len(stage.sent) == message else raw

    stage.on_the_way_back = lose
    with pytest.raises(ProtocolError):
        stage.match()
    assert stage.story(INITIATOR) == [("matching.begun", "", ""), ("matching.failed", "", "")]
    stage.on_the_way_back = lambda raw: raw
    for _ in range(2):
        stage.match()
    with pytest.raises(LinkRefused):
        stage.match()
    runs = {dict(each.detail)["run"] for each in stage.entries(RESPONDER)}
    assert len(runs) == 3


def test_nobody_known_is_counted_too() -> None:
    """Asking about somebody who is not there costs what asking about somebody costs."""

    def forget(document: dict[str, Any]) -> None:
        if document["operator"] == INITIATOR:
            document["limits"] = {"matchings": 10}

    stage = MatchingStage(holds=None, alter=forget)
    for _ in range(3):
        assert stage.match().document == "differ"
    with pytest.raises(ProviderRejected):
        stage.match()


def test_nobody_looks_like_somebody_who_differs() -> None:
    """Messages, statuses, lengths, entries: to the peer a stranger is a person who differs in everything."""
    seen = []
    different = MatchSubject(
        document=("home_return_permit", "H00000001"), birth_date="19700101", name_han="王五", name_roman="WONG NG"
    )
    for held in (different, None, replace(different, document=("hkid", "A123456(3)"))):
        stage = MatchingStage(holds=held)
        stage.match()
        shapes = [[item["name"] for item in payload(raw)["items"]] for raw in stage.answers]
        seen.append((stage.statuses, [len(raw) for raw in stage.answers], shapes, stage.story(RESPONDER)))
    assert seen[0] == seen[1] == seen[2]


@pytest.mark.slow
def test_agreement_has_the_length_of_difference() -> None:
    """Who watches the sealed line learns nothing from the sizes."""
    sizes = []
    for held in (SAME, OTHER, None):
        stage = MatchingStage(holds=held)
        stage.match()
        sizes.append([len(raw) for raw in (*stage.sent, *stage.answers)])
    assert sizes[0] == sizes[1] == sizes[2]


@pytest.mark.parametrize("raised", [KeyError("who"), StoreUnavailable("down")], ids=["foreign", "ours"])
def test_a_look_up_that_fails_ends_the_run(raised: Exception) -> None:
    """What the application's register raises goes on unchanged, and what began is recorded as failed."""
    stage = MatchingStage()
    kept: list[bytes] = []

    def hold(raw: bytes) -> bytes:
        kept.append(raw)
        return b""

    stage.on_the_way = hold
    with pytest.raises(ProviderRejected):
        stage.match()

    def look_up(_peer: str, _whom: str) -> MatchSubject | None:
        raise raised

    with pytest.raises(type(raised)) as caught:
        stage.responder.answer_matching(kept[0], look_up=look_up)
    assert caught.value is raised
    assert [kind for kind, *_ in stage.story(RESPONDER)] == ["matching.begun", "matching.failed"]
    reason = dict(stage.entries(RESPONDER)[-1].detail)["reason"]
    assert reason == getattr(raised, "code", "look_up")


# --- What is refused before anything is sent --------------------------------------------------------------------------


@pytest.mark.parametrize("peer", ["hk-address", INITIATOR, "nobody", ""])
def test_only_parties_that_match(peer: str) -> None:
    """A party without address or keys, ourselves, and strangers are not matched with; nothing is spent or sent."""
    stage = MatchingStage()
    with pytest.raises(Unsupported) as caught:
        stage.match(peer=peer)
    assert caught.value.capabilities == ("gd-hrss", RESPONDER)
    assert (stage.sent, stage.story(INITIATOR)) == ([], [])


@pytest.mark.parametrize("missing", ["matching_url", "jwks"])
def test_a_party_needs_both(missing: str) -> None:
    """Address and keys: who lacks one is neither asked nor answered."""

    def lack(document: dict[str, Any]) -> None:
        for party in document["parties"]:
            party.pop(missing, None)

    stage = MatchingStage()
    stage.match()
    bare = MatchingStage(alter=lack)
    with pytest.raises(Unsupported):
        bare.match()
    with pytest.raises(TamperDetected) as caught:
        bare.answer(stage.sent[0])
    assert caught.value.reason == "unknown"


@pytest.mark.parametrize("kid", ["", "alias"], ids=["own id", "another id"])
@pytest.mark.parametrize("which", ["record", "retired"])
def test_a_peer_with_our_key_is_a_mistake(which: str, kid: str) -> None:
    """A peer that is said to hold a record key of ours, by whatever id, could be us: no Bridge is made with it."""
    stage = MatchingStage()
    old = SigningKey.generate()
    retired = {
        "public": public_pem(old), "valid_from": "2026-01-01T00:00:00Z", "valid_until": "2026-02-01T00:00:00Z",
    }  # fmt: skip

    def confuse(document: dict[str, Any], *, matching_url: str) -> None:
        mine = (stage.keys[INITIATOR] if which == "record" else old).public().to_jwk()
        if which == "retired":
            document["keys"]["record_retired"] = [retired]
        for party in document["parties"]:
            if party["id"] == RESPONDER:
                party["jwks"] = {"keys": [*party["jwks"]["keys"], {**mine, **({"kid": kid} if kid else {})}]}
                party["matching_url"] = matching_url

    stage.alter = partial(confuse, matching_url="https://peer.test/matching")
    with pytest.raises(ConfigError) as caught:
        Bridge(stage.config(INITIATOR), store=MemoryStore(), clock=stage.clock.now)
    assert RESPONDER in str(caught.value)
    # At a party that we do not match with it confuses nobody.
    stage.alter = partial(confuse, matching_url="")
    Bridge(stage.config(INITIATOR), store=MemoryStore(), clock=stage.clock.now)


@pytest.mark.parametrize("text", ["", "H12345678", "A1234567", "13800138000", "a b", "a\nb", "陳", "x" * 129])
@pytest.mark.parametrize("name", ["reference", "whom"])
def test_ids_are_opaque(name: str, text: str) -> None:
    """What looks like a document or telephone number, or is no plain id, goes into no message, and the error repeats none."""
    stage = MatchingStage()
    with pytest.raises(ConfigError) as caught:
        stage.match(**{name: text})  # type: ignore[arg-type]
    assert not text or text not in str(caught.value)
    assert (stage.sent, stage.story(INITIATOR)) == ([], [])


def test_nothing_to_compare() -> None:
    """Whoever holds nothing asks nothing."""
    stage = MatchingStage()
    with pytest.raises(LinkRefused) as caught:
        stage.match(EMPTY)
    assert (caught.value.reason, stage.sent, stage.story(INITIATOR)) == ("document", [], [])


def test_without_the_extra(monkeypatch: pytest.MonkeyPatch) -> None:
    """Without a binding both sides say so before anything is spent."""
    stage = MatchingStage()
    stage.match()
    before = [len(stage.entries(party)) for party in (INITIATOR, RESPONDER)]

    def missing() -> Any:
        raise Unsupported("pip install xbridge-gba[match]")

    monkeypatch.setattr("xbridge.flows.matching_wire.require_oprf", missing)
    with pytest.raises(Unsupported, match=r"xbridge-gba\[match\]"):
        stage.match()
    with pytest.raises(Unsupported, match=r"xbridge-gba\[match\]"):
        stage.answer(stage.sent[0])
    assert [len(stage.entries(party)) for party in (INITIATOR, RESPONDER)] == before


# --- What the other side may do ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("status", "kind"), [(503, ProviderUnavailable), (400, ProviderRejected), (302, ProviderRejected)]
)
def test_the_peer_refuses(status: int, kind: type[XBridgeError], monkeypatch: pytest.MonkeyPatch) -> None:
    """Any status but 200 ends the run as an error, which is neither agreement nor difference."""
    stage = MatchingStage()
    monkeypatch.setattr(stage, "_carry", None)
    stage.initiator._driver._transport = httpx.MockTransport(lambda request: httpx.Response(status))
    with pytest.raises(kind):
        stage.match()
    assert stage.story(INITIATOR) == [("matching.begun", "", ""), ("matching.failed", "", "")]


def test_the_store_is_out_of_order() -> None:
    """A responder that cannot record answers nothing: 503, and nobody was looked up."""
    stage = MatchingStage()
    stage.stores[RESPONDER].close()
    with pytest.raises(ProviderUnavailable):
        stage.match()
    assert (stage.statuses, stage.asked) == ([503], [])


@pytest.mark.slow
def test_nothing_personal_comes_out(caplog: pytest.LogCaptureFixture) -> None:
    """No value of either side is in a message, a ledger, a row, an event, a log, an error or a repr."""
    caplog.set_level("DEBUG")
    han, roman, number, born = "金絲雀甲", "KANARI, Alfa", "H77777771", "19770701"
    subject = MatchSubject(document=("home_return_permit", number), birth_date=born, name_han=han, name_roman=roman)
    search = Search({number, f"{number}0", born, han, "金丝雀甲", roman, "kanarialfa", "KANARI", "Alfa"})
    errors: list[BaseException] = []
    for held in (subject, OTHER, None, replace(subject, document=("home_return_permit", f"{number}00"))):
        stage = MatchingStage(holds=held)
        search.look("value", repr(stage.match(subject)), str(subject), repr(subject))
        stage.on_the_way_back = lambda raw: raw[:-1]
        for attempt in (
            lambda: stage.match(subject),  # noqa: B023 - called at once
            lambda: stage.match(subject, whom=number),  # noqa: B023
            lambda: stage.match(subject, reference=born),  # noqa: B023
            lambda: stage.answer(han.encode()),  # noqa: B023
        ):
            with pytest.raises(XBridgeError) as caught:
                attempt()
            errors.append(caught.value)
        for party, store in stage.stores.items():
            search.look(f"ledger of {party}", *store.entries(0, 1 << 30))
            search.look(f"row of {party}", *(row.key.encode() + row.value for row in store.scan("")))
            search.look(f"pending of {party}", repr(vars(store)["_pending"]), repr(vars(store)["_spent"]))
        search.look("message", *stage.sent, *stage.answers)
        search.look("opened message", *(from_envelope(raw).raw for raw in stage.sent))
        search.look("event", *map(repr, stage.events))
    for record in caplog.records:
        search.look("log", record.getMessage(), repr(record.args))
    for error in errors:
        search.look_at_error("error", error)
    assert search.found() == set()
    assert len(search.texts) > 100


def test_a_run_is_fresh_every_time() -> None:
    """Two runs of the same values have nothing in common that could join them, save what names the person."""
    stage = MatchingStage()
    stage.match()
    stage.match()
    first, second = (set(points(raw)) for raw in (stage.sent[0], stage.sent[2]))
    assert first
    assert not first & second
    assert not set(points(stage.answers[0])) & set(points(stage.answers[2]))


def payload(envelope: bytes) -> dict[str, Any]:
    """Return what a message says."""
    found: dict[str, Any] = json.loads(from_envelope(envelope).raw.partition(b"\n")[2])
    return found


def points(envelope: bytes) -> list[bytes]:
    """Return every 32 bytes in a message's items."""
    return [
        urlsafe_b64decode(text + "=")
        for item in payload(envelope)["items"]
        for name, text in item.items()
        if name in ("blinded", "evaluated", "confirm")
    ]


@pytest.mark.slow
def test_a_crowd_gets_no_more_guesses() -> None:
    """Eight threads that match one person at once spend three guesses between them, on either side."""

    def forget(document: dict[str, Any]) -> None:
        if document["operator"] == INITIATOR:
            document["limits"] = {"matchings": 10}

    cases: list[tuple[dict[str, Any], type[XBridgeError]]] = [({}, LinkRefused), ({"alter": forget}, ProviderRejected)]
    for options, refusal in cases:
        stage = MatchingStage(**options)

        def attempt(_: int, stage: MatchingStage = stage) -> str:
            try:
                return stage.match().document
            except XBridgeError as error:
                return type(error).__name__

        with ThreadPoolExecutor(8) as pool:
            results = sorted(pool.map(attempt, range(8)))
        assert results.count("agree") == 3
        assert refusal.__name__ in results
        assert len(stage.asked) == 3
