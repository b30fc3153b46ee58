"""The stage of the demonstration: every process started, introduced to the others, and stopped again."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

import httpx

from xbridge.bridge.blocking import Bridge
from xbridge.core.config import parse_config
from xbridge.core.moment import to_text
from xbridge.crypto.sm2 import has_sm2
from xbridge.demo import address_proof, social_insurance
from xbridge.demo.asking import PUSH_PATH
from xbridge.demo.child_process import ChildProcess
from xbridge.demo.portal import PROVIDERS, Portal
from xbridge.demo.server import LoopbackServer
from xbridge.drivers.clock import utc_now
from xbridge.stores.sqlite import SQLiteStore
from xbridge.testing import catalogue
from xbridge.testing.world import new_kek, new_keys

SCOPES = ["eidapi_auth", "eidapi_profiles", "eidapi_formFilling", "eidapi_sign"]
LOG_ORIGIN = "demo.portal.example/ledger"


@dataclass(frozen=True, slots=True, kw_only=True)
class Stage:
    """Everything that runs.  ``processes`` counts operating-system processes, this one included."""

    portal_url: str
    mock_urls: dict[str, str]
    control_secret: str
    service_urls: dict[str, str]
    store: SQLiteStore
    trust: bytes
    processes: int


@contextmanager
def open_stage(database: Path) -> Iterator[Stage]:
    """Start both mocks, both services and the portal; yield when all answer; stop them all at the end.

    ``database`` is where the ledger goes.  Raises ``RuntimeError`` when a process does not start.
    """
    with ExitStack() as stack:
        # Started together, because each spends most of its start importing.
        mocks = stack.enter_context(ChildProcess("xbridge_mocks", "--json"))
        children = {
            module.AUDIENCE: stack.enter_context(ChildProcess(module.__name__))
            for module in (social_insurance, address_proof)
        }
        server = LoopbackServer(None)
        stack.callback(server.stop)
        kek_private, kek_public = new_kek()
        hello = mocks.hear()
        mock_urls = {"iamsmart": str(hello["iamsmart_url"]), "guangdong": str(hello["guangdong_url"])}
        http = stack.enter_context(httpx.Client(timeout=10.0, trust_env=False))
        control = Control(http, mock_urls, str(hello["control_secret"]))
        callbacks = {name: server.url + path for name, path in PROVIDERS.items()}
        clients = {
            "iamsmart": control.register(
                "iamsmart",
                callbacks["iamsmart"],
                server.url + PUSH_PATH,
                kek_public_keys=[kek_public.decode()],
                scopes=SCOPES,
            ),
            "guangdong": control.register("guangdong", callbacks["guangdong"]),
        }
        greetings = {audience: child.hear() for audience, child in children.items()}
        service_urls = {audience: str(said["url"]) for audience, said in greetings.items()}
        config = parse_config(
            {
                "profile": "development",
                "issuer": server.url,
                "log_origin": LOG_ORIGIN,
                "operator": "hk-portal",
                # A minute early, so that a clock that is read twice cannot make a key younger than its first use.
                "keys": {**new_keys(sm2=has_sm2()), "valid_from": to_text(utc_now() - timedelta(minutes=1))},
                "providers": {
                    "iamsmart": {
                        **registration(mock_urls["iamsmart"], clients["iamsmart"], callbacks["iamsmart"]),
                        "kek_private_keys": [kek_private],
                        "callback_uri": server.url + PUSH_PATH,
                        "scopes": SCOPES,
                        "signing": {"trust_anchors": control.trust_anchors()},
                    },
                    "guangdong": registration(mock_urls["guangdong"], clients["guangdong"], callbacks["guangdong"]),
                },
                "parties": catalogue.parties({str(said["party"]): said["jwks"] for said in greetings.values()}),
                "services": catalogue.services(),
            }
        )
        store = SQLiteStore(database)
        stack.callback(store.close)
        bridge = stack.enter_context(Bridge(config, store=store))
        people = control.personas()
        open_ids = control.subjects("iamsmart", clients["iamsmart"]["client_id"])
        records = {
            social_insurance.AUDIENCE: social_insurance.sample_records(people),
            address_proof.AUDIENCE: address_proof.sample_records(people, open_ids),
        }
        portal = Portal(
            bridge,
            own_url=server.url,
            services=service_urls,
            http=http,
            phone_url=f"{mock_urls['iamsmart']}/mock/phone",
        )
        server.replace(portal)
        server.start()
        for audience, child in children.items():
            child.tell({"issuer": server.url, "records": records[audience]})
        for child in children.values():
            child.hear()
        yield Stage(
            portal_url=server.url,
            mock_urls=mock_urls,
            control_secret=control.secret,
            service_urls=service_urls,
            store=store,
            trust=bridge.trust,
            processes=2 + len(children),
        )


class Control:
    """The mocks' control API, as far as the stage needs it."""

    def __init__(self, http: httpx.Client, urls: dict[str, str], secret: str) -> None:
        """``urls`` maps a provider to its mock's address; ``secret`` opens all of them."""
        self._http = http
        self._urls = urls
        self.secret = secret

    def register(self, provider: str, *callbacks: str, **details: Any) -> dict[str, str]:
        """Register the portal at a mock and return its credentials."""
        names = {
            "en": "Cross-boundary Services Portal (sample)",
            "zh-Hant": "跨境服務入門網站（示例）",
            "zh-Hans": "跨境服务门户（示例）",
        }
        document = {"name": names["en"], "name_texts": names, "redirect_uris": list(callbacks), **details}
        made = self._call(provider, "POST", "clients", document)
        return {"client_id": made["client_id"], "client_secret": made["client_secret"]}

    def personas(self) -> list[dict[str, Any]]:
        """Return the synthetic population that both mocks share."""
        people: list[dict[str, Any]] = self._call("guangdong", "GET", "personas")["personas"]
        return people

    def trust_anchors(self) -> list[str]:
        """Return the certificates of the mock's authority for people who sign, as an operator would be given them.

        Of its two, RSA and SM2, the second is of use with the extra ``gm`` only.
        """
        anchors: list[str] = self._call("iamsmart", "GET", "trust-anchors")["trust_anchors"]
        return anchors if has_sm2() else anchors[:1]

    def subjects(self, provider: str, client_id: str) -> dict[str, str]:
        """Return what the platform calls each person towards ``client_id``."""
        found: dict[str, str] = self._call(provider, "POST", "subjects", {"client_id": client_id})["subjects"]
        return found

    def _call(self, provider: str, method: str, name: str, document: Any = None) -> dict[str, Any]:
        reply = self._http.request(
            method,
            f"{self._urls[provider]}/__mock__/{name}",
            headers={"X-Mock-Secret": self.secret},
            json=document,
        )
        reply.raise_for_status()
        answer: dict[str, Any] = reply.json()
        return answer


def registration(base_url: str, client: dict[str, str], callback: str) -> dict[str, Any]:
    """Return the section of a provider's configuration that is the same for every one of them."""
    return {"base_url": base_url, **client, "redirect_uris": [callback]}
