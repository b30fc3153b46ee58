"""What each side holds about its people, each in its own register: the demonstration's data, invented like its people.

The two registers write a name as their side does, and one resident's name was changed in Hong Kong only.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from xbridge.core.matching import MatchSubject

RENAMED = "lee-siu-ming"
"""Whose name in the Hong Kong register is a newer one; the permit still bears the older."""
NEW_NAME = {"name_han": "李曉明", "name_roman": "LEE, Hiu Ming"}


def hong_kong_register(people: Iterable[dict[str, Any]], open_ids: Mapping[str, str]) -> dict[str, dict[str, str]]:
    """Return what Hong Kong holds, by openID: names in Traditional Chinese."""
    return {
        open_ids[person["key"]]: {
            **_entry(person, "name_zh_hant"),
            **(NEW_NAME if person["key"] == RENAMED else {}),
        }
        for person in people
        if person["key"] in open_ids and person["home_return_permit"]
    }


def guangdong_register(people: Iterable[dict[str, Any]]) -> dict[str, dict[str, str]]:
    """Return what Guangdong holds, by ``useridcode``: names in Simplified Chinese."""
    return {
        person["guangdong"]["useridcode"]: _entry(person, "name_zh_hans")
        for person in people
        if person["guangdong"] and person["home_return_permit"]
    }


def subject_of(entry: Mapping[str, str]) -> MatchSubject:
    """Return a register's entry as what a matching brings."""
    return MatchSubject(
        document=("home_return_permit", entry["permit"]),
        birth_date=entry["birth_date"],
        name_han=entry["name_han"],
        name_roman=entry["name_roman"],
    )


def _entry(person: dict[str, Any], name: str) -> dict[str, str]:
    return {
        "permit": person["home_return_permit"],
        "birth_date": person["birth_date"],
        "name_han": person[name],
        "name_roman": person["name_en"],
    }
