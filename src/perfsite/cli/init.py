"""Beginning something, on the command line: a data folder, and the form of a service."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Final, cast

import click

from perfsite.cli import extensions
from perfsite.cli.common import FILE, FOLDER, data_argument, load, write_file
from perfsite.cli.completion import complete_services
from perfsite.errors import UsageError, has_errors

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from datetime import date

    from perfsite.forms import Form
    from perfsite.load import Data
    from perfsite.model import Source
    from perfsite.periods import Period


_QUARTERS: Final = 4


@click.command(
    epilog="\b\nExamples:\n"
    "  perfsite init\n"
    '  perfsite init performance --title "Services of the Home Office"\n'
    "  perfsite init performance --from figures.csv"
)
@click.argument("folder", metavar="[DIR]", type=FOLDER, default=Path("data"))
@click.option(
    "--title", default="Service performance", show_default=True, help="The name of the site."
)
@click.option(
    "--from",
    "table",
    type=FILE,
    help="A table of figures in another form: propose a map for `import csv`, and no example.",
)
def init(folder: Path, title: str, table: Path | None) -> None:
    """Begin a data folder DIR, with an example that can be built at once.

    It holds a perfsite.toml with comments, a register and a submission of one example service, and
    a README.md with the next steps. Nothing that is there is replaced.
    """
    from perfsite.forms import make_config, make_site_files  # noqa: PLC0415 - pandas is slow

    if folder.is_dir() and any(folder.iterdir()):
        raise UsageError(f"{folder} is not empty; name a folder that is, or one to be made")
    if table:
        files = {"perfsite.toml": make_config(title=title, today=_today()), "MAP.toml": _map(table)}
    else:
        files = make_site_files(title=title, folder=str(folder), today=_today())
    for name, content in files.items():
        write_file(folder / name, content)
        click.echo(f"Wrote {folder / name}")
    if table:
        command = f"perfsite import csv {table} --map {folder / 'MAP.toml'} --out {folder}"
        click.echo(f"Next: read {folder / 'MAP.toml'}, correct what it says, and run\n  {command}")
    else:
        click.echo(f"Next: perfsite validate {folder}, then perfsite build {folder}.")
        click.echo(f"{folder / 'README.md'} says how to put your own services in.")


@click.command(
    epilog="\b\nExamples:\n"
    '  perfsite new passport --name "Passport applications" --department "Home Office"\n'
    "  perfsite new passport data --style xlsx --first 2017-Q1 --last 2017-Q4"
)
@click.argument("service", shell_complete=complete_services)
@data_argument
@click.option("--name", default="", help="What the service is called, if it is new.")
@click.option("--department", default="", help="The department that answers for it, if it is new.")
@click.option(
    "--shape",
    type=click.Choice(["wide", "tidy"]),
    default="wide",
    show_default=True,
    help="A row for each period, or a row for each figure.",
)
@click.option(
    "--style",
    type=click.Choice(["csv", "xlsx"]),
    default="csv",
    show_default=True,
    help="The kind of file.",
)
@click.option(
    "--measures",
    metavar="LIST",
    default="transactions,cost",
    show_default=True,
    help="What is measured, with commas; cost:digital is the cost of one channel.",
)
@click.option(
    "--channels",
    metavar="LIST",
    default="digital",
    show_default=True,
    help="The channels of the transactions, with commas.",
)
@click.option(
    "--first", metavar="PERIOD", help="The first period, as 2017-Q1 [default: the last 4 quarters]."
)
@click.option("--last", metavar="PERIOD", help="The last period, of the same length.")
def new(service: str, data: Path, **options: str | None) -> None:
    """Make a form to fill in for SERVICE, in the folder DATA.

    A service that is not in the register is added to it. Nothing that is there is replaced.
    """
    wanted = _Wanted(**options)  # type: ignore[arg-type]
    loaded = load(data)
    path = data / "submissions" / f"{service}.{wanted.style}"
    register = _register(loaded, data, service, wanted)
    _check_free(path, service)
    form = _form(loaded, service, wanted)
    if register:
        write_file(data / "services.csv", register)
        click.echo(f"Added {service} to {data / 'services.csv'}")
    write_file(path, form.data)
    click.echo(f"Wrote {path}: {form.rows} rows, {form.figures} figures to fill in")
    click.echo(f"Next: fill it in, then run perfsite validate {data}.")


@dataclass(frozen=True)
class _Wanted:
    """What `new` was told."""

    name: str
    department: str
    shape: str
    style: str
    measures: str
    channels: str
    first: str | None
    last: str | None


def _today() -> date:
    return datetime.now(UTC).date()


def _map(table: Path) -> str:
    """The map that is proposed for a table."""
    from perfsite.load import load_source  # noqa: PLC0415 - pandas is slow

    propose = cast("Callable[[Source], str]", extensions.load(extensions.PROPOSALS, "csv"))
    return propose(load_source(table))


def _listed(text: str) -> list[str]:
    return [part.strip() for part in text.split(",") if part.strip()]


def _periods(first: str | None, last: str | None) -> list[Period]:
    """The periods from the first to the last; the last four quarters if nothing is said."""
    from perfsite.forms import (  # noqa: PLC0415
        last_quarter,
        periods_between,
    )
    from perfsite.periods import Period  # noqa: PLC0415

    if not first and not last:
        end = last_quarter(_today())
        return periods_between(end.shifted(-(_QUARTERS - 1) * end.count), end)
    if not first or not last:
        raise UsageError("give --first and --last together, or neither")
    try:
        return periods_between(Period.parse(first), Period.parse(last))
    except ValueError as error:
        raise UsageError(f"--first, --last: {error}; write 2017, 2017-Q1 or 2017-07") from error


def _register(data: Data, folder: Path, service: str, wanted: _Wanted) -> bytes:
    """The register with the service in it; nothing if it is there already.

    Raises:
        UsageError: if the service cannot be added.
    """
    from perfsite.forms import add_to_register  # noqa: PLC0415 - pandas is slow
    from perfsite.model import why_not_an_id  # noqa: PLC0415
    from perfsite.validate.register import read_register  # noqa: PLC0415

    services, _ = read_register(data.register, data.config.measures)
    if service in services:
        return b""
    if why := why_not_an_id(service):
        raise UsageError(f"{service!r} cannot be the id of a service; expected {why}")
    for registered in services.values():
        if service in registered.aliases:
            raise UsageError(f"{service} is a former id of {registered.id}")
    name, department = (" ".join(text.split()) for text in (wanted.name, wanted.department))
    if not name or not department:
        raise UsageError(f"{service} is not in the register; give its --name and --department")
    table = next((source for source in data.register if source.path == "services.csv"), None)
    if table is None:
        where = data.register[0].path
        raise UsageError(f"{service} is not in the register; add it to {folder / where} first")
    return add_to_register(table, service=service, name=name, department=department)


def _check_free(path: Path, service: str) -> None:
    """Refuse to make a second file of one service beside the first.

    Raises:
        UsageError: naming the file that is there.
    """
    there: Sequence[Path] = sorted(path.parent.glob(f"{service}.*"))
    if there:
        raise UsageError(f"{there[0]} is there already; nothing was written")


def _form(data: Data, service: str, wanted: _Wanted) -> Form:
    """The form, after perfsite has read it itself.

    Raises:
        UsageError: if there cannot be such a form, or it would have errors as it is.
    """
    from perfsite.forms import Shape, Style, make_form  # noqa: PLC0415 - pandas is slow
    from perfsite.model import Service, Source  # noqa: PLC0415
    from perfsite.validate.observations import read_observations  # noqa: PLC0415

    form = make_form(
        data.config.all_measures,
        _listed(wanted.measures),
        _listed(wanted.channels),
        _periods(wanted.first, wanted.last),
        shape=Shape(wanted.shape),
        style=Style(wanted.style),
    )
    source = Source(f"submissions/{service}.{wanted.style}", form.data)
    one_service = {service: Service(service, service, service)}
    _, problems = read_observations([source], one_service, data.config)
    if has_errors(problems):
        first = problems[0]
        raise UsageError(
            f"{first.found} cannot be in a form; expected {first.expected}. {first.fix}"
        )
    return form
