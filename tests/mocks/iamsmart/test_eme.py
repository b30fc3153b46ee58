"""What people keep in e-ME: every kind of field, well formed, and left out where there is none (dossier 8.3)."""

from __future__ import annotations

import base64
import hashlib
import json
from typing import Any, cast

import pytest

from xbridge_mocks.iamsmart.eme import eme_data
from xbridge_mocks.iamsmart.pdf import one_page_pdf
from xbridge_mocks.iamsmart.profile import FORM_FIELDS, PROFILE_FIELDS, profile
from xbridge_mocks.persona import POPULATION, persona

NOW_MS = 1_750_000_000_000
KEPT = {person.key: eme_data(person.key, now_ms=NOW_MS) for person in POPULATION}
DATA = cast("dict[str, dict[str, Any]]", KEPT)


def test_every_field_is_kept_by_somebody():
    """Each self-maintained field of the list occurs, none beside them, and some people keep nothing."""
    kept = {name for data in DATA.values() for name in data}
    assert kept == set(FORM_FIELDS) - set(PROFILE_FIELDS)
    assert {} in DATA.values()


@pytest.mark.parametrize(
    "word",
    [
        "EngPremisesAddress", "ChiPremisesAddress", "FreeFormatAddress", "EngPostBox", "ChiPostBox", "EngStructuredLot",
        "ChiStructuredLot", "EngStructureLot", "Eng3dAddress", "Chi3dAddress", "EngFloor", "ChiFloor", '"Floor"',
        "EngEstate", "EngPhase", "EngBlock", "ChiBlock", "EngStreet", "ChiStreet", "NationalDestinationCode",
        "LotSection2", "LotSubsection2", "LotExtendPortionCode",
    ],
)  # fmt: skip
def test_every_shape_of_address_occurs(word):
    """Both languages, lots, post boxes, free lines, floors and units, and the spellings of old clients."""
    assert word in json.dumps(KEPT)


def test_numbers_of_post_boxes():
    """A post-box number is a number or a text; both occur."""
    found = {type(box["PoBoxNo"]) for data in DATA.values() for box in boxes(data)}
    assert found == {int, str}


def boxes(data):
    """The post boxes of one person."""
    return data.get("postalAddress", {}).get("PostBoxAddress", {}).values()


def test_one_kind_of_address_each():
    """An address is of exactly one kind."""
    for data in DATA.values():
        for name in ("residentialAddress", "postalAddress"):
            assert name not in data or len(data[name]) == 1


def test_the_document(service):
    """The document of an electronic bill is a PDF whose SHA-256 stands beside it, dated before it was fetched."""
    content: Any = profile(persona("chan-tai-man"), ("addressDocInfo", "addressDocFile"), now_ms=NOW_MS)
    file, info = content["addressDocFile"], content["addressDocInfo"]
    raw = base64.b64decode(file["docFile"], validate=True)
    assert raw.startswith(b"%PDF-1.4\n")
    assert raw.endswith(b"%%EOF\n")
    assert hashlib.sha256(raw).hexdigest() == file["docHash"]
    assert file["billDate"] < info["lastRetrievalDate"] == NOW_MS
    token = service.token()
    sent = service.open(service.profiles(token, profileFields=..., eMEFields=["addressDocFile"])["content"])
    assert sent["addressDocFile"]["docFile"] == file["docFile"]


def test_pdf_places():
    """The cross-reference table of a made PDF points at its objects, and brackets in the text are escaped."""
    raw = one_page_pdf(("a (b) \\ c",))
    start = int(raw.rsplit(b"startxref\n", 1)[1].split(b"\n")[0])
    rows = raw[start:].split(b"\n")[3:8]
    for number, row in enumerate(rows, 1):
        assert raw[int(row[:10]) :].startswith(b"%d 0 obj\n" % number)
    assert rb"(a \(b\) \\ c) Tj" in raw
    with pytest.raises(UnicodeEncodeError):
        one_page_pdf(("中",))


def test_nothing_real():
    """Numbers lie where none are issued, and mail goes nowhere."""
    for data in DATA.values():
        for name in ("homeTelNumber", "officeTelNumber", "mobileNumber"):
            number = data.get(name, {}).get("SubscriberNumber", "1000")
            assert number.startswith("1000")
        assert data.get("emailAddress", "x@mail.example").endswith(".example")


def test_absent_fields_are_left_out(service):
    """A field the person does not keep is not in the reply."""
    token = service.token("ng-wing-sze")
    reply = service.profiles(token, profileFields=["idNo"], eMEFields=["mobileNumber", "addressDocFile"])
    assert set(service.open(reply["content"])) == {"idNo"}
