"""The command line: parse, call, report. It alone knows click, exit codes, the clock.

The commands here are those of the core. The others are found by entry points (`extensions`).
"""

from __future__ import annotations

import click

from perfsite import __version__
from perfsite.cli import build, completion, editions, init, report, serve, validate
from perfsite.cli.common import Commands

__all__ = ["main"]


@click.group(cls=Commands, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, prog_name="perfsite")
def main() -> None:
    """Build a static site of public-service performance dashboards.

    Exit codes: 0 done, 1 the data has errors, 2 wrong usage, 3 something else went wrong;
    the message says what, and which site is in place.
    """


for _command in (
    build.build,
    completion.completion,
    editions.diff,
    editions.freeze,
    init.init,
    init.new,
    report.docs,
    report.explain,
    report.status,
    serve.serve,
    validate.validate,
):
    main.add_command(_command)
