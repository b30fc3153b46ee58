"""Verified account data, as the login and the profile request give it (iamsmart.md section 8.3).

Only the five verified fields.  What the person maintains themselves is in ``form.py`` and proves nothing.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from xbridge.core.errors import VerificationError
from xbridge.core.identity import Profile
from xbridge.core.ports import Entropy
from xbridge.protocols.identity_document.hkid import join_hkid, parse_hkid
from xbridge.providers.iamsmart.call import call
from xbridge.providers.iamsmart.reply import broken
from xbridge.providers.iamsmart.settings import IamSmartSettings
from xbridge.providers.iamsmart.token import TokenReply

VERIFIED_FIELDS = ("idNo", "enName", "chName", "birthDate", "gender")


class _IdNo(BaseModel):
    model_config = ConfigDict(frozen=True, strict=True, extra="ignore", hide_input_in_errors=True)

    Identification: str = Field(max_length=16, repr=False)
    CheckDigit: str = Field(max_length=1, repr=False)


class _EnName(BaseModel):
    model_config = ConfigDict(frozen=True, strict=True, extra="ignore", hide_input_in_errors=True)

    UnstructuredName: str = Field(max_length=256, repr=False)


class _ChName(BaseModel):
    model_config = ConfigDict(frozen=True, strict=True, extra="ignore", hide_input_in_errors=True)

    ChineseName: str = Field(max_length=64, repr=False)


class _ProfileReply(BaseModel):
    """The profile's content (section 8.3): fields that the person does not hold are absent or empty."""

    model_config = ConfigDict(frozen=True, strict=True, extra="ignore", hide_input_in_errors=True)

    idNo: _IdNo | None = None  # noqa: N815
    enName: _EnName | None = None  # noqa: N815
    chName: _ChName | None = None  # noqa: N815
    birthDate: str = Field(default="", max_length=16, repr=False)  # noqa: N815
    gender: str = Field(default="", max_length=8, repr=False)


async def pull_profile(settings: IamSmartSettings, token: TokenReply, *, now: datetime, entropy: Entropy) -> Profile:
    """Return the profile that the person agreed to at login, synchronously (generation 2).  Raises ``ProviderError``."""
    content = await call(
        settings,
        settings.paths.profiles,
        {"accessToken": token.accessToken, "openID": token.openID, "profileFields": list(settings.profile_fields)},
        step="profiles",
        now=now,
        entropy=entropy,
    )
    return parse_profile(content, step="profiles")


def parse_profile(content: Mapping[str, object], *, step: str) -> Profile:
    """Return the profile; a document number with a wrong check digit breaks the protocol rather than passing on."""
    try:
        # Empty members mean "not held" (INFERRED, section 8.3).
        reply = _ProfileReply.model_validate({key: value for key, value in content.items() if value})
        documents: tuple[tuple[str, str], ...] = ()
        if reply.idNo is not None:
            documents = (("hkid", parse_hkid(join_hkid(reply.idNo.Identification, reply.idNo.CheckDigit))),)
    except (ValidationError, VerificationError) as exc:
        raise broken(step, "shape") from exc
    return Profile(
        name=reply.chName.ChineseName if reply.chName else "",
        name_en=reply.enName.UnstructuredName if reply.enName else "",
        birth_date=reply.birthDate,
        gender=reply.gender,
        documents=documents,
    )
