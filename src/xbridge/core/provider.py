"""What an identity provider is to the rest of the house (house.md section 5).

A provider is one file (or a package with the same face) that offers a ``PROVIDER`` with these members.  Further
abilities are small Protocols beside this one; the façade asks "can you?" and raises ``Unsupported`` otherwise.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any, Protocol, runtime_checkable

from xbridge.core.bulk_signing import BulkSigningProvider
from xbridge.core.callback import CallbackParameters, CallbackReceiver
from xbridge.core.errors import Unsupported
from xbridge.core.gateway import GatewayReply, GatewayUser, LoginSession, TianjinUser, TifUser
from xbridge.core.identity import Access, Authentication, Jurisdiction
from xbridge.core.language import Language
from xbridge.core.ports import Entropy
from xbridge.core.request import AppPlatform, Asked, Errand
from xbridge.core.signing_provider import AnonymousSigningProvider, SigningProvider


class Provider(Protocol):
    """One identity provider.  Stateless: its settings come with every call."""

    @property
    def id(self) -> str:
        """The name of its section in the configuration and of its errors."""
        ...

    @property
    def jurisdiction(self) -> Jurisdiction:
        """Which side of the boundary it proves people on."""
        ...

    def read_settings(self, section: Mapping[str, Any]) -> Any:
        """Return the checked settings in ``section``.  Raises ``ConfigError``."""
        ...

    def issuer(self, settings: Any) -> str:
        """Return the issuer that, with the subject, identifies an account; compared byte for byte."""
        ...

    def begin(self, settings: Any, *, return_to: str, state: str, language: Language) -> str:
        """Return the URL to send the browser to.  Pure.  Raises ``ConfigError`` for an unregistered ``return_to``."""
        ...

    async def finish(
        self,
        settings: Any,
        callback: CallbackParameters,
        *,
        return_to: str,
        state: str,
        now: datetime,
        entropy: Entropy,
    ) -> Authentication:
        """Exchange the callback's code and return who logged in.

        Raises ``UserDeclined``, ``CallbackInvalid``, ``ProviderError`` and ``VerificationError``.
        """
        ...


# --- Further abilities -----------------------------------------------------------------------------------------------


@runtime_checkable
class BrowserAware(Protocol):
    """A provider whose login page depends on the browser that will show it."""

    def begin_in(self, settings: Any, *, return_to: str, state: str, language: Language, user_agent: str) -> str:
        """Return the URL to send the browser that calls itself ``user_agent`` to.  Raises as ``begin``."""
        ...


@runtime_checkable
class LogoutProvider(Protocol):
    """A provider whose own session with the browser can be ended by sending the browser to it."""

    def logout_url(self, settings: Any, *, return_to: str) -> str:
        """Return where to send the browser; it comes back to ``return_to``.

        Pure.  Raises ``ConfigError`` for an address that is not registered for that.
        """
        ...


@runtime_checkable
class AppLoginProvider(Protocol):
    """A provider whose app an app of ours can open for a login, with no browser in between."""

    def begin_app(self, settings: Any, *, platform: AppPlatform, return_to: str, state: str) -> str:
        """Return the URL that opens the provider's app on ``platform``.  Raises ``ConfigError``."""
        ...


@runtime_checkable
class ProfileProvider(CallbackReceiver, Protocol):
    """A provider that can be asked for verified personal data after the login, answered by callback."""

    async def ask_profile(
        self, settings: Any, subject: str, access: Access, errand: Errand, *, now: datetime, entropy: Entropy
    ) -> Asked:
        """Ask for ``errand.fields``.  Raises ``ProviderError``, ``UserDeclined``, ``Unsupported``, ``ConfigError``."""
        ...


@runtime_checkable
class FormFillingProvider(CallbackReceiver, Protocol):
    """A provider that can be asked to fill a form with what the person keeps there, answered by callback."""

    async def ask_form(
        self, settings: Any, subject: str, access: Access, errand: Errand, *, now: datetime, entropy: Entropy
    ) -> Asked:
        """Ask for ``errand.fields`` for ``errand.title``.  Raises as ``ask_profile``."""
        ...


