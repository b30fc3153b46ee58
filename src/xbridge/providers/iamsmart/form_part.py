"""How the parts of a filled form are read: names in one spelling, empty means "not held", nothing shown in a ``repr``.

The ground that ``address.py`` and ``form.py`` stand on; it knows no field by name.
"""

from __future__ import annotations

import re
from typing import Annotated, Any

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, model_validator
from pydantic.alias_generators import to_camel, to_pascal

_PREFIX = re.compile(r"(?:Eng|Chi)(?=[A-Z0-9])", re.ASCII)


def _as_text(value: object) -> object:
    """Return a number as its digits: the same member comes as either (section 8.3)."""
    return str(value) if type(value) is int else value


Words = Annotated[str, BeforeValidator(_as_text), Field(max_length=1024)]
"""Text as the person or the platform wrote it; never corrected."""


class FormPart(BaseModel):
    """Something inside a form.  Members that nobody told us about are kept in ``model_extra``."""

    model_config = ConfigDict(
        frozen=True, strict=True, extra="allow", hide_input_in_errors=True, alias_generator=to_camel
    )

    @model_validator(mode="before")
    @classmethod
    def _held(cls, value: Any) -> Any:
        """Leave out what the person does not hold: absent and empty are the same (INFERRED)."""
        if not isinstance(value, dict):
            return value
        return {name: member for name, member in value.items() if member not in ("", None, {}, [])}

    def __repr__(self) -> str:
        """Return a form that is safe to log."""
        return f"{type(self).__name__}(…)"

    __str__ = __repr__


class AddressPart(FormPart):
    """A part of an address, whose member names begin with ``Eng`` or ``Chi`` by its language, or with neither."""

    model_config = ConfigDict(alias_generator=to_pascal)

    @model_validator(mode="before")
    @classmethod
    def _one_spelling(cls, value: Any) -> Any:
        """Take the language off the names; it is the same all through an address."""
        if not isinstance(value, dict):
            return value
        renamed = {_PREFIX.sub("", str(name)): member for name, member in value.items()}
        if len(renamed) != len(value):
            raise ValueError("two spellings of one member")
        return renamed
