"""8 PROOF, the checking side: a bundle, a trust file, and nothing else.  No network, no database, no effects.

What a bundle proves: what it holds was shown, agreed, decided and released as it says, under keys that the reader
trusts, in a log that those keys signed.  What it does not prove: that nothing else happened; that takes an audit of
the log.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import ParamSpec, TypeVar

from xbridge.consent.life import ROLE, Revision, verify_chain, verify_revision, with_subject
from xbridge.consent.subject import verify_subject
from xbridge.core.decision import Decision
from xbridge.core.errors import ConfigError, TamperDetected, VerificationError
from xbridge.core.moment import from_text
from xbridge.core.signing import SignatureAlgorithm
from xbridge.crypto import base64url
from xbridge.crypto.canonical import canonical_json_of, parse_strict_object
from xbridge.crypto.digest import sha256_hex
from xbridge.crypto.signing import from_envelope
from xbridge.evidence.bundle import read_bundle
from xbridge.evidence.manifest import NAME, SIGNATURE_NAME, Manifest, verify_exporter, verify_manifest
from xbridge.evidence.trust import Trust, parse_embedded_trust
from xbridge.flows.checked_signature import CheckedSignature, checked_signatures
from xbridge.flows.story import SUBJECT_DETAIL, verify_story
from xbridge.ledger.checkpoint import Checkpoint, verify_checkpoint
from xbridge.ledger.entry import LedgerEntry, parse_entry
from xbridge.ledger.merkle import verify_inclusion
from xbridge.ledger.note import NoteVerifier, note_key, note_verifier

P = ParamSpec("P")
T = TypeVar("T")

CHECKS = ("container", "manifest", "notice", "consent", "checkpoint", "inclusion", "subject", "decisions", "story")
"""The names of the checks, in the order they are reported; a failing one is the error's ``claim``."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ResidentSignature:
    """The person's own signature over the giving, as far as it could be checked.

    ``fingerprint`` is the certificate's; ``anchor`` that of the authority it leads to, empty where the trust file names
    none: then the key in the certificate signed, and whose certificate it is nobody said.  ``certificate`` (DER) names
    the person.
    """

    algorithm: SignatureAlgorithm
    fingerprint: str
    anchor: str
    signed_at: datetime
    certificate: bytes = field(repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class VerifiedBundle:
    """What held.  ``signer_known`` is False when no trust file was given: then everything is merely consistent.

    ``resident`` is the person's own signature, None where the record says that the collecting party alone signed.
    ``signatures`` are all of the records' and the manifest's, also those that nobody here could check.
    ``log_size`` is how many entries the log had.  ``checks`` are ``(name, what was checked)``; ``story`` the ledger
    entries in order; ``decisions`` by entry id.
    """

    signer_known: bool
    resident: ResidentSignature | None
    checks: tuple[tuple[str, str], ...]
    signatures: tuple[CheckedSignature, ...]
    manifest: Manifest
    log_size: int
    revisions: tuple[Revision, ...]
    story: tuple[tuple[int, LedgerEntry], ...]
    decisions: Mapping[str, Decision]

    @property
    def everybody_known(self) -> bool:
        """Whether every signature leads to a key or an authority of the reader's trust file."""
        return self.signer_known and (self.resident is None or bool(self.resident.anchor))


def verify_bundle(raw: bytes, trust: Trust | None) -> VerifiedBundle:
    """Verify a bundle and return what it says.

    (1) the container is intact   (2) the manifest lists every member and is signed   (3) the notice is the text that was
    agreed to   (4) every revision is signed, chained, and signed while its key was valid   (5) the checkpoint is the log's own
    (6) every entry is in the log   (7) where the record says that the person signed it, they did, and the ledger names
    that very signature; where it does not, nobody says so   (8) every decision is the recorded one and read the facts
    beside it   (9) entries tell one story: nothing released before the giving, after the end, on a refusal, or beyond
    the consent

    Raises ``TamperDetected``; its ``claim`` is the name of the check that failed.  Raises ``ConfigError`` for a ``trust``
    whose keys cannot be used, ``Unsupported`` where it takes SM2 to know and the extra ``gm`` is not there.
    """
    done: list[tuple[str, str]] = []
    # (1)
    members = _named("container", read_bundle, raw)
    done.append(("container", f"{len(members)} members, no byte out of place"))
    # (2)
    manifest = _named("manifest", verify_manifest, members)
    embedded = _embedded_trust(members)
    # What the issuer's own copy would require counts for nobody: everything is merely consistent then.
    used = embedded.model_copy(update={"require": "any"}) if trust is None else trust
    if (used.issuer, used.log_origin) != (manifest.issuer, manifest.log_origin):
        raise TamperDetected(
            "manifest", reason="unknown", message="the bundle is of another issuer or log than trusted"
        )
    _named("manifest", verify_exporter, members, manifest, used)
    done.append(("manifest", f"digests of {len(manifest.members)} members, signed {manifest.created_at}"))
    # (3) and (4)
    revisions = _named("consent", _verify_revisions, members, used)
    first = revisions[0].record
    _verify_notice(members, revisions)
    done.append(("notice", f"the {first.language} text shown, {first.notice_digest[:23]}…"))
    done.append(("consent", f"{len(revisions)} signed revision(s), now {revisions[-1].record.event_state}"))
    # (5)
    checkpoint = _named("checkpoint", _verify_log_head, members, used)
    done.append(("checkpoint", f"{checkpoint.origin}, {checkpoint.size} entries, signed"))
    # (6)
    story = _named("inclusion", _verify_entries, members, checkpoint)
    _named("checkpoint", _verify_log_period, members, used, story)
    done.append(("inclusion", f"{len(story)} entries with their Merkle proofs"))
    # (7)
    revisions, resident = _named("subject", _verify_subject, members, revisions, story, trust)
    done.append(("subject", _about(resident)))
    # (8)
    decisions = _named("decisions", _verify_decisions, members, story)
    done.append(("decisions", f"{len(decisions)} decision(s) and the facts they read"))
    # (9)
    _named("story", verify_story, manifest, revisions, story, decisions)
    _verify_members(members, revisions, story)
    done.append(("story", "given before use, nothing released after the end"))
    return VerifiedBundle(
        signer_known=trust is not None,
        resident=resident,
        checks=tuple(done),
        signatures=checked_signatures(members, used),
        manifest=manifest,
        log_size=checkpoint.size,
        revisions=revisions,
        story=story,
        decisions=decisions,
    )


def _named(name: str, check: Callable[P, T], *arguments: P.args, **named: P.kwargs) -> T:
    """Run ``check`` and let its failure carry the name of the check."""
    try:
        return check(*arguments, **named)
    except TamperDetected as exc:
        raise TamperDetected(name, reason=exc.reason, message=exc.message, index=exc.index) from exc
    except VerificationError as exc:
        raise TamperDetected(name, reason=exc.reason, message=exc.message) from exc
    except ValueError as exc:
        # A bundle that was made by hand may hold anything, for example a thirteenth month.
        raise TamperDetected(name, reason="malformed") from exc


def _embedded_trust(members: Mapping[str, bytes]) -> Trust:
    """Return the keys that the bundle itself brings.

    They make it consistent and prove nothing about the signer; beside a trust file they only have to be readable.
    """
    try:
        trust = parse_embedded_trust(members.get("keys.json", b""))
        _log_verifiers(trust)
        return trust
    except (ConfigError, VerificationError) as exc:
        raise TamperDetected("manifest", reason="malformed", message="the bundle's own keys cannot be read") from exc


def _verify_revisions(members: Mapping[str, bytes], trust: Trust) -> tuple[Revision, ...]:
    """Return the consent's revisions, each signed by a record key that was valid then, or by both where that is required."""
    keys = trust.record_keys()
    names = sorted(name for name in members if name.startswith("consent/"))
    if names != [f"consent/{number:04}.json" for number in range(1, len(names) + 1)]:
        raise TamperDetected("consent", reason="missing")
    revisions = verify_chain(tuple(verify_revision(from_envelope(members[name]), keys) for name in names))
    for revision in revisions:
        trust.verify_signers(revision.signed, role=ROLE, at=from_text(revision.record.event_time))
    return revisions


def _verify_notice(members: Mapping[str, bytes], revisions: tuple[Revision, ...]) -> None:
    """Check that the text in the bundle is the one that every revision names, in its language."""
    record = revisions[0].record
    text = members.get(f"notice/{record.language}.txt")
    if text is None:
        raise TamperDetected("notice", reason="missing", message="the text that was shown is not in the bundle")
    if any(revision.record.notice_digest != sha256_hex(text) for revision in revisions):
        raise TamperDetected("notice", reason="mismatch", message="the text is not the one that was agreed to")


def _verify_log_head(members: Mapping[str, bytes], trust: Trust) -> Checkpoint:
    """Return the checkpoint, signed by one of the log keys of ``trust``."""
    note = members.get("ledger/checkpoint.txt", b"")
    return verify_checkpoint(note, origin=trust.log_origin, verifiers=_log_verifiers(trust))


def _log_verifiers(trust: Trust) -> list[NoteVerifier]:
    """Return the log keys as notes name them.

    Raises ``ConfigError`` for a name or key that no note can have, or keys that a note cannot tell apart.
    """
    keys = [note_key(trust.log_origin, key) for key in trust.verification_keys("log")]
    if len({key.key_id for key in keys}) != len(keys):
        raise ConfigError("the trust file holds log keys that a checkpoint cannot tell apart")
    return [note_verifier(key) for key in keys]


def _verify_log_period(members: Mapping[str, bytes], trust: Trust, story: tuple[tuple[int, LedgerEntry], ...]) -> None:
    """Check that the checkpoint's key was not over when the newest entry was made.

    A checkpoint has no time of its own, but it was signed after the entries it covers; a key that began later may have
    signed for an older log, so the start of its period says nothing here.
    """
    newest = max((from_text(entry.at) for _, entry in story), default=None)
    if newest is None or not any(key.valid_until for key in trust.keys if key.use == "log"):
        return
    living = tuple(key for key in trust.keys if not key.valid_until or newest < from_text(key.valid_until))
    _verify_log_head(members, trust.model_copy(update={"keys": living}))


def _verify_entries(members: Mapping[str, bytes], checkpoint: Checkpoint) -> tuple[tuple[int, LedgerEntry], ...]:
    """Return the ledger entries in log order, each proved to be in the log."""
    story = []
    for name in sorted(members):
        if not name.startswith("ledger/") or name == "ledger/checkpoint.txt":
            continue
        document = parse_strict_object(members[name], max_bytes=256 * 1024)
        entry, index, path = document.get("entry"), document.get("index"), document.get("path")
        if not isinstance(entry, str) or not isinstance(index, int) or not isinstance(path, list):
            raise TamperDetected("inclusion", reason="malformed")
        if canonical_json_of(document) != members[name] or name != f"ledger/{index:012}.json":
            raise TamperDetected("inclusion", reason="malformed", index=index)
        verify_inclusion(
            entry.encode(),
            index=index,
            size=checkpoint.size,
            path=[base64url.decode(str(node)) for node in path],
            root=checkpoint.root,
        )
        story.append((index, parse_entry(entry.encode())))
    return tuple(story)


def _verify_subject(
    members: Mapping[str, bytes],
    revisions: tuple[Revision, ...],
    story: tuple[tuple[int, LedgerEntry], ...],
    trust: Trust | None,
) -> tuple[tuple[Revision, ...], ResidentSignature | None]:
    """Return the revisions with the person's own signature, and what is known about it.

    The authorities that count are those of the reader's trust file: the bundle's own keys vouch for nobody.
    """
    whole = tuple(
        with_subject(revision, members.get(f"subject/{number:04}.json")) for number, revision in enumerate(revisions, 1)
    )
    first = whole[0]
    named = {
        dict(entry.detail).get(SUBJECT_DETAIL, "")
        for _, entry in story
        if entry.kind == "consent.granted" and entry.body_digest == first.digest
    }
    if first.subject is None:
        if named - {""}:
            raise TamperDetected("subject", reason="missing", message="the ledger names a signature of the person")
        return whole, None
    if named != {first.subject.digest}:
        raise TamperDetected("subject", reason="mismatch", message="the ledger names another signature of the person")
    asked_at = from_text(first.record.event_time)
    granted_at = max(from_text(entry.at) for _, entry in story if entry.body_digest == first.digest)
    anchors = None if trust is None else trust.anchors(asked_at, granted_at)
    anchor = ""
    if anchors is not None:
        signer = verify_subject(first.subject, first.signed.raw, anchors, asked_at=asked_at, granted_at=granted_at)
        anchor = signer.anchor
    return whole, ResidentSignature(
        algorithm=first.subject.record.algorithm,
        fingerprint=first.subject.fingerprint,
        anchor=anchor,
        signed_at=from_text(first.subject.record.signed_at),
        certificate=first.subject.certificate,
    )


def _about(resident: ResidentSignature | None) -> str:
    if resident is None:
        return "the collecting party alone signed, and the record says so"
    known = "under a trusted authority" if resident.anchor else "whose certificate it is nobody said"
    return f"signed by the person too, certificate {resident.fingerprint[:23]}…, {known}"


def _verify_decisions(members: Mapping[str, bytes], story: tuple[tuple[int, LedgerEntry], ...]) -> dict[str, Decision]:
    """Return the decisions by entry id: each is the recorded one, and its facts are those it was taken on."""
    decisions = {}
    for index, entry in story:
        if entry.kind != "decision":
            continue
        raw, facts = members.get(f"decision/{entry.id}.json"), members.get(f"facts/{entry.id}.json")
        if raw is None or facts is None:
            raise TamperDetected("decisions", reason="missing", index=index)
        if sha256_hex(raw) != entry.body_digest:
            raise TamperDetected("decisions", reason="mismatch", index=index)
        try:
            decision = Decision.model_validate_json(raw)
        except ValueError as exc:
            raise TamperDetected("decisions", reason="malformed", index=index) from exc
        if sha256_hex(facts) != decision.input_digest or dict(entry.detail).get("outcome") != decision.outcome:
            raise TamperDetected("decisions", reason="mismatch", index=index)
        decisions[entry.id] = decision
    return decisions


def _verify_members(
    members: Mapping[str, bytes], revisions: tuple[Revision, ...], story: tuple[tuple[int, LedgerEntry], ...]
) -> None:
    """Check that there is nothing in the bundle that no check looked at."""
    known = {NAME, SIGNATURE_NAME, "keys.json", "ledger/checkpoint.txt", f"notice/{revisions[0].record.language}.txt"}
    for number, revision in enumerate(revisions, 1):
        known.add(f"consent/{number:04}.json")
        if revision.subject is not None:
            known.add(f"subject/{number:04}.json")
    known |= {f"ledger/{index:012}.json" for index, _ in story}
    known |= {f"{kind}/{entry.id}.json" for _, entry in story for kind in ("decision", "facts")}
    if stray := sorted(set(members) - known):
        raise TamperDetected("story", reason="unknown", message=f"an unexpected member: {stray[0]}")
