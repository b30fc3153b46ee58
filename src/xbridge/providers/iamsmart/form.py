"""What a person lets iAM Smart fill a form with (e-ME), as typed values (iamsmart.md section 8.3).

``id_no``, ``en_name``, ``ch_name``, ``birth_date`` and ``gender`` are verified by the government; everything else is what
the person wrote.  Code lists are UNKNOWN, so codes stay as they came, and so do partial dates.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping

from pydantic import Field, ValidationError

from xbridge.core.errors import TamperDetected, VerificationError
from xbridge.crypto.base64url import decode_standard
from xbridge.crypto.digest import constant_time_equal
from xbridge.protocols.identity_document.hkid import join_hkid
from xbridge.providers.iamsmart.address import FreeFormat, PostBox, Premises
from xbridge.providers.iamsmart.form_part import FormPart, Words
from xbridge.providers.iamsmart.reply import broken


class IdNo(FormPart):
    """The identity card number in its two parts."""

    identification: Words = Field(alias="Identification")
    check_digit: Words = Field(alias="CheckDigit")

    def printed(self) -> str:
        """Return it as printed, ``A123456(3)``.  Raises ``DocumentInvalid`` for a wrong check digit."""
        return join_hkid(self.identification, self.check_digit)


class EnglishName(FormPart):
    """The English name in one text, surname first."""

    unstructured_name: Words = Field(default="", alias="UnstructuredName")


class ChineseName(FormPart):
    """The Chinese name; ``FormData.ch_name_verified`` holds it again where it is verified."""

    chinese_name: Words = Field(default="", alias="ChineseName")


class Telephone(FormPart):
    """A telephone number in its parts."""

    country_code: Words = Field(default="", alias="CountryCode")
    national_destination_code: Words = Field(default="", alias="NationalDestinationCode")
    subscriber_number: Words = Field(default="", alias="SubscriberNumber")


class PostBoxAddress(FormPart):
    """A post office box in one or both languages."""

    english: PostBox | None = Field(default=None, alias="EngPostBox")
    chinese: PostBox | None = Field(default=None, alias="ChiPostBox")


class Address(FormPart):
    """One address: premises in English or Chinese, free format, or (postal addresses only) a post office box."""

    english: Premises | None = Field(default=None, alias="EngPremisesAddress")
    chinese: Premises | None = Field(default=None, alias="ChiPremisesAddress")
    free_format: FreeFormat | None = Field(default=None, alias="FreeFormatAddress")
    post_box: PostBoxAddress | None = Field(default=None, alias="PostBoxAddress")


class AddressLines(FormPart):
    """An address on a bill, line by line."""

    address_line1: Words = Field(default="", alias="addressLine1")
    address_line2: Words = Field(default="", alias="addressLine2")
    address_line3: Words = Field(default="", alias="addressLine3")
    address_line4: Words = Field(default="", alias="addressLine4")


class AddressDocInfo(FormPart):
    """Which electronic bill proves the address: provider, user, addresses; times in milliseconds since 1970."""

    en_provider_name: Words = ""
    tc_provider_name: Words = ""
    sc_provider_name: Words = ""
    en_user_name: Words = ""
    tc_user_name: Words = ""
    en_service_address: AddressLines | None = None
    tc_service_address: AddressLines | None = None
    en_postal_address: AddressLines | None = None
    tc_postal_address: AddressLines | None = None
    last_retrieval_date: int | None = None


class AddressDocFile(FormPart):
    """The bill itself: a PDF in base64 with its SHA-256."""

    doc_file: str = ""
    doc_hash: str = Field(default="", max_length=128)
    bill_date: int | None = None

    def document(self) -> bytes:
        """Return the PDF's bytes.  Raises ``TamperDetected("address_document", …)`` when the digest is another's.

        The digest is taken over the decoded file (INFERRED).
        """
        try:
            raw = decode_standard(self.doc_file)
        except VerificationError:
            raise TamperDetected("address_document", reason="malformed") from None
        if not constant_time_equal(hashlib.sha256(raw).hexdigest(), self.doc_hash.lower()):
            raise TamperDetected("address_document", reason="mismatch")
        return raw


class FormData(FormPart):
    """What came back for one form.  A field that the person does not hold is None, or empty text."""

    id_no: IdNo | None = None
    en_name: EnglishName | None = None
    ch_name: ChineseName | None = None
    ch_name_verified: Words = ""
    birth_date: Words = ""
    gender: Words = ""
    prefix: Words = ""
    marital_status: Words = ""
    education_level: Words = ""
    employment_status: Words = ""
    home_tel_number: Telephone | None = None
    office_tel_number: Telephone | None = None
    mobile_number: Telephone | None = None
    email_address: Words = ""
    residential_address: Address | None = None
    postal_address: Address | None = None
    address_doc_info: AddressDocInfo | None = None
    address_doc_file: AddressDocFile | None = None
    passport_number: Words = ""
    passport_expiry: Words = ""
    car_owner: Words | bool = ""
    property_owner: Words | bool = ""


def parse_form(content: Mapping[str, object], *, step: str) -> FormData:
    """Return the form in ``content``.

    Raises ``ProtocolError`` for a member of the wrong type and for an identity card number with a wrong check digit.
    """
    try:
        form = FormData.model_validate(dict(content))
        if form.id_no is not None:
            form.id_no.printed()
    except (ValidationError, VerificationError):
        # The cause is dropped on purpose: what it could not read is personal.
        raise broken(step, "shape") from None
    return form
