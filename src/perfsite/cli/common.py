"""What commands share: exit codes, arguments, loading and writing, the day, and the log.

Which day it is stands in docs/policy.md, section The day of a build; why, in decision record 037.
The clock is asked here and handed on.
"""

from __future__ import annotations

import io
import json
import os
import sys
import time
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import click

from perfsite.cli.extensions import Extended
from perfsite.decimals import fixed
from perfsite.disk import write_durably
from perfsite.errors import BuildError, PerfsiteError, UsageError
from perfsite.faults import COURSE, Severed, bringing, sentence
from perfsite.stages import listen, stage

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from perfsite.edition_cache import EditionCache
    from perfsite.load import Data


# The day: of which a build is, and which it is today.


EPOCH: Final = "SOURCE_DATE_EPOCH"


@dataclass(frozen=True)
class Today:
    """The day that it is, in UTC, and whether `SOURCE_DATE_EPOCH` says so and not the clock."""

    day: date
    is_set: bool = False

    def __str__(self) -> str:
        """The day, and who says so where it is not the clock."""
        return f"{self.day}, by {EPOCH}" if self.is_set else str(self.day)


def what_day_is_it() -> Today:
    """Today: what `SOURCE_DATE_EPOCH` says, the clock of reproducible builds, else the clock's.

    Raises:
        UsageError: if the variable is no number of seconds.
    """
    epoch = os.environ.get(EPOCH)
    if not epoch:
        return Today(datetime.now(UTC).date())
    try:
        return Today(datetime.fromtimestamp(int(epoch), UTC).date(), is_set=True)
    except (ValueError, OverflowError, OSError) as error:
        raise UsageError(f"{EPOCH}={epoch} is not a number of seconds") from error


@dataclass(frozen=True)
class Days:
    """The days by which a data folder tells of which day a build is, by the clock.

    Those that are `published`, those on which figures are `released` (asked for only if any is
    published), and the day of the last edition that is frozen.
    """

    published: tuple[date, ...]
    released: tuple[date, ...]
    frozen: date | None

    @classmethod
    def of(cls, data: Data) -> Days:
        """The days of a data folder."""
        from perfsite.validate.observations import release_days  # noqa: PLC0415 - pandas

        listed = data.config.published
        released = sorted(release_days(data.submissions)) if listed else ()
        return cls(tuple(listed), tuple(released), data.editions[-1] if data.editions else None)


def edition_date(edition: str | None, data: Data, today: Today | None = None) -> date:
    """The date printed on the site; what is out of the ordinary about it is said on stderr.

    Raises:
        UsageError: if what was given is no date.
        BuildError: if the clock is behind an edition that is frozen.
    """
    return day_by(edition, lambda: Days.of(data), _say, today)


def day_by(
    edition: str | None,
    days: Callable[[], Days],
    tell: Callable[[str], None],
    today: Today | None = None,
) -> date:
    """The date printed on the site; `tell` is told what is out of the ordinary about it.

    `today` is asked of the clock where it is not handed in. No day to come is taken but one that
    is named as `edition`.

    Raises:
        UsageError: if `edition` is no date.
        BuildError: if the clock is behind an edition that is frozen.
    """
    today = today or what_day_is_it()
    if edition is not None:
        day = day_of(edition, f"--edition {edition}")
        if day > today.day:
            tell(
                f"--edition names {day}, a day to come (today is {today}): figures that wait for "
                "it are in what this makes."
            )
        return day
    if today.is_set:
        return today.day
    folder_days = days()
    if folder_days.frozen and folder_days.frozen > today.day:
        raise BuildError(
            f"the edition of {folder_days.frozen} is frozen, and the clock says {today}: set the "
            "clock, or name a date with --edition"
        )
    return _by_the_clock(folder_days, tell, today.day)


def _by_the_clock(folder_days: Days, tell: Callable[[str], None], today: date) -> date:
    """The newest day up to today on which something of the data is published; else today."""
    listed = folder_days.published
    if not listed:
        tell(f"No edition date was given: using today, {today}. Set `published` in perfsite.toml.")
        return today
    if waiting := sorted(day for day in listed if day > today):
        named = ", ".join(map(str, waiting))
        tell(f"A date in `published` that is still to come is no edition yet: {named}.")
    days = {*listed, *folder_days.released}
    if not (come := [day for day in days if day <= today]):
        tell(f"No date in `published` has come: using today, {today}. Is the clock right?")
        return today
    return max(come)


def day_of(text: str, where: str) -> date:
    """The day that a text names.

    Raises:
        UsageError: if it is no date; it says `where`.
    """
    try:
        return date.fromisoformat(text)
    except ValueError as error:
        raise UsageError(f"{where}: a date as 2018-09-19 is expected") from error


def _say(text: str) -> None:
    click.echo(text, err=True)


# Exit codes, arguments, loading and writing.


DONE, DATA_ERRORS, WRONG_USAGE, BUILD_FAILED = 0, 1, 2, 3
SHOWN: Final = 20
"""The problems that a command shows which does more than reporting them."""
FOLDER: Final = click.Path(path_type=Path, file_okay=False)
FILE: Final = click.Path(path_type=Path, dir_okay=False)

data_argument = click.argument("data", type=FOLDER, default=Path("data"))
edition_option = click.option(
    "--edition", metavar="DATE", help="The date printed on the site, as 2018-09-19."
)


