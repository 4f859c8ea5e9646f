"""Building the site, on the command line."""

from __future__ import annotations

import csv
import io
import os
import sys
import time
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, Self

import click

from perfsite.cli.common import (
    BUILD_FAILED,
    DATA_ERRORS,
    DONE,
    EPOCH,
    FOLDER,
    SHOWN,
    Days,
    data_argument,
    day_by,
    edition_option,
    load_for,
    with_log,
)
from perfsite.decimals import decimal, fixed, grouped
from perfsite.errors import BuildError, PerfsiteError, UsageError, has_errors
from perfsite.faults import COURSE, keep_details
from perfsite.frames import Col
from perfsite.kpis import KPIS
from perfsite.model import Status
from perfsite.report import text_report
from perfsite.report.problems import undrawn_words
from perfsite.seal import Inputs, Seal, holds, read_seal, state_digest, write_seal
from perfsite.stages import stage
from perfsite.text import counted

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping, Sequence

    import pandas as pd
    from click._termui_impl import ProgressBar

    from perfsite.analysis import Analysis
    from perfsite.build import MadeSite
    from perfsite.charts.draw import Undrawn
    from perfsite.model import Service
    from perfsite.render import Theme
    from perfsite.units import OtherMachines
    from perfsite.write.growing import GrowingSite
    from perfsite.write.target import Written


_DAYS: Final = 10
"""The days that are named of those that figures wait for."""
_LOST: Final = 5
"""The services that are named of those that would lose their figures."""
_SERVICES: Final = "data/services.csv"
_NAMED: Final = 5
"""Files that are named of those that differ."""
_BUILD_OPTIONS = (
    click.option(
        "--out", type=FOLDER, default=Path("build"), show_default=True, help="Where the site goes."
    ),
    edition_option,
    click.option("--templates", type=FOLDER, help="A folder whose files replace the templates."),
    click.option(
        "--jobs", type=click.IntRange(1), help="Processes that draw charts [default: one a core]."
    ),
    click.option("--no-charts", is_flag=True, help="Leave the charts out, for a quick look."),
    click.option(
        "--no-store", is_flag=True, help="Make all anew, charts too; keep none for next time."
    ),
    click.option("--strict", is_flag=True, help="Build nothing if the data has errors."),
    click.option(
        "--accept-losses",
        is_flag=True,
        help="Build even if more services lose their figures than lost_services allows.",
    ),
)


@dataclass(frozen=True)
class Options:
    """What `build` and `serve` were told."""

    out: Path
    edition: str | None
    templates: Path | None
    jobs: int | None
    no_charts: bool
    no_store: bool
    strict: bool
    accept_losses: bool
    verify: bool = False
    scheduler: str | None = None
    shared: str | None = None


def with_build_options(command: Any) -> Any:  # noqa: ANN401 - a click decorator
    """Give a command the options of `build`."""
    for option in reversed(_BUILD_OPTIONS):
        command = option(command)
    return command


@click.command(
    epilog="\b\nExamples:\n"
    "  perfsite build\n"
    "  perfsite build data --out build --edition 2018-09-19 --strict"
)
@data_argument
@with_build_options
@click.option(
    "--verify",
    is_flag=True,
    help="Make everything a second time, of nothing that was kept, and write nothing if any "
    "file differs.",
)
@click.option(
    "--scheduler",
    metavar="URL",
    help="Make pages and charts on a Dask cluster, whose scheduler is at tcp://HOST:PORT.",
)
@click.option(
    "--shared",
    metavar="URL",
    help="Where workers of the cluster put files that do not share --out, as s3://BUCKET/PATH.",
)
@with_log
def build(data: Path, **options: Any) -> None:  # noqa: ANN401 - click passes options by name
    """Build the site from the folder DATA.

    The old site stays as it is until the new one is complete. Rows with errors are left out of
    the figures and reported; the rest is built.
    """
    if options["shared"] and not options["scheduler"]:
        raise UsageError("--shared is for the workers of a cluster: give its --scheduler")
    sys.exit(build_into(data, Options(**options)))


