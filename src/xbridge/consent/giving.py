"""From an offer to a record: what a person was shown, and the record of their answer.  Pure."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Literal

from xbridge.consent.notice import Notice
from xbridge.consent.record import ConsentParty, ConsentRecord, SignerRole
from xbridge.core.config import Party, Service
from xbridge.core.decision import Record
from xbridge.core.flow import DataFlow
from xbridge.core.identity import Level
from xbridge.core.language import Language
from xbridge.core.moment import to_text

OFFER_PURPOSE = "consent-offer"


class Offer(Record):
    """An offer as sealed for the application: everything that the answer will be bound to.

    ``link`` is the link's id (one that is to be made, for an identity binding); times are seconds since 1970.
    """

    audience: str
    categories: tuple[str, ...]
    expires_at: int
    id: str
    language: Language
    link: str
    notice_digest: str
    notice_version: str
    purpose: str
    service: str
    session_ref: str
    source: str
    target: str
    v: Literal[1]

    def flow(self) -> DataFlow:
        """Return the data flow that was offered."""
        return DataFlow(source=self.source, target=self.target, purpose=self.purpose, categories=self.categories)


def build_consent(
    offer: Offer,
    notice: Notice,
    service: Service,
    exporter: Party,
    recipient: Party,
    *,
    record_id: str,
    principal: str,
    assurance: Level,
    assurance_source: str,
    collector: str,
    state: Literal["given", "refused"],
    signer_role: SignerRole = "collector",
    now: datetime,
) -> ConsentRecord:
    """Return the first revision of a consent: ``offer`` answered at ``now`` by the person named ``principal``.

    With ``signer_role="collector-and-subject"`` it is whole only beside that person's own signature.
    """
    flow = offer.flow()
    return ConsentRecord(
        assurance=assurance,
        assurance_source=assurance_source,
        audience=offer.audience,
        bundled=False,
        by="subject",
        categories=flow.categories,
        conditional_on_service=False,
        cross_border=exporter.jurisdiction != recipient.jurisdiction,
        entity_id=collector,
        event_state=state,
        event_time=to_text(now),
        event_type="explicit",
        explicit=True,
        jurisdiction=exporter.jurisdiction,
        language=offer.language,
        notice_digest=notice.digest,
        notice_version=notice.version,
        pii_controllers=(_party(exporter),),
        pii_principal_id=principal,
        pii_type=flow.categories,
        predecessor="",
        privacy_notice=notice.id,
        purpose=flow.purpose,
        recipient_third_parties=(_party(recipient),),
        record_id=record_id,
        retention_period=f"P{service.retention_days}D",
        schema_version="xbridge-27560-1",
        separate=True,
        service=service.id,
        signer_role=signer_role,
        source=flow.source,
        storage_locations=service.storage_place,
        target=flow.target,
        valid_until=to_text(now + timedelta(days=service.consent_days)),
        validity_duration=f"P{service.consent_days}D",
        voluntary=True,
        withdrawal_method="same-place",
        written=True,
    )


def _party(party: Party) -> ConsentParty:
    return ConsentParty(
        party_address=party.address,
        party_contact=party.contact,
        party_id=party.id,
        party_name=party.names,
        party_type=party.kind,
    )
