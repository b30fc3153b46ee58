"""The house's profile of a person, from a Guangdong account (guangdong.md 2.3 and 4)."""

from __future__ import annotations

from xbridge.core.errors import VerificationError
from xbridge.core.identity import Profile
from xbridge.protocols.identity_document.document import DocumentKind, parse_document
from xbridge.protocols.identity_document.home_return_permit import format_home_return_permit
from xbridge.protocols.identity_document.residence_permit import ORIGINS
from xbridge.providers.guangdong.account import GuangdongAccount
from xbridge.providers.guangdong.reply import broken
from xbridge.providers.guangdong.settings import GuangdongSettings

SEX = {"1": "M", "2": "F"}


def profile_of(settings: GuangdongSettings, account: GuangdongAccount) -> Profile:
    """Return the profile; a document whose number does not fit its own rules breaks the protocol (``ProtocolError``)."""
    kind = settings.idcardtype_map.get(account.idcardtype)
    documents: tuple[tuple[str, str], ...] = ()
    if kind is not None and account.idcardnumber:
        documents = (_document(settings, kind, account.idcardnumber),)
    return Profile(name=account.name, gender=SEX.get(account.sex, ""), documents=documents)


def _document(settings: GuangdongSettings, kind: DocumentKind, number: str) -> tuple[str, str]:
    """Return the kind and the number in normal form.  Raises ``ProtocolError``."""
    # A residence permit shares code 10 and the format of a resident identity number; its area code tells (4.3).
    if kind == "resident_id" and number[:6] in ORIGINS:
        kind = "residence_permit"
    try:
        checked = parse_document(kind, number).number
        if kind == "home_return_permit":
            checked = format_home_return_permit(checked, settings.hrp_number_style)
    except VerificationError as exc:
        raise broken("tokeninfo", "document") from exc
    return kind, checked