def build_into(data: Path, options: Options) -> int:
    """Build a site as the options say, and put it in place, unless it stands; the exit code."""
    start = time.monotonic()
    COURSE.begin(options.out)
    check_apart(data, options.out)
    with stage("seal"):
        inputs = Inputs.of(data, options.templates, choices_of(options))
        seal = None if options.no_store or options.verify else _holding(inputs, options)
    if seal is None:
        return _build(data, options, inputs, start)
    if seal.report:
        click.echo(seal.report, err=True)
    took = fixed(time.monotonic() - start, 1)
    click.echo(f"Nothing new: {options.out} stands as it was built: {seal.made}. Seen in {took} s.")
    if seal.waiting:
        click.echo(seal.waiting)
    return seal.code


def choices_of(options: Options) -> dict[str, object]:
    """What the site depends on among what was chosen; by what the day is known is one of it."""
    return {
        "edition": options.edition,
        "epoch": bool(os.environ.get(EPOCH)),
        "charts": not options.no_charts,
        "strict": options.strict,
        "accept_losses": options.accept_losses,
    }


def _holding(inputs: Inputs | None, options: Options) -> Seal | None:
    """The seal of the site that stands, if a build would make the same; None in any doubt."""
    seal = read_seal(options.out)
    if inputs is None or seal is None or seal.inputs != inputs.digest:
        return None
    notes: list[str] = []
    try:
        day = day_by(options.edition, lambda: _days(seal), notes.append)
    except (PerfsiteError, ValueError):
        return None
    if str(day) != seal.day or not holds(options.out, seal):
        return None
    for note in notes:
        click.echo(note, err=True)
    return seal


def _days(seal: Seal) -> Days:
    """The days of the data folder that was sealed."""
    published, released = (
        tuple(map(date.fromisoformat, texts)) for texts in (seal.published, seal.released)
    )
    return Days(published, released, date.fromisoformat(seal.frozen) if seal.frozen else None)


@dataclass(frozen=True)
class _Finished:
    """What a build has done: of which day, what was found in the data, made and written."""

    day: date
    analysis: Analysis
    site: MadeSite
    written: Written

    @property
    def made(self) -> str:
        """How much there is in the site."""
        site, written = self.site, self.written
        return (
            f"{site.services:,} services, {site.pages:,} pages, {site.charts:,} charts, "
            f"{written.files:,} files, {fixed(written.size / 1e6, 1)} MB"
        )


def _build(data: Path, options: Options, inputs: Inputs | None, start: float) -> int:
    """Build a site, put it in place, say so and seal it; the exit code."""
    if options.scheduler:
        # What is not installed is said before anything is read.
        from perfsite import cluster  # noqa: F401, PLC0415 - needs the extra
    work = _put_in_place(data, options)
    for note in work.written.notes:
        click.echo(f"perfsite: {note}", err=True)
    analysis = work.analysis
    report = text_report(analysis.problems, SHOWN) if analysis.problems else ""
    if report:
        click.echo(report, err=True)
    took = fixed(time.monotonic() - start, 1)
    click.echo(f"Built {options.out}: {work.made} {_difference(work.written)} in {took} s.")
    waiting = waiting_text(analysis)
    if waiting:
        click.echo(waiting)
    if work.site.undrawn:
        tell_undrawn(work.site.undrawn, analysis.services)
        return BUILD_FAILED
    code = DATA_ERRORS if has_errors(analysis.problems) else DONE
    # Whoever was told something about the disk is told so until it is mended.
    if inputs and not work.written.notes and inputs.are_still():
        days = Days.of(analysis.data)
        seal = Seal(
            inputs=inputs.digest,
            state=state_digest(options.out),
            keep=analysis.data.config.kept_paths,
            day=str(work.day),
            published=tuple(map(str, days.published)),
            released=tuple(map(str, days.released)),
            frozen=str(days.frozen or ""),
            made=work.made,
            report=report,
            waiting=waiting,
            code=code,
        )
        write_seal(options.out, seal)
    return code


