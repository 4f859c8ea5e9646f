"""Building somewhere else: another folder, user, time zone, language, disk and set of fonts.

Everything that might get into the bytes of a site, and must not, is different in each of the
`WAYS`, all at once, because a build takes long. Which of them it was that got in is seldom hard to
see from what differs.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Final

from small_site import ROOT, environment

if TYPE_CHECKING:
    from collections.abc import Mapping

NOBODY: Final = 65534
"""The user to whom nothing belongs."""
_BEGINNING: Final = 1546387201  # 00:00:01 UTC on 2 January 2019; on the Atlantic it is the 1st
_END: Final = 1546473599  # 23:59:59 UTC of the same day; in the Pacific it is the 3rd
DAY: Final = "2019-01-02"
"""The edition that all of them build: the day of SOURCE_DATE_EPOCH in UTC."""

_NO_FONTS: Final = "<fontconfig/>"
FALSE_FONTS: Final = """\
<fontconfig>
  <dir>{}</dir>
  <alias binding="same"><family>Arial</family><prefer><family>Liberation Sans</family></prefer>
  </alias>
</fontconfig>
"""
"""A machine whose Liberation Sans, and so its Arial, is not the font of that name."""
_MONO: Final = "LiberationMono-Regular.ttf"


@dataclass(frozen=True)
class Way:
    """How a site is built. `fonts` is a configuration of fontconfig; None leaves the machine's."""

    place: str
    jobs: int
    umask: int
    variables: Mapping[str, str] = field(hash=False)
    fonts: str | None = None
    backwards: bool = False
    relative: bool = False
    user: int | None = None


HERE: Final = Way(
    "here",
    jobs=1,
    umask=0o022,
    variables={
        "TZ": "Pacific/Kiritimati",
        "PYTHONHASHSEED": "1",
        "LC_ALL": "C",
        "SOURCE_DATE_EPOCH": str(_END),
    },
)
ELSEWHERE: Final = Way(
    "an other/plaçe",
    jobs=2,
    umask=0o077,
    variables={
        "TZ": "America/St_Johns",
        "PYTHONHASHSEED": "4242",
        "LC_ALL": "tr_TR.UTF-8",
        "LANG": "de_DE.UTF-8",
        "COLUMNS": "20",
        "SOURCE_DATE_EPOCH": str(_BEGINNING),
    },
    fonts=FALSE_FONTS,
    backwards=True,
    relative=True,
)
ANOTHER_USER: Final = Way(
    "nobody",
    jobs=3,
    umask=0o027,
    variables={
        "TZ": "Asia/Kathmandu",
        "PYTHONHASHSEED": "7",
        # A machine that knows letters of ASCII only.
        "LC_ALL": "POSIX",
        "PYTHONUTF8": "0",
        "PYTHONCOERCECLOCALE": "0",
        "HOME": "/nonexistent",
        "USER": "nobody",
        "LOGNAME": "nobody",
        "SOURCE_DATE_EPOCH": str((_BEGINNING + _END) // 2),
    },
    fonts=_NO_FONTS,
    backwards=True,
    user=NOBODY,
)
WAYS: Final = (HERE, ELSEWHERE, ANOTHER_USER)


@cache
def absent(way: Way) -> str:
    """What this machine lacks for a way, in words; empty if it lacks nothing."""
    if way.user is None:
        return ""
    what = f"a build by another user (uid {way.user})"
    if os.geteuid() != 0 or shutil.which("setpriv") is None:
        return f"{what}, which takes root and setpriv"
    look = [*_as_user(way.user), sys.executable, "-c", "import perfsite"]
    failed = subprocess.run(look, env=environment(), check=False).returncode
    return f"{what}, whom root may not lend its rights here" if failed else ""


def _as_user(user: int) -> list[str]:
    """The words before a command that is to be another user's.

    The user may read what only root may, since a checkout and Python often lie in root's home.
    """
    who = [f"--reuid={user}", f"--regid={user}", "--clear-groups"]
    return ["setpriv", *who, "--inh-caps=+dac_override", "--ambient-caps=+dac_override"]


@dataclass(frozen=True)
class Begun:
    """A build that has begun, and where its site will be."""

    process: subprocess.Popen[bytes]
    site: Path

    def end(self) -> Path:
        """Wait for it; the site."""
        said = self.process.communicate()[0].decode(errors="replace")
        assert self.process.returncode == 0, said[-2000:]
        return self.site


def begin(way: Way, data: Path, parent: Path, site: Path | None = None) -> Begun:
    """Begin to build `data`, copied to the place of this way below `parent`, in its manner."""
    place = parent / way.place
    _copy(data, place / "data")
    variables = dict(way.variables)
    if way.fonts is not None:
        write_false_font(place / "fonts")
        (place / "fonts.conf").write_text(way.fonts.format(place / "fonts"), encoding="utf-8")
        variables["FONTCONFIG_FILE"] = str(place / "fonts.conf")
    out = site or place / "site"
    process = subprocess.Popen(
        [
            *([] if way.user is None else _as_user(way.user)),
            sys.executable,
            *([str(ROOT / "tests" / "backwards.py")] if way.backwards else ["-m", "perfsite"]),
            "build",
            Path("data") if way.relative else place / "data",
            "--out",
            out,
            "--jobs",
            str(way.jobs),
        ],
        cwd=place if way.relative else parent,
        env=environment(**variables),
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        umask=way.umask,
    )
    return Begun(process, out)


def write_false_font(folder: Path) -> bool:
    """Write Liberation Mono as if it were Liberation Sans; False where the machine has no such."""
    folder.mkdir(parents=True)
    for path in Path("/usr/share/fonts").rglob(_MONO):
        font = path.read_bytes()
        for code in ("utf-16-be", "ascii"):
            # Two names of one length: nothing else in the file has to move.
            font = font.replace("Liberation Mono".encode(code), "Liberation Sans".encode(code))
        (folder / "LiberationSans-Regular.ttf").write_bytes(font)
        return True
    return False


def _copy(data: Path, to: Path) -> None:
    """The files of a folder, from the last to the first, as if written long ago."""
    for path in sorted(data.rglob("*"), reverse=True):
        if path.is_file():
            copy = to / path.relative_to(data)
            copy.parent.mkdir(parents=True, exist_ok=True)
            copy.write_bytes(path.read_bytes())
            os.utime(copy, (1, 1))
