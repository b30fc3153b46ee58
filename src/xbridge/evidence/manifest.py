"""The manifest: what a bundle is about, and the digest of every other member."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal

from xbridge.core.decision import Record
from xbridge.core.errors import TamperDetected
from xbridge.crypto.canonical import canonical_json
from xbridge.crypto.digest import sha256_hex

NAME = "manifest.json"


class Member(Record):
    """One member: its name and ``sha256:hex``."""

    digest: str
    name: str


class Manifest(Record):
    """What the bundle is about.  ``created_at`` is RFC 3339 in UTC; members are sorted by name."""

    consent: str
    created_at: str
    issuer: str
    log_origin: str
    members: tuple[Member, ...]
    v: Literal[1]


def build_manifest(
    members: Mapping[str, bytes], *, consent: str, issuer: str, log_origin: str, created_at: str
) -> bytes:
    """Return the canonical manifest of ``members``."""
    listed = tuple(Member(digest=sha256_hex(members[name]), name=name) for name in sorted(members))
    return canonical_json(
        Manifest(consent=consent, created_at=created_at, issuer=issuer, log_origin=log_origin, members=listed, v=1)
    )


def verify_manifest(members: Mapping[str, bytes]) -> Manifest:
    """Return the manifest if it lists exactly the other members with their digests.  Raises ``TamperDetected``."""
    try:
        manifest = Manifest.model_validate_json(members[NAME])
    except KeyError as exc:
        raise TamperDetected("manifest", reason="missing") from exc
    except ValueError as exc:
        raise TamperDetected("manifest", reason="malformed") from exc
    rest = {name: content for name, content in members.items() if name != NAME}
    if [member.name for member in manifest.members] != sorted(rest):
        raise TamperDetected("manifest", reason="mismatch", message="the manifest lists other members")
    for index, member in enumerate(manifest.members):
        if sha256_hex(rest[member.name]) != member.digest:
            raise TamperDetected(
                "manifest", reason="mismatch", message=f"{member.name} is not what the manifest says", index=index
            )
    if canonical_json(manifest) != members[NAME]:
        raise TamperDetected("manifest", reason="malformed", message="the manifest is not in canonical form")
    return manifest
