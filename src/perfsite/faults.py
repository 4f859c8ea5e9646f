"""What went wrong that is no problem of the data: said in plain words, with its details in a file.

Nothing is imported here but what comes with Python, so that a fault can be told even where a
library is missing. The details hold where in the program it happened, the versions and the command
line. They hold no figure: numbers in the messages of exceptions are struck out, for they may be
cells of a file that nobody may see yet.
"""

from __future__ import annotations

import errno
import os
import platform
import re
import sys
import tempfile
import traceback
from concurrent.futures import BrokenExecutor
from contextlib import suppress
from pathlib import Path
from typing import Final


class Ended(KeyboardInterrupt):
    """The system asked the command to end; `str` of it is the signal's name."""


class Severed(Exception):  # noqa: N818 - it is what happened
    """The other end of a pipe to another process went away."""


MANIFEST: Final = "manifest-sha256.txt"
_FEWER: Final = "Give it more memory, or let fewer processes draw at a time: --jobs 1"
_ADVICE: Final = {
    errno.ENOSPC: "Make room on the disk, and run the command again",
    errno.EDQUOT: "Make room within the quota, and run the command again",
    errno.EMFILE: "Allow the command more open files (`ulimit -n 1024`), and run it again",
    errno.ENFILE: "The machine has too many files open: end other programs, and run it again",
    errno.ENOMEM: _FEWER,
    errno.EAGAIN: "Allow it more processes (`ulimit -u`) and memory, or use fewer: --jobs 1",
    errno.EACCES: "Give the user that runs perfsite the right to it, and run the command again",
    errno.EPERM: "Give the user that runs perfsite the right to it, and run the command again",
    errno.EROFS: "Make the disk writable, or name another folder",
    errno.EIO: "The disk or the network behind it fails: look into the system's log",
    errno.ESTALE: "The network disk went away: mount it again, and run the command again",
}
"""What to do where the system refuses, by its reason."""
_OURS: Final = (
    "This is a fault of perfsite, not of the data: send the details to those who maintain it"
)
_KNOWN: Final[tuple[tuple[type[BaseException], str, str], ...]] = (
    (MemoryError, "there was not enough memory", _FEWER),
    # A library whose C code could not have the memory that it asked for says so in this way.
    (SystemError, "Python itself failed, for want of memory?", _FEWER),
    (RecursionError, "something lies too deep within itself (RecursionError)", _OURS),
    (Severed, "a process that worked for this command went away", _FEWER),
    (BrokenExecutor, "the system ended a process that worked for it, for want of memory?", _FEWER),
)
_SECRET: Final = re.compile(r"key|token|secret|password|credential|url", re.IGNORECASE)
_EXTRA: Final = re.compile(r"([\w.-]+)[^;]*;.*\bextra == ['\"]([\w-]+)['\"]")
"""A line of the requirements of a distribution that is for an extra: the library, and the extra."""
_WITHIN: Final = re.compile(r"//[^/@\s]*@|\?\S*")
"""What an address may hold that is not for everybody: who asks, and what is asked."""


class Course:
    """How far a command is, as far as a message has to say it: which site it makes."""

    def __init__(self) -> None:
        """No site is made."""
        self._out: Path | None = None
        self._site = False
        self._before: tuple[int, ...] | None = None

    def begin(self, out: Path | None = None, *, site: bool = True) -> None:
        """From now on something is made that goes to `out`, a site or something else."""
        self._out, self._site = out, site
        self._before = _identity(out) if out else None

    @property
    def out(self) -> Path | None:
        """Where the site goes, or what else is made."""
        return self._out

    @property
    def standing(self) -> str:
        """Which site is there now, in a sentence; empty where none is made.

        It is seen on the disk: between putting a site in place and saying so a command may end.
        """
        if self._out is None or not self._site:
            return ""
        now = _identity(self._out)
        if now != self._before:
            return f"The new site is in place at {self._out}"
        return "The old site is as it was" if now else f"There is no site at {self._out}"


COURSE: Final = Course()
"""That of the command which this process runs."""


def _identity(out: Path) -> tuple[int, ...] | None:
    """What tells the site in a folder from any other; None where there is none."""
    try:
        stat = (out / MANIFEST).stat()
    except OSError:
        return None
    return stat.st_dev, stat.st_ino, stat.st_mtime_ns, stat.st_size


def sentence(error: BaseException, details: Path | None = None, *, standing: bool = True) -> str:
    """What happened, what stands, what to do and where the details are, on one line."""
    what, advice = _words(error)
    parts = [what, COURSE.standing if standing else "", advice]
    if details:
        parts.append(f"Details, without any figure: {details}")
    elif not isinstance(error, KeyboardInterrupt):
        where = _where(error)
        parts.append(f"No file could be written for the details; {type(error).__name__}{where}")
    return ". ".join(part for part in parts if part)


def _words(error: BaseException) -> tuple[str, str]:
    """What happened, and what to do about it."""
    if isinstance(error, KeyboardInterrupt):
        return f"ended from outside ({error})" if isinstance(error, Ended) else "interrupted", ""
    if isinstance(error, ImportError):
        return _missing(error)
    if isinstance(error, OSError) and error.errno is not None:
        return _refused(error, error.errno)
    if isinstance(error, RuntimeError) and "start new thread" in str(error):
        return "the system refused another thread", _ADVICE[errno.EAGAIN]
    for kind, what, advice in _KNOWN:
        if isinstance(error, kind):
            return what, advice
    return f"something happened that it was not prepared for ({type(error).__name__})", _OURS


