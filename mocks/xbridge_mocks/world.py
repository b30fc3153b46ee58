"""One mock world: a clock, a population, and the platforms that share them.

Each platform is built when first asked for, so a test of one does not pay for the other. The world opens no socket;
``server`` does.
"""

from __future__ import annotations

import threading
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from xbridge_mocks.clock import MockClock
from xbridge_mocks.persona import POPULATION, Persona
from xbridge_mocks.random_source import RandomSource, SeededRandomSource

if TYPE_CHECKING:
    from xbridge_mocks.corpid import CorpIdMock, CorpIdMockSettings
    from xbridge_mocks.gjzwfw import GjzwfwMock, GjzwfwMockSettings
    from xbridge_mocks.guangdong import GuangdongMock, GuangdongMockSettings
    from xbridge_mocks.guangdong.iamsmart_line import Post
    from xbridge_mocks.guangdong.iamsmart_login import IamSmartLogin
    from xbridge_mocks.iamsmart import IamSmartMock, IamSmartMockSettings
    from xbridge_mocks.tif import TifMock, TifMockSettings
    from xbridge_mocks.zwrz import ZwrzMock, ZwrzMockSettings

__all__ = ["MockWorld"]


class MockWorld:
    """All platforms over one clock and one population.

    ``seed`` makes every drawn value repeat and is FOR TESTS ONLY: with it no secret of this world is secret.
    ``control_secret`` opens the control API of every mock and is new in every world.
    """

    def __init__(
        self,
        clock: MockClock | None = None,
        seed: int | str | None = None,
        personas: Sequence[Persona] | None = None,
        *,
        iamsmart_settings: IamSmartMockSettings | None = None,
        guangdong_settings: GuangdongMockSettings | None = None,
        corpid_settings: CorpIdMockSettings | None = None,
        zwrz_settings: ZwrzMockSettings | None = None,
        tif_settings: TifMockSettings | None = None,
        gjzwfw_settings: GjzwfwMockSettings | None = None,
    ) -> None:
        self.clock = MockClock() if clock is None else clock
        self.personas = POPULATION if personas is None else tuple(personas)
        self._seed = seed
        self._settings = (iamsmart_settings, guangdong_settings)
        self._corpid_settings = corpid_settings
        self._zwrz_settings = zwrz_settings
        self._tif_settings = tif_settings
        self._gjzwfw_settings = gjzwfw_settings
        self._lock = threading.Lock()
        self._iamsmart: IamSmartMock | None = None
        self._guangdong: GuangdongMock | None = None
        self._corpid: CorpIdMock | None = None
        self._zwrz: ZwrzMock | None = None
        self._tif: TifMock | None = None
        self._gjzwfw: GjzwfwMock | None = None
        self.control_secret = self._random("control").token(24)

    @property
    def iamsmart(self) -> IamSmartMock:
        """The iAM Smart mock of this world."""
        from xbridge_mocks.iamsmart import IamSmartMock, IamSmartMockSettings

        with self._lock:
            if self._iamsmart is None:
                self._iamsmart = IamSmartMock(
                    clock=self.clock,
                    personas=self.personas,
                    random=self._random("iamsmart"),
                    settings=self._settings[0] or IamSmartMockSettings(),
                    control_secret=self.control_secret,
                )
            return self._iamsmart

    @property
    def guangdong(self) -> GuangdongMock:
        """The Guangdong mock of this world."""
        from xbridge_mocks.guangdong import GuangdongMock, GuangdongMockSettings

        with self._lock:
            if self._guangdong is None:
                self._guangdong = GuangdongMock(
                    clock=self.clock,
                    personas=self.personas,
                    random=self._random("guangdong"),
                    settings=self._settings[1] or GuangdongMockSettings(),
                    control_secret=self.control_secret,
                )
            return self._guangdong

    def connect(self, *, iamsmart_url: str, guangdong_url: str, post: Post | None = None) -> IamSmartLogin:
        """Make "use iAM Smart" on the Guangdong mock lead to the iAM Smart mock of this world, and return its door.

        The addresses are those that browsers use. ``post`` carries the calls between the two; without it they stay in
        this process. Which accounts are one person's is read from the population, as two registers would know it.
        """
        from cryptography.hazmat.primitives.asymmetric.rsa import generate_private_key
        from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

        from xbridge_mocks.guangdong.iamsmart_login import CALLBACK_PATH

        kek = generate_private_key(public_exponent=65537, key_size=2048)
        public = kek.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
        made = self.iamsmart.register_client(
            name="Guangdong Unified Identity Authentication Platform (mock)",
            name_texts={"zh-Hant": "廣東省統一身份認證平台（模擬）", "zh-Hans": "广东省统一身份认证平台（模拟）"},
            redirect_uris=[guangdong_url + CALLBACK_PATH],
            kek_public_keys=[public],
            scopes=["eidapi_auth"],
        )
        return self.guangdong.connect_iamsmart(
            base_url=iamsmart_url,
            own_url=guangdong_url,
            client_id=made.client_id,
            client_secret=made.client_secret,
            kek=kek,
            post=post or self._post_here,
            same_person=lambda open_id, key: self.iamsmart.subjects(made.client_id).get(key) == open_id,
        )

    def _post_here(self, url: str, headers: Mapping[str, str], body: bytes) -> bytes:
        """Carry a call of the Guangdong mock to the iAM Smart mock without a socket."""
        from werkzeug.test import Client

        return Client(self.iamsmart).post(urlsplit(url).path, headers=dict(headers), data=body).get_data()

    @property
    def corpid(self) -> CorpIdMock:
        """The CorpID mock of this world, with an iAM Smart of its own before it."""
        from xbridge_mocks.corpid import CorpIdMock

        with self._lock:
            if self._corpid is None:
                self._corpid = CorpIdMock(
                    clock=self.clock,
                    personas=self.personas,
                    random=self._random("corpid"),
                    settings=self._corpid_settings,
                    control_secret=self.control_secret,
                )
            return self._corpid

    @property
    def zwrz(self) -> ZwrzMock:
        """The mock of Guangdong's sign-in for civil servants."""
        from xbridge_mocks.zwrz import ZwrzMock

        with self._lock:
            if self._zwrz is None:
                self._zwrz = ZwrzMock(
                    clock=self.clock,
                    personas=self.personas,
                    random=self._random("zwrz"),
                    settings=self._zwrz_settings,
                    control_secret=self.control_secret,
                )
            return self._zwrz

    @property
    def tif(self) -> TifMock:
        """The TIF gateway mock of this world."""
        from xbridge_mocks.tif import TifMock

        with self._lock:
            if self._tif is None:
                self._tif = TifMock(
                    clock=self.clock,
                    personas=self.personas,
                    random=self._random("tif"),
                    settings=self._tif_settings,
                    control_secret=self.control_secret,
                )
            return self._tif

    @property
    def gjzwfw(self) -> GjzwfwMock:
        """The mock of the national data-sharing gateway; nobody logs in there."""
        from xbridge_mocks.gjzwfw import GjzwfwMock

        with self._lock:
            if self._gjzwfw is None:
                self._gjzwfw = GjzwfwMock(
                    clock=self.clock,
                    personas=self.personas,
                    random=self._random("gjzwfw"),
                    settings=self._gjzwfw_settings,
                    control_secret=self.control_secret,
                )
            return self._gjzwfw

    def _random(self, purpose: str) -> RandomSource:
        return RandomSource() if self._seed is None else SeededRandomSource(self._seed, purpose)
