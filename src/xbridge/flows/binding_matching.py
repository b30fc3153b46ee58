"""The matching of a binding: the person's agreement is in the ledger first, and only then does anything cross the border.

:func:`xbridge.flows.binding.bind` takes a matching of this module and no other.
"""

from __future__ import annotations

from datetime import datetime

from xbridge.consent.giving import Offer
from xbridge.consent.notice import Notice
from xbridge.core.effects import append, read
from xbridge.core.ids import new_record_id
from xbridge.core.matching import Matching, MatchSubject
from xbridge.core.ports import Entropy
from xbridge.flows.authorisation import binding_service, open_authorisation
from xbridge.flows.binding import open_proved
from xbridge.flows.consent import ConsentOffer, answered_already, notice_writes
from xbridge.flows.deps import Deps
from xbridge.flows.link import open_fresh, standing_link
from xbridge.flows.matching import match
from xbridge.flows.shelf import consent_key
from xbridge.ledger.entry import build_entry, entry_bytes
from xbridge.linking.binding import verify_binder, verify_brought
from xbridge.linking.document_ref import document_ref
from xbridge.linking.link import verify_pair


async def match_binding(
    deps: Deps,
    binding: str,
    subject: MatchSubject,
    *,
    agreed_to: ConsentOffer,
    session: str,
    now: datetime,
    entropy: Entropy,
) -> Matching:
    """Match the two accounts of ``binding`` under the notice that the person agreed to.

    (1) the intent is ours, of this session, alive, its two logins could still be linked, and the document brought is that
    of the Guangdong login, where it told one   (2) the authorisation is the notice that was offered here for a binding,
    and nobody has answered it   (3) neither account is linked to another
    (4) that the person agreed is recorded   (5) the matching, with the party that the catalogue names

    The offer is not spent: :func:`xbridge.flows.binding.bind` does that, and it must be the same one.  ``binding`` is the
    sealed proof.  Raises ``LinkRefused``, ``TamperDetected``, ``ConsentMissing``, and as ``match``.
    """
    # (1)
    proved = open_proved(deps, binding, session=session, now=now)
    logins = [open_fresh(deps, sealed, session=session, now=now) for sealed in (proved.hk, proved.cn_gd)]
    hk, cn_gd = verify_pair(*logins)
    verify_binder(cn_gd)
    verify_brought(cn_gd, _brought_ref(deps, subject))
    # (2)
    offered, notice = open_authorisation(deps, agreed_to, origin="binding", session=session, now=now)
    if await read(consent_key(offered.id)) is not None:
        raise answered_already()
    # (3) Nothing crosses for two accounts that cannot be linked.
    await standing_link(hk, cn_gd)
    # (4)
    await _record_agreement(offered, notice, reference=proved.id, now=now, entropy=entropy)
    # (5)
    service, _ = binding_service(deps.config, "binding")
    return await match(
        deps,
        subject,
        reference=proved.id,
        whom=hk.subject,
        peer=service.matching_party,
        offer=offered.id,
        now=now,
        entropy=entropy,
    )


def _brought_ref(deps: Deps, subject: MatchSubject) -> str:
    """Return the reference of the document that is brought, empty for none."""
    if subject.document is None:
        return ""
    kind, number = subject.document
    return document_ref(deps.pseudonym_key, kind=kind, number=number)


async def _record_agreement(offered: Offer, notice: Notice, *, reference: str, now: datetime, entropy: Entropy) -> None:
    """Append that the person agreed to be matched, and keep the text that they agreed to: no value, no account."""
    entry = build_entry(
        kind="matching.agreed",
        now=now,
        entry_id=new_record_id(now, entropy),
        consent=offered.id,
        body_digest=notice.digest,
        detail={"language": offered.language, "reference": reference, "service": offered.service},
    )
    await append(entry_bytes(entry), writes=await notice_writes(notice))
