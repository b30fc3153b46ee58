"""The login path: authorize, token, getuserinfodetail, logout (dossier guangdong.md section 8).

A textbook authorization code, with the secret in a POSTed form.  Its internal calls (``validyzycode``, ``rzloginbycode``)
are made by its own login page and never by a service, so nothing here makes them.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from urllib.parse import urlencode

from pydantic import ValidationError

from xbridge.core.callback import CallbackParameters
from xbridge.core.effects import send
from xbridge.core.errors import ConfigError, ProviderRejected, UserDeclined
from xbridge.core.http import HTTPReply, HTTPRequest
from xbridge.core.identity import Assurance, Authentication, Jurisdiction, Profile
from xbridge.core.language import Language
from xbridge.core.ports import Entropy
from xbridge.providers.zwrz.office_app import OfficeAppFace
from xbridge.providers.zwrz.reply import PROVIDER_ID, parse_token_reply, parse_user_reply
from xbridge.providers.zwrz.settings import ZwrzSettings

FORM = (("Content-Type", "application/x-www-form-urlencoded"), ("Accept", "application/json"))


class Zwrz(OfficeAppFace):
    """The civil servants' identity provider as a :class:`~xbridge.core.provider.Provider`."""

    id = PROVIDER_ID
    jurisdiction: Jurisdiction = "CN-GD"

    def read_settings(self, section: Mapping[str, Any]) -> ZwrzSettings:
        """Return the checked settings.  Raises ``ConfigError``."""
        try:
            return ZwrzSettings.model_validate(section)
        except ValidationError as exc:
            problem = exc.errors(include_input=False, include_url=False, include_context=False)[0]
            where = ".".join(map(str, problem["loc"]))
            raise ConfigError(f"[providers.zwrz] {where}: {problem['msg']}") from exc

    def issuer(self, settings: ZwrzSettings) -> str:
        """Return the configured issuer, by default the base URL."""
        return settings.issuer or settings.base_url

    def begin(self, settings: ZwrzSettings, *, return_to: str, state: str, language: Language) -> str:
        """Return the authorize URL.  Raises ``ConfigError`` for a ``return_to`` that is not registered."""
        if return_to not in settings.redirect_uris:
            raise ConfigError("return_to is not among [providers.zwrz] redirect_uris; the match is exact")
        query = {
            "response_type": "code",
            "scope": settings.scope,
            "client_id": settings.client_id,
            "redirect_uri": return_to,
            "state": state,
        }
        return f"{settings.base_url}{settings.paths.authorize}?{urlencode(query)}"

    async def finish(
        self,
        settings: ZwrzSettings,
        callback: CallbackParameters,
        *,
        return_to: str,
        state: str,
        now: datetime,
        entropy: Entropy,
    ) -> Authentication:
        """Exchange the code and fetch the account.

        (1) an error in the callback   (2) exactly one code   (3) token   (4) getuserinfodetail   (5) whose account it is
        """
        # (1) No error redirect of this platform is known; one that comes all the same is believed (UNKNOWN).
        if (error := callback.optional("error")) not in (None, "", "0"):
            if error == "access_denied":
                raise UserDeclined("login", "the person cancelled on the platform", provider_code=error)
            raise ProviderRejected(PROVIDER_ID, "login failed", provider_code="callback", step="authorize")
        # (2)
        code = callback.required("code")
        # (3)
        asked = {
            "client_id": settings.client_id,
            "client_secret": settings.client_secret.get_secret_value(),
            "grant_type": "authorization_code",
            "redirect_uri": return_to,
            "code": code,
        }
        token = parse_token_reply(settings, await _post(settings, settings.paths.token, asked, label="token"))
        # (4)
        reply = await _post(settings, settings.paths.user, {"access_token": token}, label="user")
        officer = parse_user_reply(settings, reply)
        # (5) A civil servant acts for an office, and an office is nobody's other account: linking refuses it.
        return Authentication(
            subject=officer.subject,
            assurance=Assurance(source=PROVIDER_ID, level=settings.level),
            profile=Profile(name=officer.name),
            holder="organisation",
        )

    def logout_url(self, settings: ZwrzSettings, *, return_to: str) -> str:
        """Return where to send the browser, after the service's own logout, to end the platform's session too.

        Raises ``ConfigError`` for a ``return_to`` that is not among ``logout_uris``.
        """
        if return_to not in settings.logout_uris:
            raise ConfigError("return_to is not among [providers.zwrz] logout_uris; the match is exact")
        query = {"client_id": settings.client_id, "backurl": return_to}
        return f"{settings.base_url}{settings.paths.logout}?{urlencode(query)}"


async def _post(settings: ZwrzSettings, path: str, form: Mapping[str, str], *, label: str) -> HTTPReply:
    request = HTTPRequest(
        method="POST",
        url=settings.base_url + path,
        headers=FORM,
        content=urlencode(form).encode(),
        timeout_s=settings.timeout_s,
        label=label,
    )
    return await send(PROVIDER_ID, request)


PROVIDER = Zwrz()
