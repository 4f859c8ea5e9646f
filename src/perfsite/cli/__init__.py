"""The command line: parse, call, report. It alone knows click, exit codes, the clock.

The commands here are those of the core. The others are found by entry points (`extensions`).
"""

from __future__ import annotations

import click

from perfsite import __version__
from perfsite.cli.building import build
from perfsite.cli.common import Commands
from perfsite.cli.editions import diff, freeze
from perfsite.cli.making import init, new
from perfsite.cli.serving import serve
from perfsite.cli.telling import completion, docs, explain, status
from perfsite.cli.validate import validate

__all__ = ["main"]


@click.group(cls=Commands, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, prog_name="perfsite")
def main() -> None:
    """Build a static site of public-service performance dashboards.

    Exit codes: 0 done, 1 the data has errors, 2 wrong usage, 3 something else went wrong;
    the message says what, and which site is in place.
    """


for _command in (
    init,
    new,
    validate,
    build,
    serve,
    status,
    explain,
    docs,
    freeze,
    diff,
    completion,
):
    main.add_command(_command)
