"""8 PROOF, the giving side: everything about one consent in one bundle that a stranger checks offline."""

from __future__ import annotations

from datetime import datetime

from xbridge.core.effects import read, read_log, scan
from xbridge.core.errors import TamperDetected
from xbridge.core.moment import to_text
from xbridge.core.signing_provider import SigningProvider
from xbridge.crypto import base64url
from xbridge.crypto.canonical import canonical_json_of
from xbridge.crypto.key import VerificationKey
from xbridge.crypto.signing import to_envelope
from xbridge.evidence.bundle import write_bundle
from xbridge.evidence.manifest import RECORD_TYPE, ROLE, build_manifest, manifest_members
from xbridge.evidence.trust import ResidentAnchor, Trust, resident_anchor, trust_bytes, trusted_key
from xbridge.flows.deps import Deps
from xbridge.flows.record_signing import sign_as_operator
from xbridge.flows.shelf import decision_key, mark_index, mark_key, notice_key, read_consent
from xbridge.ledger.entry import parse_entry


async def export_evidence(deps: Deps, consent_id: str, *, now: datetime) -> bytes:
    """Return the bundle about ``consent_id``: notice, revisions, decisions with their facts, entries with proofs.

    Where the person signed too, their certificate is in it, and that names them to whoever holds the bundle.

    Raises ``ConsentMissing("none")``, and ``TamperDetected`` when the store no longer holds what the ledger names.
    """
    history, _ = await read_consent(deps, consent_id)
    members: dict[str, bytes] = {}
    notice = await read(notice_key(history.first.notice_digest))
    if notice is None:
        raise TamperDetected("notice", reason="missing", message="the text that was shown is gone from the store")
    members[f"notice/{history.first.language}.txt"] = notice.value
    for number, revision in enumerate(history.revisions, 1):
        members[f"consent/{number:04}.json"] = to_envelope(revision.signed)
        if revision.subject is not None:
            members[f"subject/{number:04}.json"] = revision.subject.raw
    marks = await scan(mark_key(consent_id, ""))
    view = await read_log(*(mark_index(mark.value) for mark in marks))
    members["ledger/checkpoint.txt"] = view.checkpoint
    newest = to_text(now)
    for proof in view.proofs:
        members[f"ledger/{proof.index:012}.json"] = canonical_json_of(
            {
                "entry": proof.entry.decode(),
                "index": proof.index,
                "path": [base64url.encode(node) for node in proof.path],
            }
        )
        entry = parse_entry(proof.entry)
        # The clock that dated an entry may have been ahead of this one; no bundle is older than what is in it.
        newest = max(newest, entry.at)
        if entry.kind == "decision":
            for kind, key in (("decision", decision_key(entry.id)), ("facts", f"facts/{entry.id}")):
                row = await read(key)
                if row is None:
                    raise TamperDetected(kind, reason="missing", message=f"a recorded {kind} is gone from the store")
                members[f"{kind}/{entry.id}.json"] = row.value
    # With these alone the bundle can be checked for consistency; whose keys they are takes a trust file from elsewhere.
    members["keys.json"] = trust_bytes(current_trust(deps))
    manifest = build_manifest(
        members,
        consent=consent_id,
        issuer=deps.config.issuer,
        log_origin=deps.config.log_origin,
        created_at=newest,
    )
    signed = await sign_as_operator(deps, RECORD_TYPE, 1, manifest, ROLE)
    return write_bundle({**members, **manifest_members(manifest, signed)})


def current_trust(deps: Deps) -> Trust:
    """Return our public keys as a trust file; publish it where readers find it without asking us for a bundle."""
    log = VerificationKey.from_jwk({"kty": "OKP", "crv": "Ed25519", "x": base64url.encode(deps.log_key.public_key_raw)})
    since = deps.config.keys.valid_from
    return Trust(
        issuer=deps.config.issuer,
        keys=(
            *(
                trusted_key(key.public, "record", valid_from=key.valid_from, sm2_id=key.sm2_id)
                for key in deps.record_keyring
            ),
            *deps.retired_keys.values(),
            trusted_key(log, "log", valid_from=since),
            trusted_key(deps.token_signer.public(), "token", valid_from=since),
        ),
        log_origin=deps.config.log_origin,
        resident_anchors=_resident_anchors(deps),
        v=1,
    )


def _resident_anchors(deps: Deps) -> tuple[ResidentAnchor, ...]:
    """Return the authorities under whose certificates people sign here, each from its certificate's own beginning."""
    found = {}
    for provider, settings in deps.providers.values():
        anchors = provider.signature_anchors(settings) if isinstance(provider, SigningProvider) else None
        for each in () if anchors is None else anchors.certificates:
            found[each.fingerprint] = resident_anchor(each.raw, valid_from=to_text(each.valid_from))
    return tuple(found[fingerprint] for fingerprint in sorted(found))
