"""Asking for a profile, a form or a step-up: initiateRequest and its reply (iamsmart.md sections 7 and 8.1).

The answer comes later, to ``callback_uri`` (``callback.py``).
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from urllib.parse import quote

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from xbridge.core.errors import ConfigError, Unsupported
from xbridge.core.identity import Access
from xbridge.core.ports import Entropy
from xbridge.core.request import Asked, Errand, FormTitle
from xbridge.protocols.multipart_message import MEDIA_TYPE, require_parser
from xbridge.providers.iamsmart.call import call
from xbridge.providers.iamsmart.profile import VERIFIED_FIELDS
from xbridge.providers.iamsmart.reply import broken
from xbridge.providers.iamsmart.settings import IamSmartSettings
from xbridge.providers.iamsmart.url import LANG, browser_source, ticket_url

EME_FIELDS = (
    "prefix",
    "maritalStatus",
    "homeTelNumber",
    "officeTelNumber",
    "mobileNumber",
    "emailAddress",
    "residentialAddress",
    "postalAddress",
    "educationLevel",
    "addressDocInfo",
    "addressDocFile",
    # Seen in generation 1 only.
    "employmentStatus",
    "passportNumber",
    "passportExpiry",
    "carOwner",
    "propertyOwner",
)
"""What a person may maintain there (section 8.3), beside the five verified fields."""


class _AskedReply(BaseModel):
    """The reply of an asynchronous request: on another device, or with a ticket for this one."""

    model_config = ConfigDict(frozen=True, strict=True, extra="ignore", hide_input_in_errors=True)

    authByQR: bool  # noqa: N815
    ticketID: str = Field(default="", max_length=128, repr=False)  # noqa: N815


async def ask_profile(
    settings: IamSmartSettings, subject: str, access: Access, errand: Errand, *, now: datetime, entropy: Entropy
) -> Asked:
    """Ask for verified data (generation 1).  Raises ``Unsupported`` in generation 2, which gives them at login."""
    if settings.generation != 1:
        raise Unsupported("with generation 2 the profile comes with the login; set generation to 1 to ask for it")
    fields = {"profileFields": list(known_fields(errand.fields, VERIFIED_FIELDS))}
    return await _ask(settings, settings.paths.profile, subject, access, errand, fields, now=now, entropy=entropy)


async def ask_form(
    settings: IamSmartSettings, subject: str, access: Access, errand: Errand, *, now: datetime, entropy: Entropy
) -> Asked:
    """Ask to fill a form from what the person keeps in iAM Smart."""
    wanted = {**form_fields(settings, errand.fields), **form_title(errand.title), **_way_of_return(settings, errand)}
    return await _ask(settings, settings.paths.form, subject, access, errand, wanted, now=now, entropy=entropy)


async def ask_step_up(
    settings: IamSmartSettings, subject: str, access: Access, errand: Errand, *, now: datetime, entropy: Entropy
) -> Asked:
    """Ask the same person to authenticate again (section 7)."""
    return await _ask(settings, settings.paths.reauth, subject, access, errand, {}, now=now, entropy=entropy)


def form_fields(settings: IamSmartSettings, fields: tuple[str, ...]) -> dict[str, object]:
    """Return the field lists of a form: one in generation 1, in generation 2 verified data apart.

    A field in both lists would be shown as a verified one, so each is in one list only.  Raises ``ConfigError``.
    """
    wanted = known_fields(fields, (*VERIFIED_FIELDS, *EME_FIELDS))
    if settings.generation == 1:
        return {"eMEFields": list(wanted)}
    verified = [name for name in wanted if name in VERIFIED_FIELDS]
    kept = [name for name in wanted if name not in VERIFIED_FIELDS]
    # An empty list is refused by the platform (D20002), a list that is not there is not.
    return {name: names for name, names in (("profileFields", verified), ("eMEFields", kept)) if names}


def _way_of_return(settings: IamSmartSettings, errand: Errand) -> dict[str, object]:
    """Return how the answer shall come: in several parts where a file is asked for and the settings say so.

    Raises ``Unsupported`` while the answer that would come could not be read.
    """
    if settings.callback_content_type != MEDIA_TYPE or "addressDocFile" not in errand.fields:
        return {}
    require_parser()
    return {"callbackContentType": MEDIA_TYPE}


def form_title(title: FormTitle | None) -> dict[str, object]:
    """Return what the person reads about the form.  Raises ``ConfigError`` for a name that is missing or too long."""
    if title is None or not title.name.strip():
        raise ConfigError("a form needs a name that the person can read")
    if len(title.name) > 255 or len(title.number) > 20 or len(title.description) > 255:
        raise ConfigError("a form's name and description have 255 characters at most, its number 20")
    # The platform refuses empty parameters (D20002), so what is not there is left out.
    parts = {"formName": title.name, "formNum": title.number, "formDesc": title.description}
    return {name: text for name, text in parts.items() if text}


def known_fields(fields: tuple[str, ...], known: tuple[str, ...]) -> tuple[str, ...]:
    """Return ``fields`` if there are any, each known and once.  Raises ``ConfigError``."""
    if not fields or len(set(fields)) != len(fields) or not set(fields) <= set(known):
        raise ConfigError(f"ask for one or more different fields of: {', '.join(known)}")
    return fields


def callback_address(settings: IamSmartSettings) -> str:
    """Return ``callback_uri`` as it travels inside the JSON.  Raises ``ConfigError`` when there is none."""
    if not settings.callback_uri:
        raise ConfigError("[providers.iamsmart] needs a callback_uri: results are POSTed there")
    return quote(settings.callback_uri, safe="") if settings.redirect_encoding == "percent" else settings.callback_uri


async def _ask(
    settings: IamSmartSettings,
    path: str,
    subject: str,
    access: Access,
    errand: Errand,
    wanted: Mapping[str, object],
    *,
    now: datetime,
    entropy: Entropy,
) -> Asked:
    wanted = {"lang": LANG[errand.language], **wanted}
    return await initiate(settings, path, subject, access, errand, wanted, now=now, entropy=entropy)


async def initiate(
    settings: IamSmartSettings,
    path: str,
    subject: str,
    access: Access,
    errand: Errand,
    wanted: Mapping[str, object],
    *,
    now: datetime,
    entropy: Entropy,
) -> Asked:
    """Send one initiateRequest with ``wanted`` beside what all of them have.  Raises ``ProviderError``, ``ConfigError``."""
    step = f"initiate_{errand.kind}"
    content = await call(
        settings,
        path,
        {
            "accessToken": access.token,
            "openID": subject,
            "businessID": errand.business_id,
            "source": browser_source(settings, errand.user_agent),
            "redirectURI": callback_address(settings),
            "state": errand.state,
            **wanted,
        },
        step=step,
        now=now,
        entropy=entropy,
    )
    try:
        reply = _AskedReply.model_validate({key: value for key, value in content.items() if value != ""})
    except ValidationError as exc:
        raise broken(step, "shape") from exc
    if reply.authByQR:
        return Asked(auth_by_qr=True)
    # Without a ticket nothing could open the app on this device, and nobody is notified on another.
    if not reply.ticketID:
        raise broken(step, "ticket")
    return Asked(auth_by_qr=False, ticket_id=reply.ticketID, app_url=ticket_url(settings, errand.kind, reply.ticketID))
