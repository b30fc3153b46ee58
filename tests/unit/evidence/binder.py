"""A bundle taken apart and put together again: with another member, another order, or signed by other hands."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from os import urandom
from typing import Any

from tests.unit.consent.collector import sign_revision
from tests.unit.consent.signatory import Signatory
from xbridge.consent.life import verify_revision
from xbridge.consent.record import ConsentRecord
from xbridge.core.ports import Signer
from xbridge.crypto import base64url
from xbridge.crypto.canonical import canonical_json_of, parse_strict_object
from xbridge.crypto.digest import sha256_hex
from xbridge.crypto.key import KeySet, SigningKey
from xbridge.crypto.signing import SignedRecord, add_signature, from_envelope, record_bytes, to_envelope
from xbridge.crypto.sm2 import DEFAULT_ID
from xbridge.crypto.sm2_signing import Sm2SigningKey
from xbridge.evidence.bundle import write_bundle
from xbridge.evidence.manifest import NAME, RECORD_TYPE, ROLE, SIGNATURE_NAME, build_manifest, manifest_members
from xbridge.evidence.trust import Trust, TrustedKey, trust_bytes, trusted_key
from xbridge.flows.story import SUBJECT_DETAIL
from xbridge.ledger.checkpoint import checkpoint_signer
from xbridge.ledger.entry import LedgerEntry, entry_bytes, parse_entry
from xbridge.ledger.merkle import leaf_hash
from xbridge.ledger.tree import Tree

ISSUER, ORIGIN = "https://svc.test", "svc.test/ledger"
LONG_AGO = "2020-01-01T00:00:00Z"
EXPORTED = "2026-06-01T05:00:00Z"
"""When a bundle is made unless a test says otherwise: after everything that the stories of these tests tell."""


@dataclass(kw_only=True)
class Binder:
    """The parts of a bundle, free to be changed; :meth:`bind` signs and numbers them as a real Bridge would."""

    record_key: SigningKey = field(default_factory=lambda: SigningKey.generate("EdDSA", urandom))
    sm2_key: Sm2SigningKey | None = None
    """Signs the same records once more, where there is one."""
    log_key: SigningKey = field(default_factory=lambda: SigningKey.generate("EdDSA", urandom))
    notice: bytes = b""
    language: str = "en"
    records: list[ConsentRecord] = field(default_factory=list)
    entries: list[LedgerEntry] = field(default_factory=list)
    bodies: dict[str, bytes] = field(default_factory=dict)
    consent: str = ""
    resident: Signatory | None = None
    """Who signs the giving, where the record says that the person does; the ledger names that signature."""
    subjects: dict[int, bytes] = field(default_factory=dict)
    """Signatures of the person as they come, by number of the revision; they take the place of ``resident``'s."""
    named: str | None = None
    """What the ledger calls the person's signature, where that is not the truth."""
    kept: set[str] = field(default_factory=set)
    """Ids of entries whose digest a test chose; the others follow the revisions as they are signed anew."""

    @classmethod
    def of(cls, members: Mapping[str, bytes], keys: KeySet) -> Binder:
        """Return the parts of an honest bundle, whose records are signed by ``keys``."""
        names = sorted(members)
        binder = cls()
        for name in names:
            if name.startswith("consent/"):
                binder.records.append(verify_revision(from_envelope(members[name]), keys).record)
            elif name.startswith("ledger/") and name.endswith(".json"):
                document = parse_strict_object(members[name], max_bytes=1 << 20)
                binder.entries.append(parse_entry(str(document["entry"]).encode()))
            elif name.startswith(("decision/", "facts/")):
                binder.bodies[name] = members[name]
            elif name.startswith("notice/"):
                binder.notice, binder.language = members[name], name[7:-4]
        binder.consent = binder.records[0].record_id
        return binder

    def edit(self, kind: str, **changes: Any) -> None:
        """Change the newest entry of ``kind``; ``detail`` updates its details."""
        at = max(index for index, entry in enumerate(self.entries) if entry.kind == kind)
        detail = {**dict(self.entries[at].detail), **changes.pop("detail", {})}
        if "body_digest" in changes:
            self.kept.add(self.entries[at].id)
        changed = {**changes, "detail": tuple(sorted(detail.items()))}
        self.entries[at] = self.entries[at].model_copy(update=changed)

    def move(self, kind: str, position: int) -> None:
        """Put the newest entry of ``kind`` at ``position`` of the log."""
        at = max(index for index, entry in enumerate(self.entries) if entry.kind == kind)
        self.entries.insert(position, self.entries.pop(at))

    @property
    def record_signers(self) -> tuple[Signer, ...]:
        """The key that signs the records, and the SM2 key where there is one."""
        return (self.record_key,) if self.sm2_key is None else (self.record_key, self.sm2_key)

    def trust(self, **periods: str) -> Trust:
        """Return the trust file of these keys; ``record_until="…"`` and the like set ends and starts."""

        def key(signer: SigningKey, use: Any) -> TrustedKey:
            made = trusted_key(signer.public(), use, valid_from=periods.get(f"{use}_from", LONG_AGO))
            return made.model_copy(update={"valid_until": periods.get(f"{use}_until", "")})

        keys: tuple[TrustedKey, ...] = (key(self.record_key, "record"), key(self.log_key, "log"))
        if self.sm2_key is not None:
            second = trusted_key(self.sm2_key.public(), "record", valid_from=LONG_AGO, sm2_id=DEFAULT_ID.decode())
            keys = (*keys, second)
        return Trust(issuer=ISSUER, keys=keys, log_origin=ORIGIN, v=1)

    def members(self) -> dict[str, bytes]:
        """Return all members but the manifest, signed with this binder's keys, the chain and the tree made anew."""
        found = {f"notice/{self.language}.txt": self.notice, **self.bodies}
        predecessor = ""
        digests: dict[str, str] = {}
        for number, record in enumerate(self.records, 1):
            revision = sign_revision(record.model_copy(update={"predecessor": predecessor}), *self.record_signers)
            digests[record.event_state] = predecessor = revision.digest
            found[f"consent/{number:04}.json"] = to_envelope(revision.signed)
            if number in self.subjects:
                found[f"subject/{number:04}.json"] = self.subjects[number]
            elif record.signer_role != "collector" and self.resident is not None:
                found[f"subject/{number:04}.json"] = self.resident.subject(revision.signed.raw).raw
        states = {"consent.granted": "given", "consent.refused": "refused", "consent.withdrawn": "withdrawn"}
        # Entries that commit to a revision follow it; everything else says what it was told to say.
        entries = [
            entry.model_copy(update={"body_digest": digests.get(states[entry.kind], entry.body_digest)})
            if entry.kind in states and entry.id not in self.kept
            else entry
            for entry in self.entries
        ]
        raw = [entry_bytes(self._naming(entry, found.get("subject/0001.json"))) for entry in entries]
        tree = Tree()
        tree.extend(map(leaf_hash, raw))
        sign = checkpoint_signer(
            origin=ORIGIN, public_key_raw=base64url.decode(self.log_key.public().to_jwk()["x"]), signer=self.log_key
        )
        found["ledger/checkpoint.txt"] = sign(len(tree), tree.root())
        for index, entry in enumerate(raw):
            path = [base64url.encode(node) for node in tree.inclusion_path(index)]
            document = {"entry": entry.decode(), "index": index, "path": path}
            found[f"ledger/{index:012}.json"] = canonical_json_of(document)
        found["keys.json"] = trust_bytes(self.trust())
        return found

    def _naming(self, entry: LedgerEntry, subject: bytes | None) -> LedgerEntry:
        """Return ``entry`` with the digest of the person's signature, if it is the giving and there is one."""
        named = self.named if self.named is not None else ("" if subject is None else sha256_hex(subject))
        if entry.kind != "consent.granted" or not named:
            return entry
        detail = {**dict(entry.detail), SUBJECT_DETAIL: named}
        return entry.model_copy(update={"detail": tuple(sorted(detail.items()))})

    def signed_by(self, resident: Signatory) -> None:
        """Let ``resident`` sign the giving as well, and the record say so."""
        self.resident = resident
        self.records[0] = self.records[0].model_copy(update={"signer_role": "collector-and-subject"})

    def bind(
        self,
        change: Callable[[dict[str, bytes]], object] | None = None,
        *,
        exporter: Signer | None = None,
        created_at: str = EXPORTED,
    ) -> bytes:
        """Return the bundle, ``change`` having had its way with the members before the manifest is made.

        ``exporter`` signs the manifest, by default this binder's own record keys.
        """
        members = self.members()
        if change is not None:
            change(members)
        return bound(members, consent=self.consent, exporter=exporter or self.record_signers, created_at=created_at)


def bound(
    members: Mapping[str, bytes],
    *,
    consent: str,
    exporter: Signer | Sequence[Signer],
    created_at: str = EXPORTED,
) -> bytes:
    """Return ``members`` under a manifest that is right about them, signed by ``exporter`` or each of several."""
    rest = {name: content for name, content in members.items() if name not in (NAME, SIGNATURE_NAME)}
    manifest = build_manifest(rest, consent=consent, issuer=ISSUER, log_origin=ORIGIN, created_at=created_at)
    signed = SignedRecord(raw=record_bytes(RECORD_TYPE, 1, manifest), signatures=())
    for signer in exporter if isinstance(exporter, Sequence) else (exporter,):
        signed = add_signature(signed, signer, ROLE)
    return write_bundle({**rest, **manifest_members(manifest, signed)})
