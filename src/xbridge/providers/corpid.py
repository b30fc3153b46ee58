"""CorpID, Hong Kong's digital corporate identity: a company, through a person who logs in with iAM Smart.

One browser hop brings two codes (dossier iamsmart.md sections 6 and 11): iAM Smart's, which proves the person, and CorpID's,
for the company that the person chose to act for.  Both platforms speak the same protocol in two dialects, so this file
only says what differs.  The identity is the company's: who acted for it is proved and not kept, and no call after the
login is made.  What is UNKNOWN is a setting (``specs/providers/corpid.md``).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from xbridge.core.callback import CallbackParameters
from xbridge.core.errors import CallbackInvalid, ConfigError, ProviderError, Unsupported
from xbridge.core.identity import Assurance, Authentication, Holder, Jurisdiction, Level, Profile
from xbridge.core.language import Language
from xbridge.core.ports import Entropy
from xbridge.core.request import AppPlatform
from xbridge.protocols.app_link import AppEntry, app_link, way_back
from xbridge.protocols.auth_code import TokenReply, callback_code, exchange_code
from xbridge.protocols.dialect import Dialect
from xbridge.protocols.enveloped_call import call, revoke_content_key
from xbridge.protocols.enveloped_reply import broken
from xbridge.protocols.login_source import check_browser_source, source_for_user_agent
from xbridge.protocols.qr_page import BrokerPage, qr_page_url
from xbridge.protocols.registration import KeyPaths, Registration
from xbridge.protocols.result_code import code_table

Scope = Annotated[str, Field(min_length=1, max_length=64, pattern=r"^[A-Za-z0-9_]+$")]
Parameter = Annotated[str, Field(pattern=r"^[A-Za-z][A-Za-z0-9_]{0,63}$")]
Shape = Literal["sandbox", "v1_0_4"]

PROVIDER_ID = "corpid"
STEP = "corpGetToken"
PERSON = Dialect(provider_id=PROVIDER_ID, platform="iAM Smart", code_prefix="D", meanings=code_table("D"))
COMPANY = Dialect(
    provider_id=PROVIDER_ID,
    platform="CorpID",
    code_prefix="M",
    meanings=code_table("M"),
    message_member="msg",
    key_step="corpGetKey",
    revoke_step="corpRevokeKey",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Variant:
    """What a shape is called on the wire: two paths, and CorpID's code in the callback (sections 6.1 and 11)."""

    get_qr: str
    get_token: str
    company_code: str


VARIANTS: dict[Shape, Variant] = {
    "sandbox": Variant(
        get_qr="/api/v1/auth/mockCorpId/getQR", get_token="/api/v1/auth/getToken", company_code="corpMockCode"
    ),
    "v1_0_4": Variant(
        get_qr="/api/v1/auth/corpId/getQR", get_token="/api/eservice/v1/auth/getToken", company_code="cCode"
    ),
}


class PersonPaths(KeyPaths):
    """Where iAM Smart lives under ``base_url`` (sections 6.1 and 6.5, VERIFIED).  Empty: as the shape has it."""

    get_qr: str = ""
    get_token: str = "/api/v1/auth/getToken"


class CompanyPaths(KeyPaths):
    """Where CorpID lives under its own ``base_url``.  Empty: as the shape has it; getKey's in v1.0.4 is UNKNOWN."""

    get_token: str = ""


class CompanyMembers(BaseModel):
    """How the members of CorpID's token reply are called (one client, VERIFIED; ``user_type`` INFERRED)."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    open_id: str = "cOpenID"
    scope: str = "cScope"
    user_type: str = "userType"


class CompanySide(Registration):
    """The service's registration at CorpID, apart from the one at iAM Smart."""

    paths: CompanyPaths = CompanyPaths()
    members: CompanyMembers = CompanyMembers()


