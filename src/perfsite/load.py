"""Reading from the disk.

The data folder, its frozen editions, the theme. Bytes in, nothing understood yet.
"""

from __future__ import annotations

import hashlib
import os
from dataclasses import dataclass, replace
from datetime import date
from importlib.resources import files
from pathlib import Path
from typing import TYPE_CHECKING, Final

from perfsite.config import DEFAULT, SETTINGS_BYTES, Budgets, SiteConfig, parse_config
from perfsite.editions import FOLDER as EDITIONS
from perfsite.editions import MANIFEST, EditionFigures, edition_path, read_edition
from perfsite.errors import BuildError, ConfigError, OverBudgetError, Problem, UsageError
from perfsite.files import FileFaultError, check_name, read_file, real_path, shown, walk
from perfsite.model import Source
from perfsite.render import Theme
from perfsite.revisions import REVISIONS, read_reasons
from perfsite.tables import READABLE, WORKBOOKS, sheets
from perfsite.tokens import parse_tokens

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping

    from perfsite.edition_cache import EditionCache
    from perfsite.revisions import Reason


# Reading a data folder from the disk. Bytes in, nothing understood yet.


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
        BuildError: if the frozen editions cannot be listed.
    """
    if not folder.is_dir():
        raise UsageError(f"there is no data folder {folder}; name it, or make it")
    problems: list[Problem] = []
    text, explained = load_settings(folder, CONFIG), load_settings(folder, REVISIONS)
    config = parse_config(text, CONFIG)
    place = _Folder(folder, real_path(folder), config.budgets, problems)
    register = [source for name in _REGISTERS for source in place.read(folder / name)]
    below = place.walked(folder / "services")
    register += place.read_all(
        p for p in below if p.suffix == ".json" and p.parent.parent == folder
    )
    if not register:
        why = "".join(f"; {problem.file} is {problem.found}" for problem in problems)
        raise UsageError(
            f"{folder} holds no register: {REGISTER} or services/*.json is needed "
            f"(or services.xlsx, or services.ods){why}"
        )
    submissions = place.read_all(place.walked(folder / "submissions"))
    submissions.sort(key=lambda source: source.path)
    logo = _logo(folder, config)
    retractions = next(iter(place.read(folder / RETRACTIONS)), None)
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


@dataclass(frozen=True)
class _Folder:
    """A data folder that is read: its path, as named and as it is, and what was wrong so far."""

    path: Path
    real: Path
    budgets: Budgets
    problems: list[Problem]

    def walked(self, top: Path) -> list[Path]:
        """The files below a folder of the data folder."""
        files = walk(top, self.real, self.budgets.files, READABLE)
        faults = [(path, fault.problem(self._name(path, "/"))) for path, fault in files.faults]
        faults += [
            (path, excess.problem(self._name(path, "/"), self.budgets))
            for path, excess in files.large
        ]
        self.problems.extend(problem for _, problem in sorted(faults))
        return files.files

    def read_all(self, paths: Iterable[Path]) -> list[Source]:
        """Files that were listed a moment ago, so that one that is missing has vanished."""
        return [source for path in paths for source in self.read(path, listed=True)]

    def read(self, path: Path, *, listed: bool = False) -> list[Source]:
        """A file, or several sheets of one; nothing if it is not there, or was reported."""
        name = self._name(path)
        kind = path.suffix.lower()
        if kind in _PASSED_OVER:
            return []
        if kind not in READABLE:
            self.problems.append(_of_another_kind(name, shown(path.suffix)))
            return []
        try:
            check_name(path)
            data = read_file(path, self.budgets.file_bytes, self.real)
        except FileFaultError as fault:
            if listed or not fault.missing:
                self.problems.append(fault.vanished().problem(name))
            return []
        except OverBudgetError as excess:
            self.problems.append(excess.problem(name, self.budgets))
            return []
        # A workbook of several tables is as many files.
        return sheets(Source(name, data), self.budgets)

    def _name(self, path: Path, end: str = "") -> str:
        return shown(path.relative_to(self.path)) + end


def load_settings(folder: Path, name: str) -> str:
    """The text of a TOML file of the data folder; empty where there is none.

    Raises:
        ConfigError: if it is there and cannot be read.
    """
    path = folder / name
    try:
        return read_file(path, SETTINGS_BYTES, real_path(folder)).decode("utf-8-sig")
    except FileFaultError as fault:
        if fault.missing:
            return ""
        raise ConfigError(f"{path} cannot be read: {fault.found}; {fault.fix}") from fault
    except OverBudgetError as excess:
        raise ConfigError(
            f"{path} has {excess.found}, and no settings need more than {SETTINGS_BYTES:,}; "
            "is it another file?"
        ) from excess
    except UnicodeDecodeError as error:
        raise ConfigError(f"{path} cannot be read: {error}") from error


def load_config(folder: Path) -> SiteConfig:
    """The configuration of a data folder alone.

    Raises:
        ConfigError: if perfsite.toml cannot be used.
    """
    return parse_config(load_settings(folder, CONFIG), CONFIG)


def _editions(folder: Path) -> tuple[date, ...]:
    """The dates of the frozen editions, the oldest first.

    Raises:
        BuildError: if they cannot be listed, or a folder among them has no date for a name, or
            holds no edition.
    """
    days = []
    for entry in _listed(folder / EDITIONS):
        name = f"{EDITIONS}/{shown(entry)}"
        try:
            days.append(date.fromisoformat(entry))
        except ValueError as error:
            raise BuildError(f"{name} is no edition; its name is not a date") from error
        if not os.path.lexists(folder / EDITIONS / entry / MANIFEST):
            raise BuildError(
                f"{name} holds no {MANIFEST}: perfsite freeze did not finish, or a file was lost; "
                "restore it from a copy, or freeze again"
            )
    return tuple(days)


def _listed(folder: Path) -> list[str]:
    """The names in the folder of editions; hidden ones are passed over.

    Raises:
        BuildError: if it is there and cannot be listed: without editions nothing that was retracted
            or revised is known.
    """
    if not os.path.lexists(folder):
        return []
    try:
        return sorted(entry.name for entry in folder.iterdir() if not entry.name.startswith("."))
    except OSError as error:
        raise BuildError(
            f"{EDITIONS} cannot be read: {error.strerror}; mend the folder of frozen editions, or "
            "restore it from a copy"
        ) from error


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


def _logo(folder: Path, config: SiteConfig) -> Source | None:
    """The picture that `logo` names, a path within the data folder.

    Whatever its name was, it is called `logo` with its ending: under the name of one of perfsite's
    own assets it would replace that, and not every name is an address.
    """
    name = config.logo
    if not name:
        return None
    ending = Path(name).suffix.lower()
    if ending not in _PICTURES:
        raise ConfigError(f"{CONFIG}: logo: {name}: one of {', '.join(_PICTURES)} is expected")
    root = real_path(folder)
    # Said first, so that nobody learns whether there is such a file elsewhere.
    if not real_path(folder / name).is_relative_to(root):
        raise ConfigError(f"{CONFIG}: logo: {name} is not within the data folder")
    try:
        data = read_file(folder / name, config.budgets.file_bytes, root)
    except FileFaultError as fault:
        raise ConfigError(f"{CONFIG}: logo: {name} cannot be read: {fault.found}") from fault
    except OverBudgetError as excess:
        problem = excess.problem(name, config.budgets)
        raise ConfigError(
            f"{CONFIG}: logo: {name} has {excess.found}; {problem.expected} are allowed"
        ) from excess
    return Source(f"logo{ending}", data)


def load_source(path: Path, budgets: Budgets = DEFAULT) -> Source:
    """One file, wherever it is, under its own name.

    Raises:
        UsageError: if it cannot be read, or is larger than the budgets allow.
    """
    try:
        return Source(shown(path.name), read_file(path, budgets.file_bytes))
    except FileFaultError as fault:
        raise UsageError(f"{shown(path)} cannot be read: {fault.found}") from fault
    except OverBudgetError as excess:
        problem = excess.problem(path.name, budgets)
        raise UsageError(
            f"{shown(path)} has {excess.found}; expected are {problem.expected}: {problem.fix}"
        ) from excess


def _of_another_kind(name: str, kind: str) -> Problem:
    return Problem(
        name,
        0,
        "PS101",
        found=f"a file of the kind {kind or 'without an ending'}",
        expected=f"a file that ends in {', '.join(READABLE)}",
        fix="save the sheet as CSV UTF-8 or as .xlsx, or keep the file elsewhere",
    )


# Reading the frozen editions of a data folder from the disk.


_MOST_BYTES: Final = 1_000_000_000
"""No budget of the site's: perfsite wrote these files itself, of figures that were within it."""


