"""A process in which flows die before and after each of their effects.  Run by ``test_flow_crash``.

Arguments: the store's file and the name of a flow.  For each effect in turn a child is forked that kills itself there,
with SIGKILL; after each death this process opens the file as a restarted service would and looks at everything.
"""

from __future__ import annotations

import os
import pickle
import signal
import sys
from collections.abc import Callable
from functools import cache
from itertools import count
from pathlib import Path
from typing import Any, cast

from tests.journey.traveller import SESSION, Traveller, shared_config
from tests.unit.flows.consent_desk import ConsentDesk
from xbridge.core.errors import CallbackInvalid, TamperDetected
from xbridge.core.ports import Store
from xbridge.crypto.canonical import parse_strict_object
from xbridge.evidence.trust import parse_trust
from xbridge.flows.consent import open_offer
from xbridge.flows.verification import verify_bundle
from xbridge.ledger.entry import LedgerEntry, parse_entry
from xbridge.ledger.note import note_verifier
from xbridge.stores.sqlite import SQLiteStore

SIGNING = ("ask", "receive", "sign")
"""The flows of a consent that the person signs: asking, receiving the answer, granting with it."""


class MortalStore:
    """A store that kills its process just before, or just after, the n-th thing that is asked of it."""

    def __init__(self, store: SQLiteStore) -> None:
        """Live for ever until a death is set."""
        self._store = store
        self.left = -1
        self.after = False

    def __getattr__(self, name: str) -> Any:
        """Return the real store's method, deadly."""
        method = getattr(self._store, name)

        def deadly(*arguments: Any, **named: Any) -> Any:
            self.left -= 1
            fatal = self.left == 0
            if fatal and not self.after:
                os.kill(os.getpid(), signal.SIGKILL)
            answer = method(*arguments, **named)
            if fatal:
                os.kill(os.getpid(), signal.SIGKILL)
            return answer

        return deadly


@cache
def shared_desk() -> ConsentDesk:
    """Somebody with iAM Smart+, whose keys are made before the first fork; each child gives it a store of its own."""
    return ConsentDesk()


def prepared_signature(path: str, store: MortalStore, flow: str) -> Callable[[], object]:
    """Do the same for a consent that the person signs, and leave beside ``path`` what an application would keep."""
    desk = shared_desk()
    desk.store = cast(Store, store)
    account = os.urandom(6).hex()
    hk, gd = desk.login("HK", account=account), desk.login("CN-GD", account=account)
    link = desk.bridge.link(hk, gd, agreed_to=desk.bridge.offer_link(session="s", lang="en"), session="s")
    offer = desk.offer(link)
    if flow == "ask":
        return lambda: desk.ask_consent(offer, person=hk)
    request = desk.ask_consent(offer, person=hk)
    if flow == "receive":
        return desk.sign
    desk.sign()
    kept = (offer, request.business_id, hk)
    Path(path).with_suffix(".kept").write_bytes(pickle.dumps(kept))
    return lambda: desk.grant(offer, request, approved_by=hk)


def retry(path: str, store: SQLiteStore) -> None:
    """Make the same grant again, as a restarted application would, and see that the signature was not lost."""
    found = Path(path).with_suffix(".kept")
    if not found.exists():
        return
    offer, business_id, hk = pickle.loads(found.read_bytes())
    found.unlink()
    bridge = shared_desk().another_bridge(store=store)
    try:
        consent = bridge.grant_consent(offer, approved_by=hk, session="s", signed_by=business_id).id
    except CallbackInvalid:
        # The signature is gone because it is part of the record.
        consent = parse_entry(store.entries(0, 1_000_000)[-1]).consent
    verified = verify_bundle(bridge.evidence(consent), parse_trust(bridge.trust))
    assert verified.everybody_known
    assert verified.resident is not None
    bridge.close()


def answer_again(path: str, traveller: Traveller) -> None:
    """Answer the same offer again, as a restarted application would: no answer is lost, and none is entered twice."""
    found = Path(path).with_suffix(".asked")
    if not found.exists():
        return
    offer, hk = pickle.loads(found.read_bytes())
    found.unlink()
    asked = open_offer(traveller.deps, offer, session=SESSION, now=traveller.clock.now())
    entered = traveller.store.read(f"consent/{asked.id}") is not None
    for answered in (entered, True):
        refusal = None
        try:
            traveller.bridge.grant_consent(offer, approved_by=hk, session=SESSION)
        except TamperDetected as exc:
            refusal = (exc.claim, exc.reason)
        assert refusal == (("offer", "replayed") if answered else None)


