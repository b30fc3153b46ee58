"""Requests that a provider answers later, server to server: what is asked, what comes back, what the caller keeps.

Values only.  ``flows/request.py`` asks, ``flows/callback.py`` receives, ``flows/collect.py`` hands out.  Whatever
identifies a person or opens something is not in a ``repr``.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Literal

from xbridge.core.identity import Assurance
from xbridge.core.language import Language

RequestKind = Literal["profile", "form", "step_up", "hash_signing", "document_signing", "bulk_signing"]
Outcome = Literal["done", "declined", "failed"]
AppPlatform = Literal["ios", "android"]


@dataclass(frozen=True, slots=True, kw_only=True)
class FormTitle:
    """What the person reads about the form that is to be filled: its name, number and purpose, as people know them."""

    name: str
    number: str = ""
    description: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Errand:
    """One request, as a provider is told to make it.

    ``business_id`` (32 characters, never used before) and ``state`` tie the callback to it.  ``fields`` are the
    provider's own names; ``user_agent`` is the browser's, from which a provider may tell the device.
    """

    kind: RequestKind
    business_id: str
    state: str = field(repr=False)
    language: Language
    user_agent: str = ""
    fields: tuple[str, ...] = ()
    title: FormTitle | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """What a provider answers at once: whether it notified the person's other device, or the ticket and the URL.

    ``identification_code`` is what the person compares before they sign; empty for everything else.
    """

    auth_by_qr: bool
    ticket_id: str = field(default="", repr=False)
    app_url: str = field(default="", repr=False)
    identification_code: str = field(default="", repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class PendingRequest:
    """A request under way.  Let the page poll :meth:`xbridge.Bridge.collect` with ``business_id``.

    ``auth_by_qr`` means that the person logged in with another device and is asked there: tell them to open the app.
    Otherwise ``app_url`` opens the app on this device, with ``ticket_id`` inside.  For a signature show
    ``identification_code`` (four digits): the app shows the same ones, and the person compares.  No answer counts after
    ``expires_at``.
    """

    business_id: str
    auth_by_qr: bool
    ticket_id: str = field(default="", repr=False)
    app_url: str = field(default="", repr=False)
    identification_code: str = field(default="", repr=False)
    expires_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class CallbackMessage:
    """What a provider POSTed, opened and read.  Nothing says yet that it answers a request of ours.

    ``kinds`` are the requests that the result code can belong to; ``content`` is everything but the two ties.
    """

    business_id: str
    state: str = field(repr=False)
    outcome: Outcome
    provider_code: str
    kinds: tuple[RequestKind, ...]
    content: Mapping[str, object] = field(repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class StepUp:
    """The same person authenticated again.

    ``proof`` takes the place of :attr:`Identity.proof` from now on.  It is fresh and never of a higher level: a step-up
    says *now*, not *better*.
    """

    proof: str = field(repr=False)
    assurance: Assurance
    authenticated_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Collected:
    """How a request stands.

    ``waiting``: ask again in a moment.  ``done``: ``data`` is the result, here for the only time: a ``Profile`` for a
    profile, the provider's own form for form filling, a :class:`StepUp` for a step-up, a verified ``HashSignature`` or
    ``DocumentSignature`` for signing, verified ``BulkSignatures`` for bulk signing.  ``declined``: the person said no, a
    normal outcome.  ``failed``: ``provider_code`` says why.  ``expired``: nobody answered in time.
    """

    status: Literal["waiting", "done", "declined", "failed", "expired"]
    kind: RequestKind
    provider_code: str = ""
    data: Any = field(default=None, repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class FormHop:
    """Where to send the browser for an anonymous form, and what the application keeps in its session meanwhile."""

    url: str = field(repr=False)
    pending: str = field(repr=False)
    expires_at: datetime
