"""Strict mock servers of iAM Smart, CorpID, the Guangdong identity platforms and the TIF gateway: a second opinion.

Written from the specifications alone; nothing here imports ``xbridge``. Names are loaded when first used. It is not
the real service of any government, and its people are invented.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from xbridge_mocks.client import ClientCredentials
    from xbridge_mocks.clock import MockClock
    from xbridge_mocks.corpid import CorpIdMock, CorpIdMockSettings
    from xbridge_mocks.gjzwfw import GjzwfwMock, GjzwfwMockSettings
    from xbridge_mocks.guangdong import GuangdongMock, GuangdongMockSettings
    from xbridge_mocks.iamsmart import IamSmartMock, IamSmartMockSettings
    from xbridge_mocks.persona import POPULATION, Persona
    from xbridge_mocks.random_source import RandomSource, SeededRandomSource
    from xbridge_mocks.server import RunningMocks, serve
    from xbridge_mocks.tif import TifMock, TifMockSettings
    from xbridge_mocks.world import MockWorld
    from xbridge_mocks.zwrz import ZwrzMock, ZwrzMockSettings

__all__ = [
    "ClientCredentials",
    "CorpIdMock",
    "CorpIdMockSettings",
    "GjzwfwMock",
    "GjzwfwMockSettings",
    "GuangdongMock",
    "GuangdongMockSettings",
    "IamSmartMock",
    "IamSmartMockSettings",
    "MockClock",
    "MockWorld",
    "Persona",
    "POPULATION",
    "RandomSource",
    "RunningMocks",
    "SeededRandomSource",
    "serve",
    "TifMock",
    "TifMockSettings",
    "ZwrzMock",
    "ZwrzMockSettings",
]

_HOME = {
    "ClientCredentials": "client",
    "CorpIdMock": "corpid",
    "CorpIdMockSettings": "corpid",
    "GjzwfwMock": "gjzwfw",
    "GjzwfwMockSettings": "gjzwfw",
    "GuangdongMock": "guangdong",
    "GuangdongMockSettings": "guangdong",
    "IamSmartMock": "iamsmart",
    "IamSmartMockSettings": "iamsmart",
    "MockClock": "clock",
    "MockWorld": "world",
    "POPULATION": "persona",
    "Persona": "persona",
    "RandomSource": "random_source",
    "RunningMocks": "server",
    "SeededRandomSource": "random_source",
    "TifMock": "tif",
    "TifMockSettings": "tif",
    "ZwrzMock": "zwrz",
    "ZwrzMockSettings": "zwrz",
    "serve": "server",
}


def __getattr__(name: str) -> object:
    home = _HOME.get(name)
    if home is None:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f".{home}", __name__), name)


def __dir__() -> list[str]:
    return sorted(__all__)