class CorpIdSettings(Registration, AppEntry):
    """One service's registration: at iAM Smart in the section itself, at CorpID in ``corporate``.

    ``shape`` is how CorpID's getToken is asked: as in the sandbox, or as one client of specification v1.0.4 does.
    ``company_code`` are the callback parameters that may hold CorpID's code, where they are not the shape's own.
    ``proof_scope`` must be among the granted scopes.  ``holder`` says whose account a cOpenID is: an organisation's is
    never linked, and ``person`` is for an operator who was told otherwise.  ``level_map`` maps ``userType`` to our
    scale, which is about people and says nothing about companies: so the lowest.
    """

    issuer: str = ""
    shape: Shape = "sandbox"
    corporate: CompanySide
    redirect_uris: tuple[str, ...] = Field(min_length=1)
    scopes: tuple[Scope, ...] = ("eidapi_auth",)
    corporate_scopes: tuple[Scope, ...] = ("corpidapi_auth",)
    proof_scope: Scope = "corpidapi_auth"
    company_code: tuple[Parameter, ...] = ()
    grant_type: str = "authorization_code"
    holder: Holder = "organisation"
    level_map: dict[str, Level] = Field(default={"iam": "L0", "p12": "L0"})
    source: str = "PC_Browser"
    broker_page: BrokerPage = "auto"
    app_path: str = "v2_cauth"
    paths: PersonPaths = PersonPaths()


class CompanyToken(BaseModel):
    """What is used of CorpID's token reply.  ``open_id`` is opaque: compared byte for byte, never decoded.

    Nothing is asked after the login, so the token in the reply is not even read.
    """

    model_config = ConfigDict(frozen=True, strict=True, hide_input_in_errors=True)

    open_id: str = Field(min_length=1, max_length=256, repr=False)
    scope: str = Field(max_length=1024)
    user_type: str = Field(default="", max_length=32)


class CorpId:
    """CorpID as a :class:`~xbridge.core.provider.Provider`; opened by an app too, and with keys to revoke."""

    id = PROVIDER_ID
    jurisdiction: Jurisdiction = "HK"

    def read_settings(self, section: Mapping[str, Any]) -> CorpIdSettings:
        """Return the checked settings, with the key-encryption keys of both sides loaded.  Raises ``ConfigError``."""
        try:
            settings = CorpIdSettings.model_validate(section)
        except ValidationError as exc:
            problem = exc.errors(include_input=False, include_url=False, include_context=False)[0]
            where = ".".join(map(str, problem["loc"]))
            raise ConfigError(f"[providers.corpid] {where}: {problem['msg']}") from exc
        if not settings.keks or not settings.corporate.keks:
            raise ConfigError("[providers.corpid] and its corporate side each need kek_private_keys or kek_pkcs12")
        return settings

    def issuer(self, settings: CorpIdSettings) -> str:
        """Return the configured issuer, by default both platforms: each has its word in who logged in."""
        platforms = settings.issuer or f"{settings.corporate.base_url}+{settings.base_url}"
        return f"{platforms}#{settings.corporate.client_id}"

    def begin(self, settings: CorpIdSettings, *, return_to: str, state: str, language: Language) -> str:
        """Return the getQR URL (section 6.1).  Raises ``ConfigError`` for a ``return_to`` that is not registered."""
        return self.begin_in(settings, return_to=return_to, state=state, language=language, user_agent="")

    def begin_in(
        self, settings: CorpIdSettings, *, return_to: str, state: str, language: Language, user_agent: str
    ) -> str:
        """Return the getQR URL for the browser that calls itself ``user_agent`` (sections 6.1 and 6.2)."""
        _check_return_to(settings, return_to)
        return qr_page_url(
            settings.base_url + (settings.paths.get_qr or VARIANTS[settings.shape].get_qr),
            client_id=settings.client_id,
            return_to=return_to,
            state=state,
            language=language,
            scopes=settings.scopes,
            source=source_for_user_agent(user_agent) if user_agent else check_browser_source(settings.source),
            broker_page=settings.broker_page,
            **({"corpMock": "true"} if settings.shape == "sandbox" else _company_scope(settings)),
        )

    def begin_app(self, settings: CorpIdSettings, *, platform: AppPlatform, return_to: str, state: str) -> str:
        """Return the URL that opens the iAM Smart app (section 6.6).  Raises ``ConfigError``, ``Unsupported``."""
        _check_return_to(settings, return_to)
        if settings.shape == "sandbox":
            raise Unsupported("CorpID's sandbox is not known to take a login from an app", capabilities=("login",))
        query = {"clientID": settings.client_id, "responseType": "code"}
        query |= way_back(settings, platform, return_to, section=PROVIDER_ID)
        query |= {"scope": " ".join(settings.scopes), **_company_scope(settings), "state": state}
        return app_link(settings, settings.app_path, query)

    async def finish(
        self,
        settings: CorpIdSettings,
        callback: CallbackParameters,
        *,
        return_to: str,
        state: str,
        now: datetime,
        entropy: Entropy,
    ) -> Authentication:
        """Exchange both codes, back to back because they live 30 to 60 seconds, and return the company.

        (1) a refusal, or exactly one code of each kind   (2) iAM Smart's getToken, which proves the person
        (3) CorpID's getToken, with the scope we asked for   (4) whose account it is
        """
        # (1)
        code, company_code = _codes(settings, callback)
        # (2)
        path = settings.paths.get_token
        person = await exchange_code(PERSON, settings, path, code, now=now, entropy=entropy)
        # (3)
        side = settings.corporate
        asked = _token_request(settings, company_code, person)
        path = side.paths.get_token or VARIANTS[settings.shape].get_token
        company = _read_token(settings, await call(COMPANY, side, path, asked, step=STEP, now=now, entropy=entropy))
        # (4)
        return Authentication(
            subject=company.open_id,
            assurance=Assurance(source=company.user_type, level=settings.level_map.get(company.user_type, "L0")),
            profile=Profile(),
            holder=settings.holder,
        )

    async def revoke_key(self, settings: CorpIdSettings, *, now: datetime, entropy: Entropy) -> None:
        """End the content keys of both platforms (section 3.3).  Raises ``ProviderError`` after trying both."""
        try:
            await revoke_content_key(PERSON, settings, now=now)
        except ProviderError:
            # Whoever ends keys wants them all ended: one platform's failure does not keep the other's alive.
            await revoke_content_key(COMPANY, settings.corporate, now=now)
            raise
        await revoke_content_key(COMPANY, settings.corporate, now=now)


