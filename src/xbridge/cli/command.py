"""The commands and their options.  What they do is in ``demonstration.py`` and ``verification.py``."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from xbridge.core.language import parse_language

app = typer.Typer(
    no_args_is_help=True,
    add_completion=False,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
    help="xbridge: link iAM Smart and the Guangdong platform, with consent, policy and proof.",
)


class Lang(StrEnum):
    """The languages of what people read."""

    EN = "en"
    HANT = "zh-Hant"
    HANS = "zh-Hans"


class JourneyName(StrEnum):
    """What ``xbridge demo`` can walk through."""

    WHOLE = "whole"
    LOGIN = "login"
    FORM = "form"
    SIGN = "sign"
    BIND = "bind"


@app.callback()
def root() -> None:
    """Say nothing; its presence keeps every command a sub-command."""


@app.command()
def demo(
    journey: Annotated[
        JourneyName, typer.Option(help="The whole journey, or a walk through one part of it.")
    ] = JourneyName.WHOLE,
    lang: Annotated[Lang, typer.Option(help="Language of the timeline and of the pages.")] = Lang.EN,
    keep: Annotated[
        Path | None,
        typer.Option(help="Keep timeline.json, and what else the journey made (evidence, ledger), in this folder."),
    ] = None,
    json: Annotated[bool, typer.Option("--json", help="Print the timeline as JSON and nothing else.")] = False,
    interactive: Annotated[
        bool, typer.Option(help="Start everything and be the resident yourself, in a browser.")
    ] = False,
) -> None:
    """Run one resident's whole journey for real: log in twice, link, consent, exchange, withdraw, prove.

    With --journey, one part of it from all sides: what happens when the resident says no, when somebody else comes
    first, when a message arrives twice.

    Ends with 0 when every step succeeded, 1 when one failed.
    """
    from xbridge.cli.demonstration import run_demo, run_interactive

    if interactive:
        raise typer.Exit(run_interactive(lang.value, keep=keep))
    raise typer.Exit(run_demo(lang.value, keep=keep, as_json=json, journey=journey.value))


@app.command()
def verify(
    bundle: Annotated[Path, typer.Argument(help="The evidence bundle (evidence.zip).")],
    trust: Annotated[
        Path | None,
        typer.Option(help="The trust file: whose keys count. It must not come from the bundle's sender alone."),
    ] = None,
    lang: Annotated[Lang, typer.Option(help="Language of what is printed.")] = Lang.EN,
    show_signer: Annotated[
        bool, typer.Option("--show-signer", help="Name the person whose certificate signed; otherwise its fingerprint.")
    ] = False,
    json: Annotated[bool, typer.Option("--json", help="Print the result as JSON and nothing else.")] = False,
) -> None:
    """Check an evidence bundle offline: no network, no database.

    Ends with 0 when everything holds under trusted keys and authorities, 1 when a check failed, 2 when the bundle is
    consistent but no trust file says whose keys these are, or whose certificate the person signed with, 3 when a file
    cannot be read.
    """
    from xbridge.cli.verification import run_verify

    language = parse_language(lang.value)
    raise typer.Exit(run_verify(bundle, trust, language=language, show_signer=show_signer, as_json=json))
