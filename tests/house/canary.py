"""Marked people, and the search for any trace of them (lesson I1).

Every value here is invented and occurs nowhere else, so that finding one in a log, error, event, ledger or bundle proves
that it came from a person's data.
"""

from __future__ import annotations

import traceback
from base64 import b64encode, urlsafe_b64encode
from collections.abc import Iterable, Iterator
from urllib.parse import quote

from xbridge_mocks.check_digit import hkid_check_digit
from xbridge_mocks.persona import Company, GuangdongAccount, HongKongAccount, Persona


def _canary(number: str, key: str, names: tuple[str, str, str], born: str) -> Persona:
    hkid = f"QX77777{number}"
    return Persona(
        key=key, name_zh_hant=names[0], name_zh_hans=names[1], name_en=names[2], hkid=hkid,
        hkid_check=hkid_check_digit(hkid), birth_date=born, gender="F", home_return_permit=f"H7777777{number}",
        iamsmart=HongKongAccount(user_type="sign", last_modified_ms=1_700_000_000_000),
        guangdong=GuangdongAccount(
            uid=f"canary_login_{number}", useridcode=f"{number}" * 8 + "cafe" * 6, password=f"canary-password-{number}",
            usertype="1", level="L3", isreal=True, idcardtype="40", idcardnumber=f"H7777777{number}",
            telephonenumber=f"1007777777{number}", realtype="PLV", createtime=f"1977070707070{number}",
        ),
        note="A marked person.",
        companies=(
            Company(
                key=f"canary-company-{number}", name_zh_hant=f"{names[0]}有限公司", name_zh_hans=f"{names[1]}有限公司",
                name_en=f"{names[2].split(', ')[0].title()} Cage Limited", number=f"7777771{number}",
            ),
        ),
    )  # fmt: skip


CANARIES = (
    _canary("1", "canary-one", ("金絲雀甲", "金丝雀甲", "KANARI, Alfa"), "19770701"),
    _canary("2", "canary-two", ("黃鶯乙鳥", "黄莺乙鸟", "ORIOLE, Bravo"), "19770702"),
)


def marks() -> set[str]:
    """Every value that would give a marked person away."""
    found: set[str] = set()
    for person in CANARIES:
        account = person.guangdong
        assert account is not None
        found |= {
            person.name_zh_hant, person.name_zh_hans, person.name_en, *person.name_en.split(", "), person.hkid,
            person.hkid + person.hkid_check, f"{person.hkid}({person.hkid_check})", person.birth_date,
            str(person.home_return_permit), account.uid, account.useridcode, account.password, account.telephonenumber,
            account.createtime, *(text for company in person.companies for text in (company.name_en, company.number)),
        }  # fmt: skip
    return found


def spellings(value: str) -> set[str]:
    """The ways in which text hides in other text: escaped, percent-encoded, base64, in other case."""
    raw = value.encode()
    escaped = value.encode("unicode_escape").decode()
    return {
        value, value.upper(), value.lower(), quote(value), quote(value, safe=""), escaped, escaped.replace("\\u", "\\\\u"),
        b64encode(raw).decode().rstrip("="), urlsafe_b64encode(raw).decode().rstrip("="), raw.hex(), repr(raw)[2:-1],
    }  # fmt: skip


class Search:
    """Collects texts and says which of them hold which mark."""

    def __init__(self, values: Iterable[str]) -> None:
        self.values = {value for value in values if value}
        self._needles = {spelling: value for value in self.values for spelling in spellings(value)}
        self.texts: list[tuple[str, str]] = []

    def look(self, where: str, *texts: object) -> None:
        """Collect texts (bytes are read as UTF-8 with replacements) from one place."""
        for text in texts:
            self.texts.append((where, text.decode("utf-8", "replace") if isinstance(text, bytes) else str(text)))

    def look_at_error(self, where: str, error: BaseException) -> None:
        """Collect everything an error says, with all that stands behind it, and the traceback a server would print."""
        for each in chain(error):
            self.look(where, str(each), repr(each), repr(each.args))
        diagnostics = getattr(error, "diagnostics", None)
        if diagnostics is not None:
            self.look(where, repr(diagnostics()), repr(vars(error)))
        self.look(where, "".join(traceback.format_exception(error)))

    def found(self) -> set[tuple[str, str]]:
        """Where a mark was found, as (place, value)."""
        return {
            (where, value) for where, text in self.texts for needle, value in self._needles.items() if needle in text
        }


def chain(error: BaseException | None) -> Iterator[BaseException]:
    """The error, its causes and contexts, also those that a traceback leaves out."""
    seen: set[int] = set()
    waiting = [error]
    while waiting:
        each = waiting.pop()
        if each is not None and id(each) not in seen:
            seen.add(id(each))
            yield each
            waiting += [each.__cause__, each.__context__]
