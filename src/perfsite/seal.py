"""The seal of a build: from what the site that stands was made, how it looks, and what was said.

Where both are as they were, a build would make the same site and say the same, so neither need be
done. The seal is written last, and holds for one state of the site alone: a build that is killed
anywhere leaves a seal of something else, or none, and the next one builds. So does whatever is in
doubt. Nothing is understood here: files are hashed, and listed with what the disk says of them.

No library is imported but what comes with Python: that is the half of what a night without news
costs.
"""

from __future__ import annotations

import hashlib
import json
import os
import stat
import sys
import tomllib
from contextlib import suppress
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from perfsite.disk import read_mark, write_durably
from perfsite.errors import PerfsiteError
from perfsite.fingerprint import versions
from perfsite.write.ownership import MANIFEST, beside, count_files, digest_of, located
from perfsite.write.state import read_state, state_path

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping


FORMAT: Final = 1
_SETTINGS: Final = "perfsite.toml"
READ: Final = (
    _SETTINGS,
    "revisions.toml",
    "retractions.csv",
    "services.csv",
    "services.xlsx",
    "services.ods",
    "services",
    "submissions",
    "editions",
)
"""Files and folders of a data folder that a build reads; the logo is named by the settings."""
_PASSED_OVER: Final = (".", "~$", "__pycache__")
"""How names begin that no build reads."""
_READABLE: Final = 0o444


class _DoubtError(Exception):
    """Something is there of which it cannot be said whether a build would read it."""


# The inputs: all bytes from which a site is made, and what else decides about it.


@dataclass(frozen=True)
class Inputs:
    """What a build is made from: the places, what was listed there, and the hash of everything."""

    places: tuple[tuple[str, Path, tuple[str, ...]], ...]
    listed: tuple[tuple[object, ...], ...]
    digest: str

    @classmethod
    def of(cls, data: Path, templates: Path | None, choices: Mapping[str, object]) -> Inputs | None:
        """The inputs as they are now; None where that is in doubt.

        `choices` is whatever was chosen on the command line that the site depends on.
        """
        try:
            places = tuple(_places(data, templates))
            listed = tuple(_listed(places))
            digest = hashlib.sha256(
                json.dumps([FORMAT, choices, sys.platform, versions()]).encode()
            )
            roots = {name: root for name, root, _ in places}
            for name, path, *stamp in listed:
                digest.update(os.fsencode(f"\n{name}/{path}\0"))
                if stamp:
                    digest.update(digest_of(roots[str(name)] / str(path)).encode())
        except (OSError, ValueError, _DoubtError):
            return None
        return cls(places, listed, digest.hexdigest())

    def are_still(self) -> bool:
        """Whether nobody has touched any of them since."""
        try:
            return tuple(_listed(self.places)) == self.listed
        except (OSError, _DoubtError):
            return False


def _places(data: Path, templates: Path | None) -> Iterator[tuple[str, Path, tuple[str, ...]]]:
    """Where inputs lie: a name, a folder by its real path, and what is read in it.

    Raises:
        _DoubtError: if a place is not what it should be.
    """
    folder = Path(os.path.realpath(data))
    yield "data", folder, (*READ, *_logo(folder))
    package = _package()
    yield "code", package, (".",)
    if not (package / "templates").is_dir():
        yield "templates", package.parents[1] / "templates", (".",)
    if templates is not None:
        yield "override", Path(os.path.realpath(templates)), (".",)


def _package() -> Path:
    """Where perfsite's own code lies, and in an installed perfsite its templates, too."""
    return Path(__file__).parent


def _logo(folder: Path) -> tuple[str, ...]:
    """The path of the logo in a data folder, if there is one.

    Raises:
        _DoubtError: if it lies elsewhere.
        ValueError: if the settings are no TOML.
    """
    try:
        settings = tomllib.loads((folder / _SETTINGS).read_text("utf-8-sig"))
    except FileNotFoundError:
        return ()
    logo = settings.get("logo")
    if not isinstance(logo, str) or not logo:
        return ()
    if os.path.realpath(folder / logo) != os.path.normpath(folder / logo):
        raise _DoubtError
    return (logo,)