def prepared(path: str, traveller: Traveller, flow: str) -> Callable[[], object]:
    """Do what comes before ``flow`` for a person of its own, and return the call that is to die."""
    account = os.urandom(6).hex()
    hk, gd = traveller.proof(account=account), traveller.proof("CN-GD", account=account)
    offer = traveller.bridge.offer_link(session=SESSION, lang="en")
    if flow == "link":
        return lambda: traveller.bridge.link(hk, gd, agreed_to=offer, session=SESSION)
    link = traveller.bridge.link(hk, gd, agreed_to=offer, session=SESSION)
    asked = traveller.offer(link)
    if flow == "grant":
        Path(path).with_suffix(".asked").write_bytes(pickle.dumps((asked, hk)))
        return lambda: traveller.bridge.grant_consent(asked, approved_by=hk, session=SESSION)
    consent = traveller.bridge.grant_consent(asked, approved_by=hk, session=SESSION)
    if flow == "exchange":
        return lambda: traveller.release(link, consent)
    if flow == "withdraw":
        return lambda: traveller.bridge.withdraw(consent, requested_by=hk, session=SESSION)
    token = traveller.release(link, consent).token
    return lambda: traveller.ask(token)


def die(path: str, flow: str, fatal: int, after: bool) -> int:
    """Run ``flow`` in a child that dies at effect ``fatal``; return the child's exit code."""
    child = os.fork()
    if child == 0:
        store = MortalStore(SQLiteStore(path))
        signing = flow in SIGNING
        call = prepared_signature(path, store, flow) if signing else prepared(path, Traveller(store=store), flow)
        store.left, store.after = fatal, after
        call()
        os._exit(0)
    _, status = os.waitpid(child, 0)
    return os.waitstatus_to_exitcode(status)


def look(path: str, flow: str) -> None:
    """Open the file anew and check every promise; raises when one is broken."""
    store = SQLiteStore(path)
    try:
        if flow in SIGNING:
            retry(path, store)
        traveller = Traveller(config=shared_desk().config if flow in SIGNING else None, store=store)
        answer_again(path, traveller)
        store.audit(origin=traveller.config.log_origin, verifiers=[note_verifier(traveller.deps.log_key)])
        entries = [parse_entry(raw) for raw in store.entries(0, 1_000_000)]
        check_tokens(store, entries)
        check_links(store, entries)
        trust = parse_trust(traveller.bridge.trust)
        for row in store.scan("consent/"):
            verify_bundle(traveller.bridge.evidence(row.key.removeprefix("consent/")), trust)
    finally:
        store.close()


def check_tokens(store: SQLiteStore, entries: list[LedgerEntry]) -> None:
    """Check that no token and no release is without the decision, above it, that permitted it."""
    permitted: set[str] = set()
    issued: set[str] = set()
    for entry in entries:
        detail = dict(entry.detail)
        if entry.kind == "decision" and detail["outcome"].startswith("permit"):
            permitted.add(entry.id)
            assert store.read(f"decision/{entry.id}") is not None
        elif entry.kind in ("token.issued", "release"):
            assert detail["decision"] in permitted
            issued.add(detail["decision"])
    for row in store.scan("token/"):
        assert parse_strict_object(row.value, max_bytes=1 << 16)["decision"] in permitted & issued


def check_links(store: SQLiteStore, entries: list[LedgerEntry]) -> None:
    """Check that links, their accounts and their entries came together."""
    links = {row.key.removeprefix("link/").encode() for row in store.scan("link/")}
    accounts = [row.value for row in store.scan("subject/")]
    assert sorted(accounts) == sorted([*links, *links])
    assert len(links) == sum(entry.kind == "link.created" for entry in entries)
    consents = {row.key.removeprefix("consent/") for row in store.scan("consent/")}
    assert consents == {entry.consent for entry in entries if entry.kind == "consent.granted"}


def main() -> None:
    """Kill everywhere; print how many children died."""
    path, flow = sys.argv[1:3]
    # Made before the first fork, so that all children have the same keys.
    _ = shared_desk() if flow in SIGNING else shared_config()
    died = 0
    for fatal in count(1):
        codes = [die(path, flow, fatal, after) for after in (False, True)]
        look(path, flow)
        died += codes.count(-signal.SIGKILL)
        if codes == [0, 0]:
            break
        assert codes == [-signal.SIGKILL] * 2, codes
    sys.stdout.write(f"{died}\n")


if __name__ == "__main__":
    main()