def load_editions(
    folder: Path,
    days: Iterable[date],
    cache: EditionCache | None = None,
    followed: Collection[date] = (),
) -> tuple[EditionFigures, ...]:
    """Frozen editions of a data folder, the oldest first, every byte of them checked.

    `days` are the dates of the oldest one and of all that follow it up to some day, and `followed`
    those that a build holds against what stands now. `cache` has what was made of them before.

    Raises:
        BuildError: naming the file that is missing, cannot be read or was altered.
    """
    root = real_path(folder)

    def read(path: str) -> bytes:
        try:
            return read_file(folder / path, _MOST_BYTES, root)
        except (FileFaultError, OverBudgetError) as error:
            raise BuildError(
                f"{path}, a part of a frozen edition, cannot be read: {error}; "
                "restore it from a copy"
            ) from error

    history: list[EditionFigures] = []
    for day in days:
        path = edition_path(day)
        source = Source(path, read(path))
        before = history[-1] if history else None
        edition = read_edition(source, read, before, cache, is_followed=day in followed)
        history.append(edition)
    return tuple(history)


def with_editions(
    data: Data, folder: Path, edition: date, cache: EditionCache | None = None
) -> Data:
    """The data with the editions up to the one to be built.

    The last one that is older is the one that the build follows. What is built depends on them, so
    the hash of the data does too. `cache` has what earlier builds made of editions.

    Raises:
        BuildError: if an edition was altered.
    """
    days = [day for day in data.editions if day <= edition]
    # The newest, and the one before it where the newest is that of the day itself.
    followed = {*days[-1:], *[day for day in days if day < edition][-1:]}
    history = load_editions(folder, days, cache, followed)
    if not history:
        return data
    last = next((earlier for earlier in reversed(history) if earlier.date < edition), None)
    # The seal of the newest holds those of all others.
    digest = hashlib.sha256(f"{data.hash}\n{history[-1].hash}\n".encode()).hexdigest()
    return replace(data, history=history, last=last, hash=digest)


