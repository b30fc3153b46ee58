"""The manifest: what a bundle is about and the digest of every other member, signed by who exported it.

The signature is what says "this is all there was": without it somebody who passes a bundle on could leave a withdrawal
out and correct the list.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal

from xbridge.core.decision import Record
from xbridge.core.errors import TamperDetected
from xbridge.core.moment import from_text, to_text
from xbridge.crypto.canonical import canonical_json
from xbridge.crypto.digest import sha256_hex
from xbridge.crypto.signing import SignedRecord, from_envelope, to_envelope, verify_record
from xbridge.evidence.trust import Trust

NAME = "manifest.json"
SIGNATURE_NAME = "manifest.sig.json"
RECORD_TYPE = "evidence-manifest"
ROLE = "issuer"


class Member(Record):
    """One member: its name and ``sha256:hex``."""

    digest: str
    name: str


class Manifest(Record):
    """What the bundle is about; members are sorted by name; ``created_at`` is RFC 3339 in UTC.

    ``manifest.sig.json`` is not listed: it holds this manifest, signed.
    """

    consent: str
    created_at: str
    issuer: str
    log_origin: str
    members: tuple[Member, ...]
    v: Literal[1]


def build_manifest(
    members: Mapping[str, bytes], *, consent: str, issuer: str, log_origin: str, created_at: str
) -> Manifest:
    """Return the manifest of ``members``, for the exporter to sign."""
    listed = tuple(Member(digest=sha256_hex(members[name]), name=name) for name in sorted(members))
    return Manifest(consent=consent, created_at=created_at, issuer=issuer, log_origin=log_origin, members=listed, v=1)


def manifest_members(manifest: Manifest, signed: SignedRecord) -> dict[str, bytes]:
    """Return the two members that complete a bundle: the canonical manifest and its signed envelope."""
    return {NAME: canonical_json(manifest), SIGNATURE_NAME: to_envelope(signed)}


def verify_manifest(members: Mapping[str, bytes]) -> Manifest:
    """Return the manifest if it lists exactly the other members with their digests.

    Raises ``TamperDetected``, and ``ValueError`` for a time that is none.
    """
    try:
        manifest = Manifest.model_validate_json(members[NAME])
    except KeyError as exc:
        raise TamperDetected("manifest", reason="missing") from exc
    except ValueError as exc:
        raise TamperDetected("manifest", reason="malformed") from exc
    rest = {name: content for name, content in members.items() if name not in (NAME, SIGNATURE_NAME)}
    if [member.name for member in manifest.members] != sorted(rest):
        raise TamperDetected("manifest", reason="mismatch", message="the manifest lists other members")
    for index, member in enumerate(manifest.members):
        if sha256_hex(rest[member.name]) != member.digest:
            raise TamperDetected(
                "manifest", reason="mismatch", message=f"{member.name} is not what the manifest says", index=index
            )
    if canonical_json(manifest) != members[NAME]:
        raise TamperDetected("manifest", reason="malformed", message="the manifest is not in canonical form")
    if to_text(from_text(manifest.created_at)) != manifest.created_at:
        raise TamperDetected("manifest", reason="malformed", message="the manifest's time is not in canonical form")
    return manifest


def verify_exporter(members: Mapping[str, bytes], manifest: Manifest, trust: Trust) -> None:
    """Check that a record key of ``trust`` signed exactly this manifest, while it was valid.

    The time is the signer's own word: that it is not before what the manifest lists is for the story to check.

    Raises ``TamperDetected``: ``missing``, ``mismatch``, ``unknown`` for a stranger's signature, or the period's reason;
    ``Unsupported`` as :meth:`Trust.record_keys`.
    """
    envelope = members.get(SIGNATURE_NAME)
    if envelope is None:
        raise TamperDetected("manifest", reason="missing", message="the manifest is not signed")
    signed = from_envelope(envelope)
    payload = verify_record(signed, trust.record_keys(), expected_type=RECORD_TYPE, expected_role=ROLE)
    if payload != members[NAME]:
        raise TamperDetected("manifest", reason="mismatch", message="another manifest was signed")
    trust.verify_signers(signed, role=ROLE, at=from_text(manifest.created_at))