def _check_return_to(settings: CorpIdSettings, return_to: str) -> None:
    if return_to not in settings.redirect_uris:
        raise ConfigError("return_to is not among [providers.corpid] redirect_uris; the match is exact")


def _company_scope(settings: CorpIdSettings) -> dict[str, str]:
    return {"cScope": " ".join(settings.corporate_scopes)}


def _codes(settings: CorpIdSettings, callback: CallbackParameters) -> tuple[str, str]:
    """Return iAM Smart's and CorpID's code.  Raises ``UserDeclined``, ``ProviderRejected``, ``CallbackInvalid``."""
    refused_by_company = (callback.optional("error_code") or "").startswith(COMPANY.code_prefix)
    code = callback_code(COMPANY if refused_by_company else PERSON, callback, step="login")
    names = settings.company_code or (VARIANTS[settings.shape].company_code,)
    given = [name for name in names if callback.optional(name) is not None]
    # Two parameters for one code would leave it to chance which company this is.
    if len(given) > 1:
        raise CallbackInvalid(given[1], reason="duplicated")
    return code, callback.required(*(given or names[:1]))


def _token_request(settings: CorpIdSettings, company_code: str, person: TokenReply) -> dict[str, object]:
    """Return the parameters of CorpID's getToken in the configured shape (section 11)."""
    if settings.shape == "v1_0_4":
        return {"cAuthCode": company_code, "grantType": settings.grant_type}
    return {
        "ticketID": company_code,
        "grantType": settings.grant_type,
        "iAMSmart_AccessToken": person.accessToken,
        "iAMSmart_TokenizedID": person.openID,
    }


def _read_token(settings: CorpIdSettings, content: Mapping[str, object]) -> CompanyToken:
    """Return what is used of the reply.  Raises ``ProtocolError``."""
    names = settings.corporate.members.model_dump()
    try:
        token = CompanyToken.model_validate({ours: content[name] for ours, name in names.items() if name in content})
    except ValidationError as exc:
        raise broken(COMPANY, STEP, "shape") from exc
    # Without the authentication scope the reply does not prove a login.
    if settings.proof_scope not in token.scope.split():
        raise broken(COMPANY, STEP, "scope")
    return token


PROVIDER = CorpId()
