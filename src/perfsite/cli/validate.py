"""Reporting every problem of the data, on the command line."""

from __future__ import annotations

import os
import sys
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING, Any

import click

from perfsite import __version__
from perfsite.cli.build import Bar, check_apart, cores, tell_undrawn
from perfsite.cli.common import (
    BUILD_FAILED,
    DATA_ERRORS,
    DONE,
    data_argument,
    edition_option,
    load_for,
    with_log,
    write_file,
)
from perfsite.cli.completion import complete_services
from perfsite.errors import Severity, UsageError, has_errors
from perfsite.faults import COURSE
from perfsite.frames import Col
from perfsite.model import Status
from perfsite.report import json_report, sarif_report, text_report

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence
    from datetime import date

    import pandas as pd

    from perfsite.analysis import Analysis
    from perfsite.errors import Problem


# The preview of a site, on the command line: `validate --format html`.


_FIGURES = "data/observations.csv"


def write_preview(
    analysis: Analysis,
    edition: date,
    data: Path,
    out: Path,
    *,
    services: Sequence[str],
    since: Path | None,
    charts: bool,
) -> tuple[int, bool]:
    """Build the site of the folder `data` and put a preview of it at `out`.

    How many files it has, and whether all of its pictures could be drawn.

    Raises:
        UsageError: if `out` is no folder for it, or `since` is no site.
        BuildError: if the site cannot be made.
    """
    from perfsite.build import build_site, without_collector  # noqa: PLC0415 - pandas
    from perfsite.cache import DrawingStore  # noqa: PLC0415
    from perfsite.disk import FolderKind  # noqa: PLC0415
    from perfsite.explanations import load_explanations  # noqa: PLC0415
    from perfsite.load import load_theme  # noqa: PLC0415
    from perfsite.model import Edition  # noqa: PLC0415
    from perfsite.preview import make_preview  # noqa: PLC0415
    from perfsite.write import drawings_beside  # noqa: PLC0415
    from perfsite.write.target import Target  # noqa: PLC0415

    COURSE.begin(out)
    check_apart(data, out)
    theme = load_theme()
    with Target(out, FolderKind.PREVIEW) as target:
        with Bar() as bar, without_collector():
            site = build_site(
                analysis,
                Edition(edition, analysis.data.hash),
                theme,
                workers=cores(),
                charts=charts,
                progress=bar,
                store=DrawingStore(drawings_beside(out)) if charts else None,
            )
        files = make_preview(
            site.files,
            analysis.problems,
            theme,
            services=services,
            earlier=_sayable(_earlier(since) if since else _last_edition(analysis), analysis),
            explanations=load_explanations(),
        )
        target.put(files)
    if site.undrawn:
        tell_undrawn(site.undrawn, analysis.services)
    return len(files), not site.undrawn


def _last_edition(analysis: Analysis) -> pd.DataFrame | None:
    """The figures of the newest frozen edition before this one; None where there is none."""
    return analysis.data.last.rows if analysis.data.last else None


def _sayable(earlier: pd.DataFrame | None, analysis: Analysis) -> pd.DataFrame | None:
    """Figures of an earlier site without the numbers of those that are not public now."""
    from perfsite.policy.embargo import is_one_of, keys_of  # noqa: PLC0415 - pandas

    if earlier is None:
        return None
    closed = analysis.hidden | (keys_of(analysis.secrets) - keys_of(analysis.observations))
    not_public = is_one_of(earlier, closed) & (earlier[Col.VALUE] != "").to_numpy(dtype=bool)
    return earlier.assign(
        value=earlier[Col.VALUE].mask(not_public, ""),
        status=earlier[Col.STATUS].mask(not_public, str(Status.CONFIDENTIAL)),
    )


def _earlier(site: Path) -> pd.DataFrame:
    """The figures of an earlier site: of its folder, or of its file of observations."""
    from perfsite.load import load_source  # noqa: PLC0415
    from perfsite.preview import read_figures  # noqa: PLC0415

    source = load_source(site / _FIGURES if site.is_dir() else site)
    try:
        return read_figures(source.data.decode("utf-8-sig"))
    except UnicodeDecodeError as error:
        raise UsageError(f"--since {site}: {source.path} is not UTF-8 text") from error


_FILE_OR_FOLDER = click.Path(path_type=Path)


