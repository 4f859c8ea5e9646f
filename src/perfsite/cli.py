"""The command line: parse, call, report. It alone knows click, exit codes, the clock."""

from __future__ import annotations

import os
import sys
import time
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, Self

import click

from perfsite import __version__
from perfsite.errors import BuildError, PerfsiteError, UsageError, has_errors
from perfsite.report import text_report

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from click._termui_impl import ProgressBar

    from perfsite.errors import Problem
    from perfsite.load import Data
    from perfsite.write import Written

DONE, DATA_ERRORS, WRONG_USAGE, BUILD_FAILED = 0, 1, 2, 3
_SHOWN: Final = 20
_FOLDER: Final = click.Path(path_type=Path, file_okay=False)


class _Commands(click.Group):
    """Turns perfsite's exceptions into a sentence and an exit code."""

    def invoke(self, ctx: click.Context) -> Any:  # noqa: ANN401 - click's own type
        try:
            return super().invoke(ctx)
        except PerfsiteError as error:
            click.echo(f"perfsite: {error}", err=True)
            ctx.exit(WRONG_USAGE if isinstance(error, UsageError) else BUILD_FAILED)
        except KeyboardInterrupt:
            # click's own exit code for this is 1, which here says that a site was built.
            click.echo("perfsite: interrupted; the old site is as it was", err=True)
            ctx.exit(BUILD_FAILED)


@click.group(cls=_Commands, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, prog_name="perfsite")
def main() -> None:
    """Build a static site of public-service performance dashboards.

    Exit codes: 0 done, 1 the data has errors, 2 wrong usage, 3 the build failed.
    """


_data = click.argument("data", type=_FOLDER, default=Path("data"))
_build_options = (
    click.option(
        "--out", type=_FOLDER, default=Path("build"), show_default=True, help="Where the site goes."
    ),
    click.option("--edition", metavar="DATE", help="The date printed on the site, as 2018-09-19."),
    click.option("--templates", type=_FOLDER, help="A folder whose files replace the templates."),
    click.option(
        "--jobs", type=click.IntRange(1), help="Processes that draw charts [default: one a core]."
    ),
    click.option("--no-charts", is_flag=True, help="Leave the charts out, for a quick look."),
    click.option(
        "--no-store", is_flag=True, help="Draw every chart anew, keep none for next time."
    ),
    click.option("--strict", is_flag=True, help="Build nothing if the data has errors."),
)


def _with_build_options(command: Any) -> Any:  # noqa: ANN401 - a click decorator
    for option in reversed(_build_options):
        command = option(command)
    return command


@main.command()
@_data
@_with_build_options
def build(data: Path, **options: Any) -> None:  # noqa: ANN401 - click passes options by name
    """Build the site from the folder DATA.

    The old site stays as it is until the new one is complete. Rows with errors are left out of
    the figures and reported; the rest is built.
    """
    problems = _build(data, _Options(**options))
    sys.exit(DATA_ERRORS if has_errors(problems) else DONE)


@main.command()
@_data
@click.option("--format", "style", type=click.Choice(["text"]), default="text", show_default=True)
def validate(data: Path, style: str) -> None:
    """Report every problem of the folder DATA; build nothing."""
    del style  # text is the only one so far
    from perfsite.build import find_problems  # noqa: PLC0415 - pandas takes half a second

    loaded = _load(data)
    problems = find_problems(loaded)
    click.echo(text_report(problems, len(problems)))
    sys.exit(DATA_ERRORS if has_errors(problems) else DONE)


@main.group("import")
def import_() -> None:
    """Turn other people's formats into the folder DATA."""


@import_.command("performance-platform")
@click.argument("services", type=click.Path(path_type=Path, dir_okay=False))
@click.option("--out", type=_FOLDER, required=True, help="The data folder to make.")
@click.option("--force", is_flag=True, help="Replace files that are there and differ.")
@click.option(
    "--text/--no-text",
    default=True,
    show_default=True,
    help="Carry descriptions and notes over, or figures and plain facts only.",
)
def performance_platform(services: Path, out: Path, force: bool, text: bool) -> None:
    """Import SERVICES, an edition of the GOV.UK Performance Platform's services.csv."""
    from perfsite.importers.performance_platform import import_register  # noqa: PLC0415
    from perfsite.load import load_source  # noqa: PLC0415

    imported = import_register(load_source(services), with_text=text)
    if not imported.files:
        click.echo(text_report(imported.problems, len(imported.problems)))
        raise BuildError(f"{services} could not be imported; nothing was written")
    if not force:
        _check_new(out, imported.files)
    for name, content in imported.files.items():
        _write(out / name, content)
    click.echo(text_report(imported.problems, len(imported.problems)))
    click.echo(f"Imported {services.name} to {out}: {len(imported.files)} files.")
    sys.exit(DATA_ERRORS if has_errors(imported.problems) else DONE)


