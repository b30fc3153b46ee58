"""The settings of a service behind the TIF gateway; every UNKNOWN of guangdong.md section 5 is one, with its default."""

from __future__ import annotations

from typing import Annotated, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, SecretStr, model_validator

from xbridge.protocols.sm_envelope.settings import SmEnvelopeSettings
from xbridge.protocols.tif_gateway import FAMILIES, Family, HexCase
from xbridge.protocols.tif_user import ExtForm

ServicePath = Annotated[str, Field(pattern=r"^(/[A-Za-z0-9_~-][A-Za-z0-9._~-]*)+$", max_length=256)]
PublicPath = Annotated[str, Field(pattern=r"^(/[A-Za-z0-9_~-][A-Za-z0-9._~-]*)+/?$", max_length=256)]
MemberName = Annotated[str, Field(pattern=r"^[A-Za-z_][A-Za-z0-9_]{0,63}$")]


class GatewaySettings(BaseModel):
    """``[providers.guangdong.gateway]``: one service's registration at the gateway, for calls out and requests in.

    Out: ``hex_case`` and ``nonce_len`` as clients have them (5.1, VERIFIED); ``family`` ``"rio"`` for the predecessor's
    header names; ``connect_retries`` repeats a call that could not connect, never one that may have arrived.

    In: a request is good for ``window_s`` seconds, and ``future_s`` ahead of our clock (5.2, VERIFIED; the gateway's own
    window is narrower, 5.3); its nonce is remembered for ``nonce_ttl_s``, which must outlast both.  ``inbound_paasid``
    ``"own"`` demands our own id in ``x-tif-paasid`` (INFERRED), ``"any"`` does not look at it.  ``unsigned_user`` says
    what happens to ``uinfo`` and ``ext`` without a ``uid``, which nobody signed: refused, or dropped.  ``userless``
    ``"refuse"`` takes no request that names nobody; its signature has the form of our own calls.  ``accept_rio`` takes
    the predecessor's headers too.  ``ext_form``: see ``protocols/tif_user.py``.

    The bodies of the login routes are UNKNOWN (5.5 (b)): ``code_member`` names the one member sent, and that read back.
    ``app_login_path`` calls the app's login elsewhere than below ``login_path``, such as at its public path
    ``/tif/yss/app/login``; of ``sid_to_session_path`` only the public prefix is known.
    ``sm_envelope`` puts the bodies of :meth:`xbridge.Bridge.call_gateway` into an envelope with Chinese algorithms (section 6).
    ``tianjin`` switches the sibling platform's route on (5.5 (c)); Guangdong is not known to have it.
    """

    # An error never quotes its input, also where a traceback shows it: the input holds a secret.
    model_config = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True)

    base_url: str = "https://sg.digitalgd.com.cn"
    paasid: str = Field(min_length=1, max_length=128, pattern=r"^[\x21-\x2b\x2d-\x7e]+$")
    token: SecretStr = Field(min_length=8, max_length=512)
    hex_case: HexCase = "upper"
    nonce_len: int = Field(default=16, ge=10, le=36, multiple_of=2)
    family: Family = "tif"
    timeout_s: float = Field(default=8.0, gt=0, le=60)
    connect_retries: int = Field(default=1, ge=0, le=3)

    window_s: int = Field(default=180, ge=1, le=600)
    future_s: int = Field(default=180, ge=0, le=600)
    nonce_ttl_s: int = Field(default=600, ge=1, le=86400)
    nonce_lengths: tuple[int, int] = (10, 36)
    inbound_paasid: Literal["own", "any"] = "own"
    unsigned_user: Literal["refuse", "drop"] = "refuse"
    userless: Literal["accept", "refuse"] = "accept"
    accept_rio: bool = False
    ext_form: ExtForm = "base64"

    one_off_path: ServicePath = "/ebus/tif/sso/connect/page/oneoffcode2yrzuserinfo"
    login_path: ServicePath = "/ebus/minshengwxmp/api/r"
    app_login_path: PublicPath | None = None
    sid_to_session_path: PublicPath = "/dgdyssrz/sidtosession/"
    code_member: MemberName = "code"
    tianjin: bool = False
    sm_envelope: SmEnvelopeSettings | None = None

    @model_validator(mode="after")
    def _consistent(self) -> Self:
        """A nonce is remembered for longer than the request that carried it is good for, and lengths are a range."""
        # A request signed future_s ahead is seen first at its earliest, and is good until window_s after its time.
        # One second more, because both times are whole seconds.
        if self.nonce_ttl_s <= self.window_s + self.future_s:
            raise ValueError("nonce_ttl_s must be longer than window_s and future_s together, or a replay would pass")
        shortest, longest = self.nonce_lengths
        if not 8 <= shortest <= longest <= 128:
            raise ValueError("nonce_lengths are the shortest and the longest, between 8 and 128")
        return self

    @property
    def families(self) -> tuple[Family, ...]:
        """The header families that are read from requests."""
        return FAMILIES if self.accept_rio else ("tif",)
