"""Editions, on the command line."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

import click

from perfsite import __version__
from perfsite.cli.common import DATA_ERRORS, DONE, SHOWN, data_argument, day_of, load, write_file
from perfsite.errors import UsageError, has_errors
from perfsite.report import text_report
from perfsite.spelling import counted

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date
    from pathlib import Path

    from perfsite.model import File


@click.command(
    epilog="\b\nExamples:\n  perfsite freeze 2018-09-19\n  perfsite freeze 2018-09-19 data"
)
@click.argument("day", metavar="DATE")
@data_argument
@click.option("--with-errors", is_flag=True, help="Freeze what is good of data that has errors.")
def freeze(day: str, data: Path, with_errors: bool) -> None:
    """Freeze the edition of DATE: keep what is published then, never to be altered.

    The edition goes into DATA/editions. It holds what a site of that date shows: no suppressed
    figure, and none that is released later. Data with errors is not frozen.
    """
    from perfsite import editions  # noqa: PLC0415 - pandas takes half a second
    from perfsite.load import with_last_edition  # noqa: PLC0415
    from perfsite.pages.data import observation_rows  # noqa: PLC0415
    from perfsite.understanding import understand  # noqa: PLC0415

    when = day_of(day, day)
    loaded = with_last_edition(load(data), data, when)
    known = understand(loaded, when)
    if has_errors(known.problems) and not with_errors:
        click.echo(text_report(known.problems, SHOWN), err=True)
        click.echo("Nothing was frozen: mend the errors, or give --with-errors.", err=True)
        sys.exit(DATA_ERRORS)
    rows = observation_rows(known.observations)
    files = editions.freeze(known.services, rows, loaded.config_text, when, __version__)
    new = _missing(files, data, when)
    for file in new:
        write_file(data / file.path, file.data)
    if not new:
        click.echo(f"The edition of {when} is frozen as it is; there is nothing to do.")
    else:
        size = sum(len(file.data) for file in new) / 1e6
        click.echo(
            f"Froze the edition of {when} in {data / editions.FOLDER}: "
            f"{counted(len(known.services), 'service')}, {counted(len(rows), 'figure')}; "
            f"{counted(len(new), 'new file')}, {size:,.2f} MB.\n"
            "Keep that folder under version control and in a second place: builds of later dates "
            "follow this edition, and stop if a byte of it was altered.\n"
            f"Next: perfsite build {data} --edition {when}"
        )
    sys.exit(DATA_ERRORS if has_errors(known.problems) else DONE)


def _missing(files: Sequence[File], data: Path, day: date) -> list[File]:
    """The files that are not there yet, the edition's own last.

    Raises:
        UsageError: if one is there and differs.
    """
    found = [file for file in files if (data / file.path).exists()]
    for file in found:
        path = data / file.path
        if not path.is_file() or path.read_bytes() != file.data:
            raise UsageError(
                f"{path} is there and differs; an edition is never replaced. If {day} was frozen "
                "before and the data has changed since, freeze another date"
            )
    return [file for file in files if file not in found]
