"""Who is late, what an error means, and help for shells, on the command line."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import click
from click.shell_completion import ShellComplete, get_completion_class

from perfsite.cli.common import data_argument, edition_option, load
from perfsite.cli.completing import complete_codes
from perfsite.cli.dates import edition_date

if TYPE_CHECKING:
    from pathlib import Path

SHELLS: Final = ("bash", "zsh", "fish")


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
def status(data: Path, edition: str | None, style: str) -> None:
    """Say who is late: which services of the folder DATA owe figures, and since when.

    A figure is owed for each quarter up to the newest that at least a tenth of the services have
    reached. The services that owe for the longest time come first.
    """
    from perfsite.analysis import understand  # noqa: PLC0415 - pandas takes half a second
    from perfsite.kpi.health import assess_services  # noqa: PLC0415
    from perfsite.kpi.reporting import make_ledger  # noqa: PLC0415
    from perfsite.report import lateness  # noqa: PLC0415

    loaded = load(data)
    known = understand(loaded, edition_date(edition, loaded))
    ledger = make_ledger(
        known.figures,
        known.parts,
        known.summaries,
        known.observations,
        known.data.config.digital_channels,
    )
    found = lateness.who_is_late(ledger, assess_services(ledger), known.services)
    if style == "csv":
        click.echo(lateness.lateness_csv(found), nl=False)
    elif style == "json":
        click.echo(lateness.lateness_json(found), nl=False)
    else:
        click.echo(lateness.lateness_text(found))


@click.command(epilog="\b\nExamples:\n  perfsite explain PS104\n  perfsite explain")
@click.argument("code", required=False, shell_complete=complete_codes)
def explain(code: str | None) -> None:
    """Say what a CODE means and how to mend what it stands for; without one, list all."""
    from perfsite.manual import load_explanations  # noqa: PLC0415 - only this command reads it
    from perfsite.report.explaining import all_codes, explanation, known_code  # noqa: PLC0415

    if code is None:
        click.echo(all_codes())
        return
    known = known_code(code)
    click.echo(explanation(known, load_explanations().get(known, "")))


@click.command(
    epilog="\b\nExamples:\n"
    "  perfsite completion bash >> ~/.bashrc\n"
    "  perfsite completion zsh >> ~/.zshrc\n"
    "  perfsite completion fish > ~/.config/fish/completions/perfsite.fish"
)
@click.argument("shell", type=click.Choice(SHELLS))
@click.pass_context
def completion(ctx: click.Context, shell: str) -> None:
    """Print the script with which a SHELL completes commands, options, codes and services."""
    kind = get_completion_class(shell)
    if kind is None:  # pragma: no cover - click knows all of SHELLS
        raise click.UsageError(f"{shell} is not known")
    made = kind(ctx.find_root().command, {}, "perfsite", "_PERFSITE_COMPLETE")
    # click's own class for bash runs bash to ask for its version, which need not be here.
    click.echo(ShellComplete.source(made))
