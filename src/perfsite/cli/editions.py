"""Editions, on the command line."""

from __future__ import annotations

import csv
import io
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from perfsite import __version__, documents
from perfsite.cli.common import (
    DATA_ERRORS,
    DONE,
    FOLDER,
    SHOWN,
    data_argument,
    day_of,
    edition_date,
    load,
    what_day_is_it,
    with_log,
)
from perfsite.decimals import fixed
from perfsite.errors import UsageError, has_errors
from perfsite.frames import Col
from perfsite.model import Source
from perfsite.report import text_report
from perfsite.stages import stage
from perfsite.text import counted

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date

    from perfsite.analysis import Analysis
    from perfsite.editions import Manifest
    from perfsite.model import File
    from perfsite.revisions import Snapshot


@click.command(
    epilog="\b\nExamples:\n"
    "  perfsite freeze 2018-09-19\n"
    "  perfsite freeze 2018-09-19 data --site build\n"
    "  perfsite freeze 2018-09-19 data --undo"
)
@click.argument("day", metavar="DATE")
@data_argument
@click.option(
    "--site",
    type=FOLDER,
    help="The site that was built of it: its addresses are kept too, so that later sites say "
    "where each of them went.",
)
@click.option("--with-errors", is_flag=True, help="Freeze what is good of data that has errors.")
@click.option(
    "--undo",
    is_flag=True,
    help="Take the newest edition back, if no site carries it: that of --site, or else of build.",
)
@click.option("--yes", is_flag=True, help="With --undo: do not ask; no other site carries it.")
@with_log
def freeze(day: str, data: Path, **options: Any) -> None:  # noqa: ANN401 - click's own
    """Freeze the edition of DATE: keep what is published then, never to be altered.

    The edition goes into DATA/editions. It holds what a site of that date shows: no suppressed
    figure, and none that is released later. Data with errors is not frozen, and no day to come.
    """
    when = day_of(day, day)
    if options.pop("undo"):
        _take_back(when, data, options["site"] or Path("build"), sure=options["yes"])
        return
    if options.pop("yes"):
        raise UsageError("--yes is for --undo alone: freezing removes nothing")
    today = what_day_is_it()
    if when > today.day:
        raise UsageError(
            f"{when} is a day to come (today is {today}): what is published then is not known "
            "yet, and figures that wait for it would be in the edition; freeze it on the day"
        )
    _freeze(when, data, **options)


def _freeze(when: date, data: Path, site: Path | None, with_errors: bool) -> None:
    """Freeze the edition of a day that has come."""
    from perfsite import editions  # noqa: PLC0415 - pandas takes half a second
    from perfsite.analysis import analyse  # noqa: PLC0415
    from perfsite.load import with_editions  # noqa: PLC0415
    from perfsite.write import write_new_folder  # noqa: PLC0415

    loaded = load(data)
    with stage("editions"):
        loaded = with_editions(loaded, data, when)
    analysis = analyse(loaded, when)
    if has_errors(analysis.problems) and not with_errors:
        click.echo(text_report(analysis.problems, SHOWN), err=True)
        click.echo("Nothing was frozen: mend the errors, or give --with-errors.", err=True)
        sys.exit(DATA_ERRORS)
    if later := [edition for edition in loaded.editions if edition > when]:
        raise UsageError(
            f"the edition of {later[0]} is frozen, and editions follow each other: freeze a date "
            f"after {loaded.editions[-1]}"
        )
    content = analysis.content(_addresses(site, analysis))
    files = editions.freeze(content, loaded.config_text, when, _versions(), loaded.last)
    folder = data / editions.FOLDER / when.isoformat()
    if when in loaded.editions:
        _check_same(loaded.history[-1].manifest, files)
        click.echo(f"The edition of {when} is frozen as it is; there is nothing to do.")
    else:
        write_new_folder(files, data, folder)
        size = sum(len(file.data) for file in files) / 1e6
        click.echo(
            f"Froze the edition of {when} in {folder}: "
            f"{counted(len(analysis.services), 'service')}, "
            f"{counted(len(content.observations), 'figure')}; {fixed(size, 2)} MB.\n"
            "Keep that folder under version control and in a second place: builds of later dates "
            "follow this edition, and stop if a byte of it was altered.\n"
            f"Next: perfsite build {data} --edition {when}"
        )
    sys.exit(DATA_ERRORS if has_errors(analysis.problems) else DONE)


@click.command(
    epilog="\b\nExamples:\n"
    "  perfsite diff 2018-01-26 2018-09-19\n"
    "  perfsite diff 2018-09-19 now data --format csv > changes.csv"
)
@click.argument("earlier", metavar="A")
@click.argument("later", metavar="B")
@data_argument
@click.option(
    "--format",
    "style",
    type=click.Choice(["text", "json", "csv"]),
    default="text",
    show_default=True,
    help="For people, for a program, or for a spreadsheet.",
)
@with_log
def diff(earlier: str, later: str, data: Path, style: str) -> None:
    """Say what changed from the edition of the date A to that of B, figure by figure.

    Both were frozen in the folder DATA. For B, "now" stands for the data as they are.
    """
    from perfsite.analysis import analyse  # noqa: PLC0415
    from perfsite.load import with_editions  # noqa: PLC0415 - pandas takes half a second
    from perfsite.report import changes  # noqa: PLC0415
    from perfsite.revisions import compare  # noqa: PLC0415

    loaded = load(data)
    today = edition_date(None, loaded)
    analysis = analyse(with_editions(loaded, data, today), today)
    before, now = (_snapshot(name, analysis, data) for name in (earlier, later))
    if before.day is None or (now.day and now.day <= before.day):
        raise UsageError(f"{earlier} {later}: the earlier date comes first, and now comes last")
    # What became confidential later is not told of editions that said it.
    step = compare(before, now, loaded.reasons).without(analysis.hidden)
    formatter = {"text": changes.diff_text, "json": changes.diff_json, "csv": changes.diff_csv}[
        style
    ]
    click.echo(formatter(step), nl=style == "text")


