"""The login path: QR page URL, callback, encrypted getToken, synchronous profiles (iamsmart.md sections 6 and 8)."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from urllib.parse import urlencode

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from xbridge.core.errors import ConfigError, UserDeclined, VerificationError
from xbridge.core.identity import Assurance, Authentication, Jurisdiction, Profile
from xbridge.core.language import Language
from xbridge.core.ports import Entropy
from xbridge.core.provider import CallbackParameters
from xbridge.protocols.identity_document.hkid import join_hkid, parse_hkid
from xbridge.providers.iamsmart.call import call
from xbridge.providers.iamsmart.reply import CODE, DECLINED, PROVIDER_ID, SUCCESS, broken, raise_for_code
from xbridge.providers.iamsmart.settings import IamSmartSettings

LANG: dict[Language, str] = {"en": "en-US", "zh-Hant": "zh-HK", "zh-Hans": "zh-CN"}


class _TokenReply(BaseModel):
    """getToken's content (section 6.5).  ``openID`` is opaque: stored and sent back byte for byte, never decoded."""

    model_config = ConfigDict(frozen=True, strict=True, extra="ignore", hide_input_in_errors=True)

    accessToken: str = Field(min_length=1, max_length=512, repr=False)  # noqa: N815
    openID: str = Field(min_length=1, max_length=256, repr=False)  # noqa: N815
    userType: str = Field(max_length=32)  # noqa: N815
    scope: str = Field(max_length=1024)
    issueAt: int  # noqa: N815
    expiresIn: int  # noqa: N815
    lastModifiedDate: int  # noqa: N815


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
    """The synchronous profile's content (section 8.3): fields that the person does not hold are absent or empty."""

    model_config = ConfigDict(frozen=True, strict=True, extra="ignore", hide_input_in_errors=True)

    idNo: _IdNo | None = None  # noqa: N815
    enName: _EnName | None = None  # noqa: N815
    chName: _ChName | None = None  # noqa: N815
    birthDate: str = Field(default="", max_length=16, repr=False)  # noqa: N815
    gender: str = Field(default="", max_length=8, repr=False)


class IamSmart:
    """iAM Smart as a :class:`~xbridge.core.provider.Provider`."""

    id = PROVIDER_ID
    jurisdiction: Jurisdiction = "HK"

    def read_settings(self, section: Mapping[str, Any]) -> IamSmartSettings:
        """Return the checked settings, with the key-encryption keys loaded.  Raises ``ConfigError``."""
        try:
            settings = IamSmartSettings.model_validate(section)
        except ValidationError as exc:
            raise ConfigError(f"[providers.iamsmart] {_first_problem(exc)}") from exc
        if not settings.keks:
            raise ConfigError("[providers.iamsmart] needs a key-encryption key")
        return settings

    def issuer(self, settings: IamSmartSettings) -> str:
        """Return the configured issuer, by default the base URL.  An openID means nothing without its service."""
        return f"{settings.issuer or settings.base_url}#{settings.client_id}"

    def begin(self, settings: IamSmartSettings, *, return_to: str, state: str, language: Language) -> str:
        """Return the getQR URL (section 6.1).  Raises ``ConfigError`` for a ``return_to`` that is not registered."""
        if return_to not in settings.redirect_uris:
            raise ConfigError("return_to is not among [providers.iamsmart] redirect_uris; the match is exact")
        query = {
            "clientID": settings.client_id,
            "responseType": "code",
            "source": settings.source,
            "redirectURI": return_to,
            "scope": " ".join(settings.scopes),
            "lang": LANG[language],
            "state": state,
        }
        return f"{settings.base_url}{settings.paths.get_qr}?{urlencode(query)}"

    async def finish(
        self,
        settings: IamSmartSettings,
        callback: CallbackParameters,
        *,
        return_to: str,
        state: str,
        now: datetime,
        entropy: Entropy,
    ) -> Authentication:
        """Exchange the code for the tokenised ID and pull the profile.

        (1) a refusal in the callback   (2) exactly one code   (3) getToken   (4) the scope we asked for   (5) profiles
        """
        # (1) The prose promises only the state on refusal, samples show an error code (section 6.1): both are handled.
        error_code = callback.optional("error_code")
        if error_code is not None:
            if error_code in DECLINED:
                raise UserDeclined("login", "the person cancelled or refused in iAM Smart", provider_code=error_code)
            # Anybody can write a callback, so a text that is no code is not passed on.
            known_form = error_code if CODE.fullmatch(error_code) and error_code != SUCCESS else "unreadable"
            raise_for_code(known_form, step="login")
        # (2) The code is opaque; it goes out exactly as it was decoded once.
        code = callback.required("code")
        # (3)
        token = _parse_token(
            await call(
                settings,
                settings.paths.get_token,
                {"code": code, "grantType": "authorization_code"},
                step="getToken",
                now=now,
                entropy=entropy,
            )
        )
        # (4) Without the authentication scope the reply does not prove a login.
        if "eidapi_auth" not in token.scope.split():
            raise broken("getToken", "scope")
        # (5)
        profile = Profile()
        if "eidapi_profiles" in settings.scopes:
            content = await call(
                settings,
                settings.paths.profiles,
                {
                    "accessToken": token.accessToken,
                    "openID": token.openID,
                    "profileFields": list(settings.profile_fields),
                },
                step="profiles",
                now=now,
                entropy=entropy,
            )
            profile = _parse_profile(content)
        return Authentication(
            subject=token.openID,
            assurance=Assurance(source=token.userType, level=settings.level_map.get(token.userType, "L0")),
            profile=profile,
        )


def _parse_token(content: Mapping[str, object]) -> _TokenReply:
    try:
        return _TokenReply.model_validate(content)
    except ValidationError as exc:
        raise broken("getToken", "shape") from exc


def _parse_profile(content: Mapping[str, object]) -> Profile:
    """Return the profile; a document number with a wrong check digit breaks the protocol rather than passing on."""
    try:
        # Empty members mean "not held" (INFERRED, section 8.3).
        reply = _ProfileReply.model_validate({key: value for key, value in content.items() if value})
        documents: tuple[tuple[str, str], ...] = ()
        if reply.idNo is not None:
            documents = (("hkid", parse_hkid(join_hkid(reply.idNo.Identification, reply.idNo.CheckDigit))),)
    except (ValidationError, VerificationError) as exc:
        raise broken("profiles", "shape") from exc
    return Profile(
        name=reply.chName.ChineseName if reply.chName else "",
        name_en=reply.enName.UnstructuredName if reply.enName else "",
        birth_date=reply.birthDate,
        gender=reply.gender,
        documents=documents,
    )


def _first_problem(exc: ValidationError) -> str:
    """Return where the first problem is and what it is, without the value (it may be a secret)."""
    problem = exc.errors(include_input=False, include_url=False, include_context=False)[0]
    return f"{'.'.join(map(str, problem['loc']))}: {problem['msg']}"