def _put_in_place(data: Path, options: Options) -> _Finished:
    """Build a site as the options say, and put it in place."""
    from perfsite.analysis import analyse  # noqa: PLC0415 - pandas
    from perfsite.build import make_site, without_collector  # noqa: PLC0415 - pandas
    from perfsite.cache import DrawingStore  # noqa: PLC0415
    from perfsite.edition_cache import EditionCache  # noqa: PLC0415 - pandas
    from perfsite.load import load_theme  # noqa: PLC0415
    from perfsite.model import Edition  # noqa: PLC0415
    from perfsite.unit_records import UnitRecords, load_records, save_records  # noqa: PLC0415
    from perfsite.write import drawings_beside, editions_beside, records_beside  # noqa: PLC0415
    from perfsite.write.growing import GrowingSite  # noqa: PLC0415
    from perfsite.write.target import Target  # noqa: PLC0415

    out = options.out
    kept_editions = None if options.no_store else DrawingStore(editions_beside(out))
    editions = EditionCache(kept_editions)
    loaded, day = load_for(data, options.edition, editions)
    theme = load_theme(options.templates)
    edition = Edition(day, loaded.hash)
    store = None if options.no_store else DrawingStore(drawings_beside(out))
    records = UnitRecords() if options.no_store else load_records(records_beside(out))
    with Target(out, keep=loaded.config.kept_paths) as target:
        with Bar() as bar, without_collector():
            analysis = analyse(loaded, day)
            if options.strict and has_errors(analysis.problems):
                click.echo(text_report(analysis.problems, SHOWN), err=True)
                raise BuildError("the data has errors and --strict was given; nothing was written")
            if not options.accept_losses:
                _check_against_edition(analysis)
            files = GrowingSite(target.begin(), out)
            site = make_site(
                analysis,
                edition,
                theme,
                files,
                workers=_workers(options, files),
                charts=not options.no_charts,
                progress=bar,
                store=store,
                records=records,
            )
            if options.verify:
                _verify(data, options, theme, site)
        if not options.accept_losses:
            _check_against_site(analysis, files.read(_SERVICES), out)
        with stage("write"):
            written = target.finish(files.tree)
        if store and not options.no_charts:
            store.forget_all_but(site.drawings)
        if not options.no_store:
            save_records(records_beside(out), records)
            editions.forget_unused()
    return _Finished(day, analysis, site, written)


def _verify(data: Path, options: Options, theme: Theme, site: MadeSite) -> None:
    """Make a site anew, of nothing that was kept, and hold it against the one that was made.

    Raises:
        BuildError: naming files that differ.
    """
    from perfsite.analysis import analyse  # noqa: PLC0415 - pandas
    from perfsite.build import Hashed, make_site  # noqa: PLC0415 - pandas
    from perfsite.model import Edition  # noqa: PLC0415

    loaded, day = load_for(data, options.edition)
    with stage("verify"), Bar("Making everything a second time") as bar:
        anew = make_site(
            analyse(loaded, day),
            Edition(day, loaded.hash),
            theme,
            Hashed(),
            workers=options.jobs or cores(),
            charts=not options.no_charts,
            progress=bar,
        )
    kept, made = ({file.path: file.digest for file in one.files} for one in (site, anew))
    differing = sorted(path for path in kept.keys() | made if kept.get(path) != made.get(path))
    if differing:
        named = ", ".join(differing[:_NAMED]) + (", ..." if len(differing) > _NAMED else "")
        raise BuildError(
            f"{counted(len(differing), 'file')} would be otherwise if everything were made anew: "
            f"{named}; nothing was written. Build with --no-store, and report this: what is kept "
            "must change no byte"
        )


def _workers(options: Options, files: GrowingSite) -> int | OtherMachines:
    """Who makes pages and charts: processes of this machine, or a cluster."""
    if not options.scheduler:
        return options.jobs or cores()
    from perfsite import cluster  # noqa: PLC0415 - needs the extra

    return cluster.Cluster(options.scheduler, files.tree.folder, files.has, options.shared)


def tell_undrawn(undrawn: Sequence[Undrawn], services: Mapping[str, Service]) -> None:
    """Say which pictures could not be drawn, and why; the details say where in the program."""
    error = BuildError(undrawn_words(undrawn, services))
    for trace in sorted({picture.failure.trace for picture in undrawn}):
        error.add_note(trace)
    words = [str(error), COURSE.standing, "Build it again; if it stays so, send the details"]
    if details := keep_details(error):
        words.append(f"Details, without any figure: {details}")
    click.echo(f"perfsite: {'. '.join(word for word in words if word)}", err=True)