def _listed(
    places: Iterable[tuple[str, Path, tuple[str, ...]]],
) -> Iterator[tuple[object, ...]]:
    """Every file and folder of some places, and of each file how it looks on the disk."""
    for name, root, paths in places:
        for path in paths:
            for inner, info in _walk(root / path, path):
                if info is None:
                    yield name, inner
                else:
                    times = info.st_mtime_ns, info.st_ctime_ns
                    yield name, inner, info.st_size, *times, info.st_ino


def _walk(place: Path, name: str) -> Iterator[tuple[str, os.stat_result | None]]:
    """A file with what the disk says of it; or a folder and all that is in it.

    Raises:
        OSError: if the disk refuses.
        _DoubtError: if it is neither, as a link or a pipe.
    """
    try:
        info = place.lstat()
    except FileNotFoundError:
        return
    if stat.S_ISREG(info.st_mode):
        yield name, info
        return
    if not stat.S_ISDIR(info.st_mode):
        raise _DoubtError
    yield f"{name}/", None
    for inner in sorted(os.listdir(place)):  # noqa: PTH208 - names are what is needed
        if not inner.startswith(_PASSED_OVER):
            yield from _walk(place / inner, f"{name}/{inner}")


# The seal, and whether it holds.


@dataclass(frozen=True)
class Seal:
    """What a build leaves for the next one to know that it has nothing to do.

    `inputs` is the hash of all inputs, `state` that of the file by which the site is known, `keep`
    the paths in its folder that are somebody else's. `day` is the edition; which it would be
    another day follows from `published` and `released`, and `frozen`, the last edition. `made`
    says what the site has, `report` and `waiting` are what was said, and `code` is the exit code.
    """

    inputs: str
    state: str
    keep: tuple[str, ...]
    day: str
    published: tuple[str, ...]
    released: tuple[str, ...]
    frozen: str
    made: str
    report: str
    waiting: str
    code: int


def seal_path(out: Path) -> Path:
    """Where the seal of a site is.

    Raises:
        UsageError: if the site can have no name.
        OSError: if the disk refuses.
    """
    return beside(located(out), "seal")


def read_seal(out: Path) -> Seal | None:
    """The seal of a site; None where there is none, or it is damaged or of another version."""
    try:
        content: Any = json.loads(seal_path(out).read_bytes())
        fields = content["seal"]
        if content["format"] != FORMAT or content["digest"] != _digest(fields):
            return None
        lists = {name: tuple(fields[name]) for name in ("keep", "published", "released")}
        return Seal(**{**fields, **lists})
    except (OSError, PerfsiteError, ValueError, KeyError, TypeError):
        return None


def write_seal(out: Path, seal: Seal) -> None:
    """Seal a site. Where the disk refuses there is no seal, and the next build builds."""
    fields = asdict(seal)
    content = {"format": FORMAT, "digest": _digest(fields), "seal": fields}
    with suppress(OSError):
        write_durably(seal_path(out), f"{json.dumps(content, indent=1)}\n".encode())


def state_digest(out: Path) -> str:
    """The hash of the file by which the site in a folder is known; empty where there is none."""
    return digest_of(state_path(located(out)))


def holds(out: Path, seal: Seal) -> bool:
    """Whether the site that was sealed stands in its folder, every file of it and no other."""
    try:
        out = located(out)
        if out.is_symlink() or not seal.state or state_digest(out) != seal.state:
            return False
        # What a killed build has left may hold what is not public; the next build clears it away.
        if any(os.path.lexists(beside(out, what)) for what in ("staging", "old")):
            return False
        mark = read_mark(out)
        number, manifest = 0, ""
        for state, is_there in read_state(out):
            if not is_there and not _is_right(out / state.path, state.digest):
                return False
            number += 1
            manifest = state.digest if state.path == MANIFEST else manifest
        is_ours = mark is not None and manifest in mark.manifests and mark.keep == seal.keep
        return is_ours and number == count_files(out, seal.keep)
    except (OSError, PerfsiteError):
        return False


def _is_right(path: Path, digest: str) -> bool:
    """Whether a file that somebody has touched has its bytes, and everybody may read it."""
    is_readable = path.lstat().st_mode & _READABLE == _READABLE
    return is_readable and digest_of(path) == digest


def _digest(fields: Mapping[str, object]) -> str:
    return hashlib.sha256(json.dumps(fields, sort_keys=True).encode()).hexdigest()
