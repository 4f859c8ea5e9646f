from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Final

from perfsite import faults
from perfsite.model import File
from perfsite.write import write_site
from small_site import Ran, command, data_folder, environment, read_tree

if TYPE_CHECKING:
    from collections.abc import Sequence

OTHERS: Final = {
    "memory": ("raise MemoryError", "there was not enough memory"),
    "depth": ("f = lambda: f(); f()", "too deep within itself"),
    "key": ("raise KeyError(31415926)", "not prepared for (KeyError)"),
    "full disk": ("raise OSError(28, 'No space left on device', 'x')", "Make room on the disk"),
    "files": ("raise OSError(24, 'Too many open files')", "Allow the command more open files"),
    "pipe": ("raise BrokenPipeError(32, 'Broken pipe')", "went away"),
    "library": (
        "import sys; sys.modules['jinja2'] = None; import jinja2.ext",
        "jinja2, which perfsite needs, is not installed. Run: pip install 'perfsite'",
    ),
    "worker": (
        "from concurrent.futures.process import BrokenProcessPool; raise BrokenProcessPool('x')",
        "--jobs 1",
    ),
    "interrupt": ("raise KeyboardInterrupt", "perfsite: interrupted"),
    "end of input": ("raise EOFError", "went away"),
    "hung up": ("import os; os.kill(os.getpid(), 1)", "ended from outside (SIGHUP)"),
    "signal": ("import os; os.kill(os.getpid(), 15)", "ended from outside (SIGTERM)"),
    "exit": ("raise SystemExit('31415926')", ""),
    "thread": (
        "import threading; t = threading.Thread(target=lambda: 1/0); t.start(); t.join()",
        "not prepared for (ZeroDivisionError)",
    ),
    "last": ("import atexit; atexit.register(lambda: 1/0)", "(ZeroDivisionError)"),
}
"""What happens while a command works, as a program, and words of the message."""


PROGRAM: Final = """
import json, os, sys, tempfile
import perfsite.cli
from perfsite import explanations
from perfsite.door import main

cases, said, ran = json.loads(sys.argv[1]), all_codes, []
for case in cases:
    files = [tempfile.TemporaryFile(), tempfile.TemporaryFile()]
    child = os.fork()
    if not child:
        os.environ.update(case["env"])
        tempfile.tempdir = None
        os.dup2(files[0].fileno(), 1), os.dup2(files[1].fileno(), 2)
        for number in case["full"]:
            os.dup2(os.open("/dev/full", os.O_WRONLY), number)
        for number in case["closed"]:
            os.close(number)
        code = case["code"]
        if code:
            explanations.all_codes = lambda: exec(code, {}) or "said"
        sys.argv[1:] = case["words"]
        main()
    status = os.waitpid(child, 0)[1]
    for file in files:
        file.seek(0)
    ran.append([os.waitstatus_to_exitcode(status), *(file.read().decode() for file in files)])
print(json.dumps(ran))
""".replace("all_codes, []", "explanations.all_codes, []")
"""Runs commands one after the other, each in a copy of this process: imports are made once."""


@dataclass(frozen=True)
class Case:
    """A command, `code` that runs in the midst of `explain`, and streams that cannot be written."""

    words: tuple[str, ...] = ("explain",)
    code: str = ""
    full: tuple[int, ...] = ()
    closed: tuple[int, ...] = ()
    env: dict[str, str] = field(default_factory=dict)


def run_all(cases: Sequence[Case], **variables: str) -> list[Ran]:
    """How each command ended, and what it said."""
    done = subprocess.run(
        [sys.executable, "-c", PROGRAM, json.dumps([vars(case) for case in cases])],
        env=environment(**variables),
        capture_output=True,
        text=True,
        check=True,
    )
    return [Ran(*one) for one in json.loads(done.stdout)]