# Reading templates, assets and translations from the disk.


_TEMPLATES: Final = ".html"
_TRANSLATIONS: Final = ".po"
TOKENS: Final = "tokens.toml"


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
    overriding = _theme_files(override) if override else {}
    both = {**files_, **overriding}
    return Theme(
        {**defaults, **_texts(overriding)},
        defaults,
        _below("assets/", both),
        {name: data for name, data in _below("languages/", both).items() if _is_po(name)},
        parse_tokens(_text(TOKENS, both[TOKENS]), TOKENS),
    )


def _theme_files(root: Path) -> dict[str, bytes]:
    """The files of a theme by their paths.

    Links may lead anywhere: a theme is the publisher's own, and runs as part of the build.

    Raises:
        UsageError: naming what cannot be read.
    """
    walked = walk(root, Path(root.anchor or "/"), DEFAULT.files)
    for path, fault in (*walked.faults, *walked.large):
        raise UsageError(f"the folder of templates {shown(path)} cannot be read: {fault}")
    by_path = {}
    for path in walked.files:
        try:
            check_name(path)
            by_path[path.relative_to(root).as_posix()] = read_file(path, DEFAULT.file_bytes)
        except (FileFaultError, OverBudgetError) as error:
            raise UsageError(f"the template {shown(path)} cannot be read: {error}") from error
    return by_path


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
