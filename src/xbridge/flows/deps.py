"""What every flow needs and no flow makes: configuration, providers, keys, rules.  Built once per Bridge."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any

from xbridge.consent.giving import OFFER_PURPOSE
from xbridge.consent.life import SUBJECT_PURPOSE
from xbridge.core.config import Config
from xbridge.core.errors import ConfigError, Unsupported, VerificationError
from xbridge.core.ports import CheckpointSigner, Signer, Verifier
from xbridge.core.provider import Provider
from xbridge.crypto import base64url
from xbridge.crypto.key import KeySet, PublishedKey, SigningKey
from xbridge.crypto.sealing import Sealer
from xbridge.crypto.sm2_signing import Sm2Names
from xbridge.evidence.trust import TrustedKey
from xbridge.flows.record_key import RecordKey, load_record_keys, load_retired_keys, signing_key
from xbridge.ledger.checkpoint import checkpoint_signer
from xbridge.ledger.note import NoteKey
from xbridge.linking.binding import PURPOSE as BINDING_PURPOSE
from xbridge.linking.matching_proof import PURPOSE as MATCHING_PURPOSE
from xbridge.linking.proof import PURPOSE as PROOF_PURPOSE
from xbridge.policy import RulePack

LOGIN_PURPOSE = "pending-login"
ACCOUNT_PURPOSE = "link-account"
REQUEST_PURPOSE = "pending-request"


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class Deps:
    """The Bridge's standing knowledge.  ``providers`` maps an id to the provider and its checked settings."""

    config: Config
    providers: Mapping[str, tuple[Provider, Any]]
    pack: RulePack
    record_keyring: tuple[RecordKey, ...]
    token_signer: SigningKey
    record_keys: KeySet
    retired_keys: Mapping[str, TrustedKey]
    token_keys: KeySet
    log_key: NoteKey
    sign_checkpoint: CheckpointSigner
    pseudonym_key: bytes
    login_sealer: Sealer
    proof_sealer: Sealer
    offer_sealer: Sealer
    account_sealer: Sealer
    request_sealer: Sealer
    subject_sealer: Sealer
    matching_sealer: Sealer
    binding_sealer: Sealer
    service_keys: Mapping[str, KeySet] = field(default_factory=lambda: MappingProxyType({}))

    def provider(self, provider_id: str) -> tuple[Provider, Any]:
        """Return the provider and its settings.  Raises ``Unsupported`` when it is not configured."""
        found = self.providers.get(provider_id)
        if found is None:
            raise Unsupported(f"no provider {provider_id!r} is configured", capabilities=tuple(sorted(self.providers)))
        return found

    def trusts(self, provider_id: str, issuer: str) -> bool:
        """Return whether the provider is still configured, as ``issuer``; otherwise what it proved no longer counts."""
        found = self.providers.get(provider_id)
        return found is not None and found[0].issuer(found[1]) == issuer


def build_deps(
    config: Config,
    providers: Sequence[Provider],
    pack: RulePack,
    signers: Mapping[str, Signer] = MappingProxyType({}),
) -> Deps:
    """Return the dependencies for ``config``, every key loaded and every provider's settings checked.

    ``signers`` are the record keys that are kept elsewhere.  Raises ``ConfigError`` for a key that cannot be read, a
    provider section without provider, the same key used for two jobs, or a key of ours at a party that we match with;
    ``Unsupported`` for SM2 without its extra.
    """
    known = {provider.id: provider for provider in providers}
    if unknown := sorted(set(config.providers) - set(known)):
        raise ConfigError(f"no provider for the section [providers.{unknown[0]}]")
    keyring = load_record_keys(config.keys, signers)
    log, token = (
        signing_key(name, value.get_secret_value())
        for name, value in (("log", config.keys.log), ("token", config.keys.token))
    )
    retired = load_retired_keys(config.keys)
    kids = [log.kid, token.kid, *(key.public.kid for key in keyring), *(key.kid for key in retired)]
    if len(set(kids)) != len(kids):
        raise ConfigError(
            "keys.record, keys.log, keys.token and those in keys.record_retired must be different keys: one key, one job"
        )
    if log.alg != "EdDSA":
        raise ConfigError("keys.log: expected Ed25519; checkpoints know no other kind of key")
    sealing = [_secret("keys.sealing", value.get_secret_value()) for value in config.keys.sealing]
    log_raw = base64url.decode(log.public().to_jwk()["x"])
    record_keys = KeySet([*(key.public for key in keyring), *(key.public() for key in retired)])
    service_keys = {
        party.id: KeySet.from_jwks(party.jwks, sm2=Sm2Names(**party.jose_names.model_dump()))
        for party in config.parties
        if party.jwks
    }
    _verify_peers(config, service_keys, record_keys)
    return Deps(
        config=config,
        providers=MappingProxyType(
            {name: (known[name], known[name].read_settings(section)) for name, section in config.providers.items()}
        ),
        pack=pack,
        record_keyring=keyring,
        token_signer=token,
        record_keys=record_keys,
        retired_keys=MappingProxyType({key.kid: key for key in retired}),
        token_keys=KeySet([token.public()]),
        log_key=NoteKey(name=config.log_origin, public_key_raw=log_raw),
        sign_checkpoint=checkpoint_signer(origin=config.log_origin, public_key_raw=log_raw, signer=log),
        pseudonym_key=_secret("keys.pseudonym", config.keys.pseudonym.get_secret_value()),
        login_sealer=Sealer(*sealing, purpose=LOGIN_PURPOSE),
        proof_sealer=Sealer(*sealing, purpose=PROOF_PURPOSE),
        offer_sealer=Sealer(*sealing, purpose=OFFER_PURPOSE),
        account_sealer=Sealer(*sealing, purpose=ACCOUNT_PURPOSE),
        request_sealer=Sealer(*sealing, purpose=REQUEST_PURPOSE),
        subject_sealer=Sealer(*sealing, purpose=SUBJECT_PURPOSE),
        matching_sealer=Sealer(*sealing, purpose=MATCHING_PURPOSE),
        binding_sealer=Sealer(*sealing, purpose=BINDING_PURPOSE),
        service_keys=MappingProxyType(service_keys),
    )


def _verify_peers(config: Config, service_keys: Mapping[str, KeySet], record_keys: KeySet) -> None:
    """Check that no party that we match with is said to hold a record key of ours, under whatever id.

    Its messages and ours could not be told apart.  Raises ``ConfigError``.
    """
    own = _points(record_keys)
    for party in config.parties:
        if not party.matching_url or party.id == config.operator:
            continue
        if own & _points(service_keys.get(party.id, ())):
            raise ConfigError(f"parties.{party.id}.jwks holds our own record key")


def _points(keys: Iterable[Verifier]) -> set[tuple[str, str]]:
    """Return what makes each public key the one it is; id, algorithm and curve are names, in which parties may differ."""
    members = [key.to_jwk() for key in keys if isinstance(key, PublishedKey)]
    return {(each["x"], each.get("y", "")) for each in members}


def _secret(name: str, text: str) -> bytes:
    """Return the 32 bytes that ``text`` spells in base64url."""
    try:
        value = base64url.decode(text.strip())
    except VerificationError as exc:
        raise ConfigError(f"{name} is not unpadded base64url") from exc
    if len(value) != 32:
        raise ConfigError(f"{name} must be 32 random bytes")
    return value