@click.command(
    epilog="\b\nExamples:\n"
    "  perfsite validate\n"
    "  perfsite validate --service passport --format html --out preview\n"
    "  perfsite validate data --format sarif --out perfsite.sarif"
)
@data_argument
@edition_option
@click.option(
    "--format",
    "style",
    type=click.Choice(["text", "json", "sarif", "html"]),
    default="text",
    show_default=True,
    help="For people, for programs, for hosts of code, or a preview of the site.",
)
@click.option(
    "--out",
    type=_FILE_OR_FOLDER,
    help="The file to write, or the folder of the preview [default: the terminal, or preview].",
)
@click.option(
    "--service",
    "services",
    metavar="ID",
    multiple=True,
    shell_complete=complete_services,
    help="Only the problems of this service; may be given more than once.",
)
@click.option(
    "--since",
    type=_FILE_OR_FOLDER,
    metavar="SITE",
    help="An earlier build, or its data/observations.csv: the preview shows what changed.",
)
@click.option("--no-charts", is_flag=True, help="Leave the charts out of the preview.")
@click.option("--strict-warnings", is_flag=True, help="Exit with 1 for warnings, too.")
@with_log
def validate(data: Path, **options: Any) -> None:  # noqa: ANN401 - click passes options by name
    """Report every problem of the folder DATA; publish nothing.

    Exit codes: 0 no errors, 1 errors.
    """
    from perfsite.analysis import analyse  # noqa: PLC0415 - pandas takes half a second

    wanted = _Options(**options)
    loaded, day = load_for(data, wanted.edition)
    analysis = analyse(loaded, day, private=True)
    problems = _of_services(analysis.problems, wanted.services, analysis.services)
    if wanted.style == "html":
        if not _preview(analysis, problems, day, data, wanted):
            sys.exit(BUILD_FAILED)
    else:
        _tell(_in_style(analysis, problems, wanted.style, data), wanted.out)
    sys.exit(DATA_ERRORS if _is_bad(problems, wanted) else DONE)


@dataclass(frozen=True)
class _Options:
    """What `validate` was told."""

    edition: str | None
    style: str
    out: Path | None
    services: tuple[str, ...]
    since: Path | None
    no_charts: bool
    strict_warnings: bool

    def __post_init__(self) -> None:
        """Refuse what would do nothing."""
        if self.style != "html" and (self.since or self.no_charts):
            name = "--since" if self.since else "--no-charts"
            raise UsageError(f"{name} is for the preview alone: add --format html")


def _is_bad(problems: Sequence[Problem], wanted: _Options) -> bool:
    warned = any(problem.severity is Severity.WARNING for problem in problems)
    return has_errors(problems) or (wanted.strict_warnings and warned)


def _preview(
    analysis: Analysis, problems: Sequence[Problem], day: date, data: Path, wanted: _Options
) -> bool:
    """Put the preview in place, and print the problems; whether all pictures are in it."""
    out = wanted.out or Path("preview")
    number, whole = write_preview(
        analysis,
        day,
        data,
        out,
        services=wanted.services,
        since=wanted.since,
        charts=not wanted.no_charts,
    )
    click.echo(text_report(problems, len(problems)))
    click.echo(f"Wrote {out / 'index.html'} and {number - 1:,} files beside it.", err=True)
    return whole


def _of_services(
    problems: Sequence[Problem], wanted: Collection[str], analysis: Collection[str]
) -> Sequence[Problem]:
    """The problems of some services, and those of which nobody can say whose they are.

    Raises:
        UsageError: if a service is not in the register.
    """
    from perfsite.validate.submissions import closest  # noqa: PLC0415 - pandas

    for name in wanted:
        if name not in analysis:
            hint = closest(name, sorted(analysis)) or "see services.csv"
            raise UsageError(f"--service {name}: it is not in the register; {hint}")
    if not wanted:
        return problems
    others = set(analysis) - set(wanted)
    return [
        problem
        for problem in problems
        if (problem.service or PurePosixPath(problem.file).stem) not in others
    ]


def _in_style(analysis: Analysis, problems: Sequence[Problem], style: str, folder: Path) -> str:
    """The problems in a format, ending with a line break."""
    if style == "json":
        return json_report(problems)
    if style == "text":
        return f"{text_report(problems, len(problems))}\n"
    from perfsite.explanations import load_explanations  # noqa: PLC0415 - only this format needs it

    return sarif_report(
        problems,
        [*analysis.data.register, *analysis.data.submissions],
        version=__version__,
        explanations=load_explanations(),
        folder=_within_here(folder),
    )


def _within_here(folder: Path) -> str:
    """The data folder as an address within the working directory; empty where it is elsewhere."""
    here = os.path.relpath(folder).replace(os.sep, "/")
    return "" if here == "." or here.startswith("..") or Path(here).is_absolute() else f"{here}/"


def _tell(text: str, out: Path | None) -> None:
    if out is None:
        click.echo(text, nl=False)
        return
    if out.is_dir():
        raise UsageError(f"--out {out} is a folder; name a file")
    write_file(out, text)
    click.echo(f"Wrote {out}.", err=True)