class Commands(Extended):
    """Turns perfsite's exceptions into a sentence and an exit code."""

    def invoke(self, ctx: click.Context) -> Any:  # noqa: ANN401 - click's own type
        """Run a command; `ctx` is that of the whole line. What else is raised the door tells."""
        COURSE.begin()
        try:
            return super().invoke(ctx)
        except PerfsiteError as error:
            click.echo(f"perfsite: {error}", err=True)
            ctx.exit(WRONG_USAGE if isinstance(error, UsageError) else BUILD_FAILED)
        except ModuleNotFoundError as error:
            if not (extra := bringing(error)):
                raise
            what = f"{ctx.invoked_subcommand} needs {error.name}, which is not installed"
            click.echo(f"perfsite: {what}: pip install '{extra}'", err=True)
            ctx.exit(WRONG_USAGE)
        except KeyboardInterrupt as error:
            # click's own exit code for this is 1, which here says that a site was built.
            click.echo(f"perfsite: {sentence(error)}", err=True)
            ctx.exit(BUILD_FAILED)
        except (BrokenPipeError, EOFError) as error:
            # click ends with 1 for them, as if somebody had left who reads or writes.
            raise Severed from error


def load(data: Path) -> Data:
    """The folder DATA, read."""
    from perfsite.load import load_data  # noqa: PLC0415 - pandas takes half a second

    with stage("load"):
        return load_data(data)


def load_for(
    data: Path, edition: str | None, cache: EditionCache | None = None
) -> tuple[Data, date]:
    """The folder DATA with its earlier editions, and the date printed on the site.

    `cache` has what earlier builds made of editions.
    """
    from perfsite.load import with_editions  # noqa: PLC0415

    loaded = load(data)
    day = edition_date(edition, loaded)
    with stage("editions"):
        return with_editions(loaded, data, day, cache), day


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


# What a command says of its own work: `-v` and `--log-format`, for people and for programs.
#
# Each stage is told when it ends, on standard error, with the time that it took. The pipeline only
# says where its stages begin and end (`perfsite.stages`).


_FORMAT: Final = f"{__name__}.format"


def with_log(command: Any) -> Any:  # noqa: ANN401 - a click decorator
    """Give a command the options that let it say what it does."""
    verbose = click.option(
        "-v",
        "--verbose",
        is_flag=True,
        expose_value=False,
        callback=lambda ctx, _, value: _log(ctx, "text") if value else None,
        help="Say what is done and how long it took, on standard error.",
    )
    log_format = click.option(
        "--log-format",
        type=click.Choice(["text", "json"]),
        is_eager=True,
        expose_value=False,
        callback=lambda ctx, _, value: _log(ctx, value) if value else None,
        help="The same; with json, all of standard error is one object a line.",
    )
    return verbose(log_format(command))


class Times:
    """Hears of the stages, and says of each at its end how long it took."""

    def __init__(self, say: Callable[[str, float, float], None]) -> None:
        """`say` is given the stage with those that it is in, its seconds, and those in all."""
        self._say = say
        self._start = time.monotonic()
        self._open: list[tuple[str, float]] = []

    def begin(self, name: str) -> None:
        """A stage begins."""
        self._open.append((name, time.monotonic()))

    def end(self) -> None:
        """The stage that began last ends."""
        path = "/".join(name for name, _ in self._open)
        _, start = self._open.pop()
        now = time.monotonic()
        self._say(path, now - start, now - self._start)


class JsonLines(io.TextIOBase):
    """Standard error as a program reads it: each line that is said is an object."""

    def __init__(self, stream: Any) -> None:  # noqa: ANN401 - whatever stands for the stream
        """`stream` takes the objects."""
        self._stream = stream
        self._left = ""

    def write(self, text: str) -> int:
        """Take a text; its lines are written as soon as they are whole."""
        *lines, self._left = (self._left + text).split("\n")
        for line in filter(None, lines):
            self.put({"message": line})
        return len(text)

    def put(self, content: Mapping[str, object]) -> None:
        """Write an object."""
        self._stream.write(f"{json.dumps(content, ensure_ascii=False)}\n")

    def writable(self) -> bool:
        """True."""
        return True

    def isatty(self) -> bool:
        """False: nobody looks at it, so there is no bar and no colour."""
        return False

    def flush(self) -> None:
        """Write what has no end of line yet, too."""
        if self._left:
            left, self._left = self._left, ""
            self.put({"message": left})
        self._stream.flush()


def _log(ctx: click.Context, style: str) -> None:
    """Let the stages be told; which style was asked for outweighs that one was."""
    root = ctx.find_root()
    if root.meta.setdefault(_FORMAT, style) != style:
        return
    root.call_on_close(lambda: listen(None))
    if style == "text":
        listen(Times(_say_text))
        return
    lines = JsonLines(sys.stderr)
    # Until the process ends: what the door says last is an object, too.
    sys.stderr = lines
    listen(Times(lambda path, took, at: lines.put(_record(path, took, at))))


def _say_text(path: str, took: float, at: float) -> None:
    *outer, name = path.split("/")
    click.echo(f"{fixed(at, 2):>8} s  {'  ' * len(outer)}{name}: {fixed(took, 2)} s", err=True)


def _record(path: str, took: float, at: float) -> dict[str, object]:
    return {"stage": path, "seconds": round(took, 3), "since_start": round(at, 3)}
