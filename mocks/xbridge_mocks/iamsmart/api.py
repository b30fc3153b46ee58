"""The server-to-server API: getKey, revokeKey, getToken, profiles, the calls that ask a person, and what follows them.

Each operation is what happens after the ``gate`` has said who asks. Application errors are HTTP 200 with a D-code
(VERIFIED); pages and redirects are elsewhere.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence

from werkzeug.exceptions import HTTPException, RequestEntityTooLarge
from werkzeug.wrappers import Request

from xbridge_mocks.clock import MockClock
from xbridge_mocks.iamsmart.acknowledgement import ACKNOWLEDGEMENTS, Acknowledgements
from xbridge_mocks.iamsmart.anonymous import ANONYMOUS_REQUESTS, ANONYMOUS_RESULTS, Anonymous
from xbridge_mocks.iamsmart.bulk import BULK_OPERATIONS, BulkSigning
from xbridge_mocks.iamsmart.bulk_order import BulkTokens
from xbridge_mocks.iamsmart.content_key import ContentKeys, key_content
from xbridge_mocks.iamsmart.direct_login import challenge_of
from xbridge_mocks.iamsmart.gate import Gate
from xbridge_mocks.iamsmart.grant import AccessToken, Grants
from xbridge_mocks.iamsmart.initiation import INITIATIONS, Initiation
from xbridge_mocks.iamsmart.inquiry import SCOPE_OF_KIND, Inquiries, Inquiry
from xbridge_mocks.iamsmart.parameter import field_wish, owner, text
from xbridge_mocks.iamsmart.profile import EME_FIELDS, profile
from xbridge_mocks.iamsmart.refusal import Refused, Trail
from xbridge_mocks.iamsmart.registry import Client
from xbridge_mocks.iamsmart.reply import Reply, compose, seal_content
from xbridge_mocks.iamsmart.setting import IamSmartMockSettings
from xbridge_mocks.iamsmart.signer import Signer
from xbridge_mocks.persona import Persona
from xbridge_mocks.random_source import RandomSource

__all__ = ["SCOPE_NEEDED", "Api"]

SCOPE_NEEDED = {
    "getToken": "eidapi_auth",
    "profiles": "eidapi_profiles",
    **{
        operation: SCOPE_OF_KIND[kind]
        for operation, kind in (INITIATIONS | ANONYMOUS_REQUESTS | ANONYMOUS_RESULTS).items()
    },
    **{operation: SCOPE_OF_KIND[kinds[0]] for operation, (kinds, _) in ACKNOWLEDGEMENTS.items()},
    **dict.fromkeys(BULK_OPERATIONS, SCOPE_OF_KIND["bulk_signing"]),
}
_Handler = Callable[[Client, Mapping[str, object], Trail], dict[str, object] | None]
# Of a request that is refused so nothing has been opened: its IV is not used up, and the same bytes may come again.
_SAID_AT_THE_GATE = ("D20004", "D20005", "D20006", "D20012", "D30001", "D30002")
_HEX32 = re.compile(r"[0-9a-f]{32}", re.ASCII)
_VERIFIER = re.compile(r"[A-Za-z0-9._~-]{43,128}", re.ASCII)


class Api:
    """Answers signed POSTs."""

    def __init__(
        self,
        *,
        clock: MockClock,
        personas: Sequence[Persona],
        random: RandomSource,
        settings: IamSmartMockSettings,
        gate: Gate,
        keys: ContentKeys,
        grants: Grants,
        inquiries: Inquiries,
        answer_now: Callable[[Inquiry], None],
        withdraw: Callable[[Inquiry], None],
        signer: Signer,
        bulk_tokens: BulkTokens,
    ) -> None:
        self._clock = clock
        self._personas = tuple(personas)
        self._random = random
        self._settings = settings
        self._gate = gate
        self._keys = keys
        self._grants = grants
        self._initiation = Initiation(
            clock=clock, settings=settings, grants=grants, inquiries=inquiries, bulk_tokens=bulk_tokens
        )
        anonymous = Anonymous(
            clock=clock, settings=settings, grants=grants, inquiries=inquiries, signer=signer,
            someone_else=self._someone_else,
        )  # fmt: skip
        acknowledgements = Acknowledgements(inquiries)
        bulk = BulkSigning(
            settings=settings, grants=grants, inquiries=inquiries, tokens=bulk_tokens, withdraw=withdraw
        )  # fmt: skip
        self._answer_now = answer_now
        self.insisted: dict[str, str] = {}
        self._handlers: dict[str, _Handler] = {
            "getToken": self._get_token,
            "profiles": self._profiles,
            **dict.fromkeys(INITIATIONS, self._ask),
            **dict.fromkeys(ANONYMOUS_REQUESTS, anonymous.ask),
            **dict.fromkeys(ANONYMOUS_RESULTS, anonymous.result),
            **dict.fromkeys(ACKNOWLEDGEMENTS, acknowledgements.take),
            "bulkToken": bulk.fetch_token,
            "bulkSignStatus": bulk.status,
            "bulkSignCancel": bulk.cancel,
        }

    def answer(self, request: Request, trail: Trail) -> Reply:
        """Answer one POST to the operation that ``trail`` names. Never raises for what a client sent."""
        for status in (500, 503):
            if trail.strikes(f"http_{status}"):
                return compose(trail, self._random, code="D20000", status=status)
        try:
            request.max_content_length = self._settings.body_limit
            raw = request.get_data()
        except RequestEntityTooLarge:
            return compose(trail, self._random, code="D20000", message="entity too large", status=413)
        except HTTPException:
            return compose(trail, self._random, code="D20000", message="the body cannot be read", status=400)
        try:
            return self._perform(request, raw, trail)
        except Refused as refused:
            return compose(trail, self._random, code=refused.code, message=refused.message)

    def _perform(self, request: Request, raw: bytes, trail: Trail) -> Reply:
        client = self._gate.authenticate(request, raw, trail)
        if trail.operation in ("getKey", "revokeKey"):
            self._insist(trail)
            trail.require("body_empty", raw in (b"", b"{}"), "D20003", parameter="body", detail="neither empty nor {}")
            if trail.operation == "getKey":
                return compose(
                    trail,
                    self._random,
                    content=key_content(self._keys, client, trail, scheme=self._settings.kek_padding),
                )
            self._keys.revoke(client.client_id)
            return compose(trail, self._random)
        needed = SCOPE_NEEDED[trail.operation]
        trail.require("permission", needed in client.scopes, "D20012", detail=f"not approved for {needed}")
        if trail.strikes("cek_unknown") or trail.strikes("cek_unknown_always"):
            self._keys.revoke(client.client_id)
        if self.insisted.get(trail.operation) in _SAID_AT_THE_GATE:
            self._insist(trail)
        held, parameters = self._gate.open_body(client, request, raw, trail)
        self._insist(trail)
        result = self._handlers[trail.operation](client, parameters, trail)
        content = None if result is None else seal_content(trail, self._keys, held, self._random, result)
        return compose(trail, self._random, content=content)

    def _insist(self, trail: Trail) -> None:
        """Refuse a request that passed the gate, where a test insists on it."""
        code = self.insisted.get(trail.operation)
        if code is not None:
            trail.require("insisted", False, code, detail="a test insists on it")

    def _get_token(self, client: Client, parameters: Mapping[str, object], trail: Trail) -> dict[str, object]:
        code = text(parameters, "code", trail)
        grant_type = text(parameters, "grantType", trail)
        trail.require("grant_type", grant_type == "authorization_code", "D20003", parameter="grantType", detail="other")
        direct = parameters.get("isDirectLoginV2", False)
        lawful = isinstance(direct, bool) or direct in ("true", "false")
        trail.require(
            "direct_login_form", lawful, "D20003", parameter="isDirectLoginV2",
            detail="neither a boolean nor its text",
        )  # fmt: skip
        challenge = self._challenge(parameters, trail)
        token: AccessToken | str = "not a code in form"
        if _HEX32.fullmatch(code):
            as_direct = direct in (True, "true")
            token = self._grants.redeem(code, client.client_id, direct=as_direct, challenge=challenge)
        detail = token if isinstance(token, str) else ""
        trail.require("auth_code", isinstance(token, AccessToken), "D40004", detail=detail)
        if isinstance(token, str):
            raise Refused("D40004")
        return self._token_content(client, token, trail)

    def _challenge(self, parameters: Mapping[str, object], trail: Trail) -> str:
        """The challenge of the verifier that came, or nothing where none did."""
        name = self._settings.verifier_field
        if name not in parameters:
            return ""
        verifier = text(parameters, name, trail)
        trail.require(
            "verifier_form", bool(_VERIFIER.fullmatch(verifier)), "D20003", parameter=name,
            detail="not 43 to 128 of A-Z a-z 0-9 - . _ ~",
        )  # fmt: skip
        return challenge_of(verifier)

    def _token_content(self, client: Client, token: AccessToken, trail: Trail) -> dict[str, object]:
        person = self._someone_else(token.persona) if trail.strikes("swapped_user") else token.persona
        account = person.iamsmart
        if account is None:
            raise Refused("D20010")
        absolute = trail.strikes("expires_absolute")
        content: dict[str, object] = {
            "accessToken": token.value,
            "tokenType": "Bearer",
            "issueAt": token.issued_ms,
            "expiresIn": token.issued_ms + token.lifetime_ms if absolute else token.lifetime_ms,
            "openID": self._grants.open_id(client.client_id, person),
            "lastModifiedDate": account.last_modified_ms,
            "userType": account.user_type,
            "scope": " ".join(token.scopes),
        }
        if trail.strikes("openid_missing"):
            del content["openID"]
        return content

    def _profiles(self, client: Client, parameters: Mapping[str, object], trail: Trail) -> dict[str, object]:
        given = {name: text(parameters, name, trail) for name in ("accessToken", "openID")}
        refuse = self._settings.refuse_empty_field_array
        profile_fields, eme_fields = field_wish(parameters, trail, eme_fields=EME_FIELDS, refuse_empty=refuse)
        token = owner(given, client, self._grants, trail, scope="eidapi_profiles")
        person = self._someone_else(token.persona) if trail.strikes("swapped_user") else token.persona
        return profile(person, profile_fields + eme_fields, now_ms=self._clock.now_ms())

    def _ask(self, client: Client, parameters: Mapping[str, object], trail: Trail) -> dict[str, object]:
        inquiry, content = self._initiation.ask(client, parameters, trail)
        if trail.strikes("callback_before_reply"):
            self._answer_now(inquiry)
        return content

    def _someone_else(self, person: Persona) -> Persona:
        others = [other for other in self._personas if other.iamsmart is not None and other.key != person.key]
        return others[0] if others else person
