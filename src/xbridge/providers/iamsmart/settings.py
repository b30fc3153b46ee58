"""The settings of an iAM Smart online service; every UNKNOWN of the dossier is one of them, with its default."""

from __future__ import annotations

from typing import Annotated, Literal
from urllib.parse import urlsplit

from pydantic import BaseModel, ConfigDict, Field, model_validator

from xbridge.core.assurance import IAMSMART_LEVELS
from xbridge.core.identity import Level
from xbridge.protocols.app_link import AppEntry
from xbridge.protocols.registration import KeyPaths, Registration
from xbridge.providers.iamsmart.signing_settings import SigningSettings

Scope = Annotated[str, Field(min_length=1, max_length=64, pattern=r"^[A-Za-z0-9_]+$")]


class IamSmartPaths(KeyPaths):
    """Where each API lives under ``base_url`` (iamsmart.md sections 3, 6 to 10).

    VERIFIED, except that those of step-up, form filling and signing are known for generation 1 only: for generation 2
    they are UNKNOWN and the same values are a guess.  That anonymous signatures are acknowledged at ``sign_ack`` as well
    is INFERRED, and so are the ``bulk_`` ones, from CorpID's names.
    """

    get_qr: str = "/api/v1/auth/getQR"
    get_token: str = "/api/v1/auth/getToken"
    profiles: str = "/api/v1/profiles"
    profile: str = "/api/v1/account/auth/profile/initiateRequest"
    form: str = "/api/v1/account/eme/initiateRequest"
    reauth: str = "/api/v1/account/stepup/initiateRequest"
    anon_form: str = "/api/v1/anonymous/eme/initiateRequest"
    anon_form_result: str = "/api/v1/anonymous/eme/getResult"
    hash_sign: str = "/api/v1/account/signing/initiateRequest"
    pdf_sign: str = "/api/v1/account/pdfsigning/initiateRequest"
    sign_ack: str = "/api/v1/account/signing/ackResult"
    anon_hash_sign: str = "/api/v1/anonymous/signing/initiateRequest"
    anon_hash_sign_result: str = "/api/v1/anonymous/signing/getResult"
    anon_pdf_sign: str = "/api/v1/anonymous/pdfsigning/initiateRequest"
    anon_pdf_sign_result: str = "/api/v1/anonymous/pdfsigning/getResult"
    bulk_token: str = "/api/v1/bdss/getBSQCToken"
    bulk_sign: str = "/api/v1/bdss/initiateRequest"
    bulk_ack: str = "/api/v1/bdss/ackResult"
    bulk_status: str = "/api/v1/bdss/enquireStatus"
    bulk_cancel: str = "/api/v1/bdss/cancelRequest"


class IamSmartAppPaths(BaseModel):
    """What follows ``<app_scheme>://`` in a URL that opens the app (section 6.6).

    ``login``, ``profile``, ``reauth`` and ``hash_sign`` are VERIFIED; ``login_v2``, ``form``, ``pdf_sign`` and ``bulk_sign``
    UNKNOWN.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    login: str = "auth"
    login_v2: str = "v2_auth"
    profile: str = "profile"
    form: str = "form-filling"
    reauth: str = "re-auth"
    hash_sign: str = "hash-sign"
    pdf_sign: str = "pdf-sign"
    bulk_sign: str = "bulk-sign"


class IamSmartCallbackParts(BaseModel):
    """How the parts of a callback in several parts are called (section 8.2: UNKNOWN for form filling).

    ``metadata`` holds the document that is the whole callback otherwise; the file's part is named after its field.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    metadata: str = "content"
    address_doc_file: str = "addressDocFile"


class IamSmartSettings(Registration, AppEntry):
    """One online service's registration.

    ``base_url`` has no default because the production domain is UNKNOWN.  ``generation`` 2 pulls the profile at login;
    1 asks for it afterwards and is answered by callback.  ``kek_private_keys`` are PEM texts or base64 of PKCS#8 DER,
    newest first, ``kek_pkcs12`` containers with their passwords; the platform says in ``pubKey`` which key it used.
    ``callback_uri`` is where the platform POSTs results; ``callback_content_type`` is how a form with an address document
    is asked to come back (several parts need the extra ``web``).  ``direct_login_uris`` are the platform's addresses that may
    fetch a state (V1; all below one that ends in a slash) or ours for codes without state (V2);
    ``direct_login_app_uris`` are those of V2 that an app of ours receives, with a verifier (PKCE), and ``verifier_field``
    is where getToken takes it.  ``level_map`` maps
    ``userType`` to our scale: the mapping is UNKNOWN (iamsmart.md section 11), so the default is the lower of the
    dossier's two readings and the operator must confirm it.  ``timestamp_step_ms`` is how coarse the timestamps of
    signed requests are (``enveloped_call`` says why); 1 sends them as they are.
    """

    issuer: str = ""
    generation: Literal[1, 2] = 2
    redirect_uris: tuple[str, ...] = Field(min_length=1)
    callback_uri: str = ""
    callback_max_bytes: int = Field(default=10 * 1024 * 1024, ge=4096, le=32 * 1024 * 1024)
    callback_content_type: Literal["application/json", "multipart/form-data"] = "application/json"
    callback_parts: IamSmartCallbackParts = IamSmartCallbackParts()
    direct_login: Literal["off", "v1", "v2"] = "off"
    direct_login_uris: tuple[str, ...] = ()
    direct_login_app_uris: tuple[str, ...] = ()
    direct_login_mark: Literal["text", "boolean"] = "text"
    verifier_field: str = Field(default="code_verifier", pattern=r"^[A-Za-z][A-Za-z0-9_]{0,63}$")
    redirect_encoding: Literal["percent", "plain"] = "percent"
    scopes: tuple[Scope, ...] = ("eidapi_auth", "eidapi_profiles")
    anonymous_scopes: tuple[Scope, ...] = ("eidapi_auth", "eidapi_formFilling")
    anonymous_signing_scopes: tuple[Scope, ...] = ("eidapi_auth", "eidapi_sign")
    signing: SigningSettings = SigningSettings()
    profile_fields: tuple[str, ...] = ("idNo", "enName", "chName", "birthDate", "gender")
    source: str = "PC_Browser"
    broker_page: Literal["auto", "never"] = "auto"
    level_map: dict[str, Level] = Field(default=dict(IAMSMART_LEVELS))
    paths: IamSmartPaths = IamSmartPaths()
    app_paths: IamSmartAppPaths = IamSmartAppPaths()

    @model_validator(mode="after")
    def _apart(self) -> IamSmartSettings:
        """A code without state must not be taken where ordinary callbacks arrive: they would need no state either."""
        if self.direct_login == "v2":
            ordinary, web, app = (
                {urlsplit(uri).path for uri in uris}
                for uris in (self.redirect_uris, self.direct_login_uris, self.direct_login_app_uris)
            )
            if ordinary & (web | app):
                raise ValueError("direct_login_uris and direct_login_app_uris need paths that no redirect URI has")
            # One path must say whether a verifier is due, or leaving it out would make a web login of an app's.
            if web & app:
                raise ValueError("direct_login_app_uris need paths that direct_login_uris do not have")
        if self.verifier_field in ("code", "grantType", "isDirectLoginV2"):
            raise ValueError("verifier_field is a name of its own in getToken")
        return self
