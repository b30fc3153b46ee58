"""The settings of a Guangdong relying party; every UNKNOWN of the dossier is one of them, with its default."""

from __future__ import annotations

from typing import Literal

from pydantic import BaseModel, ConfigDict, Field, SecretStr, model_validator

from xbridge.core.assurance import PLATFORM_LEVELS
from xbridge.core.identity import LEVELS, Level
from xbridge.protocols.identity_document.document import DocumentKind
from xbridge.protocols.identity_document.home_return_permit import NumberStyle
from xbridge.providers.guangdong.gateway_settings import GatewaySettings
from xbridge.providers.guangdong.generation import SERVICE_IS_A_DUTY, Generation, GuangdongPaths
from xbridge.providers.guangdong.national import NationalSettings

StateMode = Literal["redirect_query", "redirect_path", "param", "both", "cookie_only"]


class GuangdongSettings(BaseModel):
    """One relying party's registration.

    ``generation`` chooses among three base paths of one contract, and ``paths`` replaces any of them.  ``state_mode``:
    the platform is not known to echo ``state`` (UNKNOWN, guangdong.md 2.1), so by default it travels in the query of the
    redirect URI, on top of the sealed pending login that the session keeps; ``redirect_uri.py`` tells the modes apart, and
    ``cookie_only`` is the weak one.  ``redirect_join`` is what stands between several parameters of a redirect URI: a
    comma in the first generation (VERIFIED there), ``&`` in the others.  ``token_method`` is how the code is exchanged; a
    GET that is answered 405 is repeated as a POST once.

    ``min_level``, ``require_usertype`` and ``require_isreal`` are what a typical service demands (2.6, VERIFIED for one);
    ``require_isreal`` left out means: whenever ``min_level`` is above L0.  ``max_age_of_proof_s`` is how long ago the level
    may have been proved, by default any time.  ``level_map`` and ``level_cap`` lower what the platform claims and never
    raise it.  ``idcardtype_map`` maps the platform's document codes (4.1) to our kinds; the code of the Home Return
    Permit is UNKNOWN and defaults to ``40``, the code of any other document, under which a number is a permit only if it has the
    form of one.  ``hrp_number_style`` is the form in which a permit's number is handed out:
    its first nine characters are a person's for life (4.4).  ``logout_uris`` are where a logout may send the browser.
    """

    # An error never quotes its input, also where a traceback shows it: the input holds a secret.
    model_config = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True)

    base_url: str = "https://tyrz.gd.gov.cn"
    issuer: str = ""
    generation: Generation = "pscp"
    paths: GuangdongPaths = GuangdongPaths()
    begin_at: Literal["authorize", "login_page"] = "authorize"
    client_id: str = Field(min_length=1, max_length=64, pattern=r"^[A-Za-z0-9_-]+$")
    client_secret: SecretStr
    redirect_uris: tuple[str, ...] = Field(min_length=1)
    logout_uris: tuple[str, ...] = ()
    scope: str = "all"
    service: str = "initService"
    state_mode: StateMode = "redirect_query"
    redirect_join: Literal["auto", "ampersand", "comma"] = "auto"
    token_method: Literal["GET", "POST"] = "GET"
    min_level: Level = "L2"
    require_usertype: Literal["1", "2", "any"] = "1"
    require_isreal: bool | None = None
    max_age_of_proof_s: int | None = Field(default=None, ge=60)
    level_map: dict[Level, Level] = dict(PLATFORM_LEVELS)
    level_cap: Level = "L3"
    idcardtype_map: dict[str, DocumentKind] = {
        "10": "resident_id",
        "20": "passport",
        "40": "home_return_permit",
        "49": "credit_code",
    }
    hrp_number_style: NumberStyle = "9"
    timeout_s: float = Field(default=8.0, gt=0, le=60)
    gateway: GatewaySettings | None = None
    national: NationalSettings | None = None

    @model_validator(mode="after")
    def _lawful(self) -> GuangdongSettings:
        """Refuse a table that would raise a level, and a generation without the parameter that it demands."""
        if any(LEVELS.index(ours) > LEVELS.index(theirs) for theirs, ours in self.level_map.items()):
            raise ValueError("level_map may lower a level and never raise it")
        if self.generation in SERVICE_IS_A_DUTY and not self.service:
            raise ValueError(f"service must be sent in generation {self.generation}")
        return self

    @property
    def redirect_joint(self) -> Literal["&", ","]:
        """What stands between the parameters of a redirect URI."""
        comma = self.redirect_join == "comma" or (self.redirect_join == "auto" and self.generation == "am")
        return "," if comma else "&"

    @property
    def demands_isreal(self) -> bool:
        """Whether an account must be of a real name; ``isreal`` is true from L1 on (2.3)."""
        return self.min_level != "L0" if self.require_isreal is None else self.require_isreal

    def endpoint(self, name: Literal["authorize", "access_token", "tokeninfo"]) -> str:
        """Return the URL of the OAuth endpoint ``name``."""
        return f"{self.base_url}{self.paths.endpoint(self.generation, name)}"
