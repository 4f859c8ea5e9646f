"""Reading a data folder from the disk. Bytes in, nothing understood yet."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Final

from perfsite.config import SiteConfig, parse_config
from perfsite.editions import FOLDER as EDITIONS
from perfsite.editions import MANIFEST
from perfsite.errors import BuildError, ConfigError, Problem, UsageError
from perfsite.model import Source
from perfsite.revisions import REVISIONS, read_reasons
from perfsite.tables import READABLE, WORKBOOKS, sheets

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    from perfsite.editions import EditionFigures
    from perfsite.revisions import Reason

CONFIG: Final = "perfsite.toml"
REGISTER: Final = "services.csv"
RETRACTIONS: Final = "retractions.csv"
_REGISTERS: Final = (REGISTER, *(f"services{ending}" for ending in WORKBOOKS))
_PASSED_OVER: Final = (".md",)
_PICTURES: Final = (".svg", ".png", ".jpg", ".jpeg", ".gif", ".webp")


@dataclass(frozen=True)
class Data:
    """What a data folder holds: the configuration, the register's files and the submissions.

    `editions` are the dates of all frozen editions; `reasons` say why figures changed between
    them. `history` are those editions that a build of some date can know of, the oldest first, and
    `last` is the one that it follows, once `with_editions` has read them.
    """

    config: SiteConfig
    register: tuple[Source, ...]
    submissions: tuple[Source, ...]
    problems: tuple[Problem, ...]
    hash: str
    logo: Source | None = None
    retractions: Source | None = None
    editions: tuple[date, ...] = ()
    history: tuple[EditionFigures, ...] = ()
    last: EditionFigures | None = None
    config_text: str = ""
    reasons: tuple[Reason, ...] = ()


def load_data(folder: Path) -> Data:
    """Read a data folder; the order of the files on the disk does not matter.

    Raises:
        UsageError: if there is no such folder, or no register in it.
        ConfigError: if perfsite.toml or revisions.toml cannot be used.
    """
    if not folder.is_dir():
        raise UsageError(f"there is no data folder {folder}; name it, or make it")
    problems: list[Problem] = []
    register = list(_read(folder, [folder / name for name in _REGISTERS], problems))
    register += _read(folder, sorted((folder / "services").glob("*.json")), problems)
    if not register:
        why = "".join(f"; {problem.file} is {problem.found}" for problem in problems)
        raise UsageError(
            f"{folder} holds no register: {REGISTER} or services/*.json is needed "
            f"(or services.xlsx, or services.ods){why}"
        )
    submissions = list(_read(folder, sorted((folder / "submissions").rglob("*")), problems))
    submissions.sort(key=lambda source: source.path)
    text, explained = _toml(folder / CONFIG), _toml(folder / REVISIONS)
    config = parse_config(text, CONFIG)
    logo = _logo(folder, config.logo)
    retractions = next(iter(_read(folder, [folder / RETRACTIONS], problems)), None)
    digest = hashlib.sha256(f"{text}\0{explained}".encode())
    for source in (*register, *submissions, *filter(None, (logo, retractions))):
        digest.update(f"{source.path}\0{hashlib.sha256(source.data).hexdigest()}\n".encode())
    return Data(
        config,
        tuple(register),
        tuple(submissions),
        tuple(problems),
        digest.hexdigest(),
        logo,
        retractions,
        _editions(folder),
        config_text=text,
        reasons=read_reasons(explained),
    )


def load_config(folder: Path) -> SiteConfig:
    """The configuration of a data folder alone.

    Raises:
        ConfigError: if perfsite.toml cannot be used.
    """
    return parse_config(_toml(folder / CONFIG), CONFIG)


def _toml(path: Path) -> str:
    """The text of a TOML file; empty where there is none."""
    try:
        return path.read_text("utf-8-sig") if path.exists() else ""
    except (OSError, UnicodeDecodeError) as error:
        raise ConfigError(f"{path} cannot be read: {error}") from error


def _editions(folder: Path) -> tuple[date, ...]:
    """The dates of the frozen editions, the oldest first.

    Raises:
        BuildError: if a folder among them has no date for a name, or holds no edition.
    """
    days = []
    for path in sorted((folder / EDITIONS).glob("[!.]*")):
        name = path.relative_to(folder)
        try:
            days.append(date.fromisoformat(path.name))
        except ValueError as error:
            raise BuildError(f"{name} is no edition; its name is not a date") from error
        if not (path / MANIFEST).is_file():
            raise BuildError(
                f"{name} holds no {MANIFEST}: perfsite freeze did not finish, or a file was lost; "
                "restore it from a copy, or freeze again"
            )
    return tuple(days)


def load_site_file(out: Path, name: str) -> bytes | None:
    """A file of the site that stands in a folder; None where there is none.

    Raises:
        UsageError: if it is there and cannot be read.
    """
    try:
        return (out / name).read_bytes()
    except (FileNotFoundError, NotADirectoryError):
        return None
    except OSError as error:
        raise UsageError(f"{out / name} cannot be read: {error.strerror}") from error


def _logo(folder: Path, name: str) -> Source | None:
    """The picture that `logo` names, a path within the data folder.

    Whatever its name was, it is called `logo` with its ending: under the name of one of perfsite's
    own assets it would replace that, and not every name is an address.
    """
    if not name:
        return None
    path = (folder / name).resolve()
    if folder.resolve() not in path.parents:
        raise ConfigError(f"{CONFIG}: logo: {name} is not within the data folder")
    ending = path.suffix.lower()
    if ending not in _PICTURES:
        raise ConfigError(f"{CONFIG}: logo: {name}: one of {', '.join(_PICTURES)} is expected")
    try:
        return Source(f"logo{ending}", path.read_bytes())
    except OSError as error:
        raise ConfigError(f"{CONFIG}: logo: {name} cannot be read: {error.strerror}") from error


def load_source(path: Path) -> Source:
    """One file, wherever it is, under its own name.

    Raises:
        UsageError: if it cannot be read.
    """
    try:
        return Source(path.name, path.read_bytes())
    except OSError as error:
        raise UsageError(f"{path} cannot be read: {error.strerror}") from error


def _read(folder: Path, paths: Iterable[Path], problems: list[Problem]) -> Iterable[Source]:
    for path in paths:
        name = path.relative_to(folder).as_posix()
        hidden = any(part.startswith((".", "~$")) for part in path.relative_to(folder).parts)
        is_folder = path.is_dir() and path.suffix.lower() not in READABLE
        if hidden or is_folder or path.suffix.lower() in _PASSED_OVER:
            continue
        if path.suffix.lower() not in READABLE:
            problems.append(
                Problem(
                    name,
                    0,
                    "PS101",
                    found=f"a file of the kind {path.suffix or 'without an ending'}",
                    expected=f"a file that ends in {', '.join(READABLE)}",
                    fix="save the sheet as CSV UTF-8 or as .xlsx, or keep the file elsewhere",
                )
            )
            continue
        try:
            # A workbook of several tables is as many files.
            yield from sheets(Source(name, path.read_bytes()))
        except FileNotFoundError:
            if path.is_symlink():
                problems.append(_unreadable(name, "a link that leads nowhere"))
        except OSError as error:
            problems.append(_unreadable(name, error.strerror or "an error of the disk"))


def _unreadable(name: str, found: str) -> Problem:
    return Problem(name, 0, "PS101", "", found, "a file that can be read", "check it, or delete it")
