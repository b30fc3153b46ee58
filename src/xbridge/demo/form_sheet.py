"""The sample form: what is asked of iAM Smart for it, and how a filled one is shown.

The identity card number is shown with its middle hidden, as a careful service would.  Lots of the land registry and
post office boxes are left to real services.
"""

from __future__ import annotations

from collections.abc import Iterator

from xbridge.core.language import Language
from xbridge.core.request import FormTitle
from xbridge.demo.wording import word
from xbridge.providers.iamsmart.address import Premises
from xbridge.providers.iamsmart.form import Address, FormData

FIELDS = ("idNo", "enName", "chName", "birthDate", "mobileNumber", "emailAddress", "residentialAddress")


def form_title(language: Language) -> FormTitle:
    """Return what the person reads about the form in iAM Smart."""
    return FormTitle(name=word("form_name", language), number="XB-1", description=word("form_purpose", language))


def sheet(form: FormData) -> dict[str, str]:
    """Return what a filled form holds, by the name of the field; a field that the person does not hold is left out."""
    shown = {
        "idNo": _hidden(form.id_no.printed()) if form.id_no else "",
        "enName": form.en_name.unstructured_name if form.en_name else "",
        "chName": form.ch_name.chinese_name if form.ch_name else "",
        "birthDate": form.birth_date,
        "mobileNumber": form.mobile_number.subscriber_number if form.mobile_number else "",
        "emailAddress": form.email_address,
        "residentialAddress": _on_one_line(form.residential_address) if form.residential_address else "",
    }
    return {name: text for name, text in shown.items() if text}


def _hidden(number: str) -> str:
    """Return an identity card number that can be recognised and not read: ``ZZ0****(3)``."""
    return f"{number[:3]}****{number[number.index('(') :]}"


def _on_one_line(address: Address) -> str:
    """Return an address as people write it: from the flat outwards in English, from the region inwards in Chinese."""
    if address.free_format is not None:
        found = address.free_format
        return ", ".join(filter(None, (found.address_line1, found.address_line2, found.address_line3)))
    if address.english is not None:
        return ", ".join(text for part in _english(address.english) if (text := part.strip()))
    return "".join(_chinese(address.chinese)) if address.chinese is not None else ""


def _english(place: Premises) -> Iterator[str]:
    if place.indoors and place.indoors.unit:
        yield f"{place.indoors.unit.unit_descriptor} {place.indoors.unit.unit_no}"
    if place.indoors and place.indoors.floor:
        yield f"{place.indoors.floor.floor_num}/F"
    if place.block:
        yield f"{place.block.block_descriptor} {place.block.block_no}"
    yield place.building_name
    if place.estate:
        if place.estate.phase:
            yield f"{place.estate.phase.phase_name} {place.estate.phase.phase_no}"
        yield place.estate.estate_name
    if place.street:
        yield f"{place.street.building_no_from} {place.street.street_name}"
    if place.district:
        yield place.district.sub_district
        yield place.district.dc_district
    yield place.region


def _chinese(place: Premises) -> Iterator[str]:
    yield place.region
    if place.district:
        yield place.district.dc_district + place.district.sub_district
    if place.street:
        yield place.street.street_name
        yield f"{place.street.building_no_from}號" if place.street.building_no_from else ""
    if place.estate:
        yield place.estate.estate_name
        yield f"{place.estate.phase.phase_no}{place.estate.phase.phase_name}" if place.estate.phase else ""
    yield place.building_name
    if place.block:
        yield f"{place.block.block_no}{place.block.block_descriptor}"
    if place.indoors and place.indoors.floor:
        yield f"{place.indoors.floor.floor_num}樓"
    if place.indoors and place.indoors.unit:
        yield f"{place.indoors.unit.unit_no}{place.indoors.unit.unit_descriptor}"
