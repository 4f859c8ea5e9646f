"""Reading templates, assets and translations from the disk."""

from __future__ import annotations

from importlib.resources import files
from pathlib import Path
from typing import TYPE_CHECKING, Final

from perfsite.config import DEFAULT
from perfsite.errors import OverBudgetError, UsageError
from perfsite.files import FileFaultError, check_name, read_file, shown, walk
from perfsite.render import Theme
from perfsite.tokens import parse_tokens

if TYPE_CHECKING:
    from collections.abc import Mapping

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
    root = packaged if packaged.is_dir() else Path(__file__).parents[3] / "templates"
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
    """The files of a theme by their paths.

    Links may lead anywhere: a theme is the publisher's own, and runs as part of the build.

    Raises:
        UsageError: naming what cannot be read.
    """
    walked = walk(root, Path(root.anchor or "/"), DEFAULT.files)
    for path, fault in (*walked.faults, *walked.large):
        raise UsageError(f"the folder of templates {shown(path)} cannot be read: {fault}")
    found = {}
    for path in walked.files:
        try:
            check_name(path)
            found[path.relative_to(root).as_posix()] = read_file(path, DEFAULT.file_bytes)
        except (FileFaultError, OverBudgetError) as error:
            raise UsageError(f"the template {shown(path)} cannot be read: {error}") from error
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
