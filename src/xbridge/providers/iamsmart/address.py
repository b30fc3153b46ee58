"""Addresses of the Hong Kong common data schema, as iAM Smart gives them (iamsmart.md section 8.3).

One set of models for both languages: which one an address is in, the member of :class:`Address` says that holds it.
VERIFIED names; where sources spell one differently, both are read.  Nothing is looked up, completed or translated.
"""

from __future__ import annotations

from pydantic import AliasChoices, Field

from xbridge.providers.iamsmart.form_part import AddressPart, Words


class District(AddressPart):
    """District council district and the part of it."""

    dc_district: Words = ""
    sub_district: Words = Field(default="", alias="Sub-district")


class Phase(AddressPart):
    """A phase of an estate, by name or number."""

    phase_name: Words = ""
    phase_no: Words = ""


class Estate(AddressPart):
    """A housing estate."""

    estate_name: Words = ""
    phase: Phase | None = None


class Street(AddressPart):
    """A street and the number in it."""

    street_name: Words = ""
    building_no_from: Words = ""
    building_no_to: Words = ""


class Block(AddressPart):
    """A block, such as Tower 3."""

    block_descriptor: Words = ""
    block_no: Words = ""


class Floor(AddressPart):
    """A floor."""

    floor_num: Words = ""


class Unit(AddressPart):
    """A flat, room or shop."""

    unit_descriptor: Words = ""
    unit_no: Words = ""


class Indoors(AddressPart):
    """Where inside a building (the schema calls it a 3D address)."""

    floor: Floor | None = None
    unit: Unit | None = None


class StructuredLot(AddressPart):
    """A lot of the land registry, for places without a street number."""

    dd_type: Words = ""
    dd_no: Words = ""
    lot_type: Words = ""
    lot_no: Words = ""
    lot_section1: Words = Field(default="", alias="LotSection1")
    lot_section2: Words = Field(default="", alias="LotSection2")
    lot_section3: Words = Field(default="", alias="LotSection3")
    lot_section4: Words = Field(default="", alias="LotSection4")
    lot_subsection1: Words = Field(default="", alias="LotSubsection1")
    lot_subsection2: Words = Field(default="", alias="LotSubsection2")
    lot_subsection3: Words = Field(default="", alias="LotSubsection3")
    lot_subsection4: Words = Field(default="", alias="LotSubsection4")
    lot_extend_portion_code: Words = ""


class Lot(AddressPart):
    """A lot; an older client spells its one member without the ``d``."""

    structured_lot: StructuredLot | None = Field(
        default=None, validation_alias=AliasChoices("StructuredLot", "StructureLot")
    )


class Premises(AddressPart):
    """A place in Hong Kong, down to the flat.  ``region`` is ``HK``, ``KLN``, ``NT`` or Chinese text."""

    region: Words = ""
    district: District | None = None
    building_name: Words = ""
    estate: Estate | None = None
    street: Street | None = None
    block: Block | None = None
    indoors: Indoors | None = Field(default=None, alias="3dAddress")
    lot: Lot | None = None


class FreeFormat(AddressPart):
    """A place outside Hong Kong, in up to three lines."""

    language_code: Words = ""
    address_line1: Words = Field(default="", alias="AddressLine1")
    address_line2: Words = Field(default="", alias="AddressLine2")
    address_line3: Words = Field(default="", alias="AddressLine3")


class PostBox(AddressPart):
    """A post office box; its number comes as a number or as text."""

    po_box_no: Words = ""
    post_office: Words = ""
    post_office_region: Words = ""
