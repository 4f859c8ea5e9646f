"""Looking at a site while it is being worked on, on the command line."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from perfsite.cli.build import Bar, Options, check_apart, cores, with_build_options
from perfsite.cli.common import data_argument, edition_date, with_log
from perfsite.errors import ConfigError
from perfsite.faults import COURSE

if TYPE_CHECKING:
    from pathlib import Path


@click.command(
    epilog="\b\nExamples:\n  perfsite serve\n  perfsite serve data --out build --port 8000"
)
@data_argument
@with_build_options
@click.option("--host", default="127.0.0.1", show_default=True, help="The address to listen at.")
@click.option(
    "--port",
    type=click.IntRange(0, 65535),
    default=8000,
    show_default=True,
    help="The port to listen at; 0 takes one that is free.",
)
@with_log
def serve(data: Path, host: str, port: int, **options: Any) -> None:  # noqa: ANN401
    """Build the site, show it on this machine, and build it anew at each change.

    The folder DATA is watched, and that of --templates. A page that changed is loaded again by
    itself, and shows what is wrong with its figures. Until interrupted.
    """
    from perfsite.explanations import load_explanations  # noqa: PLC0415
    from perfsite.serve.rebuilder import BuildOrder, serve_work  # noqa: PLC0415
    from perfsite.write import check_target  # noqa: PLC0415

    wanted = Options(**options)
    COURSE.begin(wanted.out)
    check_apart(data, wanted.out)
    check_target(wanted.out, keep=_foreign_paths(data))
    order = BuildOrder(
        data,
        wanted.out,
        wanted.templates,
        edition=lambda loaded: edition_date(wanted.edition, loaded),
        progress=Bar,
        workers=wanted.jobs or cores(),
        charts=not wanted.no_charts,
        stored=not wanted.no_store,
        strict=wanted.strict,
    )
    try:
        serve_work(order, host, port, click.echo, load_explanations())
    except KeyboardInterrupt:
        click.echo("Stopped.")


def _foreign_paths(data: Path) -> tuple[str, ...]:
    """What is somebody else's in the folder of the site; a page says what is wrong with DATA."""
    from perfsite.load import load_config  # noqa: PLC0415 - pandas takes half a second

    try:
        return load_config(data).kept_paths
    except ConfigError:
        return ()