@runtime_checkable
class StepUpProvider(CallbackReceiver, Protocol):
    """A provider that can be asked to authenticate the same person again, answered by callback."""

    async def ask_step_up(
        self, settings: Any, subject: str, access: Access, errand: Errand, *, now: datetime, entropy: Entropy
    ) -> Asked:
        """Ask.  Raises as ``ask_profile``."""
        ...


@runtime_checkable
class AnonymousFormProvider(Protocol):
    """A provider that fills a form for somebody who has not logged in: asked first, answered through the browser."""

    async def begin_anonymous_form(
        self, settings: Any, errand: Errand, *, return_to: str, now: datetime, entropy: Entropy
    ) -> str:
        """Return the URL to send the browser to.  Raises as ``ask_profile``."""
        ...

    async def finish_anonymous_form(
        self,
        settings: Any,
        callback: CallbackParameters,
        *,
        business_id: str,
        fields: tuple[str, ...],
        now: datetime,
        entropy: Entropy,
    ) -> Any:
        """Return the provider's own form.  Raises ``UserDeclined``, ``CallbackInvalid``, ``ProviderError``."""
        ...


@runtime_checkable
class DirectLoginProvider(Protocol):
    """A provider whose own app can start a login at our service.

    Whoever starts it is not shown to be the person at our browser, so such a login never links accounts.
    """

    def begin_direct(self, settings: Any, callback: CallbackParameters, *, state: str) -> str:
        """Return where to send the app back to with ``state``; ``callback`` holds the parameters it came with.

        Raises ``CallbackInvalid``, ``Unsupported``.
        """
        ...

    def verify_direct_path(self, settings: Any, path: str, *, with_state: bool) -> None:
        """Check that such a login may come back to ``path``.  Raises ``CallbackInvalid``, ``Unsupported``."""
        ...

    async def finish_direct(
        self, settings: Any, callback: CallbackParameters, *, now: datetime, entropy: Entropy
    ) -> Authentication:
        """Exchange the code of a login that carries no state.  Raises as ``finish``."""
        ...


@runtime_checkable
class KeyAgreementProvider(Protocol):
    """A provider with whom a key for the contents of messages is agreed."""

    async def revoke_key(self, settings: Any, *, now: datetime, entropy: Entropy) -> None:
        """End the key that is in use; the next call agrees on another.  Raises ``ProviderError``."""
        ...


