"""The settings of a service at the civil servants' identity provider; every UNKNOWN of the dossier is one of them."""

from __future__ import annotations

from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, SecretStr

from xbridge.core.identity import Level
from xbridge.providers.zwrz.office_app import OfficeAppSettings

Member = Annotated[str, Field(min_length=1, max_length=64, pattern=r"^[A-Za-z0-9_.-]+$")]
"""How a member of a JSON object is called."""


class ZwrzPaths(BaseModel):
    """Where its endpoints are under ``base_url`` (section 8, VERIFIED)."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    authorize: str = "/zwrz/rz/sso/oauth/authorize"
    token: str = "/zwrz/rz/sso/oauth/token"
    user: str = "/zwrz/rz/sso/openapi/user/getuserinfodetail"
    logout: str = "/zwrz/rz/sso/logout"


class ZwrzSettings(BaseModel):
    """One service's registration.

    The calls are VERIFIED and what ``data`` holds in their replies is UNKNOWN: ``token_member``, ``subject_member`` and
    ``name_member`` say where the token, the stable id and the name stand.  ``subject_member`` must be the id that never
    changes hands; a login name may.  ``level`` is what an account counts for on our scale, which is about people: the
    platform states none, so the lowest.  ``logout_uris`` are where a logout may send the browser.
    """

    # An error never quotes its input, also where a traceback shows it: the input holds a secret.
    model_config = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True)

    base_url: str = "https://xtbg.gdzwfw.gov.cn"
    issuer: str = ""
    client_id: str = Field(min_length=1, max_length=64, pattern=r"^[A-Za-z0-9_-]+$")
    client_secret: SecretStr
    redirect_uris: tuple[str, ...] = Field(min_length=1)
    logout_uris: tuple[str, ...] = ()
    scope: str = "all"
    token_member: Member = "access_token"
    subject_member: Member = "userid"
    name_member: Member = "username"
    level: Level = "L0"
    timeout_s: float = Field(default=8.0, gt=0, le=60)
    paths: ZwrzPaths = ZwrzPaths()
    office_app: OfficeAppSettings | None = None
