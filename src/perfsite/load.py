"""Reading from disk: the data folder and the theme. Bytes in, nothing understood yet."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from importlib.resources import files
from pathlib import Path
from typing import TYPE_CHECKING, Final

from perfsite.config import SiteConfig, parse_config
from perfsite.errors import ConfigError, Problem, UsageError
from perfsite.model import Source
from perfsite.render import Theme

if TYPE_CHECKING:
    from collections.abc import Iterable

CONFIG: Final = "perfsite.toml"
REGISTER: Final = "services.csv"
_READ: Final = (".csv", ".json")
_PASSED_OVER: Final = (".md",)
_TEMPLATES: Final = ".html"


@dataclass(frozen=True)
class Data:
    """What a data folder holds: the configuration, the register's files and the submissions."""

    config: SiteConfig
    register: tuple[Source, ...]
    submissions: tuple[Source, ...]
    problems: tuple[Problem, ...]
    hash: str


def load_data(folder: Path) -> Data:
    """Read a data folder; the order of the files on the disk does not matter.

    Raises:
        UsageError: if there is no such folder, or no register in it.
        ConfigError: if perfsite.toml cannot be used.
    """
    if not folder.is_dir():
        raise UsageError(f"there is no data folder {folder}; name it, or make it")
    problems: list[Problem] = []
    register = list(_read(folder, [folder / REGISTER], problems))
    register += _read(folder, sorted((folder / "services").glob("*.json")), problems)
    if not register:
        why = "".join(f"; {problem.file} is {problem.found}" for problem in problems)
        raise UsageError(
            f"{folder} holds no register: {REGISTER} or services/*.json is needed{why}"
        )
    submissions = list(_read(folder, sorted((folder / "submissions").rglob("*")), problems))
    submissions.sort(key=lambda source: source.path)
    config_path = folder / CONFIG
    try:
        text = config_path.read_text("utf-8-sig") if config_path.exists() else ""
    except (OSError, UnicodeDecodeError) as error:
        raise ConfigError(f"{config_path} cannot be read: {error}") from error
    digest = hashlib.sha256(text.encode())
    for source in (*register, *submissions):
        digest.update(f"{source.path}\0{hashlib.sha256(source.data).hexdigest()}\n".encode())
    return Data(
        parse_config(text, CONFIG),
        tuple(register),
        tuple(submissions),
        tuple(problems),
        digest.hexdigest(),
    )


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
        is_folder = path.is_dir() and path.suffix.lower() not in _READ
        if hidden or is_folder or path.suffix.lower() in _PASSED_OVER:
            continue
        if path.suffix.lower() not in _READ:
            problems.append(
                Problem(
                    name,
                    0,
                    "PS101",
                    found=f"a file of the kind {path.suffix or 'without an ending'}",
                    expected="a .csv or .json file",
                    fix="save the sheet as CSV (UTF-8)",
                )
            )
            continue
        try:
            yield Source(name, path.read_bytes())
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
    defaults, assets = _theme_files(root)
    own, own_assets = _theme_files(override) if override else ({}, {})
    return Theme({**defaults, **own}, defaults, {**assets, **own_assets})


def _theme_files(root: Path) -> tuple[dict[str, str], dict[str, bytes]]:
    templates: dict[str, str] = {}
    assets: dict[str, bytes] = {}
    for path in sorted(root.rglob("*")):
        name = path.relative_to(root).as_posix()
        if path.is_file() and name.startswith("assets/"):
            assets[name.removeprefix("assets/")] = path.read_bytes()
        elif path.is_file() and path.suffix == _TEMPLATES:
            try:
                templates[name] = path.read_text("utf-8")
            except (OSError, UnicodeDecodeError) as error:
                raise UsageError(f"the template {path} cannot be read: {error}") from error
    return templates, assets