@runtime_checkable
class GatewayCaller(Protocol):
    """A provider whose gateway forwards people's requests to us and carries our calls to the services behind it."""

    async def verify_gateway_request(
        self, settings: Any, headers: Iterable[tuple[str, str]], *, now: datetime
    ) -> GatewayUser | None:
        """Return the user of a forwarded request, None where it names nobody.

        Raises ``TokenInvalid``, and ``Unsupported`` without a gateway in the configuration.
        """
        ...

    async def call_gateway(
        self,
        settings: Any,
        path: str,
        *,
        body: Mapping[str, object],
        service_id: str,
        now: datetime,
        entropy: Entropy,
    ) -> GatewayReply:
        """Return what a service answered.  Raises ``ProviderError``, ``ConfigError``, ``StoreUnavailable``."""
        ...

    async def one_off_user(
        self, settings: Any, token: str, *, reusable: bool, now: datetime, entropy: Entropy
    ) -> TifUser:
        """Return whom a one-off token stands for.  Raises as ``call_gateway``."""
        ...

    async def mini_program_login(self, settings: Any, code: str, *, now: datetime, entropy: Entropy) -> LoginSession:
        """Return the session of a mini-program's user.  Raises as ``call_gateway``."""
        ...

    async def app_login(self, settings: Any, code: str, *, now: datetime, entropy: Entropy) -> LoginSession | TifUser:
        """Return the session of the app's user, or their enterprise.  Raises as ``call_gateway``."""
        ...

    async def login_session(
        self, settings: Any, sid: str, *, device_id: str, hint: str, now: datetime, entropy: Entropy
    ) -> LoginSession:
        """Return the session ``sid``.  Raises as ``call_gateway``."""
        ...

    async def company_code(
        self, settings: Any, sid: str, *, device_id: str, hint: str, now: datetime, entropy: Entropy
    ) -> str:
        """Return a one-time code for the enterprise session ``sid``.  Raises as ``call_gateway``."""
        ...

    async def company_of_code(self, settings: Any, code: str, *, now: datetime, entropy: Entropy) -> TifUser:
        """Return the enterprise behind a one-time code.  Raises as ``call_gateway``."""
        ...

    async def session_of_code(self, settings: Any, code: str, *, now: datetime, entropy: Entropy) -> LoginSession:
        """Return the person's session behind a one-time code.  Raises as ``call_gateway``."""
        ...

    async def session_of_sid(
        self, settings: Any, sid: str, *, device_id: str, hint: str, now: datetime, entropy: Entropy
    ) -> LoginSession:
        """Return another machine room's session for the session ``sid``.  Raises as ``call_gateway``."""
        ...

    async def tianjin_user(self, settings: Any, uid: str, *, now: datetime, entropy: Entropy) -> TianjinUser:
        """Return a user of the sibling platform in Tianjin.  Raises as ``call_gateway``, and ``Unsupported``."""
        ...


@runtime_checkable
class NationalCaller(Protocol):
    """A provider under whose registration services of the whole country can be called."""

    async def call_national(
        self,
        settings: Any,
        path: str,
        *,
        body: Mapping[str, object],
        sid: str,
        now: datetime,
        entropy: Entropy,
    ) -> object:
        """Return what the national service at ``path`` answered; an empty ``sid`` is that of the settings.

        Raises ``ProviderError``, ``ConfigError``, ``Unsupported``.
        """
        ...


@runtime_checkable
class OfficeAppProvider(Protocol):
    """A provider whose civil servants have an app that opens our pages."""

    async def office_user_id(self, settings: Any, code: str, *, now: datetime, entropy: Entropy) -> str:
        """Return the id of whoever the app's ``code`` stands for.  Raises ``ProviderError``, ``Unsupported``."""
        ...

    async def office_user(
        self, settings: Any, user_id: str, *, now: datetime, entropy: Entropy
    ) -> Mapping[str, object]:
        """Return the directory's reply about a user, as it came.  Raises ``ProviderError``, ``Unsupported``."""
        ...


_ABILITIES: tuple[tuple[str, type], ...] = (
    ("anonymous_form", AnonymousFormProvider),
    ("anonymous_signing", AnonymousSigningProvider),
    ("app_login", AppLoginProvider),
    ("bulk_signing", BulkSigningProvider),
    ("callback", CallbackReceiver),
    ("direct_login", DirectLoginProvider),
    ("form", FormFillingProvider),
    ("gateway", GatewayCaller),
    ("key_agreement", KeyAgreementProvider),
    ("logout", LogoutProvider),
    ("national_gateway", NationalCaller),
    ("office_app", OfficeAppProvider),
    ("profile", ProfileProvider),
    ("signing", SigningProvider),
    ("step_up", StepUpProvider),
)


def abilities(provider: Provider) -> tuple[str, ...]:
    """Return what ``provider`` can do, as sorted short words; everybody can do ``login``."""
    return tuple(sorted(["login", *(name for name, protocol in _ABILITIES if isinstance(provider, protocol))]))


def lacking(provider: Provider, wanted: str) -> Unsupported:
    """Return the error for something that ``provider`` cannot do; it names what it can."""
    return Unsupported(f"{provider.id} does not offer {wanted}", capabilities=abilities(provider))
