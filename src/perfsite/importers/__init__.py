"""Other people's files into ours, a module for each kind; and what an importer is.

An importer is pure: it takes values of `Source` and gives texts and problems. It reads no disk and
no clock, and it never raises for anything that a file may hold. A distribution of anybody's offers
one by an entry point of the group `perfsite.importers` that leads to an `Importer`.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final, Literal

from perfsite.model import MAX_ID_LENGTH
from perfsite.text import counted as counted
from perfsite.text import slug

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    import pandas as pd

    from perfsite.errors import Problem
    from perfsite.model import Source


GROUP: Final = "perfsite.importers"
"""The group of entry points; the name of an entry point is the name on the command line."""


@dataclass(frozen=True)
class Imported:
    """What an import made.

    `files` maps a path relative to the data folder, with `/`, to the content of that file: bytes,
    or text with LF line ends, to be written as UTF-8. It is empty where the source was not of the
    expected kind; then nothing is written.
    `problems` are sorted by place.
    `carried` says what was carried over, for people: "1,751 services, 4,321 figures".
    """

    files: Mapping[str, str | bytes]
    problems: Sequence[Problem]
    carried: str = ""

    @property
    def texts(self) -> dict[str, str]:
        """The files that are text, by their paths."""
        return {path: text for path, text in self.files.items() if isinstance(text, str)}


@dataclass(frozen=True)
class Option:
    """An option of an importer's command, as plain data.

    `name` is as on the command line, without the two hyphens. What `run` is given under this name:

    - `text`: a str, or None where it was not given and has no default;
    - `choice`: one of `choices`, or None likewise;
    - `flag`: a bool, whether it was given;
    - `path`: the file itself, read, as a `Source`, or None likewise.

    `metavar` stands for the value in the help, as in `--service ID`.
    """

    name: str
    help: str
    kind: Literal["text", "flag", "path", "choice"] = "text"
    default: str | None = None
    required: bool = False
    choices: tuple[str, ...] = ()
    metavar: str = ""


@dataclass(frozen=True)
class Importer:
    """A way to import one kind of file; the command line makes a command of it.

    `name` is the command's, as in `perfsite import NAME`; `summary` one sentence for the list of
    commands; `help` what its own help says, in paragraphs. `run` is given the files in the order
    of the command line, at least one, and the value of every option by its name.

    Raises (from `run`, and nothing else, whatever the files hold):
        UsageError: if options contradict each other or cannot be read.
        ConfigError: if a file of settings that an option names cannot be used.
    """

    name: str
    summary: str
    help: str
    run: Callable[[Sequence[Source], Mapping[str, object]], Imported]
    options: tuple[Option, ...] = field(default=())
    one_file: bool = False
    """Whether it takes one file only; otherwise any number."""


def csv_text(frame: pd.DataFrame) -> str:
    """The frame as CSV with LF line ends, without its index."""
    text: str = frame.to_csv(index=False, lineterminator="\n")
    return text


# Ids of services, made of what other people call them.


_HASH_LENGTH: Final = 8


def id_of(name: str) -> str:
    """A name as an id: lower-case letters and digits, hyphens for the rest; empty if none are left.

    Accents go: `Café No. 1` is `cafe-no-1`. Too long an id is shortened (see `short_id`).
    """
    return short_id(slug(name))


def short_id(full: str) -> str:
    """The id itself, or as many whole words of it as fit beside a hash of all of it."""
    if len(full) <= MAX_ID_LENGTH:
        return full
    room = MAX_ID_LENGTH - _HASH_LENGTH - 1
    # One character more is looked at: a hyphen there means that the word before it fits.
    words = full[: room + 1].rpartition("-")[0] or full[:room]
    return f"{words}-{hashlib.sha256(full.encode()).hexdigest()[:_HASH_LENGTH]}"
