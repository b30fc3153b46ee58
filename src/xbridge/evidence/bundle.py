"""The evidence bundle as a zip file: written one way only, read strictly.

There is exactly one byte string for a set of members (sorted names, no compression, fixed times), and reading refuses
every other spelling, so that no byte of a bundle can change unnoticed.  What the members mean is for
``flows/verification.py``.
"""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Mapping

from xbridge.core.errors import TamperDetected

MAX_BUNDLE_BYTES = 64 * 1024 * 1024
MAX_MEMBERS = 4096
_NAME = re.compile(r"[a-z0-9][a-z0-9._-]{0,99}(/[a-zA-Z0-9][a-zA-Z0-9._-]{0,99}){0,2}")
_EPOCH = (1980, 1, 1, 0, 0, 0)


def write_bundle(members: Mapping[str, bytes]) -> bytes:
    """Return the zip file of ``members`` (name to content).  Raises ``ValueError`` for a name that has no place in it."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_STORED) as archive:
        for name in sorted(members):
            if not _NAME.fullmatch(name):
                raise ValueError(f"not a member name: {name}")
            info = zipfile.ZipInfo(name, _EPOCH)
            info.create_system = 3
            info.external_attr = 0o644 << 16
            archive.writestr(info, members[name])
    return buffer.getvalue()


def read_bundle(raw: bytes) -> dict[str, bytes]:
    """Return the members of the bundle ``raw``.

    (1) size   (2) a zip file with proper names, each once   (3) exactly the bytes that :func:`write_bundle` makes.
    Raises ``TamperDetected("bundle", …)``.
    """
    # (1)
    if len(raw) > MAX_BUNDLE_BYTES:
        raise TamperDetected("bundle", reason="too_large")
    # (2)
    try:
        with zipfile.ZipFile(io.BytesIO(raw)) as archive:
            infos = archive.infolist()
            if len(infos) > MAX_MEMBERS or sum(info.file_size for info in infos) > MAX_BUNDLE_BYTES:
                raise TamperDetected("bundle", reason="too_large")
            if len({info.filename for info in infos}) != len(infos):
                raise TamperDetected("bundle", reason="duplicated")
            if any(info.compress_type != zipfile.ZIP_STORED for info in infos):
                raise TamperDetected("bundle", reason="malformed")
            members = {info.filename: archive.read(info) for info in infos}
        same = write_bundle(members) == raw
    except TamperDetected:
        raise
    except Exception as exc:
        raise TamperDetected("bundle", reason="malformed", message="this is not an intact evidence bundle") from exc
    # (3)
    if not same:
        raise TamperDetected("bundle", reason="malformed", message="the bundle's container was changed")
    return members
