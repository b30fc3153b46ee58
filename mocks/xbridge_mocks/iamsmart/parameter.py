"""The parameters of a decrypted request: present, not empty, of the right form, and whose they are.

Reading and refusing only. What a request then does is ``api`` and its neighbours; the order of the refusals is that of
the dossier (13.2, INFERRED): forms first, then the token, then the openID, then the scope.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping

from xbridge_mocks.iamsmart.grant import AccessToken, Grants
from xbridge_mocks.iamsmart.profile import PROFILE_FIELDS
from xbridge_mocks.iamsmart.refusal import Refused, Trail
from xbridge_mocks.iamsmart.registry import Client

__all__ = ["FieldWish", "LANGS", "field_wish", "optional_text", "owner", "text"]

LANGS = ("en-US", "zh-HK", "zh-CN")

FieldWish = tuple[tuple[str, ...], tuple[str, ...]]
"""The profile fields and the e-ME fields asked for; a name given in both arrays is among the first only."""


def text(parameters: Mapping[str, object], name: str, trail: Trail) -> str:
    """The text called ``name``. Raises Refused when it is missing, not text, or empty."""
    trail.require(f"{name}_present", name in parameters, "D20001", parameter=name, detail="missing")
    value = parameters[name]
    trail.require(f"{name}_form", isinstance(value, str), "D20003", parameter=name, detail="not text")
    trail.require(f"{name}_filled", value != "", "D20002", parameter=name, detail="empty")
    return str(value)


def optional_text(
    parameters: Mapping[str, object], name: str, trail: Trail, *, longest: int, needed: bool = False
) -> str:
    """The text called ``name``, or nothing; at most ``longest`` characters. Raises Refused."""
    value = text(parameters, name, trail) if needed else parameters.get(name, "")
    trail.require(f"{name}_form", isinstance(value, str), "D20003", parameter=name, detail="not text")
    short = len(str(value)) <= longest
    trail.require(f"{name}_length", short, "D20003", parameter=name, detail=f"over {longest} characters")
    return str(value)


def field_wish(
    parameters: Mapping[str, object],
    trail: Trail,
    *,
    eme_fields: Collection[str],
    arrays: tuple[str, ...] = ("profileFields", "eMEFields"),
    refuse_empty: bool = True,
) -> FieldWish:
    """The fields asked for in those of ``arrays`` that were given. Raises Refused when no field is asked for."""
    given = [name for name in arrays if name in parameters]
    trail.require("fields_given", bool(given), "D20002", parameter=arrays[0], detail="no field array")
    profile = _fields(parameters, "profileFields", PROFILE_FIELDS, trail, refuse_empty) if arrays[0] in given else []
    eme: list[str] = []
    if "eMEFields" in given:
        eme = _fields(parameters, "eMEFields", eme_fields, trail, refuse_empty)
    trail.require("fields_any", bool(profile or eme), "D20002", parameter=arrays[0], detail="no field at all")
    return tuple(profile), tuple(name for name in eme if name not in profile)


def owner(parameters: Mapping[str, str], client: Client, grants: Grants, trail: Trail, *, scope: str) -> AccessToken:
    """The living token in ``parameters``, held by ``client`` with its own openID and ``scope``. Raises Refused."""
    token = grants.find_token(parameters["accessToken"], client.client_id)
    trail.require("access_token", token is not None, "D20009", detail="unknown, expired or another client's")
    if token is None:
        raise Refused("D20009")
    expected = grants.open_id(client.client_id, token.persona)
    trail.require("open_id", parameters["openID"] == expected, "D20010", detail="not the openID of this token")
    trail.require("scope", scope in token.scopes, "D20015", detail="the person did not consent to it")
    return token


def _fields(
    parameters: Mapping[str, object], name: str, known: Collection[str], trail: Trail, refuse_empty: bool
) -> list[str]:
    fields = parameters[name]
    trail.require("fields_form", isinstance(fields, list), "D20003", parameter=name, detail="not an array")
    fields = fields if isinstance(fields, list) else []
    trail.require("fields_filled", bool(fields) or not refuse_empty, "D20002", parameter=name, detail="empty array")
    lawful = all(isinstance(field, str) and field in known for field in fields)
    trail.require("fields_known", lawful, "D20003", parameter=name, detail="an unknown field")
    return list(dict.fromkeys(fields))
