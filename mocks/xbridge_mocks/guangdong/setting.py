"""The settings of the Guangdong mock: one value per fact nobody outside the platform knows.

Not the platform's configuration. Each field answers an UNKNOWN of ``specs/providers/guangdong.md`` with a default
and lets a test or a person choose another answer. Nothing here is read from a file or from the environment.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from types import MappingProxyType
from typing import Literal

from xbridge_mocks.guangdong.redirect import RedirectRule
from xbridge_mocks.guangdong.route import ErrorShape


class Kind(StrEnum):
    """Why the platform refused.  The member's value is the name used in the journal and in the settings."""

    REQUEST = "request"
    CLIENT = "client"
    SECRET = "secret"
    CODE = "code"
    REDIRECT = "redirect"
    TOKEN = "token"
    METHOD = "method"
    LOGIN = "login"
    FORM = "form"
    PATH = "path"
    SCAN = "scan"
    BINDING = "binding"


# The real code list is UNKNOWN.  These numbers are invented (dossier 2.4), in one table so that they can be changed.
INVENTED_CODES: Mapping[Kind, int] = MappingProxyType(
    {
        Kind.REQUEST: 40035,
        Kind.CLIENT: 40013,
        Kind.SECRET: 40125,
        Kind.CODE: 40029,
        Kind.REDIRECT: 40030,
        Kind.TOKEN: 40014,
        Kind.METHOD: 43001,
        Kind.LOGIN: 40163,
        Kind.FORM: 40164,
        Kind.PATH: 40404,
        Kind.SCAN: 40165,
        Kind.BINDING: 40166,
    }
)

# RFC 6749 section 5.2 names, used only for the shape inherited from OpenAM (INFERRED, dossier 2.4).
OAUTH_NAMES: Mapping[Kind, str] = MappingProxyType(
    {
        Kind.REQUEST: "invalid_request",
        Kind.CLIENT: "invalid_client",
        Kind.SECRET: "invalid_client",
        Kind.CODE: "invalid_grant",
        Kind.REDIRECT: "invalid_grant",
        Kind.TOKEN: "invalid_token",
        Kind.METHOD: "invalid_request",
    }
)


_LIFETIMES = ("code_lifetime_s", "token_lifetime_s", "session_lifetime_s", "scan_lifetime_s", "binding_lifetime_s")


@dataclass(frozen=True, slots=True, kw_only=True)
class GuangdongMockSettings:
    """How this mock answers the questions the dossier leaves open.  Times are whole seconds.

    ``redirect_match``      ``exact``; ``allow_query``: the registered URI followed by one query value ``state``; or
                            ``prefix``: the registered URI with one more segment of its path, in front of its query. The
                            segment has unreserved characters without the dot, and all else is the same. UNKNOWN.
    ``am_separator``        what may join several parameters of a redirect URI in generation ``am``: the ``comma`` that its
                            clients were told to use, or ``either``; the ampersand is the rule everywhere else.
    ``am_commas``           how such commas come back in the callback: as an ``ampersand``, or ``kept``.
    ``echo_state``          whether ``state`` given to authorize comes back in the callback.
    ``token_redirect``      what ``redirect_uri`` must be at the token step: the ``same`` string as in authorize,
                            any ``registered`` one, or ``any``.
    ``fragment_redirects``  whether a redirect URI with a fragment may be registered (hash-router pages, dossier 2.1).
    ``require_service``     whether ``service=initService`` is a duty; None leaves it to the generation.
    ``strict_slash``        whether ``access_token/`` and ``tokeninfo/`` are unknown paths in generation ``pscp``.
    ``mixed_generations``   whether a code or token of one generation is good in another.
    ``error_shape``         the shape of refusals; None leaves it to the generation.
    ``scan_lifetime_s``     from showing a code for 粤省事 to the confirmed sign-in.
    ``iamsmart_way``        the way code of a proof by iAM Smart, and ``iamsmart_account_type`` the ``accout_type`` of such a
                            sign-in (-1: no value); both are UNKNOWN.
    ``binding_lifetime_s``  from pressing "use iAM Smart" to the last press of a binding; both sign-ins are within it.
    ``certificate_way``     the way code of a proof by digital certificate; the others are among those seen.
    ``name_script``         the script of ``cn`` for Hong Kong residents.

    Raises ValueError for a lifetime that is not positive or an error table with a missing kind.
    """

    redirect_match: RedirectRule = "allow_query"
    am_separator: Literal["comma", "either"] = "comma"
    am_commas: Literal["ampersand", "kept"] = "ampersand"
    echo_state: bool = False
    token_redirect: Literal["same", "registered", "any"] = "same"
    fragment_redirects: bool = False
    require_service: bool | None = None
    strict_slash: bool = True
    mixed_generations: bool = False
    accept_post_token: bool = True
    code_lifetime_s: int = 60
    token_lifetime_s: int = 60
    session_lifetime_s: int = 30 * 60
    scan_lifetime_s: int = 180
    replay_revokes_token: bool = True
    error_shape: ErrorShape | None = None
    error_status: int = 400
    error_codes: Mapping[Kind, int] = field(default_factory=lambda: INVENTED_CODES)
    certificate_way: str = "CA"
    iamsmart_way: str = "IAMSMART"
    iamsmart_account_type: str = "-1"
    binding_lifetime_s: int = 600
    name_script: Literal["zh_hant", "zh_hans"] = "zh_hant"
    reply_media_type: str = "application/json;charset=UTF-8"

    def __post_init__(self) -> None:
        """Refuse settings under which the mock could not keep its own rules."""
        for name in _LIFETIMES:
            if getattr(self, name) <= 0:
                raise ValueError(f"{name} must be a positive number of seconds")
        missing = [kind.value for kind in Kind if kind not in self.error_codes]
        if missing:
            raise ValueError(f"error_codes has no code for: {', '.join(missing)}")
        if not 200 <= self.error_status <= 599:
            raise ValueError("error_status must be an HTTP status")
