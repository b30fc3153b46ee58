"""The configuration: one frozen value, checked when built, from a mapping.

Reads no file and no environment: ``load_config`` in ``drivers/settings.py`` does.  Secrets are ``SecretStr`` and never
show in a ``repr``.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Literal, Self
from urllib.parse import urlsplit

from pydantic import BaseModel, ConfigDict, Field, SecretStr, ValidationError, field_validator, model_validator

from xbridge.core.decision import Texts
from xbridge.core.errors import ConfigError, Unsupported
from xbridge.core.flow import DataFlow
from xbridge.core.identity import Level, ProvedLevel
from xbridge.core.moment import from_text, to_text
from xbridge.core.web_address import check_web_address

_WAYS_BACK = ("redirect_uris", "direct_login_uris", "direct_login_app_uris")
_ADDRESSES = (*_WAYS_BACK, "logout_uris")


class _Section(BaseModel):
    # An error never quotes its input, also where a traceback shows it: the input holds secrets.
    model_config = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True)


class JoseNames(_Section):
    """What a party calls SM2 in its keys and signatures, for which no registry has a name (guangdong.md section 10.1).

    ``alg`` is what its keys say, ``aliases`` what its signatures may say instead (``SM2SM3``, ``SM2-SM3`` and ``SM3withSM2`` were
    seen), ``crv`` the curve's name in its JWKs.
    """

    alg: str = "SM2"
    aliases: tuple[str, ...] = ()
    crv: str = "SM2"


class Party(_Section):
    """A data user or handler at one end of a flow (policy.md part b, ``Party``).

    ``jwks`` holds the public keys with which it authenticates its enquiries (RFC 7523); empty if it makes none.
    ``matching_url`` is where it answers matching requests (docs/matching.md), which are signed by one of those keys; a
    party without it is never matched with, in either direction.  ``jose_names`` say what it calls SM2, if it has such keys.
    """

    id: str = Field(pattern=r"^[a-z0-9-]{1,64}$")
    names: Texts
    kind: str
    place: str
    sector: str = "other"
    ciio: bool | None = None
    contact: str
    address: Texts
    jwks: dict[str, Any] = Field(default_factory=dict)
    matching_url: str = ""
    jose_names: JoseNames = JoseNames()

    @property
    def jurisdiction(self) -> str:
        """Return HK, CN, MO or X, derived from the place."""
        if self.place in ("HK", "MO"):
            return self.place
        return "CN" if self.place.isdigit() else "X"


class Service(_Section):
    """One entry of the catalogue of cross-boundary services: one flow between two parties.

    ``audience`` is who accepts our tokens and ``audience_party`` the party behind it, by default the exporter (it holds
    the data); ``exporter`` and ``recipient`` are party ids; ``categories`` are the necessary
    ones.  ``facts`` are the standing facts for the policy, in its vocabulary (``specs/policy.md``): legal basis,
    mechanism, assessments.  ``matching_party`` is for the channel ``identity_binding``: accounts are linked only after a
    matching without disclosure with that party, one of the two ends.  Times are days or seconds, as named.
    """

    id: str = Field(pattern=r"^[a-z0-9-]{1,64}$")
    audience: str = Field(min_length=1, max_length=128)
    exporter: str
    recipient: str
    purpose: str
    categories: tuple[str, ...] = Field(min_length=1)
    channel: str = "query"
    min_level: Level = "L2"
    consent_days: int = Field(default=30, ge=1, le=3650)
    retention_days: int = Field(default=180, ge=0, le=36500)
    storage_place: Texts
    audience_party: str = ""
    matching_party: str = ""
    token_lifetime_s: int = Field(default=120, ge=10, le=300)
    facts: dict[str, Any] = Field(default_factory=dict)

    @property
    def holder(self) -> str:
        """Return the id of the party that accepts tokens for this audience."""
        return self.audience_party or self.exporter


SM2_ID_FORM = r"[!-~]{1,64}"
"""What an SM2 id may look like here: printable ASCII, far below the 8191 bytes that the standard could take."""

SM2_ID = Field(default="1234567812345678", pattern=f"^{SM2_ID_FORM}$")
"""The id under which an SM2 key signs, by default that of GM/T 0009."""


class RetiredKey(_Section):
    """A record key that signs no more: its public key (PEM) and its time, from ``valid_from`` until before ``valid_until``.

    With it, what it signed in that time is read, used and proved as before; ``sm2_id`` is of use with an SM2 key.
    """

    public: str
    valid_from: str
    valid_until: str
    sm2_id: str = SM2_ID

    @field_validator("valid_from", "valid_until")
    @classmethod
    def _moment(cls, text: str) -> str:
        """Refuse what is not a moment."""
        return to_text(from_text(text))

    @model_validator(mode="after")
    def _had_a_time(self) -> Self:
        """Refuse a key that was never valid: its dates were swapped."""
        if from_text(self.valid_until) <= from_text(self.valid_from):
            raise ValueError("valid_until must be after valid_from")
        return self


class Keys(_Section):
    """The Bridge's own keys.  PEM texts, and base64url texts of 32 random bytes; newest first where several.

    ``record`` signs consent records, ``log`` the ledger's checkpoints, ``token`` access tokens: one key, one job.
    ``record_sm2``, where given, signs the same records once more with SM2, under the id ``record_sm2_id`` and since
    ``record_sm2_valid_from`` (by default ``valid_from``).  A record key that is kept elsewhere is its public key here, and
    its ``Signer`` an argument of the Bridge.  ``record_retired`` are those that signed records before.
    ``sealing`` protects what the application keeps for us; ``pseudonym`` makes pairwise pseudonyms.  ``valid_from`` (RFC
    3339) is when the signing keys came into use, as the trust file will say.
    """

    record: SecretStr
    log: SecretStr
    token: SecretStr
    sealing: tuple[SecretStr, ...] = Field(min_length=1, max_length=8)
    pseudonym: SecretStr
    valid_from: str = "1970-01-01T00:00:00Z"
    record_sm2: SecretStr | None = None
    record_sm2_id: str = SM2_ID
    record_sm2_valid_from: str = ""
    record_retired: tuple[RetiredKey, ...] = Field(default=(), max_length=32)

    @field_validator("valid_from")
    @classmethod
    def _moment(cls, text: str) -> str:
        """Refuse what is not a moment."""
        return to_text(from_text(text))

    @field_validator("record_sm2_valid_from")
    @classmethod
    def _moment_or_none(cls, text: str) -> str:
        """Refuse what is neither empty nor a moment."""
        return to_text(from_text(text)) if text else ""


class Limits(_Section):
    """How long things may take, in seconds, and how often they may be tried.

    ``matchings`` runs with one party about one person within ``matching_window_s``: each is one guess for a dishonest one.
    ``review_s`` is how long a review of names waits, and then its outcome.  ``link_min_level`` is the level that both sides
    of a link must have proved; ``L0`` is no choice, because it proves nobody.
    """

    login_s: int = Field(default=18 * 60, ge=60, le=18 * 60)
    link_proof_s: int = Field(default=600, ge=30, le=600)
    link_min_level: ProvedLevel = "L1"
    proof_s: int = Field(default=1800, ge=60, le=3600)
    offer_s: int = Field(default=3600, ge=60, le=86400)
    matchings: int = Field(default=3, ge=1, le=10)
    matching_window_s: int = Field(default=30 * 86400, ge=3600, le=366 * 86400)
    review_s: int = Field(default=30 * 86400, ge=3600, le=90 * 86400)


class Config(_Section):
    """Everything a Bridge needs to know.

    ``profile="development"`` is what allows http, loopback and mock issuers; nothing else does.  ``issuer`` is the
    ``iss`` of our tokens; ``log_origin`` names the ledger in its checkpoints; ``operator`` is the party that runs us.
    """

    profile: Literal["production", "development"] = "production"
    issuer: str
    log_origin: str = Field(pattern=r"^[a-z0-9.-]+(/[a-z0-9.-]+)*$")
    operator: str
    keys: Keys
    limits: Limits = Limits()
    # What is secret in a section only its provider knows, so none of it is printed.
    providers: dict[str, dict[str, Any]] = Field(default_factory=dict, repr=False)
    parties: tuple[Party, ...] = ()
    services: tuple[Service, ...] = ()

    @model_validator(mode="after")
    def _consistent(self) -> Config:
        """Every party that is named exists, ids are unique, and production speaks https with real hosts only."""
        ids = [party.id for party in self.parties]
        ends = {end for each in self.services for end in (each.exporter, each.recipient, each.holder)}
        named = {self.operator, *ends}
        if len(set(ids)) != len(ids) or len({service.id for service in self.services}) != len(self.services):
            raise ValueError("party ids and service ids must be unique")
        if missing := sorted(named - set(ids)):
            raise ValueError(f"no such party: {', '.join(missing)}")
        for service in self.services:
            _verify_matching(service, self.operator)
        for where, url in _urls(self):
            try:
                check_web_address(url, real_host=self.profile == "production")
            except ValueError as exc:
                raise ValueError(f"{where} {exc}") from None
        _verify_ways_back(self)
        return self

    def party(self, party_id: str) -> Party:
        """Return the party with ``party_id``, which is known to exist for the ids in this configuration."""
        return next(party for party in self.parties if party.id == party_id)

    def service(self, audience: str, flow: DataFlow) -> Service:
        """Return the catalogue entry for ``flow`` to or from ``audience``.  Raises ``Unsupported`` when there is none."""
        for service in self.services:
            places = self.party(service.exporter).place, self.party(service.recipient).place
            if (service.audience, service.purpose, *places) == (audience, flow.purpose, flow.source, flow.target):
                return service
        offered = tuple(sorted(f"{service.audience} {service.purpose}" for service in self.services))
        raise Unsupported("no catalogue entry for this audience, purpose, source and target", capabilities=offered)


def parse_config(document: Mapping[str, Any]) -> Config:
    """Return the configuration in ``document``.  Raises ``ConfigError`` naming the first wrong member, never its value."""
    try:
        return Config.model_validate(document)
    except ValidationError as exc:
        problem = exc.errors(include_input=False, include_url=False, include_context=False)[0]
        raise ConfigError(f"{'.'.join(map(str, problem['loc'])) or 'configuration'}: {problem['msg']}") from exc


def _verify_matching(service: Service, operator: str) -> None:
    """Check that a matching is with the other end of a binding: nobody else holds what is compared.

    Raises ``ValueError``.
    """
    if not service.matching_party:
        return
    if service.channel != "identity_binding":
        raise ValueError(f"services.{service.id}.matching_party needs the channel identity_binding")
    if service.matching_party not in {service.exporter, service.recipient} - {operator}:
        raise ValueError(f"services.{service.id}.matching_party must be the other end of this binding")


def _verify_ways_back(config: Config) -> None:
    """Check that no two providers come back to one path: it tells whose answer a callback is (lessons.md B1).

    Neither platform names itself in its callback.  Where a direct login of V2 arrives is such a path too; the addresses
    of V1 are the platform's own.  Raises ``ValueError``.
    """
    owners: dict[str, str] = {}
    for name, section in config.providers.items():
        for member in _WAYS_BACK if section.get("direct_login") == "v2" else _WAYS_BACK[:1]:
            for uri in section.get(member, ()):
                owner = owners.setdefault(urlsplit(uri).path, name)
                if owner != name:
                    raise ValueError(f"providers.{name}.{member} need paths that providers.{owner} does not have")


def _base_urls(where: str, section: Mapping[str, Any]) -> list[tuple[str, object]]:
    """Return every ``base_url`` of a section and of the tables within it: a provider may speak to two platforms."""
    found: list[tuple[str, object]] = []
    for name, value in section.items():
        if name == "base_url":
            found.append((f"{where}.base_url", value))
        elif isinstance(value, Mapping):
            found += _base_urls(f"{where}.{name}", value)
    return found


def _urls(config: Config) -> list[tuple[str, str]]:
    """Return every address of the configuration with where it stands.  Raises ``ValueError`` for one that is none."""
    found: list[tuple[str, object]] = [("issuer", config.issuer)]
    found += [(f"parties.{each.id}.matching_url", each.matching_url) for each in config.parties if each.matching_url]
    for name, section in config.providers.items():
        found += _base_urls(f"providers.{name}", section)
        for member in _ADDRESSES:
            uris = section.get(member, ())
            if not isinstance(uris, list | tuple):
                raise ValueError(f"providers.{name}.{member} must be a list")
            found += [(f"providers.{name}.{member}", uri) for uri in uris]
        if section.get("callback_uri"):
            found.append((f"providers.{name}.callback_uri", section["callback_uri"]))
    for where, url in found:
        # Paths are added to a base URL as text, so what ends it must be its host or a name.
        if not isinstance(url, str) or (where.endswith(".base_url") and ("?" in url or url.endswith("/"))):
            raise ValueError(f"{where} must be the text of an address; a base_url has no query and no slash at its end")
    return [(where, str(url)) for where, url in found]
