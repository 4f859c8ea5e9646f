"""Reading from disk: the data folder and the theme. Bytes in, nothing understood yet."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, replace
from datetime import date
from importlib.resources import files
from pathlib import Path
from typing import TYPE_CHECKING, Final

from perfsite.config import SiteConfig, parse_config
from perfsite.editions import FOLDER as EDITIONS
from perfsite.editions import EditionFigures, edition_path, read_edition
from perfsite.errors import BuildError, ConfigError, Problem, UsageError
from perfsite.model import Source
from perfsite.render import Theme
from perfsite.tables import READABLE, WORKBOOKS, sheets
from perfsite.tokens import parse_tokens

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

CONFIG: Final = "perfsite.toml"
REGISTER: Final = "services.csv"
RETRACTIONS: Final = "retractions.csv"
_REGISTERS: Final = (REGISTER, *(f"services{ending}" for ending in WORKBOOKS))
_PASSED_OVER: Final = (".md",)
_TEMPLATES: Final = ".html"
_TRANSLATIONS: Final = ".po"
TOKENS: Final = "tokens.toml"
_PICTURES: Final = (".svg", ".png", ".jpg", ".jpeg", ".gif", ".webp")


@dataclass(frozen=True)
class Data:
    """What a data folder holds: the configuration, the register's files and the submissions.

    `editions` are the dates of all frozen editions; `last` is the one that the build follows, once
    `with_last_edition` has read it.
    """

    config: SiteConfig
    register: tuple[Source, ...]
    submissions: tuple[Source, ...]
    problems: tuple[Problem, ...]
    hash: str
    logo: Source | None = None
    retractions: Source | None = None
    editions: tuple[date, ...] = ()
    last: EditionFigures | None = None
    config_text: str = ""


def load_data(folder: Path) -> Data:
    """Read a data folder; the order of the files on the disk does not matter.

    Raises:
        UsageError: if there is no such folder, or no register in it.
        ConfigError: if perfsite.toml cannot be used.
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
    config_path = folder / CONFIG
    try:
        text = config_path.read_text("utf-8-sig") if config_path.exists() else ""
    except (OSError, UnicodeDecodeError) as error:
        raise ConfigError(f"{config_path} cannot be read: {error}") from error
    config = parse_config(text, CONFIG)
    logo = _logo(folder, config.logo)
    retractions = next(iter(_read(folder, [folder / RETRACTIONS], problems)), None)
    digest = hashlib.sha256(text.encode())
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
    )


def _editions(folder: Path) -> tuple[date, ...]:
    """The dates of the frozen editions, the oldest first.

    Raises:
        BuildError: if a file among them has no date for a name.
    """
    days = []
    for path in sorted((folder / EDITIONS).glob("*.json")):
        try:
            days.append(date.fromisoformat(path.stem))
        except ValueError as error:
            raise BuildError(f"{path} is no edition; its name is not a date") from error
    return tuple(days)


def load_edition(folder: Path, day: date) -> EditionFigures:
    """A frozen edition of a data folder, every byte of it checked.

    Raises:
        BuildError: naming the file that is missing, cannot be read or was altered.
    """

    def read(path: str) -> bytes:
        try:
            return (folder / path).read_bytes()
        except OSError as error:
            raise BuildError(
                f"{path}, a part of a frozen edition, cannot be read: {error.strerror}; "
                "restore it from a copy"
            ) from error

    path = edition_path(day)
    return read_edition(Source(path, read(path)), read)


def with_last_edition(data: Data, folder: Path, edition: date) -> Data:
    """The data with the newest edition that is older than the one to be built, if there is one.

    What is built depends on that edition, so the hash of the data does too.

    Raises:
        BuildError: if the edition was altered.
    """
    earlier = [day for day in data.editions if day < edition]
    if not earlier:
        return data
    last = load_edition(folder, max(earlier))
    digest = hashlib.sha256(f"{data.hash}\n{last.hash}\n".encode()).hexdigest()
    return replace(data, last=last, hash=digest)


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


def load_theme(override: Path | None = None) -> Theme:
    """The templates and assets that perfsite carries, and a folder that replaces some of them.

    An installed perfsite carries them in its package; a checkout has them at its top.

    Raises:
        UsageError: if the folder that was named is not there, or a template cannot be read.
    """
    packaged = Path(str(files("perfsite"))) / "templates"
    root = packaged if packaged.is_dir() else Path(__file__).parents[2] / "templates"
    if override is not None and not override.is_dir():
        raise UsageError(f"there is no templates folder {override}")
    files_ = _theme_files(root)
    defaults = _texts(files_)
    own = _theme_files(override) if override else {}
    both = {**files_, **own}
    return Theme(
        {**defaults, **_texts(own)},
        defaults,
        _below("assets/", both),
        {name: data for name, data in _below("languages/", both).items() if _is_po(name)},
        parse_tokens(_text(TOKENS, both[TOKENS]), TOKENS),
    )


def _theme_files(root: Path) -> dict[str, bytes]:
    """The files of a theme by their paths."""
    found = {}
    for path in sorted(root.rglob("*")):
        if path.is_file():
            try:
                found[path.relative_to(root).as_posix()] = path.read_bytes()
            except OSError as error:
                raise UsageError(f"the template {path} cannot be read: {error}") from error
    return found


def _below(folder: str, files_: Mapping[str, bytes]) -> dict[str, bytes]:
    return {n.removeprefix(folder): data for n, data in files_.items() if n.startswith(folder)}


def _is_po(name: str) -> bool:
    return name.endswith(_TRANSLATIONS)


def _texts(files_: Mapping[str, bytes]) -> dict[str, str]:
    """The templates among the files of a theme."""
    return {
        name: _text(name, data)
        for name, data in files_.items()
        if name.endswith(_TEMPLATES) and not name.startswith("assets/")
    }


def _text(name: str, data: bytes) -> str:
    try:
        return data.decode()
    except UnicodeDecodeError as error:
        raise UsageError(f"the template {name} cannot be read: {error}") from error
