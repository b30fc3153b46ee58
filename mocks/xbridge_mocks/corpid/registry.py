"""The services that CorpID knows, each beside its registration at iAM Smart.

One registration at the portal gives credentials for both platforms; they differ, so that a service which mixes them up is
refused (whether the real ones differ is UNKNOWN).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from xbridge_mocks.client import ClientCredentials, ServiceName
from xbridge_mocks.iamsmart.registry import Client, Registry, load_kek
from xbridge_mocks.random_source import RandomSource

__all__ = ["COMPANY_SCOPES", "DEFAULT_COMPANY_SCOPES", "CompanyRegistry", "CorpIdCredentials"]

COMPANY_SCOPES = (
    "corpidapi_auth", "corpidapi_corplist", "corpidapi_profiles", "corpidapi_formfill", "corpidapi_sign",
    "corpidapi_fr", "corpidapi_bulksign", "corpidapi_docwallet",
)  # fmt: skip
DEFAULT_COMPANY_SCOPES = ("corpidapi_auth", "corpidapi_corplist")


@dataclass(frozen=True, slots=True, kw_only=True)
class CorpIdCredentials(ClientCredentials):
    """Credentials at iAM Smart, and those at CorpID. The secrets are left out of ``repr``."""

    corp_client_id: str
    corp_client_secret: str = field(repr=False)


class CompanyRegistry(Registry):
    """The services at CorpID, found by their own client id or by that at iAM Smart."""

    def __init__(self, random: RandomSource) -> None:
        super().__init__(random)
        self._of_person_client: dict[str, str] = {}

    def enrol(
        self,
        person_side: ClientCredentials,
        *,
        name: str,
        redirect_uris: Sequence[str],
        kek_public_keys: Iterable[bytes],
        scopes: Sequence[str],
        name_texts: Mapping[str, str] | None,
    ) -> CorpIdCredentials:
        """Add the service that ``person_side`` is at iAM Smart. Raises ValueError for a scope or key it cannot have."""
        unknown = sorted(set(scopes) - set(COMPANY_SCOPES))
        if unknown or not scopes:
            raise ValueError(
                f"company scopes come from {', '.join(COMPANY_SCOPES)}; not {', '.join(unknown) or 'none'}"
            )
        client = Client(
            client_id=self._random.hex(16),
            client_secret=self._random.hex(16),
            name=ServiceName.of(name, dict(name_texts or {})),
            redirect_uris=tuple(redirect_uris),
            scopes=tuple(scopes),
            keks=tuple(load_kek(raw) for raw in kek_public_keys),
        )
        self._clients[client.client_id] = client
        self._of_person_client[person_side.client_id] = client.client_id
        return CorpIdCredentials(
            client_id=person_side.client_id,
            client_secret=person_side.client_secret,
            corp_client_id=client.client_id,
            corp_client_secret=client.client_secret,
        )

    def beside(self, person_client_id: str) -> Client | None:
        """The service whose client id at iAM Smart is this, or None."""
        return self.find(self._of_person_client.get(person_client_id, ""))

    def person_client_of(self, client_id: str) -> str:
        """The client id at iAM Smart of a service known here. Raises KeyError."""
        found = {ours: theirs for theirs, ours in self._of_person_client.items()}
        return found[client_id]