def _snapshot(name: str, analysis: Analysis, folder: Path) -> Snapshot:
    """What an edition said, or what the data say now.

    Raises:
        UsageError: if the name is no date, or no edition of that date was frozen.
    """
    from perfsite.history import snapshot_of  # noqa: PLC0415
    from perfsite.load import load_editions  # noqa: PLC0415
    from perfsite.report.changes import NOW  # noqa: PLC0415

    if name == NOW:
        return analysis.snapshot
    frozen = analysis.data.editions
    day = day_of(name, f"{name}: not {NOW}, and")
    if day not in frozen:
        there = ", ".join(map(str, frozen)) or "none"
        raise UsageError(f"no edition of {day} was frozen; there are: {there}")
    editions = load_editions(folder, [edition for edition in frozen if edition <= day])
    return snapshot_of(editions[-1])


def _take_back(when: date, data: Path, site: Path, *, sure: bool) -> None:
    """Take the newest edition out of the way, unless a site carries it.

    Raises:
        UsageError: if it is not the newest, or a site or a package has it.
    """
    from perfsite.editions import FOLDER as EDITIONS  # noqa: PLC0415 - pandas
    from perfsite.load import load_site_file  # noqa: PLC0415
    from perfsite.write import set_aside  # noqa: PLC0415

    loaded = load(data)
    if when not in loaded.editions:
        there = ", ".join(map(str, loaded.editions)) or "none"
        raise UsageError(f"no edition of {when} was frozen; there are: {there}")
    if when != loaded.editions[-1]:
        raise UsageError(
            f"the edition of {loaded.editions[-1]} follows that of {when}: only the newest can be "
            "taken back"
        )
    if load_site_file(site, f"editions/{when}/index.html") is not None:
        raise UsageError(
            f"the site at {site} carries the edition of {when}: what was published is not taken "
            f"back; correct it in a later edition ({documents.named('revisions')} says how)"
        )
    if when in loaded.config.packages:
        raise UsageError(f"perfsite.toml names a package of the edition of {when}: it is published")
    folder = data / EDITIONS / when.isoformat()
    checked = "does not carry it" if site.is_dir() else "is not there"
    click.echo(
        f"This takes the edition of {when} back: builds will not follow {folder} any more. "
        f"The site at {site} {checked}; perfsite cannot see any other copy."
    )
    if not sure and not _agreed("Has no site published it?"):
        raise UsageError(f"the edition of {when} stays; give --yes to take it back unasked")
    aside = set_aside(folder, "taken-back")
    click.echo(f"Took it back. Its files are in {aside}; delete them when nobody needs them.")


def _agreed(question: str) -> bool:
    """Whether somebody at a terminal says yes; a script, which nobody watches, says --yes."""
    try:
        return sys.stdin.isatty() and click.confirm(question)
    except click.Abort:
        return False


def _versions() -> dict[str, str]:
    """The versions of what works figures out and draws them."""
    from importlib import metadata  # noqa: PLC0415 - only this needs it

    names = ("pandas", "altair", "vl-convert-python")
    return {"perfsite": __version__, **{name: metadata.version(name) for name in names}}


def _addresses(site: Path | None, analysis: Analysis) -> list[str] | None:
    """The addresses of the site of this edition; None where none was named.

    Raises:
        UsageError: if there is no site, or it is one of other services.
    """
    from perfsite.load import load_site_file  # noqa: PLC0415

    if site is None:
        return None
    urls, services = (load_site_file(site, name) for name in ("urls.txt", "data/services.csv"))
    if urls is None or services is None:
        raise UsageError(f"{site} holds no site (no urls.txt); build it, then freeze")
    table = csv.DictReader(io.StringIO(services.decode(), newline=""))
    if [row[Col.SERVICE] for row in table] != list(analysis.services):
        raise UsageError(
            f"{site} is a site of other services; build it from this data, then freeze"
        )
    base = analysis.data.config.base
    return [line.removeprefix(base) for line in urls.decode().splitlines()]


def _check_same(frozen: Manifest, files: Sequence[File]) -> None:
    """Refuse to freeze other figures under a date that has been frozen.

    Raises:
        UsageError: naming what differs.
    """
    from perfsite.editions import read_manifest  # noqa: PLC0415

    now = read_manifest(Source(files[-1].path, files[-1].data))
    differ = [name for name, table in now.tables.items() if frozen.tables.get(name) != table]
    if frozen.configuration != now.configuration:
        differ.append("perfsite.toml")
    if differ:
        raise UsageError(
            f"the edition of {now.date} is frozen, and differs from the data in "
            f"{', '.join(differ)}; an edition is never replaced: freeze another date"
        )