def test_whatever_is_no_problem_of_the_data_ends_with_3(tmp_path: Path) -> None:
    """One message of one line, no traceback, no figure; the details are in the file it names."""
    for name in OTHERS:
        (tmp_path / name).mkdir()
    cases = [
        Case(code=code, env={"TMPDIR": str(tmp_path / name)}) for name, (code, _) in OTHERS.items()
    ]
    for (name, (_, words)), ran in zip(OTHERS.items(), run_all(cases), strict=True):
        assert (name, ran.code) == (name, 3), ran
        assert words in ran.err, ran
        assert "Traceback" not in ran.out + ran.err
        assert len(ran.err.splitlines()) == bool(words), ran
        details = re.search(r"Details, without any figure: (.+)", ran.err)
        kept = [str(path) for path in (tmp_path / name).iterdir()]
        assert kept == ([details[1]] if details else [])
        assert bool(details) == (name not in {"interrupt", "hung up", "signal", "exit"})
        if details:
            text = Path(details[1]).read_text("utf-8")
            assert "<string>" in text
            assert "command: perfsite explain" in text
            assert re.search(r"^pandas: \d", text, re.MULTILINE)
            assert "31415926" not in text
            assert Path(details[1]).stat().st_mode & 0o077 == 0


def test_without_any_folder_for_the_details_the_message_says_where_it_was() -> None:
    """Where no disk can be written there is still a message and the code 3."""
    none = "import tempfile; tempfile.mkstemp = lambda *a: open('/proc/none', 'w')\n"
    (ran,) = run_all([Case(code=f"{none}raise KeyError('x')")])

    assert ran.code == 3
    assert "No file could be written for the details; KeyError in <string>, line 2\n" in ran.err


def test_a_missing_library_of_perfsites_own_is_named() -> None:
    """A broken installation is said in a sentence, before any command begins."""
    program = "import sys\nsys.modules['click'] = None\nfrom perfsite.door import main\nmain()"
    ran = subprocess.run(
        [sys.executable, "-c", program, "build"],
        env=environment(),
        capture_output=True,
        text=True,
        check=False,
    )

    assert ran.returncode == 3
    assert re.fullmatch(
        r"perfsite: click, which perfsite needs, is not installed\. Run: .*\n", ran.stderr
    )


def test_the_details_of_a_build_lie_beside_its_site(tmp_path: Path) -> None:
    """A second fault takes the place of the first, and the message says which site stands."""
    data = data_folder(tmp_path)
    broken = "import perfsite.load\nperfsite.load.load_data = lambda *a: 1/0"
    program = f"{broken}\nfrom perfsite.door import main\nmain()"
    words = "build", str(data), "--out", str(tmp_path / "site"), "--no-charts"
    for _ in range(2):
        ran = subprocess.run(
            [sys.executable, "-c", program, *words],
            env=environment(),
            capture_output=True,
            text=True,
            check=False,
        )
        assert ran.returncode == 3
        assert f"There is no site at {tmp_path / 'site'}." in ran.stderr
        assert f"Details, without any figure: {tmp_path / '.site.fault.txt'}" in ran.stderr
    assert {path.name for path in tmp_path.iterdir()} == {"data", ".site.fault.txt"}


def test_the_site_that_stands_is_seen_on_the_disk(tmp_path: Path) -> None:
    """Before the exchange the old one, afterwards the new one, and where there was none, none."""
    out = tmp_path / "site"
    course = faults.Course()
    course.begin(out)
    assert course.standing == f"There is no site at {out}"
    out.mkdir()
    (out / faults.MANIFEST).write_text("1")
    assert course.standing == f"The new site is in place at {out}"
    course.begin(out)
    assert course.standing == "The old site is as it was"
    course.begin(out, site=False)
    assert course.standing == ""


def test_no_secret_of_the_command_line_is_kept() -> None:
    """Keys, and who asks or what is asked in an address, are left out of the details."""
    words = ["publish", "--key", "a/b", "--token=abc", "s3://me:pw@host/x?sig=1", "--out", "x"]
    kept = ["publish", "--key", "...", "--token=...", "s3://...@host/x?...", "--out", "x"]

    assert faults.without_secrets(words) == kept


