"""What commands share: exit codes, arguments, loading, and writing what others made."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import click

from perfsite.cli.dates import edition_date
from perfsite.disk import write_durably
from perfsite.errors import BuildError, PerfsiteError, UsageError
from perfsite.faults import COURSE, Severed, told

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import date

    from perfsite.load import Data

DONE, DATA_ERRORS, WRONG_USAGE, BUILD_FAILED = 0, 1, 2, 3
SHOWN: Final = 20
"""The problems that a command shows which does more than reporting them."""
FOLDER: Final = click.Path(path_type=Path, file_okay=False)
FILE: Final = click.Path(path_type=Path, dir_okay=False)

data_argument = click.argument("data", type=FOLDER, default=Path("data"))
edition_option = click.option(
    "--edition", metavar="DATE", help="The date printed on the site, as 2018-09-19."
)


class Commands(click.Group):
    """Turns perfsite's exceptions into a sentence and an exit code."""

    def invoke(self, ctx: click.Context) -> Any:  # noqa: ANN401 - click's own type
        """Run a command; `ctx` is that of the whole line. What else is raised the door tells."""
        COURSE.begin()
        try:
            return super().invoke(ctx)
        except PerfsiteError as error:
            click.echo(f"perfsite: {error}", err=True)
            ctx.exit(WRONG_USAGE if isinstance(error, UsageError) else BUILD_FAILED)
        except KeyboardInterrupt as error:
            # click's own exit code for this is 1, which here says that a site was built.
            click.echo(f"perfsite: {told(error)}", err=True)
            ctx.exit(BUILD_FAILED)
        except (BrokenPipeError, EOFError) as error:
            # click ends with 1 for them, as if somebody had left who reads or writes.
            raise Severed from error


def load(data: Path) -> Data:
    """The folder DATA, read."""
    from perfsite.load import load_data  # noqa: PLC0415 - pandas takes half a second

    return load_data(data)


def load_for(data: Path, edition: str | None) -> tuple[Data, date]:
    """The folder DATA with its earlier editions, and the date printed on the site."""
    from perfsite.load import with_editions  # noqa: PLC0415

    loaded = load(data)
    day = edition_date(edition, loaded)
    return with_editions(loaded, data, day), day


def check_new(out: Path, files: Mapping[str, str | bytes]) -> None:
    """Refuse to replace what somebody has written since.

    Raises:
        UsageError: naming the first file that is there and differs.
    """
    for name, content in files.items():
        path = out / name
        if path.exists() and (not path.is_file() or path.read_bytes() != encoded(content)):
            raise UsageError(f"{path} is there and differs; name another folder, or give --force")


def write_file(path: Path, content: str | bytes) -> None:
    """Write a file that was made, text as UTF-8.

    Raises:
        BuildError: if the disk refuses.
    """
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        write_durably(path, encoded(content))
    except OSError as error:
        raise BuildError(f"{path} could not be written: {error.strerror}") from error


def encoded(content: str | bytes) -> bytes:
    """The bytes of a file that was made."""
    return content.encode() if isinstance(content, str) else content
