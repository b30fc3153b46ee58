"""iAM Smart's face to the rest of the house: each ability in one or two statements (iamsmart.md sections 6 to 9).

The work is done next door: ``url``, ``token``, ``profile``, ``request``, ``callback``, ``anonymous_form``,
``direct_login``, ``call``.  Signing has faces of its own (``signing_face``,
``bulk_signing_face``).
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from pydantic import ValidationError

from xbridge.core.callback import CallbackParameters
from xbridge.core.errors import ConfigError
from xbridge.core.identity import Access, Assurance, Authentication, Jurisdiction, Profile, StartedBy
from xbridge.core.language import Language
from xbridge.core.ports import Entropy
from xbridge.core.request import AppPlatform, Asked, CallbackMessage, Errand, RequestKind
from xbridge.providers.iamsmart import anonymous_form, callback, direct_login, request
from xbridge.providers.iamsmart.bulk_signing_face import BulkSigningFace
from xbridge.providers.iamsmart.call import revoke_content_key
from xbridge.providers.iamsmart.form import FormData
from xbridge.providers.iamsmart.profile import pull_profile
from xbridge.providers.iamsmart.reply import PROVIDER_ID
from xbridge.providers.iamsmart.settings import IamSmartSettings
from xbridge.providers.iamsmart.signing_face import SigningFace
from xbridge.providers.iamsmart.token import callback_code, exchange_code
from xbridge.providers.iamsmart.url import app_login_url, qr_url


class IamSmart(SigningFace, BulkSigningFace):
    """iAM Smart as a :class:`~xbridge.core.provider.Provider`, with every further ability of that module."""

    id = PROVIDER_ID
    jurisdiction: Jurisdiction = "HK"

    def read_settings(self, section: Mapping[str, Any]) -> IamSmartSettings:
        """Return the checked settings, with the key-encryption keys loaded.  Raises ``ConfigError``."""
        try:
            settings = IamSmartSettings.model_validate(section)
        except ValidationError as exc:
            raise ConfigError(f"[providers.iamsmart] {_first_problem(exc)}") from exc
        if not settings.keks:
            raise ConfigError("[providers.iamsmart] needs a key-encryption key: kek_private_keys or kek_pkcs12")
        if settings.signing.trust_anchors:
            # Loading them checks them.
            _ = settings.signing.anchors
        return settings

    def issuer(self, settings: IamSmartSettings) -> str:
        """Return the configured issuer, by default the base URL.  An openID means nothing without its service."""
        return f"{settings.issuer or settings.base_url}#{settings.client_id}"

    # --- Login ---------------------------------------------------------------------------------------------------

    def begin(self, settings: IamSmartSettings, *, return_to: str, state: str, language: Language) -> str:
        """Return the getQR URL (section 6.1).  Raises ``ConfigError`` for a ``return_to`` that is not registered."""
        return self.begin_in(settings, return_to=return_to, state=state, language=language, user_agent="")

    def begin_in(
        self, settings: IamSmartSettings, *, return_to: str, state: str, language: Language, user_agent: str
    ) -> str:
        """Return the getQR URL for the browser that calls itself ``user_agent`` (sections 6.1 and 6.2)."""
        return qr_url(
            settings,
            return_to=return_to,
            state=state,
            language=language,
            scopes=settings.scopes,
            user_agent=user_agent,
        )

    def begin_app(self, settings: IamSmartSettings, *, platform: AppPlatform, return_to: str, state: str) -> str:
        """Return the URL that opens the iAM Smart app (section 6.6).  Raises ``ConfigError``."""
        return app_login_url(settings, platform=platform, return_to=return_to, state=state)

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
        """Exchange the code for the tokenised ID and, in generation 2, pull the profile."""
        return await self._authenticated(settings, callback, now=now, entropy=entropy)

    # --- Direct login --------------------------------------------------------------------------------------------

    def begin_direct(self, settings: IamSmartSettings, callback: CallbackParameters, *, state: str) -> str:
        """Return where to redirect the app that asked for a state (section 6.7, V1)."""
        return direct_login.state_reply(settings, callback, state=state)

    def verify_direct_path(self, settings: IamSmartSettings, path: str, *, with_state: bool) -> None:
        """Check that a direct login may come back to ``path``."""
        direct_login.verify_direct_path(settings, path, with_state=with_state)

    async def finish_direct(
        self, settings: IamSmartSettings, callback: CallbackParameters, *, now: datetime, entropy: Entropy
    ) -> Authentication:
        """Exchange the code of a direct login (section 6.7); V2 says so in getToken."""
        return await self._authenticated(
            settings,
            callback,
            now=now,
            entropy=entropy,
            direct=settings.direct_login == "v2",
            started_by="direct_login",
        )

    # --- Requests that are answered by callback ------------------------------------------------------------------

    async def ask_profile(
        self,
        settings: IamSmartSettings,
        subject: str,
        access: Access,
        errand: Errand,
        *,
        now: datetime,
        entropy: Entropy,
    ) -> Asked:
        """Ask for verified data (section 8.1, generation 1)."""
        return await request.ask_profile(settings, subject, access, errand, now=now, entropy=entropy)

    async def ask_form(
        self,
        settings: IamSmartSettings,
        subject: str,
        access: Access,
        errand: Errand,
        *,
        now: datetime,
        entropy: Entropy,
    ) -> Asked:
        """Ask to fill a form (section 8.1)."""
        return await request.ask_form(settings, subject, access, errand, now=now, entropy=entropy)

    async def ask_step_up(
        self,
        settings: IamSmartSettings,
        subject: str,
        access: Access,
        errand: Errand,
        *,
        now: datetime,
        entropy: Entropy,
    ) -> Asked:
        """Ask the same person to authenticate again (section 7)."""
        return await request.ask_step_up(settings, subject, access, errand, now=now, entropy=entropy)

    def open_callback(
        self, settings: IamSmartSettings, raw: bytes, *, content_type: str = callback.JSON
    ) -> CallbackMessage:
        """Return what a callback says (section 8.2).  Raises ``CallbackInvalid``, ``Unsupported``."""
        return callback.open_callback(settings, raw, content_type=content_type)

    def read_answer(self, settings: IamSmartSettings, kind: RequestKind, content: Mapping[str, object]) -> Any:
        """Return the typed result (section 8.3).  Raises ``ProtocolError``."""
        return callback.read_answer(kind, content)

    def wanted_content(
        self, kind: RequestKind, fields: tuple[str, ...], content: Mapping[str, object]
    ) -> Mapping[str, object]:
        """Return the part of ``content`` that was asked for."""
        return callback.wanted_content(kind, fields, content)

    # --- Anonymous forms and keys --------------------------------------------------------------------------------

    async def begin_anonymous_form(
        self, settings: IamSmartSettings, errand: Errand, *, return_to: str, now: datetime, entropy: Entropy
    ) -> str:
        """Return the getQR URL with a ticket (section 9)."""
        return await anonymous_form.begin_anonymous_form(
            settings, errand, return_to=return_to, now=now, entropy=entropy
        )

    async def finish_anonymous_form(
        self,
        settings: IamSmartSettings,
        callback: CallbackParameters,
        *,
        business_id: str,
        fields: tuple[str, ...],
        now: datetime,
        entropy: Entropy,
    ) -> FormData:
        """Return the form that the person let be filled (section 9)."""
        return await anonymous_form.finish_anonymous_form(
            settings, callback, business_id=business_id, fields=fields, now=now, entropy=entropy
        )

    async def revoke_key(self, settings: IamSmartSettings, *, now: datetime, entropy: Entropy) -> None:
        """End the content key (section 3.3)."""
        await revoke_content_key(settings, now=now)

    async def _authenticated(
        self,
        settings: IamSmartSettings,
        callback: CallbackParameters,
        *,
        now: datetime,
        entropy: Entropy,
        direct: bool = False,
        started_by: StartedBy = "relying_party",
    ) -> Authentication:
        """Return who the code in ``callback`` stands for.

        (1) a refusal, or exactly one code, with a verifier where an app got it   (2) getToken, with the scope we asked for
        (3) profiles
        """
        # (1)
        code = callback_code(callback, step="login")
        verifier = direct_login.verifier_of(settings, callback) if direct else ""
        # (2)
        token = await exchange_code(settings, code, now=now, entropy=entropy, direct=direct, verifier=verifier)
        access = token.access()
        # (3) Generation 1 has no call for it; there the application asks with ``request_profile``.
        profile = Profile()
        if settings.generation == 2 and "eidapi_profiles" in settings.scopes:
            profile = await pull_profile(settings, token, now=now, entropy=entropy)
        return Authentication(
            subject=token.openID,
            assurance=Assurance(source=token.userType, level=settings.level_map.get(token.userType, "L0")),
            profile=profile,
            started_by=started_by,
            access=access,
        )


def _first_problem(exc: ValidationError) -> str:
    """Return where the first problem is and what it is, without the value (it may be a secret)."""
    problem = exc.errors(include_input=False, include_url=False, include_context=False)[0]
    return f"{'.'.join(map(str, problem['loc']))}: {problem['msg']}"
