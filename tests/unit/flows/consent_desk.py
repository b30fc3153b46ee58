"""A person who is asked to sign a consent: both logins, a link, an offer, and the platform's side in the test's hands."""

from __future__ import annotations

from base64 import b64decode
from os import urandom
from typing import Any

from tests.journey.traveller import AUDIENCE, ENQUIRY
from tests.unit.flows.signing_desk import INITIATE, SigningDesk
from tests.unit.protocols.certificate_authority import Person
from tests.unit.providers.iamsmart_side import OPEN_ID
from tests.unit.providers.signing_person import HKID, hash_answer
from xbridge import PendingRequest
from xbridge.consent.subject import hash_code
from xbridge.core.ids import new_handle
from xbridge.flows.consent import Consent, ConsentOffer
from xbridge.flows.link import Link
from xbridge.ledger.entry import parse_entry
from xbridge.linking.proof import LoginProof, seal_proof
from xbridge.linking.pseudonym import session_ref, subject_ref


class ConsentDesk(SigningDesk):
    """Somebody with iAM Smart+ who has linked their accounts."""

    def login(self, side: str = "HK", *, account: str = "one", session: str = "s", **changes: Any) -> str:
        """The proof of a login now; ``account`` tells people apart."""
        deps = self.bridge._deps
        name = "iamsmart" if side == "HK" else "guangdong"
        provider, settings = deps.provider(name)
        issuer = provider.issuer(settings)
        subject = OPEN_ID if (side, account) == ("HK", "one") else f"{name}-{account}"
        now = int(self.clock.now().timestamp())
        made = LoginProof(
            access_expires_at=now + 14_400, access_token="0" * 32, assurance="L2",
            assurance_source="sign" if side == "HK" else "L2", authenticated_at=now,
            document_kinds=("home_return_permit",), holder="person", id=new_handle(urandom), issuer=issuer,
            jurisdiction=provider.jurisdiction, provider=name,
            session_ref=session_ref(deps.pseudonym_key, session=session), started_by="relying_party", subject=subject,
            subject_ref=subject_ref(deps.pseudonym_key, issuer=issuer, subject=subject), under_14="no", v=1,
        )  # fmt: skip
        return seal_proof(made.model_copy(update=changes), deps.proof_sealer, entropy=urandom)

    def link(self, *, account: str = "one", session: str = "s") -> Link:
        """Link one person's accounts."""
        return self.bridge.link(
            self.login("HK", account=account, session=session),
            self.login("CN-GD", account=account, session=session),
            agreed_to=self.bridge.offer_link(session=session, lang="en"),
            session=session,
        )

    def offer(self, link: Link, *, session: str = "s", lang: str = "en") -> ConsentOffer:
        """Offer the social-insurance enquiry."""
        return self.bridge.offer_consent(link, ENQUIRY, audience=AUDIENCE, session=session, lang=lang)

    def ask_consent(
        self, offer: ConsentOffer, *, person: str = "", session: str = "s", **options: Any
    ) -> PendingRequest:
        """Ask the person to sign the record of ``offer``."""
        wanted = {"hkid": HKID, "session": session, **options}
        return self.bridge.request_consent_signature(offer, approved_by=person or self.login(), **wanted)

    def asked(self, call: int = -1) -> bytes:
        """The hash code that the platform was asked to have signed."""
        return b64decode([plain for path, plain in self.calls if path == INITIATE][call]["hashCode"])

    def sign(self, *, call: int = -1, signer: Person | None = None, **changes: Any) -> None:
        """Let the person sign what was asked, and receive the callback."""
        at_ms = int(self.clock.now().timestamp() * 1000)
        content = hash_answer(self.asked(call), signer=signer, at_ms=at_ms)
        self.receive(self.answer(call=call, **{**content, **changes}))

    def refuse(self, code: str = "D70001") -> None:
        """Let the person, or the platform, say no."""
        self.receive(self.answer(code=code))

    def grant(self, offer: ConsentOffer, signed_by: PendingRequest | str = "", **options: Any) -> Consent:
        """Record the answer."""
        wanted = {"approved_by": self.login(), "session": "s", **options}
        return self.bridge.grant_consent(offer, signed_by=signed_by, **wanted)

    def signed_consent(self) -> tuple[Link, Consent]:
        """A link, and a consent that the person signed."""
        link = self.link()
        offer = self.offer(link)
        request = self.ask_consent(offer)
        self.sign()
        return link, self.grant(offer, request)

    def kinds(self) -> list[str]:
        """The kinds of all ledger entries, in order."""
        return [parse_entry(entry).kind for entry in self.store.entries(0, 10_000)]

    def everything(self) -> str:
        """All that the ledger and the audit events hold, as text."""
        entries = b"\n".join(self.store.entries(0, 10_000)).decode()
        return entries + repr(self.events)


__all__ = ["ConsentDesk", "hash_code"]