def test_output_that_cannot_be_written_is_no_problem_of_the_data() -> None:
    """It ends with 3 and says so where it can, without a traceback; wrong usage stays 2."""
    asked = [("explain",), ("--version",), ("--help",), ("explain", "PS104")]
    broken = [Case(words, full=(1,)) for words in asked]
    broken += [Case(words, closed=(1,)) for words in asked]
    silent = [Case(words, closed=(0, 1, 2)) for words in asked]
    wrong = [Case(("bogus",), full=(2,)), Case(("bogus",), closed=(2,)), Case(("bogus",))]
    ran = run_all([*broken, *silent, *wrong])

    for one in ran[: len(broken)]:
        assert (one.code, len(one.err.splitlines())) == (3, 1), one
        assert "standard output could not be written" in one.err
    assert [one.code for one in ran[len(broken) : -3]] == [3] * len(silent)
    assert [one.code for one in ran[-3:]] == [2, 2, 2]


def test_a_reader_who_has_seen_enough_ends_nothing_badly() -> None:
    """A pipe that is closed at its other end: code 3 and a sentence."""
    reading, writing = os.pipe()
    os.close(reading)
    try:
        ran = subprocess.run(
            command("explain"),
            env=environment(),
            stdout=writing,
            stderr=subprocess.PIPE,
            text=True,
            check=False,
        )
    finally:
        os.close(writing)

    assert (ran.returncode, "Broken pipe" in ran.stderr, len(ran.stderr.splitlines())) == (3, 1, 1)


def test_what_nobody_hears_gets_into_no_file(tmp_path: Path) -> None:
    """With every stream closed, the files that are opened next do not have their numbers."""
    names = [str(tmp_path / f"{number}.csv") for number in range(4)]
    code = f"import builtins; builtins.kept = [open(name, 'w') for name in {names}]"
    opened, silent, heard = run_all(
        [
            Case(code=code, closed=(0, 1, 2)),
            Case(("init", str(tmp_path / "silent")), closed=(0, 1, 2)),
            Case(("init", str(tmp_path / "heard"))),
        ]
    )

    assert [opened.code, silent.code, heard.code] == [3, 3, 0]
    assert [Path(name).read_text("utf-8") for name in names] == [""] * 4
    made = read_tree(tmp_path / "silent")
    assert {path: data.replace(b"silent", b"heard") for path, data in made.items()} == read_tree(
        tmp_path / "heard"
    )


def test_a_build_whose_last_word_is_lost_says_that_its_site_is_in_place(tmp_path: Path) -> None:
    """A full disk behind standard output costs no site; the exit code is 3 all the same."""
    out = tmp_path / "site"
    words = ("build", str(data_folder(tmp_path)), "--no-charts", "--out", str(out))
    (ran,) = run_all([Case(words, full=(1,))])

    assert ran.code == 3
    assert f"The new site is in place at {out}." in ran.err
    assert "index.html" in read_tree(out)


def test_a_terminal_of_few_letters_shows_the_others_in_another_way() -> None:
    """What an encoding does not have is written as an escape, and breaks nothing."""
    (ran,) = run_all(
        [Case(code="raise OSError(2, 'No such file', 'caf\\xe9\\udcff')")],
        PYTHONIOENCODING="ascii",
    )

    assert ran.code == 3
    assert "caf\\xe9" in ran.err


def test_a_signal_during_a_build_ends_it_with_the_old_site_in_place(tmp_path: Path) -> None:
    """SIGTERM among the last files: exit code 3, the old site, and nothing left of the new one."""
    out = tmp_path / "site"
    words = ("build", str(data_folder(tmp_path)), "--out", str(out), "--no-charts")
    write_site([File("index.html", b"")], out)
    before = read_tree(out)
    program = (
        "import os, perfsite.write.tree as t\nfrom perfsite.door import main\n"
        "t.allow = lambda *_: os.kill(os.getpid(), 15)\n"
        "main()"
    )
    ran = subprocess.run(
        [sys.executable, "-c", program, *words],
        env=environment(),
        capture_output=True,
        text=True,
        check=False,
    )

    assert (ran.returncode, ran.stderr) == (
        3,
        "perfsite: ended from outside (SIGTERM). The old site is as it was\n",
    )
    assert read_tree(out) == before
    assert not [path for path in tmp_path.iterdir() if "staging" in path.name]