def waiting_text(analysis: Analysis) -> str:
    """How many figures wait and until when, and how many for the sake of others; no numbers."""
    from perfsite.policy.embargo import waiting  # noqa: PLC0415

    days = waiting(analysis.secrets).items()
    parts = [f"{counted(number, 'figure')} until {day}" for day, number in list(days)[:_DAYS]]
    if len(days) > _DAYS:
        rest = list(days)[_DAYS:]
        parts.append(f"{counted(sum(number for _, number in rest), 'figure')} until later days")
    lines = [f"Waiting: {', '.join(parts)}."] if parts else []
    if held := len(analysis.held):
        lines.append(
            f"Held back: {counted(held, 'figure')} that would give away what is not public (PS215)."
        )
    return "\n".join(lines)


def _check_against_edition(analysis: Analysis) -> None:
    """Stop where too many services would lose the figures that the last edition has.

    Raises:
        BuildError: naming them.
    """
    if last := analysis.data.last:
        before, now = reporting(last.observations), reporting(analysis.observations)
        share, where = analysis.data.config.checks.lost_services, f"the edition of {last.date}"
        check_losses(before, now, share, where, analysis.services)


def _check_against_site(analysis: Analysis, new: bytes, out: Path) -> None:
    """Stop where too many services would lose the key figures that the site at `out` shows.

    Raises:
        BuildError: naming them.
    """
    from perfsite.load import load_site_file  # noqa: PLC0415

    if old := load_site_file(out, _SERVICES):
        share, where = analysis.data.config.checks.lost_services, f"the site at {out}"
        check_losses(reporting_in(old), reporting_in(new), share, where, analysis.services)


def check_losses(
    before: Collection[str],
    now: Collection[str],
    share: float,
    where: str,
    services: Mapping[str, Service] | None = None,
) -> None:
    """Check that no more than a share of the services lost all their figures.

    `before` and `now` are the services with figures; `where` says where those before were found.
    A service whose id is a former one of another, by the register `services`, is not lost.

    Raises:
        BuildError: naming how many are lost, the first five, and how to accept it.
    """
    renamed = {
        alias
        for key, service in (services or {}).items()
        if key in now
        for alias in service.aliases
    }
    lost = [service for service in before if service not in now and service not in renamed]
    if len(lost) <= decimal(share) * len(before):
        return
    named = ", ".join(sorted(lost)[:_LOST]) + (" and others" if len(lost) > _LOST else "")
    most = grouped(float(decimal(share) * 100))
    raise BuildError(
        f"{len(lost):,} of the {len(before):,} services that have figures in {where} would have "
        f"none: {named}. Up to {most}% may be lost (lost_services in perfsite.toml). "
        "If this is right, give --accept-losses"
    )


def reporting(observations: pd.DataFrame) -> set[str]:
    """The services that have a figure among these observations."""
    return set(observations.loc[observations[Col.STATUS] == Status.PROVIDED, Col.SERVICE])


def reporting_in(services_csv: bytes) -> set[str]:
    """The services that have a KPI in a site, by its data/services.csv.

    A file that is no such table names no service.
    """
    try:
        rows = list(csv.DictReader(io.StringIO(services_csv.decode(), newline="")))
    except (UnicodeDecodeError, csv.Error):
        return set()
    return {row[Col.SERVICE] for row in rows if row.get(Col.SERVICE) and any(map(row.get, KPIS))}


def cores() -> int:
    """The processors that this process may use, which can be fewer than the machine has."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def check_apart(data: Path, out: Path) -> None:
    """Refuse to write a site over the data, or into it.

    Raises:
        UsageError: if one of the two folders lies in the other.
    """
    here, there = data.resolve(), out.resolve()
    if here == there or there in here.parents or here in there.parents:
        raise UsageError(f"{out} and {data} lie in each other; give the site a folder of its own")


def _difference(written: Written) -> str:
    return f"({written.new:,} new, {written.changed:,} changed, {written.gone:,} gone)"


class Bar:
    """A progress bar on a terminal, and silence in a log."""

    def __init__(self, label: str = "Making pages and charts") -> None:
        self._label = label
        self._bar: ProgressBar[int] | None = None

    def __enter__(self) -> Self:
        return self

    def start(self, total: int) -> None:
        """Show the bar, for so many pictures or files."""
        if sys.stderr.isatty() and total:
            self._bar = click.progressbar(length=total, label=self._label, file=sys.stderr)
            self._bar.__enter__()

    def advance(self, number: int) -> None:
        """So many more are done."""
        if self._bar:
            self._bar.update(number)

    def __exit__(self, *error: object) -> None:
        if self._bar:
            self._bar.render_finish()