def _refused(error: OSError, number: int) -> tuple[str, str]:
    """What the system would not do, with the file if it is one."""
    where = f"{_path(error.filename)}: " if error.filename else ""
    advice = _ADVICE.get(number, "Mend what the system complains of, and run it again")
    return f"the system refused something: {where}{error.strerror or os.strerror(number)}", advice


def _path(name: object) -> str:
    return os.fsdecode(name) if isinstance(name, (str, bytes, os.PathLike)) else str(name)


def _missing(error: ImportError) -> tuple[str, str]:
    """A library that is not there, or cannot be loaded."""
    name = (error.name or "").partition(".")[0] or "a library"
    if not isinstance(error, ModuleNotFoundError):
        # Where memory runs out in the midst of an import, Python says that the import is wrong.
        return f"{name}, which perfsite needs, cannot be loaded", (
            "Give it more memory, or install it anew: pip install --force-reinstall perfsite"
        )
    what = bringing(error) or "perfsite"
    return f"{name}, which perfsite needs, is not installed", f"Run: pip install '{what}'"


def bringing(error: ModuleNotFoundError) -> str:
    """The extra of perfsite that brings a library, as pip has it; empty where none does."""
    from importlib import metadata  # noqa: PLC0415 - only who tells of a fault has time for it

    name = (error.name or "").partition(".")[0].replace("_", "-")
    with suppress(metadata.PackageNotFoundError):
        for line in metadata.requires("perfsite") or ():
            if match := _EXTRA.match(line.lower()):
                library, extra = match.groups()
                if library.replace("_", "-") == name.lower() and extra != "dev":
                    return f"perfsite[{extra}]"
    return ""


def _where(error: BaseException) -> str:
    """The last place of the program that an exception went through."""
    frames = traceback.extract_tb(error.__traceback__)
    return f" in {Path(frames[-1].filename).name}, line {frames[-1].lineno}" if frames else ""


def keep_details(error: BaseException, arguments: list[str] | None = None) -> Path | None:
    """Write the details of a fault into a file for its owner alone; None where no disk takes it.

    The file lies beside the site that was to be made, where it takes the place of the one before;
    else in the system's folder for temporary files.
    """
    text = _details(error, sys.argv[1:] if arguments is None else arguments)
    if out := COURSE.out:
        with suppress(OSError):
            whole = out.absolute()
            draft = _written(text, whole.parent)
            return draft.replace(whole.parent / f".{whole.name}.fault.txt")
    with suppress(OSError):
        return _written(text, None)
    return None


def _written(text: str, folder: Path | None) -> Path:
    number, name = tempfile.mkstemp(".txt", "perfsite-fault-", folder)
    path = Path(name)
    try:
        with os.fdopen(number, "w", encoding="utf-8", errors="backslashreplace") as file:
            file.write(text)
    except OSError:
        path.unlink(missing_ok=True)
        raise
    return path


def _details(error: BaseException, arguments: list[str]) -> str:
    lines = [
        "What went wrong in perfsite. There are no figures in this file.",
        "",
        f"command: perfsite {' '.join(without_secrets(arguments))}",
        f"python: {platform.python_version()}, {platform.platform()}",
        *_versions(),
        "",
        *_chain(error),
    ]
    return "\n".join(lines) + "\n"


def without_secrets(arguments: list[str]) -> list[str]:
    """The words of a command line, without keys, and without who asks in an address."""
    shown, hide = [], False
    for word in arguments:
        name, sign, _ = word.partition("=")
        option = word.startswith("-")
        if hide and not option:
            shown.append("...")
        elif option and sign and _SECRET.search(name):
            shown.append(f"{name}=...")
        else:
            shown.append(_WITHIN.sub(lambda m: "//...@" if m[0].startswith("//") else "?...", word))
        hide = option and not sign and bool(_SECRET.search(name))
    return shown


def _versions() -> list[str]:
    """The package and what it needs, with their versions."""
    from importlib import metadata  # noqa: PLC0415

    try:
        needed = metadata.requires("perfsite") or []
    except metadata.PackageNotFoundError:
        needed = []
    names = [
        re.split(r"[^A-Za-z0-9._-]", requirement)[0]
        for requirement in needed
        if "extra ==" not in requirement
    ]
    return [f"{name}: {_version(name)}" for name in ("perfsite", *sorted(names))]


def _version(name: str) -> str:
    from importlib import metadata  # noqa: PLC0415

    try:
        return metadata.version(name)
    except metadata.PackageNotFoundError:
        return "not installed"


def _chain(error: BaseException) -> list[str]:
    """An exception and those that led to it, the first of them first; numbers are struck out."""
    seen: list[BaseException] = []
    at: BaseException | None = error
    while at is not None and at not in seen:
        seen.append(at)
        at = at.__cause__ or at.__context__
    lines: list[str] = []
    for cause in reversed(seen):
        lines += [line.rstrip("\n") for line in traceback.format_tb(cause.__traceback__)]
        words = re.sub(r"\d+", "#", str(cause))
        lines.append(f"{type(cause).__module__}.{type(cause).__qualname__}: {words}")
        lines += [note.rstrip("\n") for note in getattr(cause, "__notes__", [])]
    return lines
