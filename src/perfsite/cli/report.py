"""Who is late, what an error means, and the documentation, on the command line."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from perfsite import documents
from perfsite.cli.common import data_argument, edition_date, edition_option, load, with_log
from perfsite.cli.completion import complete_codes, complete_pages

if TYPE_CHECKING:
    from pathlib import Path


@click.command(
    epilog="\b\nExamples:\n  perfsite status\n  perfsite status data --format csv > late.csv"
)
@data_argument
@edition_option
@click.option(
    "--format",
    "style",
    type=click.Choice(["text", "csv", "json"]),
    default="text",
    show_default=True,
    help="For people, for a spreadsheet, or for a program.",
)
@with_log
def status(data: Path, edition: str | None, style: str) -> None:
    """Say who is late: which services of the folder DATA owe figures, and since when.

    A figure is owed for each quarter up to the newest that at least a tenth of the services have
    reached. The services that owe for the longest time come first.
    """
    from perfsite.analysis import analyse  # noqa: PLC0415 - pandas takes half a second
    from perfsite.kpi.health import assess_services  # noqa: PLC0415
    from perfsite.kpi.reporting import make_matrix  # noqa: PLC0415
    from perfsite.report import overdue  # noqa: PLC0415

    loaded = load(data)
    analysis = analyse(loaded, edition_date(edition, loaded))
    ledger = make_matrix(
        analysis.figures,
        analysis.parts,
        analysis.summaries,
        analysis.observations,
        analysis.data.config.digital_channels,
    )
    late = overdue.find_overdue(ledger, assess_services(ledger), analysis.services)
    if style == "csv":
        click.echo(overdue.overdue_csv(late), nl=False)
    elif style == "json":
        click.echo(overdue.overdue_json(late), nl=False)
    else:
        click.echo(overdue.overdue_text(late))


@click.command(epilog="\b\nExamples:\n  perfsite explain PS104\n  perfsite explain")
@click.argument("code", required=False, shell_complete=complete_codes)
def explain(code: str | None) -> None:
    """Say what a CODE means and how to mend what it stands for; without one, list all."""
    from perfsite.explanations import (  # noqa: PLC0415 - only this command reads them
        all_codes,
        known_code,
        load_explanations,
    )

    if code is None:
        click.echo(all_codes())
        return
    click.echo(load_explanations()[known_code(code)].plain)


@click.command(
    epilog="\b\nExamples:\n  perfsite docs\n  perfsite docs tutorial\n"
    "  perfsite docs data-format#measures | less"
)
@click.argument("page", required=False, shell_complete=complete_pages)
def docs(page: str | None) -> None:
    """Print a PAGE of the documentation, or a section of one; without one, list all."""
    if page:
        click.echo(documents.read(page), nl=False)
        return
    width = max(map(len, documents.titles()))
    for name, title in documents.titles().items():
        click.echo(f"{name:{width}}  {title}")
