"""The seal of a build: what it holds for, and that nothing is believed which is in doubt."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Final

import pytest

from perfsite import seal as seals
from perfsite.cli import build as command
from perfsite.cli import common
from perfsite.cli.common import Today
from perfsite.disk import mark_path
from perfsite.seal import Inputs, Seal, seal_path, state_digest, write_seal
from perfsite.write import write_site
from perfsite.write.state import state_path
from perfsite.write.target import Target
from small_site import (
    CONFIG,
    LOGO,
    SUBMISSIONS,
    data_folder,
    environment,
    perfsite,
    read_tree,
)
from test_write_target import NEW, OLD

if TYPE_CHECKING:
    from collections.abc import Callable

BUILT: Final = 99
"""The exit code that stands for a build here."""
DAY: Final = date(2018, 3, 1)
BYTES: Final = "full,2016-Q1,transactions,,10,\n"


@pytest.fixture(autouse=True)
def _no_epoch(monkeypatch: pytest.MonkeyPatch) -> None:
    """The tests' own environment must not decide about the edition."""
    monkeypatch.delenv("SOURCE_DATE_EPOCH", raising=False)


class Sealed:
    """A data folder with a sealed site beside it; a build of it would say so and do nothing."""

    def __init__(self, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        self.folder = folder
        self.monkeypatch = monkeypatch
        self.data = data_folder(folder, config=f'logo = "logo.svg"\n{CONFIG}', logo=LOGO)
        for name in ("revisions.toml", "retractions.csv", "README.md", "editions/2018-01-01/a.csv"):
            (self.data / name).parent.mkdir(parents=True, exist_ok=True)
            (self.data / name).write_text("something\n")
        self.out = folder / "site"
        self.package = folder / "package"
        for name in ("templates/base.html", "build.py"):
            (self.package / name).parent.mkdir(parents=True, exist_ok=True)
            (self.package / name).write_text("something\n")
        self.override = folder / "override"
        self.override.mkdir()
        (self.override / "base.html").write_text("something\n")
        (folder / "library" / "pandas-2.2.3.dist-info").mkdir(parents=True)
        monkeypatch.syspath_prepend(folder / "library")
        monkeypatch.setattr(seals, "_package", lambda: self.package)
        monkeypatch.setattr(command, "_build", lambda *_: BUILT)
        self.set_day(DAY)
        # Twice, so that the files are older than their state.
        for _ in range(2):
            write_site(OLD, self.out)
        self.options = command.Options(
            self.out, None, self.override, None, no_charts=False, no_store=False, strict=False,
            accept_losses=False,
        )  # fmt: skip
        self.seal()

    def set_day(self, day: date) -> None:
        """Have the clock say which day it is."""
        self.monkeypatch.setattr(common, "what_day_is_it", lambda: Today(day))

    def inputs(self) -> Inputs:
        """The inputs as they are now."""
        inputs = Inputs.of(self.data, self.override, command.choices_of(self.options))
        assert inputs
        return inputs

    def seal(self) -> None:
        """Seal the site that stands."""
        write_seal(
            self.out,
            Seal(
                self.inputs().digest, state_digest(self.out), (), "2018-03-01",
                ("2018-02-01", "2018-03-05"), ("2018-03-01",), "2018-01-01",
                "four files", "1 warning", "Waiting: 3 figures.", 1,
            ),
        )  # fmt: skip

    def stands(self) -> bool:
        """Whether the command finds that there is nothing to do."""
        return command.build_into(self.data, self.options) != BUILT


@pytest.fixture
def sealed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Sealed:
    """A data folder with a sealed site beside it."""
    return Sealed(tmp_path, monkeypatch)


def test_a_seal_that_holds_is_repeated(sealed: Sealed, capsys: pytest.CaptureFixture[str]) -> None:
    """Report, waiting figures and exit code are those of the build; a note on the day, too."""
    assert command.build_into(sealed.data, sealed.options) == 1
    said = capsys.readouterr()

    assert said.out.startswith(f"Nothing new: {sealed.out} stands as it was built: four files. ")
    assert said.out.endswith("\nWaiting: 3 figures.\n")
    assert said.err == (
        "A date in `published` that is still to come is no edition yet: 2018-03-05.\n1 warning\n"
    )


def with_same_time(path: Path, old: str, new: str) -> None:
    """Other bytes of the same number in a file, with the time that it had."""
    info = path.stat()
    text = path.read_text()
    assert old in text
    assert len(old) == len(new)
    path.write_text(text.replace(old, new, 1))
    os.utime(path, ns=(info.st_atime_ns, info.st_mtime_ns))


def rename_library(sealed: Sealed) -> None:
    """Another version of a library is installed."""
    folder = sealed.folder / "library"
    (folder / "pandas-2.2.3.dist-info").rename(folder / "pandas-2.2.4.dist-info")


def choose(**choices: object) -> Callable[[Sealed], None]:
    """Something else is asked for on the command line."""

    def change(sealed: Sealed) -> None:
        sealed.options = replace(sealed.options, **choices)  # type: ignore[arg-type]

    return change


INPUTS: Final[dict[str, Callable[[Sealed], object]]] = {
    "a cell": lambda s: with_same_time(s.data / "submissions/full.csv", "2017", "2016"),
    "a submission": lambda s: (s.data / "submissions/new.csv").write_text(BYTES),
    "a folder": lambda s: (s.data / "submissions/new.csv").mkdir(),
    "no submission": lambda s: (s.data / "submissions/full.csv").unlink(),
    "a renamed one": lambda s: (s.data / "submissions/full.csv").rename(
        s.data / "submissions/full2.csv"
    ),
    "the register": lambda s: with_same_time(s.data / "services.csv", "full", "fool"),
    "a second register": lambda s: (s.data / "services.xlsx").write_bytes(b"PK"),
    "a service": lambda s: (s.data / "services").mkdir(),
    "the settings": lambda s: with_same_time(s.data / "perfsite.toml", "name", "Name"),
    "reasons": lambda s: (s.data / "revisions.toml").write_text("another"),
    "a retraction": lambda s: (s.data / "retractions.csv").unlink(),
    "the logo": lambda s: (s.data / "logo.svg").write_bytes(b"<svg/>"),
    "an edition": lambda s: (s.data / "editions/2018-01-01/a.csv").write_text("another"),
    "another edition": lambda s: (s.data / "editions/2018-02-01").mkdir(),
    "a template": lambda s: with_same_time(s.package / "templates/base.html", "some", "same"),
    "the override": lambda s: (s.override / "home.html").write_text("home"),
    "code": lambda s: with_same_time(s.package / "build.py", "some", "same"),
    "a library": rename_library,
    "python": lambda s: s.monkeypatch.setattr(sys, "version", "3.12"),
    "a link": lambda s: (s.data / "submissions/link.csv").symlink_to("full.csv"),
    "a pipe": lambda s: os.mkfifo(s.data / "submissions/pipe.csv"),
    "settings that are none": lambda s: (s.data / "perfsite.toml").write_text("name ="),
    "no override": choose(templates=None),
    "no charts": choose(no_charts=True),
    "strict": choose(strict=True),
    "accepted losses": choose(accept_losses=True),
    "a named edition": choose(edition="2018-03-01"),
    "no store": choose(no_store=True),
    "an epoch": lambda s: s.monkeypatch.setenv("SOURCE_DATE_EPOCH", "1519862400"),
    "a day of release": lambda s: s.set_day(date(2018, 2, 28)),
    "a day of publication": lambda s: s.set_day(date(2018, 3, 5)),
    "a clock that is behind": lambda s: s.set_day(date(2017, 12, 31)),
}


@pytest.mark.parametrize("kind", INPUTS)
def test_whatever_a_build_depends_on_breaks_the_seal(sealed: Sealed, kind: str) -> None:
    """Each input changed once, with its size and time where it can be: the site is built."""
    assert sealed.stands()
    INPUTS[kind](sealed)

    assert not sealed.stands()


def rewrite(sealed: Sealed) -> None:
    """The same bytes in other files, data and site."""
    for path in (sealed.data / "services.csv", sealed.out / "index.html"):
        data = path.read_bytes()
        path.unlink()
        path.write_bytes(data)


@pytest.mark.parametrize(
    "change",
    [
        lambda s: (s.data / "services.csv").touch(),
        lambda s: (s.data / "README.md").write_text("another"),
        lambda s: (s.data / "submissions/.full.csv.swp").write_text("an editor's"),
        lambda s: (s.data / "notes").mkdir(),
        lambda s: (s.out / "index.html").touch(),
        lambda s: s.set_day(date(2018, 3, 4)),
        choose(jobs=7),
        rewrite,
    ],
)
def test_what_changes_nothing_is_no_news(
    sealed: Sealed, change: Callable[[Sealed], object]
) -> None:
    """Touched and not changed, read by no build, or a day on which nothing comes out."""
    change(sealed)

    assert sealed.stands()


def move_into_link(sealed: Sealed) -> None:
    """A folder of the site lies elsewhere, and a link leads there."""
    folder = (sealed.out / "services").rename(sealed.folder / "elsewhere")
    (sealed.out / "services").symlink_to(folder)


OUTPUTS: Final[dict[str, Callable[[Sealed], object]]] = {
    "altered": lambda s: with_same_time(s.out / "services/a.html", "old a", "old b"),
    "removed": lambda s: (s.out / "services/a.html").unlink(),
    "added": lambda s: (s.out / "services/z.html").write_text("z"),
    "an empty folder": lambda s: (s.out / "uploads").mkdir(),
    "moved into a link": move_into_link,
    "for nobody": lambda s: (s.out / "index.html").chmod(0o600),
    "a folder for nobody": lambda s: (s.out / "services").chmod(0o700),
    "gone": lambda s: s.out.rename(s.folder / "elsewhere"),
    "left by a killed build": lambda s: (s.folder / ".site.staging").mkdir(),
    "no mark": lambda s: mark_path(s.out).unlink(),
    "no state": lambda s: state_path(s.out).unlink(),
    "half a state": lambda s: state_path(s.out).write_bytes(state_path(s.out).read_bytes()[:-300]),
    "no seal": lambda s: seal_path(s.out).unlink(),
    "half a seal": lambda s: seal_path(s.out).write_bytes(seal_path(s.out).read_bytes()[:-3]),
    "a seal with another code": lambda s: with_same_time(
        seal_path(s.out), '"code": 1', '"code": 0'
    ),
    "a seal of another version": lambda s: with_same_time(
        seal_path(s.out), '"format": 1', '"format": 2'
    ),
    "a seal of something": lambda s: seal_path(s.out).write_text('["seal"]'),
}


@pytest.mark.parametrize("kind", OUTPUTS)
def test_whatever_is_not_as_it_was_put_there_breaks_the_seal(sealed: Sealed, kind: str) -> None:
    """A file altered, one more, one less, or anything by which the site is known: it is built."""
    assert sealed.stands()
    OUTPUTS[kind](sealed)

    assert not sealed.stands()


@pytest.mark.parametrize("retired", [True, False])
def test_a_build_that_is_killed_before_it_seals_leaves_no_seal_that_holds(
    sealed: Sealed, retired: bool
) -> None:
    """Nor when the data is put back: the old seal is of the data, and not of what stands.

    The build may end before the state of the new site has its name, too.
    """
    if not retired:

        def end(*_: object) -> None:
            raise OSError

        sealed.monkeypatch.setattr(Target, "_retire", end)
    before = read_tree(sealed.data)
    write_site(NEW, sealed.out)

    assert read_tree(sealed.data) == before
    assert not sealed.stands()
    sealed.monkeypatch.undo()


@pytest.mark.parametrize(
    "change",
    [
        lambda data: (data / "services.csv").touch(),
        lambda data: (data / "submissions/new.csv").write_text(BYTES),
        lambda data: (data / "logo.svg").unlink(),
    ],
)
def test_inputs_that_change_during_a_build_are_seen(
    sealed: Sealed, change: Callable[[Path], object]
) -> None:
    """What is hashed before a build is of what it read only if nobody has touched it since."""
    inputs = sealed.inputs()
    assert inputs.are_still()
    change(sealed.data)

    assert not inputs.are_still()


PROGRAM: Final = """\
import atexit, json, sys
opened = []
sys.addaudithook(lambda event, given: opened.append(str(given[0])) if event == "open" else None)
atexit.register(lambda: open(WHERE, "w").write(json.dumps([[*sys.modules], opened])))
from perfsite.door import main
main()
"""
LIBRARIES: Final = {"altair", "babel", "filelock", "jinja2", "numpy", "pandas", "pydantic"}


def run(folder: Path, *words: str | Path) -> tuple[int, str, str, set[str], set[str]]:
    """Run a command: its exit code, what it said, its modules, and the files that it opened."""
    log = folder / "log.json"
    ran = subprocess.run(
        [sys.executable, "-c", f"WHERE = {str(log)!r}\n{PROGRAM}", *map(str, words)],
        env=environment(),
        capture_output=True,
        text=True,
        check=False,
    )
    modules, opened = json.loads(log.read_text())
    return ran.returncode, ran.stdout, ran.stderr, set(modules), set(opened)


def test_a_night_without_news(tmp_path: Path) -> None:
    """The second build says what the first did, imports no library but click, and writes nothing.

    All that the first one read of the data, the templates and the code is sealed.
    """
    data = data_folder(
        tmp_path,
        config=f'logo = "logo.svg"\n{CONFIG}',
        logo=LOGO,
        submissions={**SUBMISSIONS, "more/wrong.csv": "service,period\nnobody,never\n"},
    )
    (data / "revisions.toml").write_text("")
    (data / "retractions.csv").write_text("service,period,measure,channel,reason,date\n")
    assert perfsite("freeze", "2018-02-01", data, "--with-errors").code == 1
    override = tmp_path / "override"
    override.mkdir()
    (override / "macros.html").write_text("")
    out = tmp_path / "site"
    words = ("build", data, "--out", out, "--no-charts", "--templates", override)
    code, said, report, modules, opened = run(tmp_path, *words)
    assert said.startswith("Built ")
    assert modules >= LIBRARIES - {"altair"}
    inputs = Inputs.of(data, override, {})
    assert inputs
    roots = {name: root for name, root, _ in inputs.places}
    listed = {(roots[str(name)] / str(path)).resolve() for name, path, *_ in inputs.listed}
    read = {
        Path(path).resolve()
        for path in opened
        if any(Path(path).is_relative_to(root) for root in roots.values())
        if "__pycache__" not in path and Path(path).exists()
    }
    assert {path.name for path in read} >= {
        *("perfsite.toml", "revisions.toml", "retractions.csv", "services.csv", "logo.svg"),
        *("full.csv", "wrong.csv", "edition.json", "macros.html", "home.html", "analysis.py"),
    }
    assert read - listed == set()
    beside = {path: path.lstat() for path in tmp_path.rglob("*") if path.name != "log.json"}
    again, answer, repeated, loaded, _ = run(tmp_path, *words)

    assert (again, repeated) == (code, report)
    assert code == 1
    assert answer.startswith(f"Nothing new: {out} stands as it was built: ")
    assert loaded & LIBRARIES == set()
    after = {path: path.lstat() for path in tmp_path.rglob("*") if path.name != "log.json"}
    times = {path: (info.st_mtime_ns, info.st_ino) for path, info in beside.items()}
    assert {path: (info.st_mtime_ns, info.st_ino) for path, info in after.items()} == times
