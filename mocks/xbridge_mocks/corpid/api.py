"""CorpID's server-to-server API: getKey, revokeKey, and getToken in both shapes (dossier iamsmart.md section 11).

It stands behind a gate of its own, with its own clients, nonces and content keys, and answers in its own dialect:
M-codes and ``msg``. iAM Smart's API beside it is ``xbridge_mocks.iamsmart.api``.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from werkzeug.exceptions import HTTPException, RequestEntityTooLarge
from werkzeug.wrappers import Request

from xbridge_mocks.clock import MockClock
from xbridge_mocks.corpid.grant import CompanyCode, CompanyGrants
from xbridge_mocks.corpid.registry import CompanyRegistry
from xbridge_mocks.corpid.route import SHAPE_OF_PATH
from xbridge_mocks.corpid.setting import CorpIdMockSettings, Shape
from xbridge_mocks.iamsmart.content_key import ContentKeys, key_content
from xbridge_mocks.iamsmart.gate import Gate
from xbridge_mocks.iamsmart.grant import Grants
from xbridge_mocks.iamsmart.parameter import text
from xbridge_mocks.iamsmart.refusal import Refused, Trail
from xbridge_mocks.iamsmart.registry import Client
from xbridge_mocks.iamsmart.reply import Dialect, Reply, compose, seal_content
from xbridge_mocks.persona import Company, Persona
from xbridge_mocks.random_source import RandomSource

__all__ = ["CORPID", "CompanyApi"]

CORPID = Dialect(letter="M", text="msg")
_AUTH = "corpidapi_auth"


class CompanyApi:
    """Answers signed POSTs below ``/corpid``."""

    def __init__(
        self,
        *,
        clock: MockClock,
        personas: Sequence[Persona],
        random: RandomSource,
        settings: CorpIdMockSettings,
        registry: CompanyRegistry,
        grants: CompanyGrants,
        person_grants: Grants,
    ) -> None:
        self._clock = clock
        self._companies = tuple({each.key: each for person in personas for each in person.companies}.values())
        self._random = random
        self._settings = settings
        self._registry = registry
        self._grants = grants
        self._person_grants = person_grants
        self._keys = ContentKeys(clock=clock, random=random, settings=settings.iamsmart)
        self._gate = Gate(clock=clock, settings=settings.iamsmart, registry=registry, keys=self._keys)

    def answer(self, request: Request, trail: Trail) -> Reply:
        """Answer one POST to the operation that ``trail`` names. Never raises for what a client sent."""
        for status in (500, 503):
            if trail.strikes(f"http_{status}"):
                return self._compose(trail, code="D20000", status=status)
        try:
            request.max_content_length = self._settings.iamsmart.body_limit
            raw = request.get_data()
        except RequestEntityTooLarge:
            return self._compose(trail, code="D20000", message="entity too large", status=413)
        except HTTPException:
            return self._compose(trail, code="D20000", message="the body cannot be read", status=400)
        try:
            return self._perform(request, raw, trail)
        except Refused as refused:
            return self._compose(trail, code=refused.code, message=refused.message)

    def clear(self) -> None:
        """Forget content keys, nonces and times."""
        self._keys.clear()
        self._gate.clear()

    def _perform(self, request: Request, raw: bytes, trail: Trail) -> Reply:
        client = self._gate.authenticate(request, raw, trail)
        if trail.operation != "corpGetToken":
            trail.require("body_empty", raw in (b"", b"{}"), "D20003", parameter="body", detail="neither empty nor {}")
            if trail.operation == "corpRevokeKey":
                self._keys.revoke(client.client_id)
                return self._compose(trail)
            scheme, as_text = self._settings.iamsmart.kek_padding, self._settings.content_key_text
            return self._compose(trail, content=key_content(self._keys, client, trail, scheme=scheme, as_text=as_text))
        trail.require("permission", _AUTH in client.scopes, "D20012", detail=f"not approved for {_AUTH}")
        if trail.strikes("cek_unknown") or trail.strikes("cek_unknown_always"):
            self._keys.revoke(client.client_id)
        held, parameters = self._gate.open_body(client, request, raw, trail)
        content = self._get_token(client, parameters, SHAPE_OF_PATH[request.path], trail)
        return self._compose(trail, content=seal_content(trail, self._keys, held, self._random, content))

    def _get_token(
        self, client: Client, parameters: Mapping[str, object], shape: Shape, trail: Trail
    ) -> dict[str, object]:
        """Exchange CorpID's code: (1) forms  (2) in the sandbox, the person's token  (3) the code  (4) its person."""
        # (1)
        code = text(parameters, "ticketID" if shape == "sandbox" else "cAuthCode", trail)
        grant_type = text(parameters, "grantType", trail)
        trail.require("grant_type", grant_type == "authorization_code", "D20003", parameter="grantType", detail="other")
        if shape == "v1_0_4":
            _check_direct(parameters, trail)
        # (2)
        person = self._person(client, parameters, trail) if shape == "sandbox" else None
        # (3)
        held = self._grants.redeem(code, client.client_id, shape)
        trail.require("company_code", isinstance(held, CompanyCode), "D40004", detail=str(held))
        if isinstance(held, str):
            raise Refused("D40004")
        # (4) A company's code in somebody else's hands is worth nothing.
        trail.require("same_person", person in (None, held.persona), "D40004", detail="of another person")
        return self._token_content(client, held, trail)

    def _person(self, client: Client, parameters: Mapping[str, object], trail: Trail) -> Persona:
        """The person behind iAM Smart's token, which must be the same service's and still alive. Raises Refused."""
        value, open_id = (text(parameters, name, trail) for name in ("iAMSmart_AccessToken", "iAMSmart_TokenizedID"))
        person_client = self._registry.person_client_of(client.client_id)
        token = self._person_grants.find_token(value, person_client)
        trail.require("access_token", token is not None, "D20009", detail="unknown, expired or another client's")
        if token is None:
            raise Refused("D20009")
        fits = open_id == self._person_grants.open_id(person_client, token.persona)
        trail.require("open_id", fits, "D20010", detail="not the tokenised ID of this token")
        return token.persona

    def _token_content(self, client: Client, held: CompanyCode, trail: Trail) -> dict[str, object]:
        company = self._another(held.company) if trail.strikes("swapped_user") else held.company
        issued, lifetime = self._clock.now_ms(), self._settings.access_token_ttl_ms
        content: dict[str, object] = {
            "cAccessToken": self._random.hex(16),
            "tokenType": "Bearer",
            "issueAt": issued,
            "expiresIn": issued + lifetime if trail.strikes("expires_absolute") else lifetime,
            "cOpenID": self._grants.open_id(client.client_id, company),
            "cScope": " ".join(held.scopes),
            "userType": self._settings.user_type,
        }
        if trail.strikes("openid_missing"):
            del content["cOpenID"]
        if trail.strikes("company_scope_missing"):
            content["cScope"] = "corpidapi_corplist"
        return content

    def _another(self, company: Company) -> Company:
        others = [other for other in self._companies if other.key != company.key]
        return others[0] if others else company

    def _compose(
        self, trail: Trail, *, code: str = "D00000", message: str = "", content: object = None, status: int = 200
    ) -> Reply:
        return compose(
            trail, self._random, code=code, message=message, content=content, status=status, dialect=CORPID
        )  # fmt: skip


def _check_direct(parameters: Mapping[str, object], trail: Trail) -> None:
    """The two members that belong to a login which began in the app; none of our codes comes from one."""
    direct = parameters.get("isDirectLogin", False)
    # Not ``in``: the number 0 equals False.
    none = direct is False or direct == "false"
    trail.require("direct_login", none, "D20003", parameter="isDirectLogin", detail="no direct login")
    trail.require(
        "code_verifier", "code_verifier" not in parameters, "D20003", parameter="code_verifier",
        detail="the code was asked for without a challenge",
    )  # fmt: skip