@main.command()
@_data
@_with_build_options
@click.option("--host", default="127.0.0.1", show_default=True)
@click.option("--port", type=click.IntRange(0, 65535), default=8000, show_default=True)
def serve(data: Path, host: str, port: int, **options: Any) -> None:  # noqa: ANN401
    """Build the site and show it on this machine, until interrupted."""
    from perfsite.serve import make_server  # noqa: PLC0415

    _build(data, _Options(**options))
    with make_server(options["out"], host, port) as server:
        click.echo(
            f"Serving {options['out']} at http://{host}:{server.server_port}/  (Ctrl+C ends)"
        )
        try:
            server.serve_forever()
        except KeyboardInterrupt:
            click.echo("Stopped.")


@dataclass(frozen=True)
class _Options:
    """What `build` and `serve` were told (see `_build_options`)."""

    out: Path
    edition: str | None
    templates: Path | None
    jobs: int | None
    no_charts: bool
    no_store: bool
    strict: bool


def _build(data: Path, options: _Options) -> Sequence[Problem]:
    from perfsite.build import (  # noqa: PLC0415 - see validate
        build_site,
        find_problems,
        without_collector,
    )
    from perfsite.load import load_theme  # noqa: PLC0415
    from perfsite.model import Edition  # noqa: PLC0415
    from perfsite.store import Store  # noqa: PLC0415
    from perfsite.write import check_target, drawings_beside, write_site  # noqa: PLC0415

    start = time.monotonic()
    out = options.out
    _check_apart(data, out)
    check_target(out)
    loaded = _load(data)
    theme = load_theme(options.templates)
    if options.strict and has_errors(problems := find_problems(loaded)):
        click.echo(text_report(problems, _SHOWN), err=True)
        raise BuildError("the data has errors and --strict was given; nothing was written")
    store = None if options.no_store else Store(drawings_beside(out))
    with _Bar() as bar, without_collector():
        site = build_site(
            loaded,
            Edition(_edition_date(options.edition, loaded), loaded.hash),
            theme,
            workers=options.jobs or _cores(),
            charts=not options.no_charts,
            progress=bar,
            store=store,
        )
    written = write_site(site.files, out)
    if store and not options.no_charts:
        store.forget_unused()
    if site.problems:
        click.echo(text_report(site.problems, _SHOWN), err=True)
    counts = f"{site.services:,} services, {site.pages:,} pages, {site.charts:,} charts"
    click.echo(f"Built {out}: {counts}, {_size(written)} in {time.monotonic() - start:.1f} s.")
    return site.problems


def _cores() -> int:
    """The processors that this process may use, which can be fewer than the machine has."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def _load(data: Path) -> Data:
    from perfsite.load import load_data  # noqa: PLC0415 - see validate

    return load_data(data)


def _check_apart(data: Path, out: Path) -> None:
    """The site must not be written over the data, nor into it."""
    here, there = data.resolve(), out.resolve()
    if here == there or there in here.parents or here in there.parents:
        raise UsageError(f"{out} and {data} lie in each other; give the site a folder of its own")


def _edition_date(given: str | None, data: Data) -> date:
    """The date printed on the site; the clock is the last resort, and says so."""
    if given is not None:
        try:
            return date.fromisoformat(given)
        except ValueError as error:
            raise UsageError(f"--edition {given}: a date as 2018-09-19 is expected") from error
    if epoch := os.environ.get("SOURCE_DATE_EPOCH"):
        try:
            return datetime.fromtimestamp(int(epoch), UTC).date()
        except (ValueError, OverflowError, OSError) as error:
            raise UsageError(f"SOURCE_DATE_EPOCH={epoch} is not a number of seconds") from error
    if data.config.published:
        return max(data.config.published)
    today = datetime.now(UTC).date()
    click.echo(
        f"No edition date was given: using today, {today}. Set `published` in perfsite.toml.",
        err=True,
    )
    return today


def _check_new(out: Path, files: Mapping[str, str]) -> None:
    """An import must not replace what somebody has written since."""
    for name, content in files.items():
        path = out / name
        if path.exists() and (not path.is_file() or path.read_bytes() != content.encode()):
            raise UsageError(f"{path} is there and differs; name another folder, or give --force")


def _write(path: Path, content: str) -> None:
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(content, "utf-8", newline="\n")
    except OSError as error:
        raise BuildError(f"{path} could not be written: {error.strerror}") from error


def _size(written: Written) -> str:
    return (
        f"{written.files:,} files, {written.size / 1e6:.1f} MB "
        f"({written.new:,} new, {written.changed:,} changed, {written.gone:,} gone)"
    )


class _Bar:
    """A progress bar on a terminal, and silence in a log."""

    def __init__(self) -> None:
        self._bar: ProgressBar[int] | None = None

    def __enter__(self) -> Self:
        return self

    def start(self, total: int) -> None:
        if sys.stderr.isatty() and total:
            self._bar = click.progressbar(length=total, label="Drawing charts", file=sys.stderr)
            self._bar.__enter__()

    def advance(self, number: int) -> None:
        if self._bar:
            self._bar.update(number)

    def __exit__(self, *error: object) -> None:
        if self._bar:
            self._bar.render_finish()
